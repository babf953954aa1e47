// One live line to the hub for all pages of this browser: server-sent events that are missed when they stop coming.
//
// A browser has six HTTP/1.1 connections to a hub. So one page, the leader, holds the stream and passes on what it
// hears (BroadcastChannel); a page that is seen leads rather than a hidden one, and another takes over when the leader
// closes or falls silent. The hub sends something at least every beat: after two beats without a word the stream is
// dead, whatever the browser believes of it, and is opened anew. Time is the wall clock, which a sleeping laptop does
// not stop: after waking nothing counts as heard.
"use strict";
window.Line = class {
  #url; #beat; #kinds; #take; #id; #channel; #source = null; #leader = ""; #leaderSeen = false;
  #heard = 0; #opened = 0; #leaderAt = 0; #last = 0; #timer = 0; #refused = 0;

  // url: of the stream; beat: ms between two signs of life; kinds: names of its events. take(kind, data) gets each one
  // on every page; "open" when the stream begins (anything may be new), "shut" when it ended.
  constructor(url, beat, kinds, take) {
    this.#url = url; this.#beat = beat; this.#kinds = kinds; this.#take = take;
    this.#id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.#last = Date.now();
    if ("BroadcastChannel" in window) {
      this.#channel = new BroadcastChannel(`line ${url}`);
      this.#channel.onmessage = (event) => this.#hear(event.data);
    }
    addEventListener("pagehide", () => { if (this.leads) this.#lay(); });
    addEventListener("pageshow", (event) => { if (event.persisted) this.#join(); }); // from the back-forward cache
    document.addEventListener("visibilitychange", () => this.#look());
    setInterval(() => this.#tick(), 1000);
    this.#join();
  }

  // Whether the hub sent anything within the last two beats.
  get live() { return Date.now() - this.#heard < 2 * this.#beat && this.#heard <= Date.now() + 1000; }
  get leads() { return this.#leader === this.#id; }

  // Nothing counts as heard any more: the next word from the hub must be a new one.
  doubt() {
    this.#heard = 0;
    if (!this.leads) this.#say({ is: "ask" });
  }

  // --- who leads
  #join() {
    this.#say({ is: "who" });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (!this.#leader) this.#lead(); }, this.#channel ? 150 + Math.random() * 150 : 0);
  }
  #lead() {
    clearTimeout(this.#timer);
    this.#leader = this.#id;
    this.#say({ is: "lead" });
    this.#open();
  }
  #lay() { // another page may lead
    this.#say({ is: "bye" });
    this.#leader = "";
    this.#close();
  }
  #follow(message) {
    if (this.leads) this.#close();
    if (this.#leader !== message.from) { this.#leader = message.from; this.#say({ is: "ask" }); }
    this.#leaderAt = Date.now();
    this.#leaderSeen = message.seen;
    this.#look();
  }
  // A page that is seen goes before a hidden one; else the smaller id, so that two never lead for long.
  #before(message) {
    const mine = document.hidden ? 1 : 0, other = message.seen ? 0 : 1;
    return mine !== other ? mine < other : this.#id < message.from;
  }
  #look() {
    if (this.leads) this.#say({ is: "lead" }); // says whether it is seen
    else if (this.#leader && !this.#leaderSeen && !document.hidden) this.#lead();
  }
  #hear(message) {
    if (message.is === "who" || message.is === "ask") { if (this.leads) this.#tell(); return; }
    if (message.is === "bye") {
      if (message.from !== this.#leader) return;
      this.#leader = "";
      this.#join();
    } else if (message.is === "lead") {
      if (this.leads && this.#before(message)) this.#say({ is: "lead" });
      else this.#follow(message);
    } else if (message.is === "word" && message.from === this.#leader) {
      this.#leaderAt = Date.now();
      this.#got(message.kind, message.data);
    }
  }
  #tell() { // what a page needs to know that has just come or woken
    this.#say({ is: "lead" });
    if (this.#source && this.live) this.#say({ is: "word", kind: "open", data: "" });
  }
  #say(message) {
    if (this.#channel) this.#channel.postMessage({ ...message, from: this.#id, seen: !document.hidden });
  }

  // --- the stream
  #open() {
    this.#close();
    this.#opened = Date.now();
    const source = this.#source = new EventSource(this.#url);
    const got = (kind, data) => {
      if (source !== this.#source) return;
      this.#say({ is: "word", kind, data });
      this.#got(kind, data);
    };
    source.addEventListener("open", () => { this.#refused = 0; got("open", ""); });
    source.addEventListener("error", () => { // closed for good: the hub refused it (too many streams, signed out)
      if (source === this.#source && source.readyState === EventSource.CLOSED) this.#refused += 1;
      if (this.#heard || source.readyState === EventSource.CLOSED) got("shut", "");
    });
    for (const kind of ["beat", ...this.#kinds]) source.addEventListener(kind, (event) => got(kind, event.data));
  }
  #close() {
    if (this.#source) this.#source.close();
    this.#source = null;
  }
  #got(kind, data) {
    this.#heard = kind === "shut" ? 0 : Date.now();
    this.#take(kind, data);
  }

  // --- each second: does anybody still speak?
  #tick() {
    const now = Date.now(), slept = now - this.#last > 3000 || now < this.#last - 1000;
    this.#last = now;
    if (slept && !document.hidden) this.doubt();
    if (this.leads) {
      const silent = now - Math.max(this.#heard, this.#opened);
      const shut = !this.#source || this.#source.readyState === EventSource.CLOSED;
      const pause = Math.min(30000, 1000 * 2 ** this.#refused); // whoever is refused asks less and less often
      if (silent < 0 || (shut ? now - this.#opened >= pause : silent >= 2 * this.#beat)) this.#open();
      if (!this.live) this.#say({ is: "lead" });
    } else if (this.#leader && now - this.#leaderAt >= 3 * this.#beat) {
      this.#leader = "";
      this.#join();
    }
  }
};
