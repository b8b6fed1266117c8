// The demo, a browser, and the pages that everyone must be able to use. Started and ended by whoever imports it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";

const BINARY = process.env.AMICABLE ?? new URL("../../target/debug/amicable", import.meta.url).pathname;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];

// A demo of its own, on a free port; `stop` ends it.
export async function demo() {
  const child = spawn(BINARY, ["demo", "--listen", "127.0.0.1:0"], { env: { ...process.env, NO_COLOR: "1" } });
  child.stderr.resume();
  for await (const line of createInterface({ input: child.stdout })) {
    const address = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
    if (address) {
      child.stdout.resume();
      const stop = async () => {
        child.kill("SIGTERM");
        if (child.exitCode === null) await once(child, "exit");
      };
      return { address, stop };
    }
  }
  throw new Error(`${BINARY} said no address`);
}

// The same site on a line so slow that a page comes in many pieces, each of which the browser could paint.
export async function pieces(address) {
  const server = createServer((asked, answer) => {
    const { "accept-encoding": _, ...headers } = asked.headers;
    asked.pipe(request(new URL(asked.url, address), { method: asked.method, headers }, async (got) => {
      const body = Buffer.concat(await got.toArray());
      const size = got.headers["content-type"]?.startsWith("text/html") ? 1_000 : body.length;
      answer.writeHead(got.statusCode, got.headers);
      for (let at = 0; at < body.length; at += size) {
        answer.write(body.subarray(at, at + size));
        await pause(20);
      }
      answer.end();
    }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://127.0.0.1:${server.address().port}`, stop };
}

export const browser = (more = {}) => chromium.launch({ executablePath: CHROMIUM, args: FLAGS, ...more });

// A person with a browser of their own, signed in unless `email` is null.
export async function person(chromium, address, options = {}, email = "priya@demo.example") {
  const context = await chromium.newContext({ baseURL: address, reducedMotion: "reduce", locale: "en-GB", ...options });
  const page = await context.newPage();
  if (email) {
    await page.goto("/sign-in");
    await page.locator("#email").fill(email);
    await page.locator("#password").fill("amicable demo");
    await page.locator("form[action=\"/sign-in\"] button").click();
    await page.locator("nav").first().waitFor();
  }
  return page;
}

// What visitors see. Each is a path, or a way there from one.
export const OPEN = [
  "/",
  "/sign-in",
  "/sign-up",
  "/join/0000000000000000000000000000000000",
  "/api",
  ["/sign-in", (page) => submit(page, { email: "nobody@demo.example", password: "x" })],
  ["/sign-up", (page) => submit(page, { full_name: "", email: "nobody", password: "short" })],
  "/styleguide",
];

// What members see.
export const CLOSED = [
  "/",
  "/in/priya-raman",
  "/in/priya-raman?view=stranger",
  "/in/priya-raman?view=connection",
  ["/in/priya-raman", (page) => sheet(page, "Edit about")],
  ["/in/priya-raman", (page) => sheet(page, "Add a position")],
  "/profile",
  ["/profile", (page) => submit(page, { full_name: "", headline: "x".repeat(201) }, "/profile")],
  "/profile/about",
  "/profile/handle",
  "/profile/photo",
  "/profile/positions",
  "/profile/education",
  "/profile/links",
  "/in/jonas-weber",
  ["/in/jonas-weber", (page) => popover(page, "Disconnect from this person")],
  ["/in/jonas-weber", (page) => openAll(page)],
  ["/in/jonas-weber", (page) => openAll(page).then(() => popover(page, "Block"))],
  "/in/jonas-weber/mutual",
  "/in/jonas-weber/disconnect",
  "/in/jonas-weber/block",
  ["/invitations", (page) => follow(page, "main .rows .name")],
  ["/people", (page) => follow(page, "main .cards .name")],
  ["/people", (page) => follow(page, "main .cards a.button")],
  "/connections",
  "/connections?sort=last_name&q=engineer",
  "/connections?q=nobodyatall",
  ["/connections?q=engineer", (page) => sheet(page, "Disconnect")],
  ["/connections?q=engineer", (page) => sheet(page, "Note and tags")],
  "/in/jonas-weber/remarks",
  "/contacts",
  "/contacts?q=engineer&sort=company",
  "/contacts?q=nobodyatall",
  "/contacts/new",
  ["/contacts/new", (page) => submit(page, { full_name: "", email: "nobody" }, "/contacts/new")],
  ["/contacts", (page) => follow(page, "main .rows .name")],
  "/contacts/import",
  ["/contacts/import", (page) => choose(page, "people.csv", "Name;Shoe size;E-mail\nZoë Ng;38;z@example.org\n;;\n")],
  ["/contacts/import", (page) => choose(page, "odd.csv", "one;two\nthree;four\n")],
  ["/contacts/import", (page) => choose(page, "picture.csv", "%PDF-1.7")],
  ["/contacts/import", (page) => imported(page)],
  "/contacts/import/1",
  "/connections/export",
  "/connections/export?q=nobodyatall",
  "/contacts/export",
  "/contacts/remove",
  "/contacts/remove?sort=company&q=e",
  "/contacts/duplicates",
  "/connections/tags",
  "/connections/tags/rename?tag=school",
  ["/connections/tags/rename?tag=school", (page) => submit(page, { name: "" }, "/connections/tags/rename")],
  "/connections/tags/add?q=engineer",
  "/connections/overview",
  ["/connections/overview", (page) => openAll(page)],
  "/connections/disconnected",
  "/connections/blocked",
  "/connections/remove",
  "/connections/remove?sort=company",
  ["/connections/remove?connected_after=2015-01-01&connected_before=2016-01-01", (page) => all(page)],
  ["/connections/remove", (page) => review(page)],
  "/invitations",
  "/invitations?box=sent",
  "/people",
  "/people?q=a",
  "/people?q=nobodyatall",
  "/inbox",
  "/inbox?q=conference",
  "/inbox?q=nobodyatall",
  "/inbox/jonas-weber",
  ["/inbox/jonas-weber", (page) => submit(page, { message: "" }, "/inbox/jonas-weber")],
  ["/inbox/jonas-weber", (page) => submit(page, { message: "Not sent yet" }, "/inbox/jonas-weber", "/inbox/jonas-weber/draft")],
  "/notifications",
  "/settings/account",
  ["/settings/account", (page) => submit(page, { email: "x" }, "/settings/account")],
  "/settings/data",
  "/settings/data/delete",
  ["/settings/data/delete", (page) => submit(page, { password: "x" }, "/settings/data/delete")],
  "/settings/password",
  "/settings/security",
  "/settings/security/authenticator",
  ["/settings/security/authenticator", (page) => submit(page, { code: "x" }, "/settings/security/authenticator")],
  "/settings/security/recovery-codes",
  "/settings/tokens",
  ["/settings/tokens", (page) => submit(page, { name: "" }, "/settings/tokens")],
  ["/api", (page) => openAll(page)],
  "/settings/devices",
  ["/confirm?next=/settings/security", (page) => submit(page, { password: "x" }, "/confirm")],
  "/settings/notifications",
  "/settings/privacy",
  "/settings/appearance",
  "/settings/moderation",
  "/in/jonas-weber/report",
  "/in/jonas-weber/report?conversation=1&disconnect=1",
  ["/in/jonas-weber/report", (page) => submit(page, { reason: "" }, "/in/jonas-weber/report")],
  "/in/nobody-here",
  // Last, because it changes something: what is told after leaving somebody.
  ["/in/amara-okafor/disconnect", (page) => submit(page, {}, "/in/amara-okafor/disconnect")],
];

// What those who run the site see.
export const STAFF = [
  "/moderation",
  "/moderation?state=closed",
  ["/moderation", (page) => follow(page, "main .rows .name")],
  "/admin",
  "/admin/members",
  "/admin/members?q=priya",
  ["/admin/members?q=priya", (page) => follow(page, "main .rows .name")],
  "/admin/community",
  ["/admin/community", (page) => submit(page, { by_day: "#eeee00" }, "/admin/community")],
  ["/admin/community", (page) => logo(page, "logo.svg", Buffer.from("<svg/>"))],
  // From here on it stands above every page.
  ["/admin/community", (page) => logo(page, "logo.png", Buffer.from(LOGO, "base64"))],
  "/admin/audit",
  "/admin/limits",
  ["/admin/limits", (page) => submit(page, { "number-search": "many" }, "/admin/limits")],
  "/admin/registration",
  "/admin/invites",
  ["/admin/invites", (page) => submit(page, { label: "Reunion", uses: "many" }, "/admin/invites")],
  ["/admin/invites", (page) => submit(page, { label: "Reunion", uses: "3" }, "/admin/invites")],
  "/admin/webhooks",
  ["/admin/webhooks", (page) => submit(page, { address: "hook" }, "/admin/webhooks")],
  ["/admin/webhooks", (page) => follow(page, "main .list a")],
  "/invite-links",
];

// Goes to a page of the lists above. Gives what it is called in reports.
export async function visit(page, entry) {
  const [path, on] = typeof entry === "string" ? [entry] : entry;
  await page.goto(path);
  try {
    await on?.(page);
  } catch (why) {
    throw new Error(`${path}, ${on}`, { cause: why });
  }
  return on ? `${path} (${on.toString().match(/=>\s*(\w+)\(/)[1]} ${on.toString().match(/"([^"/]*)"/)?.[1] ?? ""})` : path;
}

// `to` is where another button of the form leads.
async function submit(page, fields, action, to) {
  const form = page.locator(action ? `form[action="${action}"]` : "main form").first();
  const loaded = page.waitForEvent("load");
  await form.evaluate((form, [fields, to]) => {
    if (to) form.action = to;
    const details = form.closest("details");
    if (details) details.open = true;
    for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
    form.submit();
  }, [fields, to]);
  await loaded;
}

async function popover(page, label) {
  await page.getByRole("button", { name: label, exact: true }).first().click();
}

async function sheet(page, label) {
  await page.getByRole("link", { name: label, exact: true }).first().click();
  await page.getByRole("dialog").waitFor();
}

async function openAll(page) {
  await page.evaluate(() => document.querySelectorAll("main details").forEach((one) => (one.open = true)));
}

async function follow(page, selector) {
  await page.goto(await page.locator(selector).first().getAttribute("href"));
}

async function all(page) {
  await page.getByRole("button", { name: /^Select all/ }).click();
  await page.getByText(/selected/).first().waitFor();
}

async function choose(page, name, text) {
  const file = { name, mimeType: "text/csv", buffer: Buffer.from(text) };
  await page.locator("#file").setInputFiles(file);
  await page.locator('form[action^="/contacts/import"] button').first().click();
  await page.waitForURL(/contacts\/import/);
  await page.waitForLoadState();
  await openAll(page);
}

// A green field of 160 by 48 pixels.
const LOGO = "iVBORw0KGgoAAAANSUhEUgAAAKAAAAAwCAYAAACWqXFuAAAAdklEQVR42u3SQQkAAAgAMYMYxxT276ExBNljBY6L7Bq4EiJgQAwIBsSAYEAMCAbEgGBADAgGxIBgQAwIBsSAYEAMCAbEgGBADAgGxIBgQAwIBsSAYEAMCAbEgBhQCAyIAcGAGBAMiAHBgBgQDIgBwYAYEAzIDwssALD+2LAllwAAAABJRU5ErkJggg==";

async function logo(page, name, buffer) {
  await page.locator("#logo").setInputFiles({ name, mimeType: "image/png", buffer });
  await page.locator('form:has(#logo) button').click();
  await page.locator("main .error, .toast").first().waitFor();
}

async function imported(page) {
  await choose(page, "people.csv", "Name,Phone\nZoë Ng,1\n");
  await page.locator('form:has(input[name="revision"]) button').first().click();
  await page.locator('main .notice').waitFor();
}

async function review(page) {
  await page.getByRole("checkbox").first().check();
  await page.getByRole("button", { name: "Review removal" }).click();
  // Whoever was ticked on the page before is still selected.
  await page.getByRole("heading", { level: 1, name: /^Remove \d+ connection/ }).waitFor();
}
