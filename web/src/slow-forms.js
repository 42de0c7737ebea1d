// A form whose act takes a while says so, and is sent once.
export function markSlowForms() {
  for (const form of document.querySelectorAll("form[data-slow]")) {
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
      for (const note of form.querySelectorAll("[data-slow-note]")) note.hidden = false;
    });
  }
  // Coming back by the browser's history shows the page as it was left: it may be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-slow]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
      for (const note of form.querySelectorAll("[data-slow-note]")) note.hidden = true;
    }
  });
}
