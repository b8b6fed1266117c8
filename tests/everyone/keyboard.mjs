// By keyboard alone, with scripts and without: sign in, invite, disconnect, undo, remove several at once, undo. Wherever
// the focus goes it can be seen. Ends with 1 where something cannot be reached or is not as promised.
import { browser, demo, person } from "./site.mjs";

const MOST = 250;

// Presses Tab until what has the focus is called `label`. The name is what its text, label or aria-label says.
async function tabTo(page, label, most = MOST) {
  const passed = [];
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press("Tab");
    const { name, seen } = await page.evaluate(() => {
      const one = document.activeElement;
      const style = getComputedStyle(one);
      const name = one.ariaLabel || one.labels?.[0]?.innerText || one.innerText || "";
      return {
        name: name.replace(/\s+/g, " ").trim(),
        seen: one === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
      };
    });
    if (!seen) throw new Error(`the focus on ${JSON.stringify(name)} cannot be seen`);
    if (typeof label === "string" ? name === label : label.test(name)) return name;
    passed.push(name);
  }
  throw new Error(`${label} cannot be reached by Tab from ${page.url()}; passed: ${[...new Set(passed)].join(" | ")}`);
}

async function press(page, label, key = "Enter") {
  const name = await tabTo(page, label);
  await page.keyboard.press(key);
  return name;
}

// Waits for a text, and with scripts for the focus on the message that says it.
async function told(page, text, scripts) {
  await page.getByText(text).first().waitFor();
  if (!scripts) return;
  await page.waitForFunction((text) => document.activeElement.innerText?.includes(text), text);
}

async function journey(chromium, address, scripts) {
  const page = await person(chromium, address, { javaScriptEnabled: scripts }, null);
  await page.goto("/");
  await press(page, "Skip to the content");
  await page.waitForURL(/#main$/);
  await page.locator("#main:focus").waitFor();
  await press(page, "Sign in");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await tabTo(page, "E-mail");
  await page.keyboard.type("jonas@demo.example");
  await tabTo(page, "Password");
  await page.keyboard.type("amicable demo");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "My network" }).waitFor();

  await press(page, "People");
  await page.getByRole("heading", { name: "People", exact: true }).waitFor();
  await press(page, "Invite to connect");
  await page.getByRole("heading", { name: /^Invite .* to connect/ }).waitFor();
  await tabTo(page, "Note");
  await page.keyboard.type("From the keyboard");
  await press(page, "Send invitation");
  await told(page, "is on its way.", scripts);

  await page.goto("/in/priya-raman");
  await press(page, "Disconnect from this person");
  await page.getByRole("heading", { name: "Disconnect from Priya Raman?" }).waitFor();
  await press(page, "They may invite me again", "Space");
  await press(page, "Disconnect");
  await told(page, "You are no longer connected with Priya Raman. They have not been told.", scripts);
  // From the message on, *Undo* and the header are reached forwards.
  await press(page, "Undo");
  await told(page, "You and Priya Raman are connected again. Everything is as it was.", scripts);
  await tabTo(page, /Close$/, scripts ? 2 : 4);
  await tabTo(page, "My network", 3);

  await page.goto("/connections");
  await press(page, "Remove connections");
  await page.getByRole("button", { name: "Review removal" }).waitFor();
  const first = await press(page, /^Select [A-Z](?!ll )/, "Space");
  const second = await press(page, /^Select [A-Z]/, "Space");
  if (scripts) await page.getByText("2 selected").waitFor();
  await press(page, "Review removal");
  await page.getByRole("heading", { name: "Remove 2 connections?" }).waitFor();
  for (const name of [first, second]) await page.getByText(name.replace("Select ", "")).first().waitFor();
  await press(page, "Remove 2 connections");
  await told(page, "2 connections removed. Nobody has been told.", scripts);
  await press(page, "Undo");
  await told(page, "2 connections restored.", scripts);
  await page.context().close();
}

// With the mouse and scripts: a range by the shift key, and months drawn over on the strip.
async function conveniences(chromium, address) {
  const page = await person(chromium, address);
  await page.goto("/connections/remove");
  const boxes = page.getByRole("checkbox");
  await boxes.nth(1).click();
  await boxes.nth(4).click({ modifiers: ["Shift"] });
  await page.getByText("4 selected").waitFor();
  await page.locator("[data-brush]").scrollIntoViewIfNeeded();
  const strip = await page.locator("[data-brush]").boundingBox();
  await page.mouse.move(strip.x + strip.width * 0.25, strip.y + 20);
  await page.mouse.down();
  await page.mouse.move(strip.x + strip.width * 0.5, strip.y + 20, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/connected_after=20\d\d-\d\d-01&connected_before=20\d\d-\d\d-01/);
  await page.locator("[data-brush] .chosen").first().waitFor();
  await page.goBack();
  await page.waitForURL((url) => url.pathname === "/connections/remove" && !url.searchParams.has("connected_after"));
  await page.context().close();
}

// Light or dark, and the language, are remembered; by a visitor in the browser, by a member everywhere.
async function remembered(chromium, address) {
  const page = await person(chromium, address, {}, null);
  await page.goto("/");
  await page.getByRole("button", { name: "Dark", exact: true }).click();
  await page.locator("html[data-theme=dark]").waitFor();
  await page.getByRole("button", { name: "Deutsch" }).click();
  await page.locator("html[lang=de]").waitFor();
  await page.goto("/sign-in");
  await page.locator("html[lang=de][data-theme=dark]").waitFor();
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  if (ground !== "rgb(26, 24, 21)") throw new Error(`dark is ${ground}`);
  await page.context().close();
}

const started = Date.now();
const site = await demo();
const chromium = await browser();
try {
  await journey(chromium, site.address, true);
  await journey(chromium, site.address, false);
  await conveniences(chromium, site.address);
  await remembered(chromium, site.address);
  console.log(`by keyboard with scripts and without: ${Math.round((Date.now() - started) / 1000)} s`);
} finally {
  await chromium.close();
  await site.stop();
}
