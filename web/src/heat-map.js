// The map of meters and days: a canvas with real labels beside it, read with the pointer or with the
// arrow keys. What it shows stands as a table below.
import { data, element, text, token } from "./page-data.js";

const ROW = 12; // height of a meter [px]
const LEAST_DAY = 3; // width of a day [px]; with less room the map scrolls
const DAY_MS = 86_400_000;
const [ESTIMATED, MANUAL, MISSING, REJECTED] = [1, 2, 3, 4]; // places of their counts in a cell

/** Return what a cell is, from the runs of its meter. */
function codesOf(meter) {
  return meter.runs.flatMap(([code, n]) => Array(n).fill(code));
}

function dayOf(first, at) {
  return new Date(Date.parse(`${first}T00:00:00Z`) + at * DAY_MS).toISOString().slice(0, 10);
}

/** Return the colour of a cell: how much of it is not measured, by the worst that is in it. */
function paint(meter, code, at, colours) {
  if (code === "m") return [colours.whole, 1];
  if (code === "u") return [colours.later, 0.35 + (0.65 * Math.min(96, meter.later[at])) / 96];
  if (code === "-") return [null, 0];
  const counts = meter.odd[at];
  const all = counts.reduce((sum, n) => sum + n, 0);
  const lost = counts[MISSING] + counts[REJECTED];
  if (lost) return [colours.lost, 0.45 + (0.55 * lost) / all];
  const part = (counts[ESTIMATED] + counts[MANUAL]) / all;
  return [counts[ESTIMATED] ? colours.estimated : colours.manual, 0.45 + 0.55 * part];
}

function sentence(meter, code, at, first) {
  const values = { meter: meter.meter, node: meter.node, day: dayOf(first, at) };
  if (code === "m") return text("trust_page.heat.whole", values);
  if (code === "u") return text("trust_page.heat.later", { ...values, n: meter.later[at] });
  if (code === "-") return text("trust_page.heat.none", values);
  const [measured, estimated, manual, missing, rejected] = meter.odd[at];
  return text("trust_page.heat.odd", { ...values, measured, estimated, manual, missing, rejected });
}

/** Return a link to the story of a meter's day. */
function opener(meter, day, size) {
  const name = encodeURIComponent(meter.replaceAll("~", "~0").replaceAll("/", "~1"));
  const address = `/figure/meter/${name}/${day}/${size}`;
  return element("a", { href: address, class: "opens", "data-opens": "" }, text("trust_page.heat.open"));
}

function sized(canvas, height) {
  const ratio = globalThis.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  return { pen, ratio, width };
}

function drawMonths(canvas, { first, n }) {
  const { pen, ratio, width } = sized(canvas, canvas.clientHeight);
  pen.scale(ratio, ratio);
  pen.fillStyle = token("ink-3");
  pen.font = `11px ${token("font-text")}`;
  pen.textBaseline = "middle";
  let free = 0;
  for (let at = 0; at < n; at += 1) {
    const day = dayOf(first, at);
    if (!day.endsWith("-01")) continue;
    const x = (at / n) * width;
    pen.fillRect(Math.round(x), canvas.clientHeight - 5, 1, 5);
    if (x < free) continue;
    pen.fillText(day.slice(0, 7), x + 3, canvas.clientHeight / 2);
    free = x + 3 + pen.measureText(day.slice(0, 7)).width + 4;
  }
}

/** Draw the map into a box and let it be read. */
export function showHeat(box, heat) {
  const rows = heat.meters.map((meter) => ({ meter, codes: codesOf(meter) }));
  const names = element("ul", { class: "heat-names", "aria-hidden": "true" });
  names.append(...heat.meters.map(({ meter }) => element("li", {}, meter)));
  const months = element("canvas", { class: "heat-months", "aria-hidden": "true" });
  const cells = element("canvas", { class: "heat-cells" });
  const grid = element("div", { class: "heat-grid" }, element("div", { class: "heat-corner" }), months, names, cells);
  const label = text("trust_page.heat.sentence");
  const scroll = element("div", { class: "heat-scroll", tabindex: "0", role: "application", "aria-label": label }, grid);
  const said = element("p", { class: "heat-said", role: "status" }, text("trust_page.heat.hint"));
  box.append(scroll, said);
  box.hidden = false;
  grid.style.setProperty("--heat-least", `${LEAST_DAY * heat.n}px`);
  const cursor = { row: 0, day: heat.n - 1, isOn: false };

  const draw = () => {
    if (!cells.clientWidth) return;
    const colours = {
      whole: token("share-2"),
      estimated: token("pv-fill"),
      manual: token("wind-fill"),
      lost: token("bad"),
      later: token("share-0"),
    };
    cells.style.height = `${ROW * rows.length}px`;
    const { pen, ratio, width } = sized(cells, ROW * rows.length);
    const edge = (day) => Math.round((day / heat.n) * width * ratio);
    rows.forEach(({ meter, codes }, row) => {
      codes.forEach((code, day) => {
        const [colour, strength] = paint(meter, code, day, colours);
        if (!colour) return;
        pen.globalAlpha = strength;
        pen.fillStyle = colour;
        // A gap of a day is a pixel wide at least, whatever the width of the map.
        const w = Math.max(edge(day + 1) - edge(day), 1);
        pen.fillRect(edge(day), Math.round(row * ROW * ratio), w, Math.round((ROW - 1) * ratio));
      });
    });
    if (cursor.isOn) {
      pen.globalAlpha = 1;
      pen.strokeStyle = token("focus");
      pen.lineWidth = 2 * ratio;
      pen.strokeRect(edge(cursor.day) - ratio, cursor.row * ROW * ratio - ratio, edge(cursor.day + 1) - edge(cursor.day) + 2 * ratio, ROW * ratio + ratio);
    }
    drawMonths(months, heat);
  };
  const tell = (row, day) => {
    Object.assign(cursor, { row, day, isOn: true });
    const { meter, codes } = rows[row];
    said.replaceChildren(sentence(meter, codes[day], day, heat.first));
    if (data.opens && codes[day] !== "-") said.append(" ", opener(meter.meter, dayOf(heat.first, day), heat.size));
    draw();
  };
  cells.addEventListener("click", () => said.querySelector("a")?.click());
  cells.addEventListener("pointermove", (event) => {
    const row = Math.min(rows.length - 1, Math.max(0, Math.floor(event.offsetY / ROW)));
    const day = Math.min(heat.n - 1, Math.max(0, Math.floor((event.offsetX / cells.clientWidth) * heat.n)));
    if (row !== cursor.row || day !== cursor.day || !cursor.isOn) tell(row, day);
  });
  scroll.addEventListener("keydown", (event) => {
    if (event.key === "Enter") said.querySelector("a")?.click();
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [0, -30], PageDown: [0, 30] }[event.key];
    if (!step) return;
    event.preventDefault();
    const row = Math.min(rows.length - 1, Math.max(0, cursor.row + (cursor.isOn ? step[0] : 0)));
    const day = Math.min(heat.n - 1, Math.max(0, cursor.day + (cursor.isOn ? step[1] : 0)));
    tell(row, day);
    names.children[row].scrollIntoView({ block: "nearest" });
  });
  new ResizeObserver(draw).observe(scroll);
  draw();
  scroll.scrollLeft = scroll.scrollWidth; // the latest days first, where there is no room for all
  return { rows: rows.length, draw };
}

