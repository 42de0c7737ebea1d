// The evidence of a file, and the energies that follow from it (register-energy/v1).
import { blocksOf, headerOf, STEP_S } from "./batch.js";
import { Decimal } from "./decimal.js";
import { checkPath } from "./log.js";
import { agree, ascending, demand, order } from "./refused.js";
import { fromHex, equal, joined } from "./text.js";
import { spanOf } from "./time.js";

const MEASURED = 0n;
const MANUAL = 2n;
// Of a statement: unit of the one factor (none: null), divisor, unit of the value.
const KINDS = {
  energy: [null, 1000n, "kWh"],
  "standard-coal": [["kgce/kWh"], 1000000n, "tce"],
  "scope2-location": [["kgCO2/kWh", "tCO2/MWh"], 1000000n, "tCO2"],
};

/** What a proof file claims, and what its batches say about that. */
export class Case {
  constructor(proof, pins, signatures) {
    this.statements = proof.statements;
    this.events = proof.events.map((leaf) => leaf.event.body);
    this.pins = pins;
    this.signatures = signatures;
    this.isOpen = proof.gateways === null; // then batches name their keys themselves
    this.keys = []; // name, ordinal, key
    for (const { name, ordinal, key } of proof.gateways ?? []) {
      this.keys.push({ name, ordinal, key: fromHex(key) });
    }
    ascending(this.keys.map(({ name, ordinal }) => [name, ordinal]), "gateways");
    this.dials = new Map(); // of a point: scale and modulus, unit, and quantity once it is known
    this.counts = new Map(); // by point, by time: rank of the batch and count
    this.swaps = new Map(); // by point, by time: rank and the two edges of a swap
    this.batches = new Set();
    this.readings = 0;
    this.energies = new Map(); // of the last statement: by start [Wh]
    this.ofSubject = new Map(); // the same of every subject
    this.missing = [0, 0]; // intervals that are not measured, of how many
    this.lines = []; // of a bill
    this.stated = []; // what the number rests on and nothing in the file derives
  }

  /** Note something that the number rests on and that nothing in the file derives. */
  state(code, values = {}) {
    this.stated.push({ code, ...values });
  }

  /** Say how the registers of a point are read. */
  expect(point, scale, modulus, unit, where) {
    const dial = this.dials.get(point) ?? { scale, modulus, unit, quantity: null };
    agree([scale, modulus], [dial.scale, dial.modulus], where);
    this.dials.set(point, dial);
    return dial;
  }

  /** Check that value = energy_wh × factor ÷ divisor, with the units of the kind. */
  checkStatement(statement, where) {
    const [units, divisor, unit] = KINDS[statement.kind];
    const span = spanOf(statement.period, `${where}.period`);
    agree(statement.intervals, BigInt(span.length), `${where}.intervals`);
    agree(statement.divisor, divisor, `${where}.divisor`);
    agree(statement.unit, unit, `${where}.unit`);
    const points = new Set(statement.terms.map((term) => term.point));
    const isSet = points.size === statement.terms.length && points.size > 0;
    demand(isSet, `${where}.terms`, "none, or a point twice");
    statement.terms.forEach((term, i) => {
      const at = `${where}.terms[${i}]`;
      this.expect(term.point, term.scale.toString(), term.modulus, "Wh", at);
      demand(term.sign !== 0n, `${at}.sign`, "0 is not 1 or -1");
    });
    const n = units ? 1 : 0;
    demand(statement.factors.length === n, `${where}.factors`, `not what ${statement.kind} takes`);
    let product = new Decimal(statement.energy_wh, divisor.toString().length - 1);
    for (const fact of factsByKey(statement.factors, `${where}.factors`).values()) {
      demand(units.includes(fact.unit), `${where}.factors[0].unit`, "not the unit of this kind");
      product = product.times(Decimal.of(fact.value));
    }
    agree(statement.value, product.toString(), `${where}.value`, " = energy × factor ÷ divisor");
  }

  /** Check one batch, and take in its events and blocks. */
  async addBatch(batch, tree, where) {
    const at = `${where}.header`;
    const { message, head } = headerOf(batch, at);
    const key = this.keyOf(head, at);
    const isSigned = await this.signatures.verify(key, batch.signature, message);
    demand(isSigned, `${where}.signature`, "not signed by its gateway");
    const place = { index: batch.leaf_index, path: batch.inclusion };
    // The entry is without the name of the format, which has 17 bytes.
    await checkPath(joined(message.slice(17), batch.signature), place, tree, `${where}.inclusion`);
    const rank = [head.sent_at_s, head.gateway, head.counter];
    const name = `${head.counter} ${head.gateway}`;
    demand(!this.batches.has(name), `${at}.counter`, "a counter used twice: a clone");
    this.batches.add(name);
    ascending(head.events.map((swap) => [swap.at_s, swap.point]), `${at}.events`);
    const ours = head.events.filter((swap) => this.dials.has(swap.point));
    for (const swap of ours) {
      const edges = [swap.final_count, swap.initial_count];
      keep(this.swaps, swap.point, swap.at_s, rank, edges);
    }
    const foreign = new Set(ours.map((swap) => swap.point));
    for (const block of await blocksOf(batch, head, where)) {
      this.addBlock(block.fields, block.readings, rank, block.at);
      foreign.delete(block.fields.point);
    }
    // An event replaces a difference of registers: only who reads a meter may say it.
    const why = `an event of ${[...foreign][0]} without a block of its readings`;
    demand(foreign.size === 0, `${at}.events`, why);
  }

