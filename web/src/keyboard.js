// Keys for those who prefer them: ? the list, g and a letter a page of the menu, / the search field.
// Nothing is listened to while somebody types, and everybody can switch them off (/help/keyboard/).
const OFF = "taihang-keys-off";
const LIST = "/help/keyboard/";
const WAIT_MS = 2_000; // so long a letter belongs to the g before it
const FIELDS = "input, textarea, select, [contenteditable]";
const SEARCH = "[data-search], input[type=search], form[role=search] input:not([type=hidden])";

const isOff = () => localStorage.getItem(OFF) !== null;

export function listenToKeys() {
  if (!document.querySelector("nav.menu")) return; // strangers have no pages to go to
  let goneAt = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isOff()) return;
    if (event.target.closest?.(FIELDS)) {
      if (event.key === "Escape" && event.target.matches(SEARCH)) event.target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return; // its own keys: Esc closes it
    const isSecond = event.timeStamp - goneAt < WAIT_MS;
    goneAt = -Infinity;
    if (isSecond && /^[a-z]$/i.test(event.key)) return go(event);
    if (event.key === "g") goneAt = event.timeStamp;
    if (event.key === "?") take(event, showList);
    if (event.key === "/") take(event, toSearch);
  });
  offerSwitch(document);
}

function take(event, act) {
  if (act()) event.preventDefault();
}

function go(event) {
  const link = document.querySelector(`nav.menu a[data-key="${event.key.toLowerCase()}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
}

function toSearch() {
  const field = [...document.querySelectorAll(SEARCH)].find((each) => each.checkVisibility?.() ?? each.offsetParent);
  field?.focus();
  field?.select();
  return Boolean(field);
}

/** The list is the page of the keys; where it cannot be fetched, that page says why. */
function showList() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys-panel";
  fetch(LIST, { headers: { Accept: "text/html" } })
    .then(async (answer) => {
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      dialog.append(found.querySelector("[data-keys]"));
      dialog.setAttribute("aria-labelledby", "keys-head");
      const close = dialog.querySelector("[data-close]");
      close.hidden = false;
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
      dialog.addEventListener("close", () => dialog.remove());
      offerSwitch(dialog);
      document.body.append(dialog);
      dialog.showModal();
      close.focus();
    })
    .catch(() => location.assign(LIST));
  return true;
}

/** The button that switches the keys off and on, remembered by this browser. */
function offerSwitch(within) {
  const button = within.querySelector("[data-keys-switch]");
  if (!button) return;
  const show = () => {
    button.setAttribute("aria-pressed", String(!isOff()));
    button.textContent = isOff() ? button.dataset.on : button.dataset.off;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (isOff()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    show();
  });
  show();
}
