// Every page in every state that can be reached: no barrier in light or dark, sound HTML, room on a phone.

import assert from "node:assert/strict";
import {
  ADA, GRACE, INVITES, KEYS, MALLORY, USERS, acts, addDomain, allowDomain, deletesAccount, demoDatabase, fillInvites, heading,
  holds, introduce, inviteOf, invites, isTold, keyField, keyOf, linkFor, looksAtMany, obstacles, offboards, offer, opensActions, opensKeyForm, proofread, raises, review,
  rowOf, save, setsKey, shoot, signIn, story, turnedAway, undo, weighed,
} from "./support.mjs";

const PROJECTS = "/settings/admin/projects";
const SAM = { name: "Sam Other", email: "sam@other.test" };
const PAT = { name: "Pat Partner", email: "pat@partner.test" };
const guest = (n) => `guest.with.a.long.address.${n}@somewhere.other.test`;
const some = (what) => Array.from({ length: 12 }, (_, n) => what(n)).join("\n");

const wrong = [];
let looks = 0;

await story(async (visitor) => {
  const proofs = [];
  const read = async (options) => {
    const page = await visitor(options);
    proofs.push(proofread(page));
    return page;
  };
  const ada = await read();
  await thresholds(ada);
  await general(ada, await read());
  await access(ada);
  const grace = await read();
  await memberView(grace);
  await triedAddresses(ada);
  await previews(ada, await read());
  await methodTested(ada);
  await manyTurnedAway(ada, await read({ extraHTTPHeaders: { "x-forwarded-for": "10.9.0.1" } }));
  await users(ada);
  await people(ada, await read({ extraHTTPHeaders: { "x-forwarded-for": "10.9.0.3" } }));
  await account(ada);
  await inviting(ada);
  const sam = await read({ extraHTTPHeaders: { "x-forwarded-for": "10.9.0.2" } });
  await invited(ada, sam);
  await leaving(sam);
  await keys(ada);
  await keysThatFail(ada, grace);
  await projects(ada);
  await refusals(await read());
  await audited(ada);
  await errors(ada, grace);
  await tooManyTries(await read());
  assert.deepEqual(wrong, []);
  holds(`no barrier in ${looks} states of pages, in light, in dark and on a phone`);
  let pages = 0;
  for (const proof of proofs) pages += await proof();
  holds(`${pages} pages of sound HTML`);
  for (const line of weighed()) holds(line);
});

async function look(page, name) {
  wrong.push(...await obstacles(page, name));
  looks += 1;
}

async function press(page, name) {
  await page.getByRole("button", { name, exact: true }).click();
}

async function thresholds(page) {
  for (const address of ["/api/docs", "/api/docs/people", "/api/docs/projects"]) {
    await page.goto(address);
    await look(page, address);
  }
  await page.goto("/sign-in");
  await look(page, "sign-in");
  await press(page, "Continue with Demo ID");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await look(page, "Demo ID");
  await introduce(page, ADA);
  await page.waitForURL("**/settings/admin");
}

async function general(page, other) {
  await look(page, "General, owner");
  await press(page, "Save");
  await isTold(page, "Organization name saved.");
  await look(page, "General, saved");
  await signIn(other, ADA);
  await other.getByLabel("Organization name").fill("Acme Rockets");
  await press(other, "Save");
  await isTold(other, "Organization name saved.");
  await page.getByLabel("Organization name").fill("x");
  await press(page, "Save");
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await look(page, "General, 422");
  await shoot(page, "20-general-422");
  await page.reload();
  await overtake(page, other);
  await look(page, "General, 409");
  await shoot(page, "21-general-409");
  await page.goto("about:blank");
}

async function overtake(page, other) {
  await other.reload();
  await other.getByLabel("Organization name").fill("Acme Rockets Theirs");
  await press(other, "Save");
  await isTold(other, "Organization name saved.");
  await page.getByLabel("Organization name").fill("Acme Rockets Mine");
  await press(page, "Save");
  await page.getByRole("button", { name: "Keep mine" }).waitFor();
}

