// The list of reports: heads sort, forms keep their text.
import { startFrame } from "../frame.js";
import { makeSortable } from "../sortable-table.js";

startFrame();
for (const table of document.querySelectorAll("table[data-sortable]")) makeSortable(table);
document.documentElement.dataset.ready = "true";
