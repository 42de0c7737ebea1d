// Verifies a Taihang proof file in the browser, with nothing but what the browser itself brings.
//
// `verify` is the list of all checks, in order. It was written from docs/formats/{sealed-batch,log,
// proof}.md. Its verdict is one of
//   accepted  every check of docs/formats/proof.md, section 10, was made and holds
//   refused   a check does not hold: `where` and `why`
//   unable    this browser cannot make one of the checks (`what`: sha256 or ed25519), so the file is
//             neither accepted nor refused; `checks` says which were made before
// Nothing is fetched and nothing is sent.
import { Case } from "./case.js";
import { checkClaim } from "./claims.js";
import { readProof } from "./grammar.js";
import { checkPath, eventEntry, readCheckpoint, Signatures } from "./log.js";
import { expectMedia } from "./metered.js";
import { ascending, demand, Refused, refusing, Unable } from "./refused.js";
import { dump, equal, fromHex, joined, load, toHex, utf8 } from "./text.js";
import { spanOf, utc } from "./time.js";

const SHOWN = 2000; // rows of a kind that are kept

/**
 * Check every byte of a proof file.
 *
 * `known` holds keys from elsewhere, each optional: logKey (hex), gatewayKeys and witnessKeys
 * (lists of {name, key}, key in hex), quorum.
 */
export async function verify(bytes, known = {}) {
  const checks = [];
  try {
    const found = await refusing("file", () => verified(bytes, known, checks));
    return { verdict: "accepted", checks, ...found };
  } catch (error) {
    if (error instanceof Refused) {
      return { verdict: "refused", checks, where: error.where, why: error.why };
    }
    if (error instanceof Unable) return { verdict: "unable", checks, what: error.what };
    throw error;
  }
}

async function verified(bytes, known, checks) {
  const made = (name, n = 1) => checks.push({ name, n });
  // 1. The text has one spelling, and the file exactly the fields of its format.
  const document = load(bytes, "file");
  const proof = readProof(document);
  made("form");
  // 2. The log: its key, its signature on the checkpoint, and those of witnesses.
  const log = { name: proof.log.name, key: fromHex(proof.log.key) };
  const isOurs = known.logKey == null || equal(fromHex(known.logKey), log.key);
  demand(isOurs, "log.key", "not the key you gave");
  const signatures = new Signatures();
  const pinned = (keys) => keys?.map(({ name, key }) => ({ name, key: fromHex(key) })) ?? null;
  const witnessKeys = pinned(known.witnessKeys) ?? [];
  const { tree, witnesses, cosigners } = await refusing("checkpoint", () =>
    readCheckpoint(proof.checkpoint, log, witnessKeys, signatures),
  );
  const quorum = known.quorum ?? witnessKeys.length;
  const why = `cosigned by ${witnesses.length} of the witnesses that you know, not by ${quorum}`;
  demand(witnesses.length >= quorum, "checkpoint", why);
  made("checkpoint");
  if (witnesses.length) made("witnesses", witnesses.length);
  const found = new Finding(proof, pinned(known.gatewayKeys), signatures);
  await refusing("claim", () => expectMedia(proof.claim, found));
  // 3. Every statement: its value follows from its energy and factor.
  for (const [where, statement] of found.statements) {
    await refusing(where, () => found.checkStatement(statement, where));
  }
  // 4. Every batch: in the log, signed by its gateway; every block: in its batch, in a sum.
  ascending(proof.evidence.map((batch) => batch.leaf_index), "evidence");
  for (const [i, batch] of proof.evidence.entries()) {
    await refusing(`evidence[${i}]`, () => found.addBatch(batch, tree, `evidence[${i}]`));
  }
  if (proof.evidence.length) {
    made("batches", proof.evidence.length);
    made("blocks", proof.evidence.reduce((sum, batch) => sum + batch.blocks.length, 0));
  }
  // 5. Every event of the park: in the log.
  for (const [i, leaf] of proof.events.entries()) {
    const place = { index: leaf.leaf_index, path: leaf.inclusion };
    const at = `events[${i}].inclusion`;
    await refusing(at, () => checkPath(eventEntry(dump(leaf.event)), place, tree, at));
  }
  if (proof.events.length) made("events", proof.events.length);
  // 6. The energies, worked out again from the readings; the claim, from the energies.
  for (const [where, statement] of found.statements) {
    await refusing(where, () => found.checkEnergy(statement, where));
    found.showStatement(statement);
  }
  if (found.statements.size) made("energy", found.statements.size);
  const claimed = await refusing("claim", () => checkClaim(proof.claim, found));
  made(`claim-${proof.claim.kind}`);
  // 7. The seal: nothing else in the file was altered since the park handed it out.
  const rest = Object.assign(Object.create(null), document);
  delete rest.seal;
  const sealed = joined(utf8(`taihang/proof/${document.format.slice(-2)}\n`), dump(rest));
  const isSealed = await signatures.verify(log.key, proof.seal, sealed);
  demand(isSealed, "seal", "altered after it was signed");
  made("seal");
  made("signatures", signatures.n);
  return {
    kind: proof.claim.kind,
    ...claimed,
    shown: Object.fromEntries(found.shown),
    stated: found.stated,
    lines: found.lines,
    missing: found.missing,
    readings: found.readings,
    batches: found.batches.size,
    gateways: found.keys.map(({ name, ordinal, key }) => [name, Number(ordinal), toHex(key)]),
    gatewaysConfirmed: known.gatewayKeys != null,
    logName: log.name,
    logKey: toHex(log.key),
    logConfirmed: known.logKey != null,
    treeSize: Number(tree.size),
    witnesses,
    cosigners,
  };
}

/** What was found of a file, and what a person should know of it. */
class Finding extends Case {
  constructor(...given) {
    super(...given);
    this.shown = new Map();
  }

  show(label, text) {
    if (!this.shown.has(label)) this.shown.set(label, []);
    if (this.shown.get(label).length < SHOWN) this.shown.get(label).push(text);
  }

  showStatement(statement) {
    const { title, subject, park, kind, id, version, supersedes, period } = statement;
    this.show("title", `${title.zh} | ${title.en}`);
    this.show("subject", `${subject}, ${park}, ${kind}`);
    this.show("id", `${id}, v${version}${supersedes ? `, ← ${supersedes}` : ""}`);
    this.show("period", `${period.start} … ${period.end}`);
    this.show("energy", `${statement.energy_wh} Wh`);
    for (const { sign, point, scale, max_interval_wh: most } of statement.terms) {
      this.show("term", `${sign} × ${point}, ${scale} Wh, ≤ ${most} Wh`);
    }
    for (const fact of statement.factors) {
      const { code, value, unit, status, region, document, clause } = fact;
      const dates = `${fact.valid_from} … ${fact.valid_to ?? "-"}`;
      this.show("factor", `${code} = ${value} ${unit} [${status}], ${region}, ${document} ${clause}, ${dates}`);
      if (isOutOfForce(fact, spanOf(period, "period"))) this.show("warning", "factor");
    }
  }
}

/** Say whether a factor is not in force in all of a period, wherever on Earth its days are. */
function isOutOfForce(fact, span) {
  const day = (time) => utc(time).slice(0, 10);
  const isLate = fact.valid_from > day(span.start + 14n * 3600n);
  return isLate || (fact.valid_to ?? "9999") <= day(span.end - 12n * 3600n - 1n);
}

