// The chain of a log: that what it signed last continues everything it signed before, and that the
// files it publishes are the tree that it signed (docs/formats/log.md, sections 3 and 8).
//
// Tiles are signed by nobody, so none of them is believed: roots and proofs are worked out from them
// and hold only if they lead to the roots of signed checkpoints.
import { checkLeaf, checkPath, nodeHash, readCheckpoint, Signatures } from "./log.js";
import { demand, Refused, refusing, Unable } from "./refused.js";
import { equal, fromHex, joined } from "./text.js";

const HASH_BYTES = 32;
const TILE_HASHES = 256;
const ROWS_A_TILE = 8;
const KEPT_TILES = 256;

/** A tree of which only tiles are at hand, read as they are needed. */
export class TiledTree {
  /** `read(path)` returns the bytes of a file of the log, or throws. */
  constructor(size, read) {
    this.size = size;
    this.read = read;
    this.tiles = new Map();
  }

  /** Return the root, now or at an earlier size. */
  async root(size = this.size) {
    return this.hash(0, size);
  }

  /** Return the hash of one leaf. */
  async leaf(index) {
    return this.perfect(0, index);
  }

  /** Return the path that proves a leaf. */
  async inclusion(index) {
    const path = [];
    let [number, last, level] = [index, this.size - 1, 0];
    while (last) {
      const sibling = number % 2 ? number - 1 : number + 1;
      const isWhole = (last + 1) * 2 ** level === this.size;
      if (sibling < last || (sibling === last && isWhole)) {
        path.push(await this.perfect(level, sibling));
      } else if (sibling === last) path.push(await this.hash(sibling * 2 ** level, this.size));
      [number, last, level] = [Math.floor(number / 2), Math.floor(last / 2), level + 1];
    }
    return joined(...path);
  }

  /** Return the path that proves that the tree continues one of a smaller size. */
  async consistency(old) {
    let [start, stop] = [0, this.size];
    const path = [];
    while (stop !== old) {
      const middle = start + powerBelow(stop - start);
      if (old <= middle) {
        path.push(await this.hash(middle, stop));
        stop = middle;
      } else {
        path.push(await this.hash(start, middle));
        start = middle;
      }
    }
    // The last common subtree is known only to who has the whole old tree.
    if (start) path.push(await this.hash(start, stop));
    return path.reverse();
  }

  /** Hash the leaves [start, stop); the start is a multiple of every split inside. */
  async hash(start, stop) {
    const peaks = [];
    for (let at = start; at < stop; ) {
      const level = Math.floor(Math.log2(stop - at));
      peaks.push(await this.perfect(level, at / 2 ** level));
      at += 2 ** level;
    }
    let found = peaks.pop();
    while (peaks.length) found = await nodeHash(peaks.pop(), found);
    return found;
  }

  /** Return the hash of the perfect subtree of 2^level leaves with a number. */
  async perfect(level, number) {
    const row = Math.floor(level / ROWS_A_TILE);
    const n = 2 ** (level % ROWS_A_TILE);
    const first = number * n;
    const tile = Math.floor(first / TILE_HASHES);
    const content = await this.tile(row, tile);
    const at = (first % TILE_HASHES) * HASH_BYTES;
    let hashes = Array.from({ length: n }, (_, i) =>
      content.slice(at + i * HASH_BYTES, at + (i + 1) * HASH_BYTES),
    );
    while (hashes.length > 1) {
      const pairs = Array.from({ length: hashes.length / 2 }, (_, i) => hashes.slice(2 * i, 2 * i + 2));
      hashes = await Promise.all(pairs.map((pair) => nodeHash(...pair)));
    }
    return hashes[0];
  }

  async tile(row, number) {
    const there = Math.floor(this.size / TILE_HASHES ** row) - number * TILE_HASHES;
    const path = tilePath(row, number, Math.min(TILE_HASHES, there));
    if (!this.tiles.has(path)) {
      const content = await this.read(path);
      const n = Math.min(TILE_HASHES, there) * HASH_BYTES;
      demand(content.length === n, path, `has ${content.length} bytes, not ${n}`);
      if (this.tiles.size >= KEPT_TILES) this.tiles.clear();
      this.tiles.set(path, content);
    }
    return this.tiles.get(path);
  }
}

/** Return the address of a tile below the log. */
export function tilePath(row, number, width) {
  let text = String(number % 1000).padStart(3, "0");
  for (let rest = Math.floor(number / 1000); rest; rest = Math.floor(rest / 1000)) {
    text = `x${String(rest % 1000).padStart(3, "0")}/${text}`;
  }
  return `tile/${row}/${text}${width < TILE_HASHES ? `.p/${width}` : ""}`;
}

