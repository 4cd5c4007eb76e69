// Who may do what, and how people go: roles given and taken with Undo, sessions ended, someone let go and back again,
// the only owner explained, leaving and deleting.

import assert from "node:assert/strict";
import {
  ADA, GRACE, USERS, allowDomain, answerTo, deletesAccount, focusIs, heading, holds, invites, isTold, looksAtMany, main,
  offboards, offer, opensActions, raises, rowOf, shoot, signIn, story, undo, undoes,
} from "./support.mjs";

const BEN = { name: "Ben Marsh", email: "ben@acme.test" };
const ZOE = { name: "Zoë Zimmer", email: "zoe@acme.test" };
const KIT = "kit@other.test";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Safari/604.1";
const ONLY_OWNER = "You’re the only owner. Make someone else owner first.";
const ROLE_CHANGED = /is now an? /;
const DEACTIVATED = "was deactivated and signed out.";
const REACTIVATED = "was reactivated.";

const me = async (page) => (await page.request.get("/api/me")).json();
const path = (page) => new URL(page.url()).pathname;
const sessions = (page) => page.getByRole("region", { name: "Sessions" });
// Waits until the row says this role or this state, or does not any more.
const says = (page, { name }, word, state = "visible") => rowOf(page, name).getByText(word, { exact: true }).waitFor({ state });
const actionsFor = ({ name }) => new RegExp(`^Actions for ${name}$`);

// Each has an address of their own: so many sign-ins from one would have to wait.
let addresses = 0;
const from = (options) => ({ ...options, extraHTTPHeaders: { "x-forwarded-for": `10.6.0.${addresses += 1}` } });

await story(async (visitor) => {
  const arrives = async (person, options) => {
    const page = await visitor(from(options));
    await signIn(page, person);
    return page;
  };
  const ada = await arrives(ADA);
  await isTheOnlyOwner(ada);
  await allowDomain(ada, "acme.test");
  const [grace, ben, zoe] = [await arrives(GRACE), await arrives(BEN), await arrives(ZOE)];
  await onlyLooks(zoe, ada);
  await isRaised(ada, grace);
  await isLowered(ada, grace);
  await isFiltered(ada);
  await losesASession(ada, grace, await arrives(GRACE, { userAgent: IPHONE }));
  await isDeactivated(ada, grace);
  await isReactivatedInTheList(ada);
  await isFoundByStatus(ada);
  await areChangedTogether(ada, zoe);
  await actsOnNobodyAbove(grace);
  await isUndoneTooLate(ada, grace, ben);
  await isRemoved(ada, ben);
  await isChangedByKeyboard(ada);
  await sharesTheHouse(ada);
  await leaves(zoe);
  await deletesTheirAccount(ben, ada);
});

// --- who sees what

async function isTheOnlyOwner(page) {
  await page.goto(USERS);
  const menu = rowOf(page, ADA.name);
  await menu.locator("summary").click();
  await menu.getByText(ONLY_OWNER).waitFor();
  assert.equal(await menu.locator(".sheet").locator("a,button").count(), 0, "nothing to press that would be refused");
  await shoot(page, "90-users-only-owner");
  await page.goto("/settings");
  const card = page.getByRole("region", { name: "Leave or delete" });
  assert.match(await card.innerText(), /You’re the only owner\. Make someone else owner first\./);
  assert.equal(await card.locator("a,button").count(), 0);
  for (const way of ["departure", "deletion"]) {
    await page.goto(`/settings/${way}`);
    await main(page).getByText(ONLY_OWNER).waitFor();
    assert.equal(await main(page).getByRole("button").count(), 0, way);
    const refused = await page.evaluate(async ([action, body]) => {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return (await fetch(action, { method: "POST", headers, body })).status;
    }, [`/settings/${way}`, `email=${encodeURIComponent(ADA.email)}`]);
    assert.equal(refused, 409, way);
  }
  holds("the only owner is told why they stay, wherever they would go");
}

