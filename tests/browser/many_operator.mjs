// The operator: sees which organizations there are, enters one with a reason, is seen by its owner, and leaves. Told
// twice, with scripts and without.

import assert from "node:assert/strict";
import { heading, holds, isTold, main, proofread, story } from "./support.mjs";
import { CHOOSER, RUNS_SCRIPTS, at, isAt, isNowhere, look, nothingStoodInTheWay, people, shell, signsIn } from "./many_support.mjs";

const OPERATOR = "/operator";
const REASON = "Ticket 12: invites don’t arrive";

await story(async (visitor) => {
  const comes = people(visitor);
  const [gil, ops] = [await comes(), await comes()];
  const proofs = [gil, ops].map(proofread);
  await isNamed(ops);
  await isToldWhatThereIs(gil, ops);
  await enters(ops);
  await isSeen(gil);
  await canNot(ops);
  await leaves(ops);
  await isRevoked(ops);
  nothingStoodInTheWay();
  for (const proof of proofs) await proof();
});

function banner(page) {
  return page.getByRole("region", { name: "Operator", exact: true });
}

async function isNamed(ops) {
  assert.match(shell("bootstrap", "--org", "Initech", "--owner", "bea@initech.test"), /becomes owner of Initech/);
  assert.match(shell("org", "create", "Globex", "--owner", "gil@globex.test"), /becomes its owner/);
  assert.match(shell("operator", "grant", "ops@server.test"), /at their first sign-in/);
  await signsIn(ops, "ops@server.test");
  assert.equal(await heading(ops), "Organizations");
  await isNowhere(ops, at("globex"));
  holds("whom the shell names operator comes in, and is in no organization");
}

async function isToldWhatThereIs(gil, ops) {
  await signsIn(gil, "gil@globex.test");
  await isAt(gil, at("globex"));
  await isNowhere(gil, OPERATOR);
  await ops.goto(CHOOSER);
  await ops.locator("summary").filter({ hasText: "account menu" }).click();
  await ops.getByRole("link", { name: "Operator" }).click();
  assert.equal(await heading(ops), "Operator");
  const rows = ops.getByRole("region", { name: "Organizations" });
  assert.match(await rows.innerText(), /Globex\s+globex · 1 member, 1 owner/);
  assert.doesNotMatch(await main(ops).innerText(), /gil@globex\.test/);
  await look(ops, "140-operator");
  await ops.getByRole("searchbox", { name: /start of name/ }).fill("glo");
  await ops.keyboard.press("Enter");
  await ops.waitForURL(/q=glo/);
  assert.equal(await rows.getByRole("listitem").count(), 1);
  await ops.getByRole("searchbox", { name: /start of name/ }).fill("nobody");
  await ops.keyboard.press("Enter");
  await ops.getByText("No matching organizations.").waitFor();
  await ops.goto(OPERATOR);
  await ops.getByRole("link", { name: "Server log" }).click();
  await ops.getByText("made ops@server.test an operator").waitFor();
  await look(ops, "141-server-log");
  holds("the operator sees organizations and counts, and nobody else has that page");
}

async function enters(ops) {
  await ops.goto(OPERATOR);
  await ops.getByRole("link", { name: "Enter… Globex" }).click();
  assert.equal(await heading(ops), "Enter Globex");
  await ops.getByRole("button", { name: "Enter Globex" }).click();
  await ops.getByText("Give a reason.").waitFor();
  assert.match(await ops.title(), /^Error: /);
  await look(ops, "142-enter");
  await ops.getByLabel("Reason").fill(REASON);
  await ops.getByRole("button", { name: "Enter Globex" }).click();
  await isAt(ops, at("globex"));
  await isTold(ops, /You entered Globex\. The audit log shows what you do\./);
  assert.match(await banner(ops).innerText(), new RegExp(`You’re in Globex as operator until \\d\\d:\\d\\d UTC. Reason: ${REASON}`));
  await look(ops, "143-entered");
  holds("an operator enters with a reason, and each page says where they are and until when");
}

async function isSeen(gil) {
  await gil.goto(at("globex", "/audit"));
  await gil.getByText("Ops (operator) entered Globex as operator").click();
  if (!RUNS_SCRIPTS) await gil.locator(".event[open]").getByRole("link", { name: "Link to this event" }).click();
  await gil.getByText("ops@server.test (operator)").first().waitFor();
  await gil.getByText(REASON).first().waitFor();
  await look(gil, "144-operator-in-log");
  holds("the owner sees who entered, when, and why");
}

async function canNot(ops) {
  for (const page of ["/danger", "/danger/deletion"]) {
    assert.equal((await ops.goto(at("globex", page))).status(), 403);
  }
  await ops.goto(at("globex", "/invites"));
  await ops.getByText("Operators can’t invite people.").waitFor();
  await look(ops, "145-operator-invites");
  await ops.goto(at("globex", "/llm-keys"));
  assert.equal(await ops.getByRole("main").getByRole("button").count(), 0);
  await ops.goto(at("globex", "/users"));
  assert.equal(await ops.getByRole("option", { name: "Make admin" }).count(), 0);
  holds("what is for the organization’s own admins is not offered to an operator");
}

async function leaves(ops) {
  await banner(ops).getByRole("button", { name: "Leave Globex" }).click();
  await isAt(ops, OPERATOR);
  await isTold(ops, /You left Globex\./);
  assert.equal(await banner(ops).count(), 0);
  await isNowhere(ops, at("globex"));
  holds("an operator who has left is outside again");
}

async function isRevoked(ops) {
  assert.match(shell("operator", "revoke", "ops@server.test"), /is no longer an operator/);
  await isNowhere(ops, OPERATOR);
  holds("whom the shell takes it from is no operator at the next page");
}

