// What every page has: a head that says how fresh it is, a count of alarms, and forms that keep their text.
import { countAlarms } from "./alarm-count.js";
import { openFigures } from "./figure-panel.js";
import { keepForms } from "./forms.js";
import { frame } from "./frame-data.js";
import { listenToKeys } from "./keyboard.js";
import { watch } from "./live.js";
import { explainTerms } from "./terms.js";

export function startFrame() {
  const box = document.querySelector("[data-live]");
  if (frame && box) watch(box);
  if (frame) keepForms();
  if (frame) countAlarms();
  openFigures();
  listenToKeys();
  explainTerms();
}
