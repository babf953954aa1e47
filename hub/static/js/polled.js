// A page that asks again every few seconds (visitor's page, terminals): what it shows never passes for new when
// no answer came. It says since when it is old, and asks at once when it is looked at again or wakes.
"use strict";
(() => {
  const note = document.getElementById("stale"), as_of = document.getElementById("as-of");
  const stale_ms = 3 * Number(note.dataset.every) * 1000;
  if (!document.querySelector("[hx-get]")) return; // nothing here asks again
  let heard = Date.now(), tick = Date.now();

  function look() { for (const each of document.querySelectorAll('[hx-trigger*="look"]')) htmx.trigger(each, "look"); }
  function show() {
    const old = Math.abs(Date.now() - heard) >= stale_ms; // the wall clock: it goes on while a phone sleeps
    note.hidden = !old;
    document.body.classList.toggle("stale", old);
  }
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.requestConfig.verb !== "get" || detail.xhr.status === 0 || detail.xhr.status >= 500) return;
    heard = Date.now();
    as_of.textContent = detail.xhr.getResponseHeader("x-as-of") || new Date().toTimeString().slice(0, 5);
    show();
  });
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => { // what stands there already is left alone
    const seen = detail.xhr.getResponseHeader("x-seen"), shown = detail.target.querySelector("[data-seen]");
    if (seen && shown && shown.dataset.seen === seen) detail.shouldSwap = false;
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { show(); look(); } });
  addEventListener("online", look);
  setInterval(() => {
    if (Date.now() - tick > 5000 && !document.hidden) look(); // woken
    tick = Date.now();
    show();
  }, 1000);
})();
