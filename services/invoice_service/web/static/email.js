// The form of an e-mail: the preview follows, files are dropped, nothing is sent twice.

import { tell } from "./notes.js";
import { ask, parsed, show } from "./region.js";

const form = document.getElementById("compose");
document.documentElement.classList.add("scripted");

const previewSide = document.getElementById("side-preview");

function preview() {
  document.getElementById("preview-now").click();
}

form.addEventListener("change", (event) => {
  if (event.target === previewSide) preview();
  if (event.target.id === "file" && event.target.files.length) attach([...event.target.files]);
});

// Chosen before this script had come: what was typed is not in it yet.
if (previewSide.checked) preview();

form.addEventListener("submit", (event) => {
  if (event.submitter?.id !== "send") return;
  if (form.dataset.sending) event.preventDefault();
  form.dataset.sending = "yes";
  event.submitter.setAttribute("aria-disabled", "true");
});
// Back from the next page: the form may be sent again.
addEventListener("pageshow", () => {
  delete form.dataset.sending;
  document.getElementById("send").removeAttribute("aria-disabled");
});

form.addEventListener("click", (event) => {
  const button = event.target.closest('button[name="remove"]');
  if (!button) return;
  event.preventDefault();
  send({ remove: button.value }, []);
});

for (const name of ["dragover", "dragenter", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    // Anywhere on the page: a file that misses must not replace what was typed.
    event.preventDefault();
    const over = name !== "dragleave" && name !== "drop";
    document.getElementById("drop").classList.toggle("is-over", over);
    if (name === "drop") attach([...event.dataTransfer.files]);
  });
}

function attach(files) {
  return send({ do: "attach" }, files);
}

async function send(values, files) {
  const sent = new FormData(form);
  sent.delete("file");
  for (const [name, value] of Object.entries(values)) sent.set(name, value);
  for (const file of files) sent.append("file", file);
  let answer;
  try {
    answer = await ask(form.action, { method: "POST", body: sent, headers: { Accept: "text/html" } });
  } catch {
    answer = null;
  }
  const page = answer && parsed(await answer.text());
  if (page?.getElementById("compose")) {
    show(page, ["files"]);
  } else {
    tell(page?.querySelector("main")?.textContent.trim() || form.dataset.failed, { lasting: true });
  }
}
