// Lists: search as you type, filters at once, further pages as one scrolls, stars without a new page.

import "./offers.js";
import { ask, parsed, show } from "./region.js";

const PAUSE_MILLISECONDS = 180;
const finder = document.querySelector("[data-finder]");
let running = null;
let waiting = 0;

function address() {
  const fields = [...new FormData(finder)].filter(([, value]) => value !== "");
  const kept = new URLSearchParams(location.search).get("sort");
  const asked = new URLSearchParams(fields);
  if (kept && !finder.elements.sort) asked.set("sort", kept);
  return asked.size ? `${finder.action}?${asked}` : finder.action;
}

async function find() {
  running?.abort();
  running = new AbortController();
  const wanted = address();
  try {
    const answer = await ask(wanted, { signal: running.signal });
    if (!answer.ok) return;
    show(parsed(await answer.text()));
    history.replaceState(null, "", wanted);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

finder?.addEventListener("input", (event) => {
  clearTimeout(waiting);
  if (event.target.matches("[data-customers]")) return;
  waiting = setTimeout(find, event.target.type === "search" ? PAUSE_MILLISECONDS : 0);
});
finder?.addEventListener("change", (event) => { if (event.target.matches("[data-customers]")) find(); });
finder?.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  find();
  document.querySelector(".filters[open]")?.removeAttribute("open");
});

async function append(link) {
  if (link.dataset.asked) return;
  link.dataset.asked = "yes";
  const answer = await ask(link.href);
  if (!answer.ok) { delete link.dataset.asked; return; }
  const page = parsed(await answer.text());
  document.querySelector("[data-rows]").append(...page.querySelectorAll("[data-rows] > tr"));
  const further = page.querySelector("[data-more]");
  if (further) link.replaceWith(document.adoptNode(further));
  else link.remove();
  watch();
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) append(entry.target);
}, { rootMargin: "600px" });

function watch() {
  seen.disconnect();
  for (const link of document.querySelectorAll("[data-more]")) seen.observe(link);
}

document.addEventListener("click", async (event) => {
  const star = event.target.closest("[data-stars] button[name=star]");
  if (!star) return;
  event.preventDefault();
  const at = star.value.lastIndexOf(":");
  const ref = star.value.slice(0, at);
  const favourite = star.value.slice(at + 1) === "on";
  // The form's own address leads on to the list, which stands here already.
  const body = new URLSearchParams({ star: star.value });
  const answer = await ask(star.form.action, { method: "POST", body, redirect: "manual" });
  if (answer.type !== "opaqueredirect") return;
  star.setAttribute("aria-pressed", String(favourite));
  star.value = `${ref}:${favourite ? "off" : "on"}`;
});
document.addEventListener("shown", watch);
watch();
