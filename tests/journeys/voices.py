"""A browser that can speak, for those that cannot."""

# A browser with a German and an Arabic voice, which notes what it is asked to say and takes three seconds for it.
VOICES = """
  window.said = []; window.speaking = 0; window.most = 0; window.takes = 3000;
  window.SpeechSynthesisUtterance = class { constructor(words) { this.words = words; } };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => [{ lang: "de-DE" }, { lang: "ar_EG" }],
    cancel() {},
    speak(it) {
      window.said.push(`${it.lang}: ${it.words}`);
      window.most = Math.max(window.most, ++window.speaking);
      setTimeout(() => { window.speaking--; it.onend(); }, window.takes);
    },
  } });
"""
