// A form of one record: what is typed is not left behind by mistake.

import "./offers.js";
import { differs } from "./typed.js";

const form = document.querySelector("[data-record]");
let sent = false;

form?.addEventListener("submit", (event) => { if (event.submitter?.formTarget !== "preview") sent = true; });
addEventListener("pageshow", () => { sent = false; });
form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ordered] [name=move]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("li");
  if (button.value.includes(":up:")) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  (button.checkVisibility({ visibilityProperty: true }) ? button : row.querySelector("input")).focus();
});
addEventListener("beforeunload", (event) => {
  if (!sent && differs(form)) event.preventDefault();
});
