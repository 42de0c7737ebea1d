// What is claimed on top of energies, by kind: each check returns value and unit, and notes what the
// number rests on that nothing in the file derives.
import { HOUR_S, QUALITY, spelledOut } from "./batch.js";
import { checkBill } from "./bill.js";
import { checkCertificate } from "./certificate.js";
import { Decimal } from "./decimal.js";
import { read } from "./grammar.js";
import { checkSalted } from "./log.js";
import { checkMetered } from "./metered.js";
import { add, BASE, decodePoint, encodePoint, HIDING, ORDER, times } from "./point.js";
import { agree, ascending, demand, order } from "./refused.js";
import { dump, fromHex, toHex, wholeOf } from "./text.js";
import { atS, spanOf, utc } from "./time.js";

/** Check the claim of a file. */
export async function checkClaim(claim, found) {
  return CHECKS[claim.kind](claim, found);
}

/** Check that a salted object is a leaf of the tree that an event of the log names. */
export async function checkLeaf(place, leaf, event, where, at = "events[0].event.body") {
  const named = Object.assign(Object.create(null), { n: event.n, root: event.root });
  const tree = read(named, "tree", at);
  await checkSalted(place, dump(leaf), { size: tree.n, root: fromHex(tree.root) }, where);
}

/** Return the one statement of a file, and where it stands. */
export function onlyStatement(found) {
  const [[where, statement]] = found.statements;
  return { where, statement };
}

function ofStatement(_claim, found) {
  const { where, statement } = onlyStatement(found);
  const span = spanOf(statement.period, where);
  if (span.length === 1) {
    for (const term of statement.terms) {
      for (const time of [span.start, span.end]) {
        const count = found.counts.get(term.point)?.get(time)?.value ?? null;
        found.show("reading", `${term.point} ${utc(time)}: ${count} × ${term.scale} Wh`);
      }
    }
  }
  return { value: statement.value, unit: statement.unit };
}

async function ofHour(claim, found) {
  const { hour } = claim;
  const [event] = found.events;
  agree(event.day, hour.hour.slice(0, 10), "events[0].event.body.day");
  await checkLeaf(claim, hour, event, "claim");
  const start = atS(`${hour.hour}:00:00Z`, "claim.hour.hour");
  const readings = spelledOut(hour, start, "claim.hour");
  const last = readings[readings.length - 1];
  demand(last.time < start + HOUR_S, "claim.hour.times_s", "not of this hour");
  found.show("point", `${hour.point}, ${hour.quantity}, × ${hour.scale} ${hour.unit}`);
  for (const { time, count, mark } of readings) {
    found.show("reading", `${utc(time)}: ${count} [${QUALITY[mark]}]`);
  }
  found.readings = readings.length;
  return { value: String(readings.length), unit: "readings" };
}

async function ofLot(claim, found) {
  const { where, statement } = onlyStatement(found);
  const { lot } = claim;
  agree(statement.kind, "energy", `${where}.kind`);
  agree(statement.subject, lot.plant, `${where}.subject`);
  agree(statement.intervals, 1n, `${where}.intervals`);
  const by = ", as the readings give";
  agree(lot.id, `${lot.plant}@${statement.period.start}`, "claim.lot.id", by);
  agree(lot.wh, statement.energy_wh, "claim.lot.wh", by);
  await checkLeaf(claim, lot, found.events[0], "claim");
  ofStatement(claim, found);
  return { value: String(lot.wh), unit: "Wh" };
}

function ofInventory(claim, found) {
  for (const [where, statement] of found.statements) {
    agree(statement.kind, "scope2-location", `${where}.kind`);
    agree(statement.subject, claim.subject, `${where}.subject`);
  }
  const every = [...claim.parts, ...found.statements.values()];
  const periods = every.map(({ period }) => [period.start, period.end]).sort(order);
  const starts = [...periods.map(([start]) => start), claim.period.end];
  const ends = [claim.period.start, ...periods.map(([, end]) => end)];
  demand(starts.join() === ends.join(), "claim.period", "the parts leave a gap or overlap");
  const total = every.reduce((sum, { value }) => sum.plus(Decimal.of(value)), new Decimal(0));
  demand(total.equals(Decimal.of(claim.value)), "claim.value", `the parts make ${total}`);
  for (const part of claim.parts) {
    found.state("part", { id: part.id, value: part.value, sha256: part.proof_sha256 });
  }
  return { value: claim.value, unit: claim.unit };
}

function ofShare(claim, found) {
  const at = "events[0].event.body";
  const body = read(found.events[0], "shares", at);
  agree(body.period, claim.period, `${at}.period`);
  ascending(body.members.map(({ id }) => id), `${at}.members`);
  const mine = body.members.find(({ id }) => id === claim.member);
  demand(mine, "claim.member", "not in the list");
  ascending(claim.openings.map(({ quantity }) => (quantity === "green_wh" ? 1 : 0)), "claim");
  demand(claim.openings.length, "claim.openings", "none is shown");
  claim.openings.forEach((opening, i) => {
    const where = `claim.openings[${i}]`;
    const total = body.sums[opening.quantity];
    const points = body.members.map((member) => decodePoint(fromHex(member[opening.quantity])));
    demand(points.every(Boolean), `${at}.members`, "a commitment that is no point");
    const sum = toHex(encodePoint(points.reduce(add)));
    agree(sum, commitment(total, at), `${at}.sums.${opening.quantity}`);
    agree(mine[opening.quantity], commitment(opening, where), `${where}.wh`);
    demand(opening.wh <= total.wh, `${where}.wh`, "it is not a part of the sum");
    const n = body.members.length;
    found.show("share", `${opening.quantity}: ${opening.wh} Wh / ${total.wh} Wh (${n})`);
  });
  found.show("subject", `${claim.member}, ${claim.period}`);
  found.state("members");
  for (const who of body.absent) found.state("absent", { who });
  return { value: String(claim.openings[0].wh), unit: "Wh" };
}

/** Return the point wh · G + blinding · H (Pedersen) in hexadecimal. */
function commitment(opening, where) {
  const blinding = wholeOf(fromHex(opening.blinding));
  demand(blinding < ORDER, where, "a blinding above the order of the group");
  return toHex(encodePoint(add(times(opening.wh, BASE), times(blinding, HIDING))));
}

const CHECKS = {
  statement: ofStatement,
  hour: ofHour,
  lot: ofLot,
  inventory: ofInventory,
  share: ofShare,
  metered: checkMetered,
  bill: checkBill,
  certificate: checkCertificate,
};
