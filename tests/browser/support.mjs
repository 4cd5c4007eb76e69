// What every story needs: a browser, people in it, a way in through Demo ID, and eyes on everything that goes wrong.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { HtmlValidate } from "html-validate";

const need = (name) => process.env[name] ?? assert.fail(`${name} is not set: stories are run by cargo test, see mod.rs`);

export const BASE = need("BASE_URL");
const beside = (offset) => `http://localhost:${Number(new URL(BASE).port) + offset}`;
const [DEMO_ID, DEMO_MAIL] = [beside(1), beside(2)];
const SCREENSHOTS = process.env.SCREENSHOTS ?? "target/screenshots";
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const LONGEST_STORY = 600_000;
const PATIENCE = 30_000; // tests share two cores

export const ADA = { name: "Ada Lovelace", email: "ada@acme.test" };
export const GRACE = { name: "Grace Hopper", email: "grace@acme.test" };
export const MALLORY = { name: "Mallory Doe", email: "mallory@evil.test" };

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
];

// --- the stage

// Runs a story from launch to verdict. The story gets a function that brings another visitor, with a browser of
// their own, and fails if any visitor's browser complained. The browsers may take more flags.
export async function story(tell, flags = []) {
  setTimeout(() => { console.error("the story takes too long"); process.exit(1); }, LONGEST_STORY).unref();
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...flags] });
  const complaints = [];
  try {
    await tell((options) => visitor(browser, complaints, options), browser);
    assert.deepEqual(complaints, [], "a browser complained");
  } catch (error) {
    await lastLook(browser);
    console.error(error.stack);
    if (complaints.length) console.error("complaints so far:", complaints);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

// Says what has just been seen to hold.
export const holds = (sentence) => console.log(`  ${sentence}`);

async function visitor(browser, complaints, options = {}) {
  const context = await browser.newContext({ baseURL: BASE, viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(() => addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)));
  const page = await context.newPage();
  watch(page, complaints);
  return page;
}

// What Gatehouse's pages and those of its demo complain of. A failed status is an answer, not a fault: stories look at
// those themselves.
function watch(page, complaints) {
  const isOurs = () => [BASE, DEMO_ID, DEMO_MAIL].includes(new URL(page.url()).origin);
  const complain = (what) => isOurs() && !page.expectsAnOutage && complaints.push(`${page.url()}: ${what}`);
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complain(message.text());
  });
  page.on("requestfailed", (request) => {
    const { errorText } = request.failure();
    if (errorText !== "net::ERR_ABORTED") complain(`${request.url()} failed: ${errorText}`); // left before it came
  });
  page.on("pageerror", (error) => complain(error.message));
  page.on("dialog", async (dialog) => {
    if (dialog.type() === "beforeunload") return dialog.accept();
    if (page.expectsAQuestion) return dialog.dismiss();
    complain(`a dialog said ${dialog.message()}`);
    await dialog.dismiss();
  });
}

async function lastLook(browser) {
  const pages = browser.contexts().flatMap((context) => context.pages());
  await mkdir(SCREENSHOTS, { recursive: true });
  for (const [index, page] of pages.entries()) {
    const path = `${SCREENSHOTS}/failed-${storyName}-${index}.png`;
    await page.screenshot({ path, fullPage: true, timeout: 5000 }).catch(() => {});
    console.error(`visitor ${index} is at ${page.url()}, see ${path}`);
  }
}

const storyName = process.argv[1].split("/").pop().replace(".mjs", "");

// --- what people do

// Through the front door and Demo ID, as anyone. Ends wherever Gatehouse leads.
export async function signIn(page, { name, email, verified = true }, from = "/sign-in") {
  await page.goto(from);
  await page.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(page, { name, email, verified });
}

// At Demo ID: says who one is.
export async function introduce(page, { name, email, verified = true }) {
  const offered = page.getByRole("button", { name: email });
  if (verified && await offered.count()) return offered.click();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("The address is verified").setChecked(verified);
  await page.getByRole("button", { name: "Continue" }).click();
}

// Through a provider that is not ours.
export async function comeBy(page, provider, login, from = "/sign-in") {
  await page.goto(from);
  await page.getByRole("button", { name: `Continue with ${provider}` }).click();
  await logIn(page, login);
}

// At npm's `oidc-provider`, as far as it asks: its sign-in page, then its page of consent.
export async function logIn(page, login) {
  const [name, consent] = [page.getByPlaceholder("Enter any login"), page.getByRole("button", { name: "Continue", exact: true })];
  while (!page.url().startsWith(`${BASE}/`)) {
    const here = page.url();
    await name.or(consent).waitFor();
    if (await name.count()) {
      await name.fill(login);
      await page.getByPlaceholder("and password").fill("any");
      await page.getByRole("button", { name: "Sign-in" }).click();
    } else {
      await consent.click();
    }
    await page.waitForURL((url) => url.href !== here);
  }
}

