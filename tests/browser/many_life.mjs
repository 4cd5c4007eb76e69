// The life of an organization: its owner gives it another address, then another owner, who deletes it and brings it
// back. Told twice, with scripts and without.

import assert from "node:assert/strict";
import { focusIs, heading, holds, isTold, logIn, main, proofread, save, story } from "./support.mjs";
import {
  CHOOSER, NEW, RUNS_SCRIPTS, WORK, accepts, at, belongsTo, door, invitesTo, isAt, isNowhere, longAgo, look,
  nothingStoodInTheWay, path, people, shell, signsIn,
} from "./many_support.mjs";

const [ADA, SAM, TIM, GIL] = ["ada@acme.test", "sam@acme.test", "tim@acme.test", "gil@globex.test"];
const [OLD, ROCKETS] = ["acme", "acme-rockets"];
const danger = (slug) => at(slug, "/danger");
const deletion = at(ROCKETS, "/danger/deletion");

const room = (page, name) => page.getByRole("navigation").getByRole("link", { name });
const card = (page, name) => page.getByRole("region", { name, exact: true });
const change = (page) => presses(page, "Change the address");
const remove = (page) => presses(page, "Delete Acme");

await story(async (visitor) => {
  const comes = people(visitor);
  const all = [await comes(), await comes(), await comes(), await comes(), await comes()];
  const [ada, sam, tim, gil, stranger] = all;
  const proofs = all.map(proofread);
  await hasMembers(ada, [[sam, SAM], [tim, TIM]]);
  const invite = await invitesTo(ada, OLD, "lee@new.test", "Member");
  await ownsAnother(gil);
  await opensTheDangerZone(ada, tim);
  await isRefusedAddresses(ada);
  await changesTheAddress(ada, tim, gil);
  await givesUpTheFormerAddress(ada, tim);
  await namesNobodyElse(ada);
  await transfers(ada, sam);
  await keepsTheLast(sam);
  await deletes(sam);
  await isGoneForOthers({ ada, tim, gil, stranger }, invite);
  await restores(sam, { ada, tim, stranger }, invite);
  nothingStoodInTheWay();
  let pages = 0;
  for (const proof of proofs) pages += await proof();
  holds(`all of it ${RUNS_SCRIPTS ? "with" : "without"} scripts, on ${pages} pages of sound HTML`);
});

// --- who there is

async function hasMembers(ada, members) {
  await signsIn(ada, ADA);
  await ada.goto(NEW);
  await ada.getByLabel("Name", { exact: true }).fill("Acme");
  await ada.getByLabel("Address", { exact: true }).fill(OLD);
  await ada.getByRole("button", { name: "Create organization" }).click();
  await isAt(ada, at(OLD));
  for (const [page, email] of members) {
    await signsIn(page, email, await invitesTo(ada, OLD, email, "Member"));
    await accepts(page, OLD);
  }
}

async function ownsAnother(gil) {
  shell("org", "create", "Globex", "--owner", GIL);
  await signsIn(gil, GIL);
  await isAt(gil, at("globex"));
}

// --- what an organization is to the person who owns it

// Sends the form, and gives the status of the answer.
async function presses(page, name) {
  const answer = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByRole("button", { name, exact: true }).click();
  return (await answer).status();
}

// The form came back: with what was typed, and the sentence beside the field, where the focus is.
async function isRefused(page, label, typed, sentence) {
  const field = page.getByLabel(label);
  assert.equal(await field.inputValue(), typed);
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.match(await page.title(), /^Error: /);
  await main(page).getByText(sentence, { exact: true }).waitFor();
  if (RUNS_SCRIPTS) await focusIs(page, new RegExp(`^${label}`), "at what has to be mended");
}

async function opensTheDangerZone(ada, tim) {
  await ada.goto(at(OLD));
  await room(ada, "Danger zone").click();
  await isAt(ada, danger(OLD));
  assert.equal(await heading(ada), "Danger zone");
  assert.deepEqual(await main(ada).getByRole("heading", { level: 2 }).allInnerTexts(), ["Address", "Transfer", "Leave", "Delete"]);
  await look(ada, "140-danger");
  await isKeptFrom(tim, OLD);
  holds("an owner finds the danger zone, and a member does not");
}

async function isKeptFrom(page, slug) {
  await page.goto(at(slug));
  await room(page, "General").waitFor();
  assert.equal(await room(page, "Danger zone").count(), 0);
  assert.equal((await page.goto(danger(slug))).status(), 403);
  assert.equal(await heading(page), "Only an owner can do that");
}

// --- another address

