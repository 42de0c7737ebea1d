// The list of reports: heads sort, forms keep their text, settling says that it takes a while.
import { startFrame } from "../frame.js";
import { markSlowForms } from "../slow-forms.js";
import { makeSortable } from "../sortable-table.js";

startFrame();
for (const table of document.querySelectorAll("table[data-sortable]")) makeSortable(table);
markSlowForms();
document.documentElement.dataset.ready = "true";
