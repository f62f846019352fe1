// One number's page. While it waits it reads its place out of the public snapshot; whatever else happens, it asks.

import "./forms.js";
import { chime } from "./chime.js";
import { connect } from "./live.js";

const SLOWEST = 15000, FASTEST = 5000, PATIENCE = 8000, CALM = 5000;
const FINAL = ["done", "withdrawn", "referred", "refused"];
const page = document.getElementById("follow");
const lost = document.getElementById("lost");

let shown = null, up = false, asking = false, again = 0;

document.getElementById("again").hidden = true;

const standing = () => document.getElementById("standing");
const words = () => JSON.parse(standing().dataset.words);

// ── what is heard ──────────────────────────────────────────────────────────────────────────────────────────────

function hear(snapshot) {
  if (shown !== null && snapshot.epoch === shown.epoch && snapshot.version < shown.version) return;
  shown = snapshot;
  well(snapshot.clock);
  const state = standing().dataset.state, mine = snapshot.line[standing().dataset.tag];
  if (state === "waiting" && mine) place(mine, snapshot.alone);
  else if (state === "waiting") ask();
  else if (!FINAL.includes(state)) askSoon(CALM * Math.random());
}

function place([before, from, to], alone) {
  const said = words();
  if (before >= said.before.length) { ask(); return; }
  write("[data-before]", said.before[before]);
  const minutes = from === null ? "" : span(said, from, to);
  write("[data-minutes]", alone ? said.alone : minutes);
  standing().querySelector(".minutes").hidden = !alone && minutes === "";
}

function span(said, from, to) {
  const sentence = to === 0 ? said.soon : from === 0 ? said.most : said.span;
  return sentence.replace("{from}", from).replace("{to}", to);
}

// Only what has changed: whoever listens to the page is not told the same thing twice.
function write(selector, text) {
  const found = standing().querySelector(selector);
  if (found.textContent !== text) found.textContent = text;
}

// ── what is asked ──────────────────────────────────────────────────────────────────────────────────────────────

async function ask() {
  if (asking) return;
  asking = true;
  const stop = new AbortController(), patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(page.dataset.nowUrl, { signal: stop.signal, headers: { "X-Partial": "1" } });
    if (answer.status === 404) { location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch (error) {
    if (!up) say(lost.dataset.sentence.replace("{time}", standing().dataset.clock));
  } finally {
    clearTimeout(patience);
    asking = false;
  }
}

function replace(fresh) {
  const next = fresh.getElementById("standing"), before = standing();
  well(next.dataset.clock);
  if (next.dataset.state === before.dataset.state && next.querySelector("[data-before]")) {
    before.dataset.words = next.dataset.words;
    for (const part of ["[data-before]", "[data-minutes]"]) write(part, next.querySelector(part).textContent);
    before.querySelector(".minutes").hidden = next.querySelector(".minutes").hidden;
    return;
  }
  if (page.querySelector("[data-sent]")) return;
  const called = next.dataset.state === "called" && before.dataset.state !== "called";
  before.replaceWith(document.importNode(next, true));
  if (called) { chime(); if (navigator.vibrate) navigator.vibrate([300, 150, 300]); }
}

function askSoon(delay) {
  clearTimeout(again);
  again = setTimeout(ask, delay);
}

function well(clock) {
  standing().dataset.clock = clock;
  lost.hidden = true;
}

function say(sentence) {
  lost.querySelector("[data-since]").textContent = sentence;
  lost.hidden = false;
}

// Where sockets are blocked the page asks by itself, not all of a waiting room at once.
(function poll() {
  setTimeout(() => {
    if (!up && !FINAL.includes(standing().dataset.state)) ask();
    poll();
  }, FASTEST + Math.random() * (SLOWEST - FASTEST));
})();

if (!FINAL.includes(standing().dataset.state)) {
  connect("/socket.io/", {
    auth: { ticket: page.dataset.token },
    onConnect() { up = true; ask(); },
    onEvent(name, data) { if (name === "board") hear(data); },
    onDown() { up = false; },
  });
}
