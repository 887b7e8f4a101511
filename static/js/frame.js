/* Menus (<details class="menu">) close on Escape and on a click elsewhere. Everything else in the frame works without a script. */
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.menu[open]");
  closeMenus();
  if (menu) menu.querySelector("summary").focus();
});
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

/* A refused form: take the reader to the list of what is missing. */
document.getElementById("fehler")?.focus();