/** Return the greatest power of two below a number. */
function powerBelow(n) {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** Check that a tree continues a smaller one (RFC 9162, 2.1.4.2). */
export async function checkConsistency(older, newer, path, where) {
  const [m, n] = [older.size, newer.size];
  demand(m > 0 && m <= n, where, `a tree of ${m} entries cannot be continued by one of ${n}`);
  if (m === n) {
    demand(!path.length && equal(older.root, newer.root), where, "one size with two roots");
    return;
  }
  let [first, last] = [m - 1, n - 1];
  while (first % 2) [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
  // The old tree is one perfect subtree: its root itself is where the climb starts.
  const steps = first === 0 ? [older.root, ...path] : path;
  demand(steps.length, where, "an empty path");
  let [old, found] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    demand(last, where, "the path is too long");
    if (first % 2 || first === last) {
      old = await nodeHash(step, old);
      found = await nodeHash(step, found);
      while (first && !(first % 2)) [first, last] = [first / 2, Math.floor(last / 2)];
    } else found = await nodeHash(found, step);
    [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
  }
  const leads = !last && equal(old, older.root) && equal(found, newer.root);
  demand(leads, where, "the tiles do not lead to the root that the log signed");
}

/**
 * Check the chain of a log, and tell each step as soon as it holds.
 *
 * `log` is {name, keys}: the keys of the log, in hex. `notes` are signed checkpoints, the newest
 * last; `held` is one that this reader kept from an earlier visit, or null. `witnesses` are
 * [{name, key}], `quorum` how many of them must have cosigned the newest. `entries` are
 * [{leaf, data}]: records that must stand at these leaves. `read(path)` returns the bytes of a tile.
 * `drawn` are leaves to look at. `tell(step)` hears {name, ...} of each step.
 */
export async function checkChain(given, tell) {
  try {
    return { verdict: "accepted", ...(await refusing("log", () => checked(given, tell))) };
  } catch (error) {
    if (error instanceof Refused) return { verdict: "refused", where: error.where, why: error.why };
    if (error instanceof Unable) return { verdict: "unable", what: error.what };
    throw error;
  }
}

async function checked({ log, notes, held, witnesses, quorum, entries, drawn, read }, tell) {
  const signatures = new Signatures();
  const opened = (note) => openNote(note, log, witnesses, signatures);
  // 1. The newest checkpoint: whose it is, and who has cosigned it.
  const newest = await opened(notes[notes.length - 1]);
  const n = newest.witnesses.length;
  demand(n >= quorum, "checkpoint", `cosigned by ${n} of the witnesses that you know, not by ${quorum}`);
  tell({ name: "signed", size: newest.size, witnesses: newest.witnesses });
  // 2. The tiles are the tree that it is over.
  const tree = new TiledTree(newest.size, read);
  const root = await tree.root();
  demand(equal(root, newest.root), "tiles", "do not give the root that the log signed");
  tell({ name: "root", size: newest.size });
  // 3. It continues everything that was signed before, and what this reader kept.
  const earlier = [...notes.slice(0, -1), ...(held ? [held] : [])];
  let least = newest.size;
  for (const note of earlier) {
    const older = await opened(note);
    if (!older.size) continue;
    demand(older.size <= newest.size, "checkpoint", `rolled back: ${older.size} entries were signed before`);
    const path = older.size === newest.size ? [] : await tree.consistency(older.size);
    const where = `consistency ${older.size} → ${newest.size}`;
    // What the tiles say of the older tree is proven to be continued, and then is what was signed.
    const told = { size: older.size, root: await tree.root(older.size) };
    await checkConsistency(told, newest, path, where);
    demand(equal(told.root, older.root), where, "history was changed since that was signed");
    least = Math.min(least, older.size);
  }
  if (earlier.length) tell({ name: "consistent", n: earlier.length, least, size: newest.size });
  if (held) tell({ name: "held" });
  // 4. Entries that were drawn by lot lie in the tree.
  for (const index of drawn) {
    const place = { index: BigInt(index), path: await tree.inclusion(index) };
    await checkLeaf(await tree.leaf(index), place, newest.tree, `entry ${index}`);
  }
  if (drawn.length) tell({ name: "drawn", n: drawn.length });
  // 5. What is shown stands in the log as it is shown.
  for (const { leaf, data } of entries) {
    demand(leaf < newest.size, `entry ${leaf}`, "is not under the newest checkpoint");
    const place = { index: BigInt(leaf), path: await tree.inclusion(leaf) };
    await checkPath(data, place, newest.tree, `entry ${leaf}`);
  }
  if (entries.length) tell({ name: "entries", n: entries.length });
  return { size: newest.size, note: notes[notes.length - 1], tiles: tree.tiles.size };
}

/** Open a signed checkpoint under one of the keys of its log. */
async function openNote(note, { name, keys }, witnesses, signatures) {
  const known = witnesses.map((witness) => ({ name: witness.name, key: fromHex(witness.key) }));
  let refused = null;
  for (const key of keys) {
    try {
      const found = await readCheckpoint(note, { name, key: fromHex(key) }, known, signatures);
      return { ...found, size: Number(found.tree.size), root: found.tree.root };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused ??= error;
    }
  }
  throw refused ?? new Refused("checkpoint", "no key of the log is known");
}
