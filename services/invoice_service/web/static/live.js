// What happens elsewhere shows here: the server tells of it (Server-Sent Events), and what has changed of this page is
// drawn anew. What somebody is typing is never touched. While nobody looks at the page it listens to nothing.

import { tell } from "./notes.js";
import { ask, parsed, show } from "./region.js";

const PAUSE = 150;
const NEVER_BACK = 5000;

let source = null;
let waiting = null;
let pending = new Set();
// What happened between the drawing of the page and the first word of the stream was told to nobody here.
let missed = true;
let shows = 0;

function listen() {
  if (source || document.hidden) return;
  source = new EventSource("/api/v1/events");
  source.addEventListener("invoice", (event) => changed(JSON.parse(event.data)));
  source.addEventListener("batch", (event) => {
    const id = CSS.escape(JSON.parse(event.data).id);
    if (document.querySelector(`[data-live-batch="${id}"], [data-live-batch=""]`)) drawSoon(null);
  });
  source.addEventListener("resync", () => drawSoon(null));
  source.addEventListener("open", () => {
    if (missed) drawSoon(null);
    missed = false;
  });
  source.addEventListener("error", () => {
    // A browser comes again by itself, unless it was answered with something that is no stream.
    if (source?.readyState === EventSource.CLOSED) {
      missed = true;
      stop();
      setTimeout(listen, NEVER_BACK);
    }
  });
}

function stop() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stop();
    missed = true;
  } else {
    listen();
  }
});
addEventListener("pagehide", stop);
document.addEventListener("shown", () => { shows += 1; });

function changed(invoice) {
  if (["failed", "uncertain"].some((state) => [invoice.rendering, invoice.delivery, invoice.transfer].includes(state))) ring();
  redrawRow(invoice);
  const shown = document.querySelector(`[data-live-invoice="${CSS.escape(invoice.id)}"]`);
  if (shown) drawSoon(invoice);
}

/** The row of an invoice in a list, as it stands now; the rows around it stay where they are. */
async function redrawRow(invoice) {
  const row = document.querySelector(`tr[data-invoice="${CSS.escape(invoice.id)}"]`);
  if (!row || !invoice.number || invoice.changed.includes("deleted")) return;
  const answer = await ask(`/invoices?status=all&q=${encodeURIComponent(invoice.number)}`, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = parsed(await answer.text()).querySelector(`tr[data-invoice="${CSS.escape(invoice.id)}"]`);
  if (!fresh || row.contains(document.activeElement)) return;
  const [chosen, again] = [row, fresh].map((one) => one.querySelector("input[name=chosen]"));
  if (chosen && again) again.checked = chosen.checked;
  row.replaceWith(document.adoptNode(fresh));
}

/** Draw what may have changed; what happens at once is drawn at once. */
function drawSoon(invoice) {
  pending.add(invoice);
  clearTimeout(waiting);
  waiting = setTimeout(draw, PAUSE);
}

async function draw() {
  const told = [...pending];
  pending = new Set();
  if (!document.querySelector("[data-live-invoice], [data-live-batch]")) return;
  const before = shows;
  const answer = await ask(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = parsed(await answer.text());
  // The reader's own doing was faster: what was asked for before it is of yesterday.
  if (shows !== before) {
    told.forEach(drawSoon);
    return;
  }
  const held = heldRegions();
  const based = Number(document.querySelector("[data-live-invoice] input[name=version]")?.value);
  leaveMenusAsTheyAre(page);
  const names = [...page.querySelectorAll("[data-region]")].map((region) => region.dataset.region);
  show(page, names.filter((name) => !held.has(name)));
  // What was held back is not lost on the reader: saving it will show both versions. Of the reader's own saving nothing
  // is told: the page stands on that version already.
  const root = document.querySelector("[data-live-invoice][data-live-held]");
  const overtaken = told.some((invoice) => invoice?.changed.includes("content") && !(invoice.version <= based));
  if (root && overtaken && held.size) tell(root.dataset.liveHeld);
}

/** What the reader has opened stays open. */
function leaveMenusAsTheyAre(page) {
  for (const fresh of page.querySelectorAll("[data-region]")) {
    const here = document.querySelector(`[data-region="${CSS.escape(fresh.dataset.region)}"]`);
    const open = [...(here?.querySelectorAll("details") ?? [])].map((details) => details.open);
    const menus = [...fresh.querySelectorAll("details")];
    if (open.length === menus.length) menus.forEach((details, place) => { details.open = open[place]; });
  }
}

/** The regions in which somebody is typing: with the cursor in a field, or with a field that is not saved yet. */
export function heldRegions() {
  const held = new Set();
  for (const region of document.querySelectorAll("[data-region]")) {
    if (region.dataset.live === "off") held.add(region.dataset.region);
    const fields = [...region.querySelectorAll("input:not([type=hidden]), select, textarea")];
    if (fields.some((field) => field === document.activeElement || isTyped(field))) held.add(region.dataset.region);
    // Totals of what is typed stand in regions of their own inside.
    if (held.has(region.parentElement.closest("[data-region]")?.dataset.region)) held.add(region.dataset.region);
  }
  // What is typed was based on the version that the page showed: saving it must say so, and show both.
  if ([...held].some((name) => document.querySelector(`[data-region="${CSS.escape(name)}"]`).dataset.live !== "off")) held.add("version");
  return held;
}

function isTyped(field) {
  if (field instanceof HTMLSelectElement) {
    const initial = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(initial, 0);
  }
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** How many notifications there are to read. */
export async function ring() {
  const answer = await ask("/notifications/bell", { headers: { Accept: "text/html" } });
  if (answer.ok && !answer.redirected) show(parsed(await answer.text()), ["bell"]);
}

listen();
