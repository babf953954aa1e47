// Keeps the page at the devices' state and turns switches without reloading. Without scripts the forms do the same.
"use strict";
const away = document.querySelector(".away");

function show(device) {
  const card = document.querySelector(`[data-device="${device.name}"]`);
  if (!card) return;
  const plug = card.querySelector(".plug");
  const word = device.connected ? plug.dataset.on : plug.dataset.off;
  if (plug.textContent !== word) plug.textContent = word;
  const slips = card.querySelector("[data-slips]");
  if (slips) slips.textContent = device.slips;
  if (card.dataset.version !== device.version) {
    card.dataset.version = device.version;
    const text = card.querySelector("p.sight");
    if (text) text.textContent = device.text;
    const image = card.querySelector("img");
    if (image) {
      image.src = `${device.picture}?${device.version}`;
      image.alt = `${image.dataset.name}: ${device.text.trim() || image.dataset.blank}`;
    }
  }
  for (const button of card.querySelectorAll('button[name="act"]')) {
    if (device.acts.includes(button.value)) button.disabled = !device.possible_acts.includes(button.value);
  }
  for (const form of card.querySelectorAll("[data-fault]")) {
    const value = device.switches[form.dataset.fault];
    const on = value !== null && value !== false;
    form.querySelector("button").setAttribute("aria-pressed", on);
    form.elements.on.value = on ? "0" : "1";
  }
}

async function ask(path, options) {
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(5000), ...options });
    if (answer.status === 400 && ["/act", "/tap"].includes(path)) return; // it was possible a moment ago
    if (!answer.ok) throw new Error(answer.statusText);
    (await answer.json()).devices.forEach(show);
    away.hidden = true;
  } catch (fault) {
    away.hidden = false;
  }
}

const picture = document.querySelector('.terminal input[type="image"]');

function touch(event) {
  const at = picture.getBoundingClientRect();
  const share = (part, whole) => Math.min(1, Math.max(0, part / whole));
  ask("/tap", {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ x: share(event.clientX - at.left, at.width), y: share(event.clientY - at.top, at.height) }),
  });
}

function draw(blob) {
  const before = picture.src;
  picture.onload = () => URL.revokeObjectURL(before);
  picture.src = URL.createObjectURL(blob);
}

function pause(ms) { return new Promise((done) => setTimeout(done, ms)); }

async function watchTerminal() {
  const plug = document.querySelector(".terminal .plug");
  for (let version = ""; ;) {
    if (document.hidden) { await pause(700); continue; }
    let there = true;
    try {
      const answer = await fetch(`/terminal.jpg?after=${version}`, { signal: AbortSignal.timeout(30000) });
      if (answer.status === 200) {
        version = answer.headers.get("X-Picture");
        draw(await answer.blob());
      } else there = answer.status === 204;
    } catch (fault) {
      there = false;
    }
    const word = there ? plug.dataset.on : plug.dataset.off;
    if (plug.textContent !== word) plug.textContent = word;
    picture.disabled = !there;
    if (!there) await pause(700);
  }
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.getAttribute("action") === "/tap") return;
  const body = {};
  if (form.elements.code) body.code = form.elements.code.value;
  if (event.submitter && event.submitter.name === "act") {
    Object.assign(body, Object.fromEntries(new FormData(form)), { act: event.submitter.value });
  }
  if (form.dataset.fault) {
    Object.assign(body, { device: form.elements.device.value, fault: form.dataset.fault });
    body.on = form.elements.on.value === "1";
    if (body.on && form.elements.count) body.value = Number(form.elements.count.value);
  }
  ask(form.getAttribute("action"), {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
});

async function watch() {
  if (!document.hidden) await ask("/state");
  setTimeout(watch, 700);
}
if (picture) {
  document.documentElement.classList.add("scripts");
  picture.addEventListener("click", touch);
  watchTerminal();
}
watch();
