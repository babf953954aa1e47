// Somebody asks for help: a short tone, once in this browser, and "(1) Hilfe" in the tab's title until somebody goes.
// Browsers let a page sound only after it was touched once; until then the title must do.
"use strict";
window.HelpTone = class {
  static QUIET = "help-tone-quiet"; // kept in the browser: "1" = no tone
  static LAST = "help-tone-last"; // the call that sounded last, so that of six pages one sounds
  static HELD_MS = 120_000; // by then every page has looked
  #hall; #button; #title = document.title; #known = new Set(); #audio = null;

  // hall: holds a [data-person] for each call that nobody took yet; button: switches the tone.
  constructor(hall, button) {
    this.#hall = hall;
    this.#button = button;
    for (const touch of ["keydown", "pointerdown"]) document.addEventListener(touch, () => this.#wake(), { capture: true });
    button.addEventListener("click", () => this.#switch());
    new MutationObserver(() => this.#look()).observe(hall, { childList: true, subtree: true });
    this.#show();
    this.#look();
  }

  #look() {
    const calls = [...this.#hall.querySelectorAll("[data-person]")].map((each) => each.dataset.person);
    const title = calls.length ? this.#hall.dataset.title.replace("{n}", String(calls.length)) : "";
    document.title = title ? `${title} · ${this.#title}` : this.#title;
    const fresh = calls.filter((call) => !this.#known.has(call));
    this.#known = new Set(calls);
    if (fresh.length && this.#ready) this.#soundOnce(fresh[0]);
  }
  // Pages of one browser may run in several processes, where what one writes into its storage reaches another too late.
  // A lock (Web Locks) has one holder; what is kept is for a page that is opened or loaded again later.
  #soundOnce(call) {
    if (HelpTone.#kept(HelpTone.LAST) === call) return;
    const sound = () => { HelpTone.#keep(HelpTone.LAST, call); this.#sound(); };
    if (!navigator.locks) { sound(); return; } // a page without encryption from another machine has none
    navigator.locks.request(`help-tone-${call}`, { ifAvailable: true }, (lock) => {
      if (!lock || HelpTone.#kept(HelpTone.LAST) === call) return undefined;
      sound();
      return new Promise((release) => { setTimeout(release, HelpTone.HELD_MS); });
    });
  }
  #wake() {
    this.#audio = this.#audio || new AudioContext();
    if (this.#audio.state !== "running") this.#audio.resume();
  }
  #sound() {
    for (const [pitch, after] of [[880, 0], [1174.7, 0.16]]) {
      const tone = this.#audio.createOscillator(), gain = this.#audio.createGain(), at = this.#audio.currentTime + after;
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.0001, at);
      gain.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
      tone.connect(gain).connect(this.#audio.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    }
  }

  get #ready() { return !this.#quiet && this.#audio !== null && this.#audio.state === "running"; }
  get #quiet() { return HelpTone.#kept(HelpTone.QUIET) === "1"; }
  #switch() {
    HelpTone.#keep(HelpTone.QUIET, this.#quiet ? "" : "1");
    this.#show();
    if (this.#ready) this.#sound(); // so it will sound
  }
  #show() {
    for (const each of this.#button.children) each.hidden = (each.dataset.tone === "off") !== this.#quiet;
    this.#button.setAttribute("aria-pressed", String(!this.#quiet));
  }
  static #kept(key) {
    try { return localStorage.getItem(key); } catch { return null; } // a browser may forbid it
  }
  static #keep(key, value) {
    try { localStorage.setItem(key, value); } catch { /* then each page sounds, and again after a reload */ }
  }
};
