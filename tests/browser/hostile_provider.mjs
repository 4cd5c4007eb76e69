// A provider that lies: what it signs, forgets and repeats gets no one in as someone else. No browser is needed here,
// only what one would send. Numbers are those of the threat list.

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { OAuth2Server } from "oauth2-mock-server";
import { ADA, BASE, GRACE, holds } from "./support.mjs";

const OWNER = { sub: "ada", email: ADA.email, email_verified: true };
const MEMBER = { sub: "grace", email: GRACE.email, email_verified: true };
const NEWCOMER = { sub: "new", email: "new@acme.test", email_verified: true };
const MINUTES = 60;
const PATIENCE = 30_000;
const REFUSED = "That sign-in couldn’t be verified";
const NOT_STARTED_HERE = "Start signing in again";

const now = () => Math.floor(Date.now() / 1000);
const seal = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const open = (part) => JSON.parse(Buffer.from(part, "base64url"));

// --- a provider that can be told what to say

class Provider {
  #server = new OAuth2Server();
  keysFetched = 0;

  static async start(name) {
    const provider = new Provider();
    const { issuer, service } = provider.#server;
    await issuer.keys.generate("RS256");
    const { toJSON } = issuer.keys;
    issuer.keys.toJSON = () => { provider.keysFetched += 1; return toJSON.call(issuer.keys); };
    service.on("beforeTokenSigning", ({ header, payload }) => provider.says(payload, header));
    service.on("beforeUserinfo", (answer) => { answer.body = { sub: provider.subject }; });
    service.on("beforeResponse", ({ body }) => { body.id_token = provider.forges(body.id_token); });
    await provider.#server.start(Number(process.env[`${name.toUpperCase()}_PORT`]), "127.0.0.1");
    return provider;
  }

  // What it says in its next tokens, and what it makes of an ID token that it has signed.
  tells(claims, { says = () => {}, forges = (token) => token }) {
    this.subject = claims.sub;
    this.says = (payload, header) => { Object.assign(payload, claims); says(payload, header); };
    this.forges = forges;
  }

  stop() {
    return this.#server.stop();
  }
}

// --- someone with a cookie jar, at an address of their own

class Visitor {
  static #count = 0;
  #cookies = new Map();
  #address = `10.1.${Visitor.#count >> 8}.${Visitor.#count++ & 255}`; // the limit of sign-ins is for each

  async ask(path, { method = "GET", body, type } = {}) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const headers = { cookie, origin: BASE, "x-forwarded-for": this.#address, ...type && { "content-type": type } };
    const answer = await fetch(new URL(path, BASE), { method, body, headers, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.#cookies.set(name, value);
    }
    const text = await answer.text();
    return { status: answer.status, location: answer.headers.get("location"), text, title: /<h1[^>]*>([^<]*)/.exec(text)?.[1] };
  }

  // To the provider and, with what it answers, as far as the address of the way back.
  async goes(by = "acme") {
    const { location } = await this.ask(`/auth/${by}`, { method: "POST", body: new URLSearchParams() });
    const answer = await fetch(location, { redirect: "manual" });
    return answer.headers.get("location");
  }

  async signsIn(by) {
    return this.ask(await this.goes(by));
  }

  async changes(settings) {
    const { status } = await this.ask("/api/admin/settings", { method: "PATCH", body: JSON.stringify(settings), type: "application/json" });
    assert.equal(status, 200);
  }

  async me() {
    const { status, text } = await this.ask("/api/me");
    return status === 200 ? JSON.parse(text) : null;
  }
}

const [acme, partner] = [await Provider.start("acme"), await Provider.start("partner")];
try {
  const [owner, member] = [new Visitor(), new Visitor()];
  await isLetIn(OWNER, {}, owner);
  await owner.changes({ allowedEmailDomains: ["acme.test"], domainGatingEnabled: true });
  await isLetIn(MEMBER, {}, member);
  const everybody = await people(owner);
  await takesNobodysAccount(owner, member);
  await bindsEachWayBack();
  await checksNonces();
  await asksForKeysSeldom();
  await checksSignatures();
  await checksWhomATokenIsFor();
  await checksTimes();
  await repeatsNothing();
  await isLetIn(MEMBER, {}, member);
  assert.deepEqual(await people(owner), everybody, "nobody has joined, changed or gone");
} finally {
  await Promise.all([acme.stop(), partner.stop()]);
}

async function people(owner) {
  const { items } = JSON.parse((await owner.ask("/api/admin/users")).text);
  return items.map(({ email, name, role, status }) => [email, name, role, status]);
}

// A sign-in with what the provider says.
async function isLetIn(claims, lie = {}, visitor = new Visitor()) {
  acme.tells(claims, lie);
  const answer = await visitor.signsIn();
  assert.equal(answer.status, 303, answer.text);
  assert.equal((await visitor.me()).email, claims.email);
}

async function isRefused(claims, lie = {}, { by = acme, status = 400, title = REFUSED } = {}) {
  by.tells(claims, lie);
  const visitor = new Visitor();
  const answer = await visitor.signsIn(by === acme ? "acme" : "partner");
  assert.deepEqual([answer.status, answer.title], [status, title]);
  assert.equal(await visitor.me(), null);
  return answer;
}

async function takesNobodysAccount(owner, member) {
  const before = await owner.me();
  for (const email_verified of [false, null, undefined, "no"]) { // A01
    const { text } = await isRefused({ sub: `evil-${email_verified}`, email: ADA.email, email_verified }, {},
      { status: 403, title: "Email not verified" });
    assert.match(text, /acme hasn’t verified ada@acme\.test\./);
  }
  const elsewhere = await isRefused(OWNER, {}, { by: partner, status: 403, title: "You already have an account" }); // A03
  assert.match(elsewhere.text, /Sign in with acme first, then connect partner/);
  acme.tells({ ...MEMBER, email: ADA.email }, {}); // A05
  await member.signsIn();
  assert.equal((await member.me()).email, MEMBER.email, "Grace stays Grace");
  assert.deepEqual(await owner.me(), before);
  const accounts = (await owner.ask("/settings")).text.match(/>Disconnect</g);
  assert.equal(accounts.length, 1, "Ada has one account at one provider");
  holds("an address that is not verified, comes from elsewhere or is somebody else’s takes nobody’s account");
}

async function bindsEachWayBack() {
  acme.tells(MEMBER, {});
  const [starter, victim] = [new Visitor(), new Visitor()];
  const back = await starter.goes();
  await victim.goes();
  await isNotStarted(victim, back); // A07
  assert.equal((await starter.ask(back)).status, 303, "the one who began can finish");
  const session = await starter.me();
  assert.equal((await starter.ask(back)).status, 303, "who is signed in goes on, as they are"); // A08
  await isNotStarted(victim, back);
  assert.deepEqual(await starter.me(), session);
  assert.equal(await victim.me(), null);
  holds("a way back works once, in the browser that set out");
}

async function isNotStarted(visitor, back) {
  const { status, title } = await visitor.ask(back);
  assert.deepEqual([status, title], [400, NOT_STARTED_HERE]);
}

async function checksNonces() { // A11
  await isRefused(NEWCOMER, { says: (payload) => delete payload.nonce });
  await isRefused(NEWCOMER, { says: (payload) => { payload.nonce = randomUUID(); } });
  holds("a token without the nonce, or with another, is refused");
}

async function asksForKeysSeldom() { // A29
  const before = acme.keysFetched;
  acme.tells(NEWCOMER, { says: (_, header) => { header.kid = randomUUID(); } });
  for (let round = 0; round < 10; round += 1) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => new Visitor().signsIn()));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [400]);
  }
  assert.ok(acme.keysFetched - before <= 2, `${acme.keysFetched - before} times`);
  holds("a hundred tokens of unknown keys have the keys fetched at most twice");
}

