// Thirty ways to make a page run what someone typed, in every field that people fill: none runs, all are text.

import assert from "node:assert/strict";
import { ADA, KEYS, addDomain, allowDomain, holds, keyField, looksAtMany, main, save, signIn, story } from "./support.mjs";

// Rule W01. At most 100 characters each: as much of a name as is kept.
const PAYLOADS = [
  `<script>alert(1)</script>`, `<ScRiPt>alert(1)</sCrIpT>`, `</title><script>alert(1)</script>`,
  `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<svg><animate onbegin=alert(1) attributeName=x>`,
  `"><img src=x onerror=alert(1)>`, `'><img src=x onerror=alert(1)>`, `" autofocus onfocus="alert(1)`,
  `' autofocus onfocus='alert(1)`, `\`onmouseover=alert(1)\``, `<a href="javascript:alert(1)">x</a>`,
  `javascript:alert(1)`, `<iframe srcdoc="<script>alert(1)</script>">`, `<object data="data:text/html,x">`,
  `<details open ontoggle=alert(1)>`, `<body onload=alert(1)>`, `<math><mtext><img src=x onerror=alert(1)>`,
  `</textarea><script>alert(1)</script>`, `</style><script>alert(1)</script>`, `<!--><script>alert(1)</script>-->`,
  `{{ 7*7 }}{% raw %}`, `\${alert(1)}`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `&#60;img src=x onerror=alert(1)&#62;`,
  `<hx-partial hx-target="#main">x</hx-partial>`, `<div hx-get="/sign-out" hx-trigger="load">`,
  `<form action=//evil.test><button>x</button></form>`, `<base href=//evil.test>`, `<meta http-equiv=refresh content=0>`,
];

const PROJECTS = "/settings/admin/projects";
const DEFAULT = `${PROJECTS}/default`;

// A dialog, a violated policy or an error in the console would have failed the story.
await story(async (visitor) => {
  const owner = await visitor();
  await signIn(owner, ADA);
  await allowDomain(owner, "acme.test");
  for (const [n, name] of PAYLOADS.entries()) {
    const guest = await visitor({ extraHTTPHeaders: { "x-forwarded-for": `10.9.0.${n}` } });
    await signIn(guest, { name, email: `guest${n}@acme.test` });
    await showsLiterally(guest, "/settings", name);
    await guest.context().close();
    const person = await personNamed(owner, name);
    for (const page of ["", "/role?role=admin", "/offboarding"]) await showsLiterally(owner, `${person}${page}`, name);
  }
  await owner.goto("/settings/admin/users");
  await owner.getByLabel(/^\s*Select (all )?\d+ p/).check();
  await looksAtMany(owner, [], "End sessions");
  await isOnlyText(owner);
  await owner.goto("/settings/admin/audit");
  await isOnlyText(owner);
  await owner.goto("/settings/admin/users");
  const everybody = await main(owner).innerText();
  assert.deepEqual(PAYLOADS.filter((name) => !everybody.includes(name)), [], "all names are shown as they are");
  await isOnlyText(owner);
  for (const text of PAYLOADS) await typesEverywhere(owner, text);
  for (const text of PAYLOADS) await namesProjects(owner, text);
  for (const path of [PROJECTS, DEFAULT, "/settings/admin/teams/default", "/settings/admin/invites", "/settings/admin/audit"]) {
    await owner.goto(path);
    await isOnlyText(owner);
  }
  holds(`${PAYLOADS.length} payloads in every field are text`);
});

// The page of the one whose name this is.
async function personNamed(page, name) {
  const { items } = await (await page.request.get(`/api/admin/users?limit=200`, { maxRetries: 2 })).json();
  return `/settings/admin/users/${items.find((person) => person.name === name).id}`;
}

async function showsLiterally(page, path, text) {
  await page.goto(path);
  assert.ok((await main(page).innerText()).includes(text), `${text} is not shown literally at ${path}`);
  await isOnlyText(page);
}

async function typesEverywhere(page, text) {
  await page.goto(`/settings/admin/users?q=${encodeURIComponent(text)}`);
  assert.equal(await page.getByRole("searchbox").inputValue(), text);
  await isOnlyText(page);
  await page.goto("/settings/admin/access");
  await page.getByRole("textbox", { name: "Addresses" }).fill(text);
  await addDomain(page, text);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  await isOnlyText(page);
  await page.goto(`${KEYS}?provider=custom`);
  for (const field of [page.getByLabel("Name", { exact: true }), page.getByLabel("Base URL"), keyField(page)]) await field.fill(text);
  await save(page).click();
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  // What stands behind them may be a secret, and does not come back.
  const [shown] = text.split(/[?#]/);
  assert.equal(await page.getByLabel("Base URL").inputValue(), shown);
  assert.equal(await keyField(page).inputValue(), "");
  await isOnlyText(page);
}

// Where it is a name, something is called so from then on; else the field comes back with it.
async function namesProjects(page, text) {
  await types(page, PROJECTS, "New project", "Name", "Create project", text);
  await types(page, PROJECTS, "New team", "Team name", "Create team", text);
  await types(page, PROJECTS, "Maximum token lifetime", "Days", "Save", text);
  await types(page, DEFAULT, "People", "Email of a member", "Save role", text);
  await types(page, DEFAULT, "Settings", "Name", "Save", text);
  await types(page, "/settings/admin/teams/default", "Manager", "Manager’s email", "Save", text);
  for (const path of [`${DEFAULT}/tokens/new`, "/settings/tokens/new"]) {
    await page.goto(path);
    await page.getByLabel("Name").fill(text);
    await page.getByRole("radio", { name: "Custom" }).check();
    await page.getByLabel("Number of days").fill("1");
    await sends(page, "Create token");
  }
}

async function types(page, path, region, field, button, text) {
  await page.goto(path);
  const form = page.getByRole("region", { name: region, exact: true });
  await form.getByLabel(field, { exact: true }).fill(text);
  await sends(form, button, page);
}

// Sends the form, and looks at the page that comes.
async function sends(place, button, page = place) {
  await Promise.all([page.waitForEvent("load"), place.getByRole("button", { name: button, exact: true }).click()]);
  await isOnlyText(page);
}

async function isOnlyText(page) {
  const strange = "img, iframe, object, base, math, script:not([src]), [onerror], [onload], [onfocus], main [autofocus][onfocus]";
  assert.equal(await page.locator(strange).count(), 0);
  assert.equal(await page.locator('a[href^="javascript:"], form[action*="evil"], meta[http-equiv]').count(), 0);
}
