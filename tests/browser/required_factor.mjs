// A second factor that an organization requires: an admin who has none adds one first, sees by name whom it concerns, and sets
// a day; a colleague reads a countdown, meets the wall, and is back at once. Told twice, with scripts and without.

import assert from "node:assert/strict";
import { ADA, GRACE, allowDomain, heading, holds, isTold, main, signIn, story } from "./support.mjs";
import { code } from "./phone.mjs";
import { RUNS_SCRIPTS, isAt, look, nothingStoodInTheWay, people } from "./many_support.mjs";

const PAGE = "/settings/admin/security";

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

await story(async (visitor) => {
  const comes = people(visitor);
  const [ada, grace] = [await comes(), await comes()];
  await signIn(ada, ADA);
  await allowDomain(ada, "acme.test");
  await signIn(grace, GRACE);
  await isSentToAddOne(ada);
  await setsADay(ada);
  await readsTheCountdown(grace);
  await requiresItNow(ada);
  await meetsTheWall(grace);
  await isFoundAmongUsers(ada);
  nothingStoodInTheWay();
  holds(`all of it ${RUNS_SCRIPTS ? "with" : "without"} scripts`);
});

async function addsAnApp(page) {
  await press(page, "Add an authenticator app");
  const key = await page.getByLabel("Key", { exact: true }).inputValue();
  await page.getByRole("textbox", { name: /code/i }).fill(code(key));
  await press(page, "Turn on");
  assert.equal(await heading(page), "Your recovery codes");
}

async function isSentToAddOne(ada) {
  await ada.goto("/settings/admin");
  assert.match(await main(ada).innerText(), /Second factor\s+2 people have none/);
  await ada.getByRole("navigation", { name: "Organization settings" }).getByRole("link", { name: "Security" }).first()
    .click({ force: true });
  await isAt(ada, PAGE);
  assert.match(await main(ada).innerText(), /No one needs a second factor\.[^]*0 of 2 people have a second factor\./);
  await look(ada, "160-required-none");
  await ada.getByLabel("Now").check();
  await press(ada, "Save");
  await ada.getByText("Add a second factor of your own first").waitFor();
  await ada.getByRole("link", { name: "Add a second factor" }).click();
  await addsAnApp(ada);
  holds("an admin who has none is sent to add one first");
}

async function setsADay(ada) {
  await ada.goto(PAGE);
  await ada.getByLabel("From a day on").check();
  await press(ada, "Save");
  await ada.getByText("Choose a day between tomorrow and a year from now.").waitFor();
  assert.match(await ada.title(), /^Error: /);
  assert.ok(await ada.getByLabel("From a day on").isChecked(), "what was chosen is there");
  await look(ada, "161-required-422");
  await ada.getByLabel("In 7 days").check();
  await press(ada, "Save");
  assert.match(await heading(ada), /^Require a second factor from .* UTC\?$/);
  assert.match(await main(ada).innerText(), new RegExp(`1 of 2 people have a second factor\\.[^]*${GRACE.name}`));
  await look(ada, "162-required-confirmation");
  await press(ada, "Require it");
  await isTold(ada, "Security settings saved.");
  await look(ada, "163-required-announced");
  holds("whom it concerns is shown by name before a day is set");
}

async function readsTheCountdown(grace) {
  await grace.goto("/settings/admin/users");
  const banner = grace.getByRole("region", { name: "Second factor" });
  assert.match(await banner.innerText(), /requires a second factor in 7 days\./);
  await look(grace, "164-required-countdown");
  holds("until then a colleague reads a countdown on every page");
}

async function requiresItNow(ada) {
  await ada.goto(PAGE);
  await ada.getByLabel("Now").check();
  await press(ada, "Save");
  assert.equal(await heading(ada), "Require a second factor now?");
  await press(ada, "Require it");
  await isTold(ada, "Security settings saved.");
  assert.match(await main(ada).innerText(), /Everyone needs a second factor\./);
}

async function meetsTheWall(grace) {
  await grace.goto("/settings/admin/users");
  assert.equal(await heading(grace), "Add a second factor");
  await look(grace, "165-required-wall");
  await main(grace).getByRole("link", { name: "Add a second factor" }).click();
  await isAt(grace, "/settings/security");
  await look(grace, "166-required-enrol");
  await addsAnApp(grace);
  await grace.goto("/settings/admin/users");
  assert.equal(await heading(grace), "Users");
  holds("after it the organization is closed to them, and open again at once when they have added one");
}

async function isFoundAmongUsers(ada) {
  await ada.goto("/settings/admin/users?factor=own");
  await ada.getByRole("rowheader", { name: GRACE.name }).waitFor();
  await look(ada, "167-required-users");
  await ada.goto("/settings/admin/users?factor=none");
  await ada.getByRole("heading", { name: "No one matches" }).waitFor();
  holds("the list of people tells and finds who has one");
}
