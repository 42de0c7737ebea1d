// Decimals that are exact: a whole number of units of a power of ten. No float comes near a number.

/** A decimal: n · 10^-places. */
export class Decimal {
  constructor(n, places = 0) {
    this.n = BigInt(n);
    this.places = places;
  }

  /** Return the decimal that a plain text writes. */
  static of(text) {
    const [, sign, whole, fraction = ""] = /^(-?)([0-9]+)(?:[.]([0-9]+))?$/.exec(text);
    const n = BigInt(whole + fraction);
    return new Decimal(sign ? -n : n, fraction.length);
  }

  plus(other) {
    const places = Math.max(this.places, other.places);
    return new Decimal(this.at(places) + other.at(places), places);
  }

  times(other) {
    return new Decimal(this.n * other.n, this.places + other.places);
  }

  equals(other) {
    const places = Math.max(this.places, other.places);
    return this.at(places) === other.at(places);
  }

  /** Return its units at no fewer places than it has. */
  at(places) {
    return this.n * 10n ** BigInt(places - this.places);
  }

  /** Write it without exponent and idle zeros; zero is 0. */
  toString() {
    const digits = (this.n < 0n ? -this.n : this.n).toString().padStart(this.places + 1, "0");
    const whole = digits.slice(0, digits.length - this.places);
    const fraction = digits.slice(digits.length - this.places).replace(/0+$/, "");
    return (this.n < 0n ? "-" : "") + whole + (fraction ? `.${fraction}` : "");
  }
}

/** Return a quotient rounded to so many places, half to even. */
export function rounded(above, below, places) {
  const sign = above < 0n !== below < 0n ? -1n : 1n;
  const a = (above < 0n ? -above : above) * 10n ** BigInt(places);
  const b = below < 0n ? -below : below;
  let n = a / b;
  const twice = 2n * (a % b);
  if (twice > b || (twice === b && n % 2n === 1n)) n += 1n;
  return new Decimal(sign * n, places);
}

const DIGITS = 28;

/** Arithmetic of bills: every product, quotient and sum has 28 significant digits, half to even. */
export const money = {
  plus: (a, b) => shortened(a.plus(b)),
  times: (a, b) => shortened(a.times(b)),
  minus: (a, b) => shortened(a.plus(new Decimal(-b.n, b.places))),
  over(a, b) {
    const [n, d] = [a.n * 10n ** BigInt(b.places), b.n * 10n ** BigInt(a.places)];
    // Enough places that 28 digits stand before what is cut off, however small the quotient is.
    const places = DIGITS + 2 + d.toString().length;
    const exact = (n * 10n ** BigInt(places)) / d;
    const isWhole = exact * d === n * 10n ** BigInt(places);
    // One more digit that is not zero keeps a remainder from being taken for a tie.
    return shortened(isWhole ? new Decimal(exact, places) : new Decimal(exact * 10n + signOf(exact, n, d), places + 1));
  },
  /** Round to so many places; null where that has more digits than a bill may have. */
  rounded(a, places) {
    const found = rounded(a.n, 10n ** BigInt(a.places), places);
    return digitsOf(found.n) > DIGITS ? null : found;
  },
};

function signOf(exact, n, d) {
  if (exact !== 0n) return exact < 0n ? -1n : 1n;
  return n < 0n !== d < 0n ? -1n : 1n;
}

function digitsOf(n) {
  return n.toString().replace("-", "").length;
}

function shortened(a) {
  const more = digitsOf(a.n) - DIGITS;
  if (more <= 0) return a;
  const found = rounded(a.n, 10n ** BigInt(more), 0);
  const places = a.places - more;
  return places >= 0 ? new Decimal(found.n, places) : new Decimal(found.n * 10n ** BigInt(-places), 0);
}

/** Write a decimal with all places that it has; null where that would take an exponent. */
export function withPlaces(a) {
  const digits = (a.n < 0n ? -a.n : a.n).toString();
  if (digits.length - 1 - a.places < -6) return null;
  const padded = digits.padStart(a.places + 1, "0");
  const whole = padded.slice(0, padded.length - a.places);
  const fraction = padded.slice(padded.length - a.places);
  return (a.n < 0n ? "-" : "") + whole + (a.places ? `.${fraction}` : "");
}
