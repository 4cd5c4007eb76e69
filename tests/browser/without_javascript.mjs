// The same walk, and the rest of what can be done, in browsers that run no script.

import assert from "node:assert/strict";
import {
  ADA, GRACE, INVITES, KEYS, MALLORY, USERS, acts, alert, allowDomain, answerTo, deletesAccount, fillInvites, focusIs, heading, holds, introduce,
  inviteOf, invites, isTold, keyField, keyOf, linkFor, looksAtMany, main, offboards, offer, opensActions, opensKeyForm, proofread, raises, results, rowOf, save,
  setsKey, signIn, signOut, story, undoes,
} from "./support.mjs";

const ACCESS = "/settings/admin/access";
const SAM = { name: "Sam Other", email: "sam@other.test" };
const EVERYBODY = ["Ada Lovelace", "Bob Marsh", "Grace Hopper", "Zoë Zimmer"];

// The people of the list, in its order.
async function names(page) {
  const rows = await page.getByRole("rowheader").allInnerTexts();
  return rows.map((row) => EVERYBODY.find((name) => row.includes(name)));
}

await story(async (visitor) => {
  const plain = (options) => visitor({ javaScriptEnabled: false, ...options });
  const ada = await plain();
  const isSound = proofread(ada);
  await signsInAndRenames(ada);
  await mistypesAName(ada);
  await isOvertaken(ada, await plain());
  await decidesWhoMayJoin(ada);
  await othersCome(plain);
  await looksForPeople(ada);
  await triesAnAddress(ada);
  await looksWhoIsLeftOut(ada);
  await endsAccess(ada, await plain());
  await allowsWhoWasTurnedAway(ada, await plain());
  await testsAMethod(ada);
  await looksAtAddresses(ada);
  const sam = await plain();
  await isInvited(ada, sam);
  await getsAnotherLink(ada, await plain());
  await keepsKeys(ada);
  await changesRoles(ada);
  await changesMany(ada);
  await letsSomebodyGo(ada, sam);
  await goesByThemselves(await plain());
  await choosesATheme(ada);
  await endsAnotherSession(ada, await plain());
  await signOutIsHeeded(ada);
  holds(`all of it on ${await isSound()} pages of sound HTML`);
});

async function signsInAndRenames(page) {
  await signIn(page, ADA);
  assert.equal(await heading(page), "General");
  await page.getByLabel("Organization name").fill("Acme Rockets");
  await save(page).click();
  await isTold(page, "Organization name saved.");
  assert.equal(await page.getByLabel("Organization name").inputValue(), "Acme Rockets");
  await page.reload();
  assert.equal(await page.getByText("Organization name saved.").count(), 0, "said once");
  holds("Ada signs in, is owner and renames the organization");
}

