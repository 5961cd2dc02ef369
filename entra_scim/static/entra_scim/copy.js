"use strict";

for (const button of document.querySelectorAll("[data-entra-copy]")) {
  const field = document.getElementById(button.dataset.entraCopy);
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  status.className = "entra-copied";
  button.after(status);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Without HTTPS there is no clipboard; the text is selected, to be copied by hand.
      document.execCommand("copy");
    }
    status.textContent = button.dataset.entraCopied;
  });
  field.addEventListener("focus", () => field.select());
}

// A double click does once what a click does: it makes no second key.
const TWICE_WITHIN = 1000;
const sent = new WeakSet();
for (const form of document.querySelectorAll(".entra-content form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (sent.has(form)) event.preventDefault();
    sent.add(form);
    setTimeout(() => sent.delete(form), TWICE_WITHIN);
  });
}

// A key that is shown once is not lost by a click beside the button.
const leaving = document.querySelector("[data-entra-leave]");
if (leaving) {
  const warn = (event) => event.preventDefault();
  window.addEventListener("beforeunload", warn);
  for (const done of leaving.querySelectorAll(
    "[data-entra-copy=copy-secret], a.button"
  )) {
    done.addEventListener("click", () => window.removeEventListener("beforeunload", warn));
  }
}

// A link to a step unfolds it.
function unfold() {
  const target = document.getElementById(location.hash.slice(1));
  const step = target?.closest("details");
  if (step) {
    step.open = true;
    target.scrollIntoView();
  }
}
window.addEventListener("hashchange", unfold);
unfold();
