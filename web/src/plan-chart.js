// Two local days of storage on one time axis: what was recorded, and what is planned, in four strips.
import { data, element, number, pixels, text, token } from "./page-data.js";

const STEPS = 96;
const BANDS = 5;
const GRID_SHARES = [0.32, 0.3, 0.2, 0.18]; // storage, grid, charge, price

const clock = (step) => `${String(step >> 2).padStart(2, "0")}:${String((step % 4) * 15).padStart(2, "0")}`;
const t = (key, values) => text(`dispatch_page.chart.${key}`, values);

/** Every quarter of both days; what is planned belongs to the second. */
export function slots() {
  const { plan, actual } = data;
  return data.days.flatMap((date, day) =>
    Array.from({ length: STEPS }, (_, step) => {
      const at = day * STEPS + step;
      const of = (series) => (day === 1 && series ? series[step] : null);
      const net = actual.charge[at] === null || actual.discharge[at] === null ? null : actual.discharge[at] - actual.charge[at];
      return {
        date,
        time: clock(step),
        net,
        load: actual.load[at],
        import: actual.import[at],
        stored: data.stored[at],
        price: data.price[at],
        planned: of(plan?.power),
        ordered: of(plan?.ordered),
        planned_import: of(plan?.import),
        planned_load: of(plan?.load),
        planned_stored: of(plan?.stored),
      };
    }),
  );
}

