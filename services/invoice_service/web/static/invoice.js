// One invoice: a field is saved when one leaves it. The same form goes to the same address as without a script, with that
// field alone; the page that comes back is the truth, also when it says that a colleague was faster.

import { tell } from "./notes.js";
import { ask, parsed, show } from "./region.js";

let queue = Promise.resolve();

function changed(form, names, clear) {
  const fields = new URLSearchParams();
  for (const name of ["csrf", "version", "beside"]) {
    if (form.elements[name]) fields.set(name, form.elements[name].value);
  }
  for (const name of names) {
    fields.set(name, form.elements[name].value);
    fields.set(`was.${name}`, form.elements[`was.${name}`].value);
  }
  if (clear) fields.set("clear", clear);
  return fields;
}

async function save(names, clear) {
  const form = document.getElementById("fields");
  if (!form) return;
  form.classList.add("saving");
  try {
    const answer = await ask(form.action, { method: "POST", body: changed(form, names, clear) });
    const page = parsed(await answer.text());
    if (page.querySelector("[data-fields]")) {
      show(page);
      if (answer.ok) tell(form.dataset.fields);
    } else {
      document.title = page.title;
      document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
      document.querySelector("main").focus();
    }
  } finally {
    form.classList.remove("saving");
  }
}

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-fields] [data-field]");
  if (field) queue = queue.then(() => save([field.name]));
});
document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-fields] button[name=clear]");
  if (clear) {
    event.preventDefault();
    queue = queue.then(() => save([], clear.value));
  }
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-fields]")) return;
  event.preventDefault();
  const at = document.activeElement;
  if (at?.matches("[data-field]")) queue = queue.then(() => save([at.name]));
});
