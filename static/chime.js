// Two tones, as before an announcement. Browsers keep a page silent until somebody has touched it.

const Sound = window.AudioContext || window.webkitAudioContext;
export const sound = Sound ? new Sound() : null;

for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, () => sound && sound.resume());

export function chime() {
  if (!sound || sound.state !== "running") return;
  tone(659.3, 0);
  tone(523.3, 0.45);
}

function tone(pitch, delay) {
  const start = sound.currentTime + delay, voice = sound.createOscillator(), volume = sound.createGain();
  voice.frequency.value = pitch;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.5, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 1.4);
  voice.connect(volume).connect(sound.destination);
  voice.start(start);
  voice.stop(start + 1.5);
}
