// What the script promises, and what holds with it and without it: a form is sent once and by the browser; where one
// comes back to a page it stands where it was; *Back* shows what is so now, and nothing once one is signed out; no
// notice is lost; Enter presses nothing by itself. Ends with 1 where a promise is broken, and says which.
import { browser, demo, person } from "./site.mjs";

const fails = (why) => { throw new Error(why); };
const same = (found, wanted, what) => JSON.stringify(found) === JSON.stringify(wanted)
  || fails(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);

// What is posted from a page, as path and body.
function posts(page) {
  const sent = [];
  page.on("request", (one) => one.method() === "POST" && sent.push(`${new URL(one.url()).pathname} ${one.postData() ?? ""}`));
  return sent;
}

// Holds what is posted to a path until the function is called that this gives.
async function held(page, path) {
  let release;
  const until = new Promise((done) => (release = done));
  await page.route((url) => url.pathname === path, async (route) => {
    await until;
    await route.continue();
  }, { times: 1 });
  return release;
}

// Signed in once for all stories, by the cookie; only who signs out again does it anew.
const cookies = new Map();
async function somebody(chromium, address, options = {}, email = "priya@demo.example") {
  const kept = cookies.get(email);
  const page = await person(chromium, address, { storageState: kept, ...options }, kept ? null : email);
  if (!kept) cookies.set(email, await page.context().storageState());
  return page;
}

const focused = (page, text) => page.waitForFunction((text) => document.activeElement.innerText?.includes(text), text);
// Not page.goBack(), which waits for a load that a page from the browser's memory does not have.
async function back(page) {
  const session = await page.context().newCDPSession(page);
  const { currentIndex, entries } = await session.send("Page.getNavigationHistory");
  await session.send("Page.navigateToHistoryEntry", { entryId: entries[currentIndex - 1].id });
  await session.detach();
}

const at = (page) => page.evaluate(() => location.pathname);
const number = async (page) => Number((await page.locator(".tabs .badge").first().innerText()).replace(/\D/g, ""));
const press = (page, name) => page.getByRole("button", { name, exact: true }).first().click();
const told = (page, text) => page.locator(".toast", { hasText: text }).first().waitFor();

// Leaves somebody by the form of its own page, and takes it back.
async function leave(page, handle, name) {
  await page.goto(`/in/${handle}/disconnect`);
  await press(page, "Disconnect");
  await told(page, `You are no longer connected with ${name}`);
}

async function undo(page, name) {
  await page.locator(".toast", { hasText: name }).getByRole("button", { name: "Undo" }).click();
  await told(page, `You and ${name} are connected again`);
}

