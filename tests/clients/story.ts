// A program on the types that openapi-typescript makes of the API's document.
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

declare const process: { env: Record<string, string> };
const { BASE_URL, SESSION } = process.env as { BASE_URL: string; SESSION: string };
const KEY = "sk-proj-CANARY-typescript-1";

function good<T>({ data, error }: { data?: T; error?: unknown }): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

const ada = createClient<paths>({ baseUrl: BASE_URL, headers: { origin: BASE_URL } });
let cookie = `session=${SESSION}`;
ada.use({
  onRequest({ request }) {
    request.headers.set("cookie", cookie);
  },
  // With new rights comes a new cookie.
  onResponse({ response }) {
    const session = response.headers.getSetCookie().find((line) => line.startsWith("session="));
    cookie = session?.split(";")[0] ?? cookie;
  },
});

const { id: organization } = good(await ada.POST("/api/organizations", { body: { name: "TypeScript Ltd" } }));
const of = { organization };

const project = good(
  await ada.POST("/api/organizations/{organization}/projects", {
    params: { path: of },
    body: { name: "Chat" },
  }),
);

const { token } = good(
  await ada.POST("/api/organizations/{organization}/projects/{project}/tokens", {
    params: { path: { ...of, project: project.id } },
    body: { name: "CI", scopes: ["keys:resolve"], expiresInDays: 30 },
  }),
);

const invite = good(
  await ada.POST("/api/organizations/{organization}/admin/invites", {
    params: { path: of },
    body: { email: "ben@typescript.test", role: "admin" },
  }),
);
if (invite.status !== "pending") throw new Error(`the invite is ${invite.status}`);

good(
  await ada.PUT("/api/organizations/{organization}/admin/llm-keys/{provider}", {
    params: { path: { ...of, provider: "openai" } },
    body: { key: KEY },
  }),
);

const program = createClient<paths>({ baseUrl: BASE_URL, headers: { authorization: `Bearer ${token}` } });
const resolved = good(await program.GET("/api/keys/{provider}", { params: { path: { provider: "openai" } } }));
if (resolved.key !== KEY || resolved.source !== "organization") throw new Error("another key");

const events = good(
  await ada.GET("/api/organizations/{organization}/admin/audit", { params: { path: of } }),
).items.map(({ action }) => action);
for (const action of ["organization.created", "project.created", "token.created"]) {
  if (!events.includes(action)) throw new Error(`no ${action} among ${events.join()}`);
}

const all = good(await ada.GET("/api/organizations"));
if (!all.items.some(({ id, role }) => id === organization && role === "owner")) throw new Error("not hers");
