// Requests the page again each second, and replaces the parts that have changed.
"use strict";

const MILLISECONDS = 1000;
let tag = "";

async function refresh() {
  const answer = await fetch(location.href, { headers: { "If-None-Match": tag }, cache: "no-store" });
  if (answer.status === 200) {
    tag = answer.headers.get("ETag") || "";
    update(new DOMParser().parseFromString(await answer.text(), "text/html"));
  }
}

function update(page) {
  const changed = [...page.querySelectorAll("[data-live]")].filter((part) => replacePart(part));
  const titles = changed.map((part) => part.querySelector("h1, h2")?.textContent).filter(Boolean);
  if (titles.length) document.getElementById("news").textContent = `Changed: ${titles.join(", ")}`;
}

function replacePart(part) {
  const shown = document.getElementById(part.id);
  const before = shown.cloneNode(true);
  for (const details of before.querySelectorAll("details")) details.open = false;
  if (before.innerHTML === part.innerHTML) return false;
  keepPosition(shown, () => { shown.innerHTML = part.innerHTML; });
  return true;
}

// Keeps the keyboard focus and the open details across a change.
function keepPosition(shown, change) {
  const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...shown.querySelectorAll("details[open]")].map((details) => details.id);
  change();
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function keepRefreshing() {
  const error = document.getElementById("error");
  if (!document.hidden) {
    try {
      await refresh();
      error.hidden = true;
    } catch {
      error.hidden = false;
    }
  }
  setTimeout(keepRefreshing, MILLISECONDS);
}

keepRefreshing();
