// The overview page. Numbers and tables came from the server; this adds pictures, sorting and age.
import { calendarFigures, calendarOptions } from "../calendar-chart.js";
import { dayFigures, dayOptions } from "../day-chart.js";
import { offerTable } from "../figures-table.js";
import { watch } from "../freshness.js";
import { data, number, text } from "../page-data.js";
import "../park-flow.js";
import { makeSortable } from "../sortable-table.js";

const panel = (name) => document.querySelector(`[data-panel="${name}"]`);

function flowFigures() {
  const rows = data.flows.map(({ source, sink, mwh }) => [`${text(`flow_node.${source}`)} → ${text(`flow_node.${sink}`)}`, number(mwh, 2)]);
  return { columns: [text("chart.flow"), "MWh"], rows };
}

/** Draw a chart now and again whenever its box changes size. */
function keepDrawn(init, box, options) {
  const chart = init(box, null, { renderer: "canvas" });
  const draw = () => {
    if (!box.clientWidth || !box.clientHeight) return;
    chart.resize();
    chart.setOption(options(box.clientWidth, box.clientHeight), { notMerge: true });
  };
  new ResizeObserver(draw).observe(box);
  draw();
}

async function start() {
  makeSortable(document.querySelector("[data-sortable]"));
  watch(document.querySelector("[data-record]"));
  const flow = panel("flow");
  if (data.flows.length) {
    flow.querySelector("park-flow").show(data.flows);
    offerTable(flow, flowFigures);
  }
  const { init } = await import("../echarts.js");
  await document.fonts.ready;
  if (data.day || data.plan) {
    keepDrawn(init, panel("day").querySelector(".canvas"), (width) => dayOptions(width < 560));
    offerTable(panel("day"), dayFigures);
  }
  if (data.calendar.length) {
    keepDrawn(init, panel("calendar").querySelector(".canvas"), calendarOptions);
    offerTable(panel("calendar"), calendarFigures);
  }
  document.documentElement.dataset.ready = "true";
}

start();
