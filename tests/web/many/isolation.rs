//! Isolation, generated: every route with every id that it takes, filled with rows that are there and that their owner
//! can reach, as everyone who must not know of them. The answer is the one for an id that never existed (rule 6.2).

use std::collections::BTreeSet;

use gatehouse::role::Role;
use gatehouse::routes::{Route, table};
use gatehouse::tenancy::Tenancy;
use reqwest::Method;

use super::cast::{Two, each};
use crate::web::support::{Answer, NEVER, Visitor};

/// What a segment stands for that belongs to no organization, or whose value is itself what lets someone in.
const NOT_OF_AN_ORGANIZATION: [&str; 3] = ["provider", "page:.*", "part"];
/// Where a token is one of the API, and no link that someone was sent.
const OF_THE_API: &str = "/tokens/{token}";

/// What belongs to one.
const OF_AN_ORGANIZATION: [&str; 7] = ["user", "invite", "event", "slug", "project", "team", "token"];

/// Who must not know of anything of Acme's.
const STRANGERS: [&str; 9] = [
    "nobody",
    "no organization",
    "member elsewhere",
    "admin elsewhere",
    "owner elsewhere",
    "former member",
    "suspended member",
    "operator",
    "operator who has entered elsewhere",
];

/// Rows of Acme, and of its owner.
struct Rows {
    org: String,
    organization: String,
    user: String,
    invite: String,
    event: String,
    session: String,
    identity: String,
    app: String,
    passkey: String,
    /// A former address.
    slug: String,
    /// Of these the id is also the name in addresses.
    project: String,
    team: String,
    token: String,
    own_token: String,
}

impl Rows {
    fn of(&self, route: &Route, parameter: &str) -> Option<&str> {
        Some(match parameter {
            "project" => &self.project,
            "team" => &self.team,
            "token" if route.path.contains("{project}") => &self.token,
            "token" => &self.own_token,
            "org" => &self.org,
            "organization" => &self.organization,
            "user" => &self.user,
            "invite" => &self.invite,
            "event" => &self.event,
            "session" => &self.session,
            "identity" => &self.identity,
            "app" => &self.app,
            "passkey" => &self.passkey,
            "slug" => &self.slug,
            _ => return None,
        })
    }
}

#[actix_web::test]
async fn what_is_anothers_is_as_unknown_as_what_never_was() {
    for two in each(&[]).await {
        let ada = two.ada().await;
        let strangers = strangers(&two).await;
        let mut tried = 0;
        for route in table(Tenancy::Multi) {
            for parameter in parameters(&route) {
                // Of the routes before some have changed what they were asked to change.
                let rows = rows(&two).await;
                set_keys(&two, &ada, &route, &rows).await;
                set_state(&two, &route, "deleting").await;
                let found = ask(&ada, &route, &rows, None).await;
                assert_ne!(found.status, 404, "the owner reaches {} {}", route.method, route.path);
                let rows = self::rows(&two).await;
                set_state(&two, &route, "deleting").await;
                for (who, visitor) in strangers.iter().filter(|(who, _)| !is_for(who, &route)) {
                    let real = ask(visitor, &route, &rows, None).await;
                    let unknown = ask(visitor, &route, &rows, Some(&parameter)).await;
                    let what = format!("{who} at {} {} by its {parameter}", route.method, route.path);
                    assert_same(&what, &rows, &real, &unknown);
                    tried += 1;
                }
                set_state(&two, &route, "active").await;
            }
        }
        assert!(tried > 400, "{tried}");
        two.close().await;
    }
}

/// Which organizations there are is theirs to know.
fn is_for(who: &str, route: &Route) -> bool {
    who.starts_with("operator") && route.path.starts_with("/operator")
}

