// The life of LLM keys: set, tried at a provider, replaced, brought back, removed, and read by no one.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { Stub } from "./llm_stub.mjs";
import {
  ADA, BASE, GRACE, KEYS, allowDomain, answerTo, demoDatabase, focusIs, heading, holds, isTold, keyField, keyOf, main,
  opensKeyForm, proofread, save, setsKey, shoot, signIn, story,
} from "./support.mjs";

const PORT = Number(process.env.STUB_PORT);
const STUB = `http://127.0.0.1:${PORT}`;
const FIRST = "sk-ant-CANARY-good-7f3a9c51a1b2";
const SECOND = "sk-ant-CANARY-revoked-7f3a9c51c3d4";
const STORED = "sk-proj-CANARY-good-7f3a9c51e5f6";
const LAB = "lab-CANARY-good-7f3a9c51g7h8";
const ENVIRONMENT = process.env.OPENAI_API_KEY;
const SECRET = /CANARY-\w+-7f3a9c51/;
const DATA = "data/demo";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const warning = (page) => page.getByRole("region", { name: "Needs attention" });
// Tests are counted by address; each part of the story comes from another.
let part = 0;
const moves = (page) => page.setExtraHTTPHeaders({ "x-forwarded-for": `10.9.1.${part += 1}` });
const says = (page, label, what) => keyOf(page, label).filter({ hasText: what }).waitFor();

await story(async (visitor) => {
  assert.ok(PORT && ENVIRONMENT, "STUB_PORT and OPENAI_API_KEY are set by mod.rs");
  const stub = new Stub(PORT);
  await stub.start();
  const pages = [];
  const heard = async (options) => {
    const page = await visitor(options);
    pages.push(overhears(page));
    return page;
  };
  const ada = await heard();
  await moves(ada);
  await signIn(ada, ADA);
  await seesTheEnvironment(ada, stub);
  await setsTheFirst(ada, stub);
  await mistypes(ada);
  await isAskedBeforeItIsLost(ada, stub);
  await replacesIt(ada, stub);
  await isWarned(ada);
  await bringsItBack(ada, stub);
  await hearsEveryAnswer(ada, stub);
  await removesIt(ada);
  await storesOverTheEnvironment(ada, stub);
  await hasAServerOfItsOwn(ada, stub);
  await isDamaged(ada);
  await allowDomain(ada, "acme.test");
  await isHiddenFromMembers(await heard());
  await needsNoScript(await heard({ javaScriptEnabled: false }), stub);
  await isNowhere(await Promise.all(pages.map((told) => told())));
  await stub.stop();
});

// Keeps every text that this visitor is sent; the answer gives them.
function overhears(page) {
  const texts = [];
  page.on("response", (response) => {
    if (response.url().startsWith(BASE)) texts.push(response.text().catch(() => "")); // gone with a page that was left
  });
  return () => Promise.all(texts);
}

// --- with scripts

async function seesTheEnvironment(page, stub) {
  await page.goto("/settings/admin");
  await page.getByRole("navigation").getByRole("link", { name: "LLM keys" }).click();
  assert.equal(await heading(page), "LLM keys");
  await says(page, "OpenAI", `Environment OPENAI_API_KEY`);
  await says(page, "OpenAI", `…${ENVIRONMENT.slice(-4)}`);
  assert.equal(await button(page, "Remove OpenAI").count(), 0, "what the environment has can't be removed here");
  await button(page, "Test OpenAI").click();
  await says(page, "OpenAI", /Works: 2 models, \d+ ms\./);
  await focusIs(page, /^Test OpenAI$/, "after a test");
  assert.deepEqual(stub.take(), [{ method: "GET", url: "/v1/models", key: ENVIRONMENT }]);
  await shoot(page, "90-keys-environment");
  holds("a key of the environment says where it comes from, and is tried with one request");
}

