// Who is in several organizations goes from one to another, and has one in each tab.

import assert from "node:assert/strict";
import { holds, isTold, save } from "./support.mjs";
import { CHOOSER, at, isAt, look, shell, switcher } from "./many_support.mjs";

const name = (page) => page.getByLabel("Organization name");

export async function chooses(page) {
  await page.goto(CHOOSER);
  await look(page, "130-chooser");
  await page.getByRole("link", { name: "Globex", exact: true }).click();
  await isAt(page, at("globex"));
  await page.goto("/settings/admin/users?q=ada");
  await isAt(page, at("globex", "/users"));
  holds("the chooser opens an organization, and short addresses lead to the one that was opened last");
}

export async function switches(page) {
  await page.goto(at("globex"));
  await switcher(page).locator("summary").click();
  const items = switcher(page).getByRole("link");
  const labels = (await items.allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
  assert.deepEqual(labels.slice(-2), ["All organizations", "New organization"]);
  assert.deepEqual(labels.slice(0, -2).sort(), ["Acme Owner", "Initech Labs Owner", "My Organization Owner"]);
  await look(page, "131-switcher");
  await items.filter({ hasText: "Acme" }).click();
  await isAt(page, at("acme"));
  assert.match(await switcher(page).innerText(), /^Acme/);
  assert.equal(await name(page).inputValue(), "Acme");
  await switcher(page).locator("summary").click();
  await items.filter({ hasText: "All organizations" }).click();
  await isAt(page, CHOOSER);
  await hasRoomForALongName(page);
  holds("the switcher in the header leads from one organization to another");
}

async function hasRoomForALongName(page) {
  shell("org", "create", "Initech Laboratories for Research and Development", "--slug", "long", "--owner", "ada@acme.test");
  await page.goto(at("long"));
  await look(page, "132-long-name");
  await page.goto(at("acme"));
  await switcher(page).locator("summary").click();
  await look(page, "133-switcher-long-name");
}

export async function savesInTwoTabs(acme) {
  const globex = await acme.context().newPage();
  await acme.goto(at("acme"));
  await globex.goto(at("globex"));
  await name(acme).fill("Acme Rockets");
  await save(acme).click();
  await isTold(acme, "Organization name saved.");
  assert.equal(await globex.getByText("Organization name saved.").count(), 0);
  await globex.reload();
  assert.doesNotMatch(await globex.locator("body").innerText(), /saved/);
  await name(globex).fill("Globex Works");
  await save(globex).click();
  await isTold(globex, "Organization name saved.");
  await acme.reload();
  assert.doesNotMatch(await acme.locator("body").innerText(), /saved/);
  assert.deepEqual([await name(acme).inputValue(), await name(globex).inputValue()], ["Acme Rockets", "Globex Works"]);
  await isAt(globex, at("globex"));
  await name(globex).fill("Globex");
  await save(globex).click();
  await isTold(globex, "Organization name saved.");
  await globex.close();
  await name(acme).fill("Acme");
  await save(acme).click();
  await isTold(acme, "Organization name saved.");
  holds("two tabs have two organizations, and what is saved in one is nothing to the other");
}
