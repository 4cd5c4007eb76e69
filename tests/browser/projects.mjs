// A project and its tokens: made, used by a program, rolled, revoked, archived and deleted. Told twice, with scripts and
// without.

import assert from "node:assert/strict";
import {
  ADA, BASE, KEYS, alert, answerTo, demoDatabase, focusIs, heading, holds, isTold, keyOf, main, opensKeyForm, proofread, save, keyField, setsKey,
  signIn, story, undo, undoes,
} from "./support.mjs";
import { RUNS_SCRIPTS, isNowhere, look, nothingStoodInTheWay, path, people } from "./many_support.mjs";
import { PROJECTS, at, creates, notWorking, resolves, rowNamed } from "./projects_support.mjs";
import { runsTeams } from "./projects_teams.mjs";

const OPENAI = "sk-proj-0123456789abcdefo1a2";
const ANTHROPIC = "sk-ant-0123456789abcdefp3a4";
const NIGHTLY = at("nightly-evaluation");

await story(async (visitor) => {
  const proofs = [];
  const comes = people(visitor);
  const person = async () => {
    const page = await comes();
    proofs.push(proofread(page));
    return page;
  };
  const ada = await person();
  await ada.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(ada, ADA);
  await findsTheDefault(ada);
  await makesAProject(ada);
  await hasKeys(ada);
  const first = await makesAToken(ada);
  await isUsed(ada, first);
  const last = await rolls(ada, first);
  await revokes(ada, last);
  await looksAtThoseThatAreOver(ada);
  await archives(ada);
  await limitsTokens(ada);
  await hasATokenOfHerOwn(ada);
  await runsTeams(ada, person);
  nothingStoodInTheWay();
  let pages = 0;
  for (const proof of proofs) pages += await proof();
  holds(`all of it ${RUNS_SCRIPTS ? "with" : "without"} scripts, on ${pages} pages of sound HTML`);
});

async function findsTheDefault(page) {
  await page.getByRole("navigation").getByRole("link", { name: "Projects" }).click();
  assert.equal(await heading(page), "Projects");
  assert.match(await rowNamed(page, "Default").innerText(), /default · 0 tokens · never used\s+Admin/);
  assert.equal(await page.getByLabel("Team", { exact: true }).count(), 0, "there is one team, of which nobody speaks");
  holds("there is a project for everyone, and no word of teams");
}

async function makesAProject(page) {
  await page.getByLabel("Name", { exact: true }).fill("x");
  const answered = answerTo(page, "POST", PROJECTS);
  await page.getByRole("button", { name: "Create project" }).click();
  assert.equal((await answered).status(), 422);
  assert.match(await page.title(), /^Error: /);
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "x");
  await look(page, "130-projects-422");
  await creates(page, "Nightly evaluation");
  assert.equal(path(page), NIGHTLY);
  assert.match(await main(page).innerText(), /No tokens yet\.[^]*No keys yet\.[^]*No key fetched in the last 30 days\.[^]*No one has been added yet\./);
  await look(page, "131-project-empty");
  await page.goto(PROJECTS);
  await look(page, "132-projects");
  holds("a project is created with a name");
}

// One of the organization, and one of the project's own.
async function hasKeys(page) {
  await page.goto(KEYS);
  await setsKey(page, "OpenAI", OPENAI);
  await page.goto(NIGHTLY);
  await page.getByRole("link", { name: "Project keys…" }).click();
  assert.equal(await heading(page), "Project keys");
  assert.match(await main(page).innerText(), /No project keys yet\.[^]*From the organization\s+OpenAI\s+Organization/);
  await look(page, "133-project-keys-none");
  await opensKeyForm(page, "Anthropic");
  await keyField(page).fill(ANTHROPIC);
  await save(page).click();
  await keyOf(page, "Anthropic").getByText("…p3a4").waitFor();
  assert.equal(path(page), `${NIGHTLY}/llm-keys`);
  await look(page, "134-project-keys");
  await page.getByRole("link", { name: "Nightly evaluation" }).click();
  assert.match(await rowNamed(page, "OpenAI").innerText(), /Not used by this project yet\s+Organization/);
  assert.match(await rowNamed(page, "Anthropic").innerText(), /Not used by this project yet\s+This project/);
  await page.goto(KEYS);
  assert.equal(await keyOf(page, "Anthropic").count(), 0, "the organization has no such key");
  holds("a project uses the organization’s keys and has keys of its own");
}

