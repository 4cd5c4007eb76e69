// Many organizations in one Gatehouse: how people come into each, go from one to another, and lose one without the
// others. Told twice, with scripts and without.

import assert from "node:assert/strict";
import { comeBy, heading, holds, isTold, logIn, main, proofread, save, story } from "./support.mjs";
import {
  CHOOSER, HOME, RUNS_SCRIPTS, WORK, accepts, at, belongsTo, door, invitesTo, isAt, isNowhere, longAgo, look, nothingStoodInTheWay,
  people, shell, signsIn,
} from "./many_support.mjs";
import { creates } from "./many_creating.mjs";
import { chooses, savesInTwoTabs, switches } from "./many_tabs.mjs";

const [ADA, GIL] = ["ada@acme.test", "gil@globex.test"];
const ADA_AT_HOME = "ada@private.test";
const [SAM, TIM, UMA] = ["sam@new.test", "tim@acme.test", "uma@partner.test"];

await story(async (visitor) => {
  const proofs = [];
  const comes = people(visitor);
  const person = async () => {
    const page = await comes();
    proofs.push(proofread(page));
    return page;
  };
  const [ada, gil, sam, uma] = [await person(), await person(), await person(), await person()];
  await ownsTheFirst(ada, await person());
  await creates(ada);
  await isNamedByTheShell(gil);
  await comesByAnInvite(ada, sam);
  await isInvitedElsewhere(ada, gil);
  await joinsByTheAddress(ada, await person());
  await isLockedOutOfOne(ada, gil, uma);
  await waits(ada, sam);
  await chooses(ada);
  await switches(ada);
  await savesInTwoTabs(ada);
  await opensByAnotherMethod(gil, await person());
  nothingStoodInTheWay();
  let pages = 0;
  for (const proof of proofs) pages += await proof();
  holds(`all of it ${RUNS_SCRIPTS ? "with" : "without"} scripts, on ${pages} pages of sound HTML`);
});

async function ownsTheFirst(ada, stranger) {
  await signsIn(ada, ADA);
  await isAt(ada, at("default"));
  await belongsTo(ada, ["My Organization default Owner"]);
  await comeBy(stranger, WORK, "eve@evil.test");
  assert.equal(await heading(stranger), "You don’t have access");
  holds("the first person of a new installation owns its first organization, and the next is a stranger");
}

async function isNamedByTheShell(gil) {
  shell("org", "create", "Globex", "--owner", GIL);
  await signsIn(gil, GIL);
  await isAt(gil, at("globex"));
  await belongsTo(gil, ["Globex globex Owner"]);
  holds("whom the shell names owns an organization from the first sign-in on");
}

// --- in

async function comesByAnInvite(ada, sam) {
  const link = await invitesTo(ada, "acme", SAM, "Admin");
  await sam.goto(link);
  assert.equal(await heading(sam), "Join Acme");
  await sam.getByRole("button", { name: `Continue with ${WORK}` }).click();
  await logIn(sam, SAM);
  assert.equal(sam.url(), link);
  await sam.goto(CHOOSER);
  assert.match(await main(sam).innerText(), /not a member of any organization\.[^]*Acme\s+Ada invites you to join as an admin\./);
  await look(sam, "110-waiting-invited");
  await sam.getByRole("link", { name: "View invite to Acme" }).click();
  assert.equal(sam.url(), link);
  await accepts(sam, "acme");
  await belongsTo(sam, ["Acme acme Admin"]);
  for (const slug of ["default", "globex", "nowhere"]) await isNowhere(sam, door(slug));
  await sam.goto("/");
  await isAt(sam, at("acme"));
  holds("somebody new comes by an invite’s link and is in that organization alone");
}

// Ada, who is in others already, at an address that Gatehouse doesn't know yet.
async function isInvitedElsewhere(ada, gil) {
  const link = await invitesTo(gil, "globex", ADA_AT_HOME, "Admin");
  await ada.goto(link);
  assert.equal(await heading(ada), "This invite is for another account");
  await ada.getByRole("button", { name: `Switch account with ${HOME}` }).waitFor();
  await look(ada, "111-invite-elsewhere");
  await connects(ada, link);
  assert.equal(await heading(ada), "Join Globex");
  await accepts(ada, "globex");
  await belongsTo(ada, ["Acme acme Owner", "Globex globex Admin", "Initech Labs initech-labs Owner", "My Organization default Owner"]);
  await gil.goto(at("globex", "/users"));
  const people = await gil.getByRole("table").innerText();
  assert.ok(people.includes(ADA_AT_HOME) && !people.includes(ADA), people);
  holds("who is invited at another address connects it and accepts, and is known there by it alone");
}

// With a sign-in that is not of the last ten minutes, where a database can be told so.
async function connects(ada, link) {
  const connect = ada.getByRole("button", { name: new RegExp(`^Connect a\\*\\*\\*@private\\.test with ${HOME}$`) });
  const aged = longAgo();
  await connect.click();
  if (aged !== null) {
    assert.equal(await heading(ada), "Confirm it’s you");
    await ada.getByRole("button", { name: `Continue with ${WORK}` }).click();
    await logIn(ada, ADA);
    assert.equal(ada.url(), link);
    await connect.click();
  }
  await logIn(ada, ADA_AT_HOME);
  assert.equal(ada.url().split("?")[0], link);
}

