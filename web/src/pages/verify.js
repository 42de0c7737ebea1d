// The verifier's page: a file is chosen, dropped or fetched from this server, and verified here.
// Nothing of it is sent anywhere.
import { data, element, lang, text } from "../page-data.js";
import { sha256 } from "../verify/log.js";
import { toHex } from "../verify/text.js";
import { verify } from "../verify/verify.js";

const MOST_MB = 64; // a browser holds a file several times over; above this the Python file is better
const SHOWN = 12; // rows of a kind
const KEY = /^[0-9a-f]{64}$/;
const FROM = /^\/(?:c\/[^?#\s]+\/file|figure-proof\/[^?#\s]+)$/; // a certificate's file, a figure's
const ICONS = {
  accepted: "M12 1 3 5v6c0 5.500 3.800 10.700 9 12 5.200-1.300 9-6.500 9-12V5zm-1.300 15.500-4.200-4.200 1.600-1.600 2.600 2.600 5.700-5.700 1.600 1.600z",
  refused: "M12 1 3 5v6c0 5.500 3.800 10.700 9 12 5.200-1.300 9-6.500 9-12V5zm4.500 13.600-1.400 1.400L12 12.900 8.900 16l-1.400-1.400 3.100-3.100-3.100-3.100L8.900 7l3.100 3.100L15.100 7l1.400 1.400-3.100 3.100z",
  unable: "M12 1 3 5v6c0 5.500 3.800 10.700 9 12 5.200-1.300 9-6.500 9-12V5zm1 15h-2v-2h2zm0-4h-2V6h2z",
};
const REASONS = [
  ["canonical spelling", "spelling"],
  ["cannot be read", "unreadable"],
  ["altered after", "altered"],
  ["cosigned by", "witnesses"],
  ["not signed", "signed"],
  ["path does not lead", "path"],
  ["is too short", "path"],
  ["of the kind", "kind"],
  ["not the key", "key"],
  ["is not above", "order"],
  ["twice", "order"],
  ["NOTHING MEASURED", "measured"],
];

const form = document.querySelector("[data-drop]");
const results = document.querySelector("[data-results]");
const say = (name, values) => text(`verify_page.${name}`, values);
const words = (name, code) => data.texts[`verify_page.${name}.${code}`] ?? code;
const count = new Intl.NumberFormat(lang);
let chosen = null; // the file that is shown: name and bytes

/** Return the keys that were typed in; what is no key is named. */
function knownKeys() {
  const field = (name) => form.querySelector(`[data-${name}]`).value.trim();
  const logKey = field("log-key").toLowerCase();
  if (logKey && !KEY.test(logKey)) throw new RangeError(logKey);
  const quorum = field("quorum");
  if (quorum && !/^[0-9]+$/.test(quorum)) throw new RangeError(quorum);
  return {
    logKey: logKey || null,
    gatewayKeys: named(field("gateway-keys")),
    witnessKeys: named(field("witness-keys")),
    quorum: quorum ? Number(quorum) : null,
  };
}

function named(lines) {
  if (!lines) return null;
  return lines.split("\n").filter(Boolean).map((line) => {
    const at = line.lastIndexOf("=");
    const key = line.slice(at + 1).trim().toLowerCase();
    if (at < 1 || !KEY.test(key)) throw new RangeError(line);
    return { name: line.slice(0, at).trim(), key };
  });
}

/** Verify the chosen file and show what was found. */
async function judge() {
  if (!chosen) return;
  const { name, bytes } = chosen;
  delete document.documentElement.dataset.verdict;
  let known;
  try {
    known = knownKeys();
  } catch (error) {
    show(element("p", { class: "card whole" }, say("bad_keys", { line: error.message })));
    return;
  }
  show(element("p", { class: "card whole" }, say("reading", { name })));
  // The browser draws this before the work begins.
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const started = performance.now();
  const found = await verify(bytes, known);
  const ms = Math.round(performance.now() - started);
  show(...(await cards(found, { name, bytes, ms })));
  document.documentElement.dataset.verdict = found.verdict;
}

function show(...nodes) {
  results.replaceChildren(...nodes);
}

async function cards(found, file) {
  const about = await fileCard(file);
  if (found.verdict !== "accepted") return [verdictCard(found), column(checksCard(found)), column(about)];
  const left = column(checksCard(found), factsCard(found));
  const right = column(whoCard(found), about);
  if (found.stated.length) right.append(statedCard(found));
  const parts = [verdictCard(found), left, right];
  if (found.lines.length) parts.splice(1, 0, linesCard(found));
  return parts;
}

function column(...inside) {
  return element("div", { class: "column" }, ...inside);
}

function verdictCard(found) {
  const card = element("section", { class: `card whole judged ${found.verdict}` });
  card.append(icon(ICONS[found.verdict]), element("h2", {}, say(found.verdict)));
  if (found.verdict === "accepted") {
    const unit = words("unit", found.unit);
    card.append(element("p", { class: "value" }, found.value, " ", element("small", {}, unit)));
    card.append(element("p", { class: "words" }, say("accepted_note")));
    const [missing, all] = found.missing;
    if (missing) card.append(warning(say("gaps", { missing: count.format(missing), all: count.format(all) })));
    if (found.shown.warning) card.append(warning(say("factor_warning")));
  } else if (found.verdict === "refused") {
    card.append(element("p", {}, reason(found.why)));
    const place = element("p", { class: "words" }, say("refused_note", { where: "" }));
    place.append(element("code", {}, plain(found.where)), " ", element("code", {}, plain(found.why)));
    card.append(place);
  } else card.append(element("p", {}, say(`unable_${found.what}`)));
  return card;
}

function warning(sentence) {
  return element("p", { class: "words warn" }, `! ${sentence}`);
}

function reason(why) {
  const code = REASONS.find(([part]) => why.includes(part))?.[1] ?? "value";
  return say(`reason.${code}`);
}

function checksCard(found) {
  const list = element("ul", { class: "ticks" });
  for (const { name, n } of found.checks) {
    list.append(element("li", {}, say(`check.${name}`, { n: count.format(n) })));
  }
  if (found.verdict === "refused") {
    const item = element("li", { class: "cross" }, reason(found.why));
    list.append(item);
  }
  return section("checks", list);
}

function statedCard(found) {
  const told = ({ code, ...values }) => say(`stated.${code}`, values);
  const rows = found.stated.slice(0, 3 * SHOWN).map((each) => element("li", {}, plain(told(each))));
  const more = found.stated.length - rows.length;
  if (more > 0) rows.push(element("li", {}, say("more", { n: count.format(more) })));
  return section("stated_head", element("ul", { class: "plain" }, ...rows));
}

function factsCard(found) {
  const rows = Object.entries(found.shown)
    .filter(([label]) => label !== "warning")
    .map(([label, items]) => row(words("label", label), items));
  return section("facts", element("dl", {}, ...rows));
}

/** Return the lines of a bill with their arithmetic, and what of each is stated. */
function linesCard(found) {
  const heads = ["line", "quantity", "price", "amount", "rests"].map((name, i) =>
    element("th", { scope: "col", class: i && i < 4 ? "number" : "" }, say(`column.${name}`)),
  );
  const rows = found.lines.map(({ code, title, quantity, unit, price, amount, stated }) => {
    const by = stated.map((each) => words("by", each)).join(lang.startsWith("zh") ? "、" : ", ");
    const name = element("th", { scope: "row", title: code }, plain(title[lang.startsWith("zh") ? "zh" : "en"]));
    const number = (value, more = "") => element("td", { class: "number", title: value ?? "" }, short(value), more);
    const rests = element("td", {}, mark(stated.length ? "stated" : "derived"), by ? ` ${by}` : "");
    return element("tr", {}, name, number(quantity, ` ${unit}`), number(price), number(amount), rests);
  });
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  const scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("lines") }, table);
  return element("section", { class: "card whole" }, element("h3", {}, say("lines")), scroll);
}

