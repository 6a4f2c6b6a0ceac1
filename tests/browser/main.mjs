// Runs every flow, then looks at every page at two widths, in light and dark.
import { join } from "node:path";

import { faults, openBrowser, openWindow, signIn } from "./browser.mjs";
import { flows } from "./flows.mjs";
import { allPages } from "./pages.mjs";
import { startSite } from "./site.mjs";

const [binary, pictures] = process.argv.slice(2);
const LOOKS = [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]];

let ran = 0;
const failed = [];
async function test(name, body) {
  ran += 1;
  try {
    await body();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed.push(name);
    console.log(`FAILED  ${name}\n${error.stack ?? error}`);
  }
}

const fileName = (name, width, scheme) => `${name.replaceAll(/[^a-z]+/g, "-")}-${width}-${scheme}.png`;

async function look(page, problems, name, width, scheme) {
  await page.screenshot({ path: join(pictures, fileName(name, width, scheme)), fullPage: true });
  const found = [...(await faults(page)), ...problems.splice(0)];
  if (found.length) throw new Error(found.join("\n"));
}

const site = await startSite(binary);
const browser = await openBrowser();
try {
  const entrance = await openWindow(browser, site);
  await test("signing in by keyboard leads to the accounts", () => signIn(entrance.page, site));
  const state = await entrance.context.storageState();
  const only = process.env.ONLY ?? "";

  for (const [name, flow] of Object.entries(flows).filter(([name]) => name.includes(only))) {
    const [first, second, plain] = [await openWindow(browser, site, { state }), await openWindow(browser, site, { state }), await openWindow(browser, site, { scripting: false })];
    await test(name, async () => {
      await flow({ page: first.page, second: second.page, plain: plain.page, site });
      if (first.problems.length) throw new Error(first.problems.join("\n"));
    });
    for (const { context } of [first, second, plain]) await context.close();
  }

  const pages = await allPages(entrance.page);
  for (const [width, scheme] of LOOKS) {
    const { context, page, problems } = await openWindow(browser, site, { width, scheme, state });
    for (const [name, path] of pages.filter(([name]) => name.includes(only))) {
      await test(`${name} at ${width} px, ${scheme}`, async () => {
        await page.goto(path);
        await look(page, problems, name, width, scheme);
      });
    }
    await context.close();
    const outside = await openWindow(browser, site, { width, scheme });
    await test(`sign-in at ${width} px, ${scheme}`, async () => {
      await outside.page.goto("/sign-in");
      await look(outside.page, outside.problems, "sign-in", width, scheme);
    });
    await outside.context.close();
  }
} finally {
  await browser.close();
  await site.stop();
}

console.log(`screenshots: ${pictures}`);
console.log(`tests: ${ran}`);
if (failed.length) {
  console.log(`failed: ${failed.length}\n  ${failed.join("\n  ")}`);
  process.exitCode = 1;
}