async function access(page) {
  await page.goto("/settings/admin/access");
  await look(page, "Access, nothing set");
  await page.getByRole("switch", { name: "Allow by domain" }).check();
  await press(page, "Save");
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await look(page, "Access, on but empty");
  await shoot(page, "22-access-empty-422");
  await addDomain(page, "no domain");
  await page.getByRole("textbox", { name: "Addresses" }).fill("ana@example.com, nonsense");
  await press(page, "Save");
  await page.getByText("There are 2 problems").waitFor();
  await look(page, "Access, 422");
  await shoot(page, "23-access-422");
  await allowDomain(page, "acme.test");
  await addDomain(page, "bücher.example");
  await page.getByRole("switch", { name: "Allow listed addresses" }).check();
  await page.getByRole("textbox", { name: "Addresses" }).fill("ana@example.com");
  await press(page, "Save");
  await page.getByText("xn--bcher-kva.example", { exact: true }).waitFor();
  await look(page, "Access, filled");
  await shoot(page, "24-access-filled");
  await accessConflict(page);
}

async function accessConflict(page) {
  const other = await page.context().newPage();
  await other.goto("/settings/admin/access");
  await other.getByRole("checkbox", { name: /^Include subdomains/ }).first().check();
  await press(other, "Save");
  await isTold(other, "Access rules saved.");
  await other.close();
  await page.getByRole("switch", { name: "Allow anyone" }).check();
  await press(page, "Save");
  await page.getByRole("button", { name: "Keep mine" }).waitFor();
  await look(page, "Access, 409");
  await shoot(page, "25-access-409");
  await page.getByRole("link", { name: "Use theirs" }).click();
  await page.getByRole("button", { name: "Keep mine" }).waitFor({ state: "detached" });
}

async function memberView(page) {
  await signIn(page, GRACE);
  await page.waitForURL("**/settings/admin");
  await look(page, "General, member");
  await page.goto("/settings/admin/users");
  await look(page, "Users, member");
}

async function triedAddresses(page) {
  await page.goto("/settings/admin/access");
  for (const [address, state] of [["new@acme.test", "admitted"], ["sam@hr.evil.test", "refused"], ["nobody", "no address"]]) {
    await page.getByLabel("Address", { exact: true }).fill(address);
    await press(page, "Try");
    await page.locator("#simulator [data-result]").filter({ hasText: address === "nobody" ? "address" : address }).waitFor();
    await look(page, `Access, an address tried: ${state}`);
    await shoot(page, `50-access-tried-${state}`);
  }
}

async function previews(page, newcomer) {
  const domain = page.getByLabel("Domain", { exact: true }).first();
  await page.goto("/settings/admin/access");
  await page.getByRole("checkbox", { name: /^Include subdomains/ }).first().uncheck();
  await isTold(page, "Every current member keeps access.");
  await look(page, "Access, preview, nobody left out");
  await shoot(page, "51-access-preview-nobody");
  await domain.fill("partner.test");
  await page.keyboard.press("Tab");
  await page.getByRole("rowheader").nth(1).waitFor();
  await look(page, "Access, preview");
  await press(page, "Review 2 affected people");
  await page.getByRole("button", { name: "Save", exact: true }).waitFor();
  await look(page, "Access, reviewed");
  await signIn(newcomer, { name: "Zoë Zimmer", email: "zoe@acme.test" });
  await press(page, "Save");
  await page.getByText("The members changed in the meantime.").waitFor();
  await look(page, "Access, preview, stale");
  await press(page, "Save");
  await page.getByText("Type the email that you sign in with.").waitFor();
  await look(page, "Access, preview, not confirmed");
  await shoot(page, "52-access-preview-not-confirmed");
  await page.getByLabel("Type your email to confirm").fill(ADA.email);
  await page.getByRole("radio", { name: "Also end access" }).check();
  await press(page, "Save");
  await isTold(page, "lost access.");
  await doubts(page);
}

async function doubts(page) {
  for (const domain of ["gmail.com", "\u0430cme.com"]) await addDomain(page, domain);
  await save(page).or(review(page)).click();
  await page.getByText("Check the domain marked below.").waitFor();
  await look(page, "Access, doubtful domains");
  await shoot(page, "53-access-doubts");
  await page.goto("/settings/admin/access");
}

