// The call board: newest number large, chime, "as of" stamp, grey when nothing is heard, right again by itself.
"use strict";
(() => {
  const KEPT = 7, STALE_MS = 9000, POLL_MS = 5000, AWAY_POLL_MS = 1500, FRESH_MS = 15000;
  const body = document.body, base = `/board/${body.dataset.site}`;
  const newest = document.getElementById("newest"), last = document.getElementById("last");
  const stamp = document.getElementById("stamp"), clock = document.getElementById("clock");
  const arrow = newest.querySelector(".arrow") ? newest.querySelector(".arrow").textContent : "\uea1f";
  let calls = [], seq = 0, behind = 0, started = false, drawn = "", heard = Date.now(), away = false;

  // --- what stands there
  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }
  function draw() {
    const call = calls[calls.length - 1];
    newest.classList.toggle("quiet", !call);
    if (call) {
      const where = element("span", "where", "");
      where.append(element("small", "", body.dataset.to), element("b", "", call.counter));
      const sign = element("span", "icon arrow", arrow);
      sign.setAttribute("aria-hidden", "true");
      newest.replaceChildren(element("b", call.label.length > 6 ? "label long" : "label", call.label), sign, where);
    }
    last.replaceChildren(...calls.slice(0, -1).reverse().map((each) => {
      const row = element("li", performance.now() - (each.seen || -FRESH_MS) < FRESH_MS ? "fresh" : "", "");
      row.append(element("span", "label", each.label), element("span", "counter", each.counter));
      return row;
    }));
  }
  // A repeated call moves up again instead of standing there twice. ``whole``: what is not in it is gone (a new day).
  function take(found, whole) {
    if (whole && found.seq < seq && ++behind < 3) return; // overtaken by an event; three times: another database
    const loud = started && found.seq >= seq;
    const fresh = loud ? found.calls.filter((call) => call.seq > seq) : [];
    for (const call of fresh) call.seen = performance.now();
    const known = new Map(calls.map((call) => [call.seq, call]));
    const once = new Map();
    for (const call of [...(whole ? [] : calls), ...found.calls.map((call) => known.get(call.seq) || call)]) {
      if (!(once.has(call.label) && once.get(call.label).seq > call.seq)) once.set(call.label, call);
    }
    calls = [...once.values()].sort((one, other) => one.seq - other.seq).slice(-KEPT);
    behind = 0;
    seq = found.seq;
    started = true;
    const now = JSON.stringify(calls);
    if (now !== drawn) draw();
    drawn = now;
    if (fresh.length) announce();
    alive(found.at);
  }
  function announce() {
    newest.classList.remove("calling");
    void newest.offsetWidth; // starts the three blinks anew
    newest.classList.add("calling");
    chime();
  }

  // --- is it true? "as of", grey when not
  function alive(at) {
    heard = Date.now(); // the wall clock: it goes on while the machine sleeps
    stamp.textContent = at.slice(11, 19);
    body.classList.remove("stale");
  }
  function watch() {
    const now = new Date(), old = now - heard;
    body.classList.toggle("stale", old > STALE_MS || old < -STALE_MS);
    clock.textContent = now.toLocaleTimeString("de", { hour: "2-digit", minute: "2-digit", timeZone: body.dataset.zone });
  }

  // --- events bring calls at once (line.js: one stream for all pages of this browser, opened anew when it falls silent);
  // a slow poll beside them notices at once what the line notices after two beats
  function connect() {
    new Line(`${base}/stream`, Number(body.dataset.beat), ["calls"], (kind, data) => {
      away = kind === "shut";
      if (kind === "calls") take(JSON.parse(data), false);
      if (kind === "beat") alive(data);
    });
  }
  async function poll() {
    try {
      const answer = await fetch(`${base}/calls`, { cache: "no-store", signal: AbortSignal.timeout(3000) });
      if (answer.ok) take(await answer.json(), true);
    } catch { /* away: watch() says so */ }
    setTimeout(poll, away ? AWAY_POLL_MS : POLL_MS);
  }

  // --- chime: two tones, made here; browsers start it only after a touch or when they are told that they may
  const sound = document.getElementById("sound");
  let audio = null;
  function chime() {
    if (!audio || audio.state !== "running") return;
    [[659.3, 0], [523.3, 0.38]].forEach(([pitch, after]) => {
      const tone = audio.createOscillator(), gain = audio.createGain(), at = audio.currentTime + after;
      tone.type = "sine";
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.0001, at);
      gain.gain.exponentialRampToValueAtTime(0.5, at + 0.03);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + 1.1);
      tone.connect(gain).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 1.2);
    });
  }
  function showSound() { sound.hidden = Boolean(audio && audio.state === "running"); }
  function wakeSound() {
    audio = audio || new AudioContext();
    audio.onstatechange = showSound;
    audio.resume().then(showSound, showSound);
    setTimeout(showSound, 300);
  }
  sound.addEventListener("click", () => { wakeSound(); setTimeout(chime, 200); });
  wakeSound();

  connect();
  poll();
  setInterval(watch, 1000);
})();
