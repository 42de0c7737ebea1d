// <park-flow>: where the energy of a period came from and went, sources - bus - sinks.
// The order of the nodes is fixed, so nothing jumps; a label owns a slot as tall as its text, so
// labels never touch; motion is left out because dashes cost half of a control-room PC's processor.
import { number, text } from "./page-data.js";

const SOURCES = ["pv", "wind", "discharge", "import"];
const SINKS = ["top_enterprises", "other_enterprises", "charging_stations", "charge", "export", "losses"];
const TONE = { pv: "pv", wind: "wind", discharge: "storage", charge: "storage", import: "grid", export: "grid", charging_stations: "ev" };
const NAMESPACE = "http://www.w3.org/2000/svg";
const NODE_PX = 12;
const LEAST_BAND_PX = 3;
const TWO_LINES_BELOW_PX = 560;

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** The scale [px/MWh] at which both columns fit: slots grow with the scale, so halving finds it. */
function fitting(columns, height, label, gap) {
  const needed = (scale) =>
    Math.max(...columns.map((items) => items.reduce((sum, item) => sum + Math.max(band(item, scale), label), gap * (items.length - 1))));
  const greatest = Math.max(1e-9, ...columns.flat().map((item) => item.mwh ?? 0));
  let low = 0;
  let high = height / greatest;
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (needed(middle) <= height) low = middle;
    else high = middle;
  }
  return low;
}

function band(item, scale) {
  return Math.max(LEAST_BAND_PX, (item.mwh ?? 0) * scale);
}

/** Give each item its slot; the column is centred and every band sits in the middle of its slot. */
function placed(items, { scale, height, label, gap, top }) {
  const slots = items.map((item) => Math.max(band(item, scale), label));
  let y = top + (height - slots.reduce((sum, slot) => sum + slot, gap * (items.length - 1))) / 2;
  return items.map((item, index) => {
    const thickness = band(item, scale);
    const spot = { ...item, thickness, y: y + (slots[index] - thickness) / 2 };
    y += slots[index] + gap;
    return spot;
  });
}

class ParkFlow extends HTMLElement {
  connectedCallback() {
    this.picture = svg("svg", { width: "100%", height: "100%", role: "img" });
    this.append(this.picture);
    new ResizeObserver(() => this.draw()).observe(this);
  }

  /** Show flows: a list of {source, sink, mwh}; mwh is null where it is missing. */
  show(flows) {
    const entering = new Map(flows.filter((flow) => flow.sink === "bus").map((flow) => [flow.source, flow.mwh]));
    const leaving = new Map(flows.filter((flow) => flow.source === "bus").map((flow) => [flow.sink, flow.mwh]));
    const ordered = (order, found) => order.filter((code) => found.has(code)).map((code) => ({ code, mwh: found.get(code) }));
    this.sources = ordered(SOURCES, entering);
    this.sinks = ordered(SINKS, leaving);
    this.draw();
  }

  draw() {
    const width = this.clientWidth;
    const height = this.clientHeight;
    if (!this.sources || !width || !height) return;
    const style = getComputedStyle(this);
    const size = Math.max(12, parseFloat(style.fontSize) * 0.92);
    const narrow = width < TWO_LINES_BELOW_PX;
    const top = size * (narrow ? 2.4 : 1.9);
    const frame = { top, height: height - top - size * 0.7, label: size * (narrow ? 2.7 : 1.7), gap: size * 0.25 };
    frame.scale = fitting([this.sources, this.sinks], frame.height, frame.label, frame.gap);
    const left = placed(this.sources, frame);
    const right = placed(this.sinks, frame);
    const busHeight = Math.max(...[left, right].map((spots) => spots.reduce((sum, spot) => sum + spot.thickness, 0)));
    const geometry = { size, narrow, busHeight, busTop: frame.top + (frame.height - busHeight) / 2, edge: 12 };
    geometry.start = geometry.edge + this.widest(left, geometry) + 10;
    geometry.end = width - geometry.edge - this.widest(right, geometry) - 10;
    geometry.middle = (geometry.start + geometry.end) / 2;
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.picture.setAttribute("aria-label", this.sentence());
    this.picture.replaceChildren(...this.side(left, geometry, true), ...this.side(right, geometry, false), ...this.bus(geometry));
  }

