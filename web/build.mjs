// Builds what the wheel ships: src/*.js and src/*.css -> static/taihang/<name>-<hash>.<ext>.
// `node build.mjs --check` builds into memory and fails when the committed files differ.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, "../src/taihang/interfaces/web/static/taihang");
const LIMIT_BYTES = 900_000; // of all scripts together: parks open the page on old machines
const LICENSED = ["echarts", "zrender", "tslib"];

// A page is src/pages/<name>.js, src/pages/<name>.css or both; ECharts is one file for all of them.
async function pages() {
  return (await readdir(join(HERE, "src/pages"))).sort().map((name) => `src/pages/${name}`);
}

async function bundles() {
  const result = await build({
    absWorkingDir: HERE,
    entryPoints: ["src/page.css", "src/echarts.js", ...(await pages())],
    outdir: "out",
    bundle: true,
    format: "esm",
    minify: true,
    target: ["es2021", "chrome92", "firefox90", "safari15"],
    entryNames: "[name]-[hash]",
    legalComments: "none", // collected in LICENSES-web.txt instead
    metafile: true,
    write: false,
  });
  return result.outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)]);
}

async function icon() {
  const svg = await readFile(join(HERE, "src/icon.svg"));
  const hash = createHash("sha256").update(svg).digest("hex").slice(0, 8).toUpperCase();
  return [`icon-${hash}.svg`, svg];
}

async function licences() {
  const parts = ["Licences of the third-party code inside the scripts of this folder.\n"];
  for (const name of LICENSED) {
    const folder = join(HERE, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    parts.push(`${"=".repeat(78)}\n${name} ${version} (${license})\n${"=".repeat(78)}\n`);
    for (const file of (await readdir(folder)).sort()) {
      if (/^(licen[cs]e|notice|copyrightnotice)(\.(txt|md))?$/i.test(file)) {
        parts.push((await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n").trim() + "\n");
      }
    }
  }
  return ["LICENSES-web.txt", Buffer.from(parts.join("\n"))];
}

function manifest(files) {
  const names = {};
  for (const [file] of files) {
    const match = /^(.+)-[0-9A-Z]{8}(\.[a-z]+)$/.exec(file);
    if (match) names[match[1] + match[2]] = file;
  }
  const sorted = Object.fromEntries(Object.entries(names).sort());
  return ["manifest.json", Buffer.from(JSON.stringify(sorted, null, 2) + "\n")];
}

async function everything() {
  const files = [...(await bundles()), await icon()].sort(([a], [b]) => (a < b ? -1 : 1));
  const script_bytes = files.filter(([name]) => extname(name) === ".js").reduce((sum, [, data]) => sum + data.length, 0);
  if (script_bytes > LIMIT_BYTES) throw new Error(`scripts are ${script_bytes} B, over the limit of ${LIMIT_BYTES} B`);
  return [...files, manifest(files), await licences()];
}

const files = await everything();
if (process.argv.includes("--check")) {
  const here = (await readdir(OUT)).sort().join();
  const wanted = files.map(([name]) => name).sort().join();
  if (here !== wanted) throw new Error(`files differ\n committed: ${here}\n     built: ${wanted}`);
  for (const [name, data] of files) {
    if (!data.equals(await readFile(join(OUT, name)))) throw new Error(`${name} differs from a fresh build`);
  }
  console.log(`ok: ${files.length} files equal a fresh build`);
} else {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  for (const [name, data] of files) {
    await writeFile(join(OUT, name), data);
    console.log(`${String(data.length).padStart(8)} B  ${relative(join(HERE, ".."), join(OUT, name))}`);
  }
}
