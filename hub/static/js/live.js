// Whether the desk is true: "live" only while the hub sent something within two beats. The chip says how it stands; while the
// hub is away a band says what to do, the buttons are off, and the seconds to the next try are counted.
"use strict";
window.Live = class {
  #line; #beat; #news; #shown; #chip; #band; #next; #word = "connecting";
  #fails = 0; #due = 0; #asked = 0; #asking = false; #answered = 0; #last = Date.now();
  static POLL_MS = 1500; // while the line brings nothing
  static CLOCK_MS = 5000; // minutes grow, terminals fall silent: nothing of this is an event
  static HIDDEN_MS = 60000; // nobody looks; the line still tells of calls for help
  static PAUSES_MS = [0, 1000, 2000, 3000, 5000];
  static TONES = { connecting: "warn", live: "go", polling: "warn", lost: "stop" };

  // news: the element whose "refresh" fetches the page's parts; shown(asked) is called when they came.
  constructor(news, shown) {
    this.#news = news;
    this.#shown = shown;
    this.#chip = document.getElementById("live");
    this.#band = document.getElementById("band");
    this.#next = document.getElementById("next-try");
    this.#beat = Number(this.#chip.dataset.beat);
    this.#line = new Line("/desk/changes", this.#beat, ["change"], (kind, data) => this.#word_came(kind, data));
    document.body.addEventListener("htmx:beforeSend", (event) => this.#before(event.detail));
    document.body.addEventListener("htmx:afterRequest", (event) => this.#after(event.detail));
    document.body.addEventListener("htmx:afterSettle", () => this.#switch());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#wake(); });
    addEventListener("pageshow", (event) => { if (event.persisted) this.#wake(); });
    addEventListener("online", () => this.refresh());
    setInterval(() => this.#tick(), 500);
  }

  get lost() { return this.#word === "lost"; }
  refresh() {
    this.#due = Date.now() + Live.CLOCK_MS; // the answer sets it anew
    htmx.trigger(this.#news, "refresh");
    this.#judge();
  }

  #word_came(kind, data) {
    const seen = !document.hidden || (kind === "change" && JSON.parse(data).kinds.includes("help"));
    if (kind !== "beat" && seen) this.refresh(); // a hidden page fetches the rest when it is seen again
    this.#judge();
  }
  #before({ elt }) {
    if (elt !== this.#news) return;
    this.#asked = performance.now();
    this.#asking = true;
  }
  #after({ elt, xhr }) {
    const well = xhr.status > 0 && xhr.status < 500, ours = elt === this.#news;
    if (ours) this.#asking = false;
    if (!well) {
      this.#fails += 1;
      this.#answered = 0;
    } else if (ours) {
      this.#fails = 0;
      this.#answered = Date.now();
      this.#shown(this.#asked);
    }
    if (ours || !well) this.#due = Date.now() + this.#pause(well);
    this.#judge();
  }
  #pause(well) {
    if (!well) return Live.PAUSES_MS[Math.min(this.#fails, Live.PAUSES_MS.length) - 1];
    return document.hidden ? Live.HIDDEN_MS : this.#line.live ? Live.CLOCK_MS : Live.POLL_MS;
  }
  // Asleep, or not looked at: what stands here is old until something new comes.
  #wake() {
    this.#answered = 0;
    this.#line.doubt();
    this.refresh();
  }
  #tick() {
    const now = Date.now(), slept = now - this.#last > 3000 || now < this.#last - 1000;
    this.#last = now;
    if (slept && !document.hidden) this.#wake();
    else if (now >= this.#due) this.refresh();
    else this.#judge();
  }

  // --- how it stands
  #judge() {
    const fresh = Date.now() - this.#answered < 2 * this.#beat;
    const word = this.#fails >= 2 || (this.#fails && !this.#line.live) ? "lost"
      : this.#line.live && fresh ? "live" : fresh && !this.#fails ? "polling" : "connecting";
    if (word !== this.#word) {
      this.#word = word;
      this.#chip.className = `chip ${Live.TONES[word]}`;
      for (const icon of this.#chip.querySelectorAll("[data-word]")) icon.hidden = icon.dataset.word !== word;
      this.#chip.lastElementChild.textContent = this.#chip.dataset[word];
      this.#band.hidden = word !== "lost";
      document.body.classList.toggle("away", word === "lost");
      this.#switch();
    }
    if (word === "lost") {
      const seconds = Math.max(1, Math.ceil((this.#due - Date.now()) / 1000));
      this.#next.textContent = this.#asking ? this.#next.dataset.now : this.#next.dataset.in.replace("{n}", String(seconds));
    }
  }
  #switch() { // the buttons that need the hub
    const off = this.lost;
    for (const button of document.querySelectorAll("main [hx-post], main [hx-post] button")) {
      if (button.tagName !== "BUTTON") continue;
      if (off && !button.disabled) { button.disabled = true; button.dataset.off = "1"; }
      if (!off && button.dataset.off) { button.disabled = false; delete button.dataset.off; }
    }
  }
};
