// The flows: the same figures as the table, drawn.
import { startFrame } from "../frame.js";
import { data } from "../page-data-perhaps.js";
import { makeSortable } from "../sortable-table.js";

async function start() {
  startFrame();
  document.querySelectorAll("[data-sortable]").forEach(makeSortable);
  const picture = document.querySelector("park-flow");
  if (picture && data) {
    await import("../park-flow.js");
    picture.picture(data.flows);
  }
  document.documentElement.dataset.ready = "true";
}

start();
