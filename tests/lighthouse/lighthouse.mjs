// Lighthouse on the main pages of the demo, as a telephone sees them: `npm ci && node lighthouse.mjs`, after `cargo build
// --release`. Ends with 1 where performance, accessibility or best practices is below 100.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import lighthouse from "lighthouse";
import { launch } from "chrome-launcher";

const BINARY = process.env.AMICABLE ?? new URL("../../target/release/amicable", import.meta.url).pathname;
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];
const PAGES = { landing: "/", profile: "/in/jonas-weber", connections: "/connections", remove: "/connections/remove", people: "/people" };
const CATEGORIES = ["performance", "accessibility", "best-practices"];

const site = spawn(BINARY, ["demo", "--listen", "127.0.0.1:0"], { env: { ...process.env, NO_COLOR: "1" } });
let address;
for await (const line of createInterface({ input: site.stdout })) {
  address = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
  if (address) break;
}
const signedIn = await fetch(`${address}/sign-in`, {
  method: "POST",
  redirect: "manual",
  body: new URLSearchParams({ email: "priya@demo.example", password: "amicable demo" }),
});
const cookie = signedIn.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
const chromium = await launch({ chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium", chromeFlags: FLAGS });
let below = 0;
try {
  for (const [name, path] of Object.entries(PAGES)) {
    const extraHeaders = name === "landing" ? {} : { Cookie: cookie };
    const options = { port: chromium.port, onlyCategories: CATEGORIES, extraHeaders, logLevel: "error" };
    // A machine that is busy with something else makes a page slow or sees no paint at all; it never makes one quick.
    let lhr, scores;
    for (let tries = 0; tries < 3 && (!scores || scores.some((score) => score < 100)); tries++) {
      ({ lhr } = await lighthouse(address + path, options));
      scores = lhr.runtimeError ? [0, 0, 0] : CATEGORIES.map((category) => Math.round(lhr.categories[category].score * 100));
      console.log(name.padEnd(12), lhr.runtimeError?.code ?? "", ...CATEGORIES.map((category, at) => `${category} ${scores[at]}`.padEnd(20)));
    }
    if (scores.some((score) => score < 100)) {
      below += 1;
      for (const { auditRefs } of Object.values(lhr.categories)) {
        for (const { id, weight } of auditRefs) {
          const { score, title, displayValue } = lhr.audits[id];
          if (weight > 0 && score !== null && score < 1) console.log("   ", id, score, title, displayValue ?? "");
        }
      }
    }
  }
} finally {
  chromium.kill();
  site.kill("SIGTERM");
  await once(site, "exit");
}
process.exit(below > 0 ? 1 : 0);