export async function signOut(page) {
  await page.getByRole("banner").locator("summary").filter({ hasText: "account menu" }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL("**/sign-in");
}

// Tries to come in, and is told why not.
export async function turnedAway(page, person) {
  await signIn(page, person);
  await page.getByRole("heading", { level: 1, name: "You don’t have access" }).waitFor();
}

// The button of the page's own form.
export const save = (page) => page.getByRole("button", { name: "Save", exact: true });

// The same button, as long as it asks first for a look at whom rules would refuse.
export const review = (page) => page.getByRole("button", { name: /^Review( [\d,]+ affected |$)/ });

// Switches domains on and adds one, then saves.
export async function allowDomain(page, domain) {
  await page.goto("/settings/admin/access");
  await page.getByRole("switch", { name: "Allow by domain" }).check();
  await addDomain(page, domain);
  await save(page).click();
  await page.getByText("Access rules saved.").waitFor();
}

// Adds a row and types a domain there, once the row has come.
export async function addDomain(page, domain) {
  const rows = page.getByLabel("Domain", { exact: true });
  const before = await rows.count();
  await page.getByRole("button", { name: "Add a domain" }).click();
  await rows.nth(before).fill(domain);
}

// --- mails

// Everyone's mails, as Demo Mail lists them; those to an address.
export const caught = (page, email) => page.getByRole("main").getByRole("listitem").filter({ hasText: `to ${email}` });

// At Demo Mail: waits until so many mails to an address have come. No script of its own would show them.
export async function looksForMail(page, email, count = 1) {
  const until = Date.now() + PATIENCE;
  do await page.goto(DEMO_MAIL); while (await caught(page, email).count() < count && Date.now() < until);
  assert.equal(await caught(page, email).count(), count, `mails to ${email}`);
}

// Opens the latest mail to an address, which is the only one unless said otherwise, and gives the link in it.
export async function readsMail(page, email, count = 1) {
  await looksForMail(page, email, count);
  await caught(page, email).first().getByRole("link").click();
  return mailedLink(page).getAttribute("href");
}

export const mailedLink = (page) => page.getByRole("region", { name: "Links" }).getByRole("link").first();

// --- invites

export const INVITES = "/settings/admin/invites";

export const inviteOf = (page, email) => page.getByRole("table").getByRole("row").filter({ has: page.getByRole("rowheader", { name: email }) });

// Types addresses into the form and chooses a role.
export async function fillInvites(page, addresses, role = "Member") {
  await page.getByLabel("Addresses", { exact: true }).fill(addresses);
  await page.getByRole("radio", { name: role }).check();
}

// Sends the form and waits for what came of it.
export async function invites(page, addresses, role) {
  await page.goto(INVITES);
  await fillInvites(page, addresses, role);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await results(page).waitFor();
}

export const results = (page) => page.getByRole("region", { name: /invited$/ });

// The link that stands in the results, or where something can be done about an invite.
export const linkFor = (place, email) => place.getByLabel(`Link for ${email}`, { exact: true });

// Presses a button that does something about an invite.
export async function acts(page, email, button) {
  const place = await opensActions(page, inviteOf(page, email));
  await place.getByRole("button", { name: button }).click();
}

// --- users

export const USERS = "/settings/admin/users";

export const rowOf = (page, name) => page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });

// Opens what can be done about whom a row is about, and gives what it offers by this name.
export async function offer(page, name, what) {
  const place = await opensActions(page, rowOf(page, name));
  return place.getByRole(/…$/.test(what) ? "link" : "button", { name: what, exact: true });
}

// Opens what can be done about whom a row is about: its menu, or where its link leads in a browser that runs no script.
export async function opensActions(page, row) {
  if (!await page.evaluate(() => "htmx" in window)) {
    await row.getByRole("link").first().click();
    return main(page);
  }
  await row.locator("summary").click();
  await row.locator(".sheet > *").first().waitFor();
  return row;
}

// Chooses people in the table and what to do with them, and looks at it first.
export async function looksAtMany(page, people, deed) {
  for (const name of people) await page.getByLabel(`Select ${name}`, { exact: true }).check();
  await page.getByLabel("Action for the selected people").selectOption({ label: deed });
  await page.getByRole("button", { name: "Review…" }).click();
}

// Opens the page where someone is let go.
export async function offboards(page, name) {
  await page.goto(USERS);
  await (await offer(page, name, "Deactivate or remove…")).click();
  await page.getByRole("heading", { level: 1, name: `Deactivate or remove ${name}?` }).waitFor();
}

