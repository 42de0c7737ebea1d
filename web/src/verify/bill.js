// A bill (shanxi-two-part/v1 to v3): one local month of one user, worked out again line by line.
import { STEP_S } from "./batch.js";
import { workedOut } from "./bill_price.js";
import { factsByKey } from "./case.js";
import { Decimal, money, withPlaces } from "./decimal.js";
import { read } from "./grammar.js";
import { agree, demand } from "./refused.js";
import { atS, spanOf, utc } from "./time.js";

const TOU = ["sharp", "peak", "flat", "valley", "deep-valley"];
const THOUSAND = new Decimal(1000);
// Of each item of a bill, in its order: what its quantity is, and what the keys behind its price
// name: codes of facts or, with a slash, stated parameters.
const ITEMS = {
  energy: "kwh tariff/.*/agent_price_cny_per_kwh",
  green: "contract contract/.*/price_cny_per_kwh",
  green_value: "contract contract/.*/green_premium_cny_per_kwh",
  line_loss: "kwh td.line-loss tariff/.*/agent_price_cny_per_kwh tariff/.*/line_loss_rule",
  transmission: "kwh td.energy..*",
  "capacity.kva": "kva td.capacity..*",
  "capacity.kw": "kw td.demand..* td.demand-rule.discount-use td.demand-rule.discount-ratio",
  "capacity.agreed":
    "agreed td.demand..* td.demand-rule.discount-use td.demand-rule.discount-ratio " +
    "td.demand-rule.contract-floor td.demand-rule.contract-excess " +
    "td.demand-rule.excess-multiple tariff/.*/contract_demand_kw",
  "capacity.exempt": "exempt",
  system_operation: "kwh tariff/.*/system_operation_cny_per_kwh",
  funds: "kwh funds.total",
  power_factor: "share",
};
// By part of the basis: the energy whose kWh other lines charge, and those lines.
const INSTEAD = {
  market: [
    "energy.grid",
    { market: "market series/.*", fee: "kwh tariff/.*/market_fee_cny_per_kwh" },
  ],
  near_site: [
    "transmission.grid",
    {
      "near-site":
        "near td.energy..* near-site.hours-per-month tariff/.*/near_site_load_factor_ratio",
    },
  ],
};
const BY_INTERVAL = "contract/.*/price_by";
const ELSEWHERE = { way: "elsewhere", keys: [], quantity: null };

/** Check a bill line by line, and its sum. */
export function checkBill(claim, found) {
  const [[where, statement]] = found.statements;
  agree(statement.kind, "energy", `${where}.kind`);
  const bill = new Bill(claim, statement, found.energies);
  bill.checkMonth(statement.subject);
  if (bill.standsIn) found.state("what-if", { day: bill.standsIn });
  bill.checkLines(claim.line, found);
  if (claim.line === null) return { value: bill.document.value, unit: "CNY" };
  const line = bill.document.lines.findLast(({ code }) => code === claim.line);
  demand(line, "claim.line", "cannot be read: no such line");
  return { value: line.amount_cny ?? "-", unit: "CNY" };
}

/** A bill, what it was made from, and the energy by origin that follows. */
export class Bill {
  constructor(claim, statement, energies) {
    this.basis = basisOf(claim.basis);
    this.curves = new Map(this.basis.green.map(({ contract, prices }) => [contract, prices]));
    this.kva = Decimal.of(this.basis.transformer_kva);
    this.facts = factsByKey(this.basis.facts, "claim.basis.facts");
    const span = spanOf(statement.period, "statements[0].period");
    const starts = Array.from({ length: span.length }, (_, i) => span.start + STEP_S * BigInt(i));
    this.local = starts.map((start) => start + this.basis.offset_s);
    this.kinds = this.kindsOfHours();
    const guessed = this.guessed(energies);
    const estimated = [...guessed.values()].reduce((sum, wh) => sum + wh, 0n);
    this.document = documentOf(claim.bill, estimated);
    this.standsIn = this.document.assumption?.td_prices_of ?? "";
    agree(this.document.rule, `shanxi-two-part/v${this.version()}`, "claim.bill.rule");
    agree(this.document.estimated_wh, estimated, "claim.bill.estimated_wh", ", as it states itself");
    const loads = starts.map((start) => energies.get(start) ?? guessed.get(start));
    this.known = loads.map((wh) => wh !== undefined);
    this.takeEnergies(loads.map((wh) => wh ?? 0n));
  }