async function checksSignatures() { // A12
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const signed = (change, signature) => (token) => {
    const [header, payload] = token.split(".");
    const content = `${seal({ ...open(header), ...change })}.${payload}`;
    return `${content}.${signature(content).toString("base64url")}`;
  };
  const byStranger = (content) => sign("sha256", Buffer.from(content), stranger);
  const bySecret = (content) => createHmac("sha256", "a secret between two servers").update(content).digest();
  await isRefused(NEWCOMER, { forges: signed({ alg: "none" }, () => Buffer.alloc(0)) });
  await isRefused(NEWCOMER, { forges: signed({ alg: "none", kid: undefined }, () => Buffer.alloc(0)) });
  await isRefused(NEWCOMER, { forges: signed({ alg: "HS256" }, bySecret) });
  await isRefused(NEWCOMER, { forges: signed({}, byStranger) });
  await isRefused(NEWCOMER, { forges: signed({ kid: randomUUID() }, byStranger) });
  await isRefused(NEWCOMER, { forges: signed({ kid: undefined }, byStranger) });
  await isRefused(NEWCOMER, { says: (_, header) => { header.kid = randomUUID(); } });
  holds("a token that is not signed, not with the provider’s key, or with what we know ourselves is refused");
}

async function checksWhomATokenIsFor() { // A14
  const lies = [{ aud: "other" }, { aud: ["other"] }, { aud: [] }, { aud: ["gatehouse", "other"], azp: "other" }, { azp: "other" }, { iss: BASE }];
  for (const lie of lies) await isRefused(NEWCOMER, { says: (payload) => Object.assign(payload, lie) });
  await isLetIn(MEMBER, { says: (payload) => { payload.azp = "gatehouse"; } });
  holds("a token for another client, or of another issuer, is refused");
}

async function checksTimes() { // A14
  const at = (claim, seconds) => ({ says: (payload) => { payload[claim] = now() + seconds; } });
  for (const [claim, sign] of [["exp", -1], ["iat", 1], ["nbf", 1]]) {
    await isLetIn(MEMBER, at(claim, sign * 20));
    await isRefused(NEWCOMER, at(claim, sign * 10 * MINUTES));
    const said = readFileSync(process.env.LOG, "utf8").trim().split("\n").slice(-2).join("\n");
    assert.match(said, /is a clock wrong, here or there\?/, `the log says of ${claim} what to look for`);
  }
  holds("a clock may be 20 seconds off, not 10 minutes, and the log speaks of clocks");
}

async function repeatsNothing() { // A19
  const evil = `<img src=x onerror=alert(1)>${"canary-7f3a ".repeat(1700)}`;
  const errors = { error: "access_denied", error_description: evil, error_uri: "https://evil.test/canary-7f3a" };
  const visitor = new Visitor();
  const { searchParams } = new URL(await visitor.goes());
  for (const [state, expected] of [[searchParams.get("state"), "You weren’t signed in"], ["made-up", NOT_STARTED_HERE]]) {
    const { status, title, text } = await visitor.ask(`/auth/acme/callback?${new URLSearchParams({ ...errors, state })}`);
    assert.deepEqual([status, title], [400, expected]);
    assert.doesNotMatch(text, /canary|onerror|evil\.test|access_denied/);
  }
  holds("what a provider says of an error is repeated nowhere, be it 20 KB");
}