async function mistypesAName(page) {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByLabel("Organization name").fill("Visit evil.com now");
  await save(page).click();
  assert.equal((await answered).status(), 422);
  const field = page.getByLabel("Organization name");
  assert.equal(await field.inputValue(), "Visit evil.com now");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.match(await page.title(), /^Error: /);
  assert.match(await main(page).innerText(), /can't be a web address/);
  await field.fill("Acme Rockets");
  await save(page).click();
  holds("a form that can't be taken keeps what was typed and says why");
}

async function isOvertaken(page, other) {
  await signIn(other, ADA);
  await page.goto("/settings/admin");
  await other.getByLabel("Organization name").fill("Acme Theirs");
  await save(other).click();
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByLabel("Organization name").fill("Acme Mine");
  await save(page).click();
  assert.equal((await answered).status(), 409);
  const text = await main(page).innerText();
  assert.match(text, /Ada Lovelace changed this just now/);
  assert.match(text, /Acme Theirs/);
  assert.match(text, /Acme Mine/);
  await page.getByRole("button", { name: "Keep mine" }).click();
  await isTold(page, "Organization name saved.");
  assert.equal(await page.getByLabel("Organization name").inputValue(), "Acme Mine");
  holds("two edits at once end in a choice");
}

async function decidesWhoMayJoin(page) {
  await page.goto("/settings/admin/access");
  await page.getByRole("switch", { name: "Allow by domain" }).check();
  await page.getByRole("button", { name: "Add a domain" }).click();
  assert.ok(await page.getByRole("switch", { name: "Allow by domain" }).isChecked(), "nothing typed is lost");
  await page.getByLabel("Domain", { exact: true }).fill("not a domain");
  await save(page).click();
  assert.equal(await page.getByLabel("Domain", { exact: true }).inputValue(), "not a domain");
  await alert(page).getByRole("link").first().waitFor();
  await page.getByRole("button", { name: /^Remove/ }).click();
  assert.equal(await page.getByLabel("Domain", { exact: true }).count(), 0);
  await allowDomain(page, "acme.test");
  assert.match(await main(page).innerText(), /People with an address at acme\.test can join/);
  holds("she decides who may join, row by row");
}

async function othersCome(plain) {
  const grace = await plain();
  await signIn(grace, GRACE);
  assert.match(await main(grace).innerText(), /Only admins can change these settings/);
  assert.equal(await main(grace).locator("input,textarea,select,button").count(), 0);
  assert.equal((await grace.goto("/settings/admin/access")).status(), 403);
  for (const [name, email] of [["Bob Marsh", "bob@acme.test"], ["Zoë Zimmer", "zoe@acme.test"]]) {
    await signIn(await plain(), { name, email });
  }
  const mallory = await plain();
  await signIn(mallory, MALLORY);
  assert.equal(await heading(mallory), "You don’t have access");
  await mallory.getByRole("button", { name: "Use another account" }).click();
  await introduce(mallory, { name: "Mallory", email: "mallory@acme.test", verified: false });
  assert.equal(await heading(mallory), "Email not verified");
  holds("Grace and others come in as members, Mallory does not");
}

async function looksForPeople(page) {
  await page.getByRole("navigation").getByRole("link", { name: "Users" }).click();
  assert.deepEqual(await names(page), EVERYBODY);
  await page.getByRole("link", { name: "Person" }).click();
  assert.deepEqual(await names(page), EVERYBODY.toReversed());
  assert.equal(await page.getByRole("columnheader", { name: "Person" }).getAttribute("aria-sort"), "descending");
  await page.getByRole("link", { name: "Members" }).click();
  assert.deepEqual(await names(page), ["Zoë Zimmer", "Grace Hopper", "Bob Marsh"], "the order stays");
  await find(page, "hopper");
  assert.deepEqual(await names(page), ["Grace Hopper"], "the filter stays");
  assert.match(page.url(), /q=hopper/);
  await page.reload();
  assert.deepEqual(await names(page), ["Grace Hopper"], "an address is a view");
  await find(page, "nobody-like-this");
  await page.getByRole("heading", { name: "No one matches" }).waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), "nobody-like-this");
  await page.getByRole("link", { name: "Clear" }).click();
  assert.equal((await names(page)).length, 4);
  await page.goBack();
  await page.getByRole("heading", { name: "No one matches" }).waitFor();
  await page.goto(USERS);
  await page.getByLabel("Last seen").selectOption({ label: "Not for 30 days" });
  await page.getByRole("button", { name: "Filter" }).click();
  assert.match(page.url(), /unseen=30/);
  await page.getByRole("heading", { name: "No one matches" }).waitFor();
  assert.equal((await page.goto("/settings/admin/users?sort=nonsense")).status(), 422);
  holds("search, filter and order are links and a form, and an address is a view");
}

async function find(page, text) {
  await page.getByRole("searchbox").fill(text);
  await page.getByRole("button", { name: "Search" }).click();
}

