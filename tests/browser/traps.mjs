// What one click must not do: one's own role, rules that leave many out, a list that would sleep, a door for anyone. Told
// twice, with scripts and without.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  ADA, GRACE, USERS, addDomain, answerTo, demoDatabase, focusIs, heading, holds, isTold, main, offer, raises, rowOf, save, signIn, story, undoes,
} from "./support.mjs";
import { RUNS_SCRIPTS, isAt, look, nothingStoodInTheWay, path, people } from "./many_support.mjs";

const ACCESS = "/settings/admin/access";
const BEN = { name: "Ben Marsh", email: "ben@acme.test" };
const MANY = 513;

const me = async (page) => (await page.request.get("/api/me")).json();
const rules = async (page) => (await page.request.get("/api/admin/settings")).json();
const preview = (page) => page.getByRole("region", { name: "Who keeps access" });
const card = (page, name) => page.getByRole("region", { name, exact: true });

await story(async (visitor) => {
  const comes = people(visitor);
  const [ada, grace, ben] = [await comes(), await comes(), await comes()];
  await signIn(ada, ADA);
  await addsToWhatIsOff(ada);
  await signIn(grace, GRACE);
  await signIn(ben, BEN);
  await stepsDown(ada, grace);
  await lowersAnother(ada);
  await letsHimselfGo(ben, ada);
  await reviewsOne(ada);
  await reviewsMany(ada);
  await opensTheDoor(ada);
  nothingStoodInTheWay();
});

// --- what is added counts

async function addsToWhatIsOff(page) {
  await page.goto(ACCESS);
  await addDomain(page, "acme.test");
  if (RUNS_SCRIPTS) {
    await page.keyboard.press("Tab");
    await card(page, "Domains").getByText("Saving switches this on.").waitFor();
    await look(page, "120-access-added");
  }
  await save(page).click();
  await isTold(page, "Access rules saved. You added a domain, so domains are now on.");
  assert.ok(await page.getByRole("switch", { name: "Allow by domain" }).isChecked());
  assert.match(await main(page).innerText(), /People with an address at acme\.test can join/);
  await page.getByRole("textbox", { name: "Addresses" }).fill("kim@other.test");
  await save(page).click();
  await isTold(page, "You added an address, so addresses are now on.");
  assert.ok((await rules(page)).emailAllowlistEnabled);
  holds("what is added to a list that is off switches it on, and the page says so");
}

// --- one's own rights

async function stepsDown(page, grace) {
  await raises(page, GRACE.name, "Owner");
  await page.goto(USERS);
  await (await offer(page, ADA.name, "Make Member…")).click();
  assert.equal(await heading(page), "Make yourself a member?");
  const text = await main(page).innerText();
  assert.match(text, /You’ll no longer be able to[^]*Decide who can join[^]*Only another owner can make you an owner again\./);
  await look(page, "121-own-role");
  await page.getByRole("link", { name: "Cancel" }).click();
  await isAt(page, USERS);
  assert.equal((await me(page)).role, "owner", "looking changes nothing");
  await rowOf(page, ADA.name).getByRole("link", { name: ADA.name }).click();
  await page.getByRole("link", { name: "Make Member…" }).click();
  await page.getByRole("button", { name: "Make me a member" }).click();
  await isTold(page, "You’re now a member.");
  await isAt(page, USERS);
  assert.equal(await heading(page), "Users");
  assert.equal(await page.getByRole("button", { name: "Undo" }).count(), 0, "it is not theirs to undo");
  assert.equal((await me(page)).role, "member");
  await raises(grace, ADA.name, "Owner");
  holds("an owner becomes a member after a page has said what that means, and lands on one that they may see");
}

async function lowersAnother(page) {
  await page.goto(USERS);
  await (await offer(page, GRACE.name, "Make Member")).click();
  await isTold(page, /is now an? /);
  await undoes(page, /is now an? /);
  await page.goto(USERS);
  assert.match(await rowOf(page, GRACE.name).innerText(), /Owner/);
  holds("another owner is changed at once, and back");
}

async function letsHimselfGo(page, ada) {
  await raises(ada, BEN.name, "Admin");
  await page.goto(USERS);
  await (await offer(page, BEN.name, "Deactivate or remove…")).click();
  assert.equal(await heading(page), "Deactivate or remove yourself?");
  assert.match(await main(page).innerText(), /You’ll no longer be able to sign in\.[^]*Only another admin can reactivate you\./);
  await look(page, "122-own-offboarding");
  await page.getByRole("button", { name: "Deactivate myself" }).click();
  await page.getByText("Your account is deactivated. You’re signed out.").waitFor();
  assert.equal(path(page), "/sign-in");
  await ada.goto(USERS);
  await (await offer(ada, BEN.name, "Reactivate")).click();
  await signIn(page, BEN);
  await page.goto(USERS);
  await (await offer(page, BEN.name, "Deactivate or remove…")).click();
  await page.getByRole("button", { name: "Remove myself" }).click();
  await page.getByText("You left ").waitFor();
  assert.equal(path(page), "/sign-in");
  holds("anyone who deactivates or removes themselves is told so outside");
}

// --- whom rules leave out

