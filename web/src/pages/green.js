// Green power: the picture of a stretch, curves, ratios, the map of hours; the tables have the same figures.
import { startFrame } from "../frame.js";
import { data } from "../page-data-perhaps.js";
import { makeSortable } from "../sortable-table.js";

// A page without a block of data must not load what reads it.
const charts = {
  curves: async () => (await import("../green-curves.js")).curveOptions,
  "ratio-curves": async () => (await import("../green-ratios.js")).ratioOptions,
  hours: async () => (await import("../green-hours.js")).hourOptions,
};

async function start() {
  startFrame();
  document.querySelectorAll("[data-sortable]").forEach(makeSortable);
  const picture = document.querySelector("park-flow");
  if (picture && data) {
    await import("../park-flow.js");
    picture.picture(data.flows);
  }
  for (const [id, load] of Object.entries(charts)) {
    const box = document.getElementById(id);
    if (!box || !data) continue;
    const { keepDrawn } = await import("../charts.js");
    await keepDrawn(box, await load());
  }
  document.documentElement.dataset.ready = "true";
}

start();
