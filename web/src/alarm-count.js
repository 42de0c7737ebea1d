// How many alarms need a person: a number at the menu of every page. Silence grows with time alone, so it is asked
// for each minute; a page of alarms that is no longer right says so, and a wall turns it over by itself.
import { words } from "./frame-data.js";

const EVERY_MS = 60_000;

function show(link, n) {
  link.querySelector(".count")?.remove();
  if (!n) return;
  const count = document.createElement("span");
  count.className = "count";
  count.textContent = n;
  count.title = words("live.alarms", { n });
  link.append(count);
}

function compare(mark) {
  const page = document.querySelector("[data-alarm-mark]");
  if (!page || page.dataset.alarmMark === mark) return;
  if (document.body.classList.contains("wall")) location.reload();
  else page.querySelector("[data-newer]").hidden = false;
}

/** Keep the number at the menu; whoever may not see alarms has no such entry, and asks for nothing. */
export function countAlarms() {
  const link = document.querySelector('.menu a[href="/alarms/"]');
  if (!link) return;

  async function ask() {
    if (document.hidden) return;
    try {
      const answer = await fetch("/alarms/count", { redirect: "manual" });
      if (!answer.ok) return show(link, 0);
      const { open, mark } = await answer.json();
      show(link, open);
      compare(mark);
    } catch {
      // No server: the head of the page says so, and an old number is none.
      show(link, 0);
    }
  }

  document.addEventListener("visibilitychange", ask);
  setInterval(ask, EVERY_MS);
  ask();
}