async function methodTested(page) {
  await press(page, "Test Demo ID");
  await isTold(page, "Demo ID accepts the client ID and secret.");
  await page.getByText("Setup").click();
  await look(page, "Access, a method tested");
}

async function manyTurnedAway(page, strangers) {
  const some = Array.from({ length: 11 }, (_, n) => ({ name: `Stranger ${n}`, email: `stranger.with.a.long.address.${n}@somewhere.evil.test` }));
  for (const stranger of [...some, some[0]]) await turnedAway(strangers, stranger);
  await page.reload();
  await page.getByText("Show earlier").click();
  await look(page, "Access, many turned away");
  await shoot(page, "54-access-many-turned-away");
}

async function users(page) {
  await page.goto("/settings/admin/users");
  await page.getByRole("rowheader").getByText("Locked out by access rules").first().waitFor();
  await look(page, "Users, owner");
  await page.getByRole("link", { name: "Joined" }).click();
  await page.waitForURL("**sort=**");
  await look(page, "Users, sorted");
  await page.goto("/settings/admin/users?q=zz");
  await look(page, "Users, none found and a hint");
  await page.goto("/settings/admin/users?status=locked_out&method=demo");
  await look(page, "Users, filtered");
  await looksAtMany(page, [], "Deactivate");
  await look(page, "many, nobody chosen");
  await page.goto(USERS);
  await page.getByLabel(/^\s*Select (all )?\d+ p/).check();
  await looksAtMany(page, [], "End sessions");
  await look(page, "many, and who is left out");
  await page.goto("/settings/admin/users?role=admin");
  await page.getByRole("heading", { name: "No one matches" }).waitFor();
  await look(page, "Users, none with the role");
  await shoot(page, "26-users-none");
}

async function people(page, pat) {
  await signIn(pat, PAT);
  for (const [name, state] of [[PAT.name, "a menu"], [ADA.name, "the only owner’s menu"]]) {
    await page.goto(USERS);
    await opensActions(page, rowOf(page, name));
    await look(page, `Users, ${state}`);
  }
  await page.goto(USERS);
  await (await offer(page, PAT.name, "Make Admin…")).click();
  await page.getByRole("heading", { name: "Make Pat Partner an admin?" }).waitFor();
  await look(page, "a role and what it means");
  await raises(page, PAT.name, "Admin");
  await undo(page).focus();
  await look(page, "a person, and Undo");
  await shoot(page, "28-person-undo");
  await page.goto(USERS);
  await (await offer(page, PAT.name, "Make Member")).click();
  await isTold(page, /is now an? /);
  await undo(page).focus();
  await look(page, "Users, and Undo");
  await offboards(page, PAT.name);
  await look(page, "offboarding");
  await press(page, "Deactivate Pat Partner");
  await isTold(page, "was deactivated and signed out.");
  await look(page, "a person, deactivated");
  await page.getByRole("link", { name: "Remove…" }).click();
  await page.getByText("Pat Partner is already deactivated.").waitFor();
  await look(page, "offboarding, deactivated already");
  await page.goto(USERS);
  await rowOf(page, ADA.name).getByRole("link").first().click();
  await look(page, "a person, oneself and the only owner");
  await page.goto(`${page.url()}/offboarding`);
  await look(page, "offboarding, not possible");
  await page.goto("/settings/departure");
  await look(page, "leaving, not possible");
}

async function leaving(page) {
  await page.goto("/settings/departure");
  await look(page, "leaving");
  await deletesAccount(page, "nobody");
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await look(page, "deleting one’s account, 422");
}

async function account(page) {
  await page.goto("/settings");
  await look(page, "account");
  await page.getByRole("banner").locator("summary").click();
  await look(page, "account menu");
  await page.keyboard.press("Escape");
  await press(page, "Dark");
  await isTold(page, "Theme saved.");
  await look(page, "account, dark chosen");
  await shoot(page, "27-account-dark-chosen");
  await press(page, "Auto");
}

