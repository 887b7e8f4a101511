/* The map of the Maßnahmen: arrow keys move as the eye does, Pos1 and Ende within a Handlungsfeld, Escape puts the hint away.
   Tab still goes to every Maßnahme; without this script only the arrows and Escape are missing. */
const cellsOf = (place) => [...place.querySelectorAll(".map__link")];

function middle(cell) {
  const box = cell.getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

/* The nearest line of marks above (-1) or below (1), and in it the mark that stands nearest. */
function acrossLines(cells, from, direction) {
  const start = middle(from);
  let best, found;
  for (const cell of cells) {
    const at = middle(cell);
    const lines = (at.y - start.y) * direction;
    if (lines < 8) continue;
    const distance = [lines, Math.abs(at.x - start.x)];
    if (!best || distance[0] < best[0] - 8 || (distance[0] < best[0] + 8 && distance[1] < best[1])) [best, found] = [distance, cell];
  }
  return found;
}

function target(map, from, key) {
  const cells = cellsOf(map);
  const ofField = () => cellsOf(from.closest(".map__row"));
  switch (key) {
    case "ArrowRight": return cells[cells.indexOf(from) + 1];
    case "ArrowLeft": return cells[cells.indexOf(from) - 1];
    case "ArrowDown": return acrossLines(cells, from, 1);
    case "ArrowUp": return acrossLines(cells, from, -1);
    case "Home": return ofField()[0];
    case "End": return ofField().at(-1);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const map of document.querySelectorAll(".map")) map.classList.add("map--quiet");
    return;
  }
  const from = event.target.closest?.(".map__link");
  if (!from || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const to = target(from.closest(".map"), from, event.key);
  if (!to && !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  to?.focus();
});

/* Put away until another Maßnahme is pointed at or focused. */
function speakAgain(event) {
  const cell = event.target.closest?.(".map__link");
  if (cell && !cell.contains(event.relatedTarget)) cell.closest(".map").classList.remove("map--quiet");
}
document.addEventListener("focusin", speakAgain);
document.addEventListener("pointerover", speakAgain);
