// A provider of models that a story starts itself: it answers by the key that it is shown, and remembers who asked.

import { createServer } from "node:http";
import { once } from "node:events";

// What it says to a key with such a word in it.
const ANSWERS = {
  good: [200, { data: [{ id: "model-1" }, { id: "model-2" }] }],
  revoked: [401, { error: { message: "invalid x-api-key" } }],
  limited: [403, { error: { message: "You have insufficient permissions. Missing scopes: api.model.read" } }],
  spent: [429, { error: { code: "insufficient_quota" } }],
  hasty: [429, { error: { type: "rate_limit_error" } }],
  busy: [529, { error: { type: "overloaded_error" } }],
  abroad: [403, { error: { code: "unsupported_country_region_territory" } }],
  closed: [400, { error: { message: "This organization has been disabled." } }],
  portal: [200, "<!doctype html><title>Sign in to the Wi-Fi</title>"],
  hollow: [200, {}],
  moved: [307, {}],
  silent: null,
};
const ELSEWHERE = "/elsewhere";

export class Stub {
  asked = [];

  constructor(port) {
    this.port = port;
  }

  // Listens, again after `stop`.
  async start() {
    this.server = createServer((request, response) => this.#answer(request, response));
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    this.server.unref(); // a story that fails does not wait for it
  }

  // No one is there any more.
  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  // What was asked since the last time that someone wanted to know.
  take() {
    return this.asked.splice(0);
  }

  #answer({ method, url, headers }, response) {
    const key = headers["x-api-key"] ?? headers.authorization?.replace("Bearer ", "") ?? "";
    this.asked.push({ method, url, key });
    const word = Object.keys(ANSWERS).find((word) => key.includes(`-${word}-`)) ?? "revoked";
    if (word === "silent") return;
    const [status, body] = ANSWERS[word];
    response.writeHead(status, { "content-type": "application/json", location: ELSEWHERE });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }
}
