// Points of edwards25519 (RFC 8032, 5.1), for commitments and for what a signature may be made of.
//
// Signatures themselves are checked by the browser. What is looked at here besides is what browsers
// are free to let through: a second spelling of a point, and points of small order, for which one
// signature would fit many messages.
import { fromHex, littleEndian, wholeOf } from "./text.js";

const P = (1n << 255n) - 19n;
/** Order of the group. */
export const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;
const D = mod(-121665n * inverse(121666n));
const ROOT = power(2n, (P - 1n) / 4n);
const ZERO = [0n, 1n, 1n, 0n];

function mod(a) {
  const found = a % P;
  return found < 0n ? found + P : found;
}

function power(base, exponent) {
  let found = 1n;
  let square = mod(base);
  for (let rest = exponent; rest; rest >>= 1n) {
    if (rest & 1n) found = mod(found * square);
    square = mod(square * square);
  }
  return found;
}

function inverse(a) {
  return power(a, P - 2n);
}

/** Add two points in extended coordinates. */
export function add(a, b) {
  const p = mod((a[1] - a[0]) * (b[1] - b[0]));
  const q = mod((a[1] + a[0]) * (b[1] + b[0]));
  const r = mod(2n * D * a[3] * b[3]);
  const s = mod(2n * a[2] * b[2]);
  const [e, f, g, h] = [q - p, s - r, s + r, q + p];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** Return so many times a point. */
export function times(number, point) {
  let found = ZERO;
  let double = point;
  for (let rest = number; rest; rest >>= 1n) {
    if (rest & 1n) found = add(found, double);
    double = add(double, double);
  }
  return found;
}

/** Return the point that 32 bytes name; null for no point or a second spelling of one. */
export function decodePoint(bytes) {
  const number = wholeOf(bytes);
  const sign = number >> 255n;
  const y = number & ((1n << 255n) - 1n);
  if (bytes.length !== 32 || y >= P) return null;
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * ROOT);
  if (mod(x * x) !== square || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

/** Return the one spelling of a point in 32 bytes. */
export function encodePoint(point) {
  const over = inverse(point[2]);
  const x = mod(point[0] * over);
  const y = mod(point[1] * over);
  return littleEndian(y | ((x & 1n) << 255n), 32);
}

/** Say whether eight times a point is zero. */
export function isSmall(point) {
  let found = point;
  for (let i = 0; i < 3; i += 1) found = add(found, found);
  return found[0] === 0n;
}

/** The base point. */
export const BASE = decodePoint(littleEndian(mod(4n * inverse(5n)), 32));
/** The second base, behind which a commitment hides its number. */
export const HIDING = decodePoint(
  fromHex("776cf4e3040bee115cd06c1641508f7d8aa4660fc9cedc553a2cee94648515e3"),
);
