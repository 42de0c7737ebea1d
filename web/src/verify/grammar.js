// What a proof file may be (docs/formats/proof.md): every object with exactly its fields.
//
// A test holds these lines against those of verify_taihang.py, so that no kind of file can be added
// there and forgotten here.
import { demand, Refused } from "./refused.js";
import { fromBase64 } from "./text.js";

// Of each object: field:what it is. *N: a list of at most N; ?: or null; a number: so many bytes in
// base64, 0: any; A..B: a whole number. What is none of these, and no object, is a pattern of text.
export const GRAMMAR = `
proof1: format:taihang-proof/v1 statement:statement evidence:batch1*1000000 log:log
  checkpoint:note seal:64
proof2: format:taihang-proof/v2 claim:any statements:statement*1000 gateways:gateway*10000
  evidence:any*1000000 events:leaf*16 log:log checkpoint:note seal:64
log: name:name key:hash
gateway: name:name ordinal:1..255 key:hash
leaf: event:event leaf_index:count inclusion:0
event: at_s:time body:any kind:[a-z][a-z0-9-]{0,63} salt:[0-9a-f]{32}
batch1: header:header signature:64 leaf_index:count inclusion:32*64 blocks:block1*10000
block1: salt:16 body:0 index:count path:32*64
head1: v:1..1 algorithm:ed25519-sha256 gateway:name gateway_key:hash counter:above0 origin:any
  sent_at_s:time clock:synchronised|unsynchronised|import events:swap*10000 blocks:0..10000
  block_root:hash
body1: point:name quantity:register|energy unit:Wh|L|g|kJ scale:[1-9][0-9]{0,17} modulus:count
  n:1..1000000 start_s:time step_s:0..253402300800
batch2: header:head2 signature:64 leaf_index:count inclusion:0 blocks:block2*10000
head2: key:1..255 clock:0..2 blocks:0..10000 body_bytes:16..64000000 counter:above0 sent_at_s:time
  block_root:hash gateway:name notes:notes
notes: events:swap*10000 origin:any
swap: point:name kind:swap|reset at_s:time final_count:count initial_count:count
block2: salt:16 index:count path:0 point:name quantity:register|energy unit:Wh|L|g|kJ modulus:count
  scale:[1-9][0-9]{0,17} times_s:time*1000000 counts:whole?*1000000 quality:0..4*1000000
statement: format:taihang-statement/v1 id:name kind:energy|standard-coal|scope2-location
  subject:text park:text period:period title:title terms:term*10000 energy_wh:whole
  intervals:1..351360 missing:count factors:fact*64 divisor:count value:text unit:text
  rule:register-energy/v1 code_version:text version:above0 supersedes:text? reason:text
period: start:instant end:instant
title: zh:text en:text
term: point:name sign:-1..1 scale:above0 modulus:count max_interval_wh:count
fact: code:text value:factor unit:text region:text valid_from:day valid_to:day? data_year:whole?
  document:text clause:text source:text status:text set:text note:text key:text
claim-statement: kind:name
claim-hour: kind:name hour:hour salt:16 index:count path:0
hour: point:name quantity:register|energy|reactive|sample unit:text scale:text modulus:count
  hour:hour-name times_s:0..3599*3600 counts:whole?*3600 quality:0..4*3600
tree: n:count root:hash
claim-lot: kind:name lot:lot salt:16 index:count path:0
lot: id:name plant:name wh:above0
claim-metered: kind:name amount:metered
metered: format:taihang/metered-amount/v1 rule:register-chain/v1 subject:name item:name flow:name
  month:month amount:decimal unit:m³|t|GJ meters:medium*12
medium: point:name unit:L|g|kJ scale:above0 modulus:above0 max_steps_per_h:above0 conversion:any
  from:edge to:edge steps:count amount:decimal n_registers:count days:any findings:finding*100000
edge: time_s:time count:count hour:name
finding: rule:name time_s:time count:count?
claim-share: kind:name member:name period:month openings:opening*2
opening: quantity:load_wh|green_wh wh:count blinding:hash
shares: absent:name*10000 members:member*10000 period:month pool:tree sums:sums
  version:above0
member: id:name missing:count load_wh:hash green_wh:hash
sums: load_wh:sum green_wh:sum
sum: wh:count blinding:hash
claim-certificate: kind:name certificate:standing issue:issue-state acts:act-leaf*10000
  history:whole|ends days:lot-day*31 n_days:1..31 step:step?
standing: leaf:certificate salt:16 index:count path:0
certificate: act:name expires_s:time first_wh:count holder:name issue:name kind:issue-kind
  state:state stop_wh:above0 to:text
issue-state: leaf:issue-sum salt:16 index:count path:0
issue-sum: issue:name n:above0 root:hash total_wh:above0
act-leaf: act:any salt:16 index:count path:0
issue: cancels:name*10000 expires_s:time format:taihang/certificate-issue/v1 holder:name id:name
  journal_size:count kind:issue-kind lots_root:hash month:month park_sha256:hash
  plants:plant-part*10000 recipient:name route:route route_id:text rule:name sheet_sha256:hash
  total_wh:above0 validity:name
plant-part: first_s:time id:name stop_s:time wh:above0
lot-day: salt:16 index:count path:0 day:day first_wh:count stop_wh:above0 start_s:time*3000
  plant:count*3000 wh:above0*3000
step: plants:name*1000 limit_wh:count earlier_wh:count*3000 pool:pool-day*31
pool-day: salt:16 index:count path:0 sums:pool-sums
pool-sums: demand_wh:count*100 given_wh:count*100 start_s:time
act-issue: actor:park at_s:time issue:issue
act-cover: actor:park at_s:time plant:name pieces:any
act-release: actor:park at_s:time issue:name
act-list: actor:name at_s:time open_until_s:time pay_within_s:above0 pieces:any
  price_cny_per_mwh:decimal wh:above0?
act-offer: actor:name at_s:time open_until_s:time pay_within_s:above0 pieces:any
  price_cny_per_mwh:decimal to:name wh:above0?
act-delist: actor:name at_s:time listing:name
act-buy: actor:name at_s:time listing:name wh:above0
act-accept: actor:name at_s:time offer:name
act-decline: actor:name at_s:time offer:name
act-revoke: actor:name at_s:time deal:name
act-pay: actor:name amount_cny:decimal at_s:time deal:name reference:text
act-claim: actor:name at_s:time beneficiary:text period:text pieces:any purpose:text wh:above0?
act-expire: actor:park at_s:time pieces:any
act-withdraw: actor:park at_s:time pieces:any reason:text
act-correct: actor:park at_s:time issue:name lots:any reason:text sheet_sha256:hash
claim-inventory: kind:name id:name subject:text period:period value:decimal unit:tCO2
  parts:part*1000
part: id:name period:period value:decimal proof_sha256:hash
claim-bill: kind:name bill:any basis:any line:name?
bill: format:taihang-account/v1 rule:shanxi-two-part/v[123] id:name tariff:name lines:line*200
  assumption:assumption? state:complete|provisional energy_wh:count estimated_wh:count
  intervals:count usable:count value:decimal unit:CNY code_version:text version:above0
  supersedes:text? reason:text
line: code:name title:title quantity:decimal? unit:text price:decimal? price_unit:text
  amount_cny:decimal? state:billed|partial|exempt|not-assessed reason:any facts:text*64
assumption: td_prices_of:day zh:text en:text
basis: offset_s:whole schedule:schedule holidays:day*366 facts:fact*64 sharp_applies:0..1
  floating_items:name*9 green_pays:name*9 capacity:none|kva|kw|agreed|exempt transformer_kva:factor
  green:green*64 line_wh:count*351360 estimated:guess*351360 near_site:0..1 market:market?
market: series:name counts:whole?*351360 cny_per_kwh_of_count:factor
schedule: document:text clause:text source:text status:text valid_from:day valid_to:day?
  sharp:span*96 peak:span*96 flat:span*96 valley:span*96 deep-valley:span*96
span: from:0..96 to:0..96
green: contract:name wh:count*351360 prices:prices? premium:0..1
prices: form:name counts:whole?*351360 cny_per_kwh_of_count:factor
guess: at:instant wh:count
`;
const INT64 = 1n << 63n;
const WHAT = {
  whole: `${-INT64}..${INT64 - 1n}`,
  count: `0..${INT64 - 1n}`,
  above0: `1..${INT64 - 1n}`,
  time: "0..253402300799",
  text: "[^]{0,4096}",
  header: "[^]{0,1048576}",
  note: "[^]{0,65536}",
  name: "[^\\x00-\\x1f\\x7f]{1,128}",
  hash: "[0-9a-f]{64}",
  month: "[0-9]{4}-(0[1-9]|1[0-2])",
  day: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
  "hour-name": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}",
  instant: "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:(00|15|30|45):00Z",
  "issue-kind": "tradable|non-tradable|no-gec",
  route: "line|contract|feeder|pool|storage|charge|feed-in",
  state: "issued|held|listed|in-transfer|claimed|expired|withdrawn",
  decimal: "-?(0|[1-9][0-9]{0,17})([.][0-9]{1,40})?",
  factor: "(0|[1-9][0-9]{0,17})([.][0-9]{1,18})?",
};
const OBJECTS = new Map(
  [...GRAMMAR.matchAll(/^(\S+): ((?:.+|\n {2})+)$/gm)].map(([, name, parts]) => [
    name,
    parts.split(/\s+/).map((part) => {
      const at = part.indexOf(":");
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  ]),
);
const FORMS = new Map();

/** Return the type of a kind of the grammar, and what limits its values. */
function formOf(kind) {
  let form = FORMS.get(kind);
  if (!form) {
    form = newForm(kind);
    FORMS.set(kind, form);
  }
  return form;
}

function newForm(kind) {
  const what = Object.hasOwn(WHAT, kind) ? WHAT[kind] : kind;
  const star = kind.lastIndexOf("*");
  const range = /^(-?[0-9]+)\.\.(-?[0-9]+)$/.exec(what);
  if (OBJECTS.has(kind)) return { type: "object", fields: OBJECTS.get(kind) };
  if (star > 0) return { type: "list", of: kind.slice(0, star), most: Number(kind.slice(star + 1)) };
  if (/^[0-9]+$/.test(kind)) return { type: "base64", n: Number(kind) };
  if (range) return { type: "whole", low: BigInt(range[1]), high: BigInt(range[2]) };
  return { type: "text", pattern: new RegExp(`^(?:${what})$`, "u") };
}

/** Return a value that is of its kind, with bytes for base64; refuse all others. */
export function read(value, kind, where) {
  const plain = kind.endsWith("?") ? kind.slice(0, -1) : kind;
  if (kind === "any" || (value === null && plain !== kind)) return value;
  const form = formOf(plain);
  const found = READERS[form.type](value, form, where);
  if (found === undefined) throw new Refused(where, `${told(value)} is not of the kind ${kind}`);
  return found;
}

const READERS = {
  object(value, { fields }, where) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
    if (Object.keys(value).length !== fields.length) return undefined;
    const inside = where === "file" ? "" : `${where}.`;
    const found = Object.create(null);
    for (const [name, of] of fields) {
      if (!(name in value)) return undefined;
      found[name] = read(value[name], of, inside + name);
    }
    return found;
  },
  list(value, { of, most }, where) {
    if (!Array.isArray(value) || value.length > most) return undefined;
    return value.map((each, i) => read(each, of, `${where}[${i}]`));
  },
  base64(value, { n }, where) {
    if (typeof value !== "string") return undefined;
    const bytes = fromBase64(value);
    demand(bytes, where, "cannot be read: no base64 in its one spelling");
    return n === 0 || n === bytes.length ? bytes : undefined;
  },
  whole(value, { low, high }) {
    return typeof value === "bigint" && low <= value && value <= high ? value : undefined;
  },
  text(value, { pattern }) {
    return typeof value === "string" && pattern.test(value) ? value : undefined;
  },
};

function told(value) {
  const text = typeof value === "object" && value !== null ? "an object or list" : String(value);
  return text.slice(0, 60);
}

const CLAIMS = {
  // Statements (null: any number) and events under each kind.
  statement: [1, []],
  hour: [0, ["day-seal"]],
  lot: [1, ["lots-issued"]],
  bill: [1, []],
  inventory: [null, []],
  metered: [0, []],
  share: [0, ["month-shares"]],
  certificate: [null, ["certificate-acts", "certificate-state", "month-shares?"]],
};

/** Read the parts of a proof file; the older format is one statement and nothing beside. */
export function readProof(document) {
  if (document?.format !== "taihang-proof/v2") {
    const proof = read(document, "proof1", "file");
    const only = new Map([["statement", proof.statement]]);
    return { ...proof, claim: { kind: "statement" }, events: [], statements: only, gateways: null };
  }
  const proof = read(document, "proof2", "file");
  const kind = proof.claim?.kind;
  demand(typeof kind === "string" && Object.hasOwn(CLAIMS, kind), "claim.kind", "not a kind of claim");
  const [n, events] = CLAIMS[kind];
  const claim = read(proof.claim, `claim-${kind}`, "claim");
  demand(n === null || proof.statements.length === n, "statements", `there are not ${n}`);
  const kinds = proof.events.map((leaf) => leaf.event.kind);
  const wanted = events.slice(0, kinds.length).map((each) => each.replace("?", ""));
  const isFull = events.length === kinds.length || events[kinds.length]?.endsWith("?");
  demand(isFull && kinds.join() === wanted.join(), "events", `${kinds} are not ${events}`);
  const evidence = proof.evidence.map((batch, i) => {
    const version = typeof batch?.header === "string" ? "batch1" : "batch2";
    return read(batch, version, `evidence[${i}]`);
  });
  const statements = new Map(proof.statements.map((each, i) => [`statements[${i}]`, each]));
  return { ...proof, claim, evidence, statements };
}
