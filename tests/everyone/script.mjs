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

const once = (page, path, answer) => page.route((url) => url.pathname === path, answer, { times: 1 });
const focused = (page, text) => page.waitForFunction((text) => document.activeElement.innerText?.includes(text), text, { timeout: 5_000 });
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

  async "a browser that goes back shows what is, and counts what is ticked"(page) {
    await page.goto("/connections/remove");
    const boxes = page.locator(".picks [name=member]");
    await boxes.nth(0).check();
    await boxes.nth(2).check();
    await page.goto("/people");
    await page.goBack();
    await page.getByText("2 people selected").waitFor();
    await page.goto("/in/tomas-novak").catch(() => {});
    await page.goto("/connections/disconnected");
    const name = "Jonas Weber";
    await page.goto("/in/jonas-weber");
    await page.getByRole("button", { name: "Disconnect from this person" }).waitFor();
    // A page of its own, so that the profile is kept whole in the browser's memory.
    await page.goto("/in/jonas-weber/disconnect");
    await page.locator("main form button").first().click();
    await focused(page, `You are no longer connected with ${name}`);
    await page.goBack();
    await page.goBack().catch(() => {});
    await page.goto("/in/jonas-weber");
    await press(page, "Re-invite");
    await focused(page, `${name} are connected again`);
  },
};

const started = Date.now();
const site = await demo();
// With the browser's memory of whole pages, which tests usually go without.
const chromium = await browser({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
const broken = [];
try {
  for (const [promise, story] of Object.entries(STORIES)) {
    if (process.argv[2] && !promise.includes(process.argv[2])) continue;
    const page = await person(chromium, site.address);
    page.setDefaultTimeout(5_000);
    await story(page, chromium, site.address).catch((why) => broken.push(`${promise}: ${why.message}`));
    await page.context().close();
  }
} finally {
  await chromium.close();
  await site.stop();
}
for (const one of broken) console.error(one);
console.log(`the script when things go wrong: ${Math.round((Date.now() - started) / 1000)} s`);
process.exitCode = broken.length ? 1 : 0;
