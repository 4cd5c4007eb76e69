// Where there are many organizations: whose pages are meant, who comes in, and what a shell on the machine does.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { BASE, comeBy, database, fillInvites, heading, linkFor, obstacles, results, shoot } from "./support.mjs";

// The story is played in both kinds of browser.
export const RUNS_SCRIPTS = process.env.JAVASCRIPT !== "off";
export const CHOOSER = "/orgs";
export const NEW = "/orgs/new";
const DATABASE = "data/gatehouse.db";
const [WORK, HOME] = ["Work ID", "Home ID"];
export { WORK, HOME };

// An organization's door, and a page of its settings.
export const door = (slug) => `/orgs/${slug}`;
export const at = (slug, page = "") => `${door(slug)}/settings/admin${page}`;

export const path = (page) => page.url().slice(BASE.length).replace(/\?.*/, "");

// Brings people, each from an address of their own, in the kind of browser that this telling is about.
export function people(visitor) {
  let n = 0;
  return () => {
    n += 1;
    return visitor({ javaScriptEnabled: RUNS_SCRIPTS, extraHTTPHeaders: { "x-forwarded-for": `10.7.0.${n}` } });
  };
}

// Comes in by the provider of work, with a whole address.
export const signsIn = (page, email, from = "/sign-in") => comeBy(page, WORK, email, from);

// Lets more than ten minutes pass since anyone signed in; null where no database can be told so.
export function longAgo() {
  const long = 11 * 60_000;
  return database(DATABASE, `UPDATE sessions SET created_at = created_at - ${long}, authenticated_at = authenticated_at - ${long}`);
}

export async function isAt(page, expected) {
  await page.waitForURL((url) => url.pathname === expected);
  assert.equal(path(page), expected);
}

export async function isNowhere(page, address) {
  assert.equal((await page.goto(address)).status(), 404, address);
}

// The line of the person's row in the chooser, organization by organization.
export async function belongsTo(page, expected) {
  await page.goto(CHOOSER);
  const mine = page.getByRole("region", { name: "Your organizations" }).getByRole("listitem");
  const lines = (await mine.allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
  assert.deepEqual(lines.sort(), [...expected].sort());
}

// Sends an invite, and gives the link that the page shows.
export async function invitesTo(page, slug, email, role) {
  await page.goto(at(slug, "/invites"));
  await fillInvites(page, email, role);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await results(page).waitFor();
  return linkFor(results(page), email).inputValue();
}

export async function accepts(page, slug) {
  await page.getByRole("button", { name: "Accept" }).click();
  await isAt(page, at(slug));
  assert.equal(await heading(page), "General");
}

export const switcher = (page) => page.getByRole("banner").locator("details").filter({ hasText: "switch organization" });

// The command line of the same Gatehouse, with its settings, while it runs.
export function shell(...words) {
  const settings = Object.entries(process.env).filter(([name]) => name.startsWith("GATEHOUSE_"));
  const env = { PATH: process.env.PATH, USER: "root", ...Object.fromEntries(settings) };
  return execFileSync(process.env.GATEHOUSE, words, { env, encoding: "utf8" });
}

// Looks at a page as it is, in light, in dark and on a phone; what stands in the way is told at the end.
const wrong = [];
export async function look(page, name) {
  if (!RUNS_SCRIPTS) return;
  wrong.push(...await obstacles(page, name));
  await shoot(page, name);
}

export const nothingStoodInTheWay = () => assert.deepEqual(wrong, []);
