// A passkey: made by the browser's own authenticator, asked for at the next sign-in and to confirm who one is, lost with
// the device, and given up for a recovery code. Without scripts, the pages say what to do instead.

import assert from "node:assert/strict";
import { ADA, allowDomain, demoDatabase, heading, holds, introduce, isTold, main, shoot, signIn, signOut, story } from "./support.mjs";
import { isAt, look, nothingStoodInTheWay } from "./many_support.mjs";

const SECURITY = "/settings/security";
const CHALLENGE = "/sign-in/second-factor";

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

await story(async (visitor) => {
  const ada = await visitor();
  await signIn(ada, ADA);
  await allowDomain(ada, "acme.test");
  const device = await withDevice(ada);
  const codes = await addsAPasskey(ada);
  await isAskedForIt(ada);
  await confirmsByIt(ada);
  await isToldWhatToDo(await visitor({ javaScriptEnabled: false }), codes);
  await losesTheDevice(ada, device, codes);
  await canNotUseIt(ada);
  nothingStoodInTheWay();
});

// An authenticator in the device, as Chromium simulates one.
async function withDevice(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
  return { isLost: () => devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }) };
}

async function addsAPasskey(page) {
  await page.goto(SECURITY);
  await look(page, "160-passkeys-none");
  await page.getByRole("link", { name: "Add a passkey" }).click();
  assert.equal(await heading(page), "Add a passkey");
  await look(page, "161-passkey-adding");
  await page.getByLabel("Name (optional)").fill("x");
  await press(page, "Create passkey");
  await page.getByText("Use 2 to 60 characters.").waitFor();
  await look(page, "162-passkey-422");
  await page.getByLabel("Name (optional)").fill("My laptop");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  const codes = await main(page).getByRole("listitem").allInnerTexts();
  assert.equal(codes.length, 10);
  await page.getByRole("link", { name: "I stored them" }).click();
  assert.match(await main(page).innerText(), /My laptop[^]*10 codes left\./);
  await look(page, "163-passkeys");
  await page.getByRole("link", { name: "Add a passkey" }).click();
  await press(page, "Create passkey");
  await page.getByText("This device already has a passkey of yours.").waitFor();
  await look(page, "164-passkey-known");
  holds("a passkey is made once on a device, and ten recovery codes are shown with the first");
  return codes;
}

async function isAskedForIt(page) {
  await signOut(page);
  await page.goto("/settings/admin/users");
  await page.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(page, ADA);
  await isAt(page, CHALLENGE);
  assert.equal(await heading(page), "Use your passkey");
  await look(page, "165-challenge-passkey");
  await press(page, "Use a passkey");
  await isAt(page, "/settings/admin/users");
  await page.goto(SECURITY);
  assert.match(await main(page).innerText(), /Last used/);
  holds("with the passkey a sign-in leads on to what was asked for");
}

async function confirmsByIt(page) {
  await page.goto(SECURITY);
  await page.getByRole("link", { name: "Edit My laptop" }).click();
  assert.equal(await heading(page), "My laptop");
  await look(page, "166-passkey");
  await page.getByLabel("Name").fill("Work laptop");
  await press(page, "Save");
  await isTold(page, "Passkey renamed to Work laptop.");
  const long = 11 * 60_000;
  if (demoDatabase(`UPDATE sessions SET authenticated_at = authenticated_at - ${long}`) === null) return;
  await press(page, "Make new recovery codes");
  assert.equal(await heading(page), "Confirm it’s you");
  await look(page, "167-confirm-passkey");
  await press(page, "Use a passkey");
  await isAt(page, SECURITY);
  holds("with the passkey one confirms who one is, without going to the provider");
}

async function losesTheDevice(page, device, codes) {
  await device.isLost();
  await signOut(page);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(page, ADA);
  await isAt(page, CHALLENGE);
  await page.evaluate(() => {
    // As a browser ends it where there is no such device, without its minutes of waiting.
    navigator.credentials.get = () => Promise.reject(new DOMException("", "NotAllowedError"));
  });
  await press(page, "Use a passkey");
  await page.getByText("Your passkey wasn’t used. Try again, or use another way.").waitFor();
  await look(page, "168-challenge-passkey-lost");
  await page.getByLabel("Recovery code").fill(codes[0]);
  await press(page, "Continue");
  await isAt(page, "/settings/admin");
  await page.goto(SECURITY);
  assert.match(await main(page).innerText(), /8 codes left\./);
  await page.getByRole("link", { name: "Edit Work laptop" }).click();
  await press(page, "Remove Work laptop");
  await isTold(page, "Work laptop removed. It no longer works.");
  holds("without the device one comes in by a recovery code and removes the passkey that is lost");
}

async function isToldWhatToDo(page, codes) {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Demo ID" }).click();
  await introduce(page, ADA);
  await isAt(page, CHALLENGE);
  assert.match(await main(page).innerText(), /Passkeys need JavaScript\. Turn it on, or use another way\./);
  assert.equal(await page.getByRole("button", { name: "Use a passkey" }).count(), 0);
  await shoot(page, "169-challenge-passkey-without-scripts");
  await page.getByLabel("Recovery code").fill(codes[1]);
  await press(page, "Continue");
  await page.goto(SECURITY);
  assert.match(await main(page).innerText(), /Passkeys need JavaScript\./);
  await page.getByRole("link", { name: "Add a passkey" }).click();
  assert.match(await main(page).innerText(), /Turn it on, or add an authenticator app instead\./);
  assert.equal(await page.getByRole("button", { name: "Create passkey" }).count(), 0);
  await shoot(page, "170-passkey-without-scripts");
  await signOut(page);
  holds("without scripts a page says what to do instead, and a recovery code works");
}

async function canNotUseIt(page) {
  await page.addInitScript(() => { delete window.PublicKeyCredential; });
  await page.goto("/settings/security/new-passkey");
  await press(page, "Create passkey");
  await page.getByText("This browser can’t use passkeys here.").waitFor();
  await look(page, "171-passkey-unsupported");
  holds("a browser that can’t is told so");
}
