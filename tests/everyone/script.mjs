// What the script promises when things go wrong or one goes back: nothing else is sent than was pressed, and nothing
// twice; what was typed stays; every address can be loaded again; no page is older than what was done last. Ends with 1
// where a promise is broken, and says which.
import { browser, demo, person } from "./site.mjs";

const UNANSWERED = "No answer came. Look whether it was done, then try again.";

const fails = (why) => { throw new Error(why); };
const same = (found, wanted, what) => JSON.stringify(found) === JSON.stringify(wanted)
  || fails(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);

// What is posted from a page, as path and body.
function posts(page) {
  const sent = [];
  page.on("request", (one) => one.method() === "POST" && sent.push(`${new URL(one.url()).pathname} ${one.postData() ?? ""}`));
  return sent;
}

// Signed in once for all stories, by the cookie; only who signs out again does it anew.
const cookies = new Map();
async function impatient(chromium, address, options = {}, email = "priya@demo.example") {
  const kept = cookies.get(email);
  const page = await person(chromium, address, { storageState: kept, ...options }, kept ? null : email);
  if (!kept) cookies.set(email, await page.context().storageState());
  page.setDefaultTimeout(5_000);
  return page;
}

const once = (page, path, answer) => page.route((url) => url.pathname === path, answer, { times: 1 });
const focused = (page, text) => page.waitForFunction((text) => document.activeElement.innerText?.includes(text), text, { timeout: 5_000 });
// Not page.goBack(), which waits for a load that a page from the browser's memory does not have.
const back = (page) => page.evaluate(() => setTimeout(() => history.back()));
const at = (page) => page.evaluate(() => location.pathname);
const number = async (page) => Number((await page.locator(".tabs .badge").first().innerText()).replace(/\D/g, ""));
const press = (page, name) => page.getByRole("button", { name, exact: true }).first().click();

