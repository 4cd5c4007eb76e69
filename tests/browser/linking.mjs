// Two ways in for one person: never joined by an address alone, connected and disconnected by the person, and switched
// off by an admin.

import assert from "node:assert/strict";
import {
  BASE, answerTo, comeBy, database, heading, holds, isTold, logIn, main, obstacles, shoot, signOut, story,
} from "./support.mjs";

const ACCOUNT = "/settings";
const KATHERINE = "katherine";

const me = async (page) => (await page.request.get("/api/me")).json();
const ways = (page) => page.getByRole("region", { name: "Sign-in methods" });
const disconnect = (page, provider) => ways(page).getByRole("button", { name: `Disconnect ${provider},` });
const connect = (page, provider) => ways(page).getByRole("button", { name: `Connect ${provider}` });

await story(async (visitor) => {
  const [owner, page] = [await visitor(), await visitor()];
  await comeBy(owner, "acme", KATHERINE);
  await isNotLinkedSilently(page);
  await connectsTheOther(page);
  await comesInBothWays(page);
  await disconnectsOne(page);
  await confirmsThatItIsHer(page);
  await switchesOneOff(owner, await visitor());
  await testsOneThatIsNotThere(owner, await visitor());
});

async function has(page, name) {
  assert.deepEqual(await obstacles(page, name), []);
  await shoot(page, `60-${name}`);
}

async function isNotLinkedSilently(page) { // A03
  await comeBy(page, "partner", KATHERINE);
  assert.equal(await heading(page), "You already have an account");
  assert.match(await main(page).innerText(), /Sign in with acme first, then connect partner under Your account\./);
  assert.equal((await page.request.get("/api/me")).status(), 401);
  await has(page, "known-elsewhere");
  await page.getByRole("button", { name: "Sign in with acme" }).click();
  await logIn(page, KATHERINE);
  assert.equal(page.url(), `${BASE}${ACCOUNT}?connect=partner`);
  holds("the same address at another provider opens nothing, and leads to the way in that is known");
}

async function connectsTheOther(page) {
  assert.match(await ways(page).innerText(), /You tried to sign in with it\.\s+Connect partner/);
  assert.equal(await disconnect(page, "acme").getAttribute("aria-disabled"), "true");
  assert.match(await ways(page).innerText(), /Without it, you couldn’t sign in\./);
  await has(page, "account-suggested");
  await connect(page, "partner").click();
  await logIn(page, KATHERINE);
  await isTold(page, "connected. You can now sign in with it.");
  assert.deepEqual(await ways(page).getByRole("strong").allInnerTexts(), ["acme", "partner"]);
  await has(page, "account-connected");
  holds("the person who has signed in by the first connects the second");
}

async function comesInBothWays(page) {
  const first = await me(page);
  await signOut(page);
  assert.deepEqual(await offered(page), ["Continue with acme Last used", "Continue with partner"]);
  await comeBy(page, "partner", KATHERINE);
  assert.deepEqual(await me(page), first);
  await signOut(page);
  assert.deepEqual(await offered(page), ["Continue with partner Last used", "Continue with acme"]);
  await has(page, "sign-in-last-used");
  await comeBy(page, "partner", KATHERINE);
  holds("both ways lead to the same person, and the last used comes first");
}

async function offered(page) {
  const buttons = await page.getByRole("button", { name: /^Continue with/ }).allInnerTexts();
  return buttons.map((text) => text.replace(/\s+/g, " ").trim());
}

async function disconnectsOne(page) {
  await page.goto(ACCOUNT);
  const remaining = await disconnectAddress(page, "partner");
  await disconnect(page, "acme").click();
  await isTold(page, "disconnected.");
  assert.equal(await disconnect(page, "partner").getAttribute("aria-disabled"), "true");
  assert.match(await ways(page).innerText(), /Without it, you couldn’t sign in\./);
  const answered = answerTo(page, "POST", remaining);
  await page.evaluate((action) => {
    const form = document.body.appendChild(Object.assign(document.createElement("form"), { method: "post", action }));
    form.submit();
  }, remaining);
  assert.equal((await answered).status(), 409);
  assert.match(await ways(page).innerText(), /Without it, you couldn’t sign in\./);
  await connect(page, "acme").waitFor();
  holds("one is disconnected, and the last can't be, and says why");
}

async function disconnectAddress(page, provider) {
  return new URL(await disconnect(page, provider).evaluate((button) => button.form.action)).pathname;
}

// The clock of a running server can't be moved: its memory of the sign-in is.
async function confirmsThatItIsHer(page) {
  const long = 11 * 60_000;
  const aged = database("data/gatehouse.db", `UPDATE sessions SET created_at = created_at - ${long}, authenticated_at = authenticated_at - ${long}`);
  if (aged === null) return holds("(no sqlite3 here: that old sign-ins are not enough to connect is left to tests/web)");
  await page.goto(ACCOUNT);
  await connect(page, "acme").click();
  assert.equal(await heading(page), "Confirm it’s you");
  await has(page, "fresh");
  await page.getByRole("button", { name: "Continue with partner" }).click();
  await logIn(page, KATHERINE);
  assert.match(page.url(), /\/settings(\?|$)/);
  await connect(page, "acme").click();
  await logIn(page, KATHERINE);
  await isTold(page, "connected. You can now sign in with it.");
  holds("connecting takes a sign-in of the last ten minutes");
}

async function switchesOneOff(owner, guest) {
  await owner.goto("/settings/admin/access");
  await owner.getByRole("button", { name: /^Switch off.*partner/ }).click();
  await isTold(owner, "switched off.");
  const methods = owner.getByRole("region", { name: "Sign-in methods" });
  assert.match(await methods.innerText(), /partner\s+Switched off/);
  assert.equal(await methods.getByRole("button", { name: /^Switch off.*acme/ }).getAttribute("aria-disabled"), "true");
  await has(owner, "access-method-off");
  await guest.goto("/sign-in");
  assert.deepEqual(await offered(guest), ["Continue with acme"]);
  assert.equal((await guest.request.get("/auth/partner/callback?code=x&state=y")).status(), 404); // A20
  const start = await guest.evaluate(async () => (await fetch("/auth/partner", { method: "POST", body: new URLSearchParams(), redirect: "manual" })).status);
  assert.equal(start, 404); // A20
  await owner.getByRole("button", { name: /^Switch on.*partner/ }).click();
  await isTold(owner, "switched on.");
  await guest.reload();
  assert.deepEqual(await offered(guest), ["Continue with acme", "Continue with partner"]);
  holds("a method that is switched off has no button, no start and no callback");
}

async function testsOneThatIsNotThere(owner, guest) {
  await guest.goto("/sign-in");
  assert.match(await main(guest).innerText(), /absent is unavailable right now\. We keep trying\./);
  await has(guest, "sign-in-unavailable");
  await owner.getByRole("button", { name: /^Test.*absent/ }).click();
  await isTold(owner, "absent could not be reached");
  const method = owner.getByRole("region", { name: "Sign-in methods" }).getByRole("listitem").filter({ hasText: "absent" }).first();
  assert.match(await method.innerText(), /Not responding/);
  await has(owner, "access-method-bad");
  holds("a provider that does not answer says so where people sign in, and why where it is tested");
}
