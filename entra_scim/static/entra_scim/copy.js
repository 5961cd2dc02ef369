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
