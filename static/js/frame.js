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

/* A refused form: take the reader to the list of what is missing. After a step: to what is said of it, unless the address names a place. */
(document.getElementById("fehler") ?? (location.hash ? null : document.querySelector("main .messages")))?.focus();

/* What was refused without a sign-in: signing in turned the token, and the cookie holds the new one. */
document.addEventListener("submit", (event) => {
  const field = event.target.closest("form.lost-text")?.elements.csrfmiddlewaretoken;
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (field && token) field.value = decodeURIComponent(token[1]);
});

/* Darstellung: change it where one is, so that nothing typed is lost. Without this script the form leads back to the page. */
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-appearance]");
  const button = event.submitter;
  if (!form || !button || form.dataset.appearance === "plain") return;
  event.preventDefault();
  const data = new FormData(form, button);
  const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") {
    form.dataset.appearance = "plain";
    form.requestSubmit(button);
    return;
  }
  const root = document.documentElement;
  if (button.name === "projector") root.classList.toggle("projektor", button.value === "an");
  else if (button.value === "system") root.removeAttribute("data-kern-theme");
  else root.setAttribute("data-kern-theme", button.value);
  for (const other of document.querySelectorAll(`form[data-appearance] button[name="${button.name}"]`)) {
    other.setAttribute("aria-pressed", String(other.value === button.value));
  }
});
