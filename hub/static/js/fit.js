// Fits the names of counters into their places on the board: the largest size at which the name stands on one line or,
// where that is much smaller, hyphenated on two; never smaller than can be read across the hall - rather its short name. Nothing is cut: what does
// not fit even then becomes smaller still. Numbers never change, names give way to them.
"use strict";
const fit = (() => {
  const STEPS = 8, BELOW = 24; // sizes from --name-most to --name-least (calls.css has both), and smaller ones
  const ONE_LINE = 0.8; // a name on one line may be this much smaller than on two

  function size(name, step) {
    name.style.fontSize = step <= STEPS
      ? `calc(var(--name-most) - (var(--name-most) - var(--name-least)) * ${step / STEPS})`
      : `calc(var(--name-least) * ${0.93 ** (step - STEPS)})`;
  }
  function fits(name, lines) {
    const box = name.parentElement, line = parseFloat(getComputedStyle(name).lineHeight);
    return name.scrollWidth <= name.clientWidth && name.scrollHeight <= name.clientHeight
      && name.offsetHeight < (lines + 0.5) * line
      && box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth;
  }
  // On one line, or hyphenated on two; the text keeps what fitted.
  function stands(name, text, lines) {
    name.classList.toggle("lines", lines === 2);
    name.textContent = text;
    return fits(name, lines);
  }
  // The first step at which it stands so; none = -1.
  function first(name, text, lines, steps) {
    for (let step = 0; step <= steps; step += 1) {
      size(name, step);
      if (stands(name, text, lines)) return step;
    }
    return -1;
  }
  function one(name) {
    const { name: whole, soft, short } = name.dataset;
    const two = first(name, soft, 2, STEPS), large = two < 0 ? 0 : parseFloat(getComputedStyle(name).fontSize);
    const line = first(name, whole, 1, STEPS);
    if (line >= 0 && parseFloat(getComputedStyle(name).fontSize) >= ONE_LINE * large) return;
    if (two >= 0) return void (size(name, two), stands(name, soft, 2));
    const parts = short === whole ? soft : short;
    for (let step = 0; step <= STEPS + BELOW; step += 1) {
      size(name, step);
      if (stands(name, short, 1) || stands(name, parts, 2)) return;
    }
  }
  // A long name of the town or the house becomes smaller: its lines must take no room from the calls.
  function head(brand) {
    for (let share = 1; share > 0.3; share -= 0.1) {
      brand.style.fontSize = `calc(2.6vh * ${share})`;
      if (brand.offsetHeight <= innerHeight * 0.09) return;
    }
  }
  // Of the numbers called earlier as many as have room.
  function numbers(row) {
    while (row.childElementCount > 1 && row.scrollWidth > row.clientWidth + 1) row.lastElementChild.remove();
  }
  // The idle page is written in em: all of it becomes smaller until it has room.
  function idle(page) {
    const box = page.parentElement;
    for (let share = 1; share > 0.3; share -= 0.05) {
      page.style.fontSize = `calc(1vh * ${share})`;
      if (box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth) return;
    }
  }
  function all(root = document) {
    root.querySelectorAll(".newest > .idle-page").forEach(idle);
    root.querySelectorAll("body.board > header > .brand").forEach(head);
    root.querySelectorAll(".name").forEach(one);
    root.querySelectorAll(".numbers").forEach(numbers);
  }
  return all;
})();
document.fonts.ready.then(() => fit());
addEventListener("resize", () => fit());
document.addEventListener("toggle", () => fit(), true); // a form that was folded away had no size
document.addEventListener("htmx:afterSettle", () => fit());
