// Two tones, made here: the board's chime, and the phone's. Browsers make a sound only after a touch, or when they were
// told that they may (a board's browser is started so).
"use strict";
window.Chime = class {
  #audio = null; #changed;

  // changed(): the browser began or stopped to allow it
  constructor(changed = () => {}) { this.#changed = changed; }

  get able() { return "AudioContext" in window; }
  get awake() { return Boolean(this.#audio && this.#audio.state === "running"); }

  wake() {
    if (!this.able) return;
    this.#audio = this.#audio || new AudioContext();
    this.#audio.onstatechange = this.#changed;
    this.#audio.resume().then(this.#changed, this.#changed);
    setTimeout(this.#changed, 300);
  }
  sound(times = 1) {
    if (!this.awake) return;
    for (let n = 0; n < times; n += 1) {
      for (const [pitch, after] of [[659.3, 0], [523.3, 0.38]]) this.#tone(pitch, after + 1.6 * n);
    }
  }
  #tone(pitch, after) {
    const audio = this.#audio, tone = audio.createOscillator(), gain = audio.createGain(), at = audio.currentTime + after;
    tone.type = "sine";
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.5, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 1.1);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 1.2);
  }
};
