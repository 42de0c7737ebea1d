// Times of a file: UTC, on quarters of an hour.
import { STEP_S } from "./batch.js";
import { demand } from "./refused.js";

/** Return a UTC time [s since 1970-01-01T00:00Z]; one that does not exist is refused. */
export function atS(text, where) {
  const found = Date.parse(text);
  // There is no 31 June, and some readers of dates take it for 1 July; there is no year 0 either.
  const exists = Number.isFinite(found) && utc(BigInt(found / 1000)) === text && text >= "0001";
  demand(exists, where, `cannot be read: there is no ${text}`);
  return BigInt(found / 1000);
}

/** Return a UTC time as text. */
export function utc(time) {
  return new Date(Number(time) * 1000).toISOString().replace(".000Z", "Z");
}

/** Return the quarters of an hour of a period: first start, end, and how many there are. */
export function spanOf(period, where) {
  const start = atS(period.start, `${where}.start`);
  const end = atS(period.end, `${where}.end`);
  const length = end > start ? Number((end - start + STEP_S - 1n) / STEP_S) : 0;
  return { start, end, length };
}
