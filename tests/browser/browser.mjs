// A real Chromium, people signed in with it, and axe-core to look at each page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_MODULES_PARENT, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core"), "utf8");

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const openBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

// A window of somebody who is signed in already; what goes wrong in its pages is collected in `problems`.
export async function openWindow(browser, site, { width = 1280, scheme = "light", scripting = true, state } = {}) {
  const height = width < 600 ? 844 : 900;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, javaScriptEnabled: scripting, locale: "en-US", storageState: state, baseURL: site.url });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("status of 4")) problems.push(message.text()); });
  return { context, page, problems };
}

export async function signIn(page, site) {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(site.email);
  await page.getByLabel("Password").fill(site.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/accounts/);
}

// What axe-core finds, and whether the page is wider than the window.
export async function faults(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run());
  const violations = found.violations.map((each) => `axe: ${each.id} at ${each.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return over > 0 ? [...violations, `${over} px wider than the window`] : violations;
}
