// The visitor's page is a phone in a pocket: it sleeps, loses the network, and must never pass off an old number of
// people as today's. It says what is old until it has heard, and asks at once when it is looked at again.
"use strict";
(() => {
  const main = document.getElementById("main"), note = document.getElementById("stale");
  const stale_ms = 3 * Number(main.dataset.every) * 1000;
  let heard = Date.now(), asleep = Date.now();

  function show() {
    const old = Date.now() - heard >= stale_ms || heard > Date.now() + 1000;
    note.hidden = !old;
    document.body.classList.toggle("stale", old);
  }
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== main || event.detail.xhr.status === 0 || event.detail.xhr.status >= 500) return;
    heard = Date.now();
    const time = event.detail.xhr.getResponseHeader("x-as-of");
    if (time) document.getElementById("as-of").textContent = time;
    show();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    show();
    htmx.trigger(main, "look");
  });
  addEventListener("online", () => htmx.trigger(main, "look"));
  setInterval(() => {
    if (Date.now() - asleep > 5000 && !document.hidden) htmx.trigger(main, "look"); // woken
    asleep = Date.now();
    show();
  }, 1000);
})();
