// Choosing rows of a list: all at once, and how many are chosen. Without it the boxes and the buttons do the same.

function boxes() {
  return [...document.querySelectorAll("[data-choosing] input[name=chosen]")];
}

function draw() {
  const every = boxes();
  const chosen = every.filter((box) => box.checked).length;
  const told = document.querySelector("[data-chosen]");
  if (told) told.textContent = chosen ? (chosen === 1 ? told.dataset.one : told.dataset.many.replace("2", chosen)) : "";
  const all = document.querySelector("[data-choose-all]");
  if (!all) return;
  all.closest("label").hidden = every.length < 2;
  all.checked = chosen > 0 && chosen === every.length;
  all.indeterminate = chosen > 0 && chosen < every.length;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.closest("[data-choosing]")) draw();
});
document.addEventListener("shown", draw);
draw();