/** Cut a long number for the eye; the whole of it stands in the title. */
function short(value) {
  if (value === null) return "—";
  const at = value.indexOf(".");
  return at >= 0 && value.length > at + 9 ? `${value.slice(0, at + 9)}…` : value;
}

function mark(code) {
  const tone = { stated: "warn", estimated: "warn", derived: "ok", measured: "ok", missing: "bad", rejected: "bad" }[code];
  return element("span", { class: `tag ${tone ?? ""}` }, words("mark", code));
}

function whoCard(found) {
  const isOurs = data.origin === found.logName && data.keys.includes(found.logKey);
  const standing = found.logConfirmed ? "key_given" : isOurs ? "key_same" : "key_other";
  const log = say("log_words", {
    name: found.logName,
    size: count.format(found.treeSize),
    readings: count.format(found.readings),
    batches: count.format(found.batches),
  });
  const unknown = found.cosigners.filter((name) => !found.witnesses.includes(name));
  const witnesses = [];
  if (found.witnesses.length) witnesses.push(say("witnesses_known", { names: found.witnesses.join(", ") }));
  if (unknown.length) witnesses.push(say("witnesses_named", { names: unknown.join(", ") }));
  if (!witnesses.length) witnesses.push(say("witnesses_none"));
  const rows = [
    row(words("label", "log"), [log]),
    row(words("label", "log_key"), [found.logKey], say(standing), !found.logConfirmed && !isOurs),
    row(words("label", "witness"), witnesses),
  ];
  if (found.gateways.length) {
    const keys = found.gateways.map(([name, ordinal, key]) => `${name} #${ordinal} ${key}`);
    const open = say(found.gatewaysConfirmed ? "gateways_given" : "gateways_open");
    rows.push(row(words("label", "gateway"), keys, open));
  }
  return section("whose", element("dl", {}, ...rows));
}