/// Asks all routes that name an organization as these visitors: at `address` the answer is that of one that never was.
async fn sweep(visitors: &[(&str, &Visitor)], rows: &Rows) -> usize {
    let mut asked = 0;
    for route in table(Tenancy::Multi) {
        let named =
            parameters(&route).into_iter().filter(|name| ["org", "organization"].contains(&name.as_str()));
        for parameter in named {
            for (who, visitor) in visitors {
                let real = ask(visitor, &route, rows, None).await;
                let unknown = ask(visitor, &route, rows, Some(&parameter)).await;
                let what = format!("{who} at {} {} by its {parameter}", route.method, route.path);
                assert_same(&what, rows, &real, &unknown);
                asked += 1;
            }
        }
    }
    asked
}

#[actix_web::test]
async fn an_organization_that_is_being_deleted_is_as_unknown_as_one_that_never_was() {
    for two in each(&[]).await {
        let ada = two.ada().await;
        let rows = rows(&two).await;
        two.app.enroll("sam@acme.test", &two.acme, Role::Admin).await;
        let (sam, gil) = (two.sign_in("sam@acme.test").await, two.gil().await);
        for visitor in [&ada, &sam, &gil] {
            visitor.get("/api/me").await;
        }
        for state in ["deleting", "purging"] {
            let begin =
                format!("UPDATE organizations SET state = '{state}', purge_at = 9999999999999 WHERE id = $1");
            two.app.run(&begin, [two.acme.clone().into()]).await;
            let asked = sweep(&[("an admin", &sam), ("an owner elsewhere", &gil)], &rows).await;
            assert!(asked > 100, "{asked}");
            assert_eq!(ada.get("/orgs/acme/settings/admin").await.status, 404, "its owner, too");
            let entry = format!("/operator/organizations/{}/entry", two.acme);
            assert_eq!(ada.get(&entry).await.status, 404, "nobody enters it");
        }
        assert_eq!(ada.post("/orgs/acme/restoration", &[]).await.status, 404, "its purge has begun");
        two.close().await;
    }
}

#[actix_web::test]
async fn a_former_address_leads_its_members_on_and_is_nothing_to_others() {
    for two in each(&[]).await {
        let ada = two.ada().await;
        let rows = rows(&two).await;
        let strangers = strangers(&two).await;
        let others: Vec<(&str, &Visitor)> = strangers.iter().map(|(who, visitor)| (*who, visitor)).collect();
        let (org, never) = (rows.slug.clone(), NEVER.to_owned());
        let at_former = Rows { org, organization: never.clone(), slug: never, ..rows };
        let path = format!("/orgs/{}/settings/admin", at_former.org);
        assert_eq!(ada.get(&path).await.status, 307, "there is something to find");
        assert!(sweep(&others, &at_former).await > 400);
        two.app
            .run(
                "UPDATE organization_slugs SET given_up_at = 2 WHERE slug = $1",
                [at_former.org.clone().into()],
            )
            .await;
        let everybody = [others, vec![("its owner", &ada)]].concat();
        assert!(sweep(&everybody, &at_former).await > 400);
        two.close().await;
    }
}

// T04: an organization of one's own, and an id of another's.
#[actix_web::test]
async fn an_id_of_another_organization_is_unknown_at_the_address_of_ones_own() {
    for two in each(&[]).await {
        let gil = two.gil().await;
        let mut tried = 0;
        for route in table(Tenancy::Multi) {
            let of_an_organization = |name: &String| OF_AN_ORGANIZATION.contains(&name.as_str());
            for parameter in parameters(&route).into_iter().filter(of_an_organization) {
                let theirs = rows(&two).await;
                let at_home = Rows { org: "globex".to_owned(), organization: two.globex.clone(), ..theirs };
                let real = ask(&gil, &route, &at_home, None).await;
                let unknown = ask(&gil, &route, &at_home, Some(&parameter)).await;
                let what = format!("{} {} by its {parameter}", route.method, route.path);
                assert_same(&what, &at_home, &real, &unknown);
                // One hands over to someone who is a member: no one else can be told from another.
                let answer = if route.path.contains("/transfer") { 422 } else { 404 };
                assert_eq!(real.status, answer, "{what}: {}", real.body);
                tried += 1;
            }
        }
        assert!(tried > 15, "{tried}");
        assert_eq!(two.app.count("SELECT count(*) FROM memberships WHERE suspended_at IS NOT NULL").await, 0);
        two.close().await;
    }
}