async function onlyLooks(page, ada) {
  await ada.goto(USERS);
  const hers = await rowOf(ada, GRACE.name).getByRole("link").first().getAttribute("href");
  await page.goto(USERS);
  await rowOf(page, GRACE.name).waitFor();
  assert.equal(await page.getByRole("table").locator("button,summary,form,input,tbody a").count(), 0);
  await shoot(page, "91-users-member");
  for (const place of [hers, `${hers}/role?role=admin`, `${hers}/offboarding`]) {
    assert.equal((await page.goto(place)).status(), 403, place);
  }
  holds("a member sees who is here, and nothing that would change it");
}

// --- roles

async function isRaised(page, grace) {
  await page.goto(USERS);
  await (await offer(page, GRACE.name, "Make Admin…")).click();
  assert.equal(await heading(page), "Make Grace Hopper an admin?");
  assert.ok(await main(page).getByRole("listitem").count() >= 3, "what an admin can do");
  await shoot(page, "92-role-admin");
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.waitForURL(`**${USERS}**`);
  assert.equal((await me(grace)).role, "member", "looking changes nothing");
  await raises(page, GRACE.name, "Admin");
  assert.equal((await me(grace)).role, "admin");
  await grace.getByRole("navigation").getByRole("link", { name: "Users" }).click();
  await grace.getByRole("navigation").getByRole("link", { name: "Access" }).waitFor();
  await undoes(page, ROLE_CHANGED);
  assert.equal((await me(grace)).role, "member");
  assert.equal((await grace.goto("/settings/admin/access")).status(), 403);
  holds("raising somebody says first what it means, holds at their next click, and is undone");
}

async function isLowered(page, grace) {
  await raises(page, GRACE.name, "Admin");
  await page.goto(USERS);
  await page.evaluate(() => { window.marked = true; });
  await (await offer(page, GRACE.name, "Make Member")).click();
  await isTold(page, ROLE_CHANGED);
  await says(page, GRACE, "Member");
  await focusIs(page, actionsFor(GRACE), "at the row that it was about");
  await undo(page).focus();
  assert.ok(await page.evaluate(() => window.marked), "the table changed in place");
  assert.equal(path(page), USERS);
  await shoot(page, "93-users-undo");
  assert.equal((await me(grace)).role, "member");
  await undoes(page, ROLE_CHANGED);
  await says(page, GRACE, "Admin");
  assert.equal((await me(grace)).role, "admin");
  holds("lowering somebody happens at once in the table, and Undo gives the role back");
}

async function isFiltered(page) {
  const view = `${USERS}?q=grace&role=admin&sort=-joined`;
  await page.goto(view);
  await (await offer(page, GRACE.name, "Make Member")).click();
  await isTold(page, ROLE_CHANGED);
  await focusIs(page, /^No one matches$/, "where the row was");
  assert.ok(page.url().endsWith(view), "the view stays");
  assert.equal(await page.getByRole("searchbox").inputValue(), "grace");
  await undoes(page, ROLE_CHANGED);
  holds("a change leaves the filter, the order and the search as they were");
}

async function isChangedByKeyboard(page) {
  await page.goto(USERS);
  await rowOf(page, GRACE.name).locator("summary").focus();
  await page.keyboard.press("Enter");
  await focusIs(page, /^Make Member$/, "in the menu, once it is there");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await focusIs(page, actionsFor(GRACE), "Escape closes the menu");
  assert.ok(!await rowOf(page, GRACE.name).locator(".sheet").isVisible());
  await page.keyboard.press("Enter");
  await focusIs(page, /^Make Member$/, "in the menu again");
  await page.keyboard.press("Enter");
  await isTold(page, ROLE_CHANGED);
  await focusIs(page, actionsFor(GRACE), "after the change");
  await tabsTo(page, /^Undo$/, "Shift+Tab");
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  await isTold(page, ROLE_CHANGED);
  await says(page, GRACE, "Admin");
  await page.keyboard.press("Tab");
  await focusIs(page, /^Skip to content$/, "a page that was loaded begins at its beginning");
  holds("a role is changed and changed back with keys alone");
}

async function tabsTo(page, name, key = "Tab") {
  for (let stops = 0; stops < 40; stops += 1) {
    await page.keyboard.press(key);
    const text = await page.evaluate(() => document.activeElement.textContent.trim());
    if (name.test(text)) return;
  }
  assert.fail(`${key} never reaches ${name}`);
}

// --- a person's page

