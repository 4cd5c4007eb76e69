// Who may come in, decided and explained: trying an address, looking who would be left out, ending access and giving
// it back, those turned away, and the ways to sign in.

import assert from "node:assert/strict";
import {
  ADA, GRACE, MALLORY, addDomain, allowDomain, answerTo, demoDatabase, focusIs, heading, holds, isTold, main, review, rowOf, save, shoot,
  signIn, signOut, story, turnedAway,
} from "./support.mjs";

const ACCESS = "/settings/admin/access";
const BOB = { name: "Bob Marsh", email: "bob@acme.test" };
const KIT = { name: "Kit Young", email: "kit@partner.test" };

const domains = (page) => page.getByLabel("Domain", { exact: true });
const addresses = (page) => page.getByRole("textbox", { name: "Addresses" });
const preview = (page) => page.getByRole("region", { name: "Who keeps access" });
const simulator = (page) => page.getByRole("region", { name: "Try an address" });
const verdict = (page) => simulator(page).getByRole("group", { name: "How this was decided" });
const methods = (page) => page.getByRole("region", { name: "Sign-in methods" });
const addToList = (page, { email }) => preview(page).getByRole("row").filter({ hasText: email }).getByRole("button");
const losers = (page) => preview(page).getByRole("rowheader");
// Presses Save and gives the answer to it.
const saves = (page) => presses(page, save(page));
// The same where someone would be refused, and has to be looked at first.
const reviews = (page) => presses(page, review(page));
// Whichever of both it is.
const sends = (page) => presses(page, save(page).or(review(page)));
const me = async (page) => (await page.request.get("/api/me")).json();
const storedRules = async (page) => (await page.request.get("/api/admin/settings")).json();

await story(async (visitor) => {
  const [ada, bob, grace] = [await visitor(), await visitor(), await visitor()];
  await signIn(ada, ADA);
  await allowDomain(ada, "acme.test");
  await triesAddresses(ada);
  await joins(bob, BOB);
  await joins(grace, GRACE);
  await looksAhead(ada);
  await addsToTheList(ada);
  await keepsThemIn(ada, bob);
  const role = await endsTheirAccess(ada, bob);
  await letsThemInAgain(ada, bob, role);
  await isToldOfANewcomer(ada, await visitor());
  await meansDoubtfulDomains(ada);
  await turnsMalloryAway(ada, await visitor());
  await keepsTheLastMethod(ada);
  await testsAMethod(ada);
});

async function joins(page, person) {
  await signIn(page, person);
  await page.waitForURL("**/settings/admin");
}

// --- trying an address

async function triesAddresses(page) {
  await page.goto(ACCESS);
  const cases = [
    ["new@acme.test", "new@acme.test can sign in as a member.", "Domains"],
    [ADA.email, "ada@acme.test can sign in as an owner.", "Membership"],
    ["sam@hr.acme.test", /sam@hr\.acme\.test is refused\. hr\.acme\.test is a subdomain, and acme\.test doesn’t include subdomains\./, "Everyone else"],
    ["mallory@evil.test", /is refused\. evil\.test isn’t an allowed domain\./, "Everyone else"],
  ];
  for (const [email, sentence, rule] of cases) await isAnswered(page, email, sentence, rule);
  await page.getByLabel("Email not verified by the provider").check();
  await isAnswered(page, "new@acme.test", /is refused\. Email not verified by the provider\./, "Verified address", { verified: false });
  await page.getByLabel("Email not verified by the provider").uncheck();
  await page.getByLabel("Signs in with").selectOption("Demo ID");
  await isAnswered(page, ADA.email, "ada@acme.test can sign in as an owner.", "Membership", { provider: "demo" });
  await page.getByLabel("Address", { exact: true }).fill("nobody");
  await tries(page);
  assert.equal(await page.getByLabel("Address", { exact: true }).getAttribute("aria-invalid"), "true");
  assert.equal(await verdict(page).count(), 0, "no verdict on what isn't an address");
  holds("trying an address says who gets in, why, and which rule decides: what the API answers, too");
}

async function tries(page) {
  const answered = answerTo(page, "GET", ACCESS);
  await simulator(page).getByRole("button", { name: "Try" }).click();
  await answered;
  await focusIs(page, /^Try$/, "the focus stays where the next try begins");
}

async function isAnswered(page, email, sentence, rule, question = {}) {
  await page.getByLabel("Address", { exact: true }).fill(email);
  await tries(page);
  const said = simulator(page).locator("[data-result]");
  await said.filter({ hasText: sentence }).waitFor();
  await isTold(page, await said.innerText());
  const steps = verdict(page).getByRole("listitem");
  assert.equal(await steps.filter({ hasText: "deciding rule" }).locator("strong").innerText(), rule);
  const api = await asksTheApi(page, { email, ...question });
  assert.equal(await simulator(page).locator(".verdict-in").count(), Number(api.admitted));
  assert.deepEqual(await steps.evaluateAll((all) => all.map((step) => step.querySelector(".detail").textContent)), api.steps.map(({ detail }) => detail));
  const outcomes = { admits: "Allowed", refuses: "Refused", passes: "No match" };
  assert.deepEqual(await steps.locator(".outcome").allInnerTexts(), api.steps.map(({ outcome }) => outcomes[outcome]));
}

