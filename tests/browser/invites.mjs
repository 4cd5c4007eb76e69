// Invites from both ends: sent, mailed, looked at, accepted by whom they are for, sent again, taken back and over.

import assert from "node:assert/strict";
import {
  ADA, BASE, INVITES, MALLORY, acts, answerTo, caught, demoDatabase, fillInvites, focusIs, heading, holds, introduce, inviteOf,
  invites, isTold, linkFor, looksForMail, mailedLink, main, opensActions, readsMail, results, shoot, signIn, story, turnedAway,
} from "./support.mjs";

const SAM = { name: "Sam Other", email: "sam@other.test" };
const KIT = { name: "Kit Young", email: "kit@other.test" };
const LEE = { name: "Lee Late", email: "lee@other.test" };
const HOST = new URL(BASE).host;
const HOUR = 3_600_000;
const MIXED = `Ana Doe <ana@other.test>, ben@other.test
BEN@other.test\t${SAM.email}; ${LEE.email}`;
const BAD = ["nobody", "two@other.test@evil.test"];

const me = async (page) => (await page.request.get("/api/me")).json();
const send = (page) => page.getByRole("button", { name: "Invite", exact: true });
const addresses = (page) => page.getByLabel("Addresses", { exact: true });
const parsed = (page) => page.locator("#parsed");
const path = (link) => new URL(link).pathname;

await story(async (visitor) => {
  const [ada, mallory] = [await visitor({ permissions: ["clipboard-read", "clipboard-write"] }), await visitor()];
  await signIn(ada, ADA);
  const link = await isInvited(ada);
  await isMailed(await visitor(), link);
  await isAskedNotAdopted(ada, mallory);
  await isForAnother(ada, mallory, link);
  await accepts(ada, await visitor());
  await getsAnotherLink(ada, await visitor());
  await comesTooLate(ada, await visitor());
  await isTakenBack(ada, await visitor());
  await readsWhatIsPasted(ada, await visitor());
  await countsDown(ada);
  await testsTheMail(ada, await visitor());
});

// --- sent and accepted

async function isInvited(page) {
  await page.goto(INVITES);
  await page.getByRole("heading", { name: "No invites yet" }).waitFor();
  await focusIs(page, /^Addresses$/, "there is one thing to do");
  await shoot(page, "70-invites-none");
  await fillInvites(page, "Sam Other <Sam@Other.test>", "Admin");
  await isTold(page, "1 address.");
  await send(page).click();
  await focusIs(page, /^1 person invited$/, "at what came of it");
  await isTold(page, /\d invites? sent\./);
  const link = await linkFor(results(page), SAM.email).inputValue();
  await results(page).getByRole("button", { name: "Copy" }).click();
  await isTold(page, "Copied");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  await inviteOf(page, SAM.email).getByText("Email sent").waitFor();
  assert.match(await inviteOf(page, SAM.email).innerText(), /Admin\s+Pending\s+Email sent\s+in 7 days\s+Ada Lovelace/);
  assert.equal(await linkFor(await opensActions(page, inviteOf(page, SAM.email)), SAM.email).inputValue(), link);
  await focusIs(page, /^Copy link$/, "in the menu, once it is there");
  await shoot(page, "71-invites-sent");
  holds("an invite shows its link to copy, and its row tells by itself that the mail is sent");
  return link;
}

async function isMailed(page, link) {
  assert.equal(await readsMail(page, SAM.email), link);
  assert.equal(await heading(page), `Ada Lovelace invited you to My Organization on ${HOST}`);
  assert.match(await main(page).innerText(), /from Gatehouse to sam@other\.test/);
  const text = await page.getByRole("region", { name: "Plain text" }).innerText();
  assert.ok(text.includes(link), text);
  assert.match(text, /as an admin\.\s+Sign in with sam@other\.test\.[^]*The invite expires .* UTC\./);
  const html = page.frameLocator("iframe");
  assert.equal(await html.getByRole("link", { name: "View invite" }).getAttribute("href"), link);
  assert.ok((await html.locator("main").innerText()).includes(link));
  await shoot(page, "72-mail-invite");
  holds("the mail says who invites to what, until when, and has the link in both parts");
}

async function isAskedNotAdopted(ada, mallory) {
  await turnedAway(mallory, MALLORY);
  await ada.goto("/settings/admin/access");
  await ada.getByRole("button", { name: /^Invite.*mallory/ }).click();
  await results(ada).getByText(MALLORY.email).waitFor();
  assert.match(await inviteOf(ada, MALLORY.email).innerText(), /Member\s+Pending/);
  holds("a person who was turned away is invited with a button beside the refusal");
  await signIn(mallory, MALLORY);
  assert.equal(await heading(mallory), "You’re not a member of any organization");
  assert.match(await main(mallory).innerText(), /Ada Lovelace invites you to My Organization as a member\./);
  assert.equal((await me(mallory)).role, null);
  await shoot(mallory, "73-waiting-invited");
  await mallory.getByRole("link", { name: "View invite to My Organization" }).click();
  assert.equal(await heading(mallory), "Join My Organization");
  assert.equal((await me(mallory)).role, null);
  holds("signing in while an invite is open asks, and adopts nobody");
}

