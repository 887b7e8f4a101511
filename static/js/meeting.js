// Keys of the meeting: a grade, the Kennzeichen, Enter, and letters that press what carries them as data-hotkey. They can be switched
// off (WCAG 2.1.4), which this browser remembers; without this script the buttons do the same.
"use strict";

(() => {
  const form = document.getElementById("abstimmung");
  if (!form) return;
  const STORE = "jourfixe-tasten";
  const save = document.getElementById("weiter");
  const help = document.getElementById("tasten");
  const bar = form.querySelector("[data-keys]");

  const read = () => {
    try {
      return localStorage.getItem(STORE) !== "aus";
    } catch {
      return true;
    }
  };
  let on = read();
  let sent = false;

  const show = () => {
    bar.hidden = false;
    bar.querySelector("[data-keys-state]").textContent = on ? "Tastenkürzel sind an." : "Tastenkürzel sind aus.";
    bar.querySelector("[data-keys-toggle]").textContent = on ? "Ausschalten" : "Einschalten";
    for (const cap of form.querySelectorAll("[data-keycap]")) cap.hidden = !on;
  };

  bar.querySelector("[data-keys-toggle]").addEventListener("click", () => {
    on = !on;
    try {
      localStorage.setItem(STORE, on ? "an" : "aus");
    } catch {
      // A browser that keeps nothing keeps the choice for this page.
    }
    show();
  });
  bar.querySelector("[data-keys-help]").addEventListener("click", () => help.showModal());

  const writes = (element) => element.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  const acts = (element) => element.matches("a, button, summary");

  document.addEventListener("keydown", (event) => {
    if (!on || sent || event.defaultPrevented || event.isComposing || event.altKey || event.metaKey || help.open) return;
    const at = event.target;
    if (event.key === "Enter") {
      if (event.ctrlKey ? at.closest("form") && at.closest("form") !== form : writes(at) || acts(at)) return;
      event.preventDefault();
      if (event.repeat) return;
      form.requestSubmit(save);
      return;
    }
    // Where something is missing or has changed, people write or read: no letter acts that was meant as text.
    if (event.ctrlKey || writes(at) || at.id === "fehler") return;
    if (event.key === "?") {
      event.preventDefault();
      help.showModal();
      return;
    }
    const link = !event.repeat && document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      if (link.matches("textarea")) {
        const folded = link.closest("details");
        if (folded) folded.open = true;
        link.focus();
      } else link.click();
      return;
    }
    const field = /^[0-9]$/.test(event.key) && form.querySelector(`[data-key="${event.key}"]`);
    if (!field) return;
    event.preventDefault();
    field.focus({ preventScroll: true });
    if (field.type === "checkbox") field.checked = !field.checked;
    else field.checked = true;
  });

  // One decision for one press.
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => {
    sent = false;
  });

  form.querySelector("[data-ask]")?.addEventListener("click", (event) => {
    const field = document.getElementById(event.currentTarget.dataset.ask);
    if (!field) return;
    event.preventDefault();
    field.closest("details").open = true;
    field.focus();
  });

  show();
  // What is missing can be written at once; the list of errors above says the same.
  form.querySelector('textarea[aria-invalid="true"]')?.focus();
  document.documentElement.dataset.keys = "ready";
})();