  guessed(energies) {
    const at = "claim.basis.estimated";
    const found = new Map(this.basis.estimated.map((guess) => [atS(guess.at, at), guess.wh]));
    const isNew = [...found.keys()].every((start) => !energies.has(start));
    demand(isNew, at, "an estimate of what was measured");
    return found;
  }

  /** Take energy by origin: what was matched under contracts is stated, the grid gave the rest. */
  takeEnergies(load) {
    const { green, line_wh, market } = this.basis;
    const none = load.map(() => 0n);
    const line = line_wh.length ? line_wh : none;
    this.wh = new Map(green.map(({ contract, wh }) => [`green.${contract}`, wh]));
    const curves = [...this.curves.values()].filter(Boolean).map(({ counts }) => counts);
    const every = [...this.wh.values(), line, market?.counts ?? none, ...curves];
    const isWhole = every.every((each) => each.length === load.length);
    demand(isWhole, "claim.basis", "bad length");
    const matched = [...this.wh.values()].reduce(
      (sum, wh) => sum.map((each, i) => each + wh[i]),
      none,
    );
    this.wh.set("green", matched);
    this.wh.set("grid", load.map((wh, i) => wh - matched[i]));
    this.wh.set("meter", load.map((wh, i) => wh - line[i]));
    const isPart = [...this.wh.get("grid"), ...this.wh.get("meter")].every((wh) => wh >= 0n);
    demand(isPart, "claim.basis.green", "more than was used");
  }

  /** Return the version of the rule that the bill must be of. */
  version() {
    const { green, market, near_site, capacity } = this.basis;
    if (green.some(({ prices, premium }) => prices || premium)) return 3;
    const isShared = this.document.lines.some(({ code }) => code.startsWith("share."));
    return this.standsIn || market || near_site || capacity === "agreed" || isShared ? 2 : 1;
  }

  /** Return the kind of hour of every interval, by the clock and holidays of the place. */
  kindsOfHours() {
    const day = Array.from({ length: 96 }, () => []);
    for (const kind of TOU) {
      const told = kind === "sharp" && !this.basis.sharp_applies ? "peak" : kind;
      for (const { from, to } of this.basis.schedule[kind]) {
        for (let at = Number(from); at < Number(to); at += 1) day[at].push(told);
      }
    }
    day.forEach((kinds, quarter) => {
      const isOne = kinds.filter((kind) => kind !== "deep-valley").length === 1;
      demand(isOne, "claim.basis.schedule", `quarter ${quarter}: ${kinds}`);
    });
    const holidays = new Set(this.basis.holidays);
    return this.local.map((time) => {
      const quarters = time / STEP_S - (time % STEP_S < 0n ? 1n : 0n);
      const kinds = day[Number(((quarters % 96n) + 96n) % 96n)];
      return holidays.has(utc(time).slice(0, 10)) ? kinds[kinds.length - 1] : kinds[0];
    });
  }

  /** Check whose bill it is, and that every text behind it is in force in all of its month. */
  checkMonth(subject) {
    const start = this.local[0];
    const end = this.local[this.local.length - 1];
    const [first, last, after] = [start, end, end + STEP_S].map(utc);
    const begins = (text) => text.slice(7) === "-01T00:00:00Z";
    const isMonth = begins(first) && begins(after) && first.slice(0, 7) === last.slice(0, 7);
    demand(isMonth, "claim.basis.offset_s", "not one local month");
    const days = [first.slice(0, 10), last.slice(0, 10)];
    for (const text of [this.basis.schedule, ...this.facts.values()]) {
      // Of a what-if, the prices of another day stand in, but not its hours of use.
      const isOther = this.standsIn && (text.code ?? "tou.").split(".")[0] !== "tou";
      const [from, to] = isOther ? [this.standsIn, this.standsIn] : days;
      const isInForce = text.valid_from <= from && to < (text.valid_to ?? "9999");
      demand(isInForce, "claim.basis", `${text.document} is not in force in all of it`);
    }
    const usable = this.known.filter(Boolean).length;
    const whole = [...this.wh.get("grid"), ...this.wh.get("green")];
    const wanted = {
      id: `bill${this.standsIn ? "-what-if" : ""}.${subject}.${first.slice(0, 7)}.v${this.document.version}`,
      state: usable === this.known.length ? "complete" : "provisional",
      intervals: BigInt(this.known.length),
      usable: BigInt(usable),
      energy_wh: whole.reduce((sum, wh) => sum + wh, 0n),
    };
    for (const [name, value] of Object.entries(wanted)) {
      agree(this.document[name], value, `claim.bill.${name}`, ", as the readings give");
    }
  }

