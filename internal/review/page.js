"use strict";
const tabs = [...document.querySelectorAll("[role=tab]")];
const filter = document.getElementById("filter");

function show(tab, focus) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (focus) tab.focus();
}

// Everything that holds the words stays; what is left without anything is hidden, and said.
function narrow() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of document.querySelectorAll(".item")) {
    const group = item.closest(".group");
    const text = (item.textContent + " " + (group ? group.querySelector("summary").textContent : "")).toLowerCase();
    item.hidden = !words.every((word) => text.includes(word));
  }
  for (const group of document.querySelectorAll(".group")) {
    group.hidden = !group.querySelector(".item:not([hidden])");
  }
  for (const panel of document.querySelectorAll("[role=tabpanel]")) {
    const items = panel.querySelectorAll(".item");
    panel.querySelector(".none").hidden = items.length === 0 || [...items].some((item) => !item.hidden);
  }
}

for (const [at, tab] of tabs.entries()) {
  tab.addEventListener("click", () => show(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) show(tabs[(at + step + tabs.length) % tabs.length], true);
  });
}
filter.addEventListener("input", narrow);
if (tabs.length) show(document.querySelector("[role=tab] .flag")?.parentElement ?? tabs[0]);