async function isRefusedAddresses(ada) {
  await ada.goto(danger(OLD));
  await ada.getByRole("link", { name: "Change the address…" }).click();
  assert.equal(await heading(ada), "Change the address");
  assert.equal(await ada.getByLabel("New address").inputValue(), OLD);
  const breaks = await card(ada, "What breaks").innerText();
  assert.match(breaks, /can’t join at the old address[^]*What keeps working[^]*\/orgs\/acme take members to the new address/);
  await look(ada, "141-address");
  for (const [typed, sentence] of [
    ["globex", "This address is taken. Choose another."],
    ["Acme Rockets", "Use lowercase letters, digits and hyphens."],
    ["new", "This address is reserved. Choose another."],
    ["", "Use 1 to 39 characters."],
  ]) {
    await ada.getByLabel("New address").fill(typed);
    assert.equal(await change(ada), 422, typed);
    await isRefused(ada, "New address", typed, sentence);
    if (typed === "globex") await look(ada, "142-address-422");
  }
  assert.match(await card(ada, "What breaks").innerText(), /can’t join at the old address/);
  await ada.getByRole("link", { name: "Cancel" }).click();
  await isAt(ada, danger(OLD));
  holds("an address that is taken or is none is refused with a reason, and nothing typed is lost");
}

// A form that was open in another tab meanwhile saves nothing.
async function changesTheAddress(ada, tim, gil) {
  const stale = await ada.context().newPage();
  await stale.goto(at(OLD));
  await tim.goto(at(OLD, "/users"));
  await ada.goto(at(OLD, "/danger/slug"));
  await ada.getByLabel("New address").fill(ROCKETS);
  assert.equal(await change(ada), 303);
  await isAt(ada, danger(ROCKETS));
  await isTold(ada, /Address changed to .+\. The old one still leads members here\./);
  assert.match(await card(ada, "Address").innerText(), /\/orgs\/acme-rockets\n[^]*acme\s+Former address, replaced just now\. Still leads members here until you give it up\./);
  await ada.goto(danger(ROCKETS));
  await look(ada, "143-danger-former");
  await tim.goto(`${at(OLD, "/users")}?q=sam`);
  await isAt(tim, at(ROCKETS, "/users"));
  assert.equal(await tim.getByRole("searchbox").first().inputValue(), "sam");
  await tim.goto(door(OLD));
  await isAt(tim, at(ROCKETS));
  for (const slug of [OLD, ROCKETS]) await isNowhere(gil, at(slug));
  await savesNothing(stale);
  holds("an owner gives the organization another address, and its members’ old links lead there");
}

async function savesNothing(stale) {
  await stale.getByLabel("Organization name").fill("Acme Boats");
  const answer = stale.waitForResponse((response) => response.request().method() === "POST");
  await save(stale).click();
  assert.equal((await answer).status(), 404);
  await look(stale, "144-stale");
  await stale.goto(at(OLD));
  await isAt(stale, at(ROCKETS));
  assert.equal(await stale.getByLabel("Organization name").inputValue(), "Acme");
  await stale.close();
}

async function givesUpTheFormerAddress(ada, tim) {
  await ada.goto(danger(ROCKETS));
  await ada.getByRole("button", { name: "Give up acme" }).click();
  await isTold(ada, "given up. It no longer leads here.");
  await isAt(ada, danger(ROCKETS));
  assert.equal(await card(ada, "Address").getByRole("listitem").count(), 0);
  for (const address of [door(OLD), at(OLD, "/users")]) await isNowhere(tim, address);
  assert.equal((await tim.goto(at(ROCKETS, "/users"))).status(), 200);
  holds("a former address is given up, and leads nowhere");
}

// --- another owner

async function namesNobodyElse(ada) {
  await ada.goto(danger(ROCKETS));
  await ada.getByRole("link", { name: "Transfer…" }).click();
  assert.equal(await heading(ada), "Transfer Acme");
  await look(ada, "145-transfer");
  for (const [typed, sentence] of [
    [GIL, `${GIL} isn’t an active member of Acme.`],
    [ADA, "You already own it. Enter another member’s email."],
    ["sam", "Enter the email of an active member."],
  ]) {
    await ada.getByLabel("Email of the new owner").fill(typed);
    assert.equal(await presses(ada, "Transfer Acme"), 422, typed);
    await isRefused(ada, "Email of the new owner", typed, sentence);
    if (typed === GIL) await look(ada, "146-transfer-422");
  }
  holds("someone who is no other member can’t be given the organization, and nothing typed is lost");
}

