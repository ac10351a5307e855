// Asks each second for the page again, and exchanges the parts that have changed.
"use strict";

const MILLISECONDS = 1000;
let tag = "";

async function refresh() {
  const answer = await fetch(location.href, { headers: { "If-None-Match": tag }, cache: "no-store" });
  if (answer.status === 200) {
    tag = answer.headers.get("ETag") || "";
    exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
  }
}

function exchange(page) {
  const changed = [...page.querySelectorAll("[data-live]")].filter((part) => exchangePart(part));
  const titles = changed.map((part) => part.querySelector("h1, h2")?.textContent).filter(Boolean);
  if (titles.length) document.getElementById("news").textContent = `Changed: ${titles.join(", ")}`;
  const menu = document.getElementById("menu");
  const newMenu = page.getElementById("menu");
  if (menu.innerHTML !== newMenu.innerHTML) keepingPlace(menu, () => menu.replaceChildren(...newMenu.children));
}

function exchangePart(part) {
  const shown = document.getElementById(part.id);
  const before = shown.cloneNode(true);
  for (const details of before.querySelectorAll("details")) details.open = false;
  if (before.innerHTML === part.innerHTML) return false;
  keepingPlace(shown, () => { shown.innerHTML = part.innerHTML; });
  return true;
}

// Whoever reads, or stands somewhere with the keyboard, does so afterwards too.
function keepingPlace(shown, change) {
  const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...shown.querySelectorAll("details[open]")].map((details) => details.id);
  const scrolled = [...shown.querySelectorAll(".wide")].map((wide) => [wide.id, wide.scrollLeft]);
  change();
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, left] of scrolled) document.getElementById(id)?.scroll({ left });
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function keepRefreshing() {
  const trouble = document.getElementById("trouble");
  if (!document.hidden) {
    try {
      await refresh();
      trouble.hidden = true;
    } catch {
      trouble.hidden = false;
    }
  }
  setTimeout(keepRefreshing, MILLISECONDS);
}

keepRefreshing();