  /** Return way, keys and quantity of every line that the bill must have, by code and in order. */
  wanted() {
    const found = new Map();
    const kinds = TOU.filter((kind) => this.kinds.includes(kind)).map((kind) => `.${kind}`);
    for (const [item, row] of Object.entries(ITEMS)) {
      const [way, ...keys] = row.split(" ");
      if (way === "kwh") {
        const floats = this.basis.floating_items.includes(item);
        for (const origin of this.origins(item)) {
          this.perKwh(found, `${item}.${origin}`, keys, floats ? kinds : [""]);
        }
      } else if (way === "contract") this.perContract(found, item, keys);
      else if (item === `capacity.${this.basis.capacity}` || item === "power_factor") {
        const quantity = { kva: this.kva, kw: this.kw(), agreed: this.kw() }[way] ?? null;
        found.set(item.replace("agreed", "kw"), { way, keys, quantity });
      }
    }
    return found;
  }

  /** Return the greatest power through the user's own meter [kW]. */
  kw() {
    const most = this.wh.get("meter").reduce((a, b) => (a > b ? a : b));
    return money.over(new Decimal(4n * most), THOUSAND);
  }

  perContract(found, item, keys) {
    for (const { contract, prices, premium } of this.basis.green) {
      const origin = `green.${contract}`;
      const code = `${item}.${contract}`;
      if (item === "green" && prices) {
        const quantity = this.priced(origin, prices).kwh;
        found.set(code, { way: "curve", keys: [BY_INTERVAL], quantity });
      } else if (item === "green" || premium) {
        found.set(code, { way: "contract", keys, quantity: this.kwh(origin, "") });
      }
    }
  }

  /** Add the lines of an item and origin, one a kind of hour, or those instead of them. */
  perKwh(found, code, keys, kinds) {
    let own = kinds;
    for (const [part, [energy, lines]] of Object.entries(INSTEAD)) {
      if (code !== energy || !this.basis[part]) continue;
      own = [];
      for (const [name, row] of Object.entries(lines)) {
        const [way, ...others] = row.split(" ");
        const quantity =
          way === "market" ? this.priced("grid", this.basis.market).kwh : this.kwh("grid", "");
        found.set(`${code}.${name}`, { way, keys: others, quantity });
      }
    }
    const origin = code.slice(code.indexOf(".") + 1);
    for (const kind of own) {
      const ratio = kind ? [`tou.ratio${kind}`] : [];
      const quantity = this.kwh(origin, kind.slice(1));
      found.set(code + kind, { way: "kwh", keys: [...keys, ...ratio], quantity });
    }
  }

  /** Return the energy that an item is charged on. */
  origins(item) {
    const pays = this.basis.green.length && this.basis.green_pays.includes(item);
    return pays ? ["grid", "green"] : ["grid"];
  }

  /** Return the energy of an origin in hours of a kind, or in all; null if none is usable [kWh]. */
  kwh(origin, kind) {
    let sum = null;
    this.wh.get(origin).forEach((wh, i) => {
      if (this.known[i] && (!kind || this.kinds[i] === kind)) sum = (sum ?? 0n) + wh;
    });
    return sum === null ? null : money.over(new Decimal(sum), THOUSAND);
  }

  /** Return the energy of an origin that has a price, and what it costs, unrounded. */
  priced(origin, prices) {
    let [sum, worth, n] = [0n, 0n, 0];
    this.wh.get(origin).forEach((wh, i) => {
      const count = prices.counts[i];
      if (!this.known[i] || count === null) return;
      [sum, worth, n] = [sum + wh, worth + wh * count, n + 1];
    });
    if (!n) return { kwh: null, cost: null };
    const cost = money.times(new Decimal(worth), Decimal.of(prices.cny_per_kwh_of_count));
    return { kwh: money.over(new Decimal(sum), THOUSAND), cost: money.over(cost, THOUSAND) };
  }

