// The desk page: the question before a called visitor ends, the strip of an act that can be undone, keys of the page.
"use strict";
(() => {
  const DOUBLE_MS = 700; // as in desk.js: a second press within this time is the same press
  const own = document.getElementById("own"), strip = document.getElementById("undo");
  const live = document.getElementById("live");
  const ahead = Number(live.dataset.now) - Date.now(); // the hub's clock minus ours

  // --- "was A 005 there?", "where to with A 005?": opened by a key or button of the act, closed by an answer or Escape
  function about(word) {
    const question = document.getElementById(`ask-${word}`);
    return question ? question.dataset.ticket : "";
  }
  function close() {
    const word = own.dataset.asking;
    if (!word) return;
    delete own.dataset.asking;
    const back = document.getElementById(`act-${word}`);
    if (back) back.focus();
  }
  function ask(word) {
    if (!about(word)) return;
    own.dataset.asking = word;
    own.dataset.about = about(word);
    document.getElementById(`ask-${word}`).focus();
  }
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], word = own.dataset.asking;
    if (!step || !word) return;
    const answers = [...document.querySelectorAll(`#ask-${word} button`)], at = answers.indexOf(document.activeElement);
    answers[at < 0 ? (step < 0 ? answers.length - 1 : 0) : (at + step + answers.length) % answers.length].focus();
    event.preventDefault();
  });
  // another visitor, or none: what was asked is over
  document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    const word = own.dataset.asking;
    if (event.detail.target === own && word && about(word) !== own.dataset.about) close();
  });

  // --- a key pressed twice, or the second click of a double click, must not act on whom the first one called
  let called = -DOUBLE_MS, answered = -DOUBLE_MS;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#own button");
    if (!button) return;
    const { once, ask: word } = button.dataset, now = performance.now();
    if ((now - answered < DOUBLE_MS && once !== "next") || (now - called < DOUBLE_MS && word)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (word) ask(word);
    else if ("askNot" in button.dataset) close();
    else {
      if (own.dataset.asking) answered = now;
      if (once === "next") called = now;
      close();
    }
  }, true);
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.dataset.once) document.getElementById("mood").replaceChildren(); // what was said is over
  });
  // a page that did not know that somebody was only called: the hub asks
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (xhr && xhr.getResponseHeader("x-unanswered")) ask(elt.dataset.once);
  });

  // --- ten seconds to undo; F1 is ours on this page, so that a press too late opens no help of the browser
  document.addEventListener("keydown", (event) => {
    if (event.key === "F1" || event.key === "F3") event.preventDefault();
  });
  function tick() {
    const shown = strip.querySelector("[data-ends]");
    if (!shown) return;
    const left = Number(shown.dataset.ends) - Date.now() - ahead;
    shown.hidden = left <= 0;
    shown.querySelector(".left").style.inlineSize = `${Math.max(0, Math.min(100, left / 100))}%`;
  }
  setInterval(tick, 250);
  document.body.addEventListener("htmx:oobAfterSwap", (event) => { if (event.detail.target === strip) tick(); });
})();
