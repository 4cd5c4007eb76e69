// A new organization: its address is looked at while the name is typed, and where no script runs, when it is sent.

import assert from "node:assert/strict";
import { alert, focusIs, heading, holds, isTold } from "./support.mjs";
import { CHOOSER, NEW, RUNS_SCRIPTS, at, belongsTo, isAt, look } from "./many_support.mjs";

const name = (page) => page.getByLabel("Name", { exact: true });
const address = (page) => page.getByLabel("Address", { exact: true });
const create = (page) => page.getByRole("button", { name: "Create organization" });

export async function creates(page) {
  await page.goto(CHOOSER);
  await page.getByRole("main").getByRole("link", { name: "New organization" }).click();
  await isAt(page, NEW);
  assert.equal(await heading(page), "New organization");
  await look(page, "120-new-empty");
  if (RUNS_SCRIPTS) await isToldWhileTyping(page);
  await isTaken(page);
  await name(page).fill("Acme");
  await address(page).fill("acme");
  await create(page).click();
  await isAt(page, at("acme"));
  await isTold(page, "created. You’re its owner.");
  await belongsTo(page, ["Acme acme Owner", "My Organization default Owner"]);
  await isProposed(page);
}

async function isToldWhileTyping(page) {
  await name(page).pressSequentially("Acme Rockets");
  await page.getByText("acme-rockets is available.").waitFor();
  assert.equal(await address(page).inputValue(), "acme-rockets");
  await focusIs(page, /^Name$/, "looking along leaves the focus alone");
  await look(page, "121-new-available");
  await address(page).fill("default");
  await page.keyboard.press("Tab");
  await page.getByText("This address is taken.").waitFor();
  assert.equal(await name(page).inputValue(), "Acme Rockets");
  await look(page, "122-new-taken");
  await address(page).fill("new");
  await page.keyboard.press("Tab");
  await page.getByText("This address is reserved.").waitFor();
  await address(page).fill("acme");
  await page.keyboard.press("Tab");
  await page.getByText("acme is available.").waitFor();
  await isAt(page, NEW);
  holds("an address is proposed and looked at while it is typed");
}

async function isTaken(page) {
  await name(page).fill("Acme");
  await address(page).fill("default");
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await create(page).click();
  assert.equal((await answered).status(), 422);
  assert.match(await page.title(), /^Error: /);
  assert.deepEqual([await name(page).inputValue(), await address(page).inputValue()], ["Acme", "default"]);
  assert.equal(await address(page).getAttribute("aria-invalid"), "true");
  await alert(page).getByRole("link", { name: "Address: This address is taken." }).waitFor();
  if (RUNS_SCRIPTS) await focusIs(page, /^There is 1 problem/, "at what has to be mended");
  await look(page, "123-new-422");
  holds("an address that is taken is refused when it is sent, and nothing typed is lost");
}

// Without an address it gets the one that its name suggests.
async function isProposed(page) {
  await page.goto(NEW);
  await name(page).fill("Initech Labs");
  await create(page).click();
  await isAt(page, at("initech-labs"));
  await page.goto("/settings");
  const leave = page.getByRole("listitem").filter({ hasText: "Initech Labs" });
  assert.equal(await leave.count(), 1);
  holds("who may create organizations names one, and owns it");
}