async function opens(page, name) {
  await page.goto(USERS);
  await rowOf(page, name).getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

async function losesASession(page, grace, phone) {
  await opens(page, GRACE.name);
  const methods = page.getByRole("region", { name: "Sign-in methods" });
  assert.match(await methods.innerText(), /Demo ID\s+grace@acme\.test · First used .* · Last used/);
  assert.match(await sessions(page).innerText(), /Chrome on Linux[^]*Safari on iPhone|Safari on iPhone[^]*Chrome on Linux/);
  const timeline = await page.getByRole("region", { name: "Timeline" }).innerText();
  assert.match(timeline, /Ada Lovelace changed the role of grace@acme\.test/);
  assert.match(timeline, /Grace Hopper joined/);
  await shoot(page, "94-person");
  await page.evaluate(() => { window.marked = true; });
  await page.getByRole("button", { name: "End the session on Safari on iPhone" }).click();
  await isTold(page, / signed out/);
  await sessions(page).getByText("Safari on iPhone").waitFor({ state: "detached" });
  await focusIs(page, /^End the session on Chrome on Linux$/, "at the session beside the one that has gone");
  assert.ok(await page.evaluate(() => window.marked), "the card changed in place");
  await phone.getByRole("link", { name: "Users" }).first().click();
  await phone.waitForURL("**/sign-in**");
  assert.equal((await me(grace)).email, GRACE.email, "the other browser stays signed in");
  await page.getByRole("button", { name: "End all sessions" }).click();
  await isTold(page, "was signed out everywhere.");
  await sessions(page).getByText("No active sessions.").waitFor();
  await focusIs(page, /^Sessions$/, "at the heading, where no session is left");
  await grace.reload();
  assert.equal(path(grace), "/sign-in");
  await signIn(grace, GRACE);
  holds("a session is ended from the person’s page, then all, and both hold at the next click");
}

// --- letting go

async function isDeactivated(page, grace) {
  await invites(grace, KIT);
  await offboards(page, GRACE.name);
  const text = await main(page).innerText();
  assert.match(text, /1 session ends now\./);
  assert.match(text, /1 open invite of theirs must be resent by someone else\./);
  assert.match(text, /Their name stays on what they did\./);
  assert.match(text, /once removed, they can join again by signing in/);
  await shoot(page, "95-offboarding");
  await page.getByRole("link", { name: "Cancel" }).click();
  assert.equal(await heading(page), GRACE.name);
  assert.equal((await me(grace)).role, "admin", "looking changes nothing");
  await offboards(page, GRACE.name);
  await page.getByRole("button", { name: "Deactivate Grace Hopper" }).click();
  await isTold(page, DEACTIVATED);
  await undo(page).focus();
  await main(page).getByText("Deactivated").first().waitFor();
  await shoot(page, "96-person-deactivated");
  await grace.getByRole("navigation").getByRole("link", { name: "Users" }).click();
  await grace.waitForURL("**/sign-in**");
  await signIn(grace, GRACE);
  assert.equal(await heading(grace), "You don’t have access");
  await undoes(page, REACTIVATED);
  await signIn(grace, GRACE);
  assert.equal((await me(grace)).role, "admin", "the role was kept");
  holds("letting somebody go says what stops; they are out at their next click, and Undo lets them in with their role");
}

async function isReactivatedInTheList(page) {
  await offboards(page, ZOE.name);
  await page.getByRole("button", { name: "Deactivate Zoë Zimmer" }).click();
  await isTold(page, DEACTIVATED);
  await page.goto(USERS);
  await says(page, ZOE, "Deactivated");
  await (await offer(page, ZOE.name, "Reactivate")).click();
  await isTold(page, REACTIVATED);
  await says(page, ZOE, "Deactivated", "detached");
  await focusIs(page, actionsFor(ZOE), "at the row that it was about");
  holds("somebody who was deactivated is let in again from the table");
}

async function isFoundByStatus(page) {
  await offboards(page, ZOE.name);
  await page.getByRole("button", { name: "Deactivate Zoë Zimmer" }).click();
  await isTold(page, DEACTIVATED);
  await page.goto(USERS);
  await page.evaluate(() => { window.marked = true; });
  await page.getByLabel("Status").focus();
  await page.getByLabel("Status").selectOption({ label: "Deactivated" });
  await page.waitForURL(`**${USERS}?status=deactivated`);
  await rowOf(page, ADA.name).waitFor({ state: "detached" });
  assert.equal(await page.getByRole("rowheader").count(), 1);
  await focusIs(page, /^Status$/, "where it was chosen");
  assert.ok(await page.evaluate(() => window.marked), "the table changed in place");
  await page.getByLabel("Last seen").selectOption({ label: "Not for 90 days" });
  await page.waitForURL(`**${USERS}?status=deactivated&unseen=90`);
  await main(page).getByRole("heading", { name: "No one matches" }).waitFor();
  await page.goBack();
  await rowOf(page, ZOE.name).waitFor();
  assert.equal(await page.getByLabel("Status").inputValue(), "deactivated");
  await page.getByLabel("Sign-in method").selectOption({ label: "Demo ID" });
  await page.waitForURL(`**${USERS}?status=deactivated&method=demo`);
  await page.reload();
  assert.match(await rowOf(page, ZOE.name).innerText(), /Zoë Zimmer Deactivated[^]*Demo ID/);
  await shoot(page, "90-users-filtered");
  await (await offer(page, ZOE.name, "Reactivate")).click();
  await isTold(page, REACTIVATED);
  await main(page).getByRole("heading", { name: "No one matches" }).waitFor();
  await page.getByRole("link", { name: "Clear" }).click();
  await says(page, ZOE, "Deactivated", "detached");
  holds("people are found by status, sign-in method and last visit, each view has an address, and a change stays in it");
}

async function areChangedTogether(page, zoe) {
  await signIn(zoe, ZOE);
  await page.goto(`${USERS}?q=acme`);
  await looksAtMany(page, [ADA.name, GRACE.name, BEN.name, ZOE.name], "Make admin");
  assert.equal(await heading(page), "Make 2 people admins?");
  const text = await main(page).innerText();
  assert.match(text, /Ben Marsh[^]*Zoë Zimmer[^]*Skipped[^]*Ada Lovelace: That’s you\.[^]*Grace Hopper: Already has this role\./);
  await shoot(page, "90-users-together");
  await page.getByRole("link", { name: "Cancel" }).click();
  assert.ok(page.url().endsWith(`${USERS}?q=acme`), "the view stays");
  assert.equal((await me(zoe)).role, "member", "looking changes nothing");
  await looksAtMany(page, [BEN.name, ZOE.name], "Make admin");
  await page.getByRole("button", { name: "Make 2 people admins" }).click();
  await isTold(page, "2 people are now admins.");
  assert.ok(page.url().endsWith(`${USERS}?q=acme`), "the view stays");
  await says(page, BEN, "Admin");
  assert.equal((await me(zoe)).role, "admin");
  await page.goto(`${USERS}?role=admin&q=@acme`);
  await page.getByLabel(/^\s*Select (all )?\d+ p/).check();
  await looksAtMany(page, [], "Make member");
  assert.equal(await heading(page), "Make 3 people members?", "all of the view, and nobody else");
  await page.getByRole("link", { name: "Cancel" }).click();
  await looksAtMany(page, [BEN.name, ZOE.name], "Make member");
  await page.getByRole("button", { name: "Make 2 people members" }).click();
  await isTold(page, "2 people are now members.");
  await says(page, BEN, "Admin", "detached");
  await page.goto(USERS);
  await looksAtMany(page, [ZOE.name], "End sessions");
  await page.getByRole("button", { name: "End the sessions of 1 person" }).click();
  await isTold(page, "1 person signed out.");
  assert.equal((await zoe.request.get("/api/me")).status(), 401);
  await page.goto("/settings/admin/audit");
  await main(page).getByText(/changed the role of 2 people/).first().waitFor();
  holds("many are changed at once after a look at whom, those left out are named, and it is one event");
}

// Threats V27: someone else was quicker.
async function isUndoneTooLate(page, grace, ben) {
  await raises(page, BEN.name, "Admin");
  await undo(page).focus();
  await offboards(grace, BEN.name);
  await grace.getByRole("button", { name: "Remove Ben Marsh" }).click();
  await isTold(grace, "was removed from the organization.");
  const answer = answerTo(page, "POST", new URL(page.url()).pathname + "/role");
  await undo(page).click();
  assert.equal((await answer).status(), 404);
  await page.getByRole("heading", { level: 1, name: "Person not found" }).waitFor();
  assert.match(await main(page).innerText(), /They might have been removed\. Nothing was saved\./);
  await page.getByRole("link", { name: "Back to Users" }).click();
  await shoot(page, "90-undo-too-late");
  await signIn(ben, BEN);
  assert.equal((await me(ben)).role, "member");
  holds("Undo says politely that it comes too late");
}

async function actsOnNobodyAbove(grace) {
  await grace.goto(USERS);
  assert.equal(await rowOf(grace, ADA.name).locator("summary").count(), 0, "no menu for somebody above");
  await opensActions(grace, rowOf(grace, BEN.name));
  assert.equal(await rowOf(grace, BEN.name).getByRole("link", { name: "Make Owner…" }).count(), 0);
  await rowOf(grace, ADA.name).getByRole("link", { name: ADA.name }).click();
  assert.equal(await heading(grace), ADA.name);
  assert.equal(await main(grace).getByRole("button").count(), 0);
  assert.equal((await grace.goto(`${grace.url()}/role?role=owner`)).status(), 404, "nor a role above one’s own");
  holds("an admin sees an owner’s page and can do nothing about them");
}

async function isRemoved(page, ben) {
  await offboards(page, BEN.name);
  await page.getByRole("button", { name: "Remove Ben Marsh" }).click();
  await isTold(page, "was removed from the organization.");
  assert.equal(path(page), USERS);
  assert.equal(await rowOf(page, BEN.name).count(), 0);
  await ben.getByRole("link", { name: "Users" }).first().click();
  await ben.waitForURL("**/sign-in**");
  await signIn(ben, BEN);
  assert.equal((await me(ben)).role, "member", "the rules let the address in, as the page had said");
  holds("anyone who is removed is out at the next click, and may join again where the rules let them");
}

// --- going by oneself

async function sharesTheHouse(page) {
  await raises(page, GRACE.name, "Owner");
  await page.goto(USERS);
  await offer(page, ADA.name, "Make Member…").then((link) => link.waitFor());
  await page.goto("/settings");
  await page.getByRole("link", { name: "Leave…" }).waitFor();
  await shoot(page, "97-account-leaving");
  holds("with a second owner the first may go");
}

async function leaves(zoe) {
  await signIn(zoe, ZOE);
  await zoe.goto("/settings");
  await zoe.getByRole("link", { name: "Leave…" }).click();
  assert.equal(await heading(zoe), "Leave My Organization?");
  await shoot(zoe, "98-departure");
  await zoe.getByRole("link", { name: "Cancel" }).click();
  assert.equal(path(zoe), "/settings");
  assert.equal((await me(zoe)).role, "member");
  await zoe.getByRole("link", { name: "Leave…" }).click();
  await zoe.getByRole("button", { name: "Leave My Organization" }).click();
  await isTold(zoe, "You left ");
  assert.equal((await me(zoe)).role, null);
  assert.equal(await zoe.getByRole("link", { name: "Leave…" }).count(), 0, "nothing is left to leave");
  await zoe.goto(USERS);
  assert.equal(await heading(zoe), "You’re not a member of any organization");
  holds("somebody leaves, and keeps their account");
}

async function deletesTheirAccount(ben, ada) {
  const refused = answerTo(ben, "POST", "/settings/deletion");
  await deletesAccount(ben, "ben@");
  assert.equal((await refused).status(), 422);
  assert.match(await ben.title(), /^Error: /);
  const field = ben.getByLabel("Type your email to confirm");
  assert.equal(await field.inputValue(), "ben@");
  await focusIs(ben, /^Type your email to confirm$/, "at what has to be mended");
  await shoot(ben, "99-deletion-422");
  await field.fill(" BEN@acme.test ");
  await ben.getByRole("button", { name: "Delete my account" }).click();
  await ben.getByText("Your account is deleted.").waitFor();
  assert.equal(path(ben), "/sign-in");
  assert.equal((await ben.request.get("/api/me")).status(), 401);
  await ada.goto(USERS);
  assert.equal(await rowOf(ada, BEN.name).count(), 0);
  holds("somebody deletes their account by typing their address, and nothing of it opens any more");
}
