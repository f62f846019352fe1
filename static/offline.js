// Goes on only when the server answers again: a reload into nothing would end in the browser's own error page.

const EVERY = 5000, PATIENCE = 4000;
const page = document.getElementById("offline");

async function look() {
  const stop = new AbortController(), patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(page.dataset.screenUrl, { method: "HEAD", cache: "no-store", signal: stop.signal });
    if (answer.ok) location.replace(page.dataset.screenUrl);
  } catch (error) {
    // Still nobody there.
  } finally {
    clearTimeout(patience);
  }
}

setInterval(look, EVERY);
window.addEventListener("online", look);
