// The desk page: keys, one effect per click, live by server-sent events with a poll as fall-back.
"use strict";
(() => {
  const POLL_MS = 1500, CLOCK_MS = 20000, DOUBLE_MS = 700;
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
    if (once) {
      event.detail.parameters.op = operation(once);
      event.detail.parameters.ticket = button.dataset.ticket || "";
      say.textContent = "";
    }
  });

  // --- every action one key (function keys: they are no letters, so they disturb no typing and no screen reader)
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    event.preventDefault();
    if (!event.repeat && !button.disabled) button.click();
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
    if (target.id !== "say" && shown.get(target.id) === fragment.innerHTML) event.detail.shouldSwap = false;
    shown.set(target.id, fragment.innerHTML);
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) event.detail.shouldSwap = true;
  });
  setInterval(() => {
    if (source.readyState === EventSource.CLOSED) connect();
    refresh(); // minutes grow, terminals fall silent: nothing of this is an event
  }, CLOCK_MS);
  connect();
})();
