"""The invented shop's logo: a teal on the water, drawn in a few strokes."""

import base64

_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 80">
<path fill="#1b6470" d="M20 44c0 14 14 22 34 22s40-8 44-26c-8 6-16 7-24 5-6-2-9-6-12-10-4-7-9-12-18-12-8 0-13 5-14 10
l-14 4 13 4c0 4 1 6 3 8-5-1-9-3-12-5z"/>
<path fill="#e3a72f" d="M54 46c8 7 20 8 32 2-5 9-25 12-32-2z"/>
<circle cx="41" cy="31" r="2.6" fill="#fff"/>
<path fill="none" stroke="#7fb2b8" stroke-width="3" stroke-linecap="round" d="M14 74q9-5 18 0t18 0 18 0 18 0 18 0"/>
</svg>"""

LOGO = "data:image/svg+xml;base64," + base64.b64encode(_SVG.encode()).decode()
