// The desk page: keys, one effect per click, live by server-sent events with a poll as fall-back.
"use strict";
(() => {
  const POLL_MS = 1500, CLOCK_MS = 5000, DOUBLE_MS = 700, BURST_MS = 35;
  const news = document.getElementById("news"); // beside the buttons, not around them: its queue must not drop a click
  const live = document.getElementById("live");
  const say = document.getElementById("say");
  const csrf = document.querySelector("meta[name=csrf]").content;

  // --- one effect per click: clicks that follow at once carry the same idempotency key, so the hub answers the same
  const strikes = new Map();
  function operation(name) {
    const now = performance.now(), before = strikes.get(name);
    const op = before && now - before.at < DOUBLE_MS ? before.op : id();
    strikes.set(name, { at: now, op });
    return op;
  }
  // crypto.randomUUID exists only in secure contexts; a hall without TLS has none
  function id() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  document.body.addEventListener("htmx:configRequest", (event) => {
    const button = event.detail.elt, once = button.dataset.once;
    event.detail.headers["X-CSRF-Token"] = csrf;
    if (!once) return;
    const parameters = event.detail.parameters;
    parameters.op = operation(once + (parameters.text || "")); // two slips read at once are two operations
    if (button.dataset.text) Object.assign(parameters, { text: button.dataset.text, expected: "1" });
    parameters.ticket = button.dataset.ticket || "";
    say.textContent = "";
  });

  // --- number or slip: a reader types as fast as no person does, wherever the focus is; its Enter must press no button
  const field = document.getElementById("text");
  let burst = "", struck = 0;
  document.addEventListener("keydown", (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input")) return;
    burst = event.timeStamp - struck < BURST_MS ? burst + event.key : event.key;
    struck = event.timeStamp;
    if (burst.length < 3) return;
    event.preventDefault();
    field.value = burst;
    field.focus();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id !== "bring") return;
    if (event.detail.successful && !event.detail.xhr.getResponseHeader("x-refused")) field.value = "";
    else field.select(); // what is read next replaces it
  });

  // --- every action one key (function keys: they are no letters, so they disturb no typing and no screen reader)
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const keyed = document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`);
    const button = Array.from(keyed).find((each) => each.checkVisibility()); // a question hides the buttons it stands for
    if (!button) return;
    event.preventDefault();
    if (button === field) { field.focus(); field.select(); }
    else if (!event.repeat && !button.disabled) button.click();
  });

  // --- live
  let source = null, pollTimer = 0;
  function refresh() { htmx.trigger(news, "refresh"); }
  function state(word, tone) {
    live.className = `chip ${tone}`;
    live.lastElementChild.textContent = live.dataset[word];
  }
  function poll(on) {
    if (on && !pollTimer) pollTimer = setInterval(refresh, POLL_MS);
    if (!on && pollTimer) { clearInterval(pollTimer); pollTimer = 0; }
  }
  function connect() {
    if (source) source.close();
    source = new EventSource("/desk/changes");
    source.addEventListener("open", () => { poll(false); state("live", "go"); });
    source.addEventListener("change", () => { refresh(); });
    source.addEventListener("error", () => { poll(true); });
  }
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful && event.detail.xhr.status === 0) state("lost", "stop");
    else if (pollTimer) state("polling", "warn");
  });
  // a part that is as before stays: a button replaced between press and release would lose the click
  const shown = new Map();
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (!["say", "tone"].includes(target.id) && shown.get(target.id) === fragment.innerHTML) event.detail.shouldSwap = false;
    shown.set(target.id, fragment.innerHTML);
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) event.detail.shouldSwap = true;
  });
  // --- how long a terminal has been silent, by the hub's clock: counted here, so that the page need not change for it
  const ahead = Number(live.dataset.now) - Date.now();
  setInterval(() => {
    for (const each of document.querySelectorAll("[data-since]")) {
      const seconds = Math.max(0, Math.round((Date.now() + ahead - Number(each.dataset.since)) / 1000));
      each.textContent = seconds < 120 ? `(${seconds} s)` : `(${Math.floor(seconds / 60)} min)`;
    }
  }, 1000);
  setInterval(() => {
    if (source.readyState === EventSource.CLOSED) connect();
    refresh(); // minutes grow, terminals fall silent: nothing of this is an event
  }, CLOCK_MS);
  connect();
})();