// --- a token

async function makesAToken(page) {
  await page.goto(NIGHTLY);
  await page.getByRole("link", { name: "New token" }).click();
  assert.equal(await heading(page), "New token");
  assert.ok(await page.getByRole("radio", { name: "90 days" }).isChecked());
  await page.getByRole("radio", { name: "Custom" }).check();
  await page.getByLabel("Number of days").fill("3660");
  const answered = answerTo(page, "POST", `${NIGHTLY}/tokens`);
  await page.getByRole("button", { name: "Create token" }).click();
  assert.equal((await answered).status(), 422);
  assert.match(await page.title(), /^Error: /);
  assert.match(await alert(page).innerText(), /There are 2 problems\s+Name: Use 2 to 60 characters\.\s+Expires in: Use 365 days or fewer\./);
  assert.equal(await page.getByLabel("Number of days").inputValue(), "3660");
  assert.ok(await page.getByRole("radio", { name: "Custom" }).isChecked());
  await look(page, "135-token-new-422");
  await page.getByLabel("Name").fill("deploy");
  await page.getByLabel("Number of days").fill("14");
  await page.getByRole("button", { name: "Create token" }).click();
  const token = await isShown(page);
  assert.match(await main(page).innerText(), /deploy · expires in (13|14) days/);
  await look(page, "136-token-shown");
  await stored(page, token);
  assert.match(await rowNamed(page, "deploy").innerText(), /Fetch keys · Created by Ada Lovelace just now · Expires [^]*Never used/);
  await look(page, "137-project-token");
  holds("a token is created, shown once, copied and kept nowhere in the browser");
  return token;
}

// The token on the page that shows it, with what is made of it.
async function isShown(page) {
  await page.getByRole("heading", { level: 1, name: "Your new token" }).waitFor();
  const token = await page.getByLabel("Token", { exact: true }).inputValue();
  assert.match(token, /^gh_[A-Za-z0-9]{30,}/);
  assert.equal(await page.getByLabel("Line for .env").inputValue(), `GATEHOUSE_TOKEN=${token}`);
  if (RUNS_SCRIPTS) {
    await focusIs(page, /^Copy it now$/, "at what there is to do");
    await page.getByRole("button", { name: "Copy token" }).click();
    await isTold(page, "Copied");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie, history.state]));
    assert.doesNotMatch(kept, /gh_/);
  }
  return token;
}

// Leaves that page; no other has it.
async function stored(page, token) {
  await page.getByRole("link", { name: "I stored it" }).click();
  assert.doesNotMatch(await page.content(), new RegExp(token));
}

async function isUsed(page, token) {
  assert.equal(await resolves(token, "openai"), OPENAI);
  assert.equal(await resolves(token, "anthropic"), ANTHROPIC);
  assert.equal(await resolves(token, "mistral"), 404);
  await notWorking(`${token.slice(0, -1)}${token.endsWith("x") ? "y" : "x"}`);
  // What is used is written down every few seconds.
  const used = page.getByText(/Keys fetched 2 times in 30 days/);
  const until = Date.now() + 30_000;
  do await page.goto(NIGHTLY); while (!await used.count() && Date.now() < until);
  assert.match(await rowNamed(page, "deploy").innerText(), /Last used just now\s+from /);
  for (const provider of ["OpenAI", "Anthropic"]) assert.match(await rowNamed(page, provider).innerText(), /Last used by deploy just now/);
  assert.equal(await page.getByRole("img", { name: "Usage" }).locator("rect").count(), 30);
  await look(page, "138-project-used");
  await page.goto(KEYS);
  assert.match(await keyOf(page, "OpenAI").innerText(), /Last used by deploy \(Nightly evaluation\), just now/);
  await page.goto(PROJECTS);
  assert.match(await rowNamed(page, "Nightly evaluation").innerText(), /1 token · last used just now/);
  holds("a program fetches keys with it, and pages say which token used which key when");
}

