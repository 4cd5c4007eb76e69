// What a first visit costs, whose servers it asks, and that nothing that people call themselves is ever run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { BASE, INVITES, KEYS, USERS, addDomain, allowDomain, demoDatabase, heading, holds, isTold, main, signIn, signOut, story } from "./support.mjs";

const PROJECTS = "/settings/admin/projects";
const DEFAULT = `${PROJECTS}/default`;

const KB = 1000;
const NEW_PASSKEY = "/settings/security/new-passkey";
const BUDGET = { requests: 6, total: 55 * KB, script: 20 * KB, stylesheet: 12 * KB, document: 12 * KB };
const LATER = 15 * KB;

const EVIL = `<img src=x onerror=alert(1)>"'><script>alert(1)</script>`;
const EVIL_NAME = `<img src=x onerror=alert(1)>"'><b>`;

await story(async (visitor) => {
  const page = await visitor();
  await isLight(page, "/sign-in");
  await signIn(page, { name: EVIL, email: "evil@acme.test" });
  await page.waitForURL("**/settings/admin");
  const storageState = await page.context().storageState();
  const again = await visitor({ storageState });
  await isLight(again, USERS);
  await isFull(await visitor({ storageState }), await visitor({ storageState }));
  await isLight(await visitor({ storageState }), "/settings/admin/access");
  await isLight(await visitor({ storageState }), INVITES);
  await hasEveryKey(again);
  await isLight(await visitor({ storageState }), KEYS);
  await hasManyProjects(await visitor({ storageState }), await visitor({ storageState }));
  for (const path of [`${DEFAULT}/tokens/new`, `${DEFAULT}/llm-keys`, "/settings/admin/teams/default", "/settings/tokens", NEW_PASSKEY]) {
    await isLight(await visitor({ storageState }), path);
  }
  await isLighterLater(again, "/settings/admin");
  await showsTextAsText(page);
  await everyPageIsQuiet(page);
});

// Fifty people on a page, admins among them, and the page of one.
async function isFull(page, another) {
  const ids = Array.from({ length: 50 }, () => randomUUID());
  const people = ids.map((id) => `('${id}', '${id.slice(24)}@acme.test', 'Person ${id.slice(0, 8)}', 'active', 1)`);
  const joined = demoDatabase(`
    INSERT INTO users (id, email, name, status, created_at) VALUES ${people};
    INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
    SELECT 'default', id, CASE WHEN id < '4' THEN 'admin' ELSE 'member' END, name, email, 1, 1 FROM users WHERE created_at = 1;`);
  if (joined === null) return holds("(no sqlite3 here: a page of fifty is not weighed)");
  await isLight(page, `${USERS}?sort=-name`);
  assert.equal(await page.getByRole("rowheader").count(), 50);
  await isLight(another, `${USERS}/${ids[0]}`);
}

// Fifty projects on a page, and fifty tokens on that of one.
async function hasManyProjects(page, another) {
  const ids = Array.from({ length: 49 }, () => randomUUID());
  const projects = ids.map((id) => `('${id}', 'default', (SELECT id FROM teams), 'p-${id}', 'Project ${id.slice(0, 8)}', FALSE, 1)`);
  const token = (id, project) => `('${id}', 'default', ${project}, 'Token ${id.slice(0, 8)}', 'gh_${id.slice(24)}', '${id}',
    'keys:resolve', 1, 'x', 'Evelyn Example', ${Date.now() + 9_000_000_000}, 2, '203.0.113.7')`;
  const ofDefault = "(SELECT id FROM projects WHERE is_default)";
  const made = demoDatabase(`
    INSERT INTO projects (id, organization_id, team_id, slug, name, is_default, created_at) VALUES ${projects};
    INSERT INTO tokens (id, organization_id, project_id, name, prefix, hash, scopes, created_at, created_by, created_by_name, expires_at,
      last_used_at, last_used_from) VALUES ${ids.map((id) => token(id, ofDefault))}, ${token(randomUUID(), ofDefault)}`);
  if (made === null) return holds("(no sqlite3 here: pages of fifty projects and tokens are not weighed)");
  await isLight(page, PROJECTS);
  assert.equal(await main(page).getByRole("listitem").count(), 50);
  await isLight(another, DEFAULT);
  assert.equal(await another.getByRole("region", { name: "Tokens" }).getByRole("listitem").count(), 50);
}

