// The cover room: how long taking it all back is still possible. Without this the page says until when.

import "./staff.js";

const page = document.documentElement.dataset;
const ahead = page.now ? Date.parse(page.now) - Date.now() : 0;

for (const left of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(left.dataset.until);
  const tick = () => {
    const seconds = Math.ceil((until - Date.now() - ahead) / 1000);
    if (seconds <= 0) { location.reload(); return; }
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    setTimeout(tick, 1000);
  };
  left.hidden = false;
  tick();
}