// From within the page, as its own script would.
function asksTheApi(page, question) {
  return page.evaluate(async (question) => {
    const init = { method: "POST", body: JSON.stringify(question), headers: { "content-type": "application/json" } };
    return (await fetch("/api/admin/access/simulation", init)).json();
  }, question);
}

// --- looking ahead

async function looksAhead(page) {
  await page.goto(ACCESS);
  assert.equal(await preview(page).count(), 0, "nothing to look at before something is changed");
  await domains(page).fill("partner.test");
  await page.keyboard.press("Tab");
  await preview(page).waitFor();
  await focusIs(page, /^Include subdomains/, "what appears by itself leaves the focus alone");
  await isTold(page, /Keep access 0 . Would be refused 3/);
  assert.deepEqual(await names(page), [ADA.name, BOB.name, GRACE.name]);
  const bob = preview(page).getByRole("row").filter({ hasText: BOB.email });
  assert.match(await bob.innerText(), /acme\.test isn’t an allowed domain\./);
  assert.match(await preview(page).innerText(), /You keep access: no one can lock themselves out here/);
  await shoot(page, "40-access-preview");
  holds("a changed rule shows at once whom it would not let in, and why");
}

// The people whom the preview names, in its order.
async function names(page) {
  const people = await losers(page).locator(".name").allInnerTexts();
  return people.map((text) => text.replace(/\s+You$/, ""));
}

async function addsToTheList(page) {
  const before = await storedRules(page);
  await addToList(page, GRACE).click();
  await losers(page).filter({ hasText: GRACE.name }).waitFor({ state: "detached" });
  assert.equal(await addresses(page).inputValue(), GRACE.email);
  assert.ok(await page.getByRole("switch", { name: "Allow listed addresses" }).isChecked());
  assert.deepEqual(await names(page), [ADA.name, BOB.name]);
  await isTold(page, `${GRACE.email} is among the addresses now. Not saved yet.`);
  await focusIs(page, /^Add to list: (ada|bob)@/, "beside the row that has gone");
  assert.ok(await page.getByText("Unsaved changes").isVisible());
  assert.deepEqual(await storedRules(page), before, "nothing is saved yet");
  holds("“Add to list” edits the form, saves nothing and keeps the focus in the list");
}

// --- saving

async function keepsThemIn(page, bob) {
  assert.ok(await page.getByRole("radio", { name: "Apply to new sign-ins only" }).isChecked());
  assert.equal((await reviews(page)).status(), 422);
  await focusIs(page, /^Who keeps access$/, "at what saving would mean");
  await page.getByLabel("Type your email to confirm").fill("somebody@acme.test");
  assert.equal((await saves(page)).status(), 422, "the address of another is no consent");
  await page.getByLabel("Type your email to confirm").fill(ADA.email);
  await saves(page);
  await isTold(page, "Access rules saved.");
  await bob.getByRole("navigation").getByRole("link", { name: "Users" }).click();
  await bob.getByRole("table").waitFor();
  await signOut(bob);
  await joins(bob, BOB);
  holds("rules for new people only keep everybody in, and one’s own way out is typed");
}

async function presses(page, button) {
  const answered = answerTo(page, "POST", ACCESS);
  await button.click();
  return answered;
}

// Anyone who had another role than a newcomer's shows that it is kept; pages can't give one yet.
function promote(person) {
  const done = demoDatabase(`UPDATE memberships SET role = 'admin' WHERE email = '${person.email}'`);
  return done === null ? "member" : "admin";
}

async function endsTheirAccess(page, bob) {
  const role = promote(BOB);
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await focusIs(page, /^Who keeps access$/, "at what was asked for");
  assert.match(await preview(page).innerText(), /Keeps access in any case/);
  await page.getByRole("radio", { name: "Also end access for this person now" }).check();
  await saves(page);
  await isTold(page, "lost access.");
  await bob.getByRole("navigation").getByRole("link", { name: "Users" }).click();
  await bob.getByRole("heading", { name: "You’re not a member of any organization" }).waitFor();
  assert.equal((await bob.request.get("/api/org/users")).status(), 403);
  await bob.goto("/");
  await bob.getByRole("button", { name: /^Sign out/ }).click();
  await turnedAway(bob, BOB);
  await page.goto("/settings/admin/users?q=bob");
  await rowOf(page, BOB.name).getByText("Locked out by access rules").waitFor();
  await shoot(page, "41-users-locked-out");
  holds("ending access puts them out at their next click, and says so beside their name");
  return role;
}

async function letsThemInAgain(page, bob, role) {
  await page.goto(ACCESS);
  await addresses(page).fill(`${GRACE.email}\n${BOB.email}`);
  await page.keyboard.press("Tab");
  await preview(page).waitFor();
  await reviews(page);
  await saves(page);
  await isTold(page, "Access rules saved.");
  await joins(bob, BOB);
  assert.equal((await me(bob)).role, role);
  holds("whom the rules let in again comes back with the role that they had");
}