// T03
#[actix_web::test]
async fn ids_in_a_body_a_header_or_a_cookie_choose_no_organization() {
    for two in each(&[]).await {
        let gil = two.gil().await;
        for path in ["/orgs/globex/settings/admin", "/api/org"] {
            let plain = gil.get(path).await;
            assert_eq!(plain.status, 200, "{}", plain.body);
            let queried = gil.get(&format!("{path}?org_id={}&organization={}", two.acme, two.acme)).await;
            assert!(!names_acme(&queried), "{}", queried.body);
            let request = gil
                .request(Method::GET, path)
                .header("x-org-id", &two.acme)
                .header("x-organization", &two.acme);
            assert!(!names_acme(&gil.send(request).await));
        }
        let fields = [("name", "Ours"), ("version", "1"), ("organization", two.acme.as_str())];
        assert_eq!(gil.post("/orgs/globex/settings/admin", &fields).await.status, 409);
        assert_eq!(gil.post("/orgs/acme/settings/admin", &fields).await.status, 404);
        assert_eq!(two.app.texts("SELECT name FROM organizations WHERE slug = 'acme'").await, ["Acme"]);
        two.close().await;
    }
}

/// Its sign-in method is called after it, which is no secret.
fn names_acme(answer: &Answer) -> bool {
    answer.body.replace("Acme SSO", "").contains("Acme")
}

// T13: with htmx, too.
#[actix_web::test]
async fn regions_of_pages_are_as_closed_as_pages() {
    for two in each(&[]).await {
        let strangers = strangers(&two).await;
        let regions = [
            ("users", "section#users"),
            ("invites", "section#invites"),
            ("llm-keys", "div#keys"),
            ("audit", "div#news"),
        ];
        for (who, visitor) in &strangers {
            for (page, region) in regions {
                let path = |org: &str| format!("/orgs/{org}/settings/admin/{page}");
                let real = visitor.htmx(Method::GET, &path("acme"), region, &[]).await;
                let unknown = visitor.htmx(Method::GET, &path("nowhere"), region, &[]).await;
                let rows = rows(&two).await;
                assert_same(&format!("{who} at {page}"), &rows, &real, &unknown);
                assert!([401, 404].contains(&real.status), "{who}: {}", real.status);
            }
        }
        two.close().await;
    }
}

// T16
#[actix_web::test]
async fn no_address_counts() {
    for two in each(&[]).await {
        rows(&two).await;
        let ada = two.ada().await;
        for page in ["users", "invites", "audit"] {
            let page = ada.get(&format!("/orgs/acme/settings/admin/{page}")).await;
            let ours =
                page.body.split("href=\"/orgs/acme/").skip(1).filter_map(|rest| rest.split('"').next());
            for segment in ours.flat_map(|path| path.split(['/', '?', '#', '&', '='])) {
                assert!(segment.parse::<u64>().is_err(), "{segment} is a number in an address");
            }
        }
        two.close().await;
    }
}

fn parameters(route: &Route) -> BTreeSet<String> {
    let names = route.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let is_id = |name: &&str| {
        !NOT_OF_AN_ORGANIZATION.contains(name) && (*name != "token" || route.path.contains(OF_THE_API))
    };
    names.filter(is_id).map(str::to_owned).collect()
}

