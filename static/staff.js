// What the staff pages share: the part that keeps itself up to date, the notice of a lost connection, keys, dialogs.

import { connect } from "./live.js";
import "./forms.js";

const POLL = 10000, PATIENCE = 5000, BREATH = 2000, HOVER_HOLD = 4000, TOO_SOON = 400;
const page = document.documentElement.dataset;
const ahead = page.now ? Date.parse(page.now) - Date.now() : 0;

const now = () => Date.now() + ahead;
const clock = (at) => new Intl.DateTimeFormat("de", { hour: "2-digit", minute: "2-digit", timeZone: page.zone }).format(at);

// ── the live part ──────────────────────────────────────────────────────────────────────────────────────────────

// Fetches `data-now-url` of the element and puts its regions (children with an id) in place of the old ones.
export function keepFresh(part) {
  let asking = false, askAgain = false, up = false, poll = 0, lastContact = now();
  let waiting = null, hold = 0, pressed = false, moved = -Infinity;

  async function ask() {
    if (asking) { askAgain = true; return; }
    asking = true;
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(part.dataset.nowUrl, { signal: stop.signal, headers: { "X-Partial": "1" } });
      if (answer.redirected || answer.status === 401 || answer.status === 403) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      offer(await answer.text());
      lastContact = now();
      lost(false);
    } catch (error) {
      if (!up) lost(true);
      else setTimeout(ask, BREATH);
    } finally {
      clearTimeout(patience);
      asking = false;
      if (askAgain) { askAgain = false; ask(); }
    }
  }

  // Nothing moves under a pressed pointer, nor for a while under one that rests on something to press.
  function offer(html) {
    waiting = html;
    if (!part.querySelector("button:hover, a:hover, select:hover")) place();
    else if (!hold) hold = setTimeout(() => { moved = performance.now(); place(); }, HOVER_HOLD);
  }

  function place() {
    if (waiting === null || pressed || part.querySelector("[data-sent]")) return;
    clearTimeout(hold);
    hold = 0;
    const fresh = new DOMParser().parseFromString(waiting, "text/html");
    waiting = null;
    keepToken(fresh);
    countMinutes(fresh);
    countMinutes(document);
    for (const region of fresh.querySelectorAll("[data-region]")) swap(document.getElementById(region.id), region);
    part.dispatchEvent(new Event("fresh"));
  }

  const later = () => setTimeout(() => waiting !== null && offer(waiting));
  window.addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => { pressed = false; later(); }, true);
  window.addEventListener("blur", () => { pressed = false; later(); });
  part.addEventListener("pointerout", later);
  // A press that was meant for what stood here a moment ago presses nothing.
  part.addEventListener("click", (event) => { if (performance.now() - moved < TOO_SOON && event.detail > 0) event.preventDefault(); }, true);

  function lost(yes) {
    const notice = document.getElementById("lost");
    if (yes && notice.hidden) notice.querySelector("[data-since]").textContent = notice.dataset.sentence.replace("{time}", clock(lastContact));
    notice.hidden = !yes;
    document.documentElement.classList.toggle("is-lost", yes);
  }

  connect("/socket.io/", {
    onConnect() { up = true; clearInterval(poll); poll = 0; ask(); },
    onEvent(name) { if (name === "desk") ask(); },
    onDown() {
      if (up) lastContact = now();
      up = false;
      if (poll) return;
      poll = setInterval(ask, POLL);
      ask();
    },
  });
  countMinutes(document);
  setInterval(() => countMinutes(document), 15000);
}

// Puts a region's new content in place; what had the focus keeps it, what was scrolled stays where it was.
function swap(old, fresh) {
  const parts = [...fresh.childNodes];
  if (!old || (parts.length === old.childNodes.length && parts.every((part, i) => part.isEqualNode(old.childNodes[i])))) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : null;
  const scrolled = new Map([...old.querySelectorAll(".scroll[id]")].map((box) => [box.id, box.scrollTop]));
  old.replaceChildren(...parts);
  scrolled.forEach((top, id) => { const box = document.getElementById(id); if (box) box.scrollTop = top; });
  if (focused === null) return;
  const target = document.getElementById(focused) || old;
  if (target === old) old.tabIndex = -1;
  target.focus({ preventScroll: true });
}

// A form's token is written anew in every answer; the page's own stays good, so this is no change.
function keepToken(fresh) {
  const mine = document.querySelector("input[name=csrf_token]");
  if (mine) fresh.querySelectorAll("input[name=csrf_token]").forEach((input) => input.setAttribute("value", mine.getAttribute("value")));
}

// Minutes waited grow without asking anybody.
function countMinutes(root) {
  for (const cell of root.querySelectorAll("[data-since-instant]"))
    cell.textContent = String(Math.max(0, Math.floor((now() - Date.parse(cell.dataset.sinceInstant)) / 60000)));
}

// ── keys and dialogs ───────────────────────────────────────────────────────────────────────────────────────────

const OFF = "keys-off";
const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

// `data-key` on a button or link presses it, on anything else focuses what it holds. Off by a tick in the dialog.
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") { document.activeElement.blur(); return; }
  if (typing(event.target) || localStorage.getItem(OFF)) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("button, a")) found.click();
  else (found.querySelector("input:checked") || found.querySelector("input:not([type=hidden]), select") || found).focus();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

for (const button of document.querySelectorAll("[data-opens]")) button.hidden = false;

for (const tick of document.querySelectorAll("[data-keys-on]")) {
  tick.checked = !localStorage.getItem(OFF);
  tick.addEventListener("change", () => (tick.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
