//! The committed matrix of every route and every sort of person. A route without a line fails; so does a line
//! that no longer holds. `UPDATE_DOORS=1 cargo test doors` writes the file again, for a human to read the diff.

use std::fmt::Write;
use std::process::Command;

use gatehouse::role::Role;
use gatehouse::routes::table;
use gatehouse::tenancy::Tenancy;

use super::support::{Answer, TestApp, Visitor, on_both_databases};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/web/doors.txt");

const PEOPLE: [&str; 9] = [
    "nobody",
    "half signed in",
    "behind the wall",
    "through the wall",
    "no organization",
    "member",
    "admin",
    "owner",
    "owner elsewhere",
];

on_both_databases!(every_door_opens_for_whom_the_matrix_says);

async fn every_door_opens_for_whom_the_matrix_says(app: &TestApp) {
    let mut matrix = header();
    let project = app.texts("SELECT id FROM projects WHERE organization_id = 'default'").await.remove(0);
    let team = app.texts("SELECT id FROM teams WHERE organization_id = 'default'").await.remove(0);
    for route in table(Tenancy::Single) {
        let method = route.method.as_str();
        let who = serde_json::to_value(route.who).expect("a name");
        write!(matrix, "{method:<6} {:<52} {:<10}", route.path, who.as_str().expect("text"))
            .expect("written");
        for (n, person) in PEOPLE.into_iter().enumerate() {
            let visitor = as_person(app, person, &format!("{}{n}", matrix.len())).await;
            let provider = if route.path.contains("llm-keys") { "openai" } else { "idp" };
            let path = route.path.replace("{provider}", provider).replace("{token}", "none");
            let path = path.replace("{session}", &gatehouse::random::id()).replace("{identity}", "none");
            let path = path.replace("{invite}", &gatehouse::random::id());
            let path = path.replace("{user}", &gatehouse::random::id());
            let path = path.replace("{event}", "none").replace("{app}", "none");
            let path = path.replace("{passkey}", "none");
            let path = path.replace("{team}", at(&path, "default", &team));
            let path = path.replace("{project}", at(&path, "default", &project));
            let answer = ask(&visitor, method, &path).await;
            require_a_second_factor(app, None).await;
            write!(matrix, " {:<24}", what(&answer)).expect("written");
        }
        matrix = matrix.trim_end().to_owned() + "\n";
    }
    if std::env::var("UPDATE_DOORS").is_ok() {
        std::fs::write(FILE, &matrix).expect("written");
    }
    let committed = std::fs::read_to_string(FILE).expect("tests/web/doors.txt");
    for (now, then) in matrix.lines().zip(committed.lines()) {
        assert_eq!(now, then);
    }
    assert_eq!(matrix.lines().count(), committed.lines().count());
}

/// Pages name by slug, programs by id.
fn at<'a>(path: &str, slug: &'a str, id: &'a str) -> &'a str {
    if path.starts_with("/api/") { id } else { slug }
}

fn header() -> String {
    let mut header = format!("{:<6} {:<52} {:<10}", "", "", "who may");
    for person in PEOPLE {
        write!(header, " {person:<24}").expect("written");
    }
    header.trim_end().to_owned() + "\n"
}

async fn as_person(app: &TestApp, person: &str, unique: &str) -> Visitor {
    let email = format!("p{unique}@acme.test");
    match person {
        "nobody" => app.visitor(),
        "half signed in" => {
            let owner = app.person(&email, Role::Owner).await;
            add_app(app, &email).await;
            owner
        }
        "behind the wall" => {
            require_a_second_factor(app, Some(1)).await;
            app.person(&email, Role::Owner).await
        }
        "through the wall" => {
            require_a_second_factor(app, Some(1)).await;
            let owner = app.person(&email, Role::Owner).await;
            add_app(app, &email).await;
            let given = "UPDATE sessions SET second_factor_at = 1
                WHERE user_id = (SELECT id FROM users WHERE email = $1)";
            app.run(given, [email.into()]).await;
            owner
        }
        "no organization" => app.outsider(&email).await,
        "member" => app.person(&email, Role::Member).await,
        "admin" => app.person(&email, Role::Admin).await,
        "owner" => app.person(&email, Role::Owner).await,
        _ => app.foreign_owner(&email).await,
    }
}

/// From this moment on, or not any more.
async fn require_a_second_factor(app: &TestApp, from: Option<i64>) {
    app.run("UPDATE organizations SET second_factor_from = $1 WHERE id = 'default'", [from.into()]).await;
}

async fn add_app(app: &TestApp, email: &str) {
    app.run(
        "INSERT INTO authenticator_apps (id, user_id, name, sealed_secret, created_at, confirmed_at)
         SELECT id, id, 'Phone', '', 0, 0 FROM users WHERE email = $1",
        [email.into()],
    )
    .await;
}

/// Asks with an empty body: anyone who may come in is told what is missing, the others that they may not.
async fn ask(visitor: &Visitor, method: &str, path: &str) -> Answer {
    match method {
        "POST" => visitor.post(path, &[]).await,
        "DELETE" => visitor.delete(path).await,
        "PUT" => visitor.put(path, &serde_json::json!({})).await,
        "PATCH" => visitor.patch(path, &serde_json::json!({})).await,
        _ => visitor.get(path).await,
    }
}

/// The status, and where to.
fn what(answer: &Answer) -> String {
    let location = answer.location().split('?').next().unwrap_or_default();
    // What has just been made is there under an id of its own.
    let location =
        location.strip_prefix("/settings/security/apps/").map_or(location, |_| "/settings/security/apps/…");
    let location = if location.starts_with("http") { "the provider" } else { location };
    format!("{} {location}", answer.status).trim_end().to_owned()
}

#[test]
fn the_command_line_tells_the_same_routes_as_the_matrix() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_gatehouse")).args(["routes", "--json"]).output().expect("gatehouse");
    let routes: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let told: Vec<String> = routes.as_array().expect("a list").iter().map(line).collect();
    let committed = std::fs::read_to_string(FILE).expect("tests/web/doors.txt");
    let lines =
        committed.lines().skip(1).map(|line| line.split_whitespace().take(3).collect::<Vec<_>>().join(" "));
    assert_eq!(told, lines.collect::<Vec<_>>());
}

fn line(route: &serde_json::Value) -> String {
    let text = |name: &str| route[name].as_str().expect("text").to_owned();
    [text("method"), text("path"), text("who")].join(" ")
}
