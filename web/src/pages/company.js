// One day of an enterprise beside the day before, the week before, and four weeks before.
import { keepDrawn } from "../charts.js";
import { startFrame } from "../frame.js";
import { data, element, number, pixels, text, token } from "../page-data.js";

const clock = (step) => `${String(step >> 2).padStart(2, "0")}:${String((step % 4) * 15).padStart(2, "0")}`;
const LINES = [
  { ink: "accent", width: 2.4, dash: "solid" },
  { ink: "ink-3", width: 1.4, dash: "solid" },
  { ink: "wind", width: 1.4, dash: [6, 4] },
  { ink: "pv", width: 1.4, dash: [2, 3] },
];
const TINTS = { sharp: "bad", peak: "warn", flat: "", valley: "storage", "deep-valley": "storage" };

/** Stretches of one kind of hour, for a tint behind the lines. */
function stretches() {
  const found = [];
  data.kinds.forEach((kind, step) => {
    const last = found.at(-1);
    if (last && last.kind === kind) last.to = step;
    else found.push({ kind, from: step, to: step });
  });
  return found.filter(({ kind }) => TINTS[kind]);
}

function tip(rows) {
  const [first] = rows;
  const step = first.dataIndex;
  const kind = data.kinds[step];
  const table = element("table", {});
  for (const row of rows) {
    table.append(element("tr", {}, element("td", {}, row.seriesName), element("td", {}, `${number(row.value, 0)} kW`)));
  }
  const head = element("b", {}, `${clock(step)}${kind ? ` · ${text(`report_days.kind.${kind}`)}` : ""}`);
  return element("div", { class: "tip" }, head, table);
}

function options(width) {
  const size = pixels(0.8);
  const steps = Math.max(...data.curves.map((curve) => curve.kw.length));
  const narrow = width < 520;
  return {
    animation: false,
    textStyle: { fontFamily: token("font-text") },
    grid: { left: size * 4, right: 12, top: size * 1.4, bottom: size * 2.2 },
    tooltip: {
      trigger: "axis",
      backgroundColor: token("panel"),
      borderColor: token("line"),
      textStyle: { color: token("ink") },
      formatter: tip,
    },
    xAxis: {
      type: "category",
      boundaryGap: false,
      data: Array.from({ length: steps }, (_, step) => clock(step)),
      axisLine: { lineStyle: { color: token("ink-3") } },
      axisTick: { show: false },
      axisLabel: { color: token("ink-3"), fontSize: size, interval: (index) => index % (narrow ? 24 : 12) === 0 },
    },
    yAxis: {
      type: "value",
      axisLabel: { color: token("ink-3"), fontSize: size, formatter: (value) => number(value, 0) },
      splitLine: { lineStyle: { color: token("line") } },
    },
    series: data.curves.map((curve, at) => ({
      name: `${text(`company.curve.${curve.code}`)} ${curve.date}`,
      type: "line",
      step: false,
      symbol: "none",
      connectNulls: false,
      z: at === 0 ? 5 : 2,
      lineStyle: { color: token(LINES[at].ink), width: LINES[at].width, type: LINES[at].dash },
      itemStyle: { color: token(LINES[at].ink) },
      data: curve.kw,
      markArea: at
        ? undefined
        : {
            silent: true,
            data: stretches().map(({ kind, from, to }) => [
              { xAxis: clock(from), itemStyle: { color: token(TINTS[kind]), opacity: 0.07 } },
              { xAxis: clock(Math.min(to + 1, steps - 1)) },
            ]),
          },
    })),
  };
}

/** Widths of the bar of kinds of hour: no inline style is allowed, so they come as data. */
function drawBands() {
  let from = 0;
  for (const rect of document.querySelectorAll(".band-bar rect")) {
    const wide = parseFloat(rect.dataset.width);
    rect.setAttribute("x", from);
    rect.setAttribute("width", Math.max(0, wide - 0.3));
    from += wide;
  }
}

startFrame();
drawBands();
for (const form of document.querySelectorAll("form.month")) {
  form.querySelector("button").hidden = true;
  form.querySelector("select, input[type=date]").addEventListener("change", (event) => event.target.value && form.submit());
}
keepDrawn(document.querySelector(".curve-panel .canvas"), options).then(() => {
  document.documentElement.dataset.ready = "true";
});