async function isForAnother(ada, mallory, link) {
  await mallory.goto(link);
  assert.equal(await heading(mallory), "This invite is for another account");
  const text = await main(mallory).innerText();
  assert.match(text, /s\*\*\*@other\.test/);
  assert.doesNotMatch(text, /sam@/);
  assert.match(text, /mallory@evil\.test/);
  await shoot(mallory, "74-landing-wrong");
  const status = await mallory.evaluate(async (action) => (await fetch(action, { method: "POST" })).status, `${link}/acceptance`);
  assert.equal(status, 403);
  await ada.goto(INVITES);
  assert.match(await inviteOf(ada, SAM.email).innerText(), /Pending/);
  holds("another account is told whose it is not, and leaves the invite open");
}

async function accepts(ada, sam) {
  const link = await readsMail(sam, SAM.email);
  await mailedLink(sam).click();
  assert.equal(await heading(sam), "Join My Organization");
  assert.match(await main(sam).innerText(), /Ada Lovelace invites you to join My Organization as an admin\.[^]*Continue as s\*\*\*@other\.test/);
  await shoot(sam, "75-landing-signed-out");
  await sam.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(sam, SAM);
  assert.equal(sam.url(), link, "back at the invitation");
  assert.equal((await me(sam)).role, null, "looking accepts nothing");
  await shoot(sam, "76-landing-right");
  await sam.getByRole("button", { name: "Accept" }).click();
  await isTold(sam, "Welcome to ");
  assert.equal((await me(sam)).role, "admin");
  await sam.goto(link);
  assert.equal(await heading(sam), "This invite was used.");
  await ada.reload();
  assert.match(await inviteOf(ada, SAM.email).innerText(), /Accepted by Sam Other, just now/);
  holds("Sam follows the mail, signs in, accepts and is an admin");
}

// --- sent again, taken back, over

async function getsAnotherLink(ada, kit) {
  await invites(ada, KIT.email);
  const old = await readsMail(kit, KIT.email);
  await acts(ada, KIT.email, "Resend");
  await isTold(ada, /^\s*Invite to .+ resent\. The old link no longer works\./);
  await focusIs(ada, /^Actions for kit@other\.test$/, "at the row that it was about");
  const link = await readsMail(kit, KIT.email, 2);
  assert.notEqual(link, old);
  assert.equal((await kit.goto(old)).status(), 410);
  assert.equal(await heading(kit), "This invite no longer works.");
  await shoot(kit, "77-landing-over");
  assert.equal((await kit.goto(link)).status(), 200);
  assert.equal(await heading(kit), "Join My Organization");
  holds("sending again makes a new link and a second mail, and ends the old link");
}

async function isTakenBack(ada, kit) {
  const link = await readsMail(kit, KIT.email, 2);
  await signIn(kit, KIT, path(link));
  await kit.getByRole("button", { name: "Accept" }).waitFor();
  await ada.goto(`${INVITES}?status=pending`);
  await acts(ada, KIT.email, "Revoke");
  await isTold(ada, /Invite to .+ revoked\./);
  await inviteOf(ada, KIT.email).waitFor({ state: "detached" });
  await focusIs(ada, /^Actions for mallory@evil\.test$/, "at the row beside the one that has gone");
  const answered = answerTo(kit, "POST", `${path(link)}/acceptance`);
  await kit.getByRole("button", { name: "Accept" }).click();
  assert.equal((await answered).status(), 410);
  assert.equal(await heading(kit), "This invite no longer works.");
  assert.equal((await me(kit)).role, null);
  await ada.getByRole("link", { name: "Revoked" }).click();
  assert.match(await inviteOf(ada, KIT.email).innerText(), /Revoked by Ada Lovelace, just now/);
  holds("what is revoked while somebody looks at it can't be accepted any more");
}

// The clock of a running server can't be moved: the end of an invite is.
function endsIn(email, milliseconds) {
  return demoDatabase(`UPDATE invites SET expires_at = ${Date.now() + milliseconds} WHERE email = '${email}'`) !== null;
}

