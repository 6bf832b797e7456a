#!/bin/sh
# See to it that WeasyPrint finds the libraries that it draws text with: no wheel brings them along.
# The proof is that it imports, warnings counted as failures (it warns about what it will need soon).
set -eu

imports() {
    .venv/bin/python -W error -c 'import weasyprint' >/dev/null 2>&1
}

if ! imports; then
    sh setup/debian.sh "WeasyPrint can't find Pango" \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 libfontconfig1
    # Once more, aloud: what is still missing is said by WeasyPrint itself.
    .venv/bin/python -W error -c 'import weasyprint'
fi
