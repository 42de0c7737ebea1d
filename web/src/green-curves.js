// One day of a plant or user in quarters: its parts as areas one upon the other, the whole as a line.
import { data, element, number, pixels, text, token } from "./page-data.js";

const FILL = {
  line: "share-4",
  shared: "share-2",
  contract: "wind-fill",
  feeder: "pv-fill",
  pool: "share-2",
  storage: "storage-fill",
  charged: "storage-fill",
  "fed-in": "grid-fill",
  rest: "grid-fill",
  lost: "ink-3",
  unclaimed: "warn",
  unassigned: "line",
};
/** Curtailed energy was never generated, so it lies on top of the whole. */
const ABOVE = "curtailed";

function series(each) {
  const { day } = data;
  const isWhole = each.code === day.whole;
  const ink = token(isWhole ? "load" : each.code === ABOVE ? "bad" : (FILL[each.code] ?? "ink-3"));
  return {
    name: each.label,
    type: "line",
    symbol: "none",
    connectNulls: false,
    stack: isWhole ? undefined : "parts",
    z: isWhole ? 5 : 2,
    lineStyle: { color: ink, width: isWhole ? 2.2 : 0 },
    itemStyle: { color: ink },
    areaStyle: isWhole ? undefined : { color: ink, opacity: 0.75 },
    data: each.kw,
  };
}

function tip(points) {
  const step = points[0].dataIndex;
  const rows = data.day.series.map(({ label, kw }) =>
    element("tr", {}, element("td", {}, label), element("td", {}, kw[step] === null ? text("chart.missing") : `${number(kw[step], 1)} kW`)),
  );
  return element("div", { class: "tip" }, element("b", {}, data.day.times[step]), element("table", {}, ...rows));
}

export function curveOptions(width) {
  const size = pixels(0.8);
  const every = width < 520 ? 24 : 12;
  return {
    animation: false,
    textStyle: { fontFamily: token("font-text") },
    grid: { left: size * 4.6, right: 14, top: size * 1.2, bottom: size * 2.2 },
    tooltip: { trigger: "axis", confine: true, backgroundColor: token("panel"), borderColor: token("line"), formatter: tip },
    xAxis: {
      type: "category",
      boundaryGap: false,
      data: data.day.times,
      axisLine: { lineStyle: { color: token("ink-3") } },
      axisTick: { show: false },
      axisLabel: { color: token("ink-3"), fontSize: size, interval: (index) => index % every === 0 },
    },
    yAxis: {
      type: "value",
      axisLabel: { color: token("ink-3"), fontSize: size, formatter: (value) => number(value, 0) },
      splitLine: { lineStyle: { color: token("line") } },
    },
    series: [...data.day.series].sort((a, b) => (a.code === ABOVE) - (b.code === ABOVE)).map(series),
  };
}
