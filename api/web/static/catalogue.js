// What the button of the catalogue does, as soon as something was chosen. Nothing here is needed.
"use strict";

const finder = document.querySelector(".finder");
const found = document.getElementById("found");
const told = document.getElementById("told");
let earlier = new AbortController();

async function look() {
  earlier.abort();
  earlier = new AbortController();
  const asked = new URLSearchParams([...new FormData(finder)].filter(([, value]) => value.trim()));
  const address = `${finder.action}?${asked}`;
  found.classList.add("find-waiting");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: earlier.signal });
    // What has to be mended is said by the page itself, once the button is pressed.
    if (answer.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      found.replaceChildren(...page.getElementById("found").childNodes);
      told.textContent = page.getElementById("told").textContent;
      history.replaceState(null, "", address);
    }
  } catch (error) {
    if (error.name === "AbortError") return;
  }
  found.classList.remove("find-waiting");
}

finder.addEventListener("change", look);
