// The kiosk: goes back to its start when nobody touches it, and takes what a scanner types. Pages work without this.

const LEAVE_AFTER = 45000, WARN_BEFORE = 15000, FRESH_EVERY = 30000, SHORTEST = 8;
const main = document.getElementById("main");
const leaving = document.getElementById("leaving");
const scan = document.getElementById("scan");
const code = document.getElementById("code");
let touched = Date.now();

function toStart() { location.replace(main.dataset.startUrl); }

// "Back" shows nothing of whoever was here before, also from the browser's own memory of a page.
const opened = performance.getEntriesByType("navigation")[0];
if ("leaves" in main.dataset && opened && opened.type === "back_forward") toStart();
window.addEventListener("pageshow", (event) => { if (event.persisted) toStart(); });

// The question goes when the finger is lifted, not before: what lies below it is not pressed.
function stay(event) {
  touched = Date.now();
  if (event.type === "click") leaving.hidden = true;
}

if ("leaves" in main.dataset) {
  ["pointerdown", "click", "keydown", "scroll"].forEach((name) => window.addEventListener(name, stay, { capture: true, passive: true }));
  setInterval(() => {
    const left = LEAVE_AFTER - (Date.now() - touched);
    if (left <= 0) { toStart(); return; }
    if (left > WARN_BEFORE) { leaving.hidden = true; return; }
    leaving.querySelector("[data-left]").textContent = Math.ceil(left / 1000);
    if (leaving.hidden) {
      leaving.hidden = false;
      leaving.querySelector("[data-stay]").focus();
    }
  }, 1000);
}

// The start looks again by itself: the picture changes, and the house opens and closes.
if ("waits" in main.dataset) {
  setInterval(() => {
    fetch(location.href, { cache: "no-store" }).then((answer) => {
      if (!answer.ok) throw new Error("no page");
      location.reload();
    }).catch(() => { document.getElementById("lost").hidden = false; });
  }, FRESH_EVERY);
}

// A scanner types what it reads, and Enter.
let typed = "";
document.addEventListener("keydown", (event) => {
  if (event.target === code || !scan) return;
  if (event.key === "Enter" && typed.length >= SHORTEST) {
    event.preventDefault();
    scan.elements.code.value = typed;
    scan.requestSubmit ? scan.requestSubmit() : scan.submit();
    return;
  }
  typed = event.key.length === 1 ? typed + event.key : event.key === "Shift" ? typed : "";
});

if (code) {
  code.inputMode = "none"; // the pad is on the page; no keyboard need cover it
  document.querySelectorAll("[name=press]").forEach((key) => key.addEventListener("click", (event) => {
    event.preventDefault();
    code.value = key.value === "back" ? code.value.slice(0, -1) : code.value + key.value;
    code.focus();
  }));
}

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
if ("prints" in main.dataset) window.addEventListener("load", () => window.print());
