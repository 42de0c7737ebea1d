// Pages of tables: rows sort by a click on a head, numbers open their story; everything else came from the server.
import { startFrame } from "../frame.js";
import { makeSortable } from "../sortable-table.js";

startFrame();
document.querySelectorAll("[data-sortable]").forEach(makeSortable);
document.documentElement.dataset.ready = "true";
