//! What someone may, decided by what holds when it is done (rules 1.5, 1.6, P3, P5): a change reads inside itself what it
//! decides by, and only owners who can come in count.

use std::time::Duration;

use futures_util::future::{join, join3};
use gatehouse::address::EmailAddress;
use gatehouse::name::Name;
use gatehouse::organization::bootstrap::{Bootstrapped, bootstrap};
use gatehouse::role::Role;
use reqwest::Method;
use serde_json::json;

use super::support::{Answer, Database, Identity, Provider, TestApp, Visitor, on_both_databases};

const USERS: &str = "/settings/admin/users";
const ACCESS: &str = "/settings/admin/access";

async fn houses() -> Vec<(TestApp, Provider)> {
    let mut houses = Vec::new();
    for database in Database::each().await {
        let okta = Provider::start().await;
        houses.push((TestApp::with_okta(database, &okta).await, okta));
    }
    houses
}

async fn role_of(app: &TestApp, email: &str) -> Option<String> {
    app.texts(&format!("SELECT role FROM memberships WHERE email = '{email}'")).await.pop()
}

async fn pause(milliseconds: u64) {
    actix_web::rt::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// Invites an address and gives the link's path.
async fn invite(admin: &Visitor, email: &str, role: &str) -> String {
    let answer = admin.post_json("/api/admin/invites", &json!({ "email": email, "role": role })).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    admin.link_for(email).await
}

async fn sign_in(app: &TestApp, email: &str) -> Visitor {
    let person = app.visitor();
    let answer = person.sign_in(&app.provider, &Identity::new(email, email)).await;
    assert_eq!(answer.status, 303, "{email}: {}", answer.body);
    person
}

async fn accept(person: &Visitor, link: &str) -> Answer {
    person.post(&format!("{link}/acceptance"), &[]).await
}

async fn awaited(app: &TestApp) -> i64 {
    app.count("SELECT count(*) FROM organizations WHERE awaited_owner IS NOT NULL").await
}

/// What `bootstrap` does in the shell.
async fn named_as_owner(app: &TestApp, email: &str) -> Bootstrapped {
    let name = Name::parse("My Organization").expect("a name");
    let email = EmailAddress::parse(email).expect("an address");
    bootstrap(&app.shell().await, &name, &email).await.expect("bootstrapped")
}

async fn switch_off(app: &TestApp, provider: &str) {
    let sql = "INSERT INTO switched_off_providers (organization_id, provider, at) VALUES ('default', $1, 0)";
    app.run(sql, [provider.into()]).await;
}

on_both_databases!(
    an_owner_who_joins_goes_and_deletes_their_account_at_once_leaves_another,
    a_person_who_is_deactivated_or_deleted_while_waiting_joins_nothing_and_gets_no_error_of_ours,
    someone_in_no_organization_is_refused_with_an_event,
    an_operators_list_comes_before_an_invite,
    an_invite_that_is_accepted_fulfils_the_operators_word,
    the_word_of_an_operator_holds_until_it_is_fulfilled,
    the_lists_of_the_installation_bind_sessions_that_exist
);

async fn an_owner_who_joins_goes_and_deletes_their_account_at_once_leaves_another(app: &TestApp) {
    for round in 0..3 {
        let email = format!("pat{round}@other.test");
        let ada = app.visitor();
        assert_eq!(ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await.status, 303);
        let link = invite(&ada, &email, "owner").await;
        let pat = sign_in(app, &email).await;
        let holder = app.hold().await;
        let acceptance = accept(&pat, &link);
        let departure = async {
            pause(100).await;
            ada.post("/settings/departure", &[]).await
        };
        let deletion = async {
            pause(200).await;
            pat.post("/settings/deletion", &[("email", &email)]).await
        };
        let release = async {
            pause(500).await;
            holder.commit().await;
        };
        let (answers, ()) = join(join3(acceptance, departure, deletion), release).await;
        let statuses = [answers.0.status, answers.1.status, answers.2.status];
        let owners = app.count("SELECT count(*) FROM memberships WHERE role = 'owner'").await;
        assert!(owners >= 1, "round {round}: {statuses:?}");
        assert!(statuses.iter().all(|status| [303, 409].contains(status)), "round {round}: {statuses:?}");
        app.run("DELETE FROM memberships", []).await;
        app.run("DELETE FROM users WHERE email <> 'ada@acme.test'", []).await;
        app.run(
            "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
                       SELECT 'default', id, 'owner', name, email, 0, 0 FROM users",
            [],
        )
        .await;
    }
}

async fn a_person_who_is_deactivated_or_deleted_while_waiting_joins_nothing_and_gets_no_error_of_ours(
    app: &TestApp,
) {
    let ada = app.owner().await;
    for (email, end) in [
        (
            "deactivated@other.test",
            "UPDATE users SET status = 'deactivated' WHERE email = 'deactivated@other.test'",
        ),
        ("deleted@other.test", "DELETE FROM users WHERE email = 'deleted@other.test'"),
    ] {
        let link = invite(&ada, email, "admin").await;
        let person = sign_in(app, email).await;
        let holder = app.hold().await;
        let ends = async {
            pause(200).await;
            holder.run(end).await;
            holder.commit().await;
        };
        let (answer, ()) = join(accept(&person, &link), ends).await;
        assert!(
            answer.status == 403 && answer.says("Your account isn’t active"),
            "{email}: {} {}",
            answer.status,
            answer.body
        );
        assert_eq!(app.count(&format!("SELECT count(*) FROM memberships WHERE email = '{email}'")).await, 0);
        assert_eq!(
            app.count(&format!("SELECT count(*) FROM invites WHERE email = '{email}' AND state = 'open'"))
                .await,
            1
        );
        let refused =
            format!("SELECT count(*) FROM events WHERE action = 'access.refused' AND actor = '{email}'");
        assert_eq!(app.count(&refused).await, 1, "{email}");
    }
}

async fn someone_in_no_organization_is_refused_with_an_event(app: &TestApp) {
    app.owner().await;
    let eve = app.outsider("eve@acme.test").await;
    assert_eq!(eve.get(USERS).await.status, 403);
    let refused = "SELECT count(*) FROM events WHERE action = 'access.refused' AND actor = 'eve@acme.test'";
    assert_eq!(app.count(refused).await, 1);
}

// 14: by signing in.
async fn an_operators_list_comes_before_an_invite(app: &TestApp) {
    let ada = app.owner().await;
    let link = invite(&ada, "sam@other.test", "member").await;
    assert_eq!(named_as_owner(app, "sam@other.test").await, Bootstrapped::WillBeOwner);
    let sam = sign_in(app, "sam@other.test").await;
    assert_eq!(role_of(app, "sam@other.test").await.as_deref(), Some("owner"));
    assert_eq!(awaited(app).await, 0, "the word is fulfilled");
    assert_eq!(accept(&sam, &link).await.status, 303);
    assert_eq!(role_of(app, "sam@other.test").await.as_deref(), Some("owner"), "an invite lowers nobody");
}

// 14: by accepting.
async fn an_invite_that_is_accepted_fulfils_the_operators_word(app: &TestApp) {
    let ada = app.owner().await;
    let link = invite(&ada, "sam@other.test", "member").await;
    let sam = sign_in(app, "sam@other.test").await;
    app.run("UPDATE organizations SET awaited_owner = 'sam@other.test'", []).await;
    assert_eq!(accept(&sam, &link).await.status, 303);
    assert_eq!(sam.get("/api/me").await.json()["role"], "owner");
    assert_eq!(awaited(app).await, 0);
    let link = invite(&ada, "kim@other.test", "member").await;
    let kim = sign_in(app, "kim@other.test").await;
    assert_eq!(named_as_owner(app, "kim@other.test").await, Bootstrapped::IsOwner, "they have been here");
    assert_eq!(accept(&kim, &link).await.status, 303);
    assert_eq!(kim.get("/api/me").await.json()["role"], "owner");
}

async fn the_word_of_an_operator_holds_until_it_is_fulfilled(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(named_as_owner(app, "sam@other.test").await, Bootstrapped::WillBeOwner);
    let link = invite(&ada, "kim@other.test", "member").await;
    let kim = sign_in(app, "kim@other.test").await;
    assert_eq!(accept(&kim, &link).await.status, 303);
    assert_eq!((role_of(app, "kim@other.test").await.as_deref(), awaited(app).await), (Some("member"), 1));
    let unproven = Identity::new("sam@other.test", "Sam").with(json!({ "email_verified": false }));
    assert_eq!(app.visitor().sign_in(&app.provider, &unproven).await.status, 403);
    assert_eq!(awaited(app).await, 1, "nobody has come");
}

// 16
async fn the_lists_of_the_installation_bind_sessions_that_exist(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let (strict, handle) = app.second_instance_with(&[("BLOCKED_EMAILS", "ben@acme.test")]).await;
    assert_eq!((ben.get(USERS).await.status, ada.at(&strict).get(USERS).await.status), (200, 200));
    let there = ben.at(&strict);
    assert_eq!((there.get(USERS).await.status, there.get("/api/me").await.status), (302, 401));
    assert_eq!(there.post("/settings/departure", &[]).await.status, 302);
    assert_eq!(role_of(app, "ben@acme.test").await.as_deref(), Some("admin"));
    assert_eq!(there.get("/sign-in").await.status, 200, "not a loop");
    handle.stop(false).await;
    let (narrow, handle) = app.second_instance_with(&[("ALLOWED_DOMAINS", "other.test")]).await;
    assert!(!ada.at(&narrow).is_signed_in().await && ada.is_signed_in().await);
    handle.stop(false).await;
}

// 12: a new way in.
#[actix_web::test]
async fn a_person_who_is_deactivated_while_waiting_connects_no_other_account() {
    for (app, okta) in houses().await {
        app.owner().await;
        let ben = app.person("ben@acme.test", Role::Member).await;
        let begun = ben.post("/settings/identities", &[("provider", "okta")]).await;
        let authorization = begun.location().parse().expect("an address");
        let back = ben.way_back_from(
            "okta",
            &authorization,
            &okta.grant(&Identity::new("ben@acme.test", "Ben"), &authorization),
        );
        let holder = app.hold().await;
        let ends = async {
            // The provider is asked first, which takes a moment.
            pause(700).await;
            let sql = "UPDATE users SET status = 'deactivated' WHERE email = 'ben@acme.test'";
            holder.run(sql).await;
            holder.commit().await;
        };
        let (answer, ()) = join(ben.get(&back), ends).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
        assert_eq!(app.count("SELECT count(*) FROM identities WHERE provider = 'okta'").await, 0);
        app.close().await;
    }
}

/// Every way by which an organization could lose Ada, its only owner who can come in; `ben` is an owner who can't.
async fn tries_everything(app: &TestApp, ada: &Visitor, ben: Option<&Visitor>) -> Vec<(&'static str, u16)> {
    let hers = app.id_of("ada@acme.test").await;
    let path = format!("/api/admin/users/{hers}");
    let mut tried = vec![
        ("steps down", ada.patch(&path, &json!({ "role": "member" })).await.status),
        ("deactivates herself", ada.patch(&path, &json!({ "status": "deactivated" })).await.status),
        ("removes herself", ada.delete(&path).await.status),
        ("leaves", ada.post("/settings/departure", &[]).await.status),
        ("deletes", ada.post("/settings/deletion", &[("email", "ada@acme.test")]).await.status),
        ("switches off", ada.post(&format!("{ACCESS}/methods/idp"), &[("on", "false")]).await.status),
    ];
    if let Some(ben) = ben {
        let bulk = |deed| {
            let form = [("deed", deed), ("user", hers.clone()), ("confirmed", "1".to_owned())];
            async move {
                let form: Vec<(&str, &str)> =
                    form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                ben.post(&format!("{USERS}/bulk"), &form).await.status
            }
        };
        tried.extend([
            ("is demoted", ben.patch(&path, &json!({ "role": "admin" })).await.status),
            ("is deactivated", ben.patch(&path, &json!({ "status": "deactivated" })).await.status),
            ("is removed", ben.delete(&path).await.status),
            ("is demoted with others", bulk("member".to_owned()).await),
            ("is deactivated with others", bulk("deactivate".to_owned()).await),
        ]);
    }
    tried
}

// 13: the only method of the other owner is switched off.
#[actix_web::test]
async fn an_owner_whose_only_method_is_switched_off_does_not_count() {
    for (app, _okta) in houses().await {
        let ada = app.owner().await;
        let ben = app.person("ben@acme.test", Role::Owner).await;
        app.run("UPDATE identities SET provider = 'okta' WHERE email = 'ben@acme.test'", []).await;
        switch_off(&app, "okta").await;
        for (what, status) in tries_everything(&app, &ada, Some(&ben)).await {
            assert_eq!(status, 409, "Ada {what}");
        }
        assert!(ada.get("/settings").await.says("You’re the only owner."));
        assert_eq!(
            ben.post("/settings/departure", &[]).await.status,
            303,
            "who does not count is not missed"
        );
        app.close().await;
    }
}

// 13: the installation's lists leave the other owner out, or their provider is not configured any more.
#[actix_web::test]
async fn an_owner_whom_the_installation_keeps_out_does_not_count() {
    for database in Database::each().await {
        let app = TestApp::open_with(database, &[("BLOCKED_DOMAINS", "evil.test")]).await;
        let ada = app.owner().await;
        for sabotage in [
            "UPDATE users SET email = 'ben@evil.test' WHERE name = 'Ben'",
            "UPDATE identities SET email = 'ben@evil.test' WHERE subject = 'ben@acme.test'",
            "UPDATE identities SET provider = 'github' WHERE subject = 'ben@acme.test'",
            "DELETE FROM identities WHERE subject = 'ben@acme.test'",
        ] {
            app.enroll("ben@acme.test", "default", Role::Owner).await;
            app.run(sabotage, []).await;
            for (what, status) in tries_everything(&app, &ada, None).await {
                assert_eq!(status, 409, "Ada {what} after {sabotage}");
            }
            app.run("DELETE FROM users WHERE name = 'Ben'", []).await;
        }
        app.close().await;
    }
}

// 13: access rules that end the access of the only owner who can sign in.
#[actix_web::test]
async fn rules_never_end_the_access_of_the_last_owner_who_can_come_in() {
    for (app, _okta) in houses().await {
        app.owner().await;
        let ben = app.person("ben@other.test", Role::Owner).await;
        app.run("UPDATE identities SET provider = 'okta' WHERE email = 'ben@other.test'", []).await;
        switch_off(&app, "okta").await;
        let version = app.count("SELECT version FROM org_settings").await.to_string();
        let mut form =
            vec![("version", version.as_str()), ("domains.0.name", "other.test"), ("domain_gating", "true")];
        form.push(("preview", "1"));
        let digest = super::support::field(&ben.post(ACCESS, &form).await.body, "digest");
        form.pop();
        form.extend([("digest", digest.as_str()), ("apply", "now")]);
        let answer = ben.post(ACCESS, &form).await;
        assert!(answer.status == 409 && answer.says("An organization needs an owner"), "{}", answer.body);
        assert_eq!(app.count("SELECT count(*) FROM memberships WHERE locked_out_at IS NOT NULL").await, 0);
        assert_eq!(
            app.count("SELECT version FROM org_settings").await.to_string(),
            version,
            "nothing is saved"
        );
        let refused =
            "SELECT count(*) FROM events WHERE action = 'access.rules_changed' AND outcome = 'refused'";
        assert_eq!(app.count(refused).await, 1);
        app.close().await;
    }
}

on_both_databases!(an_admin_who_is_deactivated_or_locked_out_while_waiting_changes_nothing);

// 16: what was known when the request came may not hold any more when its turn comes.
async fn an_admin_who_is_deactivated_or_locked_out_while_waiting_changes_nothing(app: &TestApp) {
    app.owner().await;
    app.enroll("sam@acme.test", "default", Role::Member).await;
    let sam = app.id_of("sam@acme.test").await;
    for (n, sql) in [
        "UPDATE users SET status = 'deactivated' WHERE email = '{}'",
        "UPDATE memberships SET locked_out_at = 1 WHERE email = '{}'",
        "UPDATE memberships SET suspended_at = 1 WHERE email = '{}'",
        "UPDATE memberships SET role = 'member' WHERE email = '{}'",
        "DELETE FROM memberships WHERE email = '{}'",
    ]
    .into_iter()
    .enumerate()
    {
        for which in 0..3 {
            let email = format!("ben{n}{which}@acme.test");
            let ben = app.person(&email, Role::Admin).await;
            let before = state(app).await;
            let holder = app.hold().await;
            let user = format!("/api/admin/users/{sam}");
            let asks = async {
                match which {
                    0 => ben.post("/settings/admin", &[("name", "Taken"), ("version", "1")]).await.status,
                    1 => ben.patch(&user, &json!({ "role": "admin" })).await.status,
                    _ => {
                        ben.post_json("/api/admin/invites", &json!({ "email": "new@acme.test" })).await.status
                    }
                }
            };
            let ends = async {
                actix_web::rt::time::sleep(Duration::from_millis(300)).await;
                holder.run(&sql.replace("{}", &email)).await;
                holder.commit().await;
            };
            let (status, ()) = join(asks, ends).await;
            assert_eq!(status, 403, "{sql}: {which}");
            assert_eq!(state(app).await, before, "{sql}: {which}");
        }
    }
}

/// What an admin could have changed.
async fn state(app: &TestApp) -> Vec<String> {
    let mut state = app.texts("SELECT name || ' ' || version FROM organizations").await;
    state.extend(app.texts("SELECT role FROM memberships WHERE email = 'sam@acme.test'").await);
    state.extend(app.texts("SELECT email FROM invites").await);
    state
}

/// Someone downloads a long file; in the middle `sql` ends their authority. Gives how much of it came.
async fn downloads(app: &TestApp, admin: &Visitor, path: &str, sql: &str) -> usize {
    let mut response = admin.request(Method::GET, path).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let mut size = response.chunk().await.expect("a part").expect("a first part").len();
    app.run(sql, []).await;
    while let Ok(Some(part)) = response.chunk().await {
        size += part.len();
    }
    size
}

/// More than what lies between a server and a reader who does not read.
const LONG: usize = 40_000_000;

on_both_databases!(a_long_file_ends_when_its_reader_loses_the_right);

// 17
async fn a_long_file_ends_when_its_reader_loses_the_right(app: &TestApp) {
    let ada = app.owner().await;
    let padding = "x".repeat(2_000);
    app.run(
        "INSERT INTO events (id, organization_id, at, action, outcome, actor, target, address, user_agent, request_id)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             SELECT 'e' || i, 'default', i, 'session.ended', 'done', 'ada', 'ada', '', $1, '' FROM n",
        [padding.clone().into()],
    )
    .await;
    app.run(
        "INSERT INTO users (id, email, name, status, created_at)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             SELECT 'u' || i, 'u' || i || '@acme.test', 'U' || i || $1, 'active', 0 FROM n",
        [padding.into()],
    )
    .await;
    app.run(
        "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
             SELECT 'default', id, 'member', name, email, 0, 0 FROM users WHERE id LIKE 'u%' AND id NOT LIKE '%-%'",
        [],
    )
    .await;
    let files = ["/settings/admin/audit/export?format=jsonl", "/settings/admin/users/export?format=csv"];
    for path in files {
        assert!(
            downloads(app, &ada, path, "UPDATE org_settings SET version = version").await > LONG,
            "whole: {path}"
        );
        for (email, sql) in [
            ("demoted@acme.test", "UPDATE memberships SET role = 'member' WHERE email = 'demoted@acme.test'"),
            (
                "deactivated@acme.test",
                "UPDATE users SET status = 'deactivated' WHERE email = 'deactivated@acme.test'",
            ),
            (
                "ended@acme.test",
                "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = 'ended@acme.test')",
            ),
        ] {
            let admin = if role_of(app, email).await.is_some() {
                app.change_role(email, "admin").await;
                app.run("UPDATE users SET status = 'active' WHERE email = $1", [email.into()]).await;
                sign_in(app, email).await
            } else {
                app.person(email, Role::Admin).await
            };
            let got = downloads(app, &admin, path, sql).await;
            assert!(got < LONG / 2, "{email} got {got} bytes of {path}");
            let refused =
                format!("SELECT count(*) FROM events WHERE action = 'access.refused' AND actor = '{email}'");
            assert!(app.count(&refused).await >= 1, "{email}");
        }
    }
}
