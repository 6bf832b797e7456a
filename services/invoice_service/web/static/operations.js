// What is shown of the machinery is drawn anew now and then, while somebody looks; what is being typed or ticked is not.

import { heldRegions } from "./live.js";
import { ask, parsed, show } from "./region.js";

const SECONDS = 10;

async function draw() {
  if (document.hidden) return;
  // Where nobody answers now, somebody may the next time.
  const answer = await ask("/operations", { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = parsed(await answer.text());
  const held = heldRegions();
  const names = [...page.querySelectorAll("[data-region]")].map((region) => region.dataset.region);
  show(page, names.filter((name) => !held.has(name)));
}

setInterval(draw, SECONDS * 1000);
document.addEventListener("visibilitychange", draw);
