// A sheet, made quick: a row turns into its fields, is saved and turns back without the page being loaded whole.
// Every step is a link or a form that works without this module.

import { ask, parsed, show } from "./region.js";
import { differs } from "./typed.js";

const sheet = () => document.querySelector("[data-sheet]");
const form = () => document.querySelector("[data-row-form]");

/** Put the sheet that an answer holds in place of this one; a page without one (the login) is shown whole. */
async function put(answer, remembered) {
  const page = parsed(await answer.text());
  if (!page.querySelector("[data-sheet]")) {
    location.assign(answer.url);
    return;
  }
  show(page);
  // The search stays as it is, with who listens to it; it rests while a row is edited.
  document.querySelector("[data-finder] fieldset").disabled = page.querySelector("[data-finder] fieldset").disabled;
  if (remembered) history.pushState(null, "", answer.url);
  (sheet().querySelector("[autofocus]") ?? sheet()).focus();
}

async function visit(address) {
  await put(await ask(address), true);
}

/** Send a form; a second time only once the first is answered. */
async function send(sent) {
  if (sheet().getAttribute("aria-busy") === "true") return;
  sheet().setAttribute("aria-busy", "true");
  try {
    const answer = await ask(sent.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(sent)) });
    await put(answer, answer.redirected);
  } finally {
    sheet()?.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-step]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (differs(form()) && !link.hasAttribute("data-cancel")) {
    // What was typed is saved first; then on to where one wanted to go.
    form().elements.then.value = link.getAttribute("href");
    form().requestSubmit();
  } else {
    visit(link.href);
  }
});
document.addEventListener("submit", (event) => {
  if (!event.target.closest("[data-sheet]")) return;
  event.preventDefault();
  send(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !sheet()) return;
  if (event.key === "Escape") {
    sheet().querySelector("[data-cancel]")?.click();
  } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && form()) {
    event.preventDefault();
    form().requestSubmit();
  }
});
addEventListener("popstate", () => location.reload());
addEventListener("beforeunload", (event) => {
  if (differs(form())) event.preventDefault();
});
