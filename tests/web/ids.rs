//! Whatever stands where an id belongs, at every route: it is told of as what is not there, and changes nothing.

use gatehouse::routes::{Route, table};
use gatehouse::tenancy::Tenancy;
use serde_json::{Value, json};

use super::support::{Answer, Dice, TestApp, Visitor, on_both_databases};

/// What is no id, as an address spells it.
const NO_IDS: [&str; 14] = [
    "%00",
    "a%00b",
    "default%00",
    "%FF%FE",
    "%C3%28",
    "%F0%9F%94%91",
    "%27%20OR%201=1%20--",
    "%22%3E%3Cb%3E",
    "..%2F..%2Fetc",
    "%252e%252e",
    "a%0D%0Ab",
    "%20",
    "%E2%80%AEdefault",
    "%ED%A0%80",
];
/// What the queries of lists and pages are called.
const QUERIES: [&str; 21] = [
    "batch",
    "cursor",
    "newer",
    "q",
    "who",
    "target",
    "what",
    "from",
    "to",
    "return_to",
    "back",
    "role",
    "user",
    "email",
    "reason",
    "name",
    "slug",
    "state",
    "code",
    "status",
    "sort",
];
/// What the bodies of programs hold, as far as one is taken.
const BODIES: [&str; 7] = [
    "{}",
    r#"{"name":"Web"}"#,
    r#"{"role":"admin"}"#,
    r#"{"overlapHours":24}"#,
    r#"{"managerId":null}"#,
    r#"{"key":"sk-proj-CANARY-0123456789"}"#,
    r#"{"status":"deactivated"}"#,
];
/// Forms that are sent as such.
const FIELDS: [(&str, &str); 9] = [
    ("role", "member"),
    ("name", "Web"),
    ("email", "new@acme.test"),
    ("reason", "Ticket 7: no mail"),
    ("on", "true"),
    ("overlap", "24"),
    ("confirmed", "yes"),
    ("confirmation", "acme"),
    ("version", "1"),
];

/// What is there, by the names that routes have for it.
pub struct There {
    pub org: String,
    pub organization: String,
    pub project: String,
    pub team: String,
}

impl There {
    /// Pages name projects and teams by their slugs, programs by their ids.
    fn at(&self, route: &Route, parameter: &str) -> String {
        let is_api = route.path.starts_with("/api/");
        match parameter {
            "org" => self.org.clone(),
            "organization" => self.organization.clone(),
            "project" | "team" if !is_api => "default".to_owned(),
            "project" => self.project.clone(),
            "team" => self.team.clone(),
            "provider" if route.path.contains("llm-keys") => "openai".to_owned(),
            "provider" => "idp".to_owned(),
            _ => gatehouse::random::id(),
        }
    }
}

fn parameters(route: &Route) -> Vec<String> {
    let names = route.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.filter(|name| *name != "page:.*").map(str::to_owned).collect()
}

/// What is no id: one of the known, any bytes, or far too long.
fn no_id(dice: &mut Dice) -> String {
    match dice.roll(4) {
        0 => "x".repeat(65 + dice.roll(10_000)),
        1 => {
            let bytes: Vec<String> =
                (0..3 + dice.roll(20)).map(|_| format!("%{:02X}", dice.roll(256))).collect();
            bytes.concat() + "%01"
        }
        _ => dice.one_of(&NO_IDS).to_owned(),
    }
}

/// Every row that someone could have changed.
async fn everything(app: &TestApp) -> Vec<i64> {
    let mut counts = app.footprint().await;
    for table in [
        "invites",
        "invite_batches",
        "projects",
        "project_members",
        "teams",
        "team_members",
        "tokens",
        "llm_keys",
    ] {
        counts.push(app.rows_in(table).await);
    }
    counts.push(app.count("SELECT count(*) FROM events WHERE outcome = 'done'").await);
    counts
}

async fn ask(visitor: &Visitor, route: &Route, path: &str, dice: &mut Dice) -> Answer {
    let body: Value = serde_json::from_str(dice.one_of(&BODIES)).expect("JSON");
    match route.method.as_str() {
        "POST" if path.starts_with("/api/") => visitor.post_json(path, &body).await,
        "POST" => visitor.post(path, &FIELDS).await,
        "PUT" => visitor.put(path, &body).await,
        "PATCH" => visitor.patch(path, &body).await,
        "DELETE" => visitor.delete(path).await,
        _ => visitor.get(path).await,
    }
}

/// Asks every route with what is no id in the place of each id.
pub async fn ask_by_what_is_no_id(app: &TestApp, visitor: &Visitor, tenancy: Tenancy, there: &There) {
    let mut dice = Dice::seeded();
    let (before, mut asked) = (everything(app).await, 0);
    for route in table(tenancy) {
        for parameter in parameters(&route) {
            for wrong in ["%00".to_owned(), no_id(&mut dice), no_id(&mut dice)] {
                let path = parameters(&route).into_iter().fold(route.path.clone(), |path, name| {
                    let id = if name == parameter { wrong.clone() } else { there.at(&route, &name) };
                    path.replace(&format!("{{{name}}}"), &id)
                });
                let answer = ask(visitor, &route, &path, &mut dice).await;
                let what = format!(
                    "{} {} by {parameter} {:.80} SEED={}",
                    route.method, route.path, wrong, dice.seed
                );
                // Anyone who is not signed in is asked to do that first.
                let is_refused =
                    (400..500).contains(&answer.status) || answer.location().starts_with("/sign-in");
                assert!(is_refused, "{what}: {} {}", answer.status, answer.body);
                asked += 1;
            }
        }
    }
    assert!(asked > 150, "{asked}");
    assert_eq!(everything(app).await, before, "SEED={}", dice.seed);
}