async function triesAnAddress(page) {
  await page.goto(ACCESS);
  await page.getByLabel("Address", { exact: true }).fill("sam@hr.acme.test");
  await page.getByRole("button", { name: "Try" }).click();
  assert.match(page.url(), /try=sam%40hr\.acme\.test.*#simulator$/, "a verdict is an address");
  assert.match(await main(page).innerText(), /sam@hr\.acme\.test is refused\. hr\.acme\.test is a subdomain, and acme\.test doesn’t include subdomains\./);
  assert.match(await page.locator(".step").last().innerText(), /^Everyone else deciding rule\s+Refused/);
  assert.equal(await page.getByLabel("Address", { exact: true }).inputValue(), "sam@hr.acme.test");
  holds("an address is tried with a form, and the verdict has an address of its own");
}

async function looksWhoIsLeftOut(page) {
  await page.goto(ACCESS);
  await page.getByLabel("Domain", { exact: true }).fill("partner.test");
  await page.getByRole("button", { name: "Preview" }).click();
  const preview = page.getByRole("region", { name: "Who keeps access" });
  assert.match(await preview.innerText(), /Keep access 0\s+·\s+Would be refused 4/);
  for (const email of [ADA.email, GRACE.email, "zoe@acme.test"]) {
    await preview.getByRole("row").filter({ hasText: email }).getByRole("button").click();
  }
  assert.equal(await page.getByRole("textbox", { name: "Addresses" }).inputValue(), `${ADA.email}\n${GRACE.email}\nzoe@acme.test`);
  assert.deepEqual(await names(page), ["Bob Marsh"]);
  await page.goto(ACCESS);
  assert.equal(await page.getByLabel("Domain", { exact: true }).inputValue(), "acme.test", "nothing was saved");
  holds("a button shows whom rules would leave out, and adds them to the list without saving");
}

async function endsAccess(page, bob) {
  await signIn(bob, { name: "Bob Marsh", email: "bob@acme.test" });
  await page.getByLabel("Domain", { exact: true }).fill("partner.test");
  await page.getByRole("switch", { name: "Allow listed addresses" }).check();
  await page.getByRole("textbox", { name: "Addresses" }).fill("ada@acme.test grace@acme.test zoe@acme.test");
  const answered = answerTo(page, "POST", ACCESS);
  await save(page).click();
  assert.equal((await answered).status(), 422, "Save shows first whom the rules leave out");
  assert.deepEqual(await names(page), ["Bob Marsh"]);
  await focusIs(page, /^1 person would be refused/, "where the numbers are");
  await page.getByRole("link", { name: "See below" }).first().click();
  await page.getByRole("radio", { name: "Also end access for this person now" }).check();
  await save(page).click();
  await isTold(page, "lost access.");
  await bob.getByRole("link", { name: "Users" }).click();
  assert.equal(await heading(bob), "You’re not a member of any organization");
  await bob.goto("/");
  await bob.getByRole("button", { name: "Sign out and use another account" }).click();
  assert.match(await heading(bob), /^Sign in to/);
  holds("Save shows whom the rules leave out, and ends their access when that is chosen");
}

async function allowsWhoWasTurnedAway(page, mallory) {
  await page.goto(ACCESS);
  const line = page.getByRole("listitem").filter({ hasText: MALLORY.email });
  await line.getByRole("button", { name: "Allow this address" }).click();
  await isTold(page, "can now join.");
  assert.match(await line.innerText(), /Could join now\./);
  await signIn(mallory, MALLORY);
  assert.equal(await heading(mallory), "General");
  holds("who was turned away is allowed in with a button");
}

async function testsAMethod(page) {
  await page.goto(ACCESS);
  await page.getByRole("button", { name: "Test Demo ID" }).click();
  assert.match(await main(page).innerText(), /Demo ID accepts the client ID and secret\./);
  assert.match(await main(page).innerText(), /No owner could sign in without it/);
  holds("a sign-in method is tested with a button, and the last one says why it stays");
}

async function looksAtAddresses(page) {
  await page.goto(INVITES);
  await fillInvites(page, "Pat <pat@other.test>, nobody", "Admin");
  await page.getByRole("button", { name: "Preview" }).click();
  assert.match(page.url(), /#parsed$/);
  assert.match(await main(page).innerText(), /1 address, 1 invalid line\.\s+Line “nobody”/);
  assert.ok(await page.getByRole("radio", { name: "Admin" }).isChecked());
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await isTold(page, /invites? sent\. 1 line to correct\./);
  assert.match(await results(page).innerText(), /1 person invited\s+pat@other\.test Invited/);
  assert.match(await main(page).innerText(), /1 line isn’t an email address\. Correct it and send again\./);
  assert.equal(await page.getByLabel("Addresses", { exact: true }).inputValue(), "nobody");
  await page.getByRole("button", { name: "Preview" }).click();
  assert.match(await main(page).innerText(), /1 invalid line\.\s+Line “nobody”: No email address here\./);
  holds("a button shows how addresses are read; the good ones are sent, and what is left waits with its reason");
}

async function isInvited(page, sam) {
  await invites(page, SAM.email, "Admin");
  await isTold(page, /\d invites? sent\./);
  const link = await linkFor(results(page), SAM.email).inputValue();
  await sam.goto(link);
  await sam.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(sam, SAM);
  assert.equal(sam.url(), link);
  await sam.getByRole("button", { name: "Accept" }).click();
  await isTold(sam, "Welcome to ");
  assert.equal(await save(sam).count(), 1, "an admin");
  await page.reload();
  assert.equal(await results(page).count(), 1, "results have an address");
  assert.match(await inviteOf(page, SAM.email).innerText(), /Accepted by Sam Other, just now/);
  holds("an address is invited, and its owner accepts with the link that the page shows");
}

async function getsAnotherLink(page, kit) {
  const email = "kit@other.test";
  await invites(page, email);
  const old = await linkFor(results(page), email).inputValue();
  await acts(page, email, "Resend");
  await isTold(page, /Invite to .+ resent\./);
  assert.equal((await kit.goto(old)).status(), 410);
  const link = await linkFor(await opensActions(page, inviteOf(page, email)), email).inputValue();
  assert.equal((await kit.goto(link)).status(), 200);
  await page.goBack();
  await acts(page, email, "Revoke");
  await isTold(page, /Invite to .+ revoked\./);
  assert.match(await inviteOf(page, email).innerText(), /Revoked by Ada Lovelace/);
  assert.equal((await kit.goto(link)).status(), 410);
  assert.equal(await heading(kit), "This invite no longer works.");
  holds("an invite is sent again and taken back with buttons");
}

async function keepsKeys(page) {
  await page.goto(KEYS);
  await opensKeyForm(page, "Anthropic");
  await keyField(page).fill("ANTHROPIC_API_KEY=sk-ant-0123456789");
  const answered = answerTo(page, "POST", KEYS);
  await save(page).click();
  assert.equal((await answered).status(), 422);
  assert.match(await page.title(), /^Error: /);
  assert.match(await alert(page).innerText(), /There is 1 problem\s+Key: Paste only the key/);
  assert.equal(await keyField(page).inputValue(), "");
  await page.goto(KEYS);
  await setsKey(page, "Anthropic", "sk-ant-0123456789aaaa");
  await setsKey(page, "Anthropic", "sk-ant-0123456789bbbb");
  assert.match(await keyOf(page, "Anthropic").innerText(), /…bbbb[^]*Previous key …aaaa/);
  await page.getByRole("button", { name: "Revert Anthropic to the previous key" }).click();
  assert.match(await keyOf(page, "Anthropic").innerText(), /…aaaa[^]*Previous key …bbbb/);
  await page.getByRole("button", { name: "Remove the previous key of Anthropic" }).click();
  assert.doesNotMatch(await keyOf(page, "Anthropic").innerText(), /Previous/);
  await page.getByRole("button", { name: "Remove Anthropic" }).click();
  assert.match(await keyOf(page, "Anthropic").innerText(), /Removed just now\. Deleted permanently in \d+ minutes\./);
  await page.getByRole("button", { name: "Undo the removal of Anthropic" }).click();
  assert.match(await keyOf(page, "Anthropic").innerText(), /…aaaa[^]*Set by Ada Lovelace/);
  holds("a key is set, replaced, brought back, removed and restored with links and buttons");
}

async function changesRoles(page) {
  await raises(page, "Zoë Zimmer", "Admin");
  assert.match(await main(page).innerText(), /Role\s+Admin/);
  await undoes(page, /is now an? /);
  assert.match(await main(page).innerText(), /Role\s+Member/, "where the button was");
  await page.goto(`${USERS}?q=other.test`);
  await (await offer(page, SAM.name, "Make Member")).click();
  await isTold(page, /is now an? /);
  assert.match(await main(page).innerText(), /Role\s+Member/);
  await undoes(page, /is now an? /);
  await main(page).getByRole("link", { name: "Users" }).click();
  assert.match(page.url(), /\?q=other\.test$/, "the view stays");
  assert.match(await rowOf(page, SAM.name).innerText(), /Admin/);
  holds("roles are given and taken with links and buttons, and Undo is one");
}

async function changesMany(page) {
  await page.goto(`${USERS}?q=acme`);
  await looksAtMany(page, [ADA.name, GRACE.name, "Zoë Zimmer"], "Make admin");
  assert.match(await heading(page), /^Make \d people admins\?$/);
  assert.match(await main(page).innerText(), /Ada Lovelace: That’s you\./);
  await page.getByRole("button", { name: /^Make \d people admins$/ }).click();
  await isTold(page, /\d people are now admins\. 1 skipped\./);
  await rowOf(page, "Zoë Zimmer").getByText("Admin", { exact: true }).waitFor();
  await looksAtMany(page, [GRACE.name, "Zoë Zimmer"], "Make member");
  await page.getByRole("button", { name: /^Make \d people members$/ }).click();
  await rowOf(page, "Zoë Zimmer").getByText("Member", { exact: true }).waitFor();
  assert.match(page.url(), /users\?q=acme$/, "the view stays");
  holds("many are chosen in a form, looked at and changed");
}

async function letsSomebodyGo(page, sam) {
  await page.goto(USERS);
  await page.getByRole("link", { name: SAM.name }).click();
  await page.getByRole("button", { name: /^End the session/ }).click();
  await isTold(page, / signed out/);
  await sam.reload();
  assert.equal(new URL(sam.url()).pathname, "/sign-in");
  await offboards(page, SAM.name);
  assert.match(await main(page).innerText(), /No active sessions\./);
  await page.getByRole("button", { name: `Deactivate ${SAM.name}` }).click();
  await isTold(page, "was deactivated and signed out.");
  await undoes(page, "was reactivated.");
  await offboards(page, SAM.name);
  await page.getByRole("button", { name: `Remove ${SAM.name}` }).click();
  await isTold(page, "was removed from the organization.");
  assert.equal(await rowOf(page, SAM.name).count(), 0);
  holds("sessions are ended and somebody is let go, back again and out, with links and buttons");
}

async function goesByThemselves(zoe) {
  const email = "zoe@acme.test";
  await signIn(zoe, { name: "Zoë Zimmer", email });
  await zoe.goto("/settings");
  await zoe.getByRole("link", { name: "Leave…" }).click();
  await zoe.getByRole("button", { name: /^Leave/ }).click();
  await isTold(zoe, "You left ");
  await deletesAccount(zoe, "somebody@else.test");
  assert.equal(await zoe.getByLabel("Type your email to confirm").inputValue(), "somebody@else.test");
  assert.match(await zoe.title(), /^Error: /);
  await deletesAccount(zoe, email);
  await zoe.getByText("Your account is deleted.").waitFor();
  await zoe.goto("/settings");
  assert.equal(new URL(zoe.url()).pathname, "/sign-in");
  holds("one leaves, and deletes one’s account, with links and forms");
}

async function choosesATheme(page) {
  await page.goto("/settings");
  for (const theme of ["Dark", "Light"]) {
    await page.getByRole("button", { name: theme }).click();
    await isTold(page, "Theme saved.");
    assert.equal(await page.getByRole("button", { name: theme }).getAttribute("aria-pressed"), "true");
    assert.equal(await page.locator("html").getAttribute("data-theme"), theme.toLowerCase());
  }
  holds("the theme is chosen with a form, and the first byte has it");
}

async function endsAnotherSession(page, other) {
  await signIn(other, ADA);
  await page.goto("/settings");
  const ends = page.getByRole("button", { name: /^End the session/ });
  const before = await ends.count();
  await ends.first().click();
  await isTold(page, / signed out/);
  assert.equal(await ends.count(), before - 1);
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await isTold(page, "You’re signed out everywhere else.");
  assert.equal(await ends.count(), 0);
  await other.reload();
  assert.equal(new URL(other.url()).pathname, "/sign-in");
  holds("other sessions end at once");
}

async function signOutIsHeeded(page) {
  await signOut(page);
  await page.getByText("You’re signed out.").waitFor();
  await page.goto("/settings/admin/users?q=ada");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await page.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(page, ADA);
  assert.match(page.url(), /\/settings\/admin\/users\?q=ada$/, "back to where one was going");
  holds("after signing out nothing opens, and signing in leads back to where one was going");
}
