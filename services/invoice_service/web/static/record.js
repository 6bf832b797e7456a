// A form of one record: what is typed is not left behind by mistake.

import { differs } from "./typed.js";

const form = document.querySelector("[data-record]");
let sent = false;

form?.addEventListener("submit", (event) => { if (event.submitter?.formTarget !== "preview") sent = true; });
addEventListener("pageshow", () => { sent = false; });
addEventListener("beforeunload", (event) => {
  if (!sent && differs(form)) event.preventDefault();
});
