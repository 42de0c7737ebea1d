// <park-flow>: where something came from and went, sources - bus - sinks.
// The order of the ends is the caller's, so nothing jumps; a label owns a slot as tall as its text, so
// labels never touch; motion is left out because dashes cost half of a control-room PC's processor.
// Below 560 px it stands upright: each end has a line of its own, and its band comes down to it.
import { number, text } from "./page-data.js";

const SOURCES = ["pv", "wind", "discharge", "import"];
const SINKS = ["top_enterprises", "other_enterprises", "charging_stations", "charge", "export", "losses"];
const TONE = { pv: "pv", wind: "wind", discharge: "storage", charge: "storage", import: "grid", export: "grid", charging_stations: "ev" };
const NAMESPACE = "http://www.w3.org/2000/svg";
const NODE_PX = 12;
const LEAST_BAND_PX = 3;
const UPRIGHT_BELOW_PX = 560;
const EDGE_PX = 12;

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

function band(end, scale) {
  return Math.max(LEAST_BAND_PX, (end.value ?? 0) * scale);
}

/** The scale [px per unit] at which the wanted length is used up: it grows with the scale, so halving finds it. */
function fitting(ends, length, needed) {
  const greatest = Math.max(1e-9, ...ends.map(({ value }) => value ?? 0));
  let low = 0;
  let high = length / greatest;
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (needed(middle) <= length) low = middle;
    else high = middle;
  }
  return low;
}

/** Give each end its slot; the column is centred and every band sits in the middle of its slot. */
function placed(ends, { scale, height, label, gap, top }) {
  const slots = ends.map((end) => Math.max(band(end, scale), label));
  let y = top + (height - sum(slots) - gap * (ends.length - 1)) / 2;
  return ends.map((end, index) => {
    const thickness = band(end, scale);
    const spot = { ...end, thickness, y: y + (slots[index] - thickness) / 2 };
    y += slots[index] + gap;
    return spot;
  });
}

class ParkFlow extends HTMLElement {
  connectedCallback() {
    this.frame = svg("svg", { width: "100%", height: "100%" });
    this.append(this.frame);
    // The observer tells of a box at once, though nothing has changed.
    new ResizeObserver(() => this.size() !== this.drawn && this.draw()).observe(this);
  }

  /** Show the flows of the overview: a list of {source, sink, mwh}; mwh is null where it is missing. */
  show(flows) {
    const entering = new Map(flows.filter((flow) => flow.sink === "bus").map((flow) => [flow.source, flow.mwh]));
    const leaving = new Map(flows.filter((flow) => flow.source === "bus").map((flow) => [flow.sink, flow.mwh]));
    const ends = (order, found) =>
      order
        .filter((code) => found.has(code))
        .map((code) => ({ label: text(`flow_node.${code}`), value: found.get(code), tone: TONE[code] ?? "use" }));
    this.picture({ unit: "MWh", digits: 1, bus: text("flow_node.bus"), sources: ends(SOURCES, entering), sinks: ends(SINKS, leaving) });
  }

  /** Show any flows: {unit, digits, bus, sources, sinks, total?, sentence?}; an end is {label, value, tone, figure?, href?}. */
  picture(flows) {
    this.flows = flows;
    this.draw();
  }

  /** The box that there is to draw in. */
  size() {
    return `${this.clientWidth}x${this.clientHeight}`;
  }

  draw() {
    const width = this.clientWidth;
    if (!this.flows || !width) return;
    const size = Math.max(12, parseFloat(getComputedStyle(this).fontSize) * 0.92);
    // With links inside it is a group of them; without it is a picture.
    const isLinked = [...this.flows.sources, ...this.flows.sinks].some(({ href }) => href);
    this.frame.setAttribute("role", isLinked ? "group" : "img");
    this.frame.setAttribute("aria-label", this.sentence());
    if (width < UPRIGHT_BELOW_PX) this.drawUpright(width, size);
    else this.drawFlat(width, size);
    this.drawn = this.size();
  }

  // ---- flat: two columns and a bus between them ---------------------------------------------------

