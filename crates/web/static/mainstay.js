// The console's one script. Every page works without it; it adds partial updates, live scores, keys, the palette and chart hover.
"use strict";

const byId = (id) => document.getElementById(id);
const main = () => byId("main");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

// Partial updates: the page itself is fetched, and its main part replaces ours.
let loading = null;
async function visit(address, { push = true, keepScroll = true, focus = null } = {}) {
  loading?.abort();
  loading = new AbortController();
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: loading.signal, headers: { accept: "text/html" } });
    if (answer.redirected && new URL(answer.url).pathname === "/sign-in") return location.assign(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("main");
    if (!fresh) return location.assign(address);
    const swap = () => {
      const at = document.activeElement?.id;
      main().replaceWith(fresh);
      document.title = page.title;
      if (push) history.pushState({ partial: true }, "", address);
      ready();
      byId(focus || at)?.focus({ preventScroll: true });
      if (!keepScroll) scrollTo(0, 0);
    };
    if (document.startViewTransition && !still) await document.startViewTransition(swap).updateCallbackDone; else swap();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
    else return;
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.matches("[data-done]")) {
    event.preventDefault();
    openEnding(link);
  } else if (link.matches("[data-behind]")) {
    event.preventDefault();
    openBehind(link);
  } else if (link.matches("[data-partial]")) {
    event.preventDefault();
    visit(link.href, { keepScroll: !link.rel });
  }
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "post") clearDrafts(form);
  if (!form.matches("form[data-partial]") || event.defaultPrevented) return;
  event.preventDefault();
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
  visit(`${new URL(form.action).pathname}?${query}`, { focus: document.activeElement?.id });
});
addEventListener("popstate", () => visit(location.href, { push: false }));

// A line of the explanation opens to the facts behind it.
async function openBehind(link) {
  const line = link.closest("li");
  const open = line.querySelector(".behind");
  if (open) { open.remove(); link.setAttribute("aria-expanded", "false"); return; }
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const facts = page.querySelector("[data-fragment]");
  if (!facts) return location.assign(link.href);
  const behind = document.createElement("div");
  behind.className = "behind";
  behind.append(...facts.childNodes);
  line.append(behind);
  link.setAttribute("aria-expanded", "true");
}

// A task is ended in a dialog, with the very form of its page.
async function openEnding(link) {
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const ending = page.querySelector('[data-fragment="end"]'), dialog = byId("ending");
  if (!ending || !dialog) return location.assign(link.href);
  dialog.querySelector("[data-into]").replaceChildren(...ending.childNodes);
  dialog.querySelectorAll("[data-draft]").forEach(readyDraft);
  dialog.showModal();
  dialog.querySelector("input:checked, textarea")?.focus();
}

// The as-of slider: says its day while it moves, loads the page when it rests.
const dayWords = (number) => new Date(number * 864e5).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
function readySlider(form) {
  const range = form.querySelector("input[type=range]"), output = form.querySelector("output");
  const words = () => (Number(range.value) >= Number(range.max) ? "today" : dayWords(Number(range.value)));
  range.addEventListener("input", () => {
    output.textContent = words();
    range.setAttribute("aria-valuetext", words());
    showCursor(Number(range.value));
  });
  let resting;
  range.addEventListener("change", () => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      const query = new URLSearchParams();
      if (Number(range.value) < Number(range.max)) query.set("as_of", new Date(range.value * 864e5).toISOString().slice(0, 10));
      if (query.size && form.elements.known) query.set("known", "then");
      visit(form.action + (query.size ? `?${query}` : ""), { focus: "asof" });
    }, 150);
  });
}