async function comesTooLate(ada, lee) {
  await invites(ada, LEE.email);
  const link = await readsMail(lee, LEE.email);
  if (!endsIn(LEE.email, -HOUR)) return holds("(no sqlite3 here: that invites end is left to tests/web)");
  assert.equal((await lee.goto(link)).status(), 410);
  assert.equal(await heading(lee), "This invite has expired");
  await shoot(lee, "78-landing-expired");
  await lee.getByRole("button", { name: "Request a new link" }).click();
  await isTold(lee, "We told Ada Lovelace.");
  assert.equal(await lee.getByRole("button").count(), 0, "asked once");
  await shoot(lee, "79-landing-asked");
  await lee.goto(link);
  await lee.evaluate((action) => fetch(action, { method: "POST" }), `${link}/request`);
  assert.equal(path(await readsMail(lee, ADA.email)), INVITES);
  assert.match(await heading(lee), /@other\.test asks for a new link to My Organization/);
  await ada.goto(INVITES);
  assert.match(await inviteOf(ada, LEE.email).innerText(), /Asked for a new link\.[^]*Expired 1 hour ago/);
  await shoot(ada, "80-invites-asked");
  await acts(ada, LEE.email, "Resend");
  await isTold(ada, /Invite to .+ resent\./);
  assert.doesNotMatch(await inviteOf(ada, LEE.email).innerText(), /Asked/);
  const again = await readsMail(lee, LEE.email, 2);
  await lee.goto(again);
  assert.equal(await heading(lee), "Join My Organization");
  holds("a late guest asks once, the inviter hears of it once, and sends another link");
}

async function countsDown(page) {
  if (!endsIn(LEE.email, 5 * HOUR + 10.5 * 60_000)) return;
  const expires = inviteOf(page, LEE.email).locator("time");
  await page.clock.install();
  await page.goto(INVITES);
  assert.equal(await expires.innerText(), "in 5 h 10 min");
  assert.ok(await expires.evaluate((time) => time.matches(".soon")));
  await page.clock.fastForward(2 * HOUR);
  await page.getByText("in 3 h 10 min").waitFor();
  endsIn(LEE.email, -1000);
  await page.clock.fastForward(4 * HOUR);
  await inviteOf(page, LEE.email).getByText("Expired just now").waitFor();
  holds("the countdown follows the clock through a laptop’s sleep, and the row turns when it is over");
}

// --- many at once

async function readsWhatIsPasted(page, post) {
  await page.goto(INVITES);
  await addresses(page).fill([MIXED, ...BAD].join("\n"));
  const read = "4 addresses, 1 duplicate, 2 invalid lines.";
  await parsed(page).getByText(read).waitFor();
  await isTold(page, read);
  await focusIs(page, /^Addresses$/, "reading along leaves the focus alone");
  await parsed(page).getByText(`${SAM.email} Already a member.`).waitFor();
  await parsed(page).getByText(`${LEE.email} Has an open invite.`).waitFor();
  holds("the preview says who is a member already, and who has an open invite");
  const sent = answerTo(page, "POST", INVITES);
  await send(page).click();
  await focusIs(page, /^3 people invited$/, "at what came of it");
  const lines = await results(page).getByRole("listitem").locator("p:first-child").allInnerTexts();
  const again = "Invited again; the old link stopped working";
  assert.deepEqual(lines, ["ana@other.test Invited", "ben@other.test Invited", `${SAM.email} Already a member`, `${LEE.email} ${again}`]);
  assert.equal(await addresses(page).inputValue(), BAD.join("\n"));
  for (const line of BAD) await parsed(page).getByText(`Line “${line}”`).waitFor();
  await shoot(page, "81-invites-to-correct");
  holds("lines that are no addresses stay with their reasons, and the others are sent");
  await results(page).getByRole("button", { name: "Copy all links" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied.split("\n").length, 3);
  await shoot(page, "82-invites-results");
  await looksForMail(post, "ana@other.test");
  holds("each line has its result, and all links are copied at once");
  await correctsWhatIsLeft(page);
  await sendsItTwice(page, (await sent).request().postData());
}

async function correctsWhatIsLeft(page) {
  await addresses(page).fill("nobody@other.test");
  await parsed(page).getByText("1 address.").waitFor();
  await send(page).click();
  await focusIs(page, /^1 person invited$/, "at what came of the rest");
  assert.equal(await addresses(page).inputValue(), "");
  holds("what was left is corrected and sent by itself");
}

// As a browser does that lost the answer. That nothing is mailed is looked at when later mails have come.
async function sendsItTwice(page, body) {
  const text = await page.evaluate(async ([path, body]) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return (await fetch(path, { method: "POST", headers, body })).text();
  }, [INVITES, body]);
  assert.match(text, /Already invited\. Nothing was resent\./);
  assert.match(text, /3 people invited/);
  assert.match(text, /2 lines aren’t email addresses\./);
  await page.getByRole("navigation").getByRole("link", { name: "Users" }).click();
  await page.waitForURL("**/users");
  await page.goBack();
  await send(page).waitFor();
  assert.equal(await addresses(page).inputValue(), "", "nothing is there to be sent again");
}

async function testsTheMail(page, post) {
  await page.goto(INVITES);
  await page.getByRole("button", { name: "Send me a test email" }).click();
  await isTold(page, "Test email sent to ");
  await looksForMail(post, ADA.email, 2);
  assert.match(await caught(post, ADA.email).first().innerText(), /^Email from .* works/);
  assert.equal(await caught(post, "ana@other.test").count(), 1, "the form that was sent twice");
  holds("a test mail goes to the person who asks for it, and the same form mails nobody twice");
}