async fn ask(visitor: &Visitor, route: &Route, rows: &Rows, unknown: Option<&str>) -> Answer {
    let mut path = route.path.clone();
    for name in parameters(route) {
        let real = rows.of(route, &name).unwrap_or_else(|| panic!("the matrix has no row for {{{name}}}"));
        let never = if name == "org" { "nowhere" } else { NEVER };
        let id = if unknown == Some(name.as_str()) { never } else { real };
        path = path.replace(&format!("{{{name}}}"), id);
    }
    let provider = if path.contains("llm-keys") { "openai" } else { "idp" };
    path = path.replace("{provider}", provider);
    let fields = [
        ("role", "member"),
        ("name", "Another"),
        ("version", "1"),
        ("email", "new@acme.test"),
        ("addresses", "new@acme.test"),
        ("key", "sk-CANARY-of-a-stranger"),
        ("provider", "openai"),
        ("on", "true"),
        ("deed", "deactivate"),
        ("user", rows.user.as_str()),
    ];
    match route.method.as_str() {
        "POST" if path.starts_with("/api/") => visitor.post_json(&path, &serde_json::json!({})).await,
        "POST" => visitor.post(&path, &fields).await,
        "PUT" => visitor.put(&path, &serde_json::json!({ "key": "sk-CANARY-of-a-stranger" })).await,
        "PATCH" => visitor.patch(&path, &serde_json::json!({ "role": "member" })).await,
        "DELETE" => visitor.delete(&path).await,
        _ if path.ends_with("/role") => visitor.get(&format!("{path}?role=member")).await,
        _ => visitor.get(&path).await,
    }
}

/// Status, headers and body are the same, but for what no two answers have in common and for the slug that was asked.
fn assert_same(what: &str, rows: &Rows, real: &Answer, unknown: &Answer) {
    assert_eq!(real.status, unknown.status, "{what}: {}", real.body);
    let told = |answer: &Answer| {
        let mut headers: Vec<String> = answer
            .headers
            .iter()
            // Whether the connection goes on depends on how fast the body came.
            .filter(|(name, _)| {
                !["date", "x-request-id", "content-length", "connection"].contains(&name.as_str())
            })
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
            .collect();
        headers.sort();
        let id = answer.header("x-request-id");
        let text = format!("{}\n{}", headers.join("\n"), answer.body).replace(id, "<request>");
        let ids = [
            &rows.organization,
            &rows.user,
            &rows.invite,
            &rows.event,
            &rows.session,
            &rows.identity,
            &rows.app,
            &rows.passkey,
            &rows.slug,
            &rows.project,
            &rows.team,
            &rows.token,
            &rows.own_token,
        ];
        // A person who has to sign in comes back to what they asked for.
        let text = ids.into_iter().fold(text, |text, id| text.replace(id.as_str(), NEVER));
        text.replace(&format!("orgs%2F{}", rows.org), "orgs%2Fnowhere")
            .replace(&format!("/orgs/{}", rows.org), "/orgs/nowhere")
    };
    assert_eq!(told(real), told(unknown), "{what}");
}

/// What the routes that restore take for granted.
async fn set_state(two: &Two, route: &Route, state: &str) {
    if ["/orgs/{org}/restoration", "/api/organizations/{organization}/restore"].contains(&route.path.as_str())
    {
        let state =
            format!("UPDATE organizations SET state = '{state}', purge_at = 9999999999999 WHERE id = $1");
        two.app.run(&state, [two.acme.clone().into()]).await;
    }
}

/// What the routes of a key take for granted: that there is one, one before it, or one that was removed.
async fn set_keys(two: &Two, ada: &Visitor, route: &Route, rows: &Rows) {
    let rows = Some(rows);
    if !route.path.contains("llm-keys/{provider}") {
        return;
    }
    let path = match rows.filter(|_| route.path.contains("{project}")) {
        Some(rows) => format!("/api/organizations/{}/projects/{}/llm-keys/openai", two.acme, rows.project),
        None => format!("/api/organizations/{}/admin/llm-keys/openai", two.acme),
    };
    for n in 0..2 {
        let key = serde_json::json!({ "key": format!("sk-CANARY-0123456789abcdef-{n}") });
        assert_eq!(ada.put(&path, &key).await.status, 200);
    }
    if route.path.ends_with("/restoration") {
        assert!(ada.delete(&path).await.status < 300);
    }
}

