// The table of companies: heads sort, a chosen month is shown at once.
import { startFrame } from "../frame.js";
import { makeSortable } from "../sortable-table.js";

startFrame();
for (const table of document.querySelectorAll("table[data-sortable]")) makeSortable(table);
for (const form of document.querySelectorAll("form.month")) {
  form.querySelector("button").hidden = true;
  form.querySelector("select").addEventListener("change", () => form.submit());
}
document.documentElement.dataset.ready = "true";