// Gives a role by way of the page that says what it means.
export async function raises(page, name, role) {
  await page.goto(USERS);
  await (await offer(page, name, `Make ${role}…`)).click();
  await page.getByRole("button", { name: `Make ${name} an ${role.toLowerCase()}`, exact: true }).click();
  await isTold(page, /is now an? /);
}

// What takes back what the status region says was done. With the focus in it the notice stays.
export const undo = (page) => page.getByRole("status").getByRole("button", { name: "Undo" });

// Takes it back: another page comes.
export async function undoes(page, sentence) {
  await Promise.all([page.waitForEvent("load"), undo(page).click()]);
  await isTold(page, sentence);
}

// Deletes one's own account, with whatever is typed as its address.
export async function deletesAccount(page, typed) {
  await page.goto("/settings");
  await page.getByRole("link", { name: "Delete…" }).click();
  await page.getByLabel("Type your email to confirm").fill(typed);
  await page.getByRole("button", { name: "Delete my account" }).click();
}

// --- LLM keys

export const KEYS = "/settings/admin/llm-keys";

// The card of a provider.
export const keyOf = (page, label) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: label, exact: true }) });

// Where a key is typed.
export const keyField = (page) => page.getByLabel("Key", { exact: true });

// Opens the form for a provider that has no key, or another for the one that it has.
export async function opensKeyForm(page, label) {
  const replace = page.getByRole("link", { name: `Replace ${label}`, exact: true });
  await (await replace.count() ? replace : page.getByRole("link", { name: label, exact: true })).click();
  await keyField(page).waitFor();
}

// Sets or replaces a key and waits until the form has gone.
export async function setsKey(page, label, key) {
  await opensKeyForm(page, label);
  await keyField(page).fill(key);
  await save(page).click();
  await keyField(page).waitFor({ state: "detached" });
}

// --- what can be looked at

export const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
export const main = (page) => page.getByRole("main");
export const alert = (page) => page.getByRole("alert").filter({ hasText: /./ });

// What the status region says, once it says it.
export async function isTold(page, sentence) {
  await page.getByRole("status").filter({ hasText: sentence }).first().waitFor();
}

// The answer to the next such request of the page.
export function answerTo(page, method, path) {
  const answer = page.waitForResponse((response) => response.request().method() === method && new URL(response.url()).pathname === path);
  answer.catch(() => {}); // heard by the code that waits for it, unless the story has failed before
  return answer;
}

// The accessible name, or text, of what has the focus.
export function focused(page) {
  return page.evaluate(() => {
    const { activeElement: element } = document;
    if (element === document.body) return "nothing";
    return (element.labels?.[0] ?? element).textContent.trim() || element.getAttribute("aria-label") || element.id;
  });
}

// Waits for the focus, and that it stays.
export async function focusIs(page, expected, why) {
  const until = Date.now() + 10_000;
  while (!expected.test(await focused(page)) && Date.now() < until) await page.waitForTimeout(50);
  await page.waitForTimeout(100);
  assert.match(await focused(page), expected, why);
}

// Asks a SQLite file in the stage's folder with the tool of that name; nothing where it is not installed.
export function database(path, sql) {
  const { error, status, stdout, stderr } = spawnSync("sqlite3", ["-cmd", ".timeout 5000", path, sql], { encoding: "utf8" });
  if (error?.code === "ENOENT") return null;
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

// The same of the demo's file: what a running server can't be made to do, like letting a week pass.
export const demoDatabase = (sql) => database("data/demo/gatehouse.db", sql);

// Screenshots for people: light, dark, and a phone.
export async function shoot(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  const desktop = page.viewportSize();
  await page.emulateMedia({ colorScheme: "light" });
  await still(page, desktop, name);
  await still(page, { width: 320, height: 640 }, `${name}-320`);
  await page.emulateMedia({ colorScheme: "dark" });
  await still(page, desktop, `${name}-dark`);
  await page.setViewportSize(desktop);
  await page.emulateMedia({ colorScheme: null });
}

// The whole page in one look. The caret is left alone: hiding it would write `style` into the page.
async function still(page, size, name) {
  await page.setViewportSize(size);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.max(height, size.height) });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, animations: "disabled", caret: "initial" });
}

// --- checks

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];

// What axe finds wrong, a line each.
async function barriers(page) {
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(AXE);
  const found = await page.evaluate((tags) => window.axe.run({ runOnly: tags, preload: false }), TAGS);
  const said = ({ any, all }) => [...any, ...all].map((check) => check.message).join("; ");
  const line = ({ id, help, nodes }) => `${id}: ${help} at ${nodes.map((node) => `${node.target} [${said(node)}]`).join(", ")}`;
  // What an open menu covers by half is whole again once the menu is closed.
  const isOpen = await page.getByRole("banner").locator("details[open]").count() > 0;
  const isCovered = ({ id, nodes }) => isOpen && id === "target-size" && nodes.every((node) => /partially obscured/.test(said(node)));
  return found.violations.filter((violation) => !isCovered(violation)).map(line);
}

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    // Several that are chosen in one list are sent under one name.
    "form-dup-name": ["error", { shared: ["radio", "button", "reset", "submit", "checkbox"] }],
    // Names stand in titles as people gave them: a page's, and the organization's of up to 60 characters.
    "long-title": ["error", { maxlength: 160 }],
  },
});

