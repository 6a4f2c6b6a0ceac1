// Segment's browser library in Chromium, on a page of another origin; once call by call, once in batches.
const { chromium } = require("playwright-core");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

async function send({ host, writeKey, batching }) {
  const userId = batching ? "browser-batching" : "browser";
  const strategy = batching ? { "Segment.io": { deliveryStrategy: { strategy: "batching", config: { size: 10, timeout: 500 } } } } : {};
  const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL: host }, { integrations: strategy, obfuscate: false });
  const failures = [];
  analytics.on("error", (error) => failures.push(String(error.reason ?? error.code)));
  await analytics.page("Docs", "Pricing");
  await analytics.identify(userId, { email: `${userId}@example.com`, firstName: "Tim", lastName: "Berners" });
  await analytics.group(`account-${userId}`, { name: "Browser", employees: 3 });
  for (let number = 0; number < 20; number += 1) {
    analytics.track("Feature Used", { feature: `feature ${number % 5}`, number });
  }
  await analytics.track("Signed In", {}, { context: { groupId: `account-${userId}` } });
  await analytics.screen("App", "Home");
  await analytics.alias(userId, `${userId}-before`);
  return failures;
}

async function main() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  try {
    for (const batching of [false, true]) {
      const page = await (await browser.newContext()).newPage();
      page.on("pageerror", (error) => console.log("error:", error.message));
      page.on("console", (message) => message.type() === "error" && console.log("console:", message.text()));
      await page.goto(process.env.SITE);
      const failures = await page.evaluate(send, { host: process.env.HOST, writeKey: process.env.WRITE_KEY, batching });
      failures.forEach((failure) => console.log("error:", failure));
    }
    console.log("sent");
    // Retries wait in the pages: they stay open until the harness has seen everything, which it says by closing our input.
    await new Promise((resolve) => process.stdin.on("end", resolve).resume());
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.log("error:", error.message);
  process.exitCode = 1;
});