// Two keys for every provider whose address is known, one of them replaced: more than any team has.
async function hasEveryKey(page) {
  await page.goto(KEYS);
  const links = page.getByRole("main").getByRole("link");
  const hrefs = await links.evaluateAll((links) => links.map((link) => new URL(link.href).searchParams.get("provider")));
  for (const provider of hrefs.filter((id) => id && !["azure-openai", "custom"].includes(id))) {
    for (const key of ["first-0123456789", "second-0123456789"]) {
      const body = new URLSearchParams({ provider, key }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const status = await page.evaluate(async ([path, ...how]) => (await fetch(path, ...how)).status, [KEYS, { method: "POST", headers, body }]);
      assert.equal(status, 200, provider);
    }
  }
}

// Opens a page in a browser that has seen nothing yet, and weighs what came over the wire.
async function isLight(page, path) {
  const { requests, bytes } = await weigh(page, path);
  assert.deepEqual(requests.filter((url) => !url.startsWith(`${BASE}/`)), [], `${path} asks nobody else`);
  assert.ok(requests.length <= BUDGET.requests, `${path}: ${requests.length} requests`);
  const total = Object.values(bytes).reduce((sum, part) => sum + part, 0);
  for (const [part, most] of Object.entries({ ...BUDGET, requests: Infinity })) {
    const cost = part === "total" ? total : bytes[part] ?? 0;
    assert.ok(cost <= most, `${path}: ${part} costs ${cost} bytes, more than ${most}`);
  }
  holds(`first visit to ${path}: ${requests.length} requests, ${total} bytes: ${JSON.stringify(bytes)}`);
}

// Once style and scripts are there, a page costs its HTML.
async function isLighterLater(page, path) {
  const { bytes } = await weigh(page, path);
  const total = Object.values(bytes).reduce((sum, part) => sum + part, 0);
  assert.ok(total <= LATER, `${path} later: ${total} bytes`);
  holds(`a later visit to ${path}: ${total} bytes`);
}

// The addresses asked, and the bytes that came by kind, without headers.
async function weigh(page, path) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  const [kinds, heads, requests, bytes] = [new Map(), new Map(), [], {}];
  devtools.on("Network.requestWillBeSent", ({ requestId, request, type }) => {
    requests.push(request.url);
    kinds.set(requestId, type.toLowerCase());
  });
  devtools.on("Network.responseReceived", ({ requestId, response }) => heads.set(requestId, response.encodedDataLength));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    bytes[kind] = (bytes[kind] ?? 0) + Math.max(0, encodedDataLength - heads.get(requestId)); // 0 from the cache
  });
  await page.goto(path, { waitUntil: "networkidle" });
  await devtools.detach();
  return { requests, bytes };
}

// Names, rules and searches that look like HTML are shown as they are. A dialog or a violated policy would have
// failed the story.
async function showsTextAsText(page) {
  await page.getByLabel("Organization name").fill(EVIL_NAME);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await isTold(page, "Organization name saved.");
  await page.reload();
  assert.equal(await page.getByLabel("Organization name").inputValue(), EVIL_NAME);
  const everything = await page.locator("body").innerText();
  for (const text of [EVIL, EVIL_NAME]) assert.ok(everything.includes(text), `${text} is not shown literally`);
  assert.ok((await page.title()).includes(EVIL_NAME));
  await mistypesEvil(page);
  await page.goto(`/settings/admin/users?q=${encodeURIComponent(EVIL)}`);
  assert.equal(await page.getByRole("searchbox").inputValue(), EVIL);
  await page.goto("/settings");
  assert.ok((await main(page).innerText()).includes(EVIL));
  await hasNoStrangeElements(page);
  await signOut(page);
  assert.equal(await heading(page), `Sign in to ${EVIL_NAME}`);
  await page.goto(`/sign-in?return_to=${encodeURIComponent(`"><script>alert(1)</script>`)}`);
  await hasNoStrangeElements(page);
  await signIn(page, { name: EVIL, email: "evil@acme.test" });
  holds("what looks like HTML is shown as text");
}

async function mistypesEvil(page) {
  await page.getByLabel("Organization name").fill(EVIL);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  assert.equal(await page.getByLabel("Organization name").inputValue(), EVIL.slice(0, 60));
  await hasNoStrangeElements(page);
  await page.goto("/settings/admin/access");
  await addDomain(page, EVIL);
  await page.getByRole("textbox", { name: "Addresses" }).fill(`</textarea>${EVIL}`);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForFunction(() => document.title.startsWith("Error: "));
  assert.equal(await page.getByRole("textbox", { name: "Addresses" }).inputValue(), `</textarea>${EVIL}`);
  await hasNoStrangeElements(page);
  await allowDomain(page, "acme.test");
}

async function hasNoStrangeElements(page) {
  assert.equal(await page.locator("img, script:not([src]), [onerror]").count(), 0);
}

// Every page of the routes, to its end: whatever a browser complains of fails the story.
async function everyPageIsQuiet(page) {
  const routes = JSON.parse(execFileSync(process.env.GATEHOUSE, ["routes", "--json"], { encoding: "utf8" }));
  const pages = routes.filter(({ method, path }) => method === "GET" && !path.startsWith("/api/") && !path.includes("{"));
  for (const { path } of pages) {
    const answer = await page.goto(path, { waitUntil: "networkidle" });
    const policy = answer.headers()["content-security-policy"];
    assert.match(policy, /default-src 'none'/, path);
    assert.doesNotMatch(policy, /unsafe/, path);
  }
  for (const path of ["/no/such/page", "/sign-out", "/settings/admin/users?sort=x"]) await page.goto(path);
  holds(`${pages.length} pages keep to a policy without exceptions`);
}
