// What is typed into a form and not saved.

const plain = (text) => text.replaceAll("\r\n", "\n").trim();

/** Whether a form says something else than its page showed: each field comes with that (`was.`). */
export function differs(form) {
  if (!form) return false;
  const typed = new FormData(form);
  return [...form.querySelectorAll('[name^="was."]')].some((was) => plain(typed.getAll(was.name.slice("was.".length)).join(" ")) !== plain(was.value));
}
