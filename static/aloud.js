// Says a word where the device has a voice for the page's language; without one there is no button.

const language = document.documentElement.lang.split("-")[0].toLowerCase();
const speech = window.speechSynthesis;

function voice() {
  return speech.getVoices().find((one) => one.lang.split(/[-_]/)[0].toLowerCase() === language);
}

function show() {
  const found = Boolean(voice());
  document.querySelectorAll(".aloud").forEach((button) => { button.hidden = !found; });
}

if (speech) {
  show();
  speech.addEventListener?.("voiceschanged", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".aloud");
    if (!button) return;
    const words = new SpeechSynthesisUtterance(button.dataset.says);
    words.voice = voice();
    words.lang = words.voice?.lang || language;
    words.rate = 0.9;
    speech.cancel();
    speech.speak(words);
  });
}
