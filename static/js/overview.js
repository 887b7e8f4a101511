/* Partial updates of the overview are htmx's; here is what keeps them honest for keyboard, screen reader and a failing network. */
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "uebersicht") return;
  if (document.activeElement && document.activeElement !== document.body) return;
  document.getElementById("anzahl")?.focus({ preventScroll: true });
});

/* What could not be fetched in part is asked for as a whole page: no list that looks current and is not. */
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.elt?.closest?.("#uebersicht")) location.assign(event.detail.pathInfo.finalRequestPath);
  });
}
