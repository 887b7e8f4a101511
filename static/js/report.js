// Saves the draft while it is written, counts the Kurzfassung and warns before text would be lost. Without this script the page
// works with its buttons alone.
"use strict";

(() => {
  const form = document.getElementById("bericht");
  const status = document.querySelector("[data-status]");
  if (!form || !status) return;

  const DELAY = 1500;
  const RETRY = 15000;
  let timer = 0;
  let saving = null;
  let dirty = false;
  let stopped = false;

  const say = (text, { failed = false, link = null } = {}) => {
    status.classList.toggle("save-status--failed", failed);
    status.replaceChildren();
    const icon = document.createElement("span");
    icon.className = `kern-icon kern-icon--${failed ? "warning" : "check"}`;
    icon.setAttribute("aria-hidden", "true");
    const words = document.createElement("span");
    words.textContent = text;
    status.append(icon, " ", words);
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.textContent = link.text;
      if (link.elsewhere) anchor.target = "_blank";
      status.append(" ", anchor);
    }
  };

  // After a sign-in in another tab the token has changed; the cookie holds the present one.
  const token = () => {
    const match = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return match ? decodeURIComponent(match[1]) : form.elements.csrfmiddlewaretoken.value;
  };

  const later = (delay) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, delay);
  };

  const failed = (answer, body) => {
    if (answer.status === 401) {
      say("Nicht gespeichert: Ihre Anmeldung ist abgelaufen. Ihr Text ist noch hier.", {
        failed: true,
        link: { href: form.dataset.login, text: "In neuem Tab anmelden", elsewhere: true },
      });
      later(RETRY);
    } else if (body && body.error === "conflict") {
      stopped = true;
      say(`${body.message} Mit „${form.dataset.save || "Entwurf speichern"}“ sehen Sie beide Fassungen.`, { failed: true });
    } else if (body && body.error === "refused") {
      stopped = true;
      say(`Nicht gespeichert. ${body.message}`, { failed: true });
    } else {
      say("Nicht gespeichert. Ihr Text ist noch hier; es wird gleich erneut versucht.", { failed: true });
      later(RETRY);
    }
  };

  async function send() {
    dirty = false;
    // In the form itself, which other requests of the page send along.
    form.elements.csrfmiddlewaretoken.value = token();
    const data = new FormData(form);
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: data,
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
      });
      const body = await answer.json().catch(() => null);
      if (answer.ok && body) {
        form.elements.version.value = body.version;
        say(`Gespeichert ${body.saved_at}`);
      } else {
        dirty = true;
        failed(answer, body);
      }
    } catch {
      dirty = true;
      say("Nicht gespeichert: keine Verbindung. Ihr Text ist noch hier; es wird gleich erneut versucht.", { failed: true });
      later(RETRY);
    }
  }

  // One save at a time; what is typed meanwhile goes with the next.
  function save() {
    window.clearTimeout(timer);
    timer = 0;
    if (saving || stopped || !dirty) return;
    saving = send().finally(() => {
      saving = null;
      if (dirty && !stopped && !timer) later(DELAY);
    });
  }

  // Who writes has something to change; one click on „Keine Änderung“ must not pass by what was just typed.
  const unchanged = document.querySelector(".unchanged");

  form.addEventListener("input", () => {
    if (unchanged) unchanged.remove();
    dirty = true;
    if (!stopped) later(DELAY);
  });
  form.addEventListener("focusout", () => dirty && later(0));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  form.addEventListener("submit", (event) => {
    if (saving) {
      // Its answer brings the version that this form must name.
      event.preventDefault();
      saving.then(() => form.requestSubmit(event.submitter));
      return;
    }
    window.clearTimeout(timer);
    stopped = true;
    dirty = false;
    form.elements.csrfmiddlewaretoken.value = token();
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  // A page that comes back from the Back button's memory may be older than what is saved.
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());

  for (const box of document.querySelectorAll(".counted")) {
    const area = box.querySelector("textarea");
    const counter = box.querySelector("[data-counter]");
    const limit = Number(box.dataset.limit);
    const count = () => {
      const length = [...area.value].length;
      counter.textContent = `${length} von ${limit} Zeichen${length > limit ? `, ${length - limit} zu viel` : ""}`;
      counter.toggleAttribute("data-over", length > limit);
    };
    area.addEventListener("input", count);
    count();
  }

  // What was just added is where the work goes on: the cursor stands at its beginning, and the field shows it on top.
  const added = form.querySelector("[data-cursor]");
  if (added) {
    const at = Number(added.dataset.cursor);
    const whole = added.value;
    added.value = whole.slice(0, at);
    added.scrollTop = added.scrollHeight;
    const start = Math.max(added.scrollHeight - added.clientHeight, 0) && added.scrollHeight;
    added.value = whole;
    added.focus({ preventScroll: true });
    added.setSelectionRange(at, at);
    added.scrollTop = Math.max(start - 48, 0);
    added.scrollIntoView({ block: "center" });
  }

  // The page with the error list answers a POST. Reloading it or coming Back to it fetches the saved draft instead of asking to send again.
  const errors = document.getElementById("fehler");
  if (errors) {
    window.history.replaceState(null, "", window.location.href);
    errors.focus();
  }
})();