// With a sign-in that is not of the last ten minutes, where a database can be told so.
async function transfers(ada, sam) {
  const transfer = () => presses(ada, "Transfer Acme");
  const email = ada.getByLabel("Email of the new owner");
  await email.fill(SAM);
  if (longAgo() !== null) {
    await confirms(ada, ADA, transfer);
    assert.equal(await email.inputValue(), SAM, "what was typed has waited");
  }
  assert.equal(await transfer(), 303);
  await isAt(ada, at(ROCKETS));
  await isTold(ada, "now owns the organization. You’re an admin.");
  await isKeptFrom(ada, ROCKETS);
  await belongsTo(ada, ["Acme acme-rockets Admin", "My Organization default Owner"]);
  await sam.goto(at(ROCKETS));
  await room(sam, "Danger zone").click();
  await isAt(sam, danger(ROCKETS));
  await belongsTo(sam, ["Acme acme-rockets Owner"]);
  holds("an owner who confirms who they are gives the organization to a member, and is an admin from then on");
}

// Does it, is asked to sign in once more, and is back where it is done.
async function confirms(page, email, act) {
  const before = path(page);
  assert.equal(await act(), 403);
  assert.equal(await heading(page), "Confirm it’s you");
  await page.getByRole("button", { name: `Continue with ${WORK}` }).click();
  await logIn(page, email);
  await isAt(page, before);
}

// --- the end, and no end

async function keepsTheLast(sam) {
  await sam.goto(danger(ROCKETS));
  await sam.getByRole("link", { name: "Delete…" }).click();
  assert.equal(await heading(sam), "Delete Acme?");
  await main(sam).getByText("This is the last organization you own. Create or take over another one first.").waitFor();
  assert.equal(await main(sam).getByRole("button").count(), 0);
  await look(sam, "147-deletion-last");
  await sam.getByRole("link", { name: "Back" }).click();
  await isAt(sam, danger(ROCKETS));
  holds("the last organization that somebody owns can’t be deleted, and the page says so first");
}

async function deletes(sam) {
  shell("org", "create", "Initech", "--owner", SAM);
  await sam.goto(deletion);
  const stops = await card(sam, "What stops").innerText();
  assert.match(stops, /You can restore it until \d{1,2} \w{3} \d{4}\./);
  assert.match(stops, /3 members lose access immediately\.[^]*1 open invite ends/);
  await look(sam, "148-deletion");
  const slug = sam.getByLabel("Type acme-rockets to confirm");
  await slug.fill(OLD);
  assert.equal(await remove(sam), 422);
  await isRefused(sam, "Type acme-rockets to confirm", OLD, "Type the address of this organization to confirm.");
  await look(sam, "149-deletion-422");
  if (longAgo() !== null) {
    await slug.fill(ROCKETS);
    await confirms(sam, SAM, () => remove(sam));
  }
  await slug.fill(ROCKETS);
  assert.equal(await remove(sam), 303);
  await isAt(sam, CHOOSER);
  await isTold(sam, "deleted. You can restore it for 30 days.");
  await belongsTo(sam, ["Initech initech Owner"]);
  const row = card(sam, "Being deleted").getByRole("listitem");
  assert.match((await row.innerText()).replace(/\s+/g, " "), /^Acme acme-rockets · Deleted by Sam · Will be erased on \d{1,2} \w{3} \d{4} Restore/);
  await look(sam, "150-chooser-deleting");
  await isNowhere(sam, at(ROCKETS));
  holds("an owner deletes it by typing its address, and sees until when it can be brought back");
}

async function isGoneForOthers({ ada, tim, gil, stranger }, invite) {
  for (const page of [ada, tim, gil]) {
    for (const address of [door(ROCKETS), at(ROCKETS), at(ROCKETS, "/users"), danger(ROCKETS)]) await isNowhere(page, address);
    await page.goto(CHOOSER);
    assert.doesNotMatch(await page.locator("body").innerText(), /Acme|Being deleted/);
  }
  assert.equal((await stranger.goto(invite)).status(), 410);
  holds("nobody else can open it meanwhile, or is told that it is there");
}

async function restores(sam, { ada, tim, stranger }, invite) {
  await sam.goto(CHOOSER);
  await sam.getByRole("button", { name: "Restore Acme" }).click();
  await isAt(sam, at(ROCKETS));
  await isTold(sam, "restored.");
  await belongsTo(sam, ["Acme acme-rockets Owner", "Initech initech Owner"]);
  assert.equal(await card(sam, "Being deleted").count(), 0);
  await belongsTo(tim, ["Acme acme-rockets Member"]);
  await belongsTo(ada, ["Acme acme-rockets Admin", "My Organization default Owner"]);
  assert.equal((await tim.goto(at(ROCKETS, "/users"))).status(), 200);
  assert.equal((await stranger.goto(invite)).status(), 200);
  holds("its owner brings it back, and all is as it was");
}
