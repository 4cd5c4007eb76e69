// Anyone who has a shell on the machine names owners before anyone has come, and they own what they find.

import assert from "node:assert/strict";
import { comeBy, heading, holds, main, proofread, story } from "./support.mjs";
import { NEW, WORK, at, belongsTo, isAt, isNowhere, look, nothingStoodInTheWay, people, shell, signsIn } from "./many_support.mjs";

await story(async (visitor) => {
  const comes = people(visitor);
  const [stranger, bea, gil] = [await comes(), await comes(), await comes()];
  const proofs = [stranger, bea, gil].map(proofread);
  await isBootstrapped(stranger, bea);
  await isCreated(stranger, gil);
  nothingStoodInTheWay();
  for (const proof of proofs) await proof();
});

async function isBootstrapped(stranger, bea) {
  assert.match(shell("bootstrap", "--org", "Initech", "--owner", "bea@initech.test"), /becomes owner of Initech at the first sign-in/);
  await comeBy(stranger, WORK, "eve@evil.test");
  assert.equal(await heading(stranger), "You don’t have access");
  await signsIn(bea, "bea@initech.test");
  await isAt(bea, at("default"));
  assert.equal(await bea.getByLabel("Organization name").inputValue(), "Initech");
  await belongsTo(bea, ["Initech default Owner"]);
  assert.match(shell("bootstrap", "--org", "Initech", "--owner", "bea@initech.test"), /[Nn]othing (was )?changed/);
  holds("the one whom bootstrap names is the first owner, and anyone who came before is a stranger");
}

async function isCreated(stranger, gil) {
  assert.match(shell("org", "create", "Globex", "--owner", "gil@globex.test"), /globex\b[^]*becomes its owner/);
  assert.match(shell("org", "create", "Globex", "--owner", "bea@initech.test"), /globex-2\b[^]*is its owner/);
  await signsIn(gil, "gil@globex.test");
  await isAt(gil, at("globex"));
  assert.equal(await gil.getByLabel("Organization name").inputValue(), "Globex");
  await belongsTo(gil, ["Globex globex Owner"]);
  for (const slug of ["default", "globex-2", "nowhere"]) await isNowhere(gil, at(slug));
  assert.equal((await gil.goto(NEW)).status(), 403);
  assert.equal(await heading(gil), "You can’t create organizations");
  assert.match(await main(gil).innerText(), /On this server, .* can create organizations\./);
  await look(gil, "124-new-denied");
  assert.match(shell("org", "list"), /Globex\s+globex\s+1 member\s+1 owner/);
  await comeBy(stranger, WORK, "eve@evil.test");
  assert.equal(await heading(stranger), "You don’t have access");
  holds("an organization that the shell creates is its owner’s alone");
}