// Chart hover reads the table beside the chart: one source of numbers.
function showCursor(day) {
  const plot = document.querySelector(".plot[data-first]");
  const row = document.querySelector(`#history tr[data-day="${day}"]`);
  if (!plot || !row) return;
  const first = Number(plot.dataset.first), last = Number(plot.dataset.last);
  const share = `${((day - first) / Math.max(1, last - first)) * 100}%`;
  const cursor = plot.querySelector(".cursor");
  cursor.setAttribute("x1", share);
  cursor.setAttribute("x2", share);
  plot.classList.add("hover");
  const [when, score, band] = row.cells;
  byId("readout").textContent = `${when.textContent}: ${score.textContent}, ${band.textContent}`;
}
function readyChart(plot) {
  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    const first = Number(plot.dataset.first), last = Number(plot.dataset.last);
    showCursor(Math.round(first + ((event.clientX - box.left) / box.width) * (last - first)));
  });
  plot.addEventListener("pointerleave", () => {
    plot.classList.remove("hover");
    byId("readout").textContent = "\u00a0";
  });
}

// Live scores: the page names the accounts it shows and hears of those alone.
let line = null, behindTimer = null;
function listen() {
  line?.close();
  line = null;
  const scope = document.querySelector("[data-live]");
  if (!scope || !("EventSource" in window)) return;
  const shown = scope.matches("[data-account]") ? [scope] : [...scope.querySelectorAll("[data-account]")];
  if (!shown.length) return;
  const query = new URLSearchParams(shown.slice(0, 200).map((each) => ["account", each.dataset.account]));
  line = new EventSource(`/live?${query}`);
  line.addEventListener("open", () => document.body.setAttribute("data-listening", ""));
  line.addEventListener("score", (event) => moved(JSON.parse(event.data)));
  line.addEventListener("behind", () => offerRefresh("Many scores have changed."));
  line.onerror = () => { if (line?.readyState === EventSource.CLOSED) offerRefresh("Live updates have stopped."); };
}
function moved(change) {
  for (const place of document.querySelectorAll("[data-account]")) {
    if (place.dataset.account !== change.account) continue;
    const badge = place.querySelector("[data-band]");
    badge.className = `band ${change.tone}`;
    badge.firstElementChild.textContent = change.shape;
    badge.lastElementChild.textContent = change.text;
    void badge.offsetWidth;
    badge.classList.add("moved");
    if (place.dataset.region) {
      clearTimeout(behindTimer);
      behindTimer = setTimeout(refreshRegions, 400);
    }
  }
}
// The rest of an account's page follows its score, but nothing that somebody is reading open or writing in is touched.
async function refreshRegions() {
  const here = location.href;
  const page = new DOMParser().parseFromString(await (await fetch(here)).text(), "text/html");
  if (location.href !== here) return;
  for (const old of document.querySelectorAll("[data-region]")) {
    const fresh = page.querySelector(`[data-region="${CSS.escape(old.dataset.region)}"]`);
    if (!fresh || old.contains(document.activeElement) || old.querySelector("details[open], .behind")) continue;
    old.replaceWith(fresh);
    fresh.querySelectorAll("form[data-asof]").forEach(readySlider);
    fresh.querySelectorAll(".plot[data-first]").forEach(readyChart);
  }
}
function offerRefresh(text) {
  const toast = byId("toast"), button = document.createElement("button");
  button.textContent = "Refresh";
  button.onclick = () => location.reload();
  toast.replaceChildren(text, button);
  toast.hidden = false;
}

// Drafts survive a reload, a lost session and an error.
const draftKey = (field) => `draft ${field.form?.getAttribute("action")} ${field.name}`;
function readyDraft(field) {
  const kept = sessionStorage.getItem(draftKey(field));
  if (kept !== null && field.getAttribute("aria-invalid") !== "true") field.value = kept;
  field.addEventListener("input", () => sessionStorage.setItem(draftKey(field), field.value));
}
function clearDrafts(form) {
  const fields = [...form.querySelectorAll("[data-draft]")].map(draftKey);
  if (fields.length) sessionStorage.setItem("sent", JSON.stringify(fields));
}
// What was sent is forgotten only when the next page says that it was done.
function forgetSent() {
  const sent = sessionStorage.getItem("sent");
  if (!sent) return;
  sessionStorage.removeItem("sent");
  if (new URLSearchParams(location.search).has("done")) JSON.parse(sent).forEach((key) => sessionStorage.removeItem(key));
}