// What html-validate finds wrong in a page as it was sent, a line each.
export async function faults(html) {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) => messages).map(({ ruleId, message, line, column }) => `${ruleId}: ${message} (${line}:${column})`);
}

// Checks every page that this visitor is sent from now on; the answer tells how many there were.
export function proofread(page) {
  const reading = [];
  page.on("response", (response) => {
    const isPage = response.request().resourceType() === "document" && response.headers()["content-type"]?.startsWith("text/html");
    if (isPage && response.url().startsWith(BASE)) reading.push(read(response));
  });
  return async () => {
    const found = (await Promise.all(reading)).filter(Boolean);
    assert.deepEqual([...new Set(found.flat())], [], "HTML is at fault");
    return found.length;
  };
}

async function read(response) {
  const html = await response.text().catch(() => null); // gone with a page that was left at once
  if (html) await weigh(response, html);
  const wrong = html && await faults(html);
  return wrong?.map((line) => `${response.status()} ${new URL(response.url()).pathname} ${line}`);
}

// The heaviest page of each address among those that were checked: its bytes, and what came over the wire.
const weights = new Map();

async function weigh(response, html) {
  const path = new URL(response.url()).pathname.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "{id}");
  const bytes = Buffer.byteLength(html);
  const sizes = await response.request().sizes().catch(() => ({})); // as above
  if (bytes > (weights.get(path)?.bytes ?? 0)) weights.set(path, { bytes, wire: sizes.responseBodySize });
}

// A line for each, the heaviest first.
export function weighed() {
  const pages = [...weights].sort(([, one], [, other]) => other.bytes - one.bytes);
  return pages.map(([path, { bytes, wire }]) => `${path}: ${bytes} bytes, ${wire} over the wire`);
}

const SMALLEST_TARGET = 24;

// What a thumb can't hit, a line each: links within a sentence are exempt (WCAG 2.5.8).
async function smallTargets(page) {
  return page.evaluate((least) => {
    const isInline = (element) => element.matches("a") && getComputedStyle(element).display === "inline"
      && element.parentElement.textContent.trim() !== element.textContent.trim();
    const box = (element) => {
      const own = element.getBoundingClientRect();
      const label = element.matches("input") && element.labels?.[0];
      const around = label && !label.matches(".visually-hidden") ? label.getBoundingClientRect() : own;
      return { width: Math.max(own.width, around.width), height: Math.max(own.height, around.height) };
    };
    const isHidden = (element) => !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      || element.getAttribute("aria-hidden") === "true" || element.getBoundingClientRect().right <= 0 || element.getBoundingClientRect().bottom <= 0;
    return [...document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary")]
      .filter((element) => !isHidden(element) && !isInline(element))
      .map((element) => ({ element, ...box(element) }))
      .filter(({ width, height }) => Math.min(width, height) < least - 0.05)
      .map(({ element, width, height }) => `${element.outerHTML.slice(0, 90)} is ${width.toFixed(1)}×${height.toFixed(1)}`);
  }, SMALLEST_TARGET);
}

// What sticks out of a page that is as narrow as the window, a line each.
async function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const out = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > width + 0.5);
    return [`${document.documentElement.scrollWidth} wide in ${width}`, ...out.slice(0, 5).map((element) => element.outerHTML.slice(0, 90))];
  });
}

const PHONE = { width: 320, height: 640 };

// What stands in anyone's way on a page as it is now, in light, in dark and on a phone, a line each.
export async function obstacles(page, name) {
  const desktop = page.viewportSize();
  const wrong = [];
  const note = (where, lines) => wrong.push(...lines.map((line) => `${name}, ${where}: ${line}`));
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    note(colorScheme, await barriers(page));
  }
  note("targets", await smallTargets(page));
  await page.setViewportSize(PHONE);
  note("phone", [...await barriers(page), ...await overflow(page), ...await smallTargets(page)]);
  await spaceText(page);
  note("phone with wide text", await overflow(page));
  await page.setViewportSize(desktop);
  await spaceText(page, false);
  return wrong;
}

// WCAG 1.4.12: text with more space than ours must still fit.
function spaceText(page, wide = true) {
  return page.evaluate((wide) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
      p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, wide ? undefined : -1).concat(wide ? sheet : []);
  }, wide);
}
