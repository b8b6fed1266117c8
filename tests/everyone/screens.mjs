// Pictures of the main screens for docs/ and the README, light and dark: `node screens.mjs [folder]`.
import { mkdirSync } from "node:fs";
import { browser, demo, person } from "./site.mjs";

const FOLDER = process.argv[2] ?? new URL("../../docs/screens", import.meta.url).pathname;
const SCREENS = {
  "my-network": "/",
  profile: "/in/jonas-weber",
  connections: "/connections",
  remove: "/connections/remove",
  invitations: "/invitations",
  people: "/people",
  pictures: "/connections/overview",
};

mkdirSync(FOLDER, { recursive: true });
const site = await demo();
const chromium = await browser();
for (const colorScheme of ["light", "dark"]) {
  const options = { colorScheme, viewport: { width: 1200, height: 780 } };
  const shoot = (page, name) => page.screenshot({ path: `${FOLDER}/${name}-${colorScheme}.png` });
  const visitor = await person(chromium, site.address, options, null);
  await visitor.goto("/");
  await shoot(visitor, "landing");
  const member = await person(chromium, site.address, options);
  for (const [name, path] of Object.entries(SCREENS)) {
    await member.goto(path);
    if (name === "remove") for (const at of [0, 2]) await member.getByRole("checkbox").nth(at).check();
    await member.evaluate(() => scrollTo(0, 0));
    await shoot(member, name);
  }
}
await chromium.close();
await site.stop();