  drawFlat(width, size) {
    const { sources, sinks } = this.flows;
    const label = size * 1.7;
    const gap = size * 0.25;
    const top = size * 1.9;
    const bottom = size * 0.7;
    // Many ends need more room than the panel gives by itself.
    const least = Math.max(sources.length, sinks.length) * (label + gap) + top + bottom;
    // A wall gives the room that there is.
    const isWall = document.body.classList.contains("wall");
    this.style.minHeight = isWall || least < this.leastRoom() ? "" : `${Math.ceil(least)}px`;
    const height = this.clientHeight;
    if (!height) return;
    const room = { top, height: height - top - bottom, label, gap };
    const column = (ends, scale) => sum(ends.map((end) => Math.max(band(end, scale), label))) + gap * (ends.length - 1);
    room.scale = fitting([...sources, ...sinks], room.height, (scale) => Math.max(column(sources, scale), column(sinks, scale)));
    const left = placed(sources, room);
    const right = placed(sinks, room);
    const busHeight = Math.max(...[left, right].map((spots) => sum(spots.map(({ thickness }) => thickness))));
    const place = { size, busTop: room.top + (room.height - busHeight) / 2 };
    place.start = EDGE_PX + this.widest(left, size, width * 0.3) + 10;
    place.end = width - EDGE_PX - this.widest(right, size, width * 0.3) - 10;
    place.middle = (place.start + place.end) / 2;
    // Above everything, for a band may rise over the bus on its way to it.
    const above = Math.min(left[0]?.y ?? place.busTop, right[0]?.y ?? place.busTop, place.busTop);
    const words = svg("text", { x: place.middle, y: above - size * 0.6, "text-anchor": "middle", "font-size": size }, ...this.busWords(size));
    this.frame.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.frame.replaceChildren(
      ...this.side(left, place, true),
      ...this.side(right, place, false),
      svg("rect", { x: place.middle - NODE_PX / 2, y: place.busTop, width: NODE_PX, height: busHeight, rx: 3, class: "bus" }),
      words,
    );
  }

