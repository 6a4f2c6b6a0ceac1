// A task's page; one is made where there is none.
async function taskPage(page, account) {
  await page.goto("/my-day?whose=everybody");
  if (!(await page.locator(".tasks .name").count())) {
    await page.locator("summary", { hasText: "Add a task" }).click();
    await page.getByLabel("What is to be done").fill("Send the renewal paperwork");
    await page.getByLabel(/^Account:/).fill(decodeURIComponent(account.split("/").pop()));
    await page.getByRole("button", { name: "Add task" }).click();
    await page.goto("/my-day?whose=everybody");
  }
  return page.locator(".tasks .name").first().getAttribute("href");
}

// Every page, as it is reached from the data at hand.
export async function allPages(page) {
  await page.goto("/accounts");
  const account = await page.locator("tbody tr .name a").first().getAttribute("href");
  await page.goto(account);
  const facts = await page.locator("a[data-behind]").first().getAttribute("href");
  const past = new Date(Date.now() - 100 * 864e5).toISOString().slice(0, 10);
  const task = await taskPage(page, account);
  await page.goto("/renewals");
  const renewal = await page.locator("tbody .name a").first().getAttribute("href");
  await page.goto("/accounts?filter=stage+%3D+%27churned%27");
  const gone = page.locator("tbody tr .name a").first();
  const churned = (await gone.count()) ? new URL(await gone.getAttribute("href"), page.url()).pathname : account;
  await page.goto("/models");
  const model = await page.locator("section h2 a").first().getAttribute("href");
  await page.goto("/plays");
  const play = await page.locator("tbody tr .name a").first().getAttribute("href");
  return [
    ["my day", "/my-day"],
    ["everybody’s day", "/my-day?whose=everybody"],
    ["task", task],
    ["accounts", "/accounts"],
    ["accounts with columns", "/accounts?column=nps_latest&column=csm_sentiment&sort=arr&order=down"],
    ["accounts, wrong filter", "/accounts?filter=ar+%3E+5"],
    ["account", account],
    ["account in the past", `${account}?as_of=${past}&known=then`],
    ["facts", facts],
    ["plays", "/plays"],
    ["play", play],
    ["renewals", "/renewals"],
    ["renewals at a place", "/renewals?stage=-30"],
    ["renewals in the past", `/renewals?as_of=${past}`],
    ["renewal readiness", renewal],
    ["onboarding", "/onboarding"],
    ["autopsy", `${churned}/autopsy`],
    ["health models", "/models"],
    ["health model", model],
    ["signals", "/signals"],
    ["sources", "/data"],
    ["quarantine", "/data/quarantine"],
    ["quality", "/data/quality"],
    ["write keys", "/data/keys"],
    ["questions", "/sql"],
    ["an answer", "/sql?q=select+health_band%2C+count(*)+as+accounts+from+accounts+group+by+health_band"],
    ["settings", "/settings"],
    ["not found", "/accounts/there-is-none"],
  ];
}
