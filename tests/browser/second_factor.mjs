// A second factor: added with a phone, asked for at the next sign-in, given up for a recovery code when the phone is lost,
// and reset by the shell when everything is. Told twice, with scripts and without.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { ADA, BASE, GRACE, allowDomain, heading, holds, introduce, isTold, main, signIn, signOut, story } from "./support.mjs";
import { code } from "./phone.mjs";
import { RUNS_SCRIPTS, isAt, look, nothingStoodInTheWay, people } from "./many_support.mjs";

const SECURITY = "/settings/security";
const CHALLENGE = "/sign-in/second-factor";
const field = (page) => page.getByRole("textbox", { name: /code/i });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

await story(async (visitor) => {
  const comes = people(visitor);
  const ada = await comes();
  await signIn(ada, ADA);
  await allowDomain(ada, "acme.test");
  const { key, codes } = await addsAnApp(ada);
  await isAsked(ada, key);
  await losesThePhone(await comes(), codes);
  await isResetByAnAdmin(ada, await comes(), await comes());
  await isResetByTheShell(ada, await comes());
  nothingStoodInTheWay();
  holds(`all of it ${RUNS_SCRIPTS ? "with" : "without"} scripts`);
});

async function addsAnApp(page, pictures = true) {
  const looks = async (name) => { if (pictures) await look(page, name); };
  await page.goto("/settings");
  await page.getByRole("link", { name: "Your security" }).click();
  assert.equal(await heading(page), "Your security");
  assert.match(await main(page).innerText(), /You have none, so you’re not asked for a code\./);
  await looks("150-security-none");
  await press(page, "Add an authenticator app");
  assert.equal(await heading(page), "Add an authenticator app");
  await looks("151-security-adding");
  const key = await page.getByLabel("Key", { exact: true }).inputValue();
  await field(page).fill("000000" === code(key) ? "111111" : "000000");
  await page.getByLabel("3. Give it a name (optional)").fill("My phone");
  await press(page, "Turn on");
  await page.getByText("That code isn’t right.").waitFor();
  assert.match(await page.title(), /^Error: /);
  assert.equal(await page.getByLabel("3. Give it a name (optional)").inputValue(), "My phone", "what was typed is there");
  await looks("152-security-wrong-code");
  await field(page).fill(code(key));
  await press(page, "Turn on");
  assert.equal(await heading(page), "Your recovery codes");
  const codes = await main(page).getByRole("listitem").allInnerTexts();
  assert.equal(codes.length, 10);
  await looks("153-security-codes");
  await page.getByRole("link", { name: "I stored them" }).click();
  assert.match(await main(page).innerText(), /My phone[^]*10 codes left\./);
  await looks("154-security");
  holds("an app counts once it has shown a right code, and ten recovery codes are shown once");
  return { key, codes };
}

async function isAsked(page, key) {
  await signOut(page);
  await page.goto("/settings/admin/users");
  await page.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(page, ADA);
  await isAt(page, CHALLENGE);
  assert.equal(await heading(page), "Enter your code");
  await look(page, "155-challenge");
  await page.goto("/settings/admin");
  await isAt(page, CHALLENGE);
  await page.goto("/settings/admin/users");
  await field(page).fill("12");
  await press(page, "Continue");
  await page.getByText("Enter the 6 digits that your app shows, or a recovery code.").waitFor();
  await look(page, "156-challenge-422");
  await field(page).fill(code(key, 1));
  await page.keyboard.press("Enter");
  await isAt(page, "/settings/admin/users");
  holds("a sign-in at the provider alone opens nothing; the code leads on to what was asked for");
}

async function losesThePhone(page, codes) {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(page, ADA);
  await page.getByText("No access to your app?").click();
  await page.getByText("Use a recovery code.").waitFor();
  await field(page).fill(codes[0].toUpperCase());
  await press(page, "Continue");
  await isAt(page, "/settings/admin");
  await page.goto(SECURITY);
  assert.match(await main(page).innerText(), /9 codes left\./);
  await press(page, "Make new recovery codes");
  assert.equal(await heading(page), "Your recovery codes");
  await page.goto(SECURITY);
  await page.getByRole("link", { name: "Edit My phone" }).click();
  assert.equal(await heading(page), "My phone");
  await look(page, "157-security-app");
  await page.getByLabel("Name").fill("Lost phone");
  await press(page, "Save");
  await isTold(page, "App renamed to Lost phone.");
  await page.getByRole("link", { name: "Edit Lost phone" }).click();
  await press(page, "Remove Lost phone");
  await isTold(page, "Lost phone removed. Its codes no longer work.");
  assert.match(await main(page).innerText(), /You have none/);
  holds("with a recovery code one comes in, makes new ones, and removes the phone that is lost");
}

async function isResetByAnAdmin(ada, grace, elsewhere) {
  await signIn(grace, GRACE);
  await addsAnApp(grace, false);
  await ada.goto("/settings/admin/users");
  await ada.getByRole("link", { name: GRACE.name }).first().click();
  await ada.getByRole("link", { name: "Reset second factor…" }).click();
  assert.equal(await heading(ada), `Reset the second factor of ${GRACE.name}?`);
  await look(ada, "158-second-factor-reset");
  await press(ada, "Reset");
  await isTold(ada, `Second factor of ${GRACE.name} reset. They were signed out everywhere.`);
  await grace.goto("/settings");
  await isAt(grace, "/sign-in");
  await signIn(elsewhere, GRACE);
  await isAt(elsewhere, "/settings/admin");
  holds("an admin resets what a colleague has lost");
}

// The command line of the same Gatehouse, while its server runs.
function shell(...words) {
  const port = Number(new URL(BASE).port);
  const env = {
    PATH: process.env.PATH,
    USER: "root",
    GATEHOUSE_BASE_URL: BASE,
    GATEHOUSE_DATABASE_URL: "sqlite://data/demo/gatehouse.db",
    GATEHOUSE_MASTER_KEY: readFileSync("data/demo/master.key", "utf8"),
    GATEHOUSE_SMTP_URL: `smtp://127.0.0.1:${port + 3}?tls=none`,
    GATEHOUSE_MAIL_FROM: "gatehouse@demo.test",
    GATEHOUSE_LOG: "off",
  };
  return execFileSync(process.env.GATEHOUSE, words, { env, encoding: "utf8" });
}

async function isResetByTheShell(ada, elsewhere) {
  await addsAnApp(ada, false);
  assert.match(shell("user", "second-factor-reset", ADA.email), /ada@acme\.test can sign in without a code\. 2 sessions ended\./);
  await ada.goto("/settings");
  await isAt(ada, "/sign-in");
  await signIn(elsewhere, ADA);
  await isAt(elsewhere, "/settings/admin");
  holds("the sole owner who has lost everything comes back by the shell");
}
