// The grade that the Mozilla Observatory gives a site, by its own program: `node grade.mjs localhost:8443`. Fails below A+.
import { existsSync, writeFileSync } from "node:fs";

const home = new URL("node_modules/@mdn/mdn-http-observatory/", import.meta.url);
// Older versions of Node have no such sets.
Set.prototype.union ??= function (other) {
  return new Set([...this, ...other]);
};
// A list of hosts that browsers know to be served over TLS alone; ours is none of them.
const preloaded = new URL("conf/hsts-preload.json", home);
if (!existsSync(preloaded)) writeFileSync(preloaded, "{}\n");

const { scan } = await import(new URL("src/scanner/index.js", home));
const result = await scan(process.argv[2]);
for (const [name, { pass, result: found, scoreModifier }] of Object.entries(result.tests)) {
  console.log(`${pass ? "good" : "BAD "} ${String(scoreModifier).padStart(4)}  ${name}: ${found}`);
}
console.log(`${result.scan.grade}, ${result.scan.score} points`);
if (result.scan.grade !== "A+") process.exitCode = 1;
