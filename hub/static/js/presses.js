// Every press of a button has an end: an answer, or a sentence that there is none. Each press is one operation with a
// key of its own (idempotency key): the hub answers the same key the same and does its work once. So a press that was
// not answered is sent again under its own key, and nobody is called twice.
"use strict";
window.Presses = class {
  #say; #blocked; #csrf; #open = new Map(); #strikes = new Map(); #sending = new Set();
  static DOUBLE_MS = 700; // clicks that follow at once are one
  static AGAIN_MS = 1500; // between two tries
  static GIVE_UP_MS = 20000; // after the press: whoever pressed has looked away

  // say(word) shows a sentence: "" none, "busy", "lost", "again", "unanswered", "settled" (an answer came after all).
  // blocked() = no press may be begun now.
  constructor(say, blocked) {
    this.#say = say;
    this.#blocked = blocked;
    this.#csrf = document.querySelector("meta[name=csrf]").content;
    document.addEventListener("click", (event) => this.#guard(event), true);
    document.body.addEventListener("htmx:configRequest", (event) => this.#configure(event));
  }

  // The page shows the hub's state as it is since `asked`: what became of a press that was given up is to be seen there.
  shown(asked) {
    for (const [name, press] of this.#open) if (press.over && asked > press.over) this.#open.delete(name);
  }

  // A press is being repeated: whether it had its effect is not known yet.
  get waiting() { return [...this.#open.values()].some((press) => press.tries && !press.over); }

  // --- one press, one operation
  #guard(event) {
    const button = event.target.closest && event.target.closest("[hx-post]");
    if (!button || (event.target.closest("form") === button && !event.target.closest("button"))) return;
    const text = button.elements && button.elements.text ? button.elements.text.value : "";
    const press = this.#open.get((button.dataset.once || "") + text), now = performance.now();
    const busy = press && !press.over; // a second press while the first is under way is no second wish
    if (!busy && !this.#blocked()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!busy) this.#say("lost");
    else if (now - press.at >= Presses.DOUBLE_MS) this.#say("busy");
  }
  #configure(event) {
    const { elt, parameters, formData, headers, verb, path } = event.detail;
    headers["X-CSRF-Token"] = this.#csrf;
    if (verb !== "post" || this.#sending.has(elt)) return;
    event.preventDefault(); // sent below, from a place that no answer swaps away
    const name = elt.dataset.once ? elt.dataset.once + (parameters.text || "") : path + [...formData.values()];
    if (elt.dataset.text) Object.assign(parameters, { text: elt.dataset.text, expected: "1" });
    if (!formData.has("ticket")) parameters.ticket = elt.dataset.ticket || "";
    const before = this.#open.get(name);
    if (before && !before.over) return;
    parameters.op = before ? before.op : this.#operation(name); // given up and not looked at since: the same wish
    const press = { op: parameters.op, at: performance.now(), elt, path, values: Object.fromEntries(formData), tries: 0, over: 0 };
    this.#open.set(name, press);
    this.#say("");
    this.#send(name, press);
  }
  #operation(name) {
    const now = performance.now(), before = this.#strikes.get(name);
    const op = before && now - before.at < Presses.DOUBLE_MS ? before.op : Presses.#key();
    this.#strikes.set(name, { at: now, op });
    return op;
  }
  // crypto.randomUUID exists only in secure contexts; a hall without TLS has none
  static #key() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // --- answered? A hub that cannot say whether it did it (5xx) is asked again as well.
  async #send(name, press) {
    const source = document.createElement("div");
    let told = null;
    source.hidden = true;
    source.addEventListener("htmx:afterRequest", (event) => { told = event.detail; });
    document.body.append(source);
    this.#sending.add(source);
    try {
      await htmx.ajax("POST", press.path, { source, swap: "none", values: press.values });
    } catch { /* no answer: told says so */ }
    this.#sending.delete(source);
    source.remove();
    const status = told ? told.xhr.status : 0;
    if (!status || status >= 500) return this.#unanswered(name, press);
    this.#open.delete(name);
    if (press.tries) this.#say("settled");
    if (press.elt.isConnected) htmx.trigger(press.elt, "htmx:afterRequest", { xhr: told.xhr, successful: told.successful });
  }
  #unanswered(name, press) {
    press.tries += 1;
    if (performance.now() - press.at > Presses.GIVE_UP_MS) {
      press.over = performance.now();
      this.#say("unanswered");
    } else {
      this.#say("again");
      setTimeout(() => this.#send(name, press), Presses.AGAIN_MS);
    }
  }
};
