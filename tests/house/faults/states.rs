//! SQLite while its disk is full or read-only, or its file is gone: what can be read is read, what can't be saved is
//! refused in words, and all is well again by itself (rules P1, P6).

use std::path::{Path, PathBuf};

use serde_json::json;

use super::disk::{FULL, Fault, READ_ONLY};
use super::server::Server;
use super::team::{Step, Team, Visit, in_short, is_done};
use crate::web::support::{Answer, Form, Visitor, field, form};

const CANARY: &str = "sk-disk-CANARY-0000-a1b2";

/// A 503 that may be tried again and says that nothing was saved.
fn is_refused_for_now(answer: &Answer) -> bool {
    answer.status == 503
        && answer.header("retry-after").parse::<u32>().is_ok()
        && (answer.body.contains("\"code\":\"unavailable\"") || answer.says("Nothing was saved"))
}

async fn team_with_server() -> Option<(Team, Server)> {
    let team = Team::assemble().await;
    let mut server = team.server()?;
    server.start().await;
    Some((team, server))
}

fn file(server: &Server) -> PathBuf {
    Path::new(server.database_url().trim_start_matches("sqlite://")).to_owned()
}

/// What readiness says of the database.
async fn readiness(visitor: &Visitor) -> (u16, String) {
    let answer = visitor.get("/readyz").await;
    let line = answer.body.lines().find(|line| line.starts_with("database:")).unwrap_or_default();
    (answer.status, line.to_lowercase())
}

async fn pages_are_read(visit: &Visit<'_>) {
    for path in ["/settings", "/settings/admin", "/settings/admin/users", "/settings/admin/audit", "/api/me"]
    {
        let answer = visit.ada.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", in_short(&answer));
    }
}

/// A form that could not be saved comes back with what was typed, and is sent once more when it can be.
async fn a_form_comes_back(ada: &Visitor, path: &str, fields: &[(&str, &str)]) -> Form {
    let answer = ada.post(path, fields).await;
    assert!(is_refused_for_now(&answer), "{path}: {}", in_short(&answer));
    assert!(!answer.body.contains("CANARY"), "no secret comes back: {}", answer.body);
    let again = form(&answer.body, path).unwrap_or_else(|| panic!("no form to {path}: {}", answer.body));
    for (name, typed) in fields.iter().filter(|(name, _)| *name != "key") {
        let sent =
            again.fields.iter().find(|(sent, _)| sent == name).map(|(_, value)| value.replace('\r', ""));
        assert_eq!(sent.as_deref(), Some(*typed), "{path}: {name}");
    }
    again
}

async fn is_warned(ada: &Visitor) -> bool {
    let page = ada.get("/settings/admin/users").await;
    let alerts = page.body.split("role=\"alert\"").skip(1);
    alerts.into_iter().any(|alert| {
        let words: String = alert.chars().take(600).collect();
        words.contains("can’t be saved")
    })
}

/// Reads go on, changes are refused in words, and it heals; `why` is what readiness says.
async fn lasts_and_passes(fault: Fault, why: &str) {
    let Some((team, server)) = team_with_server().await else { return };
    let visit = Visit::begin(&team, &server).await;
    let ada = &visit.ada;
    assert_eq!(readiness(ada).await.0, 200);
    assert!(!is_warned(ada).await);

    server.disk().fails(fault);
    for step in [Step::SetKey("groq", "aaaa"), Step::Demote("ben@acme.test"), Step::Invite("one@other.test")]
    {
        let answer = visit.ask(step).await;
        assert!(is_refused_for_now(&answer), "{step:?}: {}", in_short(&answer));
    }
    pages_are_read(&visit).await;
    let (status, line) = readiness(ada).await;
    assert!(status == 503 && line.contains(why), "{status} {line}");
    server.until("a banner", async || is_warned(ada).await).await;
    let page = team.visitor("ben@acme.test", &server).get("/settings/admin").await;
    assert_eq!(page.status, 200, "who was not demoted still reads");

    let version = field(&ada.get("/settings/admin").await.body, "version");
    let name = [("name", "Tom & \"Jerry's\" <team>"), ("version", version.as_str())];
    let renaming = a_form_comes_back(ada, "/settings/admin", &name).await;
    let addresses = [("addresses", "two@other.test\nthree@other.test"), ("role", "admin")];
    let inviting = a_form_comes_back(ada, "/settings/admin/invites", &addresses).await;
    let key = [("provider", "mistral"), ("key", CANARY)];
    a_form_comes_back(ada, "/settings/admin/llm-keys", &key).await;

    server.disk().is_well();
    let answer = visit.ask(Step::SetKey("groq", "bbbb")).await;
    assert!(is_done(&answer), "the next change is made: {}", in_short(&answer));
    server.until("readiness", async || readiness(ada).await.0 == 200).await;
    for form in [renaming, inviting] {
        let answer = ada.submit(&form).await;
        assert_eq!(answer.status, 303, "{}: {}", form.action, in_short(&answer));
    }
    server.until("an end of the banner", async || !is_warned(ada).await).await;
    assert!(ada.get("/settings/admin").await.says(name[0].1));
    for step in
        [Step::SetKey("groq", "bbbb"), Step::Invite("two@other.test"), Step::Invite("three@other.test")]
    {
        assert!(visit.shows(step).await, "{step:?}");
    }
    for step in [Step::Demote("ben@acme.test"), Step::Invite("one@other.test")] {
        assert!(!visit.shows(step).await, "{step:?} was refused");
    }
}

