// The log: hashes and signatures by the browser, Merkle paths (RFC 6962), checkpoint and cosignatures.
import { read } from "./grammar.js";
import { decodePoint, isSmall, ORDER } from "./point.js";
import { demand, Unable } from "./refused.js";
import { equal, joined, utf8, wholeOf } from "./text.js";

const SIGNATURE_BYTES = 64;
const WIDE = 8;

/** Hash bytes. */
export async function sha256(...parts) {
  const bytes = parts.length === 1 ? parts[0] : joined(...parts);
  return new Uint8Array(await subtle().digest("SHA-256", bytes));
}

function subtle() {
  const found = globalThis.crypto?.subtle;
  // Browsers hide it from pages that came over plain HTTP from another machine.
  if (!found) throw new Unable("sha256");
  return found;
}

/** Verifies Ed25519 signatures with the browser's own code, each key imported once. */
export class Signatures {
  constructor() {
    this.keys = new Map();
    /** Signatures that were verified. */
    this.n = 0;
  }

  /** Say whether a key signed a message; of one signature no second spelling is accepted. */
  async verify(key, signature, message) {
    if (signature.length !== SIGNATURE_BYTES || wholeOf(signature.slice(32)) >= ORDER) return false;
    const r = decodePoint(signature.slice(0, 32));
    if (!r || isSmall(r)) return false;
    const known = await this.imported(key);
    if (!known) return false;
    this.n += 1;
    return subtle().verify({ name: "Ed25519" }, known, signature, message);
  }

  async imported(key) {
    const name = key.join();
    if (!this.keys.has(name)) this.keys.set(name, await this.importedAnew(key));
    return this.keys.get(name);
  }

  async importedAnew(key) {
    const point = decodePoint(key);
    if (!point || isSmall(point)) return null;
    try {
      return await subtle().importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      // It is a point of the curve, so it is the algorithm that this browser has not.
      throw new Unable("ed25519");
    }
  }
}

/** Check that a path leads from an entry to the root; each node has two or eight children. */
export async function checkPath(entry, place, tree, where, arity = 2) {
  await checkLeaf(await leafHash(entry), place, tree, where, arity);
}

/** Hash one entry of a tree. */
export async function leafHash(entry) {
  return sha256(Uint8Array.of(0), entry);
}

/** Hash neighbouring subtrees into their parent. */
export async function nodeHash(...children) {
  return sha256(Uint8Array.of(1), ...children);
}

/** Check that a path leads from the hash of a leaf to the root. */
export async function checkLeaf(leaf, { index, path }, { size, root }, where, arity = 2) {
  const hashes = Array.isArray(path) ? joined(...path) : path;
  let here = safe(index, where);
  let left = safe(size, where);
  let found = leaf;
  let used = 0;
  demand(here < left, where, "the path does not lead to the root");
  while (left > 1) {
    const before = here % arity;
    const middle = used + 32 * before;
    const end = used + 32 * (Math.min(arity, left - here + before) - 1);
    // With two children a node without a sibling goes up as it is.
    if (end > used || arity === WIDE) {
      const [older, newer] = [hashes.slice(used, middle), hashes.slice(middle, end)];
      found = await nodeHash(older, found, newer);
    }
    used = end;
    here = Math.floor(here / arity);
    left = Math.ceil(left / arity);
  }
  const leads = hashes.length === used && equal(found, root);
  demand(leads, where, "the path does not lead to the root");
}

function safe(number, where) {
  const found = Number(number);
  demand(Number.isSafeInteger(found), where, "a tree above 2^53 entries, which no log has");
  return found;
}

/** Check that a path leads from a salted entry to the root of a tree. */
export async function checkSalted(place, entry, tree, where) {
  await checkPath(joined(place.salt, entry), place, tree, `${where}.path`);
}

/** Return the tree that the log signed, and which of the known witnesses cosigned it. */
export async function readCheckpoint(note, log, known, signatures) {
  const at = note.lastIndexOf("\n\n");
  const body = at < 0 ? "" : note.slice(0, at);
  const tail = at < 0 ? note : note.slice(at + 2);
  demand(tail.endsWith("\n"), "checkpoint", "the last line is not ended");
  const text = utf8(`${body}\n`);
  const byLog = await Promise.all(
    (await linesOf(tail, log, 1)).map((each) => signatures.verify(log.key, each, text)),
  );
  demand(byLog.length === 1 && byLog[0], "checkpoint", "not signed by the log");
  const witnesses = new Set();
  for (const witness of known) {
    for (const line of await linesOf(tail, witness, 4)) {
      const time = wholeOf(line.slice(0, 8).reverse());
      const message = joined(utf8(`cosignature/v1\ntime ${time}\n`), text);
      const isSigned = await signatures.verify(witness.key, line.slice(8), message);
      demand(isSigned, "checkpoint", `not signed by ${witness.name.slice(0, 60)}`);
      witnesses.add(witness.name);
    }
  }
  const [origin, size = "", root = ""] = body.split("\n");
  const isOurs = origin === log.name && /^(?:0|[1-9][0-9]{0,17})$/.test(size);
  demand(isOurs, "checkpoint", "not a checkpoint of this log");
  return {
    tree: { size: BigInt(size), root: read(root, "32", "checkpoint") },
    witnesses: [...witnesses],
    cosigners: namesIn(tail).filter((name) => name !== log.name),
  };
}

/** Return what stands below a note behind the name and the id of one key. */
async function linesOf(tail, { name, key }, kind) {
  const id = (await sha256(utf8(name), Uint8Array.of(10, kind), key)).slice(0, 4);
  return tail
    .split("\n")
    .filter((line) => line.startsWith(`— ${name} `))
    .map((line) => read(line.slice(name.length + 3), "0", "checkpoint"))
    .filter((line) => equal(line.slice(0, 4), id))
    .map((line) => line.slice(4));
}

/** Return whose lines stand below a note, whoever they are: a name alone proves nothing. */
function namesIn(tail) {
  const names = tail.split("\n").map((line) => /^— (\S+) /.exec(line)?.[1]);
  return [...new Set(names.filter(Boolean))];
}

/** Return the entry of an event in the log. */
export function eventEntry(event) {
  return joined(utf8("taihang/event/v1\n"), event);
}

