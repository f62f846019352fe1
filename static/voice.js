// Announcements, one after the other: the chime, then each number in German and in the language that its holder chose.

import { chime } from "./chime.js";

const CHIME = 1900, LONGEST = 12000, TOO_LATE = 60000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// `says`: sentences by language with {number} and {room}; `rendered`: languages whose sound the server makes.
export function announcer({ says, rendered, voiceUrl, onChime }) {
  let waiting = [], busy = false;

  function announce(calls) {
    const heard = performance.now();
    waiting = waiting.filter((old) => !calls.some((call) => call.number === old.call.number));
    waiting.push(...calls.map((call) => ({ call, heard })));
    if (!busy) run();
  }

  async function run() {
    busy = true;
    while (waiting.length) {
      const now = waiting.filter(({ heard }) => performance.now() - heard < TOO_LATE);
      waiting = [];
      if (now.length) await sound(now);
    }
    busy = false;
  }

  async function sound(now) {
    chime();
    onChime();
    await pause(CHIME);
    for (const { call } of now) for (const language of languages(call)) await say(call, language);
  }

  const languages = (call) => ["de", ...(call.voice && call.voice !== "de" ? [call.voice] : [])];

  // Never longer than it may take: a voice that does not end keeps no other from being heard.
  async function say(call, language) {
    if (!says[language]) return;
    if (rendered.includes(language)) await Promise.race([play(call, language), pause(LONGEST)]);
    else await Promise.race([speak(call, language), pause(LONGEST)]);
  }

  function play(call, language) {
    return new Promise((done) => {
      const audio = new Audio(voiceUrl.replace("LANGUAGE", language).replace("NUMBER", String(Number(call.number))));
      audio.onended = audio.onerror = done;
      audio.play().catch(done);
    });
  }

  function speak(call, language) {
    const speech = window.speechSynthesis;
    const voice = speech && speech.getVoices().find((one) => one.lang.toLowerCase().split(/[-_]/)[0] === language);
    if (!voice) return Promise.resolve();
    return new Promise((done) => {
      const words = new SpeechSynthesisUtterance(sentence(says[language], call));
      words.voice = voice;
      words.lang = voice.lang;
      words.rate = 0.85;
      words.onend = words.onerror = done;
      speech.cancel();
      speech.speak(words);
    });
  }

  return announce;
}

// Digit by digit: no language says "fourteen" where 014 stands on the slip.
function sentence(words, { number, room }) {
  return words.replace("{number}", [...number].join(" ")).replace("{room}", room);
}
