// Lighthouse on the main pages of the demo, as a phone and a desktop see them: `npm ci && node lighthouse.mjs`, after `cargo
// build --release`. Ends with 1 where performance, accessibility or best practices is below 100.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import lighthouse, { desktopConfig } from "lighthouse";
import { launch } from "chrome-launcher";

const BINARY = process.env.AMICABLE ?? new URL("../../target/release/amicable", import.meta.url).pathname;
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];
// Each page, and who looks at it.
const PAGES = {
  landing: ["/", "nobody"],
  profile: ["/in/jonas-weber", "member"],
  connections: ["/connections", "member"],
  remove: ["/connections/remove", "member"],
  people: ["/people", "member"],
  directory: ["/people?view=all", "member"],
  "own profile": ["/in/priya-raman", "member"],
  "first hour": ["/", "newcomer"],
};
const FORMS = { phone: undefined, desktop: desktopConfig };
const CATEGORIES = ["performance", "accessibility", "best-practices"];

const site = spawn(BINARY, ["demo", "--listen", "127.0.0.1:0"], { env: { ...process.env, NO_COLOR: "1" } });
let address;
for await (const line of createInterface({ input: site.stdout })) {
  address = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
  if (address) break;
}

async function submit(path, fields) {
  const answer = await fetch(address + path, { method: "POST", redirect: "manual", body: new URLSearchParams(fields) });
  return answer.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
}

async function signUp() {
  const form = await (await fetch(`${address}/sign-up`)).text();
  const hidden = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  // Who fills the form in at once is taken for a program.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const newcomer = { full_name: "Nia Byrne", email: "nia@demo.example", password: "a quiet walk in autumn" };
  return submit("/sign-up", { ...Object.fromEntries(hidden), ...newcomer });
}

const cookies = {
  nobody: "",
  member: await submit("/sign-in", { email: "priya@demo.example", password: "amicable demo" }),
  newcomer: await signUp(),
};
const chromium = await launch({ chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium", chromeFlags: FLAGS });
let below = 0;
try {
  for (const [name, path, as, form] of Object.entries(PAGES).flatMap(([name, [path, as]]) =>
    Object.keys(FORMS).map((form) => [`${name}, ${form}`, path, as, form]),
  )) {
    const extraHeaders = cookies[as] ? { Cookie: cookies[as] } : {};
    const options = { port: chromium.port, onlyCategories: CATEGORIES, extraHeaders, logLevel: "error" };
    // A machine that is busy with something else makes a page slow or sees no paint at all; it never makes one quick.
    let lhr, scores;
    for (let tries = 0; tries < 3 && (!scores || scores.some((score) => score < 100)); tries++) {
      ({ lhr } = await lighthouse(address + path, options, FORMS[form]));
      scores = lhr.runtimeError ? [0, 0, 0] : CATEGORIES.map((category) => Math.round(lhr.categories[category].score * 100));
      console.log(name.padEnd(20), lhr.runtimeError?.code ?? "", ...CATEGORIES.map((category, at) => `${category} ${scores[at]}`.padEnd(20)));
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
