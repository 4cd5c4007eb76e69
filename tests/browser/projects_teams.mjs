// Teams: a manager who runs the projects of one, people who are invited into it, and a member who sees none of that.

import assert from "node:assert/strict";
import {
  GRACE, INVITES, allowDomain, fillInvites, heading, holds, introduce, isTold, linkFor, main, results, signIn,
} from "./support.mjs";
import { isNowhere, look, path } from "./many_support.mjs";
import { PROJECTS, at, creates, rowNamed } from "./projects_support.mjs";

const MIA = { name: "Mia Chen", email: "mia@acme.test" };
const SAM = { name: "Sam Other", email: "sam@other.test" };
const RESEARCH = "/settings/admin/teams/research";

export async function runsTeams(ada, person) {
  const [grace, mia, sam] = [await person(), await person(), await person()];
  await creates(ada, "Billing");
  await allowDomain(ada, "acme.test");
  await seesTheDefaultOnly(grace);
  await signIn(mia, MIA);
  await makesATeam(ada);
  await runsTheTeam(mia);
  await isGivenARole(grace);
  await comesIntoTheTeam(ada, sam);
  await endsAsManager(ada, mia);
}

async function seesTheDefaultOnly(page) {
  await signIn(page, GRACE);
  await page.getByRole("navigation").getByRole("link", { name: "Projects" }).click();
  assert.deepEqual(await projectsOf(page), ["Default"]);
  assert.equal(await main(page).locator("form, button, input, select").count(), 0);
  await look(page, "147-projects-member");
  await page.getByRole("link", { name: "Default" }).click();
  assert.equal(await main(page).locator("form, button, input, select").count(), 0);
  assert.equal(await page.getByRole("link", { name: "New token" }).count(), 0);
  await look(page, "148-project-member");
  await page.getByRole("link", { name: "View keys" }).click();
  assert.equal(await main(page).locator("form, button, input, select").count(), 0);
  await look(page, "149-project-keys-member");
  await isNowhere(page, at("billing"));
  assert.equal((await page.goto(`${at("default")}/tokens/new`)).status(), 403);
  holds("a member sees the project for everyone, and nothing to change in it");
}

// The names in the list of projects.
async function projectsOf(page) {
  await page.goto(PROJECTS);
  return main(page).getByRole("listitem").locator("strong").allInnerTexts();
}

async function makesATeam(page) {
  await page.goto(PROJECTS);
  await page.getByLabel("Team name").fill("Research");
  await page.getByRole("button", { name: "Create team" }).click();
  await isTold(page, "created. Next, add people.");
  assert.equal(path(page), RESEARCH);
  assert.equal(await page.getByRole("navigation").getByRole("link", { name: "Projects" }).first().getAttribute("aria-current"), "page");
  await look(page, "150-team-new");
  const manager = page.getByRole("region", { name: "Manager", exact: true });
  await manager.getByLabel("Manager’s email").fill("nobody@acme.test");
  await manager.getByRole("button", { name: "Save" }).click();
  await manager.getByText("No member has this email.").waitFor();
  assert.equal(await manager.getByLabel("Manager’s email").inputValue(), "nobody@acme.test");
  await look(page, "151-team-422");
  await manager.getByLabel("Manager’s email").fill(MIA.email);
  await manager.getByRole("button", { name: "Save" }).click();
  await isTold(page, /Manager of .+ saved\./);
  assert.match(await main(page).innerText(), /Team, managed by Mia Chen/);
  await page.getByLabel("Email of a member").fill(GRACE.email);
  await page.getByRole("button", { name: "Add to team" }).click();
  await isTold(page, "was added to the team.");
  assert.match(await rowNamed(page, MIA.name).innerText(), /Manager/);
  await look(page, "152-team");
  holds("a team has people and a manager");
}

async function runsTheTeam(page) {
  assert.deepEqual(await projectsOf(page), ["Default"], "none of the organization’s other projects");
  assert.deepEqual(await page.getByLabel("Team", { exact: true }).locator("option").allInnerTexts(), ["Research"]);
  assert.equal(await page.getByLabel("Team name").count(), 0);
  await look(page, "153-projects-manager");
  await creates(page, "Lab notes");
  await page.getByLabel("Email of a member").fill(GRACE.email);
  await page.getByRole("radio", { name: "Viewer" }).check();
  await page.getByRole("button", { name: "Save role" }).click();
  await isTold(page, /is now an? \w+ of the project\./);
  assert.match(await rowNamed(page, GRACE.name).innerText(), /grace@acme\.test\s+Viewer/);
  await look(page, "154-project-manager");
  await page.getByRole("link", { name: "Research" }).click();
  assert.match(await main(page).innerText(), /Lab notes/);
  assert.equal(await page.getByRole("region", { name: "Manager", exact: true }).count(), 0, "only admins choose who manages");
  await isNowhere(page, at("billing"));
  assert.equal((await page.goto(INVITES)).status(), 403);
  holds("the manager makes projects in the team, gives roles in them, and sees no others");
}

async function isGivenARole(page) {
  assert.deepEqual(await projectsOf(page), ["Default", "Lab notes"]);
  await page.getByRole("link", { name: "Lab notes" }).click();
  assert.equal(await main(page).locator("form, button, input, select").count(), 0);
  await page.goto(RESEARCH);
  assert.equal(await main(page).locator("form, button, input, select").count(), 0);
  await look(page, "155-team-member");
  holds("who is given a role sees that project, and changes nothing");
}

async function comesIntoTheTeam(ada, sam) {
  await ada.goto(INVITES);
  await fillInvites(ada, SAM.email);
  await ada.getByLabel("Team", { exact: true }).selectOption({ label: "Research" });
  await ada.getByLabel("Project", { exact: true }).selectOption({ label: "Lab notes" });
  await ada.getByLabel("Role in the project").selectOption({ label: "Admin" });
  await look(ada, "156-invites-places");
  await ada.getByRole("button", { name: "Invite", exact: true }).click();
  await results(ada).waitFor();
  await sam.goto(await linkFor(results(ada), SAM.email).inputValue());
  await sam.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(sam, SAM);
  await sam.getByRole("button", { name: "Accept" }).click();
  await isTold(sam, "Welcome to ");
  assert.deepEqual(await projectsOf(sam), ["Default", "Lab notes"]);
  await sam.getByRole("link", { name: "Lab notes" }).click();
  await sam.getByRole("link", { name: "New token" }).waitFor();
  await isNowhere(sam, at("billing"));
  await sam.goto(RESEARCH);
  assert.equal(await heading(sam), "Research");
  holds("an invite names a team and a project, and anyone who accepts is in both at once");
}

async function endsAsManager(ada, mia) {
  await ada.goto(RESEARCH);
  await ada.getByRole("button", { name: "Remove Mia Chen from the team" }).click();
  await isTold(ada, "was removed from the team.");
  await isNowhere(mia, at("lab-notes"));
  await isNowhere(mia, RESEARCH);
  assert.deepEqual(await projectsOf(mia), ["Default"]);
  holds("who is taken out of a team runs it no more");
}