  widest(spots, { size, narrow }) {
    const pen = document.createElement("canvas").getContext("2d");
    const family = getComputedStyle(this).fontFamily;
    const wide = (words, weight, factor) => {
      pen.font = `${weight} ${size * factor}px ${family}`;
      return pen.measureText(words).width;
    };
    return Math.max(
      0,
      ...spots.map(({ code, mwh }) => {
        const name = wide(text(`flow_node.${code}`), 400, 1);
        const figure = wide(number(mwh, 1), 600, 1.12);
        return narrow ? Math.max(name, figure) : name + size * 0.5 + figure;
      }),
    );
  }

  side(spots, geometry, entering) {
    const { start, end, middle, busTop } = geometry;
    let y = busTop;
    return spots.flatMap((spot) => {
      const from = entering ? { x: start + NODE_PX, y: spot.y } : { x: middle + NODE_PX / 2, y };
      const to = entering ? { x: middle - NODE_PX / 2, y } : { x: end - NODE_PX, y: spot.y };
      y += spot.thickness;
      const tone = TONE[spot.code] ?? "use";
      const node = { x: entering ? start : end - NODE_PX, y: spot.y, width: NODE_PX, height: spot.thickness, rx: 3 };
      return [...ribbon(from, to, spot, tone), svg("rect", { ...node, class: `node ${tone}` }), this.label(spot, geometry, entering)];
    });
  }

  label({ code, mwh, y, thickness }, { size, narrow, start, end }, entering) {
    const x = entering ? start - 8 : end + 8;
    const middle = y + thickness / 2;
    const words = svg("text", { x, y: middle + size * (narrow ? -0.2 : 0.36), "text-anchor": entering ? "end" : "start", "font-size": size });
    const figure = svg("tspan", { class: "number", "font-size": size * 1.12 }, number(mwh, 1));
    if (narrow) {
      figure.setAttribute("x", x);
      figure.setAttribute("dy", size * 1.2);
    } else {
      figure.setAttribute("dx", size * 0.5);
    }
    words.append(text(`flow_node.${code}`), figure);
    return words;
  }

  bus({ middle, busTop, busHeight, size, narrow }) {
    const total = this.total();
    // On a phone the label is wider than the bands: it stands above both columns.
    const words = svg("text", { x: middle, y: narrow ? size * 1.5 : busTop - size * 0.6, "text-anchor": "middle", "font-size": size }, `${text("flow_node.bus")} `);
    words.append(svg("tspan", { class: "number", "font-size": size * 1.12 }, number(total, 1)));
    return [svg("rect", { x: middle - NODE_PX / 2, y: busTop, width: NODE_PX, height: busHeight, rx: 3, class: "bus" }), words];
  }

  /** The sum of the sources [MWh]; one missing source makes the sum missing. */
  total() {
    return this.sources.some(({ mwh }) => mwh === null) ? null : this.sources.reduce((sum, { mwh }) => sum + mwh, 0);
  }

  sentence() {
    const list = (items) => items.map(({ code, mwh }) => `${text(`flow_node.${code}`)} ${number(mwh, 1)}`).join(", ");
    return text("chart.flow_sentence", { sources: list(this.sources), sinks: list(this.sinks) });
  }
}

function ribbon(from, to, { code, mwh, thickness }, tone) {
  const half = (from.x + to.x) / 2;
  const path = (dy) => `${from.x},${from.y + dy}C${half},${from.y + dy} ${half},${to.y + dy} ${to.x},${to.y + dy}`;
  if (mwh === null) return [svg("path", { d: `M${path(thickness / 2)}`, class: "absent" })];
  const back = `L${to.x},${to.y + thickness}C${half},${to.y + thickness} ${half},${from.y + thickness} ${from.x},${from.y + thickness}Z`;
  const shape = svg("path", { d: `M${path(0)}${back}`, class: `band ${tone}` }, svg("title", {}, `${text(`flow_node.${code}`)} ${number(mwh, 2)} MWh`));
  if (!(mwh > 0)) return [shape];
  const y = (from.y + to.y + thickness) / 2;
  const arm = Math.min(7, Math.max(3, thickness * 0.22));
  const points = `${half - arm * 0.6},${y - arm} ${half + arm * 0.6},${y} ${half - arm * 0.6},${y + arm}`;
  return [shape, svg("polyline", { points, class: `chevron ${tone}` })];
}

customElements.define("park-flow", ParkFlow);
