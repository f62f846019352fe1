// A screen that belongs to nobody yet: shows six digits until staff have typed them, then becomes the waiting-room screen.

const ASK_EVERY = 2000, TRY_AGAIN = 5000;
const page = document.getElementById("pairing");
const digits = document.getElementById("digits");
const lost = document.getElementById("lost");

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function post(url, content) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": page.dataset.token },
    body: JSON.stringify(content),
  });
  return answer.ok ? answer.json() : null;
}

// Ends when the digits are no longer good, or the screen is paired. An answer may fail to come for a while.
async function showOneCode() {
  const given = await post(page.dataset.beginUrl, {});
  if (given === null) throw new Error("no code");
  digits.textContent = `${given.code.slice(0, 3)} ${given.code.slice(3)}`;
  lost.hidden = true;
  const end = performance.now() + given.seconds * 1000;
  while (performance.now() < end) {
    await pause(ASK_EVERY);
    const claim = await post(page.dataset.claimUrl, { secret: given.secret });
    lost.hidden = claim !== null;
    if (claim !== null && claim.paired) { location.reload(); await pause(TRY_AGAIN); }
  }
}

(async () => {
  for (;;) {
    try {
      await showOneCode();
    } catch (error) {
      lost.hidden = false;
      await pause(TRY_AGAIN);
    }
  }
})();
