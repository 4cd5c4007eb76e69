// Someone locks the owner out by the access rules; the owner comes back with a shell on the machine.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { ADA, BASE, USERS, allowDomain, heading, holds, isTold, raises, save, shoot, signIn, story } from "./support.mjs";

const EVE = { name: "Eve Otherwise", email: "eve@rogue.test" };
const port = Number(new URL(BASE).port);

// The command line of the same Gatehouse, while its server runs.
function shell(...words) {
  const env = {
    PATH: process.env.PATH,
    USER: "root",
    GATEHOUSE_BASE_URL: BASE,
    GATEHOUSE_DATABASE_URL: "sqlite://data/demo/gatehouse.db",
    GATEHOUSE_MASTER_KEY: readFileSync("data/demo/master.key", "utf8"),
    GATEHOUSE_LOG: "off",
    GATEHOUSE_PROVIDERS__DEMO__KIND: "oidc",
    GATEHOUSE_PROVIDERS__DEMO__ISSUER: `http://localhost:${port + 1}`,
    GATEHOUSE_PROVIDERS__DEMO__CLIENT_ID: "gatehouse",
    GATEHOUSE_PROVIDERS__DEMO__CLIENT_SECRET: "of the demo alone",
  };
  return execFileSync(process.env.GATEHOUSE, words, { env, encoding: "utf8" });
}

await story(async (visitor) => {
  const [ada, eve] = [await visitor(), await visitor()];
  await signIn(ada, ADA);
  await allowDomain(ada, "acme.test");
  await allowDomain(ada, "rogue.test");
  await signIn(eve, EVE);
  await raises(ada, EVE.name, "Owner");
  await isLockedOut(ada, eve);
  await comesBack(ada, eve);
  await comesByALink(await visitor());
});

// The other owner keeps only their own domain, and ends the access of everyone whom that leaves out.
async function isLockedOut(ada, eve) {
  const rules = { allowedEmailDomains: ["rogue.test"], domainGatingEnabled: true };
  const saved = await eve.request.patch("/api/admin/settings", { data: rules, headers: { origin: BASE } });
  assert.equal(saved.status(), 200);
  await eve.goto("/settings/admin/access");
  await eve.getByRole("button", { name: "Preview", exact: true }).click();
  await eve.getByRole("radio", { name: "Also end access for this person now" }).check();
  await save(eve).click();
  await isTold(eve, "lost access.");
  await ada.goto(USERS);
  assert.equal(await heading(ada), "You’re not a member of any organization", "at the next click");
  await ada.goto("/");
  const help = ada.locator("details").filter({ hasText: "locked out?" });
  await help.locator("summary").click();
  for (const command of ["gatehouse access reset", "gatehouse user sign-in-link EMAIL"]) {
    await help.getByText(command).waitFor();
  }
  await shoot(ada, "99-locked-out");
  holds("a person whom the rules lock out is told what a shell on the machine can do");
}

async function comesBack(ada, eve) {
  assert.match(shell("access", "show"), /rogue\.test/);
  shell("access", "reset");
  await ada.goto(USERS);
  assert.equal(await heading(ada), "Users", "at the next click");
  shell("user", "demote", EVE.email);
  await eve.goto("/settings/admin/access");
  assert.equal(await heading(eve), "This page is for admins");
  await ada.goto("/settings/admin/audit?who=operator");
  await ada.getByRole("listitem").filter({ hasText: "reset the access rules" }).first().waitFor();
  holds("an operator lets the owner in again while the server runs, and the audit log says so");
}

async function comesByALink(page) {
  const link = shell("user", "sign-in-link", ADA.email).match(/http\S+\/sign-in-links\/\S+/)[0];
  await page.goto(link);
  await page.goto(link);
  await shoot(page, "99-sign-in-link");
  await page.getByRole("button", { name: /^Sign in/ }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in-links"));
  assert.equal((await (await page.request.get("/api/me")).json()).email, ADA.email);
  const again = await page.goto(link);
  assert.equal(again.status(), 410, "once");
  holds("a link of the operator’s signs one person in, once, by its button");
}