// As many people at an address that rules have let in so far.
function enrolls(count, domain) {
  const ids = Array.from({ length: count }, () => randomUUID());
  const people = ids.map((id) => `('${id}', '${id}@${domain}', 'Person ${id.slice(0, 8)}', 'active', 2)`);
  return demoDatabase(`
    INSERT INTO users (id, email, name, status, created_at) VALUES ${people};
    INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
    SELECT 'default', id, 'member', name, email, 2, 2 FROM users WHERE email LIKE '%@${domain}';`);
}

async function allows(page, domains) {
  const data = { allowedEmailDomains: domains, domainGatingEnabled: true };
  const saved = await page.request.patch("/api/admin/settings", { data, headers: { origin: new URL(page.url()).origin } });
  assert.equal(saved.status(), 200);
}

async function isInSight(page, what) {
  const box = await what.boundingBox();
  const shown = await page.evaluate(() => ({ top: 0, bottom: innerHeight - document.querySelector(".savebar").offsetHeight }));
  assert.ok(box.y >= shown.top && box.y + box.height <= shown.bottom, `${JSON.stringify(box)} in ${JSON.stringify(shown)}`);
}

async function reviewsOne(page) {
  if (enrolls(1, "one.test") === null) return holds("(no sqlite3 here: nobody is left out)");
  await allows(page, ["acme.test", "one.test"]);
  await page.goto(ACCESS);
  await page.getByRole("button", { name: "Remove one.test" }).click();
  await page.getByRole("button", { name: "Review 1 affected person" }).waitFor();
  await card(page, "Domains").getByText("1 person would be refused, 2 would keep access.").waitFor();
  await allows(page, ["acme.test"]);
  holds("one is one person");
}

async function reviewsMany(page) {
  if (enrolls(MANY, "many.test") === null) return;
  await allows(page, ["acme.test", "one.test", "many.test"]);
  await page.goto(ACCESS);
  const warning = card(page, "Domains").getByText(`${MANY} people would be refused, 3 would keep access.`);
  await page.getByRole("button", { name: "Remove many.test" }).click();
  await warning.waitFor();
  await isInSight(page, warning);
  await look(page, "123-access-warned");
  if (RUNS_SCRIPTS) {
    await page.goto(ACCESS);
    await page.getByRole("switch", { name: "Allow by domain" }).uncheck();
    await card(page, "Domains").getByText(`${MANY + 3} people would be refused`).waitFor();
    await focusIs(page, /^Allow by domain$/, "what appears by itself leaves the focus alone");
    await page.getByRole("button", { name: `Review ${MANY + 3} affected people` }).waitFor();
    await page.getByRole("switch", { name: "Allow by domain" }).check();
    await save(page).waitFor();
    await card(page, "Domains").getByText("would be refused").waitFor({ state: "detached" });
    await page.goto(ACCESS);
    await page.getByRole("button", { name: "Remove many.test" }).click();
  }
  const review = page.getByRole("button", { name: `Review ${MANY} affected people` });
  await review.waitFor();
  const answered = answerTo(page, "POST", ACCESS);
  await review.click();
  assert.equal((await answered).status(), 422, "nothing is saved before it was reviewed");
  const numbers = RUNS_SCRIPTS ? preview(page).locator(".counts") : warning;
  await numbers.waitFor();
  await isInSight(page, numbers);
  assert.match(await preview(page).innerText(), /Keep access 3\s+·\s+Would be refused 513/);
  await look(page, "124-access-reviewed");
  await save(page).click();
  await isTold(page, "Access rules saved.");
  assert.deepEqual((await rules(page)).allowedEmailDomains, ["acme.test", "one.test"]);
  holds("whom a change leaves out is said beside it and in the button, and saving stops at the numbers");
}

// --- a door for anyone

async function opensTheDoor(page) {
  await page.goto(ACCESS);
  await page.getByRole("switch", { name: "Allow anyone" }).check();
  const sentence = /Anyone with an account at Demo ID can become a member, without an invite\./;
  if (RUNS_SCRIPTS) {
    await preview(page).getByText(sentence).waitFor();
    await card(page, "Open sign-up").getByText(sentence).waitFor();
    await isTold(page, sentence);
  } else {
    await save(page).click();
    assert.match(await card(page, "Open sign-up").innerText(), sentence);
  }
  const name = page.getByLabel("Type My Organization to confirm");
  await look(page, "125-access-opening");
  assert.equal((await rules(page)).openSignUp, false);
  await name.fill("yes");
  const answered = answerTo(page, "POST", ACCESS);
  await save(page).click();
  assert.equal((await answered).status(), 422);
  await page.locator("#confirm_name[aria-invalid=true]").waitFor();
  assert.equal(await name.inputValue(), "yes");
  await focusIs(page, /^Type My Organization to confirm$/, "at what has to be mended");
  await look(page, "126-access-opening-422");
  await name.fill("my organization");
  await save(page).click();
  await isTold(page, "Access rules saved.");
  assert.equal((await rules(page)).openSignUp, true);
  assert.equal(await page.locator(".statement-open").count(), 1);
  holds("anyone is let in by the typed name of the organization, after a page has said who that could be");
}
