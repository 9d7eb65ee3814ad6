// What the personnel office's pages do without scripts, a little sooner. Nothing here is needed.
"use strict";

// How far work is that goes on: the part of the page that tells it, read again while it goes on.
const look = async () => {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(live.id);
    if (answer.ok && part) live.replaceWith(part);
  } catch {
    // The line is away for a moment: the next look tells.
  }
  setTimeout(look, 2000);
};
setTimeout(look, 1500);

// A file may be dropped where it is chosen.
for (const place of document.querySelectorAll("[data-drop]")) {
  const field = place.querySelector("input[type=file]");
  const told = document.createElement("p");
  told.textContent = place.dataset.drop;
  place.append(told);
  for (const name of ["dragenter", "dragover"]) {
    place.addEventListener(name, (event) => { event.preventDefault(); place.classList.add("company-over"); });
  }
  place.addEventListener("dragleave", () => place.classList.remove("company-over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("company-over");
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
  });
}
