// How old the record is, whether there is a newer one, and whether the server still answers.
import { data, element, lang, text } from "./page-data.js";

const ASK_EVERY_MS = 60_000;
const SPANS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function age(seconds) {
  const [unit, length] = SPANS.find(([, span]) => seconds >= span) ?? SPANS.at(-1);
  return new Intl.RelativeTimeFormat(lang, { numeric: "always" }).format(-Math.floor(seconds / length), unit);
}

function showAge(box) {
  box.querySelector("[data-age]").textContent = text("freshness.age", { age: age(Math.max(0, Date.now() / 1000 - data.as_of_s)) });
}

function clockNow() {
  return new Intl.DateTimeFormat("en-GB", { timeZone: data.zone, hour: "2-digit", minute: "2-digit" }).format(new Date());
}

async function latest() {
  const answer = await fetch("/overview.json", { cache: "no-cache" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const { as_of_s: asOf, trust } = await answer.json();
  return `${asOf}/${trust?.tree_size}`;
}

/** Keep the header honest; a wall turns the page by itself, a desk is asked, because rows would move. */
export function watch(box) {
  const shown = `${data.as_of_s}/${data.tree_size}`;
  const note = box.querySelector("[data-note]");
  let lostSince = null;
  showAge(box);
  setInterval(async () => {
    if (document.hidden) return;
    showAge(box);
    try {
      if ((await latest()) !== shown) {
        if (document.body.classList.contains("wall")) location.reload();
        note.replaceChildren(element("a", { href: location.href }, text("freshness.newer")));
      } else {
        note.replaceChildren();
      }
      lostSince = null;
      delete box.dataset.state;
    } catch {
      lostSince ??= clockNow();
      box.dataset.state = "lost";
      note.textContent = text("freshness.lost", { time: lostSince });
    }
  }, ASK_EVERY_MS);
}
