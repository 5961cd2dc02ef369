"use strict";

// The script of the set-up kit prints four values, and Entra's Overview shows two of
// them. Pasted together into any of their fields, each goes to its own.
const PRINTED = {
  id_client_id: /\(client[^)]*\)(?:[\s:]|ID)*([0-9a-f-]{36})/i,
  id_tenant_id: /\((?:tenant|mandant|locataire)[^)]*\)(?:[\s:]|ID)*([0-9a-f-]{36})/i,
  id_client_secret: /Client secret \(shown once\):\s*(\S+)/,
  id_client_secret_expires_on: /expires on:\s*(\d{4}-\d{2}-\d{2})/,
};

function fillIn(event) {
  const text = event.clipboardData.getData("text");
  const found = Object.entries(PRINTED)
    .map(([id, pattern]) => [document.getElementById(id), text.match(pattern)])
    .filter(([field, match]) => field && match);
  if (found.length < 2) return;
  event.preventDefault();
  for (const [field, match] of found) field.value = match[1];
  // Who has to enter a password first presses the button.
  const { form } = event.target;
  const isWhole = ["client_id", "tenant_id"].every((name) => form.elements[name].value);
  if (isWhole && !form.elements.own_password) form.requestSubmit();
}

for (const id of Object.keys(PRINTED)) {
  document.getElementById(id)?.addEventListener("paste", fillIn);
}

const secret = document.getElementById("id_client_secret");
const date = document.getElementById("id_client_secret_expires_on");
const terms = secret?.form.elements.client_secret_term;

// Who types a date means it.
date?.addEventListener("input", () => {
  terms.value = "date";
});

// No page shows a secret again: what is missing is said before it is sent.
secret?.form.addEventListener("submit", (event) => {
  terms[0].required = secret.value !== "" && date.value === "";
  if (!terms[0].reportValidity()) event.preventDefault();
});

// A long text needs no look once it is pasted: what comes of it is shown at once.
for (const field of document.querySelectorAll("[data-entra-send-pasted]")) {
  // The field has the text after the event.
  field.addEventListener("paste", () => setTimeout(() => field.form.requestSubmit()));
}
