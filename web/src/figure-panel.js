// Every number that links to its story opens it in a panel over the page; without scripts the link
// is an ordinary one. Inside the panel the next level opens in its place, and "back" goes up again.
import { makeSortable } from "./sortable-table.js";

const FROM = "/figure/";
const TO = "/figure-panel/";

export function openFigures() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-opens]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (!new URL(link.href).pathname.startsWith(FROM)) return;
    const inPage = document.documentElement.dataset.figure !== undefined;
    if (inPage && !link.closest("dialog")) return; // a story in its own page leads on by pages
    event.preventDefault();
    panel().go(link.href);
  });
}

let made;

function panel() {
  made ??= makePanel();
  return made;
}

function makePanel() {
  const dialog = document.createElement("dialog");
  dialog.className = "story-panel";
  document.body.append(dialog);
  const way = [];
  let asked = 0;

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    if (event.target.closest("[data-back]")) {
      way.pop();
      show(way[way.length - 1]);
    }
  });
  dialog.addEventListener("close", () => {
    way.length = 0;
    dialog.replaceChildren();
  });

  async function show(address) {
    const mine = ++asked;
    dialog.setAttribute("aria-busy", "true");
    if (!dialog.open) dialog.showModal();
    try {
      const url = new URL(address);
      const answer = await fetch(url.pathname.replace(FROM, TO) + url.search, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asked) return;
      dialog.replaceChildren(...found.body.childNodes);
      dialog.setAttribute("aria-label", dialog.querySelector("h2")?.textContent ?? "");
      const back = dialog.querySelector("[data-back]");
      if (back) back.hidden = way.length < 2;
      dialog.querySelectorAll("table[data-sortable]").forEach(makeSortable);
      dialog.scrollTop = 0;
      (dialog.querySelector("[data-close]") ?? dialog).focus();
    } catch {
      // A page of its own says what is wrong, and lets sign in again.
      if (mine === asked) location.assign(address);
    } finally {
      if (mine === asked) dialog.removeAttribute("aria-busy");
    }
  }

  return {
    go(address) {
      way.push(address);
      show(address);
    },
  };
}
