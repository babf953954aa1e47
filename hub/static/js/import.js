// The catalogue page: a file is sent with a bar of its own, then the page waits until the hub has read it.
"use strict";
(() => {
  const LOOK_MS = 1000;
  const part = document.getElementById("import");
  const form = document.getElementById("import-form");
  const fault = document.getElementById("import-fault");

  function complain(sentence) {
    fault.lastElementChild.textContent = sentence;
    fault.hidden = false;
    fault.scrollIntoView({ block: "nearest" });
  }

  // --- an import goes on: the page is loaded anew when it has ended
  async function look() {
    try {
      const answer = await fetch("/catalogue/import", { cache: "no-store" });
      if (answer.status === 401) return location.assign("/signin");
      const told = await answer.json();
      if (told.stage === "ended") return location.assign("/catalogue");
      part.querySelector("[data-seconds]").textContent = `${told.seconds} s`;
    } catch { /* the hub is away for a moment */ }
    setTimeout(look, LOOK_MS);
  }
  if (part.dataset.stage === "coming" || part.dataset.stage === "reading") setTimeout(look, LOOK_MS);
  if (!form) return;

  // --- sending
  const sending = document.getElementById("sending"), bar = document.getElementById("sent-bar"), words = document.getElementById("sent");
  let request = null;
  function sends(on) {
    for (const each of form.elements) if (each.id !== "stop") each.disabled = on;
    sending.hidden = !on;
    if (!on) request = null;
  }
  function answered() {
    if (request.status === 401) return location.assign("/signin");
    if (request.status === 202) return location.assign("/catalogue");
    let sentence = part.dataset.lost;
    try { sentence = JSON.parse(request.responseText).fault || sentence; } catch { /* not ours */ }
    sends(false);
    complain(sentence);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = form.elements.file.files[0];
    fault.hidden = true;
    if (!file) return;
    if (file.size > Number(part.dataset.most)) return complain(part.dataset.large);
    if (!file.size) return complain(part.dataset.empty);
    request = new XMLHttpRequest();
    request.open("POST", "/catalogue/import");
    request.setRequestHeader("X-CSRF-Token", form.elements.csrf.value);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("X-Area", form.elements.area.value.trim());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = loaded / total;
      words.textContent = words.dataset.text.replace("{percent}", String(Math.floor((100 * loaded) / total)));
    });
    request.addEventListener("load", answered);
    request.addEventListener("error", () => { sends(false); complain(part.dataset.lost); });
    request.addEventListener("abort", () => sends(false));
    sends(true);
    request.send(file);
  });
  document.getElementById("stop").addEventListener("click", () => { if (request) request.abort(); });
})();
