// The waiting-room screen. It shows a complete snapshot or says plainly how old the one it shows is.

import { chime, sound } from "./chime.js";
import { connect } from "./live.js";

const POLL = 5000, PATIENCE = 4000, STALE = 15000, LOST = 5000, YOUNG = 60, GLOW = 8000;
const page = document.getElementById("screen");
const at = (id) => document.getElementById(id);

let shown = null, contact = performance.now(), down = null, glow = 0, asking = false;
const known = new Set();

function take(snapshot) {
  if (shown !== null && snapshot.epoch === shown.epoch && snapshot.version < shown.version) return;
  const first = shown === null;
  shown = snapshot;
  contact = performance.now();
  page.classList.remove("stale");
  at("stale").hidden = true;
  show(snapshot);
  const fresh = snapshot.calls.filter((call) => !known.has(nameOf(call)));
  known.clear();
  snapshot.calls.forEach((call) => known.add(nameOf(call)));
  // Whoever loads the page hears nothing: those calls have been heard.
  if (!first && fresh.some((call) => call.age < YOUNG)) announce();
}

const nameOf = (call) => `${call.number} ${call.called} ${call.calls}`;

function show(snapshot) {
  const [newest, ...earlier] = snapshot.calls;
  at("clock").textContent = snapshot.clock;
  at("waiting").textContent = String(snapshot.waiting);
  at("newest").hidden = !newest;
  at("nobody").hidden = Boolean(newest) || !snapshot.open;
  at("closed").hidden = Boolean(newest) || snapshot.open || snapshot.closed_today;
  at("closed-today").hidden = Boolean(newest) || !snapshot.closed_today;
  if (newest) {
    at("number").textContent = newest.number;
    write(at("room"), newest.room);
  }
  at("earlier-part").hidden = earlier.length === 0;
  at("earlier").textContent = "";
  earlier.forEach((call) => at("earlier").appendChild(line(call)));
}

function line(call) {
  const item = at("line").content.cloneNode(true);
  item.querySelector("[data-number]").textContent = call.number;
  write(item.querySelector("[data-room]"), call.room);
  return item;
}

// Long names of rooms are written smaller.
function write(place, room) {
  place.textContent = room;
  place.classList.toggle("long", room.length > 3 && room.length <= 8);
  place.classList.toggle("longer", room.length > 8);
}

// ── sound and light ────────────────────────────────────────────────────────────────────────────────────────────

function announce() {
  page.classList.add("called");
  clearTimeout(glow);
  glow = setTimeout(() => page.classList.remove("called"), GLOW);
  chime();
  page.dataset.chimes = String(Number(page.dataset.chimes || 0) + 1);
}

// Browsers keep a page silent until somebody has touched it; a screen set up as the README says is not.
function askForSound() {
  at("silent").hidden = !sound || sound.state === "running";
}

if (sound) sound.onstatechange = askForSound;
setTimeout(askForSound, 1000);

// ── contact ────────────────────────────────────────────────────────────────────────────────────────────────────

async function ask() {
  if (asking) return;
  asking = true;
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(page.dataset.boardUrl, { signal: stop.signal });
    if (answer.status === 401 || answer.status === 403 || answer.status === 404) location.reload();
    else if (answer.ok) take(await answer.json());
  } catch (error) {
    // No answer is what the stale banner is for.
  } finally {
    clearTimeout(patience);
    asking = false;
  }
}

function watch() {
  const now = performance.now(), lost = down !== null && contact < down && now - down >= LOST;
  if (!lost && now - contact < STALE) return;
  page.classList.add("stale");
  at("stale").hidden = false;
  at("stale").textContent = page.dataset.stale.replace("{time}", shown ? shown.clock : "–");
}

// A socket that has closed, and no answer since: sooner known than by the snapshot's age. The first end counts, not each try.
function wentDown() {
  if (down === null) down = performance.now();
  ask();
}

function cameBack() {
  down = null;
  ask();
}

connect("/socket.io/", {
  onConnect: cameBack, onEvent: (name, data) => { if (name === "board") take(data); }, onDown: wentDown,
});
ask();
setInterval(ask, POLL);
setInterval(watch, 1000);
