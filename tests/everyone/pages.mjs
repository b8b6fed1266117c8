// Every page of the demo, signed out and in, in light and dark, at three widths, and in five languages: axe-core finds
// nothing against WCAG 2.2 AA, nothing scrolls sideways, no action lies under another, each has one h1, no script or request fails, a first visit takes
// at most 6 requests and 60 KB besides the photos of people, nothing moves while it loads, at once or in pieces; and the Nu HTML checker finds no error. Says what it found and ends with 1 if there was anything.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLOSED, OPEN, STAFF, browser, demo, person, pieces, visit } from "./site.mjs";

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
// What can differ between widths and colours; everything else is asked once a page.
const LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block", "meta-viewport"];
const WIDTHS = [320, 768, 1280];
const LANGUAGES = ["de", "es", "fr", "ar"];
// What people open first, and most.
const FIRST = ["/", "/in/jonas-weber", "/connections", "/connections/remove", "/people", "/notifications"];
const IN_LANGUAGES = ["/", "/in/jonas-weber", "/connections", "/connections/remove", "/connections/overview", "/connections/tags", "/connections/disconnected", "/connections/blocked", "/invitations",
  "/people", "/inbox", "/inbox/jonas-weber", "/notifications", "/settings/notifications", "/settings/privacy", "/settings/appearance"];

const found = [];
const html = [];
const report = (where, what) => found.push(`${where}: ${what}`);

async function axe(page, where, rules) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  // The bar at the edge of the window covers half a button wherever one stops scrolling, and one scrolls on.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(".bar { position: static }");
    document.adoptedStyleSheets = [sheet];
  });
  const options = rules ? { runOnly: { type: "rule", values: rules } } : { runOnly: { type: "tag", values: TAGS } };
  const { violations } = await page.evaluate((options) => axe.run(document, { ...options, resultTypes: ["violations"], preload: false, iframes: false }), options);
  for (const { id, help, nodes } of violations) {
    report(where, `${id}: ${help} (${nodes.length}×, ${nodes[0].target.join(" ")}: ${nodes[0].html.slice(0, 120)})`);
  }
}

async function fits(page, where) {
  const [inner, outer, who] = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll("body *")].find((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 1 && (box.right > room + 1 || box.left < -1) && getComputedStyle(one).position !== "absolute";
    });
    return [document.documentElement.scrollWidth, room, wide?.outerHTML.slice(0, 120)];
  });
  if (inner > outer) report(where, `scrolls sideways by ${inner - outer}: ${who}`);
}

// No action lies under another: the boxes of what one can press are apart. What stays at an edge of the window while the
// rest scrolls is only compared with itself; and of what lies over the page, only that is asked.
async function apart(page, where) {
  const wrong = await page.evaluate(() => {
    const still = new CSSStyleSheet();
    still.replaceSync(".bar, .toasts { position: static !important }");
    const before = [...document.adoptedStyleSheets];
    document.adoptedStyleSheets = [...before, still];
    const over = document.querySelector("dialog[open], [popover]:popover-open");
    const pressed = "a[href], button, input:not([type=hidden]), select, textarea, summary, label[for]";
    const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".skip, .sr");
    const boxes = [...(over ?? document).querySelectorAll(pressed)].filter(seen).flatMap((one) =>
      [...one.getClientRects()].filter((box) => box.width > 2 && box.height > 2).map((box) => ({ one, box })));
    boxes.sort((a, b) => a.box.top - b.box.top);
    const stays = (one) => one.closest(".nav") !== null && getComputedStyle(one.closest(".nav")).position === "fixed";
    const together = (a, b) => a.contains(b) || b.contains(a) || a.control === b || b.control === a || stays(a) !== stays(b);
    const wrong = [];
    boxes.forEach(({ one, box }, at) => {
      for (const { one: other, box: under } of boxes.slice(at + 1)) {
        if (under.top > box.bottom - 1) break;
        const width = Math.min(box.right, under.right) - Math.max(box.left, under.left);
        const height = Math.min(box.bottom, under.bottom) - Math.max(box.top, under.top);
        // Letters of two lines of a text may share a pixel or two of the height of their lines.
        if (width > 1 && height > 2 && !together(one, other)) {
          wrong.push(`${one.outerHTML.slice(0, 90)} and ${other.outerHTML.slice(0, 90)} overlap by ${Math.round(width)} × ${Math.round(height)}`);
        }
      }
    });
    document.adoptedStyleSheets = before;
    return wrong;
  });
  wrong.slice(0, 2).forEach((what) => report(where, what.replace(/\s+/g, " ")));
}

