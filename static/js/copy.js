/* „Kopieren“ beside a field; without the script the field alone is there, to be copied by hand. Also for parts that come later. */
const offerCopy = () => {
  if (navigator.clipboard) document.querySelectorAll("[data-copy][hidden]").forEach((button) => { button.hidden = false; });
};
offerCopy();
document.addEventListener("htmx:afterSettle", offerCopy);
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  const said = button.parentElement.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = "Kopiert";
  } catch {
    said.textContent = "Bitte mit Strg + C kopieren";
  }
});
