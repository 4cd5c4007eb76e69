// An admin finds out what happened: in words, filtered, one event by itself, as a file, and without any script.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ADA, GRACE, alert, allowDomain, answerTo, focusIs, heading, holds, isTold, main, obstacles, proofread, save, shoot, signIn, story, turnedAway, MALLORY } from "./support.mjs";

const LOG = "/settings/admin/audit";

const events = (page) => main(page).getByRole("region", { name: "Events" }).locator("details.event");
const event = (page, words) => events(page).filter({ hasText: words });

const line = (page) => page.getByRole("combobox", { name: "Search events" });

const shows = (page, count) => page.locator("#showing").filter({ hasText: count }).waitFor();

await story(async (visitor) => {
  const ada = await visitor();
  await signIn(ada, ADA);
  await ada.getByLabel("Organization name").fill("Acme Rockets");
  await save(ada).click();
  await isTold(ada, "Organization name saved.");
  await allowDomain(ada, "acme.test");
  await turnedAway(await visitor(), MALLORY);
  await refusesGrace(await visitor());

  await readsTheLog(ada);
  await filters(ada);
  await asksInOneLine(ada);
  await isCorrected(ada);
  await hearsOfNews(ada, await visitor());
  await isAskedOnlyForSomebody(await visitor({ storageState: await ada.context().storageState() }));
  await ada.goto(LOG);
  await looksAtOne(ada);
  await copiesJson(ada);
  await takesItAway(ada);
  await needsNoScript(await visitor({ javaScriptEnabled: false, storageState: await ada.context().storageState() }));
});

async function refusesGrace(grace) {
  await signIn(grace, GRACE);
  await grace.waitForURL("**/settings/admin");
  assert.equal(await grace.getByRole("link", { name: "Audit log" }).count(), 0);
  assert.equal((await grace.goto(LOG)).status(), 403);
}

async function readsTheLog(page) {
  await page.goto("/settings/admin");
  await page.getByRole("link", { name: "Audit log" }).click();
  await page.waitForURL(`**${LOG}`);
  assert.equal(await heading(page), "Audit log");
  const first = await events(page).first().locator("summary").innerText();
  assert.match(first, /^\d\d:\d\d\s+Grace Hopper was denied access to GET \/settings\/admin\/audit \(needs the role admin\)\s+Refused$/);
  await event(page, "Ada Lovelace renamed the organization to Acme Rockets").waitFor();
  await event(page, "mallory@evil.test was refused").waitFor();
  const rules = event(page, "Ada Lovelace changed the access rules");
  await rules.locator("summary").click();
  assert.match(await rules.getByRole("row", { name: "allowed" }).first().innerText(), /acme\.test/);
  await shoot(page, "60-audit");
  holds("the log tells who did what, with what changed, and what was refused");
}

async function filters(page) {
  const form = page.getByRole("search", { name: "Filter events" });
  await form.getByLabel("Outcome").selectOption("Refused");
  const answer = answerTo(page, "GET", LOG);
  await form.getByRole("button", { name: "Filter" }).click();
  assert.ok((await answer).request().headers()["hx-request"], "only the log is exchanged");
  await event(page, "renamed").first().waitFor({ state: "detached" });
  await focusIs(page, /^Filter$/, "the focus stays where it was");
  assert.match(page.url(), /outcome=refused/);
  await form.getByLabel("What").selectOption({ label: "… was refused" });
  await form.getByRole("button", { name: "Filter" }).click();
  await shows(page, "1 event on this page");
  await page.goBack();
  await shows(page, "2 events on this page");
  await page.reload();
  await shows(page, "2 events on this page");
  await form.getByLabel("Who").fill("no-one-of-us");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No matching events" }).waitFor();
  await shoot(page, "61-audit-none");
  await page.getByRole("link", { name: "Clear" }).click();
  await event(page, "renamed").waitFor();
  holds("filters stand in the address: back, reload and sharing give the same view");
}

