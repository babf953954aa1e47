// The call board: newest number large, chime, "as of" stamp, grey when nothing is heard, right again by itself.
// What stands on it says its address (data-queues: letters of the queues, none = all; div.columns: one column each).
"use strict";
(() => {
  const STALE_MS = 9000, POLL_MS = 5000, AWAY_POLL_MS = 1500, FRESH_MS = 15000, SHOWN_MS = 5000, IDLE_MS = 60000;
  const body = document.body, base = `/board/${body.dataset.site}`, ROWS = Number(body.dataset.rows);
  const main = document.querySelector("main"), newest = document.getElementById("newest");
  const last = document.getElementById("last"), earlier = document.getElementById("earlier");
  const columns = [...document.querySelectorAll(".column")], stamp = document.getElementById("stamp");
  const to = document.getElementById("to").content, queues = body.dataset.queues.split(",").filter(Boolean);
  let idle = document.getElementById("idle").innerHTML, idleAt = Date.now();
  let calls = [], seq = 0, behind = 0, started = false, drawn = "", drawnNewest = "", heard = Date.now(), away = false;
  let ahead = 0; // ms by which the hub's clock is before this machine's
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
    const where = element("span", "where", ""), sign = element("span", "icon arrow", "\uea1f");
    const small = element("small", "", "");
    sign.setAttribute("aria-hidden", "true");
    small.append(to.cloneNode(true));
    where.append(small, name("b", call));
    return [label(call), sign, where];
  }
  function row(call) {
    const made = element("li", young(call, FRESH_MS) ? "fresh" : "", ""), counter = element("span", "counter", "");
    counter.append(name("span", call));
    made.append(label(call), counter);
    made.dataset.seq = call.seq;
    return made;
  }
  const young = (call, ms) => performance.now() - (seen.get(call.seq) ?? -ms) < ms;
  const mine = (call) => !queues.length || queues.includes(call.queue);
  // One line for a counter. Who has come to it stands a moment longer, so that others see whose call the chime was.
  function standing() {
    const taken = new Set(calls.filter((call) => call.state === "now").map((call) => call.counter));
    return calls.filter((call) => call.state === "now"
      || (call.state === "over" && young(call, SHOWN_MS) && !taken.has(call.counter) && taken.add(call.counter)));
  }
  function drawNewest(call) {
    const wanted = call ? JSON.stringify(call) : idle;
    if (wanted === drawnNewest) return; // what stands there is not read out again because another call ended
    drawnNewest = wanted;
    newest.classList.toggle("quiet", !call);
    main.classList.toggle("quiet", !call);
    if (call) return void newest.replaceChildren(...large(call));
    newest.classList.remove("calling");
    newest.innerHTML = idle;
    tick();
  }
  function drawList(shown, rest) {
    last.replaceChildren(...shown.slice(1).map(row));
    if (!earlier) return;
    earlier.replaceChildren(...rest.map((call) => element("b", "", call.label)));
    earlier.parentElement.hidden = !rest.length;
  }
  // Each column has its calls, newest first, as many as have room; the others' numbers stand small below.
  function drawColumns(now) {
    for (const column of columns) {
      const own = now.filter((call) => call.queue === column.dataset.queue);
      const list = column.querySelector("ol"), more = column.querySelector(".numbers");
      list.replaceChildren(...own.map(row));
      more.replaceChildren();
      fit(column);
      while (list.childElementCount > 1 && list.scrollHeight > list.clientHeight + 1) {
        list.lastElementChild.remove();
        more.prepend(element("b", "", own[list.childElementCount].label));
      }
    }
  }
  function draw() {
    const now = standing().reverse(), shown = now.slice(0, ROWS + 1);
    const rest = [...now.slice(ROWS + 1), ...calls.filter((call) => !now.includes(call)).reverse()];
    const wanted = JSON.stringify([now, rest, idle, now.map((call) => young(call, FRESH_MS))]);
    if (wanted === drawn) return;
    drawn = wanted;
    drawNewest(now[0]);
    if (columns.length) drawColumns(now);
    else drawList(shown, rest);
    fit();
  }
  // Every answer is all there is: what is not in it is over, was taken back, or belongs to another day.
  function take(found) {
    if (found.face !== undefined && found.face !== body.dataset.face) return location.reload(); // colour or pictures are others
    if (found.seq < seq && (behind += 1) < 3) return; // overtaken by an event; three times: another database
    const ours = found.calls.filter(mine), loud = started && found.seq >= seq;
    const fresh = loud ? ours.filter((call) => call.seq > seq) : [];
    for (const call of fresh) seen.set(call.seq, performance.now());
    for (const old of seen.keys()) if (!ours.some((call) => call.seq === old)) seen.delete(old);
    calls = ours;
    behind = 0;
    seq = found.seq;
    started = true;
    draw();
    if (fresh.some((call) => call.state === "now")) announce();
    alive(found.at);
  }
  function announce() {
    const first = standing().at(-1);
    for (const each of [newest, columns.length && document.querySelector(`.column li[data-seq="${first.seq}"]`)]) {
      if (!each) continue;
      each.classList.remove("calling");
      void each.offsetWidth; // starts the three blinks anew
      each.classList.add("calling");
    }
    chime.sound();
  }
  // The day goes on while nobody is called. The clock is ours, so that nothing is read out again each minute.
  async function renewIdle() {
    idleAt = Date.now();
    try {
      const answer = await fetch(`${base}/idle${location.search}`, { cache: "no-store", signal: AbortSignal.timeout(3000) });
      if (answer.ok) idle = await answer.text();
    } catch { /* away: watch() says so */ }
  }

  // --- is it true? "as of", grey when not
  function alive(at) {
    heard = Date.now(); // the wall clock: it goes on while the machine sleeps
    ahead = Date.parse(at) - heard;
    stamp.textContent = at.slice(11, 19);
    body.classList.remove("stale");
  }
  function tick() {
    const time = new Date(Date.now() + (ahead || 0));
    const text = time.toLocaleTimeString("de", { hour: "2-digit", minute: "2-digit", timeZone: body.dataset.zone });
    for (const clock of document.querySelectorAll(".clock")) if (clock.textContent !== text) clock.textContent = text;
  }
  function watch() {
    const now = Date.now(), old = now - heard;
    body.classList.toggle("stale", old > STALE_MS || old < -STALE_MS);
    if (now - idleAt > IDLE_MS || now < idleAt) renewIdle();
    if (started) draw(); // what was fresh grows old without an event
    tick();
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

  // --- the chime needs a touch, or a browser that was told that it may
  const sound = document.getElementById("sound");
  const chime = new Chime(() => { sound.hidden = chime.awake; });
  sound.addEventListener("click", () => { chime.wake(); setTimeout(() => chime.sound(), 200); });
  chime.wake();

  addEventListener("resize", () => { drawn = ""; if (started) draw(); });
  connect();
  poll();
  setInterval(watch, 1000);
})();
