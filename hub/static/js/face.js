// The page of the town's face: the preview follows what is chosen, and files are sent.
"use strict";
(() => {
  const face = document.getElementById("face");
  if (!face) return;
  const preview = document.getElementById("preview");

  // --- the colour: as it is typed or picked, before it is set
  const pick = document.getElementById("pick"), typed = document.getElementById("colour");
  function tint(colour) {
    const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const soft = parts.map((part) => Math.round(part + (255 - part) * 0.87));
    preview.style.setProperty("--accent", colour);
    preview.style.setProperty("--accent-soft", `rgb(${soft.join(" ")})`);
  }
  pick.addEventListener("input", () => {
    typed.value = pick.value.slice(1).toUpperCase();
    tint(pick.value);
  });
  typed.addEventListener("input", () => {
    const found = /^#?([0-9a-f]{6})$/i.exec(typed.value.trim());
    if (!found) return;
    pick.value = `#${found[1].toLowerCase()}`;
    tint(pick.value);
  });

  // --- a picture: shown when it is chosen, set when it is sent
  const images = { arms: ".mark", picture: ".scene" };
  function show(slot, address) {
    for (const place of preview.querySelectorAll(images[slot])) {
      const image = place.tagName === "IMG" ? place : document.createElement("img");
      image.alt = "";
      image.src = address;
      image.hidden = false;
      if (image === place) continue;
      place.classList.add("arms");
      place.replaceChildren(image);
    }
  }
  function bring(form) {
    const { slot } = form.dataset, input = form.elements.file;
    const fault = document.getElementById(`${slot}-fault`), said = form.querySelector("[data-said]");
    function complain(sentence) {
      said.textContent = "";
      fault.lastElementChild.textContent = sentence;
      fault.hidden = !sentence;
      input.toggleAttribute("aria-invalid", Boolean(sentence));
      if (sentence) input.setAttribute("aria-invalid", "true");
    }
    function unfit(file) {
      if (!file || !file.size) return face.dataset.empty;
      return file.size > Number(face.dataset.most) ? face.dataset.large : "";
    }
    input.addEventListener("change", () => {
      const [file] = input.files;
      if (!file) return;
      complain(unfit(file));
      if (unfit(file) || !/^image\/(png|jpeg|webp)$/.test(file.type)) return;
      const reader = new FileReader();
      reader.addEventListener("load", () => {
        show(slot, reader.result);
        said.textContent = face.dataset.chosen;
      });
      reader.readAsDataURL(file);
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const [file] = input.files, button = form.querySelector("button");
      complain(unfit(file));
      if (unfit(file) || button.disabled) return;
      button.disabled = true;
      said.textContent = face.dataset.sending;
      let sentence = face.dataset.lost;
      try {
        const headers = { "X-CSRF-Token": form.elements.csrf.value, "Content-Type": "application/octet-stream" };
        const answer = await fetch(`/catalogue/face/${slot}`, { method: "POST", headers, body: file });
        if (answer.status === 401) return location.assign("/signin");
        if (answer.ok) return location.assign("/catalogue/face?done=saved");
        sentence = (await answer.json()).fault || sentence;
      } catch { /* the connection was cut, or the answer is not ours */ }
      button.disabled = false;
      complain(sentence);
    });
  }
  for (const form of face.querySelectorAll("form.bring")) bring(form);
})();
