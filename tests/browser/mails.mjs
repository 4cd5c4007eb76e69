// A mail and the pages that catch it: no barrier in light or dark, room on a phone, and nothing that runs (V45).

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { BASE, faults, holds, obstacles, shoot, story } from "./support.mjs";

const PORT = Number(new URL(BASE).port);
const CATCHER = `http://localhost:${PORT + 2}`;
const SUBJECT = `Email from localhost:${PORT} works`;
const LARGEST = 15 * 1024;

await story(async (visitor) => {
  const page = await visitor();
  await page.goto(CATCHER);
  await look(page, "an empty catcher");
  sendTestMail();
  await page.getByRole("link", { name: "Refresh" }).click();
  await look(page, "a catcher");
  await shoot(page, "demo-mail");
  await page.getByRole("link", { name: SUBJECT }).click();
  await page.frameLocator("iframe").getByRole("heading", { name: "Email works" }).waitFor();
  assert.equal(await page.locator("iframe").getAttribute("sandbox"), "");
  await shoot(page, "demo-mail-open");
  await page.locator("iframe").evaluate((frame) => frame.remove()); // looked at by itself, below
  await look(page, "a caught mail");
  holds("the catcher shows what came, and shows its markup in a frame that may do nothing");

  const html = await (await page.request.get(`${page.url()}/html`)).text();
  const raw = await (await page.request.get(`${page.url()}/raw`)).text();
  assert.ok(raw.length < LARGEST, `${raw.length} bytes`);
  const inStyle = (fault) => fault.startsWith("no-inline-style"); // mail programs drop style sheets
  assert.deepEqual((await faults(html)).filter((fault) => !inStyle(fault)), []);
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto("about:blank");
  await page.setContent(html);
  await look(page, "the mail");
  assert.deepEqual(requests.filter((url) => url !== "about:blank"), [], "a mail loads nothing");
  await shoot(page, "mail");
  holds(`a mail of ${raw.length} bytes has no barrier, and needs nothing from elsewhere`);
});

// As an operator would. The demo's provider does not know this client, which is not what is looked at here.
function sendTestMail() {
  const env = {
    GATEHOUSE_BASE_URL: BASE,
    GATEHOUSE_LOG: "off",
    GATEHOUSE_MASTER_KEY: "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    GATEHOUSE_PROVIDERS__ACME__KIND: "oidc",
    GATEHOUSE_PROVIDERS__ACME__ISSUER: `http://localhost:${PORT + 1}`,
    GATEHOUSE_PROVIDERS__ACME__CLIENT_ID: "gatehouse",
    GATEHOUSE_PROVIDERS__ACME__CLIENT_SECRET: "unknown",
    GATEHOUSE_SMTP_URL: `smtp://127.0.0.1:${PORT + 3}?tls=none`,
    GATEHOUSE_MAIL_FROM: "Gatehouse <gatehouse@demo.test>",
  };
  const { stdout } = spawnSync(process.env.GATEHOUSE, ["doctor", "--mail", "sam@acme.test"], { env, encoding: "utf8" });
  assert.match(stdout, /^ok +test mail /m, stdout);
}

async function look(page, name) {
  assert.deepEqual(await obstacles(page, name), []);
}
