// Storage and dispatch. Numbers, reasons and forms came from the server; this draws the two days.
import { keepDrawn } from "../charts.js";
import { offerTable } from "../figures-table.js";
import { startFrame } from "../frame.js";
import { planFigures, planOptions } from "../plan-chart.js";

async function start() {
  startFrame();
  const panel = document.querySelector('[data-panel="plan"]');
  if (panel) {
    await keepDrawn(panel.querySelector(".canvas"), planOptions);
    offerTable(panel, planFigures);
  }
  document.documentElement.dataset.ready = "true";
}

start();
