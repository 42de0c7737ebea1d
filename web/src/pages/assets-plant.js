// One plant: the band of what was expected and what came, day by day. Missing days are gaps.
import { keepDrawn } from "../charts.js";
import { startFrame } from "../frame.js";
import { data, element, number, pixels, text, token } from "../page-data.js";

const COLUMNS = { low: 1, expected: 2, high: 3, actual: 4 };
const value = (row, name) => row[COLUMNS[name]];

function options(width) {
  const size = pixels(0.82);
  const ink = { color: token("ink-3"), fontSize: size };
  const line = (name, words, style) => ({
    name: words,
    type: "line",
    step: "middle",
    symbol: "none",
    lineStyle: style,
    itemStyle: { color: style.color },
    data: data.days.map((row) => value(row, name)),
  });
  const tone = data.kind === "wind" ? "wind" : "pv";
  const spread = data.days.map((row) => (value(row, "high") === null ? null : value(row, "high") - value(row, "low")));
  return {
    animation: false,
    textStyle: { fontFamily: token("font-text") },
    grid: { left: size * 4.6, right: 16, top: size * 1.2, bottom: size * 2 },
    tooltip: { trigger: "axis", confine: true, backgroundColor: token("panel"), borderColor: token("line"), formatter: (points) => tip(data.days[points[0].dataIndex]) },
    xAxis: {
      type: "category",
      data: data.days.map(([day]) => day.slice(5)),
      axisLine: { lineStyle: { color: token("ink-3") } },
      axisTick: { show: false },
      axisLabel: { ...ink, hideOverlap: true, interval: Math.max(0, Math.ceil(data.days.length / (width < 560 ? 5 : 12)) - 1) },
    },
    yAxis: { type: "value", axisLabel: { ...ink, formatter: (kwh) => number(kwh, 0) }, splitLine: { lineStyle: { color: token("line") } } },
    series: [
      { ...line("low", "low", { width: 0 }), stack: "band", tooltip: { show: false } },
      { ...line("low", "band", { width: 0 }), stack: "band", data: spread, areaStyle: { color: token("ink-3"), opacity: 0.26 } },
      line("expected", "expected", { color: token("ink-2"), width: 1.4, type: "dashed" }),
      { ...line("actual", "actual", { color: token(tone), width: 2.4 }), z: 5 },
    ],
  };
}

function tip(row) {
  const line = (words, kwh) => element("tr", {}, element("td", {}, words), element("td", {}, kwh));
  const band = value(row, "low") === null ? number(null, 0) : `${number(value(row, "low"), 0)} – ${number(value(row, "high"), 0)}`;
  return element(
    "div",
    { class: "tip" },
    element("b", {}, row[0]),
    " kWh",
    element(
      "table",
      {},
      line(text("assets.chart.actual"), number(value(row, "actual"), 0)),
      line(text("assets.chart.expected"), number(value(row, "expected"), 0)),
      line(text("assets.chart.band"), band),
    ),
  );
}

/** The table came from the server; with scripts it gives way to the picture and comes back on demand. */
async function start() {
  startFrame();
  const panel = document.querySelector('[data-panel="days"]');
  const button = panel?.querySelector("[data-as-table]");
  if (button) {
    const picture = panel.querySelector("[data-picture]");
    const table = panel.querySelector("[data-days]");
    const show = (asTable) => {
      picture.hidden = asTable;
      table.hidden = !asTable;
      button.setAttribute("aria-expanded", String(asTable));
      button.textContent = text(asTable ? "chart.as_picture" : "chart.as_table");
    };
    button.hidden = false;
    button.addEventListener("click", () => show(table.hidden));
    show(false);
    await keepDrawn(picture.querySelector(".canvas"), options);
  }
  document.documentElement.dataset.ready = "true";
}

start();
