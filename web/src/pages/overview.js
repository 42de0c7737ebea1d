// The overview page. Numbers and tables came from the server; this adds pictures, sorting and age.
import { calendarFigures, calendarOptions } from "../calendar-chart.js";
import { keepDrawn } from "../charts.js";
import { dayFigures, dayOptions } from "../day-chart.js";
import { offerTable } from "../figures-table.js";
import { startFrame } from "../frame.js";
import { data, number, text } from "../page-data.js";
import "../park-flow.js";
import { makeSortable } from "../sortable-table.js";

const panel = (name) => document.querySelector(`[data-panel="${name}"]`);

function flowFigures() {
  const rows = data.flows.map(({ source, sink, mwh }) => [`${text(`flow_node.${source}`)} → ${text(`flow_node.${sink}`)}`, number(mwh, 2)]);
  return { columns: [text("chart.flow"), "MWh"], rows };
}

async function draw() {
  makeSortable(document.querySelector("[data-sortable]"));
  const flow = panel("flow");
  if (data.flows.length) {
    flow.querySelector("park-flow").show(data.flows);
    offerTable(flow, flowFigures);
  }
  if (data.day || data.plan) {
    await keepDrawn(panel("day").querySelector(".canvas"), (width) => dayOptions(width < 560));
    offerTable(panel("day"), dayFigures);
  }
  if (data.calendar.length) {
    await keepDrawn(panel("calendar").querySelector(".canvas"), calendarOptions);
    offerTable(panel("calendar"), calendarFigures);
  }
}

// What is here is drawn before anything more is asked of the server.
async function start() {
  try {
    await draw();
  } finally {
    startFrame();
  }
  document.documentElement.dataset.ready = "true";
}

start();
