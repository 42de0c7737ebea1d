// The glossary: what is typed hides what does not hold it; without scripts the form asks the server.
import { startFrame } from "../frame.js";

const field = document.querySelector("[data-search]");
const parts = [...document.querySelectorAll("[data-part]")];

field.addEventListener("input", () => {
  const asked = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const part of parts) {
    let shown = 0;
    for (const row of part.querySelectorAll("[data-row]")) {
      const said = row.textContent.toLowerCase();
      row.hidden = !asked.every((word) => said.includes(word));
      shown += !row.hidden;
    }
    part.hidden = shown === 0;
  }
});

startFrame();
document.documentElement.dataset.ready = "true";