  /** Work out every line and the sum, and note what of it is stated. */
  checkLines(only, found) {
    const { lines } = this.document;
    const wanted = this.wanted();
    const isDecided = (code) => code.startsWith("correction.") || code.startsWith("share.");
    const codes = lines.map(({ code }) => code).filter((code) => !isDecided(code));
    agree(codes, [...wanted.keys()], "claim.bill.lines", ", the lines of it");
    lines.forEach((line, i) => {
      const stated = this.checkLine(line, wanted.get(line.code) ?? ELSEWHERE, `claim.bill.lines[${i}]`);
      const { code, title, quantity, unit, price, amount_cny: amount } = line;
      if (only === null || only === code) {
        found.lines.push({ code, title, quantity, unit, price, amount, stated });
      }
    });
    const amounts = lines.map(({ amount_cny }) => Decimal.of(amount_cny ?? "0"));
    const total = amounts.reduce(money.plus, new Decimal(0));
    agree(this.document.value, withPlaces(total), "claim.bill.value", ", the sum of the lines");
  }

  /** Check the arithmetic of one line; return what it rests on that nothing derives. */
  checkLine(line, source, at) {
    const stated = { quantity: line.quantity, price: line.price, amount: line.amount_cny };
    const said = Object.fromEntries(
      Object.entries(stated).map(([name, text]) => [name, text === null ? null : Decimal.of(text)]),
    );
    if (source.way === "elsewhere" || source.way === "exempt") {
      const isFree = source.way === "elsewhere" || said.amount?.n === 0n;
      demand(isFree && line.quantity === null, at, "a cost that is exempt");
      return ["elsewhere"];
    }
    const made = source.way === "share" ? this.shared(said) : workedOut(this, line.facts, source, at);
    const { cost, price } = this.costOf(line, source, made);
    const amount = cost === null ? null : money.rounded(cost, 2);
    demand(cost === null || amount !== null, at, "cannot be read: more than 28 digits");
    for (const [name, value] of Object.entries({ quantity: made.quantity, price, amount })) {
      const isSame = value === null ? said[name] === null : said[name]?.equals(value);
      demand(isSame, `${at}.${name}`, `${stated[name]} is not ${value}, as worked out`);
    }
    demand((amount === null) === (line.state === "not-assessed"), `${at}.state`, "not so");
    return made.stated;
  }

  costOf(line, { way }, { quantity, price }) {
    if (way === "market") return { price: null, cost: this.priced("grid", this.basis.market).cost };
    if (way === "curve") {
      const curve = this.curves.get(line.code.slice("green.".length));
      return { price: null, cost: this.priced(line.code, curve).cost };
    }
    const isWhole = quantity !== null && price !== null;
    return { price, cost: isWhole ? money.times(quantity, price) : null };
  }

  /** Return the base of the line that is a share of others. */
  shared(said) {
    const bases = ["energy.", "transmission.", "capacity."];
    const quantity = this.document.lines
      .filter(({ code }) => bases.some((base) => code.startsWith(base)))
      .map(({ amount_cny }) => Decimal.of(amount_cny ?? "0"))
      .reduce(money.plus, new Decimal(0));
    return { quantity, price: said.price, stated: ["power-factor"] };
  }
}

/** Return what the lines were made from, with what files of earlier rules do not say. */
function basisOf(given) {
  demand(isObject(given) && Array.isArray(given.green), "claim.basis", "cannot be read: no object");
  const basis = filled(given, { near_site: 0n, market: null });
  basis.green = given.green.map((each, i) => {
    demand(isObject(each), `claim.basis.green[${i}]`, "cannot be read: no object");
    return filled(each, { prices: null, premium: 0n });
  });
  return read(basis, "basis", "claim.basis");
}

/** Return the document of a bill; the first version of the platform did not say all of it. */
function documentOf(given, estimated) {
  demand(isObject(given), "claim.bill", "cannot be read: no object");
  return read(filled(given, { estimated_wh: estimated, assumption: null }), "bill", "claim.bill");
}

function filled(given, defaults) {
  return Object.assign(Object.create(null), defaults, given);
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
