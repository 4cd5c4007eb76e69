// An admin finds out what happened: in words, filtered, one event by itself, as a file, and without any script.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ADA, GRACE, allowDomain, answerTo, focusIs, heading, holds, isTold, main, save, shoot, signIn, story, turnedAway, MALLORY } from "./support.mjs";

const LOG = "/settings/admin/audit";

const events = (page) => main(page).getByRole("region", { name: "Events" }).locator("details.event");
const event = (page, words) => events(page).filter({ hasText: words });

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
  await looksAtOne(ada);
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
  assert.match(first, /^\d\d:\d\d\s+Grace Hopper may not do this: GET \/settings\/admin\/audit\s+Refused$/);
  await event(page, "Ada Lovelace renamed the organization to Acme Rockets").waitFor();
  await event(page, "mallory@evil.test was not let in").waitFor();
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
  await form.getByLabel("What").selectOption({ label: "… was not let in" });
  await form.getByRole("button", { name: "Filter" }).click();
  await shows(page, "1 event on this page");
  await page.goBack();
  await shows(page, "2 events on this page");
  await page.reload();
  await shows(page, "2 events on this page");
  await form.getByLabel("Who").fill("no-one-of-us");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No event matches" }).waitFor();
  await shoot(page, "61-audit-none");
  await page.getByRole("link", { name: "Clear" }).click();
  await event(page, "renamed").waitFor();
  holds("filters stand in the address: back, reload and sharing give the same view");
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

async function takesItAway(page) {
  await page.goto(`${LOG}?outcome=refused`);
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const file = await coming;
  assert.match(file.suggestedFilename(), /^audit-\d{4}-\d\d-\d\d\.csv$/);
  const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  assert.equal(lines.length, 3, lines.join("\n"));
  await page.goto(`${LOG}?what=audit.exported`);
  await event(page, "Ada Lovelace exported the audit log as csv").waitFor();
  holds("the file has what the page shows, and taking it is an event, too");
}

async function needsNoScript(page) {
  await page.goto(LOG);
  const renamed = event(page, "renamed");
  await renamed.locator("summary").click();
  await renamed.getByRole("row", { name: "Name" }).waitFor();
  await page.getByLabel("Who").fill("ADA@");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL("**who=ADA**");
  assert.equal(await page.getByLabel("Who").inputValue(), "ada@");
  assert.equal(await event(page, "mallory").count(), 0);
  holds("none of it needs a script");
}