// Who is in the window of a small phone without scrolling: whole rows between the header and what stays at the bottom.
async function people(page, path, least, locale = "") {
  await page.setViewportSize({ width: 320, height: 700 });
  await page.goto(path);
  const number = await page.evaluate(() => {
    const edge = Math.min(...[...document.querySelectorAll(".nav, .bar")].map((one) => one.getBoundingClientRect().top));
    const inside = (name) => name.getBoundingClientRect().top >= 0 && name.closest("li").getBoundingClientRect().bottom <= edge + 1;
    return [...document.querySelectorAll("main .rows .name")].filter(inside).length;
  });
  if (number < least) report(`${path} 320 × 700 ${locale}`, `${number} people in the window`);
}

// WCAG 1.4.12 and 1.4.4: with wide spacing and with letters twice as large nothing is cut off that one could focus.
const SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }";
const LARGE = ":root { font-size: 200% !important }";

async function reached(page, where, text) {
  await page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
  }, text);
  await fits(page, where);
  const wrong = await page.evaluate(() => {
    const wrong = [];
    const focusable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && one.getClientRects().length > 0;
    for (const box of document.querySelectorAll("body *")) {
      const { overflowX, overflowY } = getComputedStyle(box);
      const scrolls = (/auto|scroll/.test(overflowX) && box.scrollWidth > box.clientWidth + 1)
        || (/auto|scroll/.test(overflowY) && box.scrollHeight > box.clientHeight + 1);
      if (scrolls && seen(box) && !box.matches("textarea, input, select, dialog, [popover], [tabindex='0']")) wrong.push(`a box scrolls without focus: ${box.outerHTML.slice(0, 100)}`);
    }
    // Under a form that lies over the page nothing can be focused.
    const open = document.querySelector("dialog[open]");
    for (const one of (open ?? document).querySelectorAll(focusable)) {
      if (one.disabled || !seen(one) || one.closest("[inert], [popover], .skip")) continue;
      one.focus();
      if (document.activeElement !== one) wrong.push(`no focus: ${one.outerHTML.slice(0, 100)}`);
      const { left, right, width } = one.getBoundingClientRect();
      if (left < -1 || right > document.documentElement.clientWidth + 1 || width < 1) wrong.push(`out of the window: ${one.outerHTML.slice(0, 100)}`);
    }
    document.activeElement.blur();
    scrollTo(0, 0);
    document.adoptedStyleSheets = [];
    return wrong;
  });
  wrong.slice(0, 3).forEach((what) => report(where, what));
}

// Several checkboxes of one name are a group with a name of its own, and each is called what its label shows.
async function ticks(page, where) {
  const wrong = await page.evaluate(() => {
    const wrong = [];
    // What is only there to be looked at, as initials, is no part of a label.
    const text = (one) => {
      const said = one.cloneNode(true);
      said.querySelectorAll("[aria-hidden=true]").forEach((hidden) => hidden.remove());
      return said.textContent.replace(/\s+/g, " ").trim();
    };
    const named = (group) => group?.getAttribute("aria-label") || document.getElementById(group?.getAttribute("aria-labelledby"))?.innerText
      || group?.querySelector("legend")?.innerText;
    const boxes = [...document.querySelectorAll("main input[type=checkbox]")];
    for (const box of boxes) {
      const others = boxes.filter((one) => one.name === box.name && one.form === box.form);
      if (others.length > 1 && !named(box.closest("fieldset, [role=group]"))) wrong.push(`not in a named group: ${box.outerHTML}`);
      const label = box.labels[0] && text(box.labels[0]);
      if (box.ariaLabel && label && !box.ariaLabel.includes(label)) wrong.push(`${box.ariaLabel} does not say ${label}`);
    }
    return wrong;
  });
  wrong.slice(0, 1).forEach((what) => report(where, what));
}

