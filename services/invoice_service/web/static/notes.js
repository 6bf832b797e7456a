// Short notes in the corner, read out by screen readers.

const SECONDS = 8;

/** Tell something; it goes by itself, unless it is `lasting`. */
export function tell(text, { address, lasting = false } = {}) {
  const note = document.createElement("p");
  note.className = "note";
  if (address) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = text;
    note.append(link);
  } else {
    note.textContent = text;
  }
  document.getElementById("notes").append(note);
  if (!lasting) setTimeout(() => note.remove(), SECONDS * 1000);
  return note;
}
