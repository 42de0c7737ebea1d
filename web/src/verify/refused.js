// What ends a verification: the file is not to be believed, or this browser cannot tell.

/** The file is not to be believed: where, and why. */
export class Refused extends Error {
  constructor(where, why) {
    super(`${where}: ${why}`);
    this.where = where;
    this.why = why;
  }
}

/** This browser cannot make a check that everything rests on; nothing is said about the file. */
export class Unable extends Error {
  constructor(what) {
    super(what);
    this.what = what;
  }
}

/** Refuse the file unless something holds. */
export function demand(holds, where, why) {
  if (!holds) throw new Refused(where, why);
}

/** Refuse a value that is not what it should be; say by what it should be it. */
export function agree(found, wanted, where, by = "") {
  if (!same(found, wanted)) {
    throw new Refused(where, `${shown(found)} is not ${shown(wanted)}${by}`);
  }
}

/** Run a step; whatever goes wrong in it refuses the file at a place and never falls over. */
export async function refusing(where, step) {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Refused || error instanceof Unable) throw error;
    throw new Refused(where, `cannot be read: ${String(error).slice(0, 200)}`);
  }
}

/** Refuse a list whose keys do not stand in ascending order, each once. */
export function ascending(keys, where) {
  for (let i = 1; i < keys.length; i += 1) {
    if (order(keys[i], keys[i - 1]) <= 0) {
      throw new Refused(`${where}[${i}]`, `${shown(keys[i])} is not above ${shown(keys[i - 1])}`);
    }
  }
}

/** Compare two keys, text by code points, lists item by item. */
export function order(a, b) {
  if (Array.isArray(a)) {
    for (let i = 0; i < a.length; i += 1) {
      const found = order(a[i], b[i]);
      if (found) return found;
    }
    return 0;
  }
  if (typeof a === "string") return byCodePoint(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compare texts by code points: UTF-16 would put U+FFFF behind U+10000. */
export function byCodePoint(a, b) {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const isHigh = (unit) => unit >= 0xd800 && unit <= 0xdfff;
    // Half of a pair stands for a code point above all others.
    if (isHigh(x) !== isHigh(y)) return isHigh(x) ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function same(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, i) => same(each, b[i]));
  }
  return a === b;
}

function shown(value) {
  const text = Array.isArray(value) ? `[${value.map(shown).join(", ")}]` : String(value);
  return text.slice(0, 90);
}
