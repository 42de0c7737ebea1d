// An amount of gas, water, steam or heat of one month: what its registers counted, and how that
// became the unit of the account.
import { HOUR_S } from "./batch.js";
import { registerDelta } from "./case.js";
import { Decimal, rounded } from "./decimal.js";
import { agree, demand, order } from "./refused.js";
import { utc } from "./time.js";

const REFUSED = new Set(["vee.range", "vee.reset"]); // rules whose registers are evidence, no amount
const ZERO_C_K = "273.15";
const GAS = "counts_at_c counts_at_kpa stated_at_c stated_at_kpa";
// By unit of the register and what converts it: unit of the amount, steps of it.
const MEDIA = {
  [`L ${GAS}`]: ["m³", 1000n],
  "L density_kg_per_m3": ["t", 1000000n],
  "g ": ["t", 1000000n],
  "g heat_kj_per_kg": ["GJ", 1000000000n],
  "kJ ": ["GJ", 1000000n],
};

/** Note how the registers of metered media are read, before their batches come. */
export function expectMedia(claim, found) {
  claim.amount?.meters?.forEach((meter, i) => {
    const at = `claim.amount.meters[${i}]`;
    demand(!found.dials.has(meter.point), `${at}.point`, "a meter twice");
    const scale = meter.scale.toString();
    found.expect(meter.point, scale, meter.modulus, meter.unit, at).quantity = "register";
  });
}

/** Check that an amount is what its registers counted. */
export function checkMetered(claim, found) {
  const { amount } = claim;
  let total = new Decimal(0);
  let end = 0n;
  amount.meters.forEach((meter, i) => {
    const where = `claim.amount.meters[${i}]`;
    demand(meter.from.time_s >= end, `${where}.from`, "counted twice");
    end = meter.to.time_s;
    checkChain(meter, found, where);
    total = total.plus(converted(meter, amount.unit, where));
  });
  agree(amount.amount, total.toString(), "claim.amount.amount", ", as its meters give");
  found.show("subject", `${amount.subject}, ${amount.item}, ${amount.flow}, ${amount.month}`);
  found.state("conversion");
  return { value: amount.amount, unit: amount.unit };
}

/** Check that an honest meter shows the registers, but for those that are refused. */
function checkChain(meter, found, where) {
  const gone = new Set();
  for (const { rule, time_s } of meter.findings) if (REFUSED.has(rule)) gone.add(time_s);
  const isInside = (time) => meter.from.time_s <= time && time <= meter.to.time_s;
  const chain = [...(found.counts.get(meter.point) ?? [])]
    .filter(([time, { value }]) => isInside(time) && value !== null && !gone.has(time))
    .map(([time, { value }]) => [time, value])
    .sort(([a], [b]) => order(a, b));
  demand(chain.length, `${where}.from`, "no register is shown");
  const by = ", as the readings give";
  for (const [name, [time, count]] of [["from", chain[0]], ["to", chain[chain.length - 1]]]) {
    agree(meter[name].time_s, time, `${where}.${name}.time_s`, by);
    agree(meter[name].count, count, `${where}.${name}.count`, by);
  }
  let steps = 0n;
  for (let i = 1; i < chain.length; i += 1) {
    steps += stepsBetween(meter, chain[i - 1], chain[i], found, where) * meter.scale;
  }
  agree(meter.steps, steps, `${where}.steps`, by);
  agree(meter.n_registers, BigInt(chain.length), `${where}.n_registers`, by);
  for (const time of gone) found.show("refused", `${meter.point} ${utc(time)}`);
}

/** Return what was counted from one register to the next, if an honest meter can. */
function stepsBetween(meter, [early, before], [late, after], found, where) {
  const swaps = [...(found.swaps.get(meter.point) ?? [])].sort(([a], [b]) => order(a, b));
  const edges = swaps.filter(([at]) => early < at && at <= late).flatMap(([, { value }]) => value);
  const delta = registerDelta([before, ...edges, after], meter.modulus);
  const most = (meter.max_steps_per_h * (late - early)) / HOUR_S + meter.scale;
  const isHonest = delta !== null && delta * meter.scale <= most;
  demand(isHonest, where, `no honest meter counts so from ${utc(early)} to ${utc(late)}`);
  return delta;
}

/** Check how steps became the unit of the account, and return the amount. */
function converted(meter, unit, where) {
  const at = `${where}.conversion`;
  const isObject = meter.conversion !== null && typeof meter.conversion === "object";
  demand(isObject && !Array.isArray(meter.conversion), at, "cannot be read: no object");
  const stated = {};
  for (const [name, text] of Object.entries(meter.conversion)) {
    const isDecimal = typeof text === "string" && /^-?[0-9]+([.][0-9]+)?$/.test(text);
    demand(isDecimal, at, `cannot be read: ${name}`);
    stated[name] = Decimal.of(text);
  }
  const way = `${meter.unit} ${Object.keys(stated).sort().join(" ")}`;
  demand(Object.hasOwn(MEDIA, way), at, `cannot be read: nothing converts ${way}`);
  const [wanted, size] = MEDIA[way];
  agree(unit, wanted, "claim.amount.unit");
  const [above, below] = ratioOf(stated);
  const places = BigInt(below.places - above.places);
  let [n, d] = [meter.steps * above.n, size * below.n];
  if (places > 0n) n *= 10n ** places;
  else d *= 10n ** -places;
  demand(d !== 0n, at, "cannot be read: a division by zero");
  const amount = rounded(n, d, 3);
  agree(meter.amount, amount.toString(), `${where}.amount`, ", as its steps give");
  return amount;
}

/** Return above and below of the fraction by which steps are multiplied. */
function ratioOf(stated) {
  const one = new Decimal(1);
  if (!("stated_at_c" in stated)) {
    return [stated.density_kg_per_m3 ?? stated.heat_kj_per_kg ?? one, one];
  }
  const zero = Decimal.of(ZERO_C_K);
  return [
    zero.plus(stated.stated_at_c).times(stated.counts_at_kpa),
    zero.plus(stated.counts_at_c).times(stated.stated_at_kpa),
  ];
}