// First with a day in which both work, then without.
async function rolls(page, first) {
  const second = await rollsTo(page, "In 24 hours", "139-roll");
  assert.notEqual(second, first);
  for (const token of [first, second]) assert.equal(await resolves(token, "openai"), OPENAI);
  assert.match(await rowNamed(page, "Replaced").innerText(), /deploy[^]*Expires in (1 day|23|24)/);
  assert.equal(await page.getByRole("link", { name: "Roll… the token deploy" }).count(), 1, "the old one is rolled already");
  const third = await rollsTo(page, "Now");
  await notWorking(second);
  for (const token of [first, third]) assert.equal(await resolves(token, "openai"), OPENAI);
  holds("it is rolled: the old one works for as long as was chosen, the new one from now on");
  return third;
}

async function rollsTo(page, overlap, name) {
  await page.goto(NIGHTLY);
  await page.getByRole("link", { name: "Roll… the token deploy" }).click();
  assert.equal(await heading(page), "Roll deploy?");
  assert.ok(await page.getByRole("radio", { name: "In 24 hours" }).isChecked());
  if (name) await look(page, name);
  await page.getByRole("radio", { name: overlap }).check();
  await page.getByRole("button", { name: "Roll token" }).click();
  const token = await isShown(page);
  await stored(page, token);
  return token;
}

async function revokes(page, token) {
  const row = rowNamed(page, "deploy").filter({ has: page.getByRole("link", { name: /^Roll…/ }) });
  await row.getByRole("button", { name: "Revoke the token deploy" }).click();
  await isTold(page, /^\s*Token .+ revoked\. It no longer works\./);
  await notWorking(token);
  assert.equal(await page.getByRole("link", { name: "Roll… the token deploy" }).count(), 0);
  holds("a revoked token works no more from the next request on");
}

async function looksAtThoseThatAreOver(page) {
  await page.goto(`${NIGHTLY}/tokens/new`);
  for (const name of ["forgotten", "old"]) await mints(page, NIGHTLY, name);
  const [ago, now] = [Date.now() - 100 * 86_400_000, Date.now()];
  const aged = demoDatabase(`UPDATE tokens SET created_at = ${ago} WHERE name IN ('forgotten', 'old');
    UPDATE tokens SET expires_at = ${now - 86_400_000} WHERE name = 'old'`);
  if (aged === null) return holds("(no sqlite3 here: tokens do not grow old)");
  await page.goto(NIGHTLY);
  const badges = await page.getByRole("region", { name: "Tokens" }).locator(".badge").allInnerTexts();
  assert.deepEqual(badges.sort(), ["Expired", "Replaced", "Revoked", "Revoked", "Unused for 90 days"]);
  assert.equal(await rowNamed(page, "old").getByRole("button").count(), 0);
  assert.match(await rowNamed(page, "old").innerText(), /Expired 1 day ago/);
  for (const row of await rowNamed(page, "Revoked").all()) assert.match(await row.innerText(), /Revoked just now/);
  await look(page, "140-tokens-over");
  holds("those that expired or were revoked stay in the list for a while, and those that nothing uses stand out");
}

// Another token of the project at this address.
async function mints(page, project, name) {
  await page.goto(`${project}/tokens/new`);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create token" }).click();
  const token = await isShown(page);
  await stored(page, token);
  return token;
}

// --- the end of a project