async function setsTheFirst(page, stub) {
  await link(page, "Anthropic").click();
  await focusIs(page, /^Key$/, "in the form that was opened");
  assert.match(page.url(), /\?provider=anthropic$/, "a form has an address");
  assert.equal(await keyField(page).getAttribute("type"), "password");
  assert.equal(await link(page, "Create a key at Anthropic (leaves Gatehouse)").getAttribute("rel"), "noreferrer");
  await shoot(page, "91-keys-form");
  await keyField(page).fill(FIRST);
  await button(page, "Show key").click();
  assert.equal(await keyField(page).getAttribute("type"), "text");
  await button(page, "Hide key").click();
  assert.equal(await keyField(page).getAttribute("type"), "password");
  await page.getByText("Not saved yet").waitFor();
  await save(page).click();
  await says(page, "Anthropic", "…a1b2");
  await focusIs(page, /^Test Anthropic$/, "at what comes next");
  await says(page, "Anthropic", "Set by Ada Lovelace, just now");
  assert.equal(new URL(page.url()).search, "", "the form is closed");
  assert.equal(await link(page, "Anthropic").count(), 0, "no tile for a provider that has a key");
  stub.take();
  await button(page, "Test Anthropic").click();
  await says(page, "Anthropic", /Working[^]*Works: 2 models, \d+ ms\.\s+Tested just now\./);
  await isTold(page, /Works: 2 models/);
  assert.deepEqual(stub.take(), [{ method: "GET", url: "/v1/models", key: FIRST }]);
  await shoot(page, "92-keys-working");
  holds("a key is typed unseen, shows its last four characters, and works");
}

async function mistypes(page) {
  const wrong = [
    ["", "Paste the key."],
    [`${FIRST} ${SECOND}`, "Keys can't contain spaces."],
    [`ANTHROPIC_API_KEY=${FIRST}`, "Paste only the key, without its name."],
    [`${FIRST}",`, "Paste only the key, without quotes, commas or semicolons around it."],
    ["sk-ant-…a1b2", "This key is masked: part of it is hidden."],
    ["your-api-key", "This is a placeholder. Paste a real key."],
  ];
  await opensKeyForm(page, "Anthropic");
  for (const [typed, sentence] of wrong) {
    await keyField(page).fill(typed);
    const answered = answerTo(page, "POST", KEYS);
    await save(page).click();
    assert.equal((await answered).status(), 422);
    await page.getByRole("alert").filter({ hasText: sentence }).waitFor();
    await focusIs(page, /^There is 1 problem/, "at the summary");
    assert.equal(await keyField(page).inputValue(), "", "a key never comes back");
    assert.equal(await keyField(page).getAttribute("aria-invalid"), "true");
    assert.match(await page.title(), /^Error: /);
    assert.match(page.url(), /\?provider=anthropic$/, "the form keeps its address");
  }
  await shoot(page, "93-keys-422");
  await link(page, "Cancel").click();
  await focusIs(page, /^Replace Anthropic$/, "where the form was opened");
  await says(page, "Anthropic", "…a1b2");
  holds("what can be no key is refused in a sentence, and does not come back");
}

async function isAskedBeforeItIsLost(page, stub) {
  await opensKeyForm(page, "Anthropic");
  await keyField(page).fill(SECOND);
  page.expectsAQuestion = true;
  await button(page, "Test OpenAI").click();
  page.expectsAQuestion = false;
  assert.equal(await keyField(page).inputValue(), SECOND);
  assert.deepEqual(stub.take(), [], "staying is no test");
  await link(page, "Cancel").click();
  await keyField(page).waitFor({ state: "detached" });
  holds("a key that is typed and not saved is not lost by a test of another");
}

async function replacesIt(page, stub) {
  await opensKeyForm(page, "Anthropic");
  await page.getByText("The current key …a1b2 is kept until you remove it").waitFor();
  await keyField(page).fill(SECOND);
  await page.keyboard.press("Enter");
  await says(page, "Anthropic", /…c3d4[^]*Previous key …a1b2/);
  stub.take();
  await button(page, "Test Anthropic").click();
  await says(page, "Anthropic", /Failing[^]*Rejected by Anthropic \(401\)/);
  assert.equal(stub.take().length, 1);
  await shoot(page, "94-keys-refused");
  holds("a replaced key is kept, and a revoked one is told apart from one that works");
}

