// What JavaScript adds: parts change in place, the focus stays where the work is, and nothing typed is lost.

import assert from "node:assert/strict";
import {
  ADA, GRACE, alert, allowDomain, focusIs, heading, holds, isTold, main, review, save, signIn, story,
} from "./support.mjs";

const nameField = (page) => page.getByLabel("Organization name");

await story(async (visitor) => {
  const ada = await visitor();
  await signIn(ada, ADA);
  await savesInPlace(ada);
  await isCorrected(ada);
  await editsDomains(ada);
  await allowDomain(ada, "acme.test");
  await signIn(await visitor(), GRACE);
  await searchesInPlace(ada);
  const other = await visitor();
  await signIn(other, ADA);
  await isOvertaken(ada, other);
  await isSignedOutElsewhere(ada, other);
  await losesTheServer(ada);
});

// Marks the document, so that a load of another is noticed.
function mark(page) {
  return page.evaluate(() => { window.marked = true; });
}

function isSameDocument(page) {
  return page.evaluate(() => window.marked === true);
}

async function savesInPlace(page) {
  await mark(page);
  await nameField(page).fill("Acme Rockets");
  await page.getByText("Unsaved changes").waitFor();
  await save(page).click();
  await isTold(page, "Organization name saved.");
  await focusIs(page, /^Save$/, "after saving");
  assert.ok(await isSameDocument(page));
  assert.ok(!await page.getByText("Unsaved changes").isVisible());
  assert.match(await page.title(), /Acme Rockets/);
  assert.match(await page.getByRole("banner").innerText(), /Acme Rockets/, "the header has the new name");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await nameField(page).fill("Acme Rockets Again");
  await page.keyboard.press("Control+Enter");
  await isTold(page, "Organization name saved.");
  holds("a save changes its card, says so politely and leaves the focus on Save");
}

async function isCorrected(page) {
  await nameField(page).fill("x");
  await save(page).click();
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await focusIs(page, /^Organization name$/, "after a mistake");
  assert.equal(await nameField(page).inputValue(), "x");
  assert.ok(!await page.getByText("Organization name saved.").isVisible(), "no praise of an earlier save beside a mistake");
  assert.match(await nameField(page).evaluate(describedBy), /Use 2 to 60 characters\./);
  await nameField(page).fill("Acme Rockets");
  await save(page).click();
  await page.waitForFunction(() => !document.title.startsWith("Error: "));
  assert.ok(await isSameDocument(page));
  holds("a mistake takes the focus to its field, which says what is wrong");
}

function describedBy(field) {
  const ids = field.getAttribute("aria-describedby").split(" ");
  return ids.map((id) => document.getElementById(id).textContent).join(" ");
}

async function editsDomains(page) {
  await page.goto("/settings/admin/access");
  await mark(page);
  for (const domain of ["one.test", "not a domain"]) {
    await page.getByRole("button", { name: "Add a domain" }).click();
    await focusIs(page, /^Domain$/, "in the new row");
    await page.keyboard.type(domain);
  }
  await review(page).click();
  await alert(page).getByRole("link").waitFor();
  await focusIs(page, /There is 1 problem/, "at the summary");
  await alert(page).getByRole("link").click();
  await focusIs(page, /^Domain$/, "the summary leads to the field");
  assert.equal(await page.evaluate(() => document.activeElement.value), "not a domain");
  await page.getByRole("button", { name: "Remove not a domain" }).click();
  await page.getByRole("button", { name: "Remove not a domain" }).waitFor({ state: "detached" });
  await focusIs(page, /^(?!nothing)/, "after a row has gone");
  await page.getByRole("button", { name: "Remove one.test" }).click();
  await page.getByText("No domains yet.").waitFor();
  await focusIs(page, /^(?!nothing)/, "after the last row has gone");
  assert.ok(await isSameDocument(page));
  holds("domains come and go, with the focus beside them");
}

async function searchesInPlace(page) {
  await page.goto("/settings/admin/users");
  await mark(page);
  const rows = page.getByRole("rowheader");
  assert.equal(await rows.count(), 2);
  await page.keyboard.press("/");
  await page.keyboard.type("hopper");
  await page.waitForURL("**/users?**q=hopper**");
  await rows.filter({ hasText: ADA.name }).waitFor({ state: "detached" });
  await isTold(page, "1 person");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q", "the focus stays in the field");
  await page.getByRole("link", { name: "Owners" }).click();
  await page.getByRole("heading", { name: "No one matches" }).waitFor();
  await focusIs(page, /^Owners$/);
  assert.ok(await isSameDocument(page));
  await page.getByRole("link", { name: "Clear" }).click();
  await rows.nth(1).waitFor();
  await goesBackAndForth(page, rows);
  holds("search and filters change the list, the address and nothing else; back and forward work");
}

async function goesBackAndForth(page, rows) {
  await page.goBack();
  await page.getByRole("heading", { name: "No one matches" }).waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), "hopper");
  await page.goBack();
  await rows.filter({ hasText: GRACE.name }).waitFor();
  assert.equal(await rows.count(), 1);
  await page.goBack();
  await rows.nth(1).waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), "");
  await page.goForward();
  await rows.nth(1).waitFor({ state: "detached" });
  await page.getByRole("searchbox").fill("ada");
  await rows.filter({ hasText: ADA.name }).waitFor();
}

async function isOvertaken(page, other) {
  await page.goto("/settings/admin");
  await nameField(other).fill("Acme Theirs");
  await save(other).click();
  await isTold(other, "Organization name saved.");
  await nameField(page).fill("Acme Mine");
  await save(page).click();
  await page.getByRole("button", { name: "Keep mine" }).waitFor();
  await focusIs(page, /changed this/, "at the conflict");
  await page.getByRole("link", { name: "Use theirs" }).click();
  await page.getByRole("button", { name: "Keep mine" }).waitFor({ state: "detached" });
  assert.equal(await nameField(page).inputValue(), "Acme Theirs");
  await focusIs(page, /^(?!nothing)/, "after taking theirs");
  holds("a stale edit asks whose to keep");
}

async function isSignedOutElsewhere(page, other) {
  await page.goto("/settings/admin/users");
  await other.goto("/settings");
  await other.getByRole("button", { name: "Sign out everywhere else" }).click();
  await isTold(other, "You’re signed out everywhere else.");
  await page.getByRole("searchbox").fill("hop");
  await page.waitForURL("**/sign-in**");
  assert.match(await heading(page), /^Sign in to/);
  await signIn(page, ADA);
  holds("a page whose session has ended leads to sign-in");
}

async function losesTheServer(page) {
  const server = Number(process.env.SERVER_PID);
  page.expectsAnOutage = true;
  await page.goto("/settings/admin");
  await nameField(page).fill("Typed with care");
  process.kill(server, "SIGSTOP");
  await save(page).click();
  await page.getByRole("button", { name: "Saving…" }).waitFor();
  process.kill(server, "SIGKILL");
  await alert(page).filter({ hasText: "Not saved." }).waitFor();
  assert.match(await alert(page).innerText(), /Your text is still here/);
  assert.equal(await nameField(page).inputValue(), "Typed with care");
  await save(page).waitFor();
  await main(page).waitFor();
  holds("a server that goes away while saving is said, and what was typed stays");
}
