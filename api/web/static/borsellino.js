// What pages do without scripts, a little sooner. Nothing here is needed.
"use strict";

// A letter's secret stands after the #, which no browser sends: put it into its field, and out of the address.
const secret = document.querySelector("[data-fragment]");
if (secret && location.hash.length > 1) {
  secret.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}

// What has to be mended is where one looks first.
const toMend = document.getElementById("to-mend");
if (toMend) toMend.focus();

// A button that was pressed is not pressed again; the server would count it once all the same.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// An open menu is closed by Escape, as people expect.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
