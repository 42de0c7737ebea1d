// Checks the chains of several logs in one process: a line of JSON each in, a line of JSON each out.
// In: what checkChain takes, with "files" (path → base64) for tiles and "entries" data in base64.
import { createInterface } from "node:readline";
import { checkChain } from "../src/verify/chain.js";

const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  const read = async (path) => {
    if (!(path in given.files)) throw new Error(`no ${path}`);
    return bytes(given.files[path]);
  };
  const entries = given.entries.map(({ leaf, data }) => ({ leaf, data: bytes(data) }));
  const steps = [];
  const found = await checkChain({ ...given, entries, read }, (step) => steps.push(step));
  process.stdout.write(`${JSON.stringify({ ...found, steps })}\n`);
}