// Keys.
let after = "";
function rows() { return [...document.querySelectorAll("[data-rows] tbody tr, [data-rows] > li")].filter((row) => row.querySelector("a")); }
// What Enter does in a row: a task is ended, everything else is opened.
const act = (row) => row.querySelector("[data-done]") ?? row.querySelector("a");
function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
  act(next).focus();
  next.scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.matches?.("[data-submit]")) { event.target.form.requestSubmit(); return; }
  if (event.target.matches?.("input:not([type=checkbox], [type=radio], [type=range]), textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = event.key, chord = after;
  after = "";
  if (chord === "g") {
    const link = document.querySelector(`.side a[data-key="${CSS.escape(key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  const acts = { j: () => step(1), k: () => step(-1), "/": () => document.querySelector("[data-search]")?.focus(), "?": () => byId("keys").showModal(), g: () => { after = "g"; },
    d: () => rows().find((row) => row.contains(document.activeElement))?.querySelector("[data-done]")?.click(), u: () => document.querySelector("[data-undo]")?.click() };
  const link = document.querySelector(`a[data-key-step="${CSS.escape(key)}"]`);
  if (link) { event.preventDefault(); link.click(); }
  else if (acts[key]) { event.preventDefault(); acts[key](); }
  else if (key === "Escape") document.querySelectorAll("details.drop[open]").forEach((open) => { open.open = false; });
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.drop[open]")) if (!open.contains(event.target)) open.open = false;
});

// The palette: pages at once, accounts as they are found.
let asked = 0;
function openPalette() {
  const dialog = byId("palette"), field = dialog.querySelector("input");
  if (dialog.open) return;
  field.value = "";
  dialog.showModal();
  suggest("");
}
async function suggest(text) {
  const turn = ++asked;
  const wanted = text.trim().toLowerCase();
  const pages = [...document.querySelectorAll(".side nav a")]
    .map((link) => ({ name: link.textContent, detail: "page", href: link.href }))
    .filter((page) => page.name.toLowerCase().includes(wanted));
  let accounts = [];
  if (wanted) {
    const answer = await fetch(`/accounts/find?q=${encodeURIComponent(wanted)}`);
    if (answer.ok) accounts = await answer.json();
  }
  if (turn !== asked) return;
  byId("palette-list").replaceChildren(...[...accounts, ...pages].map((found, index) => {
    const item = document.createElement("li"), name = document.createElement("span"), detail = document.createElement("span");
    item.id = `palette-${index}`;
    item.role = "option";
    item.dataset.href = found.href;
    item.setAttribute("aria-selected", String(index === 0));
    name.textContent = found.name;
    detail.textContent = found.detail;
    detail.className = "mute small";
    item.append(name, detail);
    return item;
  }));
  byId("palette").querySelector("input").setAttribute("aria-activedescendant", "palette-0");
}
function readyPalette() {
  const dialog = byId("palette"), field = dialog.querySelector("input"), list = byId("palette-list");
  let pause;
  field.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(() => suggest(field.value), 80); });
  field.addEventListener("keydown", (event) => {
    const items = [...list.children], at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "Enter") {
      event.preventDefault();
      if (items[at]) location.assign(items[at].dataset.href);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = Math.min(items.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)));
      items.forEach((item, index) => item.setAttribute("aria-selected", String(index === next)));
      items[next]?.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", `palette-${next}`);
    }
  });
  list.addEventListener("click", (event) => { const item = event.target.closest("li"); if (item) location.assign(item.dataset.href); });
}

// Commands can be copied where the browser lets us.
function readyCopy(block) {
  if (!navigator.clipboard || block.querySelector("button")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.onclick = async () => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent);
    button.textContent = "Copied";
  };
  block.append(button);
}

function ready() {
  document.querySelectorAll("form[data-asof]").forEach(readySlider);
  document.querySelectorAll(".plot[data-first]").forEach(readyChart);
  document.querySelectorAll("[data-draft]").forEach(readyDraft);
  document.querySelectorAll(".copyable").forEach(readyCopy);
  listen();
}
forgetSent();
readyPalette();
ready();
