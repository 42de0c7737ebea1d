// The list of members: sorting by a click on a column head.
import { makeSortable } from "../sortable-table.js";

for (const table of document.querySelectorAll("[data-sortable]")) makeSortable(table);
document.documentElement.dataset.ready = "true";
