// The three annual ratios month by month, with what is asked of each as a dashed line.
import { data, element, number, pixels, text, token } from "./page-data.js";

const INK = { R_self: "share-4", R_green: "wind", R_exp: "pv" };

function tip(points) {
  const at = points[0].dataIndex;
  const rows = data.ratios.series.map(({ label, percent }) =>
    element("tr", {}, element("td", {}, label), element("td", {}, percent[at] === null ? text("chart.missing") : `${number(percent[at], 1)} %`)),
  );
  return element("div", { class: "tip" }, element("b", {}, data.ratios.months[at]), element("table", {}, ...rows));
}

export function ratioOptions(width) {
  const size = pixels(0.8);
  const every = width < 520 ? 3 : 1;
  return {
    animation: false,
    textStyle: { fontFamily: token("font-text") },
    grid: { left: size * 3.4, right: 16, top: size * 1.2, bottom: size * 2.2 },
    tooltip: { trigger: "axis", confine: true, backgroundColor: token("panel"), borderColor: token("line"), formatter: tip },
    xAxis: {
      type: "category",
      data: data.ratios.months,
      axisLine: { lineStyle: { color: token("ink-3") } },
      axisTick: { show: false },
      axisLabel: { color: token("ink-3"), fontSize: size, interval: (index) => index % every === 0 },
    },
    yAxis: {
      type: "value",
      min: 0,
      max: (range) => Math.max(100, range.max),
      axisLabel: { color: token("ink-3"), fontSize: size },
      splitLine: { lineStyle: { color: token("line") } },
    },
    series: data.ratios.series.map(({ code, label, percent, limit }) => ({
      name: label,
      type: "line",
      symbol: "circle",
      symbolSize: 6,
      connectNulls: false,
      lineStyle: { color: token(INK[code]), width: 2.2 },
      itemStyle: { color: token(INK[code]) },
      data: percent,
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: token(INK[code]), type: "dashed", width: 1 }, data: [{ yAxis: limit }] },
    })),
  };
}
