// Batches: what a gateway hashed and signed. The file spells readings out, and whoever verifies
// encodes them again: nothing of a block can be another than what was signed.
import { read } from "./grammar.js";
import { checkPath } from "./log.js";
import { ascending, demand, refusing } from "./refused.js";
import { dump, fromHex, joined, littleEndian, load, utf8, wholeOf } from "./text.js";

/** Seconds of a quarter of an hour, and of an hour. */
export const STEP_S = 900n;
export const HOUR_S = 3600n;
export const TIME_END_S = 253402300800n;
export const QUALITY = ["measured", "estimated", "manual", "missing", "rejected"];
const MISSING = 3n;
const INT64 = 1n << 63n;
const MAX_BODY_HEADER_BYTES = 1 << 14;
const QUANTITY = ["energy", "reactive", "register", "sample"];

/** Return readings whose times ascend and whose counts are absent where their marks say so. */
export function checked(times, counts, marks, where) {
  const n = times.length;
  demand(n === counts.length && n === marks.length && n > 0, where, "not as many times as counts");
  for (let i = 0; i < n; i += 1) {
    demand(i === 0 || times[i] > times[i - 1], where, "a time is not above the one before it");
    const fits = (marks[i] === MISSING) === (counts[i] === null) && marks[i] < QUALITY.length;
    demand(fits, where, "quality and number do not fit together");
  }
  demand(times[n - 1] < TIME_END_S, where, "a time after the year 9999");
  return times.map((time, i) => ({ time, count: counts[i], mark: marks[i] }));
}

/** Return readings that are written as differences, one standing for all that are equal. */
export function spelledOut(block, start, where) {
  const [first, ...steps] = block.times_s;
  const n = block.counts.length;
  demand(first !== undefined && n > 0, where, "no reading");
  const gaps = steps.length === 1 ? Array(n - 1).fill(steps[0]) : steps;
  const times = [start + first];
  for (const gap of gaps) times.push(times[times.length - 1] + gap);
  let total = 0n;
  const counts = block.counts.map((step) => {
    total += step ?? 0n;
    return step === null ? null : BigInt.asIntN(64, total);
  });
  const marks = block.quality.length === 1 ? Array(n).fill(block.quality[0]) : block.quality;
  return checked(times, counts, marks, where);
}

/** Return what a gateway signed of a batch, and what it says. */
export function headerOf(batch, where) {
  const head = batch.header;
  if (typeof head === "string") {
    const message = utf8(head);
    const said = read(load(message, where), "head1", where);
    return { message: joined(utf8("taihang/batch/v1\n"), message), head: said };
  }
  const name = utf8(head.gateway);
  const packed = joined(
    littleEndian(1, 1),
    littleEndian(head.key, 1),
    littleEndian(head.clock, 1),
    littleEndian(head.blocks, 2),
    littleEndian(head.body_bytes, 4),
    littleEndian(head.counter, 8),
    littleEndian(head.sent_at_s, 8),
    fromHex(head.block_root),
    littleEndian(name.length, 2),
  );
  const message = joined(utf8("taihang/batch/v2\n"), packed, name, dump(head.notes));
  return { message, head: { ...head, ...head.notes } };
}

/** Return place, fields and readings of each block that a batch shows and that is in it. */
export async function blocksOf(batch, head, where) {
  const tree = { size: head.blocks, root: fromHex(head.block_root) };
  const isFirst = "v" in head;
  const keys = batch.blocks.map((block) => block.index);
  ascending(keys, `${where}.blocks`);
  const found = [];
  for (const [i, block] of batch.blocks.entries()) {
    const at = `${where}.blocks[${i}]${isFirst ? ".body" : ""}`;
    const decoded = await refusing(at, () => (isFirst ? decodedV1 : decodedV2)(block, at));
    await checkPath(decoded.entry, block, tree, `${where}.blocks[${i}].path`, isFirst ? 2 : 8);
    found.push({ ...decoded, at });
  }
  return found;
}

function decodedV1(block, where) {
  const { body } = block;
  const at = 4 + Number(wholeOf(body.slice(0, 4)));
  const fields = read(load(body.slice(4, at), where), "body1", where);
  const n = Number(fields.n);
  const width = fields.step_s ? 9 : 17;
  const isWhole = at <= 4 + MAX_BODY_HEADER_BYTES && body.length === at + n * width;
  demand(isWhole, where, `${body.length} bytes cannot be ${n} readings`);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const numbers = (from) => Array.from({ length: n }, (_, i) => view.getBigInt64(from + 8 * i, true));
  const stepped = () => Array.from({ length: n }, (_, i) => fields.start_s + BigInt(i) * fields.step_s);
  const times = fields.step_s ? stepped() : numbers(at);
  demand(times[0] === fields.start_s, where, "the times do not begin at start_s");
  const counts = numbers(body.length - 9 * n).map((count) => (count === -INT64 ? null : count));
  const marks = Array.from(body.slice(-n), BigInt);
  return {
    entry: joined(block.salt, body),
    fields,
    readings: checked(times, counts, marks, where),
  };
}

function decodedV2(block, where) {
  const [point, unit, scale] = [block.point, block.unit, block.scale].map(utf8);
  const descriptor = joined(
    littleEndian(point.length, 2),
    point,
    littleEndian(QUANTITY.indexOf(block.quantity), 1),
    littleEndian(unit.length, 2),
    unit,
    littleEndian(scale.length, 1),
    scale,
    littleEndian(block.modulus, 8),
  );
  const readings = spelledOut(block, 0n, where);
  return {
    entry: joined(descriptor, block.salt, columnsV2(block, readings)),
    fields: block,
    readings,
  };
}

/** Return the columns of a block of version 2: there is one way to write them. */
function columnsV2(block, readings) {
  const [first, ...gaps] = block.times_s;
  const n = readings.length;
  const step = gaps.length === 1 && gaps[0] < 1n << 32n ? gaps[0] : 0n;
  const hasMarks = readings.some(({ mark }) => mark !== 0n);
  const hasTimes = n > 1 && !step;
  const [start, ...steps] = block.counts.map((each) => each ?? 0n);
  const width = widthOf(steps);
  return joined(
    littleEndian(n, 4),
    littleEndian(first, 8),
    littleEndian(step, 4),
    littleEndian(start, 8),
    littleEndian(width, 1),
    littleEndian((hasTimes ? 1 : 0) + (hasMarks ? 2 : 0), 1),
    packed([0n, ...steps], width),
    hasTimes ? packed(readings.map(({ time }) => time), 8) : new Uint8Array(),
    hasMarks ? Uint8Array.from(readings, ({ mark }) => Number(mark)) : new Uint8Array(),
  );
}

/** Return in how many bytes all of some numbers have room, with their signs. */
function widthOf(numbers) {
  return [1, 2, 4, 8].find((width) => {
    const most = 1n << BigInt(8 * width - 1);
    return numbers.every((number) => -most <= number && number < most);
  });
}

function packed(numbers, width) {
  const bytes = new Uint8Array(numbers.length * width);
  numbers.forEach((number, i) => bytes.set(littleEndian(number, width), i * width));
  return bytes;
}
