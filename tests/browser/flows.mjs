// The main flow of each page, by keyboard alone.
import assert from "node:assert/strict";

import { faults, signIn } from "./browser.mjs";

const focused = (page) => page.evaluate(() => document.activeElement?.outerHTML ?? "");
const text = async (page, selector) => (await page.locator(selector).first().textContent()).trim();
const path = (page) => new URL(page.url()).pathname;

async function openSummary(page, name) {
  await page.locator("summary", { hasText: name }).focus();
  await page.keyboard.press("Enter");
}

async function firstAccount(page) {
  await page.goto("/accounts");
  return page.locator("tbody tr .name a").first().getAttribute("href");
}

const inDays = (days) => new Date(Date.now() + days * 864e5).toISOString().slice(0, 10);

export const flows = {
  async "accounts: rows are walked with j and k, and opened with Enter"({ page }) {
    await page.goto("/accounts");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    const first = await page.locator("tbody tr .name a").first().getAttribute("href");
    assert.ok((await focused(page)).includes(first));
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${first}`);
  },

  async "accounts: slash searches, and the address says what is shown"({ page }) {
    await page.goto("/accounts");
    const name = await text(page, "tbody tr .name a");
    await page.keyboard.press("/");
    await page.keyboard.type(name.slice(0, 6));
    await page.keyboard.press("Enter");
    await page.waitForURL(/search=/);
    assert.equal(await text(page, "tbody tr .name a"), name);
  },

  async "accounts: a wrong filter is answered beside it, with the nearest name, and kept"({ page }) {
    await page.goto("/accounts");
    await page.getByLabel(/^Filter/).focus();
    await page.keyboard.type("ar > 5");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#problem");
    assert.match(await text(page, "#problem"), /arr/);
    assert.equal(await page.getByLabel(/^Filter/).inputValue(), "ar > 5");
  },

  async "accounts: a view is saved, shown again and removed"({ page }) {
    await page.goto("/accounts?filter=arr+%3E+0&sort=arr&order=down");
    await openSummary(page, "Save or remove views");
    await page.getByLabel("Save this filter, order and columns as").fill("Largest");
    await page.keyboard.press("Enter");
    await page.waitForURL(/done=view/);
    await page.locator(".views a", { hasText: "Largest" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/sort=arr/);
    await openSummary(page, "Save or remove views");
    await page.getByRole("button", { name: "Remove “Largest”" }).press("Enter");
    await page.waitForURL(/done=view-removed/);
    assert.equal(await page.locator(".views a", { hasText: "Largest" }).count(), 0);
  },

  async "accounts: the list is exported as it is shown"({ page }) {
    await page.goto("/accounts?sort=arr&order=down");
    const href = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
    const answer = await page.request.get(href);
    const lines = (await answer.text()).trim().split("\r\n");
    assert.match(answer.headers()["content-type"], /text\/csv/);
    assert.ok(lines[0].startsWith("id,name,health_band,health_score") && lines.length > 2);
  },

  async "account: a week back and on with the bracket keys, marked as the past"({ page }) {
    const account = await firstAccount(page);
    await page.goto(account);
    await page.keyboard.press("[");
    await page.waitForURL(/as_of=/);
    await page.waitForSelector(".notice.past");
    await page.keyboard.press("]");
    await page.waitForSelector(".notice.past", { state: "detached" });
  },

  async "account: the slider moves the whole page through time"({ page }) {
    await page.goto(await firstAccount(page));
    await page.locator("#asof").focus();
    for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowLeft");
    await page.waitForURL(/as_of=/);
    await page.waitForSelector(".notice.past");
    assert.ok((await focused(page)).includes("asof"), "the slider keeps the focus");
    await page.getByRole("link", { name: "Back to today" }).press("Enter");
    await page.waitForSelector(".notice.past", { state: "detached" });
  },

  async "account: a line of the explanation opens to its facts and closes again"({ page }) {
    await page.goto(await firstAccount(page));
    const line = page.locator("a[data-behind]").first();
    await line.focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector(".behind h2");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".behind", { state: "detached" });
  },

  async "account: a score is overridden with a reason and an end, and withdrawn"({ page }) {
    await page.goto(await firstAccount(page));
    await openSummary(page, "Override score");
    await page.getByLabel("Score, 0 to 100").fill("91.5");
    await page.getByLabel("Last day").fill(inDays(20));
    await page.locator("#over-reason").fill("Seen in person: <b>all is well</b>");
    await page.getByRole("button", { name: "Override", exact: true }).press("Enter");
    await page.waitForURL(/done=override/);
    assert.match(await text(page, "[data-band]"), /91\.5/);
    assert.match(await text(page, "main"), /<b>all is well<\/b>/);
    await page.getByRole("button", { name: "Withdraw" }).press("Enter");
    await page.waitForURL(/done=withdrawn/);
    assert.equal(await page.locator("main .tag", { hasText: "overridden" }).count(), 0);
  },

  async "account: sentiment is kept beside the score"({ page }) {
    await page.goto(await firstAccount(page));
    await openSummary(page, "Sentiment");
    await page.getByRole("radio", { name: "bad" }).press("Space");
    await page.getByRole("button", { name: "Keep sentiment" }).press("Enter");
    await page.waitForURL(/done=sentiment/);
    assert.match(await text(page, ".facts"), /Bad/);
  },

  async "account: a note survives a reload before it is kept, and is on the time line after"({ page }) {
    await page.goto(await firstAccount(page));
    await openSummary(page, "Add note");
    await page.getByLabel("Note").pressSequentially("Asked for a call on Friday");
    await page.reload();
    await openSummary(page, "Add note");
    assert.equal(await page.getByLabel("Note").inputValue(), "Asked for a call on Friday");
    await page.getByRole("button", { name: "Keep note" }).press("Enter");
    await page.waitForURL(/done=note/);
    assert.match(await text(page, ".timeline"), /Asked for a call on Friday/);
    assert.equal(await page.getByLabel("Note").inputValue(), "");
  },

  async "a score that moves is on an open list within a second, without a reload"({ page, second }) {
    const account = await firstAccount(page);
    await page.waitForSelector("body[data-listening]");
    await second.goto(account);
    await openSummary(second, "Override score");
    await second.getByLabel("Score, 0 to 100").fill("12.3");
    await second.getByLabel("Last day").fill(inDays(5));
    await second.locator("#over-reason").fill("A test of live scores");
    await second.getByRole("button", { name: "Override", exact: true }).press("Enter");
    await second.waitForURL(/done=override/);
    await page.locator(`tr:has(a[href="${account}"]) [data-band]`, { hasText: "12.3" }).waitFor({ timeout: 1_000 });
    await second.getByRole("button", { name: "Withdraw" }).press("Enter");
    await second.waitForURL(/done=withdrawn/);
  },

  async "my day: a task is made, ended with one key and its outcome, and undone"({ page }) {
    const account = decodeURIComponent((await firstAccount(page)).split("/").pop());
    await page.keyboard.press("g");
    await page.keyboard.press("m");
    await page.waitForURL("**/my-day");
    const title = `Call them by keyboard ${Date.now()}`;
    await openSummary(page, "Add a task");
    await page.getByLabel("What is to be done").fill(title);
    await page.getByLabel(/^Account:/).fill(account);
    await page.getByLabel("Until when").fill(`${inDays(-1)}T09:00`);
    await page.locator("#new-owner").selectOption({ index: 1 });
    await page.locator("#new-kind").selectOption("call");
    await page.getByRole("button", { name: "Add task" }).press("Enter");
    await page.waitForURL(/done=task-added/);
    await page.goto("/my-day?whose=everybody");
    const mine = page.locator(".tasks li", { hasText: title });
    assert.match(await mine.locator(".due").textContent(), /overdue/);
    for (let step = 0; step < 60 && !(await mine.locator(":focus").count()); step += 1) await page.keyboard.press("j");
    assert.ok((await focused(page)).includes("data-done"), "the row's act has the focus");
    await page.keyboard.press("d");
    await page.waitForSelector("dialog#ending[open]");
    assert.match(await focused(page), /value="reached"/, "the first outcome is chosen");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/done=task-ended/);
    assert.match(await text(page, "form.notice"), /Not reached/);
    assert.equal(await mine.count(), 0);
    await page.keyboard.press("u");
    await page.waitForURL(/done=task-reopened/);
    assert.equal(await mine.count(), 1);
    for (let step = 0; step < 60 && !(await mine.locator(":focus").count()); step += 1) await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog#ending[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog#ending[open]", { state: "detached" });
    assert.ok((await focused(page)).includes("data-done"), "the focus comes back to the row");
  },

  async "my day: an absence is kept and removed"({ page }) {
    await page.goto("/my-day");
    await openSummary(page, "Away");
    await page.getByLabel("Last day").fill(inDays(3));
    await page.getByRole("button", { name: "Keep absence" }).press("Enter");
    await page.waitForURL(/done=absence-added/);
    await openSummary(page, "Away");
    await page.getByRole("button", { name: /^Remove:/ }).first().press("Enter");
    await page.waitForURL(/done=absence-removed/);
  },

  async "models: from the list to the document by keyboard"({ page }) {
    await page.goto("/accounts");
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.waitForURL("**/models");
    await page.locator("section h2 a").first().press("Enter");
    await page.waitForSelector(".doc");
    assert.ok((await page.locator(".doc .l").count()) > 5);
  },

  async "data: a key is made and shown once; a refused event is mended and replayed"({ page, site }) {
    await page.goto("/accounts");
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.waitForURL("**/data");
    await page.getByRole("link", { name: "Write keys" }).press("Enter");
    await page.getByLabel("What it is for").fill("browser test");
    await page.keyboard.press("Enter");
    const key = await text(page, ".secret");
    await page.goto("/data/keys");
    assert.equal(await page.getByText(key, { exact: true }).count(), 0, "a key is shown once");
    const refused = { event: "Signed In", userId: "browser-test", timestamp: "2026-03-01 09:30", messageId: `browser-${Date.now()}` };
    const authorization = `Basic ${Buffer.from(`${key}:`).toString("base64")}`;
    await fetch(`${site.url}/v1/track`, { method: "POST", headers: { authorization, "content-type": "application/json" }, body: JSON.stringify(refused) });
    await page.goto("/data/quarantine");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#raw");
    const raw = await page.locator("#raw").inputValue();
    await page.locator("#raw").fill(raw.replace("2026-03-01 09:30", "still no time"));
    await page.getByRole("button", { name: "Replay" }).press("Enter");
    await page.waitForSelector("#problem");
    assert.match(await page.locator("#raw").inputValue(), /still no time/, "what was written is kept");
    await page.locator("#raw").fill(raw.replace("2026-03-01 09:30", "2026-03-01T09:30:00Z"));
    await page.getByRole("button", { name: "Replay" }).press("Enter");
    await page.waitForURL(/done=replayed/);
    assert.equal(await text(page, ".title .tag"), "replayed");
  },

  async "questions: an answer in a table, a wrong one beside its question"({ page }) {
    await page.goto("/sql");
    await page.keyboard.press("/");
    await page.keyboard.type("select count(*) as accounts from accounts");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".book th");
    assert.equal(await text(page, ".book th"), "accounts");
    await page.locator("#q").fill("select nam from accounts");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#problem");
    assert.match(await text(page, "#problem"), /name/);
  },

  async "the palette goes to an account"({ page }) {
    await page.goto("/accounts");
    const row = page.locator("tbody tr .name a").first();
    const [name, href] = [await row.textContent(), await row.getAttribute("href")];
    await page.keyboard.press("Control+k");
    await page.keyboard.type(name);
    await page.locator("#palette-list li", { hasText: name }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${href}`);
  },

  async "the question mark lists the keys, Escape closes the list"({ page }) {
    await page.goto("/signals");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog[open]").count(), 0);
  },

  async "everything works without scripting"({ plain, site }) {
    await plain.goto("/sign-in");
    await plain.getByLabel("Email").fill(site.email);
    await plain.getByLabel("Password").fill(site.password);
    await plain.getByRole("button", { name: "Sign in" }).click();
    await plain.waitForURL(/\/accounts/);
    await plain.getByLabel(/^Filter/).fill("arr >= 0");
    await plain.getByRole("button", { name: "Filter" }).click();
    assert.match(plain.url(), /filter=arr/);
    await plain.locator("tbody tr .name a").first().click();
    const account = path(plain);
    await plain.getByRole("button", { name: "Show this day" }).click();
    assert.match(plain.url(), /day=/);
    await plain.getByLabel("exactly").fill(inDays(-30));
    await plain.getByRole("button", { name: "Show", exact: true }).click();
    await plain.locator(".notice.past").waitFor();
    await plain.goto(account);
    await plain.locator("summary", { hasText: "Add note" }).click();
    await plain.getByLabel("Note").fill("Written without scripting");
    await plain.getByRole("button", { name: "Keep note" }).click();
    await plain.waitForURL(/done=note/);
    await plain.goto("/my-day?whose=everybody");
    await plain.locator("summary", { hasText: "Add a task" }).click();
    await plain.getByLabel("What is to be done").fill("Made without scripting");
    await plain.getByLabel(/^Account:/).fill(decodeURIComponent(account.split("/").pop()));
    await plain.getByRole("button", { name: "Add task" }).click();
    await plain.waitForURL(/done=task-added/);
    await plain.locator(".tasks li", { hasText: "Made without scripting" }).getByRole("link", { name: /^Done/ }).click();
    await plain.getByRole("button", { name: "End task" }).click();
    await plain.waitForURL(/done=task-ended/);
    await plain.getByRole("button", { name: /^Undo/ }).click();
    await plain.waitForURL(/done=task-reopened/);
  },

  async "plays: one is started for an account, paused, resumed and stopped with a reason"({ page }) {
    const account = await firstAccount(page);
    await page.goto(account);
    await openSummary(page, "Start a play");
    const choice = page.locator("select[name=play]");
    const plays = await choice.locator("option").evaluateAll((options) => options.map((option) => option.value));
    // A play may be refused for the account, or hold it out; one of those that the pack has will start.
    const refusals = [];
    for (const play of plays) {
      await page.goto(account);
      await openSummary(page, "Start a play");
      await choice.selectOption(play);
      await page.getByRole("button", { name: /^Start for/ }).focus();
      const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), page.keyboard.press("Enter")]);
      if (answer.headers().location?.includes("done=run-started")) break;
      refusals.push(`${play}: ${answer.status()} ${answer.headers().location ?? ""}`);
    }
    await page.waitForURL(/done=run-started/).catch(() => assert.fail(refusals.join("\n")));
    assert.match(await text(page, ".notice"), /The run has begun/);
    await page.getByRole("button", { name: "Pause" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/done=run-paused/);
    await page.getByRole("button", { name: "Resume" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/done=run-resumed/);
    await openSummary(page, "Stop");
    await page.getByLabel("Reason").fill("a test of the console");
    await page.getByRole("button", { name: "Stop this run" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/done=run-stopped/);
    assert.match(await text(page, ".timeline"), /a test of the console/);
  },

  async "plays: an edited document is checked in its place before it is saved"({ page }) {
    await page.goto("/plays");
    await page.locator("tbody tr .name a").first().click();
    const document = page.getByLabel(/^Change it here/);
    const before = await document.inputValue();
    await document.fill(before.replace("trigger:", "triggers:"));
    await page.getByRole("button", { name: "Preview" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector(".flaw");
    assert.equal(await page.locator("button[formaction]").count(), 0);
    await page.getByRole("textbox", { name: "The text" }).fill(before);
    await page.getByRole("button", { name: "Preview" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("button[formaction]");
    assert.ok((await page.locator(".course li").count()) > 0);
    assert.match(await text(page, "[aria-labelledby=h-scenarios] .age"), /^([1-9]\d*) of \1 passed$/);
  },

  async "plays: an edited document is tried on its scenarios, and what differs fits a phone"({ page }) {
    await page.goto("/plays/usage_decline");
    const document = page.getByLabel(/^Change it here/);
    const before = await document.inputValue();
    await document.fill(before.replace("at: day 2", "at: day 3"));
    await page.getByRole("button", { name: "Preview" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("button[formaction]");
    assert.match(await text(page, ".title"), /scenarios? failed/);
    assert.match(await text(page, "[aria-labelledby=h-scenarios] .band.red + pre"), /! day 2 +email champion +-/);
    await page.setViewportSize({ width: 390, height: 844 });
    assert.deepEqual(await faults(page), []);
  },

  async "renewals: from the board to a place, and on to the readiness report, by keyboard"({ page }) {
    await page.goto("/accounts");
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.waitForURL("**/renewals");
    await page.locator(".board h3 a", { hasText: "Renewed" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/stage=renewed/);
    assert.equal(await text(page, "#list"), "Renewed");
    const row = page.locator("tbody .name a[href$='/renewal']").first();
    const name = (await row.textContent()).trim();
    await row.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/renewal$/);
    assert.equal(await text(page, "h1"), `Renewal of ${name}`);
    await page.locator(".crumbs a").last().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/accounts\/[^/]+$/);
  },

  async "renewals: an owner is asked for and kept, also without a script"({ plain, site }) {
    await signIn(plain, site);
    await plain.goto("/renewals");
    const owner = (await plain.locator("tbody td.clip").first().textContent()).trim();
    await plain.getByLabel("Owner").fill(owner);
    await plain.getByRole("button", { name: "Show" }).click();
    await plain.waitForURL(/owner=/);
    assert.deepEqual([...new Set(await plain.locator("tbody td.clip").allTextContents())].map((one) => one.trim()), [owner]);
    await plain.locator("table a[href*='month=']").first().click();
    await plain.waitForURL(/month=.*owner=/);
  },

  async "onboarding: a stage set by hand brings an account to the board"({ page }) {
    const path_ = await firstAccount(page);
    await page.goto(path_);
    const name = await text(page, "h1");
    await openSummary(page, "Stage");
    await page.getByRole("radio", { name: "Recovery" }).check();
    await page.getByLabel("Reason").first().fill("after the outage");
    await page.getByRole("button", { name: "Move" }).click();
    await page.waitForURL(/done=stage/);
    await openSummary(page, "Stage");
    await page.getByRole("radio", { name: "Onboarding" }).check();
    await page.getByRole("button", { name: "Move" }).click();
    await page.waitForURL(/done=stage/);
    await page.goto("/onboarding");
    assert.ok((await page.locator("tbody .name a").allTextContents()).map((one) => one.trim()).includes(name));
    assert.equal(path(page), "/onboarding");
  },
};
