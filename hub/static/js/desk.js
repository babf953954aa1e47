// The desk page: its keys, the field for numbers and slips, and what is swapped. Whether it is live: live.js; that a
// press has one effect and an end: presses.js; the tone of a call for help: help_tone.js.
"use strict";
(() => {
  const BURST_MS = 35; // no person strikes keys faster
  const PAUSE_MS = 500; // a reader, or a computer with much to do, may rest for a moment; the keys before it belong to it
  const news = document.getElementById("news"); // beside the buttons, not around them: its queue must not drop a click
  const clock = document.getElementById("live");
  const say = document.getElementById("say");

  // --- sentences of the page itself; the hub's own come with its answers
  let said = "";
  function tell(word) {
    if (word && word !== "settled") say.textContent = said = say.dataset[word];
    else if (!word || say.textContent === said) say.textContent = said = "";
  }

  // --- live, and one effect per press
  const live = new Live(news, (asked) => presses.shown(asked));
  const presses = new Presses(tell, () => live.lost);
  new HelpTone(document.getElementById("hall"), document.getElementById("tone"));

  // --- number or slip: a reader types as fast as no person does, wherever the focus is; its Enter must press no button
  const field = document.getElementById("text");
  let burst = "", struck = -PAUSE_MS, quick = 0, reads = false;
  document.addEventListener("keydown", (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input")) return;
    const gap = event.timeStamp - struck, goesOn = gap < PAUSE_MS;
    struck = event.timeStamp;
    burst = goesOn ? burst + event.key : event.key;
    quick = gap < BURST_MS ? quick + 1 : 0;
    reads = quick > 1 || (goesOn && reads);
    if (!reads) return;
    event.preventDefault();
    field.value = burst;
    field.focus();
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter" && live.lost) tell("lost"); });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id !== "bring") return;
    if (event.detail.successful && !event.detail.xhr.getResponseHeader("x-refused")) field.value = "";
    else field.select(); // what is read next replaces it
  });

  // --- every action one key (function keys: they are no letters, so they disturb no typing and no screen reader)
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const key = (event.shiftKey ? "Shift+" : "") + event.key;
    const keyed = document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
    const button = Array.from(keyed).find((each) => each.checkVisibility()); // a question hides the buttons it stands for
    if (!button) return;
    event.preventDefault();
    if (button === field) { field.focus(); field.select(); }
    else if (live.lost) tell(presses.waiting ? "again" : "lost");
    else if (!event.repeat && !button.disabled) button.click();
  });

  // --- a long list is drawn in portions: the page says with each request how many rows it shows
  let rows = "";
  document.addEventListener("click", (event) => {
    const more = event.target.closest("[data-rows]");
    if (!more) return;
    rows = more.dataset.rows;
    live.refresh();
  });
  document.body.addEventListener("htmx:configRequest", (event) => { if (rows) event.detail.headers["X-Rows"] = rows; });

  // a part that is as before stays: a button replaced between press and release would lose the click
  const shown = new Map();
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const before = shown.get(target.id) ?? target.innerHTML; // the first update finds the page as it was served
    if (!["say", "mood"].includes(target.id) && before === fragment.innerHTML) event.detail.shouldSwap = false;
    shown.set(target.id, fragment.innerHTML);
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if ([422, 503].includes(event.detail.xhr.status)) event.detail.shouldSwap = true; // 503: what is wrong, in words
  });
  // --- how long a terminal has been silent, by the hub's clock: counted here, so that the page need not change for it
  const ahead = Number(clock.dataset.now) - Date.now();
  setInterval(() => {
    for (const each of document.querySelectorAll("[data-since]")) {
      const seconds = Math.max(0, Math.round((Date.now() + ahead - Number(each.dataset.since)) / 1000));
      each.textContent = seconds < 120 ? `(${seconds} s)` : `(${Math.floor(seconds / 60)} min)`;
    }
  }, 1000);
})();