async function once(page, where) {
  const headings = await page.locator("h1").count();
  if (headings !== 1) report(where, `${headings} h1`);
}

function listen(page) {
  page.on("console", (message) => {
    // A page that answers 404, 410 or 422 is one on purpose.
    if (message.type() === "error" && !/status of (404|410|422)/.test(message.text())) report(page.url(), message.text());
  });
  page.on("pageerror", (error) => report(page.url(), error.message));
  page.on("requestfailed", (request) => {
    if (request.failure().errorText !== "net::ERR_ABORTED") report(page.url(), `${request.url()} ${request.failure().errorText}`);
  });
  page.on("response", async (response) => {
    if (response.request().isNavigationRequest() && response.status() !== 303) {
      const text = await response.text().catch(() => "");
      if (text) html.push([`${response.status()} ${response.url()}`, text]);
    }
  });
}

async function looks(page, entries, who) {
  for (const entry of entries) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: "light" });
    const began = Date.now();
    const name = `${who} ${await visit(page, entry)}`;
    await once(page, name);
    await ticks(page, name);
    await page.setViewportSize({ width: 320, height: 900 });
    await reached(page, `${name} with wide spacing`, SPACED);
    await page.setViewportSize({ width: 640, height: 900 });
    await reached(page, `${name} with large letters`, LARGE);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const where = `${name} ${colorScheme} ${width}`;
        await axe(page, where, colorScheme === "light" && width === 1280 ? null : LOOKS);
        if (colorScheme === "light") await fits(page, where);
        if (colorScheme === "light") await apart(page, where);
      }
    }
    if (process.env.TIMES) console.log(name, Date.now() - began);
  }
}

// What a first visit takes: a browser that has nothing yet, asked for a page, gets so much in so many answers.
async function weighs(chromium, address) {
  const member = await person(chromium, address);
  const cookies = await member.context().cookies();
  for (const path of FIRST) {
    const context = await chromium.newContext({ baseURL: address });
    await context.addCookies(cookies);
    const page = await context.newPage();
    const [answers, photos] = [[], []];
    page.on("requestfinished", (request) => {
      // The page itself first, whatever was there before it was read to its end.
      if (request.isNavigationRequest()) answers.unshift(request.sizes());
      else if (/\/photos\//.test(request.url())) photos.push(request.sizes());
      else answers.push(request.sizes());
    });
    await page.goto(path, { waitUntil: "networkidle" });
    // Photos are the people's: as many as are near the window, each of a few kilobytes.
    const sizes = await Promise.all(answers);
    const bytes = sizes.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0);
    if (sizes.length > 6 || bytes > 60_000) report(path, `a first visit takes ${sizes.length} requests and ${bytes} bytes`);
    const largest = Math.max(0, ...(await Promise.all(photos)).map((size) => size.responseBodySize));
    if (largest > 8_000) report(path, `a photo of a first visit takes ${largest} bytes`);
    if (process.env.TIMES) console.log(path, sizes.length, "requests", bytes, "bytes", "of which HTML", sizes[0].responseBodySize);
    if (path === "/connections" && sizes[0].responseBodySize > 15_000) report(path, `${sizes[0].responseBodySize} bytes of HTML`);
    await stays(page, path);
    await context.close();
  }
  const slow = await pieces(address);
  const context = await chromium.newContext({ baseURL: slow.address });
  await context.addCookies(cookies);
  const page = await context.newPage();
  for (const path of FIRST) {
    await page.goto(path);
    await stays(page, `${path} in pieces`);
  }
  await context.close();
  slow.stop();
}

async function stays(page, path) {
  // One shift of our own is made and seen; whatever else moved was seen before it.
  const moved = await page.evaluate(() => new Promise((resolve) => {
    let [sum, made] = [0, Infinity];
    const seen = (list) => {
      for (const { startTime, value } of list.getEntries()) {
        if (startTime >= made) return resolve(sum);
        sum += value;
      }
    };
    new PerformanceObserver(seen).observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => {
      made = performance.now();
      document.body.style.setProperty("padding-block-start", "200px");
    }));
  }));
  if (moved > 0) report(path, `moves by ${moved} while it loads`);
}