async function inviting(page) {
  await page.goto(INVITES);
  await look(page, "Invites, none");
  await fillInvites(page, some((n) => `line ${n}`));
  await press(page, "Invite");
  await page.getByText("12 lines aren’t email addresses.").waitFor();
  await page.getByText("Show the other lines").click();
  await look(page, "Invites, 422");
  await invites(page, some(guest));
  await page.getByText("Show the others").click();
  await look(page, "Invites, results");
  await shoot(page, "55-invites-results");
  await page.goto(`${INVITES}?status=revoked`);
  await look(page, "Invites, none of the kind");
  await invites(page, SAM.email);
  await opensActions(page, inviteOf(page, SAM.email));
  await look(page, "Invites, a menu");
  await shoot(page, "56-invites-menu");
}

async function invited(page, sam) {
  const links = [await linkTo(page, SAM.email)];
  for (const n of [0, 1, 2, 3]) links.push(await linkTo(page, guest(n)));
  const [own, others, expired, revoked, doubtful] = links;
  await lands(sam, own, "Join Acme Rockets Theirs", "signed out");
  await signIn(sam, SAM);
  await look(sam, "waiting, invited");
  await lands(sam, own, "Join Acme Rockets Theirs", "right account");
  await lands(sam, others, "This invite is for another account", "wrong account");
  await sam.goto(own);
  await press(sam, "Accept");
  await isTold(sam, "Welcome to ");
  await lands(sam, own, "This invite was used.", "used");
  await page.goto(`${INVITES}?q=${guest(2)}`);
  await acts(page, guest(2), "Revoke");
  await isTold(page, /Invite to .+ revoked\./);
  await lands(sam, revoked, "This invite no longer works.", "over");
  if (!is(guest(0), `email = '${SAM.email}'`)) return holds("(no sqlite3 here: states that take time are not looked at)");
  await lands(sam, others, "You’re already in Acme Rockets Theirs.", "member");
  is(SAM.email, "role = 'admin'");
  await lands(sam, others, "Become an admin of Acme Rockets Theirs", "member, raised");
  is(guest(1), "expires_at = 1");
  await lands(sam, expired, "This invite has expired", "expired");
  await press(sam, "Request a new link");
  await isTold(sam, "We told Ada Lovelace.");
  await look(sam, "invitation, asked");
  is(guest(3), `invited_by = (SELECT id FROM users WHERE email = '${SAM.email}')`);
  await lands(sam, doubtful, "This invite needs to be resent.", "refused");
  await everyState(page);
}

async function linkTo(page, email) {
  await page.goto(`${INVITES}?q=${email}`);
  return linkFor(await opensActions(page, inviteOf(page, email)), email).inputValue();
}

async function lands(page, link, title, state) {
  await page.goto(link);
  assert.equal(await heading(page), title);
  await look(page, `invitation, ${state}`);
  await shoot(page, `57-invitation-${state.replaceAll(/\W+/g, "-")}`);
}

// Makes an open invite be so.
function is(email, what) {
  return demoDatabase(`UPDATE invites SET ${what} WHERE email = '${email}' AND state = 'open'`) !== null;
}

async function everyState(page) {
  is(guest(4), `expires_at = ${Date.now() + 9_000_000}`);
  const mails = [[5, "refused", "550 mailbox unknown"], [6, "retrying", "greylisted"], [7, "cancelled", ""], [8, "queued", ""]];
  for (const [n, state, reason] of mails) {
    demoDatabase(`UPDATE outbox SET state = '${state}', reason = '${reason}', next_at = ${Date.now() + 9_000_000} WHERE recipient = '${guest(n)}'`);
  }
  await page.goto(INVITES);
  await page.getByText("Email failed: “550 mailbox unknown”").waitFor();
  await look(page, "Invites, every state");
  await shoot(page, "58-invites-states");
}