async function fileCard({ name, bytes, ms }) {
  const digest = globalThis.crypto?.subtle ? toHex(await sha256(bytes)) : "—";
  const about = say("file_words", { name, bytes: count.format(bytes.length), sha256: digest });
  return section("file", element("p", { class: "hash" }, plain(about)), element("p", { class: "aside" }, say("took", { ms })));
}

function row(label, items, aside = "", isOdd = false) {
  const cell = element("dd", {}, ...items.slice(0, SHOWN).map((each) => element("div", {}, ...marked(each))));
  if (items.length > SHOWN) {
    cell.append(element("div", { class: "aside" }, say("more", { n: count.format(items.length - SHOWN) })));
  }
  if (aside) cell.append(element("div", { class: isOdd ? "warn" : "aside" }, aside));
  return element("div", {}, element("dt", {}, label), cell);
}

/** Return a row of the verifier with its marks, such as [measured], as tags in the reader's words. */
function marked(line) {
  return String(line)
    .split(/(\[[a-z-]+\])/)
    .map((part) => {
      const code = part.slice(1, -1);
      return /^\[.+\]$/.test(part) && data.texts[`verify_page.mark.${code}`] ? mark(code) : plain(part);
    });
}

function section(name, ...inside) {
  return element("section", { class: "card" }, element("h3", {}, say(name)), ...inside);
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  shape.setAttribute("fill", "currentColor");
  svg.append(shape);
  return svg;
}

/** Show control and direction marks as what they are: none may disguise what a file says. */
function plain(words) {
  const odd = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
  return String(words).replace(odd, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

async function take(file) {
  if (!file) return;
  if (file.size > MOST_MB * 1e6) {
    show(element("p", { class: "card whole" }, say("too_large", { mb: MOST_MB })));
    return;
  }
  chosen = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  await judge();
}

/** Fetch the file that the address names; only from this server, and only what is a proof file. */
async function fetchNamed() {
  const from = new URLSearchParams(location.search).get("from");
  if (!from) return;
  show(element("p", { class: "card whole" }, say("fetching")));
  try {
    // As the browser reads it: dots and their escapes lead nowhere else.
    const { origin, pathname, search, hash } = new URL(from, location.href);
    const isOurs = origin === location.origin && !search && !hash && FROM.test(pathname);
    if (!isOurs) throw new Error(plain(from));
    const answer = await fetch(pathname, { headers: { accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(`HTTP ${answer.status}`);
    const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
    chosen = { name: named ?? from.split("/").pop(), bytes: new Uint8Array(await answer.arrayBuffer()) };
  } catch (error) {
    show(element("p", { class: "card whole" }, say("no_file", { why: error.message })));
    return;
  }
  await judge();
}

form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  judge();
});
form.querySelector("[data-file]").addEventListener("change", (event) => take(event.target.files[0]));
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    form.toggleAttribute("data-over", name === "dragenter" || name === "dragover");
    if (name === "drop") take(event.dataTransfer.files[0]);
  });
}
fetchNamed().then(() => {
  document.documentElement.dataset.ready = "true";
});