async function asksInOneLine(page) {
  await page.goto(LOG);
  await page.keyboard.press("/");
  await focusIs(page, /^Search events$/, "a slash leads there");
  await page.keyboard.type("outcome:refused target:mall");
  const offered = () => line(page).evaluate((field) => [...field.list.options].map(({ value }) => value));
  assert.ok((await offered()).includes("outcome:refused action:user.role_changed"), "what can be typed comes behind what was");
  await page.keyboard.press("Enter");
  await shows(page, "1 event on this page");
  assert.equal(new URL(page.url()).search, "?outcome=refused&target=mall", "the address is that of the fields");
  assert.equal(await line(page).inputValue(), "target:mall outcome:refused");
  assert.equal(await page.getByLabel("Target", { exact: true }).inputValue(), "mall");
  await focusIs(page, /^Search events$/, "the focus stays where it was");
  await line(page).fill("action:organization before:2001-01-01");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("heading", { name: "No matching events" }).waitFor();
  assert.equal(await page.getByLabel("To", { exact: true }).inputValue(), "2000-12-31");
  await page.goBack();
  await shows(page, "1 event on this page");
  await page.reload();
  await shows(page, "1 event on this page");
  await page.getByLabel("Target", { exact: true }).fill("");
  await page.getByRole("button", { name: "Filter" }).click();
  await shows(page, "2 events on this page");
  assert.equal(await line(page).inputValue(), "outcome:refused", "what the fields say stands in the line");
  holds("one line asks what the fields ask, and either shows what the other says");
}

async function isCorrected(page) {
  await line(page).fill("actor:ada outcome:maybe");
  await page.keyboard.press("Enter");
  await alert(page).getByText("“outcome:maybe”: Use done or refused.").waitFor();
  await focusIs(page, /^Check your search/, "at the summary");
  assert.equal(await line(page).inputValue(), "actor:ada outcome:maybe");
  await shoot(page, "63-audit-line-422");
  assert.deepEqual(await obstacles(page, "a line that makes no sense"), []);
  await alert(page).getByRole("link").click();
  await focusIs(page, /^Search events$/, "the summary leads to the line");
  await page.goto("/settings/admin/audit?q=outcome:maybe");
  await focusIs(page, /^Check your search/, "a page that was loaded begins there, too");
  await page.getByText("Search syntax").click();
  await page.getByText("before that day").waitFor();
  await shoot(page, "64-audit-words");
  assert.deepEqual(await obstacles(page, "what can be typed"), []);
  holds("a word that makes no sense is named, and what was typed is kept");
}

// As if someone came back to the tab: looking again every few seconds takes too long to wait for.
async function looks(page) {
  const told = answerTo(page, "GET", LOG);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await (await told).finished();
}

async function hearsOfNews(page, somebody) {
  await page.goto(`${LOG}?what=sign_in.refused`);
  await shows(page, "1 event on this page");
  await looks(page);
  const newest = page.getByRole("link", { name: /new event/ });
  assert.equal(await newest.count(), 0);
  await event(page, "mallory").locator("summary").click();
  await turnedAway(somebody, MALLORY);
  await looks(page);
  await isTold(page, "1 new event");
  await turnedAway(somebody, MALLORY);
  await looks(page);
  await isTold(page, "2 new events");
  assert.equal(await events(page).count(), 1, "nothing moves");
  assert.equal(await page.locator("details.event[open]").count(), 1, "nor closes");
  assert.equal(new URL(page.url()).search, "?what=sign_in.refused");
  await shoot(page, "65-audit-news");
  assert.deepEqual(await obstacles(page, "news"), []);
  await newest.click();
  await shows(page, "3 events on this page");
  assert.equal(await newest.count(), 0);
  await focusIs(page, /\d{4}$/, "at the day");
  holds("an open page says how many new events there are, and shows them when asked to");
}

async function isAskedOnlyForSomebody(page) {
  await page.clock.install();
  await page.goto(LOG);
  let asked = 0;
  let answer = (route) => route.continue();
  await page.route(/newer=/, (route) => { asked += 1; return answer(route); });
  const asks = async (millis, times, why) => {
    asked = 0;
    await page.clock.fastForward(millis);
    await page.waitForTimeout(300);
    assert.equal(asked, times, why);
  };
  await asks(21_000, 1, "by itself");
  await asks(2_000_000, 0, "nobody has touched the page for long");
  await page.mouse.move(10, 10);
  await page.mouse.move(20, 20);
  await asks(21_000, 1, "somebody is back");
  answer = (route) => route.fulfill({ status: 503, body: "Something failed" });
  await asks(21_000, 1, "whatever came of the last time");
  answer = (route) => route.abort();
  page.expectsAnOutage = true;
  await asks(21_000, 1, "whatever came of the last time");
  page.expectsAnOutage = false;
  assert.equal(await alert(page).count(), 0, "nobody is told of what nobody did");
  await page.evaluate(() => Object.defineProperty(document, "hidden", { configurable: true, get: () => true }));
  await asks(21_000, 0, "in a tab that nobody sees");
  await page.evaluate(() => delete document.hidden);
  answer = (route) => route.fulfill({ status: 403, body: "For admins" });
  await asks(21_000, 1, "as somebody who is no admin any more");
  await asks(21_000, 0, "and then not again: each refusal is an event");
  assert.equal(await page.locator("#news").count(), 0);
  holds("a page asks for news while somebody is there who may know them");
}

