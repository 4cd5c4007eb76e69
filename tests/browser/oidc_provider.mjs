// A provider that is not ours: npm's `oidc-provider` with its own development sign-in page. Whoever signs in as
// `somebody` is somebody@acme.test.

import Provider from "oidc-provider";

const { PORT, BASE_URL } = process.env;
const client = {
  client_id: process.env.GATEHOUSE_PROVIDERS__ACME__CLIENT_ID,
  client_secret: process.env.GATEHOUSE_PROVIDERS__ACME__CLIENT_SECRET,
  redirect_uris: [`${BASE_URL}/auth/acme/callback`],
};

const account = (context, id) => ({
  accountId: id,
  claims: () => ({ sub: id, email: `${id}@acme.test`, email_verified: true, name: id[0].toUpperCase() + id.slice(1) }),
});

const provider = new Provider(`http://localhost:${PORT}`, {
  clients: [client],
  findAccount: account,
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  cookies: { keys: ["of a test"] },
});
provider.listen(Number(PORT), "127.0.0.1");