async function keys(page) {
  await page.goto(KEYS);
  await page.getByText("No keys yet. Projects can’t call models.").waitFor();
  await look(page, "LLM keys, none");
  await shoot(page, "59-keys-none");
  await opensKeyForm(page, "Anthropic");
  await look(page, "LLM keys, form");
  await press(page, "Show key");
  await look(page, "LLM keys, form, shown");
  await page.goto(`${KEYS}?provider=azure-openai`);
  await look(page, "LLM keys, form with an address");
  await page.goto(`${KEYS}?provider=custom`);
  await press(page, "Save");
  await page.getByText("There are 3 problems").waitFor();
  await look(page, "LLM keys, custom, 422");
  await shoot(page, "59-keys-custom-422");
  await page.goto(KEYS);
  await setsKey(page, "Anthropic", "sk-ant-0123456789abcdef");
  await look(page, "LLM keys, not tested");
  await opensKeyForm(page, "Anthropic");
  for (const isSure of [false, true]) {
    if (isSure) await page.getByLabel("Use this OpenAI key for Anthropic anyway").check();
    await keyField(page).fill("sk-proj-0123456789ghijkl");
    await press(page, "Save");
    if (!isSure) await page.getByText("Use this OpenAI key for Anthropic anyway").waitFor();
    if (!isSure) await look(page, "LLM keys, another provider's key");
  }
  await keyField(page).waitFor({ state: "detached" });
  await look(page, "LLM keys, doubtful, with a previous one");
  await opensKeyForm(page, "Anthropic");
  await look(page, "LLM keys, replacing");
  await page.goto(KEYS);
  await setsKey(page, "Groq", "gsk_0123456789abcdef");
  await press(page, "Remove Groq");
  await page.getByText("Deleted permanently").waitFor();
  await look(page, "LLM keys, one removed");
}

// No provider is asked here: what it would have said is written down where it is kept.
async function keysThatFail(page, member) {
  await setsKey(page, "Mistral", "0123456789abcdefghij");
  const [finding, now] = ['{"verdict":"refused","sentence":"Rejected by Anthropic (401). Check whether the key was revoked.","millis":7}', Date.now()];
  const used = `SELECT id FROM llm_keys WHERE replaced_at IS NULL AND removed_at IS NULL AND provider =`;
  const written = demoDatabase(`UPDATE llm_key_health SET finding = '${finding}', tested_at = ${now}, good_at = ${now - 9_000_000},
    failing_since = ${now - 7_200_000} WHERE subject IN (${used} 'anthropic')`);
  if (written === null) return holds("(no sqlite3 here: failing keys are not looked at)");
  demoDatabase(`UPDATE llm_keys SET sealed_key = 'damaged' WHERE id IN (${used} 'mistral')`);
  await setsKey(page, "Cohere", "0123456789abcdefghij");
  await keyOf(page, "Anthropic").getByText("first failed 2 hours ago").waitFor();
  await keyOf(page, "Mistral").getByText("Needs attention").waitFor();
  await look(page, "LLM keys, failing");
  await shoot(page, "59-keys-failing");
  do await page.goto("/settings/admin"); while (!await page.getByRole("region", { name: "Needs attention" }).count());
  await look(page, "General, a key fails");
  await member.goto(KEYS);
  await look(member, "LLM keys, member");
}

// More states than the story of projects comes by; what members see is looked at there.
async function projects(page) {
  await page.goto(PROJECTS);
  await look(page, "Projects");
  await page.getByLabel("Team name").fill("x");
  await press(page, "Create team");
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await look(page, "Projects, a team, 422");
  await page.getByLabel("Team name").fill("Research");
  await press(page, "Create team");
  await isTold(page, "created. Next, add people.");
  await look(page, "Team, created");
  await page.goto(PROJECTS);
  const life = page.getByRole("region", { name: "Maximum token lifetime" });
  await life.getByLabel("Days").fill("0");
  await life.getByRole("button", { name: "Save" }).click();
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await look(page, "Projects in teams, and a life, 422");
  await projectOf(page);
  await ownTokens(page);
}

async function projectOf(page) {
  await page.goto(`${PROJECTS}/default`);
  await page.getByLabel("Email of a member").fill("nobody");
  await press(page, "Save role");
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await look(page, "Project, people, 422");
  await page.getByLabel("Email of a member").fill(ADA.email);
  await page.getByRole("radio", { name: "Admin" }).check();
  await press(page, "Save role");
  await isTold(page, /is now an? \w+ of the project\./);
  await look(page, "Project, a role saved");
  await page.getByRole("link", { name: "New token" }).click();
  await look(page, "Token, new");
  await page.getByLabel("Name").fill("deploy");
  await press(page, "Create token");
  await page.getByRole("heading", { level: 1, name: "Your new token" }).waitFor();
  await look(page, "Token, shown");
  await page.getByRole("link", { name: "I stored it" }).click();
  await page.getByRole("link", { name: "Roll… the token deploy" }).click();
  await look(page, "Token, roll");
  await page.goto(`${PROJECTS}/default`);
  await press(page, "Revoke the token deploy");
  await isTold(page, /Token .+ revoked\./);
  await look(page, "Project, a token revoked");
  await page.goto(`${PROJECTS}/default/llm-keys?provider=openai`);
  await look(page, "Project keys, form");
}

