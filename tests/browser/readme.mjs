// Takes the README's screenshot. By hand, on a house that is fresh:
//   cargo run -- demo --fresh
//   BASE_URL=http://localhost:8080 DATABASE=data/demo/gatehouse.db node tests/browser/readme.mjs
// The people come in through Demo ID; then the database is told that they have been here for a while.

import { execFileSync } from "node:child_process";
import { ADA, GRACE, allowDomain, signIn, story } from "./support.mjs";

const PEOPLE = [
  [ADA.name, ADA.email, "owner", 212, 0],
  [GRACE.name, GRACE.email, "admin", 198, 0.02],
  ["Amara Okafor", "amara@acme.test", "member", 2.2, 0.1],
  ["Benedikt Vogel", "benedikt@acme.test", "member", 148, 4],
  ["Chloé Marchand", "chloe@acme.test", "admin", 171, 0.3],
  ["Daniel Reyes", "daniel@acme.test", "member", 96, 1.4],
  ["Ingrid Solberg", "ingrid@acme.test", "member", 61, 0.6],
  ["Kenji Watanabe", "kenji@acme.test", "member", 133, 0.05],
  ["Leila Haddad", "leila@acme.test", "member", 5.3, 2.1],
  ["Mateusz Zieliński", "mateusz@acme.test", "member", 44, 9],
  ["Priya Raman", "priya@acme.test", "member", 87, 0.2],
  ["Tom Whitfield", "tom@acme.test", "member", 29, 3.5],
];

await story(async (visitor) => {
  const ada = await visitor({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2, colorScheme: "light" });
  await signIn(ada, ADA);
  await ada.getByLabel("Organization name").fill("Acme Rockets");
  await ada.getByRole("button", { name: "Save", exact: true }).click();
  await ada.getByText("Organization name saved.").waitFor();
  await allowDomain(ada, "acme.test");
  for (const [name, email] of PEOPLE.slice(1)) {
    const page = await visitor();
    await signIn(page, { name, email });
    await page.context().close();
  }
  age();
  await ada.goto("/settings/admin/users");
  await ada.getByRole("rowheader").nth(PEOPLE.length - 1).waitFor();
  await ada.screenshot({ path: ".readme/users.png", animations: "disabled", caret: "initial" });
});

// Joined and last seen so many days ago, in milliseconds since 1970.
function age() {
  const ago = (days) => Date.now() - Math.round(days * 86_400_000);
  const rows = PEOPLE.map(([, email, role, joined, seen]) => [role, ago(joined), ago(seen), email]);
  const script = `import json, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.executemany("UPDATE memberships SET role = ?, joined_at = ?, last_seen_at = ? WHERE email = ?", json.loads(sys.argv[2]))`;
  execFileSync("python3", ["-c", script, process.env.DATABASE, JSON.stringify(rows)]);
}
