// What is being made is asked for again until it is there; without scripts there is a link that does it.
"use strict";

const look = async () => {
  const list = document.querySelector("[data-waiting]");
  if (!list) return;
  const answer = await fetch(list.dataset.waiting, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer && answer.ok && !answer.redirected) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(list.id);
    // Replaced only where it changed: nobody's place in the list is lost, and nothing is read out twice.
    if (fresh && fresh.innerHTML !== list.innerHTML) list.replaceWith(fresh);
  }
  setTimeout(look, 3000);
};
setTimeout(look, 1500);