/// Asks every page and list with what is no id in its query.
pub async fn ask_with_strange_queries(visitor: &Visitor, tenancy: Tenancy, there: &There) {
    let mut dice = Dice::seeded();
    for route in table(tenancy).into_iter().filter(|route| route.method == "GET") {
        let path = parameters(&route).into_iter().fold(route.path.clone(), |path, name| {
            path.replace(&format!("{{{name}}}"), &there.at(&route, &name))
        });
        let path = path.replace("{page:.*}", "users");
        for name in QUERIES {
            let wrong = if dice.roll(2) == 0 { "a%00".to_owned() } else { no_id(&mut dice) };
            let answer = visitor.get(&format!("{path}?{name}={wrong}")).await;
            assert!(answer.status < 500, "{path}?{name}={wrong:.80}: {} SEED={}", answer.status, dice.seed);
        }
    }
}

async fn there(app: &TestApp) -> There {
    let only = async |table: &str| {
        app.texts(&format!("SELECT id FROM {table} WHERE organization_id = 'default'")).await.remove(0)
    };
    There {
        org: "default".to_owned(),
        organization: "default".to_owned(),
        project: only("projects").await,
        team: only("teams").await,
    }
}

on_both_databases!(
    what_is_not_an_id_is_not_there_whatever_route_it_stands_in,
    no_query_is_too_strange_for_an_answer,
    what_is_not_an_id_in_a_form_is_refused_and_changes_nothing,
    what_is_not_an_id_in_a_document_is_refused_and_changes_nothing
);

async fn what_is_not_an_id_is_not_there_whatever_route_it_stands_in(app: &TestApp) {
    let (ada, there) = (app.owner().await, there(app).await);
    ask_by_what_is_no_id(app, &ada, Tenancy::Single, &there).await;
    ask_by_what_is_no_id(app, &app.visitor(), Tenancy::Single, &there).await;
}

async fn no_query_is_too_strange_for_an_answer(app: &TestApp) {
    let (ada, there) = (app.owner().await, there(app).await);
    ask_with_strange_queries(&ada, Tenancy::Single, &there).await;
}

async fn what_is_not_an_id_in_a_form_is_refused_and_changes_nothing(app: &TestApp) {
    let ada = app.owner().await;
    let before = everything(app).await;
    let long = "x".repeat(65);
    for wrong in ["a\0", "\0", "' OR 1=1 --", "..", "\u{202e}", "ä", "a/b", &long] {
        for (path, field, rest) in [
            ("/settings/admin/invites", "batch", [("addresses", "new@acme.test"), ("role", "member")]),
            ("/settings/admin/invites", "team", [("addresses", "new@acme.test"), ("role", "member")]),
            ("/settings/admin/invites", "project", [("addresses", "new@acme.test"), ("role", "member")]),
            ("/settings/admin/users/bulk", "user", [("deed", "deactivate"), ("confirmed", "yes")]),
            ("/settings/admin/users/bulk", "user", [("deed", "admin"), ("back", "")]),
            ("/settings/admin/projects", "team", [("name", "Web"), ("x", "")]),
            ("/settings/tokens", "in", [("name", "deploy"), ("x", "")]),
        ] {
            let answer = ada.post(path, &[&rest[..], &[(field, wrong)]].concat()).await;
            assert!([400, 404, 422].contains(&answer.status), "{path} {field}={wrong:?}: {}", answer.status);
        }
    }
    assert_eq!(everything(app).await, before);
}

async fn what_is_not_an_id_in_a_document_is_refused_and_changes_nothing(app: &TestApp) {
    let (ada, there) = (app.owner().await, there(app).await);
    let before = everything(app).await;
    for wrong in ["a\0", "\0", "' OR 1=1 --", "..", "\u{202e}", "ä", &"x".repeat(10_000)] {
        for (path, body) in [
            ("/api/projects", json!({ "name": "Web", "teamId": wrong })),
            ("/api/projects", json!({ "name": "Web", "workspaceId": wrong })),
            ("/api/admin/invites", json!({ "email": "new@acme.test", "teamId": wrong })),
            ("/api/admin/invites", json!({ "email": "new@acme.test", "projectId": wrong })),
            ("/api/me/tokens", json!({ "name": "deploy", "organizationId": wrong })),
        ] {
            assert_eq!(ada.post_json(path, &body).await.status, 422, "{path} {body:.200}");
        }
        let team = format!("/api/teams/{}", there.team);
        let manager = json!({ "managerId": wrong });
        assert_eq!(ada.put(&format!("{team}/manager"), &manager).await.status, 422);
        assert_eq!(ada.patch(&team, &manager).await.status, 422);
    }
    assert_eq!(everything(app).await, before);
}