#[actix_web::test]
async fn while_the_disk_is_full_pages_are_read_and_what_was_typed_comes_back() {
    lasts_and_passes(FULL, "full").await;
}

#[actix_web::test]
async fn while_the_disk_is_read_only_pages_are_read_and_what_was_typed_comes_back() {
    lasts_and_passes(READ_ONLY, "read-only").await;
}

/// Starts on a disk that can't be written to, and goes on when it can be.
async fn starts_read_only(team: &Team, server: &mut Server) {
    server.disk().fails(READ_ONLY);
    server.start().await;
    let visitor = Visitor::new(&server.base);
    assert_eq!(visitor.get("/sign-in").await.status, 200);
    let visit = Visit::begin(team, server).await;
    pages_are_read(&visit).await;
    let answer = visit.ask(Step::SetKey("groq", "aaaa")).await;
    assert!(is_refused_for_now(&answer), "{}", in_short(&answer));
    let (status, line) = readiness(&visitor).await;
    assert!(status == 503 && line.contains("read-only"), "{status} {line}");
    server.disk().is_well();
    server.until("readiness", async || readiness(&visitor).await.0 == 200).await;
    let answer = visit.ask(Step::SetKey("groq", "bbbb")).await;
    assert!(is_done(&answer), "{}", in_short(&answer));
    server.restart().await;
    assert!(Visit::begin(team, server).await.shows(Step::SetKey("groq", "bbbb")).await);
}

#[actix_web::test]
async fn after_kill_9_a_start_on_a_read_only_disk_serves_what_can_be_read() {
    let Some((team, mut server)) = team_with_server().await else { return };
    server.kill();
    starts_read_only(&team, &mut server).await;
}

#[actix_web::test]
async fn after_a_clean_stop_a_start_on_a_read_only_disk_serves_what_can_be_read() {
    let Some((team, mut server)) = team_with_server().await else { return };
    server.terminate().await;
    starts_read_only(&team, &mut server).await;
}

/// No change is answered as done that would be in a file which no one finds again.
async fn is_noticed(visit: &Visit<'_>, server: &Server) {
    let answer = visit.ada.patch("/api/admin/settings", &json!({ "openSignUp": true })).await;
    assert!(is_refused_for_now(&answer), "{}", in_short(&answer));
    let words = ["deleted", "replaced", "gone", "missing", "moved", "taken away"];
    let says_why = async || {
        let (status, line) = readiness(&visit.ada).await;
        status == 503 && words.iter().any(|word| line.contains(word))
    };
    server.until("readiness's reason", says_why).await;
}

#[actix_web::test]
async fn a_database_file_that_is_deleted_under_the_server_is_noticed() {
    let Some((team, server)) = team_with_server().await else { return };
    let visit = Visit::begin(&team, &server).await;
    std::fs::remove_file(file(&server)).expect("deleted");
    is_noticed(&visit, &server).await;
    assert!(!file(&server).exists(), "no empty one is put in its place");
}

#[actix_web::test]
async fn a_database_file_that_is_replaced_under_the_server_is_noticed() {
    let Some((team, server)) = team_with_server().await else { return };
    let visit = Visit::begin(&team, &server).await;
    let copy = file(&server).with_extension("copy");
    std::fs::copy(file(&server), &copy).expect("copied");
    std::fs::rename(copy, file(&server)).expect("replaced");
    is_noticed(&visit, &server).await;
}
