// Pictures of the main screens for docs/ and the README: wide in light and dark, on a phone of 320 px, and in Arabic.
// `node screens.mjs [folder]`.
import { mkdirSync } from "node:fs";
import { browser, demo, person } from "./site.mjs";

const FOLDER = process.argv[2] ?? new URL("../../docs/screens", import.meta.url).pathname;
const SCREENS = {
  landing: "/",
  "my-network": "/",
  profile: "/in/jonas-weber",
  connections: "/connections",
  remove: "/connections/remove",
  invitations: "/invitations",
  people: "/people",
  pictures: "/connections/overview",
};
const WIDE = { viewport: { width: 1200, height: 780 } };
const KINDS = {
  light: { ...WIDE, colorScheme: "light" },
  dark: { ...WIDE, colorScheme: "dark" },
  phone: { colorScheme: "light", viewport: { width: 320, height: 700 } },
  arabic: { ...WIDE, colorScheme: "light", locale: "ar" },
};

mkdirSync(FOLDER, { recursive: true });
const site = await demo();
const chromium = await browser();
for (const [kind, options] of Object.entries(KINDS)) {
  const visitor = await person(chromium, site.address, options, null);
  const member = await person(chromium, site.address, options);
  for (const [name, path] of Object.entries(SCREENS)) {
    const page = name === "landing" ? visitor : member;
    await page.goto(path);
    // A selection of the pictures before.
    if (await page.locator("button[value=start_over]").count()) await page.locator("button[value=start_over]").click();
    if (name === "remove") for (const at of [0, 2]) await page.getByRole("checkbox").nth(at).check();
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: `${FOLDER}/${name}-${kind}.png` });
  }
}
await chromium.close();
await site.stop();
