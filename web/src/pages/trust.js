// Data and trust: the map of meters and days, and the check of the log's chain in this browser.
import { startFrame } from "../frame.js";
import { showHeat } from "../heat-map.js";
import { data, element, lang, text } from "../page-data.js";
import { makeSortable } from "../sortable-table.js";
import { checkChain } from "../verify/chain.js";

const DRAWN = 8; // entries that are drawn by lot
const say = (name, values) => text(`trust_page.chain.${name}`, values);
const count = new Intl.NumberFormat(lang);
const { chain, heat } = data;
const kept = `taihang-checkpoint:${chain.origin}`;

/** Read a file of the log: as it is published, or as this park keeps it where nothing is. */
async function read(path) {
  const answer = await fetch(`${chain.is_published ? "/log/" : "/trust/log/"}${path}`);
  if (!answer.ok) throw new Error(`HTTP ${answer.status} for ${path}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Return the signed checkpoints, the newest last, as strangers get it where it is published. */
async function checkpoints() {
  if (!chain.is_published) return chain.notes;
  const answer = await fetch("/log/checkpoint", { cache: "no-store" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status} for checkpoint`);
  const newest = await answer.text();
  return [...chain.notes.filter((note) => note !== newest), newest];
}

/** Draw entries by lot, so that nobody can know beforehand which ones are looked at. */
function drawn(note) {
  const size = Number(note.split("\n")[1]);
  const lots = crypto.getRandomValues(new Uint32Array(DRAWN));
  return [...new Set(Array.from(lots, (lot) => lot % size))];
}

const WORDS = {
  signed: ({ witnesses }) => say("signed", { n: witnesses.length }),
  root: ({ size }) => say("root", { size: count.format(size) }),
  consistent: ({ n, least }) => say("consistent", { n, least: count.format(least) }),
  held: () => say("held"),
  drawn: ({ n }) => say("drawn", { n }),
  entries: ({ n }) => say("entries", { n }),
};

/** What this browser kept from an earlier visit; nothing where it may keep nothing. */
function remembered() {
  try {
    return localStorage.getItem(kept);
  } catch {
    return null;
  }
}

function remember(note) {
  try {
    localStorage.setItem(kept, note);
    return true;
  } catch {
    return false;
  }
}

async function check(button, box) {
  button.disabled = true;
  delete document.documentElement.dataset.chain;
  const steps = element("ul", { class: "steps" });
  const verdict = element("p", { class: "judged" }, say("running"));
  box.replaceChildren(verdict, steps);
  const found = await judged((step) => steps.append(element("li", {}, WORDS[step.name](step))));
  verdict.classList.add({ accepted: "ok", refused: "bad", unable: "warn" }[found.verdict]);
  if (found.verdict === "accepted") {
    verdict.textContent = say("accepted", { size: count.format(found.size), tiles: found.tiles });
    if (remember(found.note)) steps.append(element("li", {}, say("kept")));
    mark(found.size);
  } else if (found.verdict === "refused") {
    verdict.textContent = say("refused");
    steps.append(element("li", { class: "cross" }, element("code", {}, `${found.where}: ${found.why}`)));
  } else verdict.textContent = say("unable");
  document.documentElement.dataset.chain = found.verdict;
  button.disabled = false;
}

async function judged(tell) {
  try {
    const notes = await checkpoints();
    const newest = notes[notes.length - 1];
    if (!newest) return { verdict: "refused", where: "log", why: say("empty") };
    const size = Number(newest.split("\n")[1]);
    const entries = chain.entries
      .filter(([leaf]) => leaf < size)
      .map(([leaf, entry]) => ({ leaf, data: Uint8Array.from(atob(entry), (each) => each.charCodeAt(0)) }));
    const log = { name: chain.origin, keys: chain.keys };
    const { witnesses, quorum } = chain.is_published ? chain : { witnesses: [], quorum: 0 };
    return await checkChain(
      { log, notes, held: remembered(), witnesses, quorum, entries, drawn: drawn(newest), read },
      tell,
    );
  } catch (error) {
    return { verdict: "refused", where: "log", why: error.message };
  }
}

/** Put a mark behind every change of the list whose record was found in the tree. */
function mark(size) {
  const leaves = new Set(chain.entries.map(([leaf]) => leaf).filter((leaf) => leaf < size));
  for (const cell of document.querySelectorAll("[data-leaf]")) {
    if (!cell.dataset.leaf || !leaves.has(Number(cell.dataset.leaf)) || cell.querySelector(".tag")) continue;
    cell.append(element("span", { class: "tag ok" }, say("in_log")));
  }
}

startFrame();
document.querySelectorAll("[data-sortable]").forEach(makeSortable);
const map = document.querySelector("[data-heat]");
if (map && heat.meters.length) {
  document.querySelector("[data-months]").open = false;
  document.querySelector("[data-heat-legend]").hidden = false;
  showHeat(map, heat);
}
const button = document.querySelector("[data-chain]");
if (chain.notes.length) {
  button.hidden = false;
  button.addEventListener("click", () => check(button, document.querySelector("[data-chain-steps]")));
}
document.documentElement.dataset.ready = "true";
