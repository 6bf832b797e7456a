// A field that names a customer: those that the server finds are offered while one types.

import { ask } from "./region.js";

document.addEventListener("input", async ({ target: field }) => {
  if (!field.matches("[data-customers]")) return;
  const asked = field.value;
  const answer = await ask(`/api/v1/customers?limit=10&q=${encodeURIComponent(asked)}`);
  if (!answer.ok) return;
  const { data } = await answer.json();
  if (field.value !== asked) return; // a later answer is on its way
  field.list.replaceChildren(...data.map(({ code, name }) => {
    const option = document.createElement("option");
    option.value = code;
    option.textContent = name;
    return option;
  }));
});