// Prices in five levels of equal width, so that a tariff of three prices shows three of them.
function levels(all) {
  const known = all.map((slot) => slot.price).filter((price) => price !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return (price) => (price === null || !known.length ? null : high === low ? 0 : Math.min(BANDS - 1, Math.floor((BANDS * (price - low)) / (high - low))));
}

function bands(all) {
  const level = levels(all);
  const found = [];
  all.forEach((slot, index) => {
    const own = level(slot.price);
    const last = found.at(-1);
    if (last && last.level === own) last.stop = index + 1;
    else found.push({ level: own, start: index, stop: index + 1 });
  });
  return found
    .filter((band) => band.level !== null)
    .map(({ level: own, start, stop }) => [{ xAxis: start, itemStyle: { color: token("pv-fill"), opacity: 0.04 + 0.07 * own } }, { xAxis: Math.min(stop, all.length - 1) }]);
}

function line(name, gridIndex, values, style) {
  return { name, type: "line", step: "end", symbol: "none", xAxisIndex: gridIndex, yAxisIndex: gridIndex, connectNulls: false, data: values, ...style };
}

// A step drawn "end" holds its value from its own start to the next one; the last quarter needs an edge.
const series = (all, name) => all.map((slot) => slot[name]);

export function planOptions(width, height) {
  const narrow = width < 560;
  const all = slots();
  const size = pixels(0.8);
  const left = size * 3.6;
  const top = size * 2.9;
  const gap = size * 2.7;
  const room = height - top - size * 2.2 - gap * (GRID_SHARES.length - 1);
  let y = top;
  const grids = GRID_SHARES.map((share) => {
    const grid = { left, right: 14, top: y, height: Math.max(room * share, 20) };
    y += grid.height + gap;
    return grid;
  });
  const last = GRID_SHARES.length - 1;
  const labels = { color: token("ink-3"), fontSize: size };
  const xAxis = grids.map((_, gridIndex) => ({
    type: "category",
    gridIndex,
    boundaryGap: false,
    data: all.map((slot) => `${slot.date} ${slot.time}`),
    axisLine: { onZero: gridIndex === 0, lineStyle: { color: token("ink-3") } },
    axisTick: { show: false },
    axisLabel: { ...labels, show: gridIndex === last, formatter: label, hideOverlap: true, interval: (index) => index % (narrow ? 48 : 16) === 0 },
  }));
  const yAxis = grids.map((_, gridIndex) => ({
    type: "value",
    gridIndex,
    scale: gridIndex === 1,
    min: gridIndex === 2 ? 0 : undefined,
    max: gridIndex === 2 ? 100 : undefined,
    splitNumber: gridIndex > 1 ? 2 : 4,
    axisLabel: { ...labels, formatter: (value) => number(value, gridIndex === 3 ? 1 : 0) },
    splitLine: { lineStyle: { color: token("line") } },
    name: [t("storage"), t("grid"), t("soc"), t("price")][gridIndex],
    nameLocation: "end",
    nameGap: size * 0.95,
    nameTextStyle: { color: token("ink-2"), fontSize: size, align: "left", padding: [0, 0, 0, -left + 4] },
  }));
  return {
    animation: false,
    textStyle: { fontFamily: token("font-text") },
    tooltip: { trigger: "axis", confine: true, backgroundColor: token("panel"), borderColor: token("line"), formatter: (points) => tip(all[points[0].dataIndex]) },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    grid: grids,
    xAxis,
    yAxis,
    series: [...storage(all, size), ...power(all, size), ...charge(all), ...price(all)],
  };
}

function marks(all, size) {
  const at = data.recorded_steps;
  const inside = at > 0 && at < all.length;
  return {
    markLine: {
      silent: true,
      symbol: "none",
      lineStyle: { color: token("accent"), type: "solid", width: 1.5 },
      data: inside ? [{ xAxis: at, label: { formatter: t("recorded"), position: "end", color: token("accent"), fontSize: size, distance: 4 } }] : [],
    },
  };
}

const veil = (all) => (data.recorded_steps < all.length ? [[{ xAxis: data.recorded_steps, itemStyle: { color: token("panel"), opacity: 0.45 } }, { xAxis: all.length - 1 }]] : []);

function storage(all, size) {
  const above = all.map((slot) => (slot.net === null ? null : Math.max(slot.net, 0)));
  const below = all.map((slot) => (slot.net === null ? null : Math.min(slot.net, 0)));
  const found = [
    line(t("discharge"), 0, above, { lineStyle: { width: 0 }, areaStyle: { color: token("storage-fill"), opacity: 0.92 }, markArea: { silent: true, data: bands(all) }, ...marks(all, size) }),
    line(t("charge"), 0, below, { lineStyle: { width: 0 }, areaStyle: { color: token("storage-fill"), opacity: 0.55 } }),
    line(t("planned_power"), 0, series(all, "planned"), { lineStyle: { color: token("storage"), width: 2, type: "dashed" }, areaStyle: { color: token("storage-fill"), opacity: 0.16 }, z: 5 }),
  ];
  if (data.plan?.ordered) found.push(line(t("ordered_power"), 0, series(all, "ordered"), { lineStyle: { color: token("bad"), width: 2 }, z: 6 }));
  return found;
}

function power(all, size) {
  const peak = data.plan?.peak_mw ?? null;
  const peakLine = peak === null ? [] : [{ yAxis: peak, lineStyle: { color: token("bad"), type: "dotted", width: 1.2 }, label: { formatter: t("peak"), position: "insideEndTop", color: token("bad"), fontSize: size } }];
  return [
    line(t("import"), 1, series(all, "import"), { lineStyle: { color: token("grid"), width: 2 }, areaStyle: { color: token("grid-fill"), opacity: 0.3, origin: "start" }, markArea: { silent: true, z: 4, data: veil(all) }, markLine: { silent: true, symbol: "none", data: peakLine } }),
    line(t("load"), 1, series(all, "load"), { lineStyle: { color: token("load"), width: 1.6 } }),
    line(t("planned_import"), 1, series(all, "planned_import"), { lineStyle: { color: token("grid"), width: 2, type: "dashed" } }),
    line(t("planned_load"), 1, series(all, "planned_load"), { lineStyle: { color: token("load"), width: 1.4, type: "dashed" } }),
  ];
}

function charge(all) {
  return [
    line(t("stored"), 2, series(all, "stored"), { step: false, lineStyle: { color: token("storage"), width: 1.8 }, areaStyle: { color: token("storage-fill"), opacity: 0.22 } }),
    line(t("planned_stored"), 2, series(all, "planned_stored"), { step: false, lineStyle: { color: token("storage"), width: 1.8, type: "dashed" } }),
  ];
}

function price(all) {
  return [line(t("price"), 3, series(all, "price"), { lineStyle: { color: token("pv"), width: 1.6 }, areaStyle: { color: token("pv-fill"), opacity: 0.25, origin: "start" } })];
}

function label(value) {
  const [date, time] = value.split(" ");
  return time === "00:00" ? date.slice(5) : time;
}

const ROWS = [
  ["net", "storage", 2],
  ["planned", "planned_power", 2],
  ["ordered", "ordered_power", 2],
  ["import", "import", 2],
  ["planned_import", "planned_import", 2],
  ["load", "load", 2],
  ["planned_load", "planned_load", 2],
  ["stored", "stored", 1],
  ["planned_stored", "planned_stored", 1],
];

function tip(slot) {
  const rows = ROWS.filter(([name]) => slot[name] !== null).map(([name, key, digits]) => row(t(key), number(slot[name], digits)));
  if (slot.price !== null) rows.push(row(t("price"), slot.price.toFixed(4)));
  return element("div", { class: "tip" }, element("b", {}, `${slot.date} ${slot.time}`), element("table", {}, ...rows));
}

function row(name, value) {
  return element("tr", {}, element("td", {}, name), element("td", {}, value));
}

/** The same figures as rows for "show as table". */
export function planFigures() {
  return {
    columns: [t("time"), ...ROWS.map(([, key]) => t(key)), t("price")],
    rows: slots().map((slot) => [
      `${slot.date} ${slot.time}`,
      ...ROWS.map(([name, , digits]) => (slot[name] === null ? "" : number(slot[name], digits))),
      slot.price === null ? "" : slot.price.toFixed(4),
    ]),
  };
}
