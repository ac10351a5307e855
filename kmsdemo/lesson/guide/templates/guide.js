"use strict";

// A browser may refuse to store anything, such as for a file: then a tick lasts as long as the page.
const kept = {
  read(name) { try { return localStorage.getItem(name); } catch { return null; } },
  write(name, value) { try { localStorage.setItem(name, value); } catch { /* refused */ } },
};

function showDone(box) {
  document.querySelector(`#contents a[href="#${box.dataset.step}"]`)?.classList.toggle("done", box.checked);
}

for (const box of document.querySelectorAll("input[data-step]")) {
  const name = `kmsdemo-lab ${document.title} ${box.dataset.step}`;
  box.checked = kept.read(name) === "done";
  showDone(box);
  box.addEventListener("change", () => {
    kept.write(name, box.checked ? "done" : "");
    showDone(box);
  });
}

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy") ? "Copied" : "Press Ctrl-C";
  }
}

for (const block of document.querySelectorAll(".code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    button.textContent = await copy(block.querySelector("code"));
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.append(button);
}

const search = document.querySelector("#search");

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...document.querySelectorAll(".findable")];
  for (const one of all) {
    const text = one.textContent.toLowerCase();
    one.hidden = !words.every((word) => text.includes(word));
  }
  for (const topic of document.querySelectorAll(".topic")) {
    topic.hidden = !topic.querySelector(".findable:not([hidden])");
  }
  const found = all.filter((one) => !one.hidden).length;
  document.querySelector("#found").textContent = words.length ? `Found in ${found} of ${all.length} parts` : "";
}

if (search) {
  search.closest("search").hidden = false;
  search.addEventListener("input", find);
  for (const link of document.querySelectorAll("#contents a")) {
    link.addEventListener("click", () => { search.value = ""; find(); });
  }
}
