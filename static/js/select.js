/* Choosing rows: says how many are chosen, and a box beside each heading takes all rows below it. Without a script each row has its box. */
const form = document.getElementById("auswahl");
const status = document.getElementById("gewaehlt");

function count() {
  const boxes = [...form.querySelectorAll("input[name=massnahme]")];
  const chosen = boxes.filter((box) => box.checked).length;
  status.textContent = chosen ? `${chosen} ausgewählt` : "noch keine ausgewählt";
  for (const all of form.querySelectorAll(".select-all")) {
    const own = [...all.closest("section").querySelectorAll("input[name=massnahme]")];
    const some = own.filter((box) => box.checked).length;
    all.checked = some === own.length;
    all.indeterminate = some > 0 && some < own.length;
  }
}

if (form) {
  for (const table of form.querySelectorAll(".select-table")) {
    const all = document.createElement("input");
    all.type = "checkbox";
    all.className = "kern-form-check__checkbox select-all";
    const label = document.createElement("label");
    const hidden = document.createElement("span");
    hidden.className = "kern-sr-only";
    hidden.textContent = ` in „${table.caption.textContent}“`;
    label.className = "select-all-label";
    label.append(all, "alle", hidden);
    table.closest("section").querySelector(".section__head").append(label);
    all.addEventListener("change", () => {
      for (const box of table.querySelectorAll("input[name=massnahme]")) box.checked = all.checked;
      count();
    });
  }
  form.addEventListener("change", count);
  count();
}