async function joinsByTheAddress(ada, tim) {
  await isNowhere(ada, door("nowhere"));
  await admits(ada, { domain: "acme.test" });
  await tim.goto(door("acme"));
  await isAt(tim, "/sign-in");
  assert.doesNotMatch(await main(tim).innerText(), /Acme/, "no organization is named to a stranger");
  await tim.getByRole("button", { name: `Continue with ${WORK}` }).click();
  await logIn(tim, TIM);
  await isAt(tim, door("acme"));
  assert.equal(await heading(tim), "Join Acme");
  assert.equal(await tim.getByRole("button").count(), 1);
  await look(tim, "112-join");
  await tim.getByRole("button", { name: "Join Acme as a member" }).click();
  await isAt(tim, at("acme"));
  await isTold(tim, "Welcome to ");
  await belongsTo(tim, ["Acme acme Member"]);
  holds("whom the rules admit comes to the address signed out, and joins with one button");
}

// --- out, and in again

// Lets people into Acme by a domain, or by nothing but a list; perhaps ends the access of everyone whom that leaves out.
async function admits(page, { domain, listed, ends = false }) {
  await page.goto(at("acme", "/access"));
  const domains = page.getByLabel("Domain", { exact: true });
  if (domain) {
    await page.getByRole("switch", { name: "Allow by domain" }).check();
    await page.getByRole("button", { name: "Add a domain" }).click();
    await domains.first().fill(domain);
  }
  if (listed) {
    await page.getByRole("switch", { name: "Allow by domain" }).uncheck();
    await page.getByRole("switch", { name: "Allow listed addresses" }).check();
    await page.getByRole("textbox", { name: "Addresses" }).fill(listed.join("\n"));
  }
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await page.getByRole("region", { name: "Who keeps access" }).waitFor();
  if (ends) await page.getByRole("radio", { name: /^Also end access/ }).check();
  await save(page).click();
  await isTold(page, "Access rules saved.");
  await isAt(page, at("acme", "/access"));
}

async function isLockedOutOfOne(ada, gil, uma) {
  const acme = await invitesTo(ada, "acme", UMA, "Admin");
  await signsIn(uma, UMA, acme);
  await accepts(uma, "acme");
  await uma.goto(await invitesTo(gil, "globex", UMA, "Member"));
  await accepts(uma, "globex");
  await belongsTo(uma, ["Acme acme Admin", "Globex globex Member"]);
  await admits(ada, { listed: [ADA, SAM, TIM], ends: true });
  for (const address of [door("acme"), at("acme"), at("acme", "/users")]) await isNowhere(uma, address);
  await belongsTo(uma, ["Globex globex Member"]);
  await uma.goto("/");
  await isAt(uma, at("globex"));
  assert.equal(await uma.getByText("Acme").count(), 0, "nothing of what they are out of");
  await admits(ada, { listed: [ADA, SAM, TIM, UMA] });
  await isNowhere(uma, at("acme"));
  await uma.goto(door("acme"));
  assert.equal(await heading(uma), "Return to Acme");
  await look(uma, "113-return");
  await uma.getByRole("button", { name: "Return to Acme as an admin" }).click();
  await isAt(uma, at("acme"));
  await belongsTo(uma, ["Acme acme Admin", "Globex globex Member"]);
  holds("who is locked out of one goes on in another, and returns as what they were when the rules admit them again");
}

// Anyone who is removed is still someone whom the installation knows.
async function waits(ada, sam) {
  await sam.goto("/settings");
  await sam.getByRole("link", { name: "Leave…" }).click();
  await sam.getByRole("button", { name: "Leave Acme" }).click();
  await sam.goto("/");
  await isAt(sam, CHOOSER);
  assert.match(await main(sam).innerText(), /not a member of any organization\.[^]*Ask an admin for an invite/);
  await look(sam, "114-waiting");
  await sam.getByRole("button", { name: "Sign out and use another account" }).click();
  await isAt(sam, "/sign-in");
  holds("who has left the last one is told how to go on");
}

// An organization takes the methods that it has on, and asks for one of them.
async function opensByAnotherMethod(gil, ada) {
  await gil.goto(at("globex", "/access"));
  await gil.getByRole("button", { name: `Switch off ${HOME}` }).click();
  await isTold(gil, "switched off.");
  await comeBy(ada, HOME, ADA_AT_HOME);
  const users = at("globex", "/users");
  await ada.goto(users);
  await isAt(ada, door("globex"));
  assert.equal(await heading(ada), "Open Globex");
  await look(ada, "115-method");
  await ada.goto(at("acme"));
  await isAt(ada, at("acme"));
  await ada.goto(users);
  await ada.getByRole("button", { name: `Continue with ${WORK} to open Globex` }).click();
  await logIn(ada, ADA);
  await isAt(ada, users);
  assert.equal(await heading(ada), "Users");
  holds("an organization without that method asks for another, and leads on; others are open meanwhile");
}
