/* Partial updates of the overview are htmx's; here is what keeps them honest for keyboard, screen reader and a failing network. */
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "uebersicht") return;
  if (document.activeElement && document.activeElement !== document.body) return;
  document.getElementById("anzahl")?.focus({ preventScroll: true });
});

/* What the server refuses in part is asked for as a whole page, which says why. */
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.elt?.closest?.("#uebersicht")) location.assign(event.detail.pathInfo.finalRequestPath);
});

/* No list that looks current and is not. */
document.addEventListener("htmx:sendError", () => {
  const count = document.getElementById("anzahl");
  if (count) count.textContent = "Keine Verbindung zum Server. Die Liste zeigt noch die vorige Auswahl.";
});
