// What was entered and not sent is not lost by a click elsewhere: the browser asks first. Every form that is sent is watched, against
// what the server put into it; `data-guard="kept"` marks one whose text the server does not have, `data-guard="off"` leaves one alone.
// And a partial update that fails says so. Without this script the pages work as they are.
"use strict";

(() => {
  const WATCHED = 'main form[method="post"]:not([data-autosave], [data-appearance], [data-guard="off"])';
  let sent = null;

  const UNGUARDED = ["hidden", "password", "file", "submit", "button"];
  const entered = (field) => {
    if (!field.name || field.readOnly || UNGUARDED.includes(field.type)) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.matches("select")) {
      const options = [...field.options];
      // A list without a chosen option shows its first one.
      const first = field.multiple || options.some((option) => option.defaultSelected) ? null : options[0];
      return options.some((option) => option.selected !== (option.defaultSelected || option === first));
    }
    return field.matches("input, textarea") && field.value !== field.defaultValue;
  };
  // A refused form comes back with its text, which nobody has stored.
  const isOpen = (form) =>
    form !== sent && (form.dataset.guard === "kept" || form.querySelector('[aria-invalid="true"]') || [...form.elements].some(entered));
  const anyOpen = () => [...document.querySelectorAll(WATCHED)].some((form) => isOpen(form));

  const ask = (event) => {
    if (anyOpen()) event.preventDefault();
    // Runs if the person stays.
    window.setTimeout(() => {
      sent = null;
    });
  };
  // Listening keeps a page out of the Back button's memory: only once there is something to lose.
  const watch = () => window.addEventListener("beforeunload", ask);
  document.addEventListener("input", (event) => event.target.form?.matches(WATCHED) && watch());
  window.addEventListener("pageshow", () => {
    sent = null;
    if (anyOpen()) watch();
  });
  // On the window: whoever handles the form itself has said so by then.
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) sent = event.target;
  });

  const FAILED = {
    none: "Keine Verbindung zum Server. Die Seite zeigt den letzten Stand; was Sie eingegeben haben, ist noch da.",
    403: "Ihr Zugang erlaubt das nicht mehr. Laden Sie die Seite neu.",
    other: "Der Server hat nicht geantwortet wie erwartet. Die Seite zeigt den letzten Stand. Laden Sie sie neu, wenn es so bleibt.",
  };
  let notice = null;

  const say = (text) => {
    if (!notice) {
      notice = document.createElement("p");
      notice.className = "toast disturbance";
      notice.setAttribute("role", "alert");
      document.getElementById("inhalt").prepend(notice);
    }
    if (notice.textContent !== text) notice.textContent = text;
  };

  // The overview says it in its own place.
  const elsewhere = (event) => event.detail.elt?.closest?.("#uebersicht");
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => elsewhere(event) || say(FAILED.none));
  }
  document.addEventListener("htmx:responseError", (event) => {
    if (!elsewhere(event)) say(FAILED[event.detail.xhr.status] || FAILED.other);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || !notice) return;
    notice.remove();
    notice = null;
  });
})();
