// The first walk: Ada opens the house, decides who may join; Grace joins and looks; Mallory stays outside.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  ADA, GRACE, MALLORY, BASE, allowDomain, heading, holds, isTold, main, shoot, signIn, story,
} from "./support.mjs";

await story(async (visitor) => {
  const ada = await visitor();
  await adaBecomesOwner(ada);
  await sheRenamesTheOrganization(ada);
  await sheAllowsHerDomain(ada);
  const grace = await visitor();
  await graceIsAMember(grace);
  await graceHasNoControls(grace);
  await doorsAreClosedToGrace(grace);
  await malloryIsRefused(await visitor());
  await adaSeesWhoIsHere(ada);
});

async function adaBecomesOwner(page) {
  await page.goto("/");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await shoot(page, "01-sign-in");
  await page.getByRole("button", { name: "Continue with Demo ID" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.notEqual(new URL(page.url()).origin, BASE, "the provider is a server of its own");
  await shoot(page, "02-demo-id");
  await page.getByRole("button", { name: ADA.email }).click();
  await page.waitForURL("**/settings/admin");
  assert.equal(await heading(page), "General");
  const me = await (await page.request.get("/api/me")).json();
  assert.deepEqual([me.email, me.name, me.role], [ADA.email, ADA.name, "owner"]);
  await shoot(page, "03-owner");
  holds("Ada signs in first and is the owner");
}

async function sheRenamesTheOrganization(page) {
  await page.getByLabel("Organization name").fill("Acme Rockets");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await isTold(page, "Organization name saved.");
  assert.match(await page.title(), /General · Acme Rockets · Gatehouse/);
  await shoot(page, "04-renamed");
  await page.reload();
  assert.equal(await page.getByLabel("Organization name").inputValue(), "Acme Rockets");
  assert.match(await page.getByRole("banner").innerText(), /Acme Rockets/);
  holds("she renames the organization");
}

async function sheAllowsHerDomain(page) {
  await page.getByRole("navigation").getByRole("link", { name: "Access" }).click();
  assert.equal(await heading(page), "Access");
  await shoot(page, "05-access-before");
  await allowDomain(page, "acme.test");
  await shoot(page, "06-access-saved");
  await page.reload();
  assert.ok(await page.getByRole("switch", { name: "Allow by domain" }).isChecked());
  assert.equal(await page.getByLabel("Domain", { exact: true }).first().inputValue(), "acme.test");
  assert.match(await main(page).innerText(), /acme\.test/);
  holds("she lets acme.test in");
}

async function graceIsAMember(page) {
  await signIn(page, GRACE);
  await page.waitForURL("**/settings/admin");
  const me = await (await page.request.get("/api/me")).json();
  assert.deepEqual([me.email, me.role], [GRACE.email, "member"]);
  assert.match(await main(page).innerText(), /Acme Rockets/);
  assert.match(await main(page).innerText(), /Only admins can change these settings\. Ask Ada Lovelace\./);
  holds("Grace signs in and is a member");
}

async function graceHasNoControls(page) {
  const rooms = page.getByRole("navigation").getByRole("link");
  assert.deepEqual((await rooms.allInnerTexts()).map((text) => text.trim()), ["General", "Users", "LLM keys", "Projects"]);
  assert.deepEqual(await controls(page), []);
  await shoot(page, "07-member-general");
  await rooms.filter({ hasText: "Users" }).click();
  await page.getByRole("table").waitFor();
  const people = await page.getByRole("table").innerText();
  for (const { name, email } of [ADA, GRACE]) assert.ok(people.includes(name) && people.includes(email));
  assert.deepEqual(await controls(page), ["search:q"]);
  await shoot(page, "08-member-users");
  holds("she sees the organization and its people, and has no controls");
}

// What could change anything in the page's own part: fields, and forms that are sent.
function controls(page) {
  return main(page).evaluate((region) => {
    const fields = [...region.querySelectorAll("input:not([type=hidden]),textarea,select")];
    const buttons = [...region.querySelectorAll("button")].filter((button) => button.form?.method !== "get");
    const forms = [...region.querySelectorAll("form[method=post]")];
    const names = [fields.map((field) => `${field.type}:${field.name}`), buttons.map((button) => button.textContent), forms.map((form) => form.action)];
    return names.flat();
  });
}

// Of a team there is one to ask for: another would be unknown.
async function named(page, path) {
  if (!path.includes("{team}")) return path;
  if (!path.startsWith("/api/")) return path.replace("{team}", "default");
  const { items } = await page.evaluate(async () => (await fetch("/api/teams")).json());
  return path.replace("{team}", items[0].id);
}

async function doorsAreClosedToGrace(page) {
  const routes = JSON.parse(execFileSync(process.env.GATEHOUSE, ["routes", "--json"], { encoding: "utf8" }));
  const closed = routes.filter(({ path, who }) => path.startsWith("/api/admin") || who === "admin" || who === "owner");
  assert.ok(closed.filter(({ path }) => path.startsWith("/api/admin")).length >= 3, "the list of routes is too short");
  for (const { method, path } of closed) {
    const { status, body } = await ask(page, method, (await named(page, path)).replace(/\{\w+\}/g, "x"));
    assert.equal(status, 403, `${method} ${path}`);
    if (path.startsWith("/api/")) assert.equal(JSON.parse(body).code, "forbidden", `${method} ${path}`);
  }
  const answer = await page.goto("/settings/admin/access");
  assert.equal(answer.status(), 403);
  assert.match(await main(page).innerText(), /admin/);
  await shoot(page, "09-member-refused");
  holds(`${closed.length} doors are closed to her, with 403`);
}

// Asks from within the page, with the cookies and headers of a browser.
function ask(page, method, path) {
  return page.evaluate(async ([method, path]) => {
    const type = path.startsWith("/api/") ? "application/json" : "application/x-www-form-urlencoded";
    const init = method === "GET" ? {} : { body: type === "application/json" ? "{}" : "name=Mine", headers: { "content-type": type } };
    const answer = await fetch(path, { method, ...init });
    return { status: answer.status, body: await answer.text() };
  }, [method, path]);
}

async function malloryIsRefused(page) {
  const answered = page.waitForResponse((response) => response.url().includes("/auth/demo/callback"));
  await signIn(page, MALLORY);
  assert.equal((await answered).status(), 403);
  assert.equal(await heading(page), "You don’t have access");
  const text = await main(page).innerText();
  assert.match(text, /mallory@evil\.test doesn’t have access to Acme Rockets\./);
  assert.match(text, /Ask an admin for an invite, or use another account/);
  assert.ok(!text.includes("acme.test"), "the rules are nobody's business");
  await shoot(page, "10-stranger-refused");
  assert.equal((await page.request.get("/api/me")).status(), 401);
  await page.getByRole("button", { name: "Use another account" }).click();
  await page.getByRole("button", { name: GRACE.email }).click();
  await page.waitForURL("**/settings/admin");
  holds("Mallory is refused, is told what to do, and can use another account");
}

async function adaSeesWhoIsHere(page) {
  await page.goto("/settings/admin/users");
  assert.equal(await page.getByRole("row").count(), 3, "a head and two people");
  await shoot(page, "11-owner-users");
  await page.goto("/settings");
  await shoot(page, "12-account");
}
