// Verifies many files in one process: a line of JSON each in, a line of JSON each out.
// In: {"name", "data" (base64), "known"}. Out: {"name", "verdict", "where", "why", "value", "unit"}.
import { createInterface } from "node:readline";
import { verify } from "../src/verify/verify.js";

if (process.argv.includes("--without-ed25519")) {
  const importKey = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = (form, key, algorithm, ...rest) => {
    if (algorithm.name === "Ed25519") throw new DOMException("no such algorithm", "NotSupportedError");
    return importKey(form, key, algorithm, ...rest);
  };
}
for await (const line of createInterface({ input: process.stdin })) {
  const { name, data, known } = JSON.parse(line);
  const started = performance.now();
  const found = await verify(new Uint8Array(Buffer.from(data, "base64")), known);
  const ms = performance.now() - started;
  process.stdout.write(`${JSON.stringify({ name, ms, ...found })}\n`);
}
