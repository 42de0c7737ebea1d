// Green power: the picture of a stretch, the curves of a day; the tables have the same figures.
import { startFrame } from "../frame.js";
import { data } from "../page-data-perhaps.js";
import { makeSortable } from "../sortable-table.js";

async function start() {
  startFrame();
  document.querySelectorAll("[data-sortable]").forEach(makeSortable);
  const picture = document.querySelector("park-flow");
  if (picture && data?.flows) {
    await import("../park-flow.js");
    picture.picture(data.flows);
  }
  const box = document.getElementById("curves");
  if (box && data?.day) {
    const [{ keepDrawn }, { curveOptions }] = await Promise.all([import("../charts.js"), import("../green-curves.js")]);
    await keepDrawn(box, curveOptions);
  }
  document.documentElement.dataset.ready = "true";
}

start();
