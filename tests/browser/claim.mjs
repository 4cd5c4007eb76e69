// A Gatehouse that strangers can reach: its first owner is the person who has the link from the log, and no one else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { BASE, comeBy, heading, holds, main, obstacles, shoot, story } from "./support.mjs";

// The name leads to this machine, and the browser takes it for a secure one: no proxy speaks TLS here.
const FLAGS = [`--host-resolver-rules=MAP ${new URL(BASE).hostname} 127.0.0.1`, `--unsafely-treat-insecure-origin-as-secure=${BASE}`];

await story(async (visitor) => {
  const link = /http\S+\/claim\/[\w-]+/.exec(readFileSync(process.env.LOG, "utf8"))?.[0] ?? assert.fail("no claim link in the log");
  assert.ok(link.startsWith(`${BASE}/claim/`));
  await isRefused(await visitor());
  const owner = await visitor();
  await doesNotGuess(owner, link);
  await claims(owner, link);
  await isSpent(await visitor(), link);
  await isRefused(await visitor());
}, FLAGS);

async function isRefused(page) {
  await comeBy(page, "acme", "stranger");
  assert.equal(await heading(page), "You don’t have access");
  await page.goto("/settings/admin");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  holds("a stranger who just signs in is refused");
}

async function doesNotGuess(page, link) {
  for (const guess of [`${link.slice(0, -1)}${link.endsWith("A") ? "E" : "A"}`, link.slice(0, -1), `${link}A`, `${BASE}/claim/x`]) {
    assert.equal((await page.goto(guess)).status(), 404, guess);
  }
  holds("a link that is not the right one leads nowhere");
}

async function claims(page, link) {
  assert.equal((await page.goto(link)).status(), 200);
  assert.match(await main(page).innerText(), /No one owns this Gatehouse yet\. Sign in to become its first owner\./);
  assert.deepEqual(await obstacles(page, "claim"), []);
  await shoot(page, "61-claim");
  await comeBy(page, "acme", "katherine", link);
  assert.equal(await heading(page), "General");
  await page.goto("/settings");
  assert.match(await main(page).innerText(), /katherine@acme\.test[^]*Owner/);
  holds("the person who signs in by the link is the owner");
}

async function isSpent(page, link) {
  assert.equal((await page.goto(link)).status(), 404);
  holds("the link makes one owner, once");
}
