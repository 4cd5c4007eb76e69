// Sign-in through an OpenID Connect provider that someone else wrote.

import assert from "node:assert/strict";
import { BASE, comeBy, heading, holds, shoot, signOut, story } from "./support.mjs";

const me = async (page) => (await page.request.get("/api/me")).json();

await story(async (visitor) => {
  const page = await visitor();
  await comeBy(page, "acme", "katherine");
  const first = await me(page);
  assert.deepEqual([first.email, first.name, first.role], ["katherine@acme.test", "Katherine", "owner"]);
  holds("the first account that comes by the foreign provider is the owner");
  await page.goto("/settings");
  await shoot(page, "13-foreign-account");

  await signOut(page);
  await page.getByRole("button", { name: "Continue with acme" }).click();
  await page.waitForURL("**/settings/admin");
  assert.deepEqual(await me(page), first);
  const elsewhere = await visitor();
  await comeBy(elsewhere, "acme", "katherine");
  assert.deepEqual(await me(elsewhere), first);
  await elsewhere.goto("/settings/admin/users");
  assert.equal(await elsewhere.getByRole("rowheader").count(), 1);
  holds("the same account is the same person, here and in another browser");

  const stranger = await visitor();
  await comeBy(stranger, "acme", "dorothy");
  assert.equal(await heading(stranger), "You don’t have access");
  holds("another account is a stranger");

  const hesitant = await visitor();
  await hesitant.goto("/sign-in");
  await hesitant.getByRole("button", { name: "Continue with acme" }).click();
  await hesitant.getByRole("link", { name: "Cancel" }).click();
  await hesitant.waitForURL(`${BASE}/**`);
  assert.equal(await heading(hesitant), "You weren’t signed in");
  holds("who turns back at the provider is told so");
});
