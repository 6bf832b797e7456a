// The lines editor, made quick. Every step is a link or a form that works without this module: it only keeps the page
// from being loaded whole, shows totals while one types (the server computes them), and adds keys and drag.
import { ask, parsed, show } from "./region.js";
import { differs } from "./typed.js";

const PAUSE_MS = 200;
let typing; // the timer of the next preview or search
let asking; // the one under way, given up for a newer one
let dragged;

const editor = () => document.querySelector("[data-lines]");
const form = () => document.querySelector("form[data-line]");

const dirty = () => differs(form());

/** Put the editor that an answer holds in place of this one; a page without one (the login) is shown whole. */
async function put(answer, remembered) {
  const page = parsed(await answer.text());
  if (!page.querySelector("[data-lines]")) {
    location.assign(answer.url);
    return;
  }
  const name = document.activeElement?.name;
  show(page, ["lines"]);
  document.title = page.title;
  if (remembered) history.pushState(null, "", answer.url);
  const wanted = editor().querySelector("[autofocus]");
  if (wanted) wanted.focus();
  else if (document.activeElement === document.body) (form()?.querySelector(`[name="${CSS.escape(name ?? "")}"]`) ?? editor()).focus();
  if (wanted?.matches("input")) wanted.select();
  if (dirty()) preview(); // what was refused stands there still
}

async function visit(address) {
  stop();
  await put(await ask(address), true);
}

/** Send a form; a second time only once the first is answered. */
async function send(sent, submitter) {
  if (editor().getAttribute("aria-busy") === "true") return;
  stop();
  const body = new URLSearchParams(new FormData(sent, submitter));
  const address = submitter?.getAttribute("formaction") ?? sent.getAttribute("action");
  if (sent.method === "get") {
    await visit(`${address}?${body}`);
    return;
  }
  editor().setAttribute("aria-busy", "true");
  try {
    const answer = await ask(address, { method: "POST", body });
    await put(answer, answer.redirected);
  } finally {
    editor()?.removeAttribute("aria-busy");
  }
}

function stop() {
  clearTimeout(typing);
  asking?.abort();
}

/** Ask for some regions anew; a newer question ends an older one. */
async function look(address, options, regions) {
  stop();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const answer = await ask(address, { ...options, signal });
    const page = parsed(await answer.text());
    if (!signal.aborted) show(page, regions);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function preview() {
  const edited = form();
  if (!edited?.dataset.preview) return undefined;
  const body = new URLSearchParams(new FormData(edited));
  return look(edited.dataset.preview, { method: "POST", body }, ["line-total", "line-alert", "price-by", "totals", "suggestions"]);
}

async function search(field) {
  const sought = field.value;
  const body = new URLSearchParams(new FormData(field.form));
  await look(`${field.form.getAttribute("action")}?${body}`, {}, ["results"]);
  field.dataset.sought = sought;
}

/** Make a line from the first thing found, once what is typed was looked for. */
async function choose(field) {
  if (field.value !== (field.dataset.sought ?? field.defaultValue)) await search(field);
  const first = editor().querySelector("#results button");
  first?.form.requestSubmit(first);
}

function save(which) {
  const edited = form();
  const button = edited?.querySelector(which);
  if (button) edited.requestSubmit(button);
}

/** Go elsewhere in the editor; what was typed is saved first. */
function leave(link) {
  if (!dirty() || link.hasAttribute("data-current")) return visit(link.href);
  form().elements.leave.value = link.dataset.then;
  return save("[data-save]");
}

/** By unit or by total: the price that was shown goes along, so that no click makes it a thousand times dearer. */
function reprice(choice) {
  const { price } = choice.form.elements;
  const shown = [...choice.form.elements.price_by].map((one) => one.dataset.price);
  if (shown.includes(price.value)) price.value = choice.dataset.price;
}

function keyed(event) {
  if (event.defaultPrevented) return;
  const field = event.target;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && form()) {
    event.preventDefault();
    save("[data-save]");
  } else if (event.key === "Escape") {
    back(field);
  } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    const button = editor().querySelector(`[data-move="${event.key === "ArrowUp" ? "up" : "down"}"]:enabled`);
    if (!button) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  } else if (event.key === "Enter" && field.matches("form[data-line] textarea") && !event.shiftKey) {
    event.preventDefault();
    save("[data-next]");
  } else if (event.key === "Enter" && field.matches("[data-search]")) {
    event.preventDefault();
    choose(field);
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && field.closest("[data-search], #results")) {
    event.preventDefault();
    const found = [...editor().querySelectorAll("[data-search], #results button")];
    found[Math.max(0, found.indexOf(field) + (event.key === "ArrowDown" ? 1 : -1))]?.focus();
  }
}

/** Escape closes a menu (page.js), else takes back what was typed, else goes back to the invoice. */
function back(field) {
  if (field.closest("details[data-menu]")) return;
  if (!dirty()) {
    editor().querySelector("[data-back]").click();
    return;
  }
  stop();
  const current = form().querySelector('[name="line"]').value;
  visit(`${location.pathname}?${current ? `line=${current}` : `add=${form().querySelector('[name="kind"]').value}`}`);
}

document.addEventListener("submit", (event) => {
  if (!event.target.closest("[data-lines]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-lines] a:is([data-then], [data-current])");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  leave(link);
});
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.matches("[data-search]")) {
    clearTimeout(typing);
    typing = setTimeout(search, PAUSE_MS, field);
  } else if (field.form?.hasAttribute("data-line")) {
    if (field.name === "price_by") reprice(field);
    clearTimeout(typing);
    typing = setTimeout(preview, PAUSE_MS);
  }
});
// After the menus of page.js, which close on Escape.
document.addEventListener("keydown", keyed);

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-row]");
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (!dragged || !row) return;
  event.preventDefault();
  const { top, height } = row.getBoundingClientRect();
  row[event.clientY > top + height / 2 ? "after" : "before"](dragged);
});
document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged = undefined;
  const placed = document.querySelector("form[data-order]");
  const order = placed.querySelector('[name="order"]');
  const now = [...editor().querySelectorAll("[data-row]")].map((row) => row.dataset.row).join(" ");
  if (now === order.value) return;
  order.value = now;
  placed.requestSubmit();
});
addEventListener("popstate", () => location.reload());
addEventListener("beforeunload", (event) => {
  if (dirty()) event.preventDefault();
});
