// The waiting-room screen. It shows a complete snapshot or says plainly how old the one it shows is.

import { sound } from "./chime.js";
import { connect } from "./live.js";
import { announcer } from "./voice.js";

const POLL = 5000, PATIENCE = 4000, STALE = 15000, LOST = 5000, YOUNG = 60, GLOW = 8000;
const INFO_EVERY = 60000, INFO_TURN = 15000, CALLED_SECONDS = 120;
const page = document.getElementById("screen");
const at = (id) => document.getElementById(id);

let shown = null, contact = performance.now(), down = null, glow = 0, asking = false, pages = [], turn = 0;
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
  const young = fresh.filter((call) => call.age < YOUNG);
  if (!first && young.length) announce(young.reverse());
}

const nameOf = (call) => `${call.number} ${call.called} ${call.calls}`;

function show(snapshot) {
  const [newest, ...earlier] = snapshot.calls;
  at("clock").textContent = snapshot.clock;
  at("waiting").textContent = String(snapshot.waiting);
  expect(snapshot);
  if (newest) {
    at("number").textContent = newest.number;
    write(at("room"), newest.room);
  }
  const between = isBetween();
  setTheStage(newest, between);
  const listed = between ? snapshot.calls : earlier;
  at("earlier-part").hidden = listed.length === 0;
  at("earlier").textContent = "";
  listed.forEach((call) => at("earlier").appendChild(line(call)));
}

// One thing at a time: the call, what the house wants to say between calls, or that it is open or closed.
function setTheStage(newest, between) {
  const { open, closed_today: closedToday, full_today: full } = shown;
  at("newest").hidden = !newest || between;
  at("info").hidden = !between;
  at("nobody").hidden = Boolean(newest) || between || !open || full;
  at("full").hidden = Boolean(newest) || between || !open || !full;
  at("closed").hidden = Boolean(newest) || between || open || closedToday;
  at("closed-today").hidden = Boolean(newest) || between || !closedToday;
}

function expect({ expected, alone, open, full_today: full }) {
  const words = at("expected").dataset;
  const said = full ? words.full : alone ? words.alone : expected ? words.span.replace("{from}", expected[0]).replace("{to}", expected[1]) : "";
  at("expected").textContent = said;
  at("expected").hidden = !open || said === "" || (!full && !alone && expected[1] === 0);
}

// ── between calls ──────────────────────────────────────────────────────────────────────────────────────────────

// Whoever was called has had time to go; then her number stands among those before.
function isBetween() {
  const [newest] = shown.calls;
  const age = newest ? newest.age + (performance.now() - contact) / 1000 : Infinity;
  return shown.open && pages.length > 0 && age > CALLED_SECONDS;
}

async function askForInfo() {
  try {
    const answer = await fetch(page.dataset.infoUrl);
    if (answer.ok) pages = (await answer.json()).pages;
    tell();
    if (shown !== null) show(shown);
  } catch (error) {
    // The pages that are known will do.
  }
}

// Each page in turn: German stands, the other languages take turns below it.
function tell() {
  if (pages.length === 0) return;
  const texts = pages[turn % pages.length], others = texts.slice(1), round = Math.floor(turn / pages.length);
  words(at("info-first"), texts[0]);
  words(at("info-second"), others.length ? others[round % others.length] : ["", "auto", ""]);
}

function words(place, [language, direction, text]) {
  place.lang = language;
  place.dir = direction;
  place.textContent = text;
  place.classList.toggle("long", text.length > 60);
}

setInterval(() => { turn += 1; tell(); if (shown !== null && !at("info").hidden !== isBetween()) show(shown); }, INFO_TURN);
setInterval(askForInfo, INFO_EVERY);

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

const speak = announcer({
  says: JSON.parse(page.dataset.says), rendered: page.dataset.voices.split(" "), voiceUrl: page.dataset.voiceUrl,
  onChime() { page.dataset.chimes = String(Number(page.dataset.chimes || 0) + 1); },
});

function announce(calls) {
  page.classList.add("called");
  clearTimeout(glow);
  glow = setTimeout(() => page.classList.remove("called"), GLOW);
  speak(calls);
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
askForInfo();

// ── left alone for weeks ───────────────────────────────────────────────────────────────────────────────────────

// Both only where the browser trusts the address (https, or this machine).
if (page.dataset.workerUrl && navigator.serviceWorker) {
  navigator.serviceWorker.register(page.dataset.workerUrl, { scope: page.dataset.workerScope }).catch(() => {});
}

function stayAwake() {
  if (navigator.wakeLock && document.visibilityState === "visible") navigator.wakeLock.request("screen").catch(() => {});
}

document.addEventListener("visibilitychange", stayAwake);
stayAwake();
