// The last recorded day and the plan for the next on one time axis: 15-minute means, labelled by start.
import { PLAIN } from "./charts.js";
import { data, element, number, pixels, text, token } from "./page-data.js";

const STEPS = 96;
const SOURCES = ["pv", "wind", "discharge", "import"];
const SINKS = ["charge", "export"];
const NAMES = [...SOURCES, ...SINKS, "load"];
const FILL = { pv: "pv-fill", wind: "wind-fill", discharge: "storage-fill", charge: "storage-fill", import: "grid-fill", export: "grid-fill" };

const clock = (step) => `${String(step >> 2).padStart(2, "0")}:${String((step % 4) * 15).padStart(2, "0")}`;

/** The two days as one list of slots, each with the values of all series in MW. */
export function slots() {
  const days = [data.day && { ...data.day, planned: false }, data.plan && { ...data.plan, planned: true }].filter(Boolean);
  return days.flatMap(({ date, series, soc_ratio: soc, planned }) =>
    Array.from({ length: STEPS }, (_, step) => ({
      date,
      time: clock(step),
      planned,
      soc: soc?.[step] ?? null,
      ...Object.fromEntries(NAMES.map((name) => [name, toMw(series[name]?.[step])])),
    })),
  );
}

function toMw(kw) {
  return kw === null || kw === undefined ? null : kw / 1000;
}

// A stack with one unknown part has an unknown height: draw none of it, and say so with a band.
const incomplete = (slot) => [...SOURCES, ...SINKS].some((name) => slot[name] === null);

function gaps(all) {
  const bands = [];
  all.forEach((slot, index) => {
    if (!incomplete(slot)) return;
    const last = bands.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else bands.push([index, index]);
  });
  return bands;
}

export function dayOptions(narrow) {
  const all = slots();
  const size = pixels(0.82);
  const planFrom = all.findIndex((slot) => slot.planned);
  const left = size * 3.4;
  const strip = size * 3.4;
  const figures = (formatter) => ({ color: token("ink-3"), fontSize: size, formatter });
  const axis = (gridIndex, labelled) => ({
    type: "category",
    gridIndex,
    boundaryGap: false,
    data: all.map((slot) => `${slot.date} ${slot.time}`),
    axisLine: { onZero: true, lineStyle: { color: token("ink-3") } },
    axisTick: { show: false },
    axisLabel: { ...figures(label), show: labelled, interval: (index) => index % (narrow ? 48 : 24) === 0, hideOverlap: true },
  });
  const area = (name, sign, stack) => ({
    name: text(`series.${name}`),
    type: "line",
    stack,
    symbol: "none",
    lineStyle: { width: 0 },
    emphasis: PLAIN,
    areaStyle: { color: token(FILL[name]), opacity: sign < 0 ? 0.6 : 0.92 },
    data: all.map((slot) => (incomplete(slot) ? null : sign * slot[name])),
  });
  return {
    animation: false,
    textStyle: { fontFamily: token("font-text") },
    tooltip: tooltip(all),
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    grid: [
      { left, right: 12, top: size * 2, bottom: size * 1.8 + (planFrom < 0 ? 0 : strip + size * 1.7) },
      { left, right: 12, height: strip, bottom: size * 1.8 },
    ],
    xAxis: [axis(0, planFrom < 0), axis(1, planFrom >= 0)],
    yAxis: [
      { type: "value", axisLabel: figures((value) => number(value, 0)), splitLine: { lineStyle: { color: token("line") } } },
      // State of charge has a strip of its own: on the power axis it would read as a power.
      {
        type: "value",
        gridIndex: 1,
        show: planFrom >= 0,
        min: 0,
        max: 100,
        interval: 50,
        axisLabel: figures((value) => (value === 50 ? "" : `${value} %`)),
        splitLine: { lineStyle: { color: token("line") } },
      },
    ],
    series: [...SOURCES.map((name) => area(name, 1, "above")), ...SINKS.map((name) => area(name, -1, "below")), load(all, planFrom, size), stored(all)],
  };
}

function label(value) {
  const [date, time] = value.split(" ");
  return time === "00:00" ? date.slice(5) : time;
}

function load(all, planFrom, size) {
  const at = (x, words, position) => ({ xAxis: x, label: { formatter: words, position, color: token("accent"), fontSize: size, distance: 4 } });
  const veil = planFrom < 0 ? [] : [[{ xAxis: planFrom, itemStyle: { color: token("panel"), opacity: 0.5 } }, { xAxis: all.length - 1 }]];
  // An area ends at its last known point, so the band reaches from there to the next known one.
  const missing = gaps(all).map(([first, last]) => [
    { xAxis: Math.max(first - 1, 0), itemStyle: { color: token("warn-ground") }, label: { show: true, formatter: text("chart.missing"), color: token("warn"), fontSize: size, position: "insideTop" } },
    { xAxis: Math.min(last + 1, all.length - 1) },
  ]);
  return {
    name: text("series.load"),
    type: "line",
    symbol: "none",
    z: 5,
    emphasis: PLAIN,
    lineStyle: { color: token("load"), width: 2.2 },
    data: all.map((slot) => slot.load),
    markLine: {
      silent: true,
      symbol: "none",
      lineStyle: { color: token("accent"), type: "solid", width: 1.5 },
      data: planFrom < 0 ? [] : [at(planFrom, text("chart.recorded_until", { time: all[planFrom - 1]?.time ?? "" }), "end")],
    },
    markArea: { silent: true, z: 4, data: [...veil, ...missing] },
  };
}

function stored(all) {
  return {
    name: text("series.soc"),
    type: "line",
    xAxisIndex: 1,
    yAxisIndex: 1,
    symbol: "none",
    emphasis: PLAIN,
    lineStyle: { color: token("storage"), width: 1.8 },
    areaStyle: { color: token("storage-fill"), opacity: 0.22 },
    data: all.map((slot) => (slot.soc === null ? null : 100 * slot.soc)),
  };
}

function tooltip(all) {
  return {
    trigger: "axis",
    confine: true,
    backgroundColor: token("panel"),
    borderColor: token("line"),
    formatter: (points) => tip(all[points[0].dataIndex]),
  };
}

function tip(slot) {
  const rows = NAMES.map((name) => row(text(`series.${name}`), `${number(slot[name], 2)}`));
  if (slot.soc !== null) rows.push(row(text("series.soc"), `${number(100 * slot.soc, 1)} %`));
  const origin = text(slot.planned ? "chart.planned" : "chart.recorded");
  return element("div", { class: "tip" }, element("b", {}, `${slot.date} ${slot.time}`), ` ${origin} · MW`, element("table", {}, ...rows));
}

function row(name, value) {
  return element("tr", {}, element("td", {}, name), element("td", {}, value));
}

/** The same figures as rows for "show as table". */
export function dayFigures() {
  return {
    columns: [text("chart.time"), text("chart.origin"), ...NAMES.map((name) => `${text(`series.${name}`)} MW`), `${text("series.soc")} %`],
    rows: slots().map((slot) => [
      `${slot.date} ${slot.time}`,
      text(slot.planned ? "chart.planned" : "chart.recorded"),
      ...NAMES.map((name) => number(slot[name], 2)),
      slot.soc === null ? "" : number(100 * slot.soc, 1),
    ]),
  };
}