const STORIES = {
  async "a connection that breaks is told, and the press is not sent again"(page) {
    await page.goto("/invitations");
    const boxes = page.locator("main [name=member]");
    await boxes.first().check();
    const sent = posts(page);
    await once(page, "/invitations/decline", (route) => route.abort("connectionreset"));
    await page.locator("main button[formaction='/invitations/decline'][name]").nth(1).click();
    await focused(page, UNANSWERED);
    await page.waitForTimeout(300);
    same(sent.length, 1, "requests");
    same(sent[0].startsWith("/invitations/decline "), true, sent[0]);
    same([await at(page), await boxes.first().isChecked()], ["/invitations", true], "the form as it was");
    // It can be pressed again, and then it is the same.
    await press(page, "Dark");
    await page.locator("html[data-theme=dark]").waitFor();
    same(sent[1], "/appearance theme=dark", "the switch");
    await press(page, "As on this device");
  },

  async "what somebody else answers in the place of the site leaves the form as it was typed"(page) {
    await page.goto("/in/priya-raman");
    const details = page.locator("details", { has: page.locator("form[action='/profile/about']") });
    await details.locator("summary").first().click();
    await page.locator("#about, [name=about]").first().fill("Typed with care");
    const sent = posts(page);
    for (const status of [502, 503, 200]) {
      await once(page, "/profile/about", (route) => route.fulfill({ status, contentType: "text/html", body: "<h1>Bad gateway</h1>" }));
      await page.locator("form[action='/profile/about'] button").first().click();
      await focused(page, UNANSWERED);
      same([await at(page), await page.locator("[name=about]").inputValue()], ["/in/priya-raman", "Typed with care"], "the form");
    }
    same(sent.length, 3, "requests");
    await page.locator("html").evaluate(() => document.querySelectorAll("[data-warning]").length === 1 || Promise.reject(new Error("one notice")));
  },

  async "a form that lies over a list stays there until it is answered"(page) {
    await page.goto("/connections");
    const sent = posts(page);
    const sheet = page.locator("dialog");
    await page.getByRole("link", { name: "Disconnect", exact: true }).first().click();
    await sheet.locator("[name=private_reason]").fill("x".repeat(1_001));
    await page.route((url) => url.pathname.endsWith("/disconnect"), (route) => route.abort("connectionreset"), { times: 1 });
    await sheet.locator("button.danger").click();
    await focused(page, UNANSWERED);
    same(await sheet.locator("[name=private_reason]").inputValue(), "x".repeat(1_001), "the reason");
    await sheet.locator("button.danger").click();
    await page.locator("[name=private_reason][aria-invalid=true]:focus").waitFor();
    same([sent.length, await at(page)], [2, "/connections"], "requests and address");
  },

  async "an error of the site is told where one is"(page) {
    await page.goto("/in/jonas-weber");
    await page.locator("[name=private_note]").fill("Keeps what was typed");
    await page.locator("form[action$='/remarks']").evaluate((form) => (form.action = "/in/nobody-here/remarks"));
    await page.locator("form[action$='/remarks'] button").click();
    await focused(page, "There is nothing at this address, or it is not open to you.");
    same([await at(page), await page.locator("[name=private_note]").inputValue()], ["/in/jonas-weber", "Keeps what was typed"], "the form");
  },

  async "after a problem the focus is on the field, and the page can be loaded again"(page) {
    await page.goto("/in/priya-raman");
    await page.locator("details", { has: page.locator("form[action='/profile/about']") }).locator("summary").first().click();
    await page.locator("[name=about]").fill("x".repeat(2_001));
    await page.locator("form[action='/profile/about'] button").first().click();
    await page.locator("[name=about][aria-invalid=true]:focus").waitFor();
    same(await at(page), "/in/priya-raman", "the address");
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Priya Raman" }).waitFor();
    // Without scripts the address is the form's own; the switches and a reload lead to the page.
    for (const path of ["/profile", "/profile/about", "/profile/positions/1"]) {
      await page.goto(path);
      same(await at(page), "/in/priya-raman", path);
    }
  },

  async "what was fetched ahead is not older than what was done"(page) {
    await page.goto("/connections");
    const before = await number(page);
    await page.goto("/in/jonas-weber/disconnect");
    await page.locator("main form button").first().click();
    await focused(page, "You are no longer connected with Jonas Weber");
    await page.goto("/connections/disconnected");
    // Pressed, and thought better of: the browser has it now.
    const link = page.locator("nav a[href='/connections']").first();
    await link.hover();
    const ahead = page.waitForEvent("request", { predicate: (one) => one.url().endsWith("/connections"), timeout: 1_500 }).catch(() => null);
    await page.mouse.down();
    await page.waitForTimeout(600);
    await page.mouse.move(600, 600);
    await page.mouse.up();
    await ahead;
    await press(page, "Re-invite");
    await focused(page, "Jonas Weber are connected again");
    await link.click();
    await page.waitForURL("**/connections");
    same(await number(page), before, "connections");
  },

  async "what is ticked and typed when one goes back is counted"(page, chromium, address, forgetful) {
    for (const browser of [chromium, forgetful]) {
      const other = await impatient(browser, address);
      await other.goto("/connections/remove");
      const boxes = other.locator(".picks [name=member]");
      await boxes.nth(0).check();
      await boxes.nth(2).check();
      await other.goto("/people");
      await other.getByRole("link", { name: "Invite to connect" }).first().click();
      await other.locator("[name=note]").fill("x".repeat(50));
      await other.goto("/notifications");
      await back(other);
      await other.getByText("250 of 300 characters left").waitFor();
      await other.locator("[data-preview]", { hasText: "xxx" }).waitFor();
      await back(other);
      await other.getByRole("heading", { name: "People you may know" }).waitFor();
      await back(other);
      await other.getByText("2 selected").waitFor();
      same(await boxes.nth(2).isChecked(), true, "the tick");
      await other.context().close();
    }
  },

  async "what was done since shows on the page one goes back to"(page, chromium, address, forgetful) {
    for (const browser of [chromium, forgetful]) {
      const other = await impatient(browser, address);
      await other.goto("/in/jonas-weber");
      await other.getByRole("button", { name: "Disconnect from this person" }).waitFor();
      await other.goto("/in/jonas-weber/disconnect");
      await press(other, "Disconnect");
      await focused(other, "You are no longer connected with Jonas Weber");
      // What was put in place is an entry of its own, so the profile of before is two back.
      await back(other);
      await other.getByRole("heading", { level: 1, name: "Disconnect from Jonas Weber?" }).waitFor();
      await back(other);
      await press(other, "Re-invite");
      await focused(other, "Jonas Weber are connected again");
      await other.context().close();
    }
  },

  async "after signing out nothing is brought back"(page, chromium, address) {
    const other = await person(chromium, address);
    await other.goto("/connections");
    await other.goto("/people");
    await press(other, "Sign out");
    await other.getByRole("link", { name: "Sign up" }).first().waitFor();
    for (const path of ["/people", "/connections"]) {
      await back(other);
      await other.waitForURL(`**/sign-in?next=${encodeURIComponent(path)}`);
      await other.getByRole("heading", { name: "Sign in" }).waitFor();
      same(await other.getByText("Sign out").count(), 0, "signed in");
    }
    await other.context().close();
  },

  async "one may leave while a press is on its way, and is told where one goes"(page) {
    await page.goto("/in/jonas-weber/disconnect");
    const sent = posts(page);
    await page.route("**/in/jonas-weber/disconnect", async (route) => {
      await new Promise((done) => setTimeout(done, 700));
      await route.continue();
    });
    await page.locator("main form button").first().click();
    await page.locator("main form button").first().click();
    await page.locator("nav a[href='/people']").first().click();
    await page.waitForURL("**/people");
    await focused(page, "You are no longer connected with Jonas Weber");
    await press(page, "Undo");
    await focused(page, "Jonas Weber are connected again");
    same(sent.length, 2, "requests");
  },

  async "what was done is told although the page onward does not come at first"(page) {
    await page.goto("/in/jonas-weber/disconnect");
    await once(page, "/in/jonas-weber", (route) => route.abort("connectionreset"));
    await page.locator("main form button").first().click();
    // The press was answered, the page onward was not: the browser asks for it again.
    await focused(page, "You are no longer connected with Jonas Weber");
    same(await at(page), "/in/jonas-weber", "the address");
    await press(page, "Undo");
    await focused(page, "Jonas Weber are connected again");
  },

  async "what is selected is kept from page to page, and with other filters"(page, chromium, address) {
    for (const javaScriptEnabled of [true, false]) {
      const other = await impatient(chromium, address, { javaScriptEnabled });
      await other.goto("/connections/remove");
      const boxes = other.locator(".picks [name=member]");
      const selected = (number) => other.locator(`[data-selected="${number}"]`).waitFor();
      const names = [];
      for (const at of [1, 4]) {
        await boxes.nth(at).check();
        names.push(await boxes.nth(at).inputValue());
      }
      if (javaScriptEnabled) await selected(2);
      await press(other, "Next");
      await selected(2);
      await boxes.first().check();
      await press(other, "Previous");
      await selected(3);
      const ticked = await other.locator(".picks :checked").evaluateAll((all) => all.map((one) => one.value));
      same(names.every((name) => ticked.includes(name)), true, "ticked");
      await other.reload();
      await selected(3);
      await other.locator("#q").fill("engineer");
      await press(other, "Search");
      await other.waitForURL(/q=engineer/);
      await selected(3);
      await other.locator(".years button").first().click();
      await other.waitForURL(/connected_after/);
      await selected(3);
      await press(other, "Review removal");
      await other.getByRole("heading", { name: "Remove 3 connections?" }).waitFor();
      await other.context().close();
    }
  },

  async "a confirmation has the focus, and so has an error"(page) {
    await page.goto("/in/jonas-weber");
    await press(page, "Disconnect from this person");
    await page.waitForFunction(() => document.activeElement.closest("[popover]:popover-open"));
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement.innerText === "Disconnect from this person");
    await page.goto("/connections/remove");
    await page.locator("form[data-picking]").evaluate((form) => (form.action = "/nothing-here"));
    await press(page, "Search");
    await page.getByRole("heading", { name: "Page not found" }).waitFor();
    await page.locator("main:focus").waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Page not found" }).waitFor();
  },

  async "a long name fits every page, and Arabic stands on its side"(page, chromium, address) {
    const other = await impatient(chromium, address, { viewport: { width: 320, height: 700 } });
    const long = "W".repeat(100);
    await other.goto("/in/priya-raman");
    await other.locator("form[action='/profile']").first().evaluate((form, long) => {
      form.elements.full_name.value = long;
      form.elements.headline.value = long;
      form.elements.location.value = long;
      form.requestSubmit();
    }, long);
    await focused(other, "Your profile is saved.");
    const jonas = await impatient(chromium, address, { viewport: { width: 320, height: 700 } }, "jonas@demo.example");
    const paths = ["/", "/people?q=wwww", "/connections?q=wwww", "/connections/remove?q=wwww", "/in/priya-raman", "/in/priya-raman/disconnect", "/in/amara-okafor/mutual", "/notifications"];
    for (const width of [320, 1280]) {
      for (const [who, all] of [[other, ["/", "/in/priya-raman", "/connections", "/people", "/in/jonas-weber/invite"]], [jonas, paths]]) {
        await who.setViewportSize({ width, height: 700 });
        for (const path of all) {
          await who.goto(path);
          const over = await who.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          same(over, 0, `${path} at ${width} px scrolls sideways`);
        }
      }
    }
    await press(jonas, "العربية");
    await jonas.locator("html[dir=rtl]").waitFor();
    await jonas.goto("/people?q=a");
    const sides = await jonas.locator("main .people .name, main .people p[dir=auto]").evaluateAll((all) => all.map((one) => getComputedStyle(one).textAlign));
    same([...new Set(sides)].filter((side) => !["right", "-webkit-right"].includes(side)), [], "sides");
    await other.context().close();
    await jonas.context().close();
  },
};

const started = Date.now();
const site = await demo();
// With the browser's memory of whole pages, which tests usually go without.
const chromium = await browser({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
const forgetful = await browser();
const broken = [];
try {
  for (const [promise, story] of Object.entries(STORIES)) {
    if (process.argv[2] && !promise.includes(process.argv[2])) continue;
    const page = await impatient(chromium, site.address);
    const began = Date.now();
    await story(page, chromium, site.address, forgetful).catch((why) => broken.push(`${promise}: ${why.message}`));
    if (process.argv[2]) console.log(`${promise}: ${Date.now() - began} ms`);
    await page.context().close();
  }
} finally {
  await forgetful.close();
  await chromium.close();
  await site.stop();
}
for (const one of broken) console.error(one);
console.log(`the script when things go wrong: ${Math.round((Date.now() - started) / 1000)} s`);
process.exitCode = broken.length ? 1 : 0;
