// What the server put into the page: one JSON block with figures, texts and language.
const block = JSON.parse(document.getElementById("page-data").textContent);

export const data = block;
export const lang = document.documentElement.lang;

const formats = [0, 1, 2].map(
  (digits) => new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);

/** The text of a catalogue key, with {placeholders} filled; an unknown key is a mistake of ours. */
export function text(key, values = {}) {
  const words = block.texts[key];
  if (words === undefined) throw new Error(`no text ${key}`);
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A number in the reader's language with a true minus sign; what is missing says so. */
export function number(value, digits) {
  return value === null || value === undefined ? text("chart.missing") : formats[digits].format(value).replace("-", "\u2212");
}

/** The computed value of a design token. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Pixels of a type size given in rem. */
export function pixels(rem) {
  return Math.round(rem * parseFloat(getComputedStyle(document.documentElement).fontSize));
}

/** A small element tree without markup strings, so that no text is ever read as HTML. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