async fn strangers(two: &Two) -> Vec<(&'static str, Visitor)> {
    let mut all = Vec::new();
    for who in STRANGERS {
        let email = format!("{}@somewhere.test", who.replace(' ', "-"));
        let (organization, role) = match who {
            "admin elsewhere" => (&two.globex, Role::Admin),
            "owner elsewhere" => (&two.globex, Role::Owner),
            "member elsewhere" | "no organization" => (&two.globex, Role::Member),
            "nobody" => {
                all.push((who, two.app.visitor()));
                continue;
            }
            _ => (&two.acme, Role::Admin),
        };
        two.app.enroll(&email, organization, role).await;
        if who.starts_with("operator") {
            two.app.make_operator(&email).await;
            two.app.remove_member(&email).await;
        }
        let visitor = two.sign_in(&email).await;
        if who == "operator who has entered elsewhere" {
            let entry = format!("/operator/organizations/{}/entry", two.globex);
            assert_eq!(visitor.post(&entry, &[("reason", "Ticket 9")]).await.status, 303);
        }
        if who == "former member" || who == "no organization" {
            two.app.remove_member(&email).await;
        }
        if who == "suspended member" {
            let suspend = "UPDATE memberships SET suspended_at = 1 WHERE email = $1";
            two.app.run(suspend, [email.as_str().into()]).await;
        }
        // A change of role gives the session a new id with the next answer: that is behind them.
        visitor.get("/api/me").await;
        all.push((who, visitor));
    }
    all
}