async function isWarned(page) {
  await warnings(page, 1);
  assert.match(await warning(page).innerText(), /^The Anthropic key is failing\. Rejected by Anthropic \(401\)/);
  await page.getByRole("navigation").getByRole("link", { name: "LLM keys – needs attention" }).waitFor();
  await shoot(page, "95-keys-banner");
  await warning(page).getByRole("link", { name: "LLM keys" }).click();
  assert.equal(await heading(page), "LLM keys");
  holds("a key that fails is told on every page");
}

// Looks at another page until it shows so many warnings: they follow soon after what they are about.
async function warnings(page, count) {
  const until = Date.now() + 30_000;
  do await page.goto("/settings/admin/users"); while (await warning(page).count() !== count && Date.now() < until);
  assert.equal(await warning(page).count(), count);
}

async function bringsItBack(page, stub) {
  await button(page, "Revert Anthropic to the previous key").click();
  await says(page, "Anthropic", /…a1b2[^]*Previous key …c3d4/);
  await focusIs(page, /^Revert Anthropic/, "at the way back");
  stub.take();
  const tried = answerTo(page, "POST", `${KEYS}/anthropic/test`);
  await button(page, "Test Anthropic").click();
  await tried; // it has worked before, too: that is no sign that the page is through with this
  await page.locator("#test_anthropic:not([aria-busy])").waitFor();
  await says(page, "Anthropic", /Working[^]*Works: 2 models/);
  assert.equal(stub.take()[0].key, FIRST);
  await button(page, "Remove the previous key of Anthropic").click();
  await keyOf(page, "Anthropic").getByText("Previous key …").waitFor({ state: "detached" });
  await focusIs(page, /^Test Anthropic$/, "at the first thing to do with it");
  await warnings(page, 0);
  await page.goto(KEYS);
  holds("one click brings the previous key back, another erases what is not needed any more");
}

