// The page of a figure's story.
import { startFrame } from "../frame.js";
import { makeSortable } from "../sortable-table.js";

document.documentElement.dataset.figure = "";
startFrame();
document.querySelectorAll("table[data-sortable]").forEach(makeSortable);
document.documentElement.dataset.ready = "true";