// Of somebody who has not begun to remove anybody.
async function fitsThree(chromium, address, locale) {
  const page = await person(chromium, address, { locale }, "jonas@demo.example");
  for (const path of ["/connections", "/connections/remove"]) await people(page, path, 3, locale);
  await page.context().close();
}

async function speaks(chromium, address, language) {
  for (const email of [null, "priya@demo.example"]) {
    const page = await person(chromium, address, { locale: language, viewport: { width: 320, height: 900 } }, email);
    listen(page);
    for (const path of email ? IN_LANGUAGES : ["/", "/sign-in", "/sign-up"]) {
      await page.goto(path);
      const where = `${language} ${path}`;
      const [lang, dir] = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
      if (lang !== language || dir !== (language === "ar" ? "rtl" : "ltr")) report(where, `lang ${lang}, dir ${dir}`);
      await axe(page, where, null);
      await fits(page, where);
      await apart(page, where);
      await page.setViewportSize({ width: 390, height: 900 });
      await apart(page, `${where} 390`);
      await page.setViewportSize({ width: 320, height: 900 });
    }
    await page.context().close();
  }
}

// The first page says to visitors who may join, in each way that a site can be set to.
async function joins(staff, visitor) {
  for (const mode of ["approval", "invite", "closed", "open"]) {
    await staff.goto("/admin/registration");
    await staff.locator(`input[name=registration][value=${mode}]`).check();
    await Promise.all([staff.waitForEvent("load"), staff.locator("form[action='/admin/registration'] button").click()]);
    for (const colorScheme of ["light", "dark"]) {
      await visitor.emulateMedia({ colorScheme });
      await visitor.goto("/");
      await axe(visitor, `visitor / ${mode} ${colorScheme}`, LOOKS);
    }
  }
}

// The Nu HTML checker takes files, so each page is one, named by where it is from.
function nu() {
  const folder = mkdtempSync(join(tmpdir(), "amicable-"));
  const pages = new Map(html.map(([where, text]) => [text, where]));
  [...pages.keys()].forEach((text, at) => writeFileSync(join(folder, `${at}.html`), text));
  const jar = new URL("node_modules/vnu-jar/build/dist/vnu.jar", import.meta.url).pathname;
  let said = "";
  try {
    execFileSync("java", ["-Xss1024k", "-jar", jar, "--errors-only", "--format", "json", folder], { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    said = error.stderr?.toString() ?? String(error);
  }
  const names = [...pages.values()];
  for (const { url, message, extract } of said ? JSON.parse(said).messages : []) {
    report(`HTML of ${names[parseInt(url.split("/").at(-1))]}`, `${message} ${extract?.replace(/\s+/g, " ") ?? ""}`);
  }
  rmSync(folder, { recursive: true });
  return pages.size;
}

const started = Date.now();
const site = await demo();
const chromium = await browser();
try {
  const signedOut = await person(chromium, site.address, {}, null);
  const signedIn = await person(chromium, site.address);
  const staff = await person(chromium, site.address, {}, "amara@demo.example");
  listen(signedOut);
  listen(signedIn);
  // Two at a time: one browser page keeps less than two cores busy.
  const languages = async () => {
    await looks(signedOut, OPEN, "visitor");
    await weighs(chromium, site.address);
    for (const language of LANGUAGES) await speaks(chromium, site.address, language);
    for (const locale of ["en-GB", ...LANGUAGES]) await fitsThree(chromium, site.address, locale);
  };
  await Promise.all([looks(signedIn, CLOSED, "member"), languages()]);
  await looks(staff, STAFF, "staff");
  await joins(staff, signedOut);
} finally {
  await chromium.close();
  await site.stop();
}
const checked = nu();
found.forEach((line) => console.log(line));
console.log(`${OPEN.length + CLOSED.length + STAFF.length} pages in light and dark at ${WIDTHS.join(", ")} px, ${LANGUAGES.length + 1} languages, ` +
  `HTML of ${checked} pages: ${found.length} findings, ${Math.round((Date.now() - started) / 1000)} s`);
process.exit(found.length > 0 ? 1 : 0);
