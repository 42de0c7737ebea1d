// What the frame of every page is told by the server: texts, time zone, the newest reading.
const block = document.getElementById("frame-data");

export const frame = block ? JSON.parse(block.textContent) : null;
export const lang = document.documentElement.lang;

/** The text of a key of the frame, with {placeholders} filled. */
export function words(key, values = {}) {
  const found = frame.texts[key];
  if (found === undefined) throw new Error(`no text ${key}`);
  return found.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
