// The visitor's phone wakes its owner: after one touch it sounds and buzzes when the number is called, and at each
// further call. It can do so only while the page is open; where the browser allows it the screen stays on.
"use strict";
(() => {
  const card = document.getElementById("wake"), title = document.title;
  if (!card) return;
  const button = document.getElementById("wake-button"), text = document.getElementById("wake-text");
  const chime = new Chime(show), buzzes = "vibrate" in navigator;
  let lock = null, wanted = false, heard = calls();

  function calls() {
    const { state, calls } = document.getElementById("number-card").dataset;
    return state === "called" ? Number(calls) : 0;
  }
  function show() {
    const on = wanted && (chime.awake || !chime.able);
    button.hidden = on;
    if (on) text.textContent = buzzes ? card.dataset.onBuzz : card.dataset.on;
  }
  function buzz(...pattern) { if (buzzes) navigator.vibrate(pattern); }
  async function stay() { // a screen that went off stops the page; the lock ends whenever the page is hidden
    try { lock = (await navigator.wakeLock?.request("screen")) ?? null; } catch { lock = null; /* low battery */ }
  }
  function look() {
    const now = calls();
    document.title = now ? `● ${card.dataset.called} · ${title}` : title;
    if (now > heard && wanted) {
      chime.sound(3);
      buzz(400, 200, 400, 200, 800);
    }
    heard = now;
    card.hidden = !(chime.able || buzzes) || Boolean(document.querySelector(".number-card.over"));
  }
  button.addEventListener("click", () => {
    wanted = true;
    chime.wake();
    setTimeout(() => chime.sound(), 200);
    buzz(200);
    stay();
    show();
  });
  document.addEventListener("visibilitychange", () => { if (wanted && !document.hidden && (!lock || lock.released)) stay(); });
  document.body.addEventListener("htmx:afterSwap", look);
  look();
})();
