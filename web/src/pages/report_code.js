// A holder compares a file with the copies that the log names: hashed here, sent nowhere.
import { startFrame } from "../frame.js";
import { data, text } from "../page-data.js";

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function say(verdict, tone, words) {
  verdict.className = `verdict-line ${tone}`;
  verdict.textContent = words;
}

async function check(file, verdict) {
  say(verdict, "", text("reports_page.check.reading"));
  try {
    const digest = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const known = data.copies[digest];
    if (known) say(verdict, "ok", text("reports_page.check.same", { copy: known, sha256: digest }));
    else say(verdict, "bad", text("reports_page.check.other", { code: data.code, sha256: digest }));
  } catch {
    say(verdict, "bad", text("reports_page.check.unreadable"));
  }
}

startFrame();
const verdict = document.querySelector("[data-verdict]");
const box = document.querySelector("[data-check]");
if (globalThis.crypto?.subtle) {
  box.hidden = false;
  box.querySelector("[data-file]").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) check(file, verdict);
  });
} else {
  say(verdict, "bad", text("reports_page.check.no_crypto"));
}
document.documentElement.dataset.ready = "true";