async function hearsEveryAnswer(page, stub) {
  const answers = [
    ["limited", /Restricted[^]*Anthropic accepts this key but gives it no permission \(403\)/],
    ["spent", /Out of credit[^]*Anthropic says that credit or quota is used up \(429\)\./],
    ["hasty", /Rate limited[^]*Anthropic is limiting the rate of requests \(429\)/],
    ["busy", /Provider busy[^]*Anthropic is overloaded \(529\)/],
    ["abroad", /Region not supported[^]*doesn['’]t serve the region or network of this server \(403\)/],
    ["closed", /Disabled at the provider[^]*account or organization of this key is disabled \(400\)/],
    ["portal", /Failing[^]*A web page came back \(200\), not an answer from Anthropic\./],
    ["hollow", /Failing[^]*Anthropic didn['’]t answer as its API does \(200\)/],
    ["moved", "Anthropic answered with a redirect (307), which is not followed."],
    ["silent", `Could not reach 127.0.0.1:${PORT}: no answer within 10 seconds.`],
  ];
  for (const [n, [word, sentence]] of answers.entries()) {
    if (n % 8 === 0) await moves(page);
    await setsKey(page, "Anthropic", `sk-ant-CANARY-${word}-7f3a9c51i9j0`);
    await button(page, "Test Anthropic").click();
    await says(page, "Anthropic", sentence);
    if (word === "busy") await shoot(page, "96-keys-busy");
  }
  await moves(page);
  assert.ok(stub.take().every(({ url }) => url === "/v1/models"), "redirects are not followed");
  await stub.stop();
  await button(page, "Test Anthropic").click();
  await says(page, "Anthropic", `Could not reach 127.0.0.1:${PORT}: the connection was refused.`);
  await shoot(page, "96-keys-unreachable");
  await stub.start();
  await setsKey(page, "Anthropic", FIRST);
  holds("what is wrong with a key, its provider or what is in between has a sentence each");
}

async function removesIt(page) {
  await button(page, "Remove Anthropic").click();
  await says(page, "Anthropic", /Removed just now\. Deleted permanently in \d+ minutes\./);
  await focusIs(page, /^Undo the removal of Anthropic$/, "at the way back");
  assert.equal(await button(page, "Test Anthropic").count(), 0);
  await shoot(page, "97-keys-removed");
  await button(page, "Undo the removal of Anthropic").click();
  await says(page, "Anthropic", "Set by Ada Lovelace");
  await focusIs(page, /^Test Anthropic$/, "back");
  await button(page, "Remove Anthropic").click();
  await button(page, "Undo the removal of Anthropic").waitFor();
  await page.reload();
  await says(page, "Anthropic", "Removed");
  await button(page, "Undo the removal of Anthropic").click();
  await button(page, "Test Anthropic").waitFor();
  holds("a key is removed at once and can be brought back for a while");
}

async function storesOverTheEnvironment(page, stub) {
  await moves(page);
  await link(page, "Store a key for OpenAI").click();
  await keyField(page).fill(STORED);
  await save(page).click();
  await says(page, "OpenAI", /…e5f6[^]*Stored[^]*Stored key is used\. Environment key is ignored\./);
  stub.take();
  await button(page, "Test OpenAI").click();
  await says(page, "OpenAI", "Works: 2 models");
  assert.equal(stub.take()[0].key, STORED);
  await shoot(page, "98-keys-stored-over-environment");
  await isAskedBeforeItIsSaved(page);
  await button(page, "Revert OpenAI to the previous key").click();
  await says(page, "OpenAI", /^(?![^]*looks like)[^]*…e5f6/);
  holds("a stored key goes before that of the environment, and a key of another provider is asked about");
}

// A key of another provider.
async function isAskedBeforeItIsSaved(page) {
  await opensKeyForm(page, "OpenAI");
  await keyField(page).fill(FIRST);
  await save(page).click();
  await page.getByRole("alert").filter({ hasText: "This looks like an Anthropic key." }).waitFor();
  assert.equal(await keyField(page).inputValue(), "", "a key never comes back");
  await shoot(page, "98-keys-of-another-provider");
  await link(page, "Add a key for Anthropic instead").click();
  await page.getByRole("heading", { name: "Replace the key for Anthropic" }).waitFor();
  await link(page, "Cancel").click();
  await says(page, "OpenAI", "…e5f6");
  await opensKeyForm(page, "OpenAI");
  await keyField(page).fill(FIRST);
  await save(page).click();
  await page.getByLabel("Use this Anthropic key for OpenAI anyway").check();
  await keyField(page).fill(FIRST);
  await save(page).click();
  await says(page, "OpenAI", /…a1b2[^]*This looks like an Anthropic key\.[^]*Previous key …e5f6/);
}

async function hasAServerOfItsOwn(page, stub) {
  const name = "Lab <b>vLLM";
  await page.getByRole("link", { name: /^Custom/ }).click();
  await focusIs(page, /^Name$/, "in the first field");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Base URL").fill("http://169.254.169.254/v1");
  await keyField(page).fill(LAB);
  await save(page).click();
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  assert.equal(await page.getByLabel("Name").inputValue(), name);
  assert.equal(await keyField(page).inputValue(), "");
  await shoot(page, "99-keys-private-address");
  await page.getByLabel("Base URL").fill(`${STUB}/v1/chat/completions`);
  await keyField(page).fill(LAB);
  await save(page).click();
  await says(page, name, /…g7h8[^]*\/v1(?!\/)/);
  await isTold(page, "Only the base of the address is used, as shown.");
  stub.take();
  await button(page, `Test ${name}`).click();
  await says(page, name, "Works: 2 models");
  const asked = stub.take().sort((one, other) => one.key.localeCompare(other.key));
  const models = { method: "GET", url: "/v1/models" };
  assert.deepEqual(asked, [{ ...models, key: "" }, { ...models, key: LAB }], "and without a key, to see whether it counts");
  await movesWithoutItsKey(page, name, stub);
  holds("a server of one's own has a name and an address, and moves only together with its key");
}

// Rule L04.
async function movesWithoutItsKey(page, name, stub) {
  await opensKeyForm(page, name);
  await page.getByLabel("Base URL").fill(`${STUB}/other`);
  await save(page).click();
  await page.getByRole("alert").filter({ hasText: "Enter the key again. We never send a stored key to a new address." }).waitFor();
  await link(page, "Cancel").click();
  await says(page, name, `${STUB}/v1`);
  assert.deepEqual(stub.take(), []);
}

// A byte of it is flipped where it is stored.
async function isDamaged(page) {
  await moves(page);
  const flip = `substr(sealed_key, 1, 40) || CASE substr(sealed_key, 41, 1) WHEN 'A' THEN 'B' ELSE 'A' END || substr(sealed_key, 42)`;
  const damaged = demoDatabase(`UPDATE llm_keys SET sealed_key = ${flip} WHERE provider = 'openai' AND replaced_at IS NULL`);
  if (damaged === null) return holds("(no sqlite3 here: a damaged key is left to tests/web)");
  await page.goto(KEYS);
  await says(page, "OpenAI", /Needs attention[^]*can['’]t be decrypted/);
  assert.equal(await keyOf(page, "OpenAI").getByText(/^Environment/).count(), 0, "it is never taken from the environment instead");
  await button(page, "Test Anthropic").click();
  await says(page, "Anthropic", "Works: 2 models");
  await shoot(page, "99-keys-damaged");
  await setsKey(page, "OpenAI", STORED);
  await button(page, "Test OpenAI").click();
  await says(page, "OpenAI", "Works: 2 models");
  holds("a key that can't be decrypted says so, others work, and a new one mends it");
}

// --- a member

async function isHiddenFromMembers(page) {
  await signIn(page, GRACE);
  await page.getByRole("navigation").getByRole("link", { name: "LLM keys", exact: true }).click();
  assert.match(await main(page).innerText(), /Only admins can change these settings\./);
  const seen = (await main(page).getByRole("listitem").allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " "));
  for (const line of ["Anthropic Configured", "OpenAI Configured", "Mistral Not set"]) assert.ok(seen.includes(line), `${seen}`);
  assert.equal(await main(page).locator("a, button, input, form").count(), 0);
  assert.doesNotMatch(await page.content(), /a1b2|e5f6|Stored|Environment|OPENAI_API_KEY|127\.0\.0\.1/);
  assert.equal(await warning(page).count(), 0);
  await shoot(page, "99-keys-member");
  holds("a member sees what is configured and nothing more");
}

// --- without scripts

async function needsNoScript(page, stub) {
  await moves(page);
  const isSound = proofread(page);
  await signIn(page, ADA);
  await page.goto(KEYS);
  await opensKeyForm(page, "Mistral");
  await keyField(page).fill("MISTRAL_API_KEY=1");
  await save(page).click();
  assert.match(await page.title(), /^Error: /);
  assert.equal(await keyField(page).inputValue(), "");
  await moves(page);
  await page.goto(KEYS);
  await isAskedBeforeItIsSaved(page);
  await button(page, "Revert OpenAI to the previous key").click();
  await page.goto(KEYS);
  await setsKey(page, "Anthropic", FIRST);
  await button(page, "Test Anthropic").click();
  assert.match(page.url(), /#key_anthropic$/, "the answer is where one looks");
  await says(page, "Anthropic", "Works: 2 models");
  await setsKey(page, "Anthropic", SECOND);
  await button(page, "Test Anthropic").click();
  await says(page, "Anthropic", "(401)");
  await button(page, "Revert Anthropic to the previous key").click();
  await says(page, "Anthropic", /…a1b2[^]*Previous key …c3d4/);
  await button(page, "Remove Anthropic").click();
  await button(page, "Undo the removal of Anthropic").click();
  await button(page, "Test Anthropic").click();
  await says(page, "Anthropic", "Works: 2 models");
  assert.equal(stub.take().at(-1).key, FIRST);
  holds(`all of it without a script, on ${await isSound()} pages of sound HTML`);
}

// --- and nowhere else

function isNowhere(texts) {
  const places = readdirSync(DATA, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = places.map((entry) => `${entry.parentPath}/${entry.name}`);
  const sent = texts.flat().filter(Boolean);
  assert.ok(files.length > 0 && sent.length > 50, `${files.length} files, ${sent.length} texts`);
  const tells = (text) => SECRET.test(text) || text.includes(ENVIRONMENT);
  assert.deepEqual([...files, process.env.LOG].filter((file) => tells(readFileSync(file, "latin1"))), []);
  assert.deepEqual(sent.filter(tells), []);
  holds("no page, script, log or file of the database has any of the keys");
}