async function ownTokens(page) {
  await page.goto("/settings/tokens/new");
  await press(page, "Create token");
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await look(page, "Token of one’s own, 422");
  await page.goto("/settings/tokens");
  await look(page, "Tokens of one’s own, none");
  await page.goto("/settings/security");
  await look(page, "Security of one’s own, none");
  await press(page, "Add an authenticator app");
  await page.getByRole("heading", { level: 1, name: "Add an authenticator app" }).waitFor();
  await look(page, "Authenticator app, new");
  await press(page, "Turn on");
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await look(page, "Authenticator app, 422");
  await page.goto("/settings/security/new-passkey");
  await look(page, "Passkey, new");
}

async function audited(page) {
  await page.goto("/settings/admin/audit");
  for (const name of ["changed the access rules", "was refused"]) {
    const event = page.getByRole("listitem").filter({ hasText: name }).first();
    await event.locator("summary").click();
    await event.getByLabel("JSON").waitFor();
  }
  await look(page, "Audit log");
  await page.getByRole("listitem").filter({ hasText: "changed the access rules" }).first().getByRole("link", { name: "Link to this event" }).click();
  await page.getByRole("heading", { level: 1, name: "Event" }).waitFor();
  await look(page, "Audit log, an event");
  await page.goto("/settings/admin/audit?who=nobody-at-all");
  await look(page, "Audit log, none found");
  await page.goto("/settings/admin/audit?what=x&outcome=x&from=x&to=x&cursor=x");
  await look(page, "Audit log, 422");
  await shoot(page, "59-audit-422");
}

async function refusals(page) {
  await signIn(page, MALLORY);
  await look(page, "refused");
  await signIn(page, { name: "Eve", email: "eve@acme.test", verified: false });
  assert.equal(await heading(page), "Email not verified");
  await look(page, "not verified");
  await page.goto("/auth/demo/callback?code=x&state=y");
  assert.equal(await heading(page), "Start signing in again");
  await look(page, "sign-in not started here");
}

async function errors(owner, member) {
  const meets = async (page, path, status) => {
    assert.equal((await page.goto(path)).status(), status, path);
    await look(page, `error ${status}`);
    await shoot(page, `30-error-${status}`);
  };
  await meets(member, "/settings/admin/access", 403);
  await meets(owner, "/no/such/page", 404);
  await meets(owner, "/sign-out", 405);
  await meets(owner, "/settings/admin/users?sort=nonsense", 422);
  await sends(owner, "x".repeat(600_000));
  assert.match(await heading(owner), /too large/);
  await look(owner, "error 413");
  await shoot(owner, "30-error-413");
}

// Sends a form that is larger than any page of ours would.
async function sends(page, text) {
  await page.goto("/settings/admin");
  await page.getByLabel("Organization name").evaluate((field, value) => {
    field.removeAttribute("maxlength");
    field.value = value;
  }, text);
  await Promise.all([page.waitForEvent("load"), page.getByLabel("Organization name").evaluate((field) => field.form.submit())]);
}

// A moment without a try lets the next one through: on a busy machine it takes more than one attempt to be refused.
async function tooManyTries(page) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await page.goto("/sign-in");
    const tries = Array.from({ length: 40 }, () => page.request.get("/auth/demo/callback", { maxRedirects: 0 }));
    await Promise.all(tries);
    await press(page, "Continue with Demo ID");
    if (await heading(page) === "Too many attempts") break;
  }
  assert.equal(await heading(page), "Too many attempts");
  await look(page, "error 429");
  await shoot(page, "30-error-429");
}