async function looksAtOne(page) {
  const renamed = event(page, "renamed");
  await renamed.locator("summary").click();
  await renamed.getByRole("link", { name: "Link to this event" }).click();
  await page.getByRole("heading", { level: 1, name: "Event" }).waitFor();
  assert.match(await main(page).innerText(), /My Organization[^]*Acme Rockets[^]*127\.0\.0\.1[^]*Chrome on Linux[^]*UTC/);
  const json = JSON.parse(await page.getByLabel("JSON").inputValue());
  assert.deepEqual([json.action, json.before.name, json.after.name], ["organization.renamed", "My Organization", "Acme Rockets"]);
  await shoot(page, "62-audit-event");
  await page.getByRole("link", { name: "All events" }).click();
  await page.waitForURL(`**${LOG}`);
  holds("an event has an address of its own");
}

async function copiesJson(page) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const renamed = event(page, "renamed");
  await renamed.locator("summary").click();
  await renamed.getByRole("button", { name: "Copy JSON" }).click();
  await isTold(page, "Copied");
  const json = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual([json.action, json.target], ["organization.renamed", "Acme Rockets"]);
  await focusIs(page, /^Copied$/, "the focus stays on the button");
  await shoot(page, "66-audit-json");
  assert.deepEqual(await obstacles(page, "an event's JSON"), []);
  holds("an event is copied as JSON where it is looked at");
}

async function takesItAway(page) {
  await page.goto(`${LOG}?outcome=refused&what=access`);
  await page.getByRole("link", { name: "Export…" }).click();
  await page.getByRole("heading", { name: "1 event", exact: true }).waitFor();
  await page.getByText("action:access outcome:refused").waitFor();
  await shoot(page, "67-audit-export");
  assert.deepEqual(await obstacles(page, "an export"), []);
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const file = await coming;
  assert.match(file.suggestedFilename(), /^audit-\d{4}-\d\d-\d\d\.csv$/);
  const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  assert.equal(lines.length, 2, lines.join("\n"));
  await page.getByRole("link", { name: "Back" }).click();
  await shows(page, "1 event on this page");
  await page.goto(`${LOG}?what=audit.exported`);
  await event(page, "Ada Lovelace exported the audit log as csv").waitFor();
  holds("an export says how many events it has, has them, and is an event, too");
}

async function needsNoScript(page) {
  const isProofread = proofread(page);
  await page.goto(LOG);
  const renamed = event(page, "renamed");
  await renamed.locator("summary").click();
  await renamed.getByRole("link", { name: "Link to this event" }).click();
  await page.getByRole("row", { name: "Name" }).waitFor();
  await page.goto(LOG);
  await page.getByLabel("Who").fill("ADA@");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL("**who=ADA**");
  assert.equal(await page.getByLabel("Who").inputValue(), "ada@");
  assert.equal(await event(page, "mallory").count(), 0);
  await line(page).fill("target:mallory action:sign-in");
  await page.keyboard.press("Enter");
  await page.waitForURL("**?target=mallory&what=sign-in");
  await shows(page, "3 events on this page");
  await line(page).fill("target:mallory outcome:maybe");
  await page.getByRole("button", { name: "Search" }).click();
  await alert(page).getByText("Use done or refused.").waitFor();
  assert.equal(await line(page).inputValue(), "target:mallory outcome:maybe");
  await page.goto(`${LOG}?what=organization.renamed`);
  await renamed.locator("summary").click();
  await renamed.getByRole("link", { name: "Link to this event" }).click();
  assert.equal(JSON.parse(await page.getByLabel("JSON").inputValue()).target, "Acme Rockets");
  await page.getByRole("link", { name: "All events" }).click();
  await page.getByRole("link", { name: "Export…" }).click();
  await page.getByRole("heading", { name: /^\d+ events$/ }).waitFor();
  await isProofread();
  holds("none of it needs a script");
}
