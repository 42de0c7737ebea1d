// What the keys behind a line of a bill say, and the quantity and price that they make.
import { Decimal, money } from "./decimal.js";
import { demand } from "./refused.js";

const OF_PRICE = { agreed: 3, near: 1, market: 0, curve: 0 }; // so many keys make the price; else all
// By part of the basis that nothing derives: what it is, and which quantities use it.
const STATED = {
  green: ["matched-green", ["kwh", "contract", "curve", "market"]],
  estimated: ["estimates", ["kwh", "contract", "curve", "market", "kw", "agreed"]],
  transformer_kva: ["transformer-kva", ["kva", "kw", "agreed", "near"]],
  line_wh: ["line-energy", ["kw", "agreed"]],
  market: ["market-prices", ["market"]],
};

/** Return quantity and price that keys make, and what of them is stated. */
export function workedOut(bill, keys, source, at) {
  const { way, keys: patterns } = source;
  const where = `${at}.facts`;
  const { values, stated } = valuesOf(bill, keys, patterns, where);
  for (const [part, [name, ways]] of Object.entries(STATED)) {
    if (ways.includes(way) && isThere(bill.basis[part])) stated.push(name);
  }
  let { quantity } = source;
  const n = OF_PRICE[way] ?? keys.length;
  if (way === "market") {
    const wanted = `series/${bill.basis.market.series}`;
    demand(values.length === 1 && values[0] === wanted, where, "another series");
  } else if (way === "curve") stated.push("contract-prices");
  else if (way === "near") {
    const hours = money.times(decimal(values[2], where), decimal(values[1], where));
    quantity = money.times(hours, bill.kva);
  } else if (way === "agreed" && quantity !== null) {
    quantity = beyond(bill, quantity, values.slice(n).map((each) => decimal(each, where)));
  }
  return { quantity, price: priceOf(bill, values.slice(0, n), patterns, where), stated };
}

/** Return the demand that is charged: what exceeds the limit counts more. */
function beyond(bill, quantity, [floor, excess, multiple, contract]) {
  const least = money.times(floor, bill.kva);
  const agreed = isAbove(least, contract) ? least : contract;
  const limit = money.times(excess, agreed);
  const over = money.minus(quantity, limit);
  return over.n > 0n ? money.plus(limit, money.times(multiple, over)) : agreed;
}

/** Return what the keys of a line say, and those of them that are stated parameters. */
function valuesOf(bill, keys, patterns, where) {
  const why = `${keys} are not ${patterns}`;
  demand(keys.length === patterns.length, where, why);
  const stated = [];
  const values = keys.map((key, i) => {
    const at = key.lastIndexOf("=");
    const [name, value] = at < 0 ? ["", key] : [key.slice(0, at), key.slice(at + 1)];
    const fact = bill.facts.get(key);
    const code = fact ? fact.code : name || value;
    const fits = new RegExp(`^(?:${patterns[i]})$`, "u").test(code);
    demand(fits && !fact === patterns[i].includes("/"), where, why);
    if (!fact) stated.push(code.slice(code.lastIndexOf("/") + 1));
    return value;
  });
  return { values, stated };
}

/** Return the price that facts and parameters make. */
function priceOf(bill, values, patterns, where) {
  let price = new Decimal(1);
  let isWellUsed = true;
  values.forEach((value, i) => {
    const pattern = patterns[i];
    if (pattern.endsWith("/line_loss_rule")) {
      // Who grosses up bills what was lost.
      demand(["gross-up", "on-sales"].includes(value), where, `cannot be read: ${value}`);
      const kept = money.minus(new Decimal(1), decimal(values[0], where));
      demand(value === "on-sales" || kept.n !== 0n, where, "cannot be read: all is lost");
      if (value === "gross-up") price = money.over(price, kept);
    } else if (pattern === "td.demand-rule.discount-use") {
      // From so many kWh per kVA on.
      const every = bill.origins("transmission").flatMap((origin) => bill.wh.get(origin));
      const wh = every.reduce((sum, each) => sum + each, 0n);
      const used = money.over(new Decimal(wh), new Decimal(1000));
      isWellUsed = !isAbove(money.times(decimal(value, where), bill.kva), used);
    } else if (isWellUsed) price = money.times(price, decimal(value, where));
  });
  return price;
}

function isAbove(a, b) {
  return money.minus(a, b).n > 0n;
}

function isThere(part) {
  return Array.isArray(part) ? part.length > 0 : Boolean(part);
}

function decimal(text, where) {
  demand(/^-?[0-9]+(?:[.][0-9]+)?$/.test(text ?? ""), where, `cannot be read: ${text}`);
  return Decimal.of(text);
}