async function isToldOfANewcomer(page, kit) {
  await page.goto(ACCESS);
  await domains(page).fill("acme.test");
  await page.keyboard.press("Tab");
  await preview(page).getByText("Every current member keeps access.").waitFor();
  await joins(kit, KIT);
  assert.equal((await saves(page)).status(), 409);
  await focusIs(page, /^The members changed in the meantime\. Review again\.$/, "at what is new");
  assert.deepEqual(await names(page), [KIT.name]);
  assert.equal(await domains(page).inputValue(), "acme.test", "what was typed stays");
  assert.deepEqual((await storedRules(page)).allowedEmailDomains, ["partner.test"], "nothing is saved yet");
  await shoot(page, "42-access-stale");
  await saves(page);
  await isTold(page, "Access rules saved.");
  await kit.reload();
  assert.equal(await heading(kit), "General");
  holds("anyone who joins between the preview and Save is shown before anything is saved");
}

// --- doubtful domains

async function meansDoubtfulDomains(page) {
  const doubtful = [
    ["gmail.com", "gmail.com", /Anyone can register an address at gmail\.com\./],
    ["\u0430cme.com", "xn--cme-5cd.com", /The letters of \u0430cme\.com only look like plain ones\. It is the domain xn--cme-5cd\.com/],
  ];
  for (const [typed, meant, warning] of doubtful) {
    await addDomain(page, typed);
    assert.equal((await sends(page)).status(), 422);
    await focusIs(page, /Check the domain marked below/, "at the reason");
    assert.match(await main(page).innerText(), warning);
    assert.ok(!(await storedRules(page)).allowedEmailDomains.includes(meant));
    await page.getByLabel(`Yes, I mean ${meant}`).check();
    await shoot(page, `43-access-doubt-${meant}`);
    await savesUnseen(page);
    assert.ok((await storedRules(page)).allowedEmailDomains.includes(meant));
    assert.equal(await page.getByLabel(`Yes, I mean ${meant}`).count(), 0, "asked once");
  }
  holds("domains that anyone can register at, or that only look like another, take a tick");
}

// Kit stays left out by these rules, too, which has to be looked at each time.
async function savesUnseen(page) {
  const answer = await sends(page);
  if (answer.status() === 422) {
    await focusIs(page, /^Who keeps access$/, "at what saving would mean");
    await saves(page);
  }
  await isTold(page, "Access rules saved.");
}

// --- those turned away

async function turnsMalloryAway(page, mallory) {
  for (let times = 0; times < 3; times += 1) await turnedAway(mallory, MALLORY);
  await page.goto(ACCESS);
  const lines = page.getByRole("region", { name: "Refused sign-ins" }).getByRole("listitem");
  const line = lines.filter({ hasText: MALLORY.email });
  assert.equal(await line.count(), 1);
  assert.match(await line.innerText(), /3 times/);
  assert.match(await line.innerText(), /evil\.test isn’t an allowed domain/);
  assert.match(await lines.filter({ hasText: BOB.email }).innerText(), /Now a member\./);
  await shoot(page, "44-access-turned-away");
  await page.getByRole("button", { name: /^Allow this address.*mallory/ }).click();
  await isTold(page, "can now join.");
  assert.match(await line.innerText(), /Could join now\./);
  await joins(mallory, MALLORY);
  holds("three refusals are one line, and allowing the address there lets its owner in");
}

// --- sign-in methods

async function keepsTheLastMethod(page) {
  await page.goto(ACCESS);
  const off = methods(page).getByRole("button", { name: "Switch off Demo ID" });
  assert.equal(await off.getAttribute("aria-disabled"), "true");
  assert.match(await off.evaluate((button) => document.getElementById(button.getAttribute("aria-describedby")).textContent), /No owner could sign in without it/);
  const forced = await page.evaluate(async () => {
    const body = new URLSearchParams({ on: "false" });
    const answer = await fetch("/settings/admin/access/methods/demo", { method: "POST", body });
    return { status: answer.status, text: await answer.text() };
  });
  assert.equal(forced.status, 409);
  assert.match(forced.text, /No owner could sign in without it/);
  holds("the last method of an owner can't be switched off, and says why");
}

async function testsAMethod(page) {
  await page.goto(ACCESS);
  await addresses(page).fill("typed@with.care");
  await page.getByRole("button", { name: "Test Demo ID" }).click();
  await methods(page).getByText("Demo ID accepts the client ID and secret.").waitFor();
  assert.match(await methods(page).innerText(), /Demo ID answered in \d+ ms and names itself http:\/\/localhost:\d+\./);
  await isTold(page, /Demo ID answered in/);
  await focusIs(page, /^Test Demo ID$/, "beside the findings");
  assert.equal(await addresses(page).inputValue(), "typed@with.care");
  assert.ok(await page.getByText("Unsaved changes").isVisible());
  await shoot(page, "45-access-method-tested");
  holds("testing a method says what was found, and loses nothing that was typed");
}