async function archives(page) {
  const token = await mints(page, NIGHTLY, "worker");
  assert.equal(await resolves(token, "openai"), OPENAI);
  await archivesIt(page);
  await notWorking(token);
  assert.match(await rowNamed(page, "Nightly evaluation").innerText(), /Archived/);
  await undo(page).focus();
  await look(page, "141-archived-undo");
  await undoes(page, "restored. Its tokens work again.");
  assert.equal(path(page), NIGHTLY);
  assert.equal(await resolves(token, "openai"), OPENAI);
  await archivesIt(page);
  await page.getByRole("link", { name: "Nightly evaluation" }).click();
  assert.equal(await page.getByRole("link", { name: /^(New token|Roll…)/ }).count(), 0);
  await look(page, "142-project-archived");
  await page.getByRole("link", { name: "Delete…" }).click();
  assert.equal(await heading(page), "Delete Nightly evaluation?");
  await page.getByLabel("Type nightly-evaluation to confirm").fill("nightly");
  await page.getByRole("button", { name: "Delete Nightly evaluation" }).click();
  await page.getByText("Type the project’s address exactly as shown.").waitFor();
  await look(page, "143-project-deletion");
  await page.getByLabel("Type nightly-evaluation to confirm").fill("nightly-evaluation");
  await page.getByRole("button", { name: "Delete Nightly evaluation" }).click();
  await isTold(page, "deleted, with its tokens and keys.");
  await notWorking(token);
  await isNowhere(page, NIGHTLY);
  holds("a project is archived at once, comes back with Undo, and is deleted once its address is typed");
}

async function archivesIt(page) {
  await page.goto(NIGHTLY);
  await page.getByRole("button", { name: "Archive project" }).click();
  await isTold(page, "archived. Its tokens no longer work.");
  assert.equal(path(page), PROJECTS);
}

async function limitsTokens(page) {
  const life = page.getByRole("region", { name: "Maximum token lifetime" });
  await page.goto(PROJECTS);
  await life.getByLabel("Days").fill("many");
  await life.getByRole("button", { name: "Save" }).click();
  await page.getByText("Use a number of days from 1 to").waitFor();
  assert.equal(await life.getByLabel("Days").inputValue(), "many");
  await life.getByLabel("Days").fill("45");
  await life.getByRole("button", { name: "Save" }).click();
  await isTold(page, "Maximum token lifetime saved.");
  await page.goto(`${at("default")}/tokens/new`);
  const offered = page.getByRole("group", { name: "Expires in" }).getByRole("radio");
  assert.deepEqual(await offered.evaluateAll((radios) => radios.map(({ value }) => value)), ["30", "45", "custom"]);
  assert.ok(await page.getByRole("radio", { name: "45 days" }).isChecked(), "the longest, where the usual life is too long");
  assert.match(await main(page).innerText(), /At most 45 days\./);
  holds("the longest life of tokens is set, and no form offers more");
}

// --- a token of one's own

async function hasATokenOfHerOwn(page) {
  await page.goto("/settings");
  await page.getByRole("link", { name: "Your tokens" }).click();
  await page.getByText("No tokens yet.").waitFor();
  await look(page, "144-own-tokens-none");
  await page.getByRole("link", { name: "New token" }).click();
  assert.ok(await page.getByRole("checkbox", { name: /^Read admin:read/ }).isChecked());
  assert.ok(!await page.getByRole("checkbox", { name: /^Read and change/ }).isChecked());
  await look(page, "145-own-token-new");
  await page.getByLabel("Name").fill("backup script");
  await page.getByRole("radio", { name: "30 days" }).check();
  await page.getByRole("button", { name: "Create token" }).click();
  const token = await isShown(page);
  await stored(page, token);
  assert.equal(path(page), "/settings/tokens");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const asks = (method, path) => fetch(`${BASE}${path}`, { method, headers, body: method === "GET" ? undefined : "{}" });
  assert.equal((await (await asks("GET", "/api/me")).json()).email, ADA.email);
  assert.equal((await asks("POST", "/api/projects")).status, 403, "it reads");
  assert.equal((await asks("GET", "/api/keys/openai")).status, 403, "and gets no key");
  assert.equal((await asks("GET", "/settings/tokens")).status, 403, "nor any page");
  await page.reload();
  assert.match(await rowNamed(page, "backup script").innerText(), /Read · Created by Ada Lovelace[^]*Last used just now/);
  await look(page, "146-own-tokens");
  await page.getByRole("button", { name: "Revoke the token backup script" }).click();
  await isTold(page, /^\s*Token .+ revoked\. It no longer works\./);
  assert.equal((await asks("GET", "/api/me")).status, 401);
  holds("a person’s own token reads what they can read, and nothing more");
}
