// The alarms. Everything came from the server; this adds sorting, and shows where a link leads.
import { startFrame } from "../frame.js";
import { makeSortable } from "../sortable-table.js";

startFrame();
for (const table of document.querySelectorAll("[data-sortable]")) makeSortable(table);
document.documentElement.dataset.ready = "true";