  /** Return the key that a header names, itself (version 1) or by its ordinal. */
  keyOf(head, where) {
    const own = this.keys.filter(({ name }) => name === head.gateway);
    let found;
    if ("gateway_key" in head) {
      const key = fromHex(head.gateway_key);
      found = own.find((each) => equal(each.key, key));
      if (!found && this.isOpen) {
        found = { name: head.gateway, ordinal: BigInt(own.length + 1), key };
        this.keys.push(found);
      }
    } else found = own.find(({ ordinal }) => ordinal === head.key);
    const isPinned = ({ name, key }) => name === head.gateway && equal(key, found.key);
    const isKnown = found && (this.pins === null || this.pins.some(isPinned));
    demand(isKnown, `${where}.gateway_key`, `not the key of gateway ${head.gateway.slice(0, 60)}`);
    return found.key;
  }

  /** Take in the readings of a block, which must be read as its term says. */
  addBlock(block, readings, rank, where) {
    const dial = this.dials.get(block.point);
    demand(dial, `${where}.point`, `${block.point.slice(0, 60)} is no point of a statement`);
    dial.quantity ??= block.quantity;
    for (const name of ["unit", "scale", "modulus", "quantity"]) {
      agree(block[name], dial[name], `${where}.${name}`);
    }
    for (const { time, count, mark } of readings) {
      const isUsable = mark === MEASURED || mark === MANUAL;
      keep(this.counts, block.point, time, rank, isUsable ? count : null);
    }
    this.readings += readings.length;
  }

  /** Work out the energy of a statement by the rule register-energy/v1, and compare. */
  checkEnergy(statement, where) {
    const span = spanOf(statement.period, `${where}.period`);
    const found = new Map();
    let sum = 0n;
    let n = 0;
    for (const term of statement.terms) {
      for (const [start, wh] of this.energiesOf(term, span)) {
        found.set(start, (found.get(start) ?? 0n) + term.sign * wh);
        sum += term.sign * wh;
        n += 1;
      }
    }
    const all = span.length * statement.terms.length;
    this.energies = found;
    this.ofSubject.set(statement.subject, found);
    const by = ", as the readings give";
    agree(statement.missing, BigInt(all - n), `${where}.missing`, by);
    agree(statement.energy_wh, sum, `${where}.energy_wh`, by);
    demand(n, `${where}.missing`, `NOTHING MEASURED: all ${all} intervals are missing`);
    this.missing = [this.missing[0] + all - n, this.missing[1] + all];
  }

  /** Return start and energy of each interval in which a point is measured [s, Wh]. */
  energiesOf(term, span) {
    const counts = this.counts.get(term.point) ?? new Map();
    const swaps = new Map(); // edges by the start t of (t, t + 900]
    const ordered = [...(this.swaps.get(term.point) ?? [])].sort(([a], [b]) => order(a, b));
    for (const [at, { value }] of ordered) {
      const start = floorTo(at - 1n, STEP_S);
      swaps.set(start, [...(swaps.get(start) ?? []), ...value]);
    }
    const isRegister = this.dials.get(term.point).quantity === "register";
    const found = [];
    for (let start = span.start; start < span.end; start += STEP_S) {
      if (!counts.has(start)) continue;
      let delta = counts.get(start).value;
      if (isRegister) {
        const end = counts.get(start + STEP_S)?.value ?? null;
        delta = registerDelta([delta, ...(swaps.get(start) ?? []), end], term.modulus);
      }
      if (delta === null) continue;
      const wh = delta * term.scale;
      if (wh >= 0n && wh <= term.max_interval_wh) found.push([start, wh]);
    }
    return found;
  }
}

/** Return facts by key, each of which names this very value of this very text. */
export function factsByKey(facts, where) {
  const found = new Map();
  facts.forEach((fact, i) => {
    const key = `${fact.set}/${fact.code}/${fact.region}/${fact.valid_from}=${fact.value}`;
    agree(fact.key, key, `${where}[${i}].key`);
    found.set(key, fact);
  });
  return found;
}

/** Return what was counted from the first register to the last, each meter's two in order. */
export function registerDelta(edges, modulus) {
  if (edges.includes(null)) return null;
  const parts = [];
  for (let i = 0; i + 1 < edges.length; i += 2) parts.push(edges[i + 1] - edges[i]);
  // One rollover, or it leaves the limits of an interval.
  if (parts.length === 1 && parts[0] < 0n) parts[0] += modulus;
  return parts.some((part) => part < 0n) ? null : parts.reduce((sum, part) => sum + part, 0n);
}

/** Let the batch that was sent last decide on a time. */
function keep(all, point, time, rank, value) {
  if (!all.has(point)) all.set(point, new Map());
  const current = all.get(point);
  const known = current.get(time);
  if (!known || order(known.rank, rank) < 0) current.set(time, { rank, value });
}

function floorTo(number, step) {
  const rest = number % step;
  return number - (rest < 0n ? rest + step : rest);
}