/// New rows of Acme: someone who is there, someone who is invited, an event, and a session and an account of Ada's.
async fn rows(two: &Two) -> Rows {
    let app = &two.app;
    let (unique, acme) = (gatehouse::random::id(), &two.acme);
    let email = format!("{unique}@acme.test");
    app.enroll(&email, &two.acme, Role::Member).await;
    let user = app.id_of(&email).await;
    let ada = app.id_of("ada@acme.test").await;
    // She is operator, too, and may have entered an organization, or have handed hers over, a moment ago.
    app.run("UPDATE users SET operator = TRUE WHERE id = $1", [ada.clone().into()]).await;
    app.run("UPDATE operator_entries SET left_at = 1 WHERE user_id = $1", [ada.clone().into()]).await;
    app.run("UPDATE memberships SET role = 'owner' WHERE user_id = $1", [ada.clone().into()]).await;
    let here =
        format!("SELECT count(*) FROM memberships WHERE user_id = '{ada}' AND organization_id = '{acme}'");
    if app.count(&here).await == 0 {
        two.also("ada@acme.test", acme, Role::Owner).await;
    }
    let (invite, session, identity) =
        (gatehouse::random::id(), gatehouse::random::id(), gatehouse::random::id());
    let now = chrono::Utc::now().timestamp_millis();
    app.run(
        "INSERT INTO invites (id, organization_id, email, role, state, generation, invited_by, invited_by_name,
            batch, created_at, expires_at)
         VALUES ($1, $2, $3, 'member', 'open', 1, $4, 'Ada', $1, $5, $6)",
        [
            invite.clone().into(),
            two.acme.clone().into(),
            format!("{unique}@invited.test").into(),
            ada.clone().into(),
            now.into(),
            (now + 1_000_000).into(),
        ],
    )
    .await;
    app.run(
        "INSERT INTO sessions (key_hash, id, user_id, address, user_agent, created_at, last_seen_at, renewal_due)
         VALUES ($1, $1, $2, '', '', $3, $3, FALSE)",
        [session.clone().into(), ada.clone().into(), now.into()],
    )
    .await;
    app.run(
        "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_sign_in_at)
         VALUES ($1, $2, 'idp', 'https://other.test', $1, 'ada@acme.test', 0, 0)",
        [identity.clone().into(), ada.clone().into()],
    )
    .await;
    let (authenticator, passkey) = (authenticator_of(two, &ada).await, passkey_of(two, &ada).await);
    let event = gatehouse::random::id();
    app.run(
        "INSERT INTO events (id, organization_id, number, at, action, outcome, actor, target, address, user_agent,
            request_id)
         VALUES ($1, $2, 0, $3, 'person.joined', 'done', 'ada@acme.test', 'x', '', '', '')",
        [event.clone().into(), two.acme.clone().into(), now.into()],
    )
    .await;
    let slug = format!("former-{}", &unique[24..]);
    app.run(
        "INSERT INTO organization_slugs (slug, organization_id, retired_at) VALUES ($1, $2, 1)",
        [slug.clone().into(), two.acme.clone().into()],
    )
    .await;
    let (project, team) = (gatehouse::random::id(), gatehouse::random::id());
    let (token, own_token) = (gatehouse::random::id(), gatehouse::random::id());
    for sql in [
        format!(
            "INSERT INTO teams (id, organization_id, slug, name, is_default, created_at)
             VALUES ('{team}', '{acme}', '{team}', 'T', FALSE, 0)"
        ),
        format!(
            "INSERT INTO team_members (team_id, user_id, organization_id) VALUES ('{team}', '{user}', '{acme}')"
        ),
        format!(
            "INSERT INTO projects (id, organization_id, team_id, slug, name, is_default, created_at)
             SELECT '{project}', '{acme}', id, '{project}', 'P', FALSE, 0
             FROM teams WHERE organization_id = '{acme}' AND is_default"
        ),
        format!(
            "INSERT INTO project_members (project_id, user_id, organization_id, role)
             VALUES ('{project}', '{user}', '{acme}', 'viewer')"
        ),
        token_of(&two.acme, &token, "project_id", &project),
        token_of(&two.acme, &own_token, "user_id", &ada),
    ] {
        app.run(&sql, []).await;
    }
    Rows {
        org: "acme".to_owned(),
        organization: two.acme.clone(),
        project,
        team,
        token,
        own_token,
        user,
        invite,
        event,
        session,
        identity,
        app: authenticator,
        passkey,
        slug,
    }
}

/// Writes an authenticator app, whose codes have been given in each session of the person that there is.
async fn authenticator_of(two: &Two, person: &str) -> String {
    let id = gatehouse::random::id();
    two.app
        .run(
            "INSERT INTO authenticator_apps (id, user_id, name, sealed_secret, created_at, confirmed_at)
             VALUES ($1, $2, 'Phone', '', 0, 0)",
            [id.clone().into(), person.into()],
        )
        .await;
    two.app.run("UPDATE sessions SET second_factor_at = 1 WHERE user_id = $1", [person.into()]).await;
    id
}

/// Writes a passkey.
async fn passkey_of(two: &Two, person: &str) -> String {
    let id = gatehouse::random::id();
    two.app
        .run(
            "INSERT INTO passkeys (id, user_id, name, credential_id, credential, counter, created_at)
             VALUES ($1, $2, 'Laptop', $1, '{}', 0, 0)",
            [id.clone().into(), person.into()],
        )
        .await;
    id
}

/// Writes a token of a project or a person.
fn token_of(organization: &str, id: &str, whose: &str, owner: &str) -> String {
    format!(
        "INSERT INTO tokens (id, organization_id, {whose}, name, prefix, hash, scopes, created_at, created_by,
            created_by_name, expires_at)
         VALUES ('{id}', '{organization}', '{owner}', 'T', 'gh_', '{id}', '', 0, '', '', 9000000000000)"
    )
}