const STORIES = {
  async "colours change in place, and what is typed stays"(page) {
    await page.goto("/profile");
    const field = page.locator("#headline");
    await field.fill("Half a sentence");
    const colours = () => page.evaluate(() => [document.documentElement.dataset.theme ?? "", getComputedStyle(document.documentElement).colorScheme]);
    for (const [name, word, scheme] of [["Dark", "dark", "dark"], ["As on this device", "", "light dark"], ["Light", "light", "light"]]) {
      await press(page, name);
      await page.locator(`button[name=theme][aria-pressed=true]`, { hasText: name }).waitFor();
      same(await colours(), [word, scheme], name);
      same(await field.inputValue(), "Half a sentence", "what was typed");
    }
    await page.goto("/");
    same(await colours(), ["light", "light"], "colours of the next page");
    await press(page, "As on this device");
  },
  async "another language keeps what is typed, but no password"(page) {
    await page.goto("/in/jonas-weber/disconnect");
    await page.locator("#private_reason").fill("Half a sentence");
    await page.locator("#may_invite_again").check();
    await press(page, "Deutsch");
    await page.locator("html[lang=de]").waitFor();
    const kept = () => page.evaluate(() => [
      document.querySelector("#private_reason").value,
      document.querySelector("#may_invite_again").checked,
      sessionStorage.getItem("typed"),
    ]);
    same(await kept(), ["Half a sentence", true, null], "what was typed");
    await press(page, "English");
    await page.locator("html[lang=en]").waitFor();
    same(await kept(), ["Half a sentence", true, null], "what was typed, twice");
    // It is for this page and this once.
    await page.reload();
    same((await kept())[0], "", "what was typed, later");
    await page.goto("/settings/password");
    await page.locator("input[type=password]").first().fill("a secret");
    const held = await page.evaluate(() => {
      document.addEventListener("submit", (event) => event.preventDefault());
      document.querySelector("button[name=language][value=de]").click();
      return sessionStorage.getItem("typed");
    });
    same(held.includes("a secret"), false, "a password kept");
  },

  async "a form is sent once, however often it is pressed"(page) {
    await page.goto("/in/jonas-weber/disconnect");
    const sent = posts(page);
    const release = await held(page, "/in/jonas-weber/disconnect");
    const busy = await page.evaluate(() => {
      const button = document.querySelector("main form button.danger");
      button.click();
      button.click();
      // Nor is another form of the page sent, which would make the browser give up the first.
      document.querySelector("button[name=language][value=de]").click();
      return button.form.getAttribute("aria-busy");
    });
    same(busy, "true", "busy");
    release();
    await told(page, "You are no longer connected with Jonas Weber");
    same(sent.length, 1, "requests");
    await undo(page, "Jonas Weber");
  },

  async "a form can be pressed again where the page comes back"(page) {
    await page.goto("/in/jonas-weber/disconnect");
    const busy = await page.evaluate(() => {
      const form = document.querySelector("main form");
      form.target = "nowhere-else";
      form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
      const before = form.getAttribute("aria-busy");
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      return [before, form.getAttribute("aria-busy")];
    });
    same(busy, ["true", null], "busy");
  },

  async "a small form opens over the list, is sent by the browser, and the list stands where it was"(page) {
    await page.goto("/connections");
    const row = page.locator(".known > li").nth(30);
    await row.scrollIntoViewIfNeeded();
    const name = (await row.locator(".name").textContent()).trim();
    const above = page.locator(".known > li").nth(31).locator(".name");
    const href = await above.getAttribute("href");
    const top = (href) => page.locator(`.known a.name[href="${href}"]`).evaluate((one) => one.getBoundingClientRect().top);
    await row.getByRole("link", { name: "Disconnect", exact: true }).click();
    await page.getByRole("dialog", { name: `Disconnect from ${name}?` }).waitFor();
    const before = await page.evaluate(() => scrollY);
    if (before < 500) fails(`not scrolled: ${before}`);
    const was = await top(href);
    const sent = posts(page);
    await page.locator("dialog").getByRole("button", { name: "Disconnect" }).click();
    await told(page, `You are no longer connected with ${name}`);
    same([await at(page), sent.length], ["/connections", 1], "address and requests");
    // The row above is gone; the page stands still but for that, once it has been scrolled back.
    const stands = ([href, was]) =>
      Math.abs(document.querySelector(`.known a.name[href="${href}"]`).getBoundingClientRect().top - was) <= 100;
    await page.waitForFunction(stands, [href, was], { timeout: 10_000 })
      .catch(async () => fails(`the list moved by ${(await top(href)) - was}`));
    await undo(page, name);
    same(await at(page), "/connections", "the address");
  },

  async "a problem in a small form is shown on its page, with the focus on the field"(page) {
    await page.goto("/connections");
    await page.getByRole("link", { name: "Disconnect", exact: true }).first().click();
    await page.locator("dialog [name=private_reason]").fill("x".repeat(1_001));
    await page.locator("dialog button.danger").click();
    await page.locator("main [name=private_reason][aria-invalid=true]:focus").waitFor();
    await page.locator("main [name=private_reason]").fill("short");
    await press(page, "Disconnect");
    await page.locator(".toast").waitFor();
    same(await at(page), "/connections", "the address");
    await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
    await told(page, "are connected again");
  },

  async "after a problem the focus is on the field, and the form's address opens it"(page) {
    await page.goto("/in/priya-raman");
    await page.getByRole("link", { name: "Edit about" }).click();
    await page.getByRole("dialog").waitFor();
    await page.locator("[name=about]").fill("x".repeat(2_001));
    await page.locator("form[action='/profile/about'] button").first().click();
    await page.locator("[name=about][aria-invalid=true]:focus").waitFor();
    for (const path of ["/profile", "/profile/about", "/profile/positions"]) {
      await page.goto(path);
      same(await at(page), path, path);
      await page.locator("main form [name=back]").waitFor({ state: "attached" });
    }
  },

  async "what was fetched ahead is not older than what was done"(page) {
    await page.goto("/connections");
    const before = await number(page);
    await leave(page, "jonas-weber", "Jonas Weber");
    await page.goto("/connections/disconnected");
    // Pressed, and thought better of: the browser has it now.
    const link = page.locator("nav a[href='/connections']").first();
    await link.hover();
    const ahead = page.context().waitForEvent("response", (one) => one.request().headers()["sec-purpose"]?.startsWith("prefetch"));
    await page.mouse.down();
    await ahead;
    await page.mouse.move(600, 600);
    await page.mouse.up();
    await press(page, "Re-invite");
    await told(page, "Jonas Weber are connected again");
    await link.click();
    await page.waitForURL("**/connections");
    same(await number(page), before, "connections");
  },

  async "what is ticked and typed when one goes back is counted"(page, chromium, address, forgetful) {
    for (const browser of [chromium, forgetful]) {
      const other = await somebody(browser, address);
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
      await other.getByRole("heading", { name: "People", exact: true }).waitFor();
      await back(other);
      await other.getByText("2 selected").waitFor();
      same(await boxes.nth(2).isChecked(), true, "the tick");
      await other.context().close();
    }
  },

  async "what was done since shows on the page one goes back to"(page, chromium, address, forgetful) {
    for (const [browser, javaScriptEnabled] of [[chromium, true], [forgetful, true], [forgetful, false]]) {
      const other = await somebody(browser, address, { javaScriptEnabled });
      await other.goto("/in/jonas-weber");
      await other.getByRole("button", { name: "Disconnect from this person" }).waitFor();
      await leave(other, "jonas-weber", "Jonas Weber");
      await back(other);
      await other.getByRole("heading", { level: 1, name: "Disconnect from Jonas Weber?" }).waitFor();
      await back(other);
      await press(other, "Re-invite");
      await told(other, "Jonas Weber are connected again");
      await other.context().close();
    }
  },

  async "after signing out nothing is brought back"(page, chromium, address, forgetful) {
    for (const [browser, javaScriptEnabled] of [[chromium, true], [chromium, false], [forgetful, true], [forgetful, false]]) {
      const other = await person(browser, address, { javaScriptEnabled });
      await other.goto("/connections");
      await other.goto("/people");
      await press(other, "Menu");
      await press(other, "Sign out");
      await other.getByRole("link", { name: "Sign up" }).first().waitFor();
      for (const path of ["/people", "/connections"]) {
        await back(other);
        await other.getByRole("heading", { name: "Sign in" }).waitFor();
        await other.waitForFunction((next) => location.search === next, `?next=${encodeURIComponent(path)}`);
        same(await other.getByText("Sign out").count(), 0, "signed in");
      }
      await other.context().close();
    }
  },

  async "two tabs that act at once lose no notice, and each can be closed"(page, chromium, address) {
    for (const javaScriptEnabled of [true, false]) {
      const one = await somebody(chromium, address, { javaScriptEnabled });
      const other = await one.context().newPage();
      await other.goto("/connections?q=engineer");
      const friend = other.locator(".known a.name:not([href='/in/jonas-weber'])").first();
      const [handle, name] = [(await friend.getAttribute("href")).split("/").at(-1), await friend.innerText()];
      const who = [[one, "jonas-weber", "Jonas Weber"], [other, handle, name]];
      for (const [tab, handle] of who) await tab.goto(`/in/${handle}/disconnect`);
      await Promise.all(who.map(([tab]) => press(tab, "Disconnect")));
      await Promise.all(who.map(([tab, handle]) => tab.waitForURL(`**/in/${handle}`, { waitUntil: "load" })));
      const seen = (await Promise.all(who.map(([tab]) => tab.locator("body").innerText()))).join();
      for (const [, , name] of who) {
        if (!seen.includes(`You are no longer connected with ${name}. They`)) fails(`nobody was told of ${name}`);
      }
      const tab = (await one.locator(".toast").count()) ? one : other;
      const toasts = await tab.locator(".toast").count();
      await tab.locator(".toast").first().getByRole("link", { name: "Close" }).click();
      // Without scripts the page is loaded anew, and what was told is told.
      await tab.waitForFunction((left) => document.querySelectorAll(".toast").length === left, javaScriptEnabled ? toasts - 1 : 0);
      for (const [tab, handle, name] of who) {
        await tab.goto(`/in/${handle}`);
        await press(tab, "Re-invite");
        await told(tab, `You and ${name} are connected again`);
      }
      await one.context().close();
    }
  },

  async "Enter in a list with ticks presses nobody's button"(page, chromium, address) {
    for (const path of ["/invitations", "/invitations?box=sent", "/connections/remove"]) {
      await page.goto(path);
      // What a press would do: nothing, search with what is ticked, or act.
      await page.evaluate(() => {
        globalThis.pressed = [];
        document.addEventListener("submit", (event) => {
          const { submitter, target } = event;
          globalThis.pressed.push(submitter?.getAttribute("formmethod") ?? (submitter?.innerText === "Search" ? "search" : target.method));
          event.preventDefault();
        }, { capture: true });
      });
      const boxes = page.locator("main form:not(.filters) input[type=checkbox]");
      await boxes.last().check();
      await boxes.last().press("Enter");
      const pressed = () => page.evaluate(() => globalThis.pressed);
      same((await pressed()).filter((pressed) => !["dialog", "search"].includes(pressed)), [], `${path}: Enter`);
      // The same is seen where a button is pressed.
      await page.locator("main form:not(.filters) button:visible:not([disabled])").last().click();
      // To withdraw asks first, on a page that says its price.
      same((await pressed()).at(-1), path.endsWith("sent") ? "get" : "post", `${path}: a press`);
    }
  },

  async "what is selected is kept from page to page, and with other filters"(page, chromium, address) {
    for (const javaScriptEnabled of [true, false]) {
      const other = await somebody(chromium, address, { javaScriptEnabled });
      await other.goto("/connections/remove");
      // What another story selected waits here.
      if (await other.getByRole("button", { name: "Start over" }).count()) {
        await press(other, "Start over");
        await other.locator("[data-selected=\"0\"]").waitFor();
      }
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
      await other.locator(".years button:visible").first().click();
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
    await page.reload();
    await page.getByRole("heading", { name: "Page not found" }).waitFor();
  },

  async "a long name fits every page, and Arabic stands on its side"(page, chromium, address) {
    const other = await somebody(chromium, address, { viewport: { width: 320, height: 700 } });
    const long = "W".repeat(100);
    await other.goto("/profile");
    await other.locator("form[action='/profile']").first().evaluate((form, long) => {
      form.elements.full_name.value = long;
      form.elements.headline.value = long;
      form.elements.location.value = long;
      form.requestSubmit();
    }, long);
    await focused(other, "Your profile is saved.");
    const jonas = await somebody(chromium, address, { viewport: { width: 320, height: 700 } }, "jonas@demo.example");
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
    const page = await somebody(chromium, site.address);
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
console.log(`${Object.keys(STORIES).length} promises of forms and script: ${Math.round((Date.now() - started) / 1000)} s`);
process.exitCode = broken.length ? 1 : 0;
