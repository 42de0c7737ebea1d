// Forms keep their text: over a lost session, a lost network, a restarted server.
import { words } from "./frame-data.js";
import { isHeard } from "./live.js";

const PREFIX = "taihang-draft:";
const KEPT = "input[name]:not([type=hidden]):not([type=password]):not([type=file]), textarea[name], select[name]";

const keyOf = (form) => `${PREFIX}${location.pathname}#${form.dataset.keep}`;

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? null;
  } catch {
    return null;
  }
}

function fields(form) {
  return [...form.querySelectorAll(KEPT)];
}

function save(form, sent) {
  const values = fields(form).map((field) => [field.name, field.value, field.checked ?? null]);
  sessionStorage.setItem(keyOf(form), JSON.stringify({ values, sent }));
}

function restore(form, draft) {
  let changed = false;
  const left = [...draft.values];
  for (const field of fields(form)) {
    const at = left.findIndex(([name, value]) => name === field.name && (field.type !== "radio" || value === field.value));
    if (at < 0) continue;
    const [, value, checked] = left.splice(at, 1)[0];
    if (field.type === "checkbox" || field.type === "radio") {
      changed ||= field.checked !== checked;
      field.checked = checked;
    } else if (field.value !== value) {
      changed = true;
      field.value = value;
    }
  }
  return changed;
}

function tell(form, key) {
  let note = form.querySelector("[data-form-note]");
  if (!note) {
    note = document.createElement("p");
    note.dataset.formNote = "";
    note.className = "form-note";
    note.setAttribute("role", "status");
    form.prepend(note);
  }
  note.textContent = words(key);
}

/** Keep what is written in every form that says so, until the server has taken it. */
export function keepForms() {
  const [entry] = performance.getEntriesByType("navigation");
  const failed = document.querySelector("[data-failed]") !== null || entry?.type !== "navigate";
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const draft = read(keyOf(form));
    if (draft?.sent && !failed) sessionStorage.removeItem(keyOf(form));
    else if (draft && restore(form, draft)) tell(form, "live.restored");
    form.addEventListener("input", () => save(form, false));
    form.addEventListener("submit", (event) => {
      save(form, true);
      if (isHeard()) return;
      event.preventDefault();
      tell(form, "live.not_sent");
    });
  }
}
