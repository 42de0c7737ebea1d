// Settings and the import: a form that takes a while says so and is sent once; tables sort.
import { startFrame } from "../frame.js";
import { markSlowForms } from "../slow-forms.js";
import { makeSortable } from "../sortable-table.js";

startFrame();
for (const table of document.querySelectorAll("[data-sortable]")) makeSortable(table);
markSlowForms();
document.documentElement.dataset.ready = "true";
