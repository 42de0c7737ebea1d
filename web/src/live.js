// Whether the server still answers, how old its newest reading is, and whether there are newer figures.
import { frame, lang, words } from "./frame-data.js";

const AMBER_MS = 5_000;
const RED_MS = 30_000;
const FRESH_S = 1_800; // two settlement intervals: readings come by the quarter-hour
const SPANS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function age(seconds) {
  const [unit, length] = SPANS.find(([, span]) => seconds >= span) ?? SPANS.at(-1);
  return new Intl.RelativeTimeFormat(lang, { numeric: "always" }).format(-Math.floor(seconds / length), unit);
}

function clock(ms) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: frame.zone, hour: "2-digit", minute: "2-digit" }).format(new Date(ms));
}

function link(href, label) {
  const node = document.createElement("a");
  node.href = href;
  node.textContent = label;
  return node;
}

/** Keep the head of the page honest. A wall turns the page by itself; a desk is asked, because rows would move. */
export function watch(box) {
  const note = box.querySelector("[data-note]");
  const told = box.querySelector("[data-age]");
  let stream = null;
  let heardAt = Date.now();
  let reading = frame.reading_s;
  let mark = null;
  let ended = false;

  function showReading() {
    if (reading === null) return;
    const seconds = Math.max(0, Date.now() / 1000 - reading);
    box.dataset.reading = seconds <= FRESH_S ? "fresh" : "old";
    told.textContent = words("live.age", { age: age(seconds) });
  }

  function showLink() {
    const silent = Date.now() - heardAt;
    const state = silent > RED_MS ? "lost" : silent > AMBER_MS ? "late" : "heard";
    if (box.dataset.link !== state || state !== "heard") {
      box.dataset.link = state;
      if (state === "lost") note.textContent = words("live.lost", { time: clock(heardAt) });
      else if (state === "late") note.textContent = words("live.late");
      else note.replaceChildren();
    }
  }

  function newer() {
    if (document.body.classList.contains("wall")) location.reload();
    else note.replaceChildren(link(location.href, words("live.newer")));
  }

  function hear(event) {
    const tick = JSON.parse(event.data);
    heardAt = Date.now();
    document.documentElement.dataset.ticks = String(Number(document.documentElement.dataset.ticks ?? 0) + 1);
    reading = tick.reading_s;
    showLink();
    showReading();
    if (mark !== null && mark !== tick.mark) newer();
    mark = tick.mark;
  }

  async function refused() {
    // The browser gives a stream up when the server answers and says no: the session is over.
    stream = null;
    try {
      const answer = await fetch("/live", { redirect: "manual", headers: { Accept: "text/event-stream" } });
      if (answer.type !== "opaqueredirect" && answer.status !== 401 && answer.status !== 403) return;
      ended = true;
      box.dataset.link = "lost";
      // The page itself sends a stranger to sign in, and back to where he was.
      note.replaceChildren(link(location.href, words("live.signed_out")));
    } catch {
      // No server: the clock of silence tells.
    }
  }

  function open() {
    if (stream || ended || document.hidden) return;
    stream = new EventSource("/live");
    stream.addEventListener("tick", hear);
    stream.addEventListener("error", () => {
      if (stream?.readyState === EventSource.CLOSED) refused();
    });
  }

  function close() {
    stream?.close();
    stream = null;
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else {
      heardAt = Date.now();
      open();
    }
  });
  addEventListener("pagehide", close);
  setInterval(() => {
    if (document.hidden || ended) return;
    showLink();
    showReading();
    open();
  }, 1_000);
  showReading();
  open();
}

/** Whether the server was heard lately enough to send it a form. */
export function isHeard() {
  const box = document.querySelector("[data-live]");
  return !box || box.dataset.link !== "lost";
}
