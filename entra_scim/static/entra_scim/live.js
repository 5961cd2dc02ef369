"use strict";

// What Entra does shows without reloading, for as long as somebody looks.
const EVERY = 3000;
const LONGEST = 60 * 60 * 1000;
const live = document.querySelector("[data-entra-live-from]");

// What stands where the page follows Entra, one at a time.
const [LINK, NOTE, TROUBLE] = [0, 1, 2];

// Screen readers hear what is ticked off, and not how many seconds have passed.
const announcer = document.createElement("p");
announcer.setAttribute("role", "status");
announcer.className = "visually-hidden";
live?.after(announcer);

function show(answer) {
  const before = document.querySelector("[data-entra-steps]")?.dataset.entraSteps;
  for (const fresh of answer.querySelectorAll("[data-entra-live]")) {
    const shown = document.querySelector(
      `[data-entra-live="${fresh.dataset.entraLive}"]`
    );
    // Nothing is taken from under somebody's hands.
    const active = document.activeElement;
    const isInUse = shown !== active && shown?.contains(active);
    const isSame =
      shown?.textContent === fresh.textContent && shown?.className === fresh.className;
    if (!shown || isInUse || isSame) continue;
    const text = fresh.lastElementChild?.textContent ?? fresh.textContent;
    if (shown.className !== fresh.className) announcer.textContent = text;
    shown.className = fresh.className;
    if (fresh.dataset.entraSteps) shown.dataset.entraSteps = fresh.dataset.entraSteps;
    shown.replaceChildren(...fresh.childNodes);
  }
  // Signing in again has changed the token that each form carries.
  const token = answer.querySelector("[name=csrfmiddlewaretoken]");
  for (const field of token ? document.getElementsByName(token.name) : []) {
    field.value = token.value;
  }
  const next = document.querySelector("[data-entra-steps]")?.dataset.entraSteps;
  if (next && next !== before) unfoldNext(stepsOf(before), stepsOf(next));
}

function stepsOf(ids) {
  return (ids ?? "")
    .split(" ")
    .map((id) => document.getElementById(id))
    .filter(Boolean);
}

function unfoldNext(before, next) {
  for (const step of before) {
    // Somebody may be at work there still, such as with a text to copy.
    const isInUse = step.contains(document.activeElement) || step.querySelector(".entra-copy textarea");
    if (!next.includes(step) && !isInUse) step.open = false;
  }
  for (const step of next) step.open = true;
}

async function follow(started) {
  // Who comes back from Entra sees at once what has happened there.
  if (document.hidden) {
    followOnceVisible(started);
    return;
  }
  try {
    const answer = await fetch(live.dataset.entraLiveFrom, { redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    const parser = new DOMParser();
    show(parser.parseFromString(await answer.text(), "text/html"));
  } catch {
    // Signed out, or no network. Who signs in again in another window comes back to
    // what they have typed here.
    showInstead(TROUBLE);
    followOnceVisible(started);
    return;
  }
  showInstead(NOTE);
  if (Date.now() - started > LONGEST) showInstead(LINK);
  else setTimeout(() => follow(started), EVERY);
}

function followOnceVisible(started) {
  const again = () => follow(started);
  document.addEventListener("visibilitychange", again, { once: true });
}

function showInstead(wanted) {
  for (const [index, part] of [...live.children].entries()) part.hidden = index !== wanted;
}

if (live) {
  showInstead(NOTE);
  setTimeout(() => follow(Date.now()), EVERY);
}

// A trial runs out in front of those who watch it, by the server's clock, not theirs.
for (const clock of document.querySelectorAll("[data-entra-countdown]")) {
  const end = Date.now() + 1000 * Number(clock.dataset.entraCountdown);
  const tick = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left === 0) {
      clearInterval(tick);
      location.reload();
    }
  }, 1000);
}
