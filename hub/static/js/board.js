// The call board: newest number large, chime, "as of" stamp, grey when nothing is heard, right again by itself.
"use strict";
(() => {
  const STALE_MS = 9000, POLL_MS = 5000, AWAY_POLL_MS = 1500, FRESH_MS = 15000, SHOWN_MS = 5000;
  const body = document.body, base = `/board/${body.dataset.site}`, ROWS = Number(body.dataset.rows);
  const newest = document.getElementById("newest"), last = document.getElementById("last");
  const earlier = document.getElementById("earlier");
  const stamp = document.getElementById("stamp"), clock = document.getElementById("clock");
  const arrow = newest.querySelector(".arrow") ? newest.querySelector(".arrow").textContent : "\uea1f";
  let calls = [], info = document.getElementById("info") ? document.getElementById("info").textContent : "";
  let seq = 0, behind = 0, started = false, drawn = "", drawnNewest = "", heard = Date.now(), away = false;
  const seen = new Map(); // by seq: since when a call that came while we looked has stood here

  // --- what stands there
  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }
  function label(call) {
    const { length } = call.label;
    return element("b", length > 8 ? "label longest" : length > 6 ? "label long" : "label", call.label);
  }
  function name(tag, call) {
    const made = element(tag, "name", call.counter);
    Object.assign(made.dataset, { name: call.counter, soft: call.hyphenated, short: call.short });
    return made;
  }
  function large(call) {
    const where = element("span", "where", ""), sign = element("span", "icon arrow", arrow);
    sign.setAttribute("aria-hidden", "true");
    where.append(element("small", "", body.dataset.to), name("b", call));
    return [label(call), sign, where];
  }
  function row(call) {
    const made = element("li", young(call, FRESH_MS) ? "fresh" : "", ""), counter = element("span", "counter", "");
    counter.append(name("span", call));
    made.append(label(call), counter);
    return made;
  }
  const young = (call, ms) => performance.now() - (seen.get(call.seq) ?? -ms) < ms;
  // One line for a counter. Who has come to it stands a moment longer, so that others see whose call the chime was.
  function standing() {
    const taken = new Set(calls.filter((call) => call.state === "now").map((call) => call.counter));
    return calls.filter((call) => call.state === "now"
      || (call.state === "over" && young(call, SHOWN_MS) && !taken.has(call.counter) && taken.add(call.counter)));
  }
  function drawNewest(call) {
    const wanted = JSON.stringify(call || info);
    if (wanted === drawnNewest) return; // what stands there is not read out again because another call ended
    drawnNewest = wanted;
    newest.classList.toggle("quiet", !call);
    if (!call) newest.classList.remove("calling");
    newest.replaceChildren(...(call ? large(call)
      : [element("p", "idle", body.dataset.idle), element("p", "info", info)]));
  }
  function draw() {
    const now = standing().reverse(), shown = now.slice(0, ROWS + 1);
    const rest = [...now.slice(ROWS + 1), ...calls.filter((call) => !now.includes(call)).reverse()];
    const wanted = JSON.stringify([shown, rest, info, shown.map((call) => young(call, FRESH_MS))]);
    if (wanted === drawn) return;
    drawn = wanted;
    drawNewest(shown[0]);
    last.replaceChildren(...shown.slice(1).map(row));
    earlier.replaceChildren(...rest.map((call) => element("b", "", call.label)));
    earlier.parentElement.hidden = !rest.length;
    fit();
  }
  // Every answer is all there is: what is not in it is over, was taken back, or belongs to another day.
  function take(found) {
    if (found.face !== undefined && found.face !== body.dataset.face) return location.reload(); // colour or pictures are others
    if (found.seq < seq && (behind += 1) < 3) return; // overtaken by an event; three times: another database
    const loud = started && found.seq >= seq;
    const fresh = loud ? found.calls.filter((call) => call.seq > seq) : [];
    for (const call of fresh) seen.set(call.seq, performance.now());
    for (const old of seen.keys()) if (!found.calls.some((call) => call.seq === old)) seen.delete(old);
    calls = found.calls;
    info = found.info ?? info;
    behind = 0;
    seq = found.seq;
    started = true;
    draw();
    if (fresh.some((call) => call.state === "now")) announce();
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
    if (started) draw(); // what was fresh grows old without an event
    clock.textContent = now.toLocaleTimeString("de", { hour: "2-digit", minute: "2-digit", timeZone: body.dataset.zone });
  }

  // --- events bring calls at once (line.js: one stream for all pages of this browser, opened anew when it falls silent);
  // a slow poll beside them notices at once what the line notices after two beats
  function connect() {
    new Line(`${base}/stream`, Number(body.dataset.beat), ["calls"], (kind, data) => {
      away = kind === "shut";
      if (kind === "calls") take(JSON.parse(data));
      if (kind === "beat") alive(data);
    });
  }
  async function poll() {
    try {
      const answer = await fetch(`${base}/calls`, { cache: "no-store", signal: AbortSignal.timeout(3000) });
      if (answer.ok) take(await answer.json());
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