  /** The least height that the style gives by itself [px]. */
  leastRoom() {
    return 16 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  side(spots, { size, start, end, middle, busTop }, entering) {
    let y = busTop;
    return spots.flatMap((spot) => {
      const from = entering ? { x: start + NODE_PX, y: spot.y } : { x: middle + NODE_PX / 2, y };
      const to = entering ? { x: middle - NODE_PX / 2, y } : { x: end - NODE_PX, y: spot.y };
      y += spot.thickness;
      const half = (from.x + to.x) / 2;
      const curve = (dy) => `${from.x},${from.y + dy}C${half},${from.y + dy} ${half},${to.y + dy} ${to.x},${to.y + dy}`;
      const back = `L${to.x},${to.y + spot.thickness}C${half},${to.y + spot.thickness} ${half},${from.y + spot.thickness} ${from.x},${from.y + spot.thickness}Z`;
      const node = { x: entering ? start : end - NODE_PX, y: spot.y, width: NODE_PX, height: spot.thickness, rx: 3 };
      const label = { x: entering ? start - 8 : end + 8, y: spot.y + spot.thickness / 2 + size * 0.36, "text-anchor": entering ? "end" : "start", "font-size": size };
      return [
        ...this.ribbon(spot, `M${curve(0)}${back}`, `M${curve(spot.thickness / 2)}`, { x: half, y: (from.y + to.y + spot.thickness) / 2 }, false),
        svg("rect", { ...node, class: `node ${spot.tone}` }),
        this.link(spot, svg("text", label, this.fitted(spot, size, this.room), ...this.figure(spot, size))),
      ];
    });
  }

  // ---- upright: each end has a line of its own ----------------------------------------------------

  drawUpright(width, size) {
    const { sources, sinks } = this.flows;
    const line = size * 1.95;
    const bus = { height: NODE_PX, left: EDGE_PX };
    const bands = width * 0.4;
    const thick = (ends) => (scale) => sum(ends.map((end) => band(end, scale))) + 2 * (ends.length - 1);
    const scale = Math.min(fitting(sources, bands, thick(sources)), fitting(sinks, bands, thick(sinks)));
    const wide = Math.max(thick(sources)(scale), thick(sinks)(scale));
    const busTop = size * 0.6 + sources.length * line + size * 0.8;
    const height = busTop + bus.height + size * 0.8 + sinks.length * line + size * 0.8;
    this.style.minHeight = `${Math.ceil(height)}px`;
    this.frame.setAttribute("viewBox", `0 0 ${width} ${Math.max(height, this.clientHeight)}`);
    const room = { size, line, scale, left: bus.left, edge: width - EDGE_PX };
    const words = svg("text", { x: bus.left + wide + 10, y: busTop + bus.height / 2 + size * 0.36, "font-size": size }, ...this.busWords(size));
    this.frame.replaceChildren(
      // The first source comes from the top line, the last one from the line above the bus, so no band crosses a label.
      ...this.stairs(sources, room, (index) => size * 0.6 + index * line, busTop),
      ...this.stairs(sinks, room, (index) => busTop + bus.height + size * 0.8 + (sinks.length - 1 - index) * line, busTop + bus.height),
      svg("rect", { x: bus.left, y: busTop, width: wide, height: bus.height, rx: 3, class: "bus" }),
      words,
    );
  }

  stairs(ends, { size, line, scale, left, edge }, row, bus) {
    let x = left;
    return ends.flatMap((end, index) => {
      const thickness = band(end, scale);
      const at = row(index) + line / 2;
      const [top, bottom] = [Math.min(at, bus), Math.max(at, bus)];
      const middle = x + thickness / 2;
      const spot = { ...end, thickness };
      const start = x + thickness + 8;
      x += thickness + 2;
      const figure = this.measure(this.figureOf(end), 600, size * 1.12);
      return [
        ...this.ribbon(spot, `M${middle - thickness / 2},${top}h${thickness}V${bottom}h${-thickness}Z`, `M${middle},${top}V${bottom}`, { x: middle, y: (top + bottom) / 2 }, true),
        svg("rect", { x: middle - thickness / 2, y: at - 2, width: thickness, height: 4, rx: 1, class: `node ${end.tone}` }),
        svg("path", { d: `M${middle + thickness / 2},${at}H${start - 3}`, class: "lead" }),
        this.link(
          end,
          svg("text", { y: at + size * 0.36, "font-size": size }, svg("tspan", { x: start }, this.fitted(end, size, edge - start - figure - size * 0.8)), svg("tspan", { x: edge, "text-anchor": "end", class: "number", "font-size": size * 1.12 }, this.figureOf(end))),
        ),
      ];
    });
  }

  // ---- both ---------------------------------------------------------------------------------------

  ribbon({ label, value, tone, thickness }, area, line, middle, upright) {
    if (value === null) return [svg("path", { d: line, class: "absent" })];
    const shape = svg("path", { d: area, class: `band ${tone}` }, svg("title", {}, `${label} ${number(value, Math.min(2, this.flows.digits + 1))} ${this.flows.unit}`));
    if (!(value > 0)) return [shape];
    const arm = Math.min(7, Math.max(3, thickness * 0.22));
    const { x, y } = middle;
    const points = upright
      ? `${x - arm},${y - arm * 0.6} ${x},${y + arm * 0.6} ${x + arm},${y - arm * 0.6}`
      : `${x - arm * 0.6},${y - arm} ${x + arm * 0.6},${y} ${x - arm * 0.6},${y + arm}`;
    return [shape, svg("polyline", { points, class: `chevron ${tone}` })];
  }

  link({ href }, words) {
    return href ? svg("a", { href }, words) : words;
  }

  /** How much an end is; the server's own words where it gave them, so that no digit differs from the table. */
  figureOf({ value, figure }) {
    return figure ?? number(value, this.flows.digits);
  }

  figure(end, size) {
    return [svg("tspan", { class: "number", "font-size": size * 1.12, dx: size * 0.5 }, this.figureOf(end))];
  }

  busWords(size) {
    const total = this.total();
    return [`${this.flows.bus} `, svg("tspan", { class: "number", "font-size": size * 1.12 }, this.flows.total ?? number(total, this.flows.digits)), svg("tspan", { dx: size * 0.3 }, total === null ? "" : this.flows.unit)];
  }

  /** The width of the widest label, names longer than the limit being cut. */
  widest(spots, size, limit) {
    this.room = limit;
    const wide = (spot) => Math.min(this.measure(spot.label, 400, size), limit) + size * 0.5 + this.measure(this.figureOf(spot), 600, size * 1.12);
    return Math.max(0, ...spots.map(wide));
  }

  measure(words, weight, size) {
    this.pen ??= document.createElement("canvas").getContext("2d");
    this.pen.font = `${weight} ${size}px ${getComputedStyle(this).fontFamily}`;
    return this.pen.measureText(words).width;
  }

  fitted({ label }, size, limit) {
    let words = label;
    while (words.length > 2 && this.measure(words === label ? words : `${words}…`, 400, size) > limit) words = words.slice(0, -1);
    return words === label ? label : `${words}…`;
  }

  /** The sum of the sources; one missing source makes the sum missing. */
  total() {
    const values = this.flows.sources.map(({ value }) => value);
    return values.includes(null) ? null : sum(values);
  }

  sentence() {
    const list = (ends) => ends.map((end) => `${end.label} ${this.figureOf(end)}`).join(", ");
    return text(this.flows.sentence ?? "chart.flow_sentence", { unit: this.flows.unit, sources: list(this.flows.sources), sinks: list(this.flows.sinks) });
  }
}

customElements.define("park-flow", ParkFlow);
