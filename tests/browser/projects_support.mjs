// Projects, as people and programs meet them.

import assert from "node:assert/strict";
import { BASE, heading, isTold, main } from "./support.mjs";

export const PROJECTS = "/settings/admin/projects";

// The address of a project.
export const at = (slug) => `${PROJECTS}/${slug}`;

// The row of a list that speaks of something by this name.
export const rowNamed = (page, text) => main(page).getByRole("listitem").filter({ has: page.getByText(text, { exact: true }) });

// Creates a project on the page of projects; in a team, if there is one to choose.
export async function creates(page, name, team) {
  await page.goto(PROJECTS);
  await page.getByLabel("Name", { exact: true }).fill(name);
  if (team) await page.getByLabel("Team", { exact: true }).selectOption({ label: team });
  await page.getByRole("button", { name: "Create project" }).click();
  await isTold(page, "created. Next, create a token.");
  assert.equal(await heading(page), name);
}

// What a program is given for a token: the key of a provider, or else the status.
export async function resolves(token, provider) {
  const answer = await fetch(`${BASE}/api/keys/${provider}`, { headers: { authorization: `Bearer ${token}` } });
  return answer.ok ? (await answer.json()).key : answer.status;
}

export const notWorking = async (token) => assert.equal(await resolves(token, "openai"), 401);
