// Canonical JSON (docs/formats/sealed-batch.md), base64 and hexadecimal: one value, one spelling.
//
// JSON.parse will not do: it lets a key stand twice, rounds numbers above 2^53 and takes 1e3, NaN's
// relatives and white space. Whole numbers become BigInt, objects have no prototype to be fooled by.
import { byCodePoint, demand, Refused } from "./refused.js";

export const MAX_FILE_BYTES = 1 << 28;
const INT64 = 1n << 63n;
const MAX_DEPTH = 64;
const NUMBER = /-?[0-9]+/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const ENCODER = new TextEncoder();

/** Return the bytes of a text. */
export function utf8(text) {
  return ENCODER.encode(text);
}

/** Join bytes. */
export function joined(...parts) {
  const found = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}

/** Say whether two runs of bytes are the same. */
export function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Read canonical JSON; any other spelling is refused where it differs. */
export function load(bytes, where) {
  demand(bytes.length <= MAX_FILE_BYTES, where, `more than ${MAX_FILE_BYTES} bytes`);
  let value;
  try {
    // A byte order mark is no canonical spelling: it must not be swallowed.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = new Reader(text).whole();
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(where, `cannot be read: ${error.message}`);
  }
  const canonical = dump(value);
  if (!equal(canonical, bytes)) {
    let at = 0;
    while (canonical[at] === bytes[at]) at += 1;
    throw new Refused(`${where}, byte ${at}`, "not the canonical spelling");
  }
  return value;
}

/** Write a value in its canonical spelling: sorted keys, no white space, UTF-8. */
export function dump(value) {
  const parts = [];
  write(value, parts);
  return utf8(parts.join(""));
}

function write(value, parts) {
  if (typeof value === "bigint") parts.push(value.toString());
  else if (Array.isArray(value)) {
    parts.push("[");
    value.forEach((each, i) => {
      if (i) parts.push(",");
      write(each, parts);
    });
    parts.push("]");
  } else if (value !== null && typeof value === "object") {
    parts.push("{");
    Object.keys(value)
      .sort(byCodePoint)
      .forEach((key, i) => {
        parts.push(i ? "," : "", JSON.stringify(key), ":");
        write(value[key], parts);
      });
    parts.push("}");
  } else parts.push(JSON.stringify(value));
}

/** Reads one JSON text, whole. */
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value(0);
    if (this.at !== this.text.length) this.fail("the end");
    return value;
  }

  fail(expected) {
    throw new SyntaxError(`${expected} is expected at character ${this.at}`);
  }

  value(depth) {
    if (depth > MAX_DEPTH) this.fail(`no more than ${MAX_DEPTH} levels`);
    const first = this.text[this.at];
    if (first === "{") return this.object(depth);
    if (first === "[") return this.list(depth);
    if (first === '"') return this.string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  object(depth) {
    const found = Object.create(null);
    this.at += 1;
    if (this.skip("}")) return found;
    do {
      if (this.text[this.at] !== '"') this.fail("a key");
      const key = this.string();
      if (key in found) this.fail(`no second ${JSON.stringify(key).slice(0, 60)}`);
      if (!this.skip(":")) this.fail(":");
      found[key] = this.value(depth + 1);
    } while (this.skip(","));
    if (!this.skip("}")) this.fail("}");
    return found;
  }

  list(depth) {
    const found = [];
    this.at += 1;
    if (this.skip("]")) return found;
    do found.push(this.value(depth + 1));
    while (this.skip(","));
    if (!this.skip("]")) this.fail("]");
    return found;
  }

  skip(mark) {
    if (this.text[this.at] !== mark) return false;
    this.at += 1;
    return true;
  }

  string() {
    this.at += 1;
    let found = "";
    for (;;) {
      PLAIN.lastIndex = this.at;
      const [plain] = PLAIN.exec(this.text);
      found += plain;
      this.at += plain.length;
      if (this.skip('"')) break;
      if (!this.skip("\\")) this.fail("the end of a text");
      found += this.escaped();
    }
    // Half of a surrogate pair is no text: UTF-8 cannot write it.
    if (/[\ud800-\udfff]/.test(found) && !isPaired(found)) this.fail("whole characters");
    return found;
  }

  escaped() {
    const mark = this.text[this.at];
    this.at += 1;
    if (mark === "u") {
      const digits = this.text.slice(this.at, this.at + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail("four digits");
      this.at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (!Object.hasOwn(ESCAPES, mark ?? "")) this.fail("an escape");
    return ESCAPES[mark];
  }

  number() {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (!found || found[0].length > 20) this.fail("a value");
    const end = this.at + found[0].length;
    if (/[.eE]/.test(this.text[end] ?? "")) this.fail("a whole number");
    const value = BigInt(found[0]);
    if (value < -INT64 || value >= INT64) this.fail("a number of 64 bits");
    this.at = end;
    return value;
  }
}

function isPaired(text) {
  for (const character of text) {
    const point = character.codePointAt(0);
    if (point >= 0xd800 && point <= 0xdfff) return false;
  }
  return true;
}

/** Return the bytes of base64 in its one spelling (RFC 4648, 4), null for anything else. */
export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) return null;
  const binary = atob(text);
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  // Bits that no byte uses would give one run of bytes several spellings.
  return btoa(binary) === text ? bytes : null;
}

/** Return bytes from lower-case hexadecimal that has been looked at before. */
export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Return bytes in lower-case hexadecimal. */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Put a whole number into so many bytes, the least one first; it is below 2^(8n), or negative. */
export function littleEndian(number, n) {
  const bytes = new Uint8Array(n);
  let rest = BigInt.asUintN(8 * n, BigInt(number));
  for (let i = 0; i < n; i += 1) {
    bytes[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

/** Return the whole number that bytes make, the least one first. */
export function wholeOf(bytes) {
  return BigInt(`0x${toHex(Uint8Array.from(bytes).reverse()) || "0"}`);
}
