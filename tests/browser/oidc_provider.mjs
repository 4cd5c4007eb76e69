// A provider that is not ours: npm's `oidc-provider` with its own development sign-in page. Anyone who signs in as
// `somebody` is somebody@acme.test; who signs in with a whole address has that one.

import Provider from "oidc-provider";

const { PORT, CALLBACK, CLIENT_ID, CLIENT_SECRET } = process.env;
const client = { client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [CALLBACK] };

const account = (context, id) => {
  const [name] = id.split("@");
  const email = id.includes("@") ? id : `${id}@acme.test`;
  return {
    accountId: id,
    claims: () => ({ sub: id, email, email_verified: true, name: name[0].toUpperCase() + name.slice(1) }),
  };
};

const provider = new Provider(`http://localhost:${PORT}`, {
  clients: [client],
  findAccount: account,
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  // Cookies know no ports: two providers on one machine must not take each other's.
  cookies: { keys: ["of a test"], names: { session: `session-${PORT}`, interaction: `interaction-${PORT}`, resume: `resume-${PORT}` } },
});
provider.listen(Number(PORT), "127.0.0.1");
