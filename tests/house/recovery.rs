//! Recovery from the shell beside a running server: what an operator does holds on its next request (rules P5, 1.5;
//! threats G15, R02, S07, U09).

use std::process::{Command, Output};

use chrono::Duration;
use futures_util::future::join_all;
use gatehouse::role::Role;
use gatehouse::sign_in::link;
use reqwest::Method;
use tempfile::TempDir;

use super::commands::{Demo, complaint, folder, gatehouse, stop, wait_for};
use crate::web::support::{
    Answer, Database, Identity, MASTER_KEY, Smtp, TestApp, Visitor, borrowed, field, on_both_databases,
};

const IDENTITIES: &str = "SELECT user_id || ' ' || issuer || ' ' || subject FROM identities ORDER BY 1";
const ADMINS_ONLY: &str = "/settings/admin/access";

/// `gatehouse` with `arguments` in a shell on the house's machine.
fn command(house: &TestApp, folder: &TempDir, arguments: &[&str]) -> Command {
    let settings = [
        ("GATEHOUSE_PROVIDERS__IDP__KIND", "oidc"),
        ("GATEHOUSE_PROVIDERS__IDP__LABEL", "Acme SSO"),
        ("GATEHOUSE_PROVIDERS__IDP__ISSUER", house.provider.issuer.as_str()),
        ("GATEHOUSE_PROVIDERS__IDP__CLIENT_ID", "gatehouse"),
        ("GATEHOUSE_PROVIDERS__IDP__CLIENT_SECRET", "secret"),
        ("GATEHOUSE_MASTER_KEY", MASTER_KEY),
        ("GATEHOUSE_BASE_URL", house.base.as_str()),
        ("GATEHOUSE_LOG", "off"),
        ("USER", "ops"),
    ];
    let mut command = gatehouse(folder);
    command.args(arguments).envs(settings).env("GATEHOUSE_DATABASE_URL", house.database_url());
    command
}

fn run(house: &TestApp, arguments: &[&str]) -> Output {
    command(house, &folder(), arguments).output().expect("run")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command that must end well has said.
fn good(house: &TestApp, arguments: &[&str]) -> String {
    let output = run(house, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", said(&output), complaint(&output));
    said(&output)
}

/// What a command that must fail has complained about, in one line.
fn bad(house: &TestApp, arguments: &[&str]) -> String {
    let output = run(house, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}{}", said(&output), complaint(&output));
    assert_eq!(complaint(&output).lines().count(), 1, "{}", complaint(&output));
    complaint(&output)
}

/// What operators have done, in order.
async fn by_operators(house: &TestApp) -> Vec<String> {
    let sql = "SELECT action || ' ' || outcome || ' ' || target || ' by ' || actor FROM events
               WHERE actor LIKE 'operator%' ORDER BY number";
    house.texts(sql).await
}

async fn details(house: &TestApp, action: &str) -> serde_json::Value {
    let sql = format!("SELECT CAST(after AS TEXT) FROM events WHERE action = '{action}' ORDER BY number");
    let text = house.texts(&sql).await.pop().expect("an event");
    serde_json::from_str(&text).expect("JSON")
}

/// The path of a link that the shell prints for `email`.
fn link_for(house: &TestApp, email: &str) -> String {
    let text = good(house, &["user", "sign-in-link", email]);
    let path = text.trim_end().strip_prefix(&house.base).expect("a link on the base URL");
    assert!(path.starts_with("/sign-in-links/") && path.len() >= "/sign-in-links/".len() + 43, "{path}");
    path.to_owned()
}

async fn sessions(house: &TestApp) -> i64 {
    house.rows_in("sessions").await
}

fn by_address(person: &serde_json::Value) -> (String, String) {
    let text = |name: &str| person[name].as_str().expect("text").to_owned();
    (text("email"), text("status"))
}

/// Saves access rules by which only people at `domain` may join, and ends the access of the others.
async fn let_in_only(admin: &Visitor, domain: &str) -> Answer {
    let page = admin.get(ADMINS_ONLY).await;
    let version = field(&page.body, "version");
    let mut fields =
        vec![("version", version.as_str()), ("domains.0.name", domain), ("domain_gating", "true")];
    fields.push(("preview", "1"));
    let digest = field(&admin.post(ADMINS_ONLY, &fields).await.body, "digest");
    fields.pop();
    fields.extend([("digest", digest.as_str()), ("apply", "now")]);
    admin.post(ADMINS_ONLY, &fields).await
}

on_both_databases!(
    everyone_is_listed_by_address_with_role_status_and_last_seen,
    the_list_and_the_page_agree_on_who_can_come_in,
    a_long_list_is_whole_and_in_order,
    a_role_from_the_shell_gives_their_sessions_a_new_id,
    a_promotion_and_a_demotion_hold_on_the_next_request,
    a_demotion_lets_no_one_in_again,
    a_promotion_lets_in_again_and_makes_strangers_members,
    the_last_owner_who_can_come_in_stays_one,
    an_owner_who_can_t_sign_in_is_no_reason_to_remove_the_other,
    a_shell_that_can_t_tell_who_comes_in_lets_no_owner_go,
    a_person_who_is_deactivated_is_out_everywhere_at_once_until_reactivated,
    who_is_someone_new_to_a_provider_that_was_registered_again_is_relinked,
    someone_who_can_t_be_relinked_keeps_no_one_else_out,
    a_new_account_is_remembered_for_a_month_and_only_while_no_one_has_it,
    of_several_new_accounts_the_right_one_is_named_and_one_that_is_in_use_is_kept,
    an_address_that_no_one_has_is_said_so_and_changes_nothing,
    a_link_signs_in_once_and_looking_at_it_changes_nothing,
    of_several_links_for_a_person_only_the_newest_signs_in,
    a_link_ends_the_session_that_the_browser_had,
    of_fifty_who_use_a_link_at_once_one_is_signed_in,
    a_link_that_is_too_old_is_over_and_later_forgotten,
    a_person_who_guesses_links_waits_before_long,
    a_link_for_someone_who_is_not_let_in_is_refused_as_elsewhere,
    a_link_is_not_made_for_someone_whom_the_installation_leaves_out,
    a_person_who_is_locked_out_by_rules_reads_how_to_come_back_and_does,
    a_reset_switches_every_sign_in_method_on_again,
    everyone_can_be_signed_out_everywhere,
    the_organization_is_listed_and_no_other_can_be_made
);

async fn everyone_is_listed_by_address_with_role_status_and_last_seen(house: &TestApp) {
    house.owner().await;
    house.person("ben@acme.test", Role::Admin).await;
    house.enroll("cy@acme.test", "default", Role::Member).await;
    house.enroll("dee@acme.test", "default", Role::Member).await;
    house.outsider("eve@acme.test").await;
    house.deactivate("cy@acme.test").await;
    house.lock_out("dee@acme.test").await;
    let text = good(house, &["user", "list"]);
    let words: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0][..3], ["ada@acme.test", "owner", "active"]);
    assert!(words[0][3].ends_with('Z'), "in UTC: {text}");
    assert_eq!(words[1][..3], ["ben@acme.test", "admin", "active"]);
    assert_eq!(words[2], ["cy@acme.test", "member", "deactivated", "1970-01-01T00:00:00Z"]);
    assert_eq!(words[3][..4], ["dee@acme.test", "member", "locked", "out"]);
    assert_eq!(words[4], ["eve@acme.test", "-", "active", "-"]);
    let owners = good(house, &["user", "list", "--role", "owner"]);
    assert!(owners.lines().count() == 1 && owners.starts_with("ada@acme.test "), "{owners}");
    let lines = good(house, &["user", "list", "--json", "--role", "member"]);
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[1]["email"], "dee@acme.test");
    assert_eq!(lines[1]["status"], "locked_out");
    assert!(lines.len() == 2 && lines[1]["role"] == "member" && lines[1]["name"] == "Dee", "{lines:?}");
    assert_eq!(run(house, &["user", "list", "--role", "Owner"]).status.code(), Some(2));
}

async fn the_list_and_the_page_agree_on_who_can_come_in(house: &TestApp) {
    let ada = house.owner().await;
    for (email, status, locked_out) in [
        ("ben@acme.test", "active", false),
        ("cy@acme.test", "active", true),
        ("dee@acme.test", "deactivated", false),
        ("eve@acme.test", "deactivated", true),
    ] {
        house.enroll(email, "default", Role::Member).await;
        house.run("UPDATE users SET status = $2 WHERE email = $1", [email.into(), status.into()]).await;
        if locked_out {
            house.lock_out(email).await;
        }
    }
    let members = ada.get("/api/admin/users?role=member").await.json();
    let on_page: Vec<(String, String)> =
        members["items"].as_array().expect("items").iter().map(by_address).collect();
    let listed = good(house, &["user", "list", "--json", "--role", "member"]);
    let listed: Vec<(String, String)> =
        listed.lines().map(|line| by_address(&serde_json::from_str(line).expect("JSON"))).collect();
    assert_eq!(listed, on_page);
    let statuses: Vec<&str> = listed.iter().map(|(_, status)| status.as_str()).collect();
    assert_eq!(statuses, ["active", "locked_out", "deactivated", "deactivated"]);
}

async fn a_long_list_is_whole_and_in_order(house: &TestApp) {
    let rows: Vec<String> =
        (0..2500).map(|n| format!("('u{n}', 'p{n:04}@acme.test', 'P', 'active', 0)")).collect();
    let sql = format!("INSERT INTO users (id, email, name, status, created_at) VALUES {}", rows.join(", "));
    house.script(&sql).await;
    let text = good(house, &["user", "list"]);
    let listed: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    let all: Vec<String> = (0..2500).map(|n| format!("p{n:04}@acme.test")).collect();
    assert_eq!(listed, all);
}

// S01
async fn a_role_from_the_shell_gives_their_sessions_a_new_id(house: &TestApp) {
    house.owner().await;
    let ben = house.person("ben@acme.test", Role::Member).await;
    for act in ["promote", "demote"] {
        good(house, &["user", act, "ben@acme.test"]);
        let answer = ben.get("/api/me").await;
        assert!(answer.header("set-cookie").starts_with("session="), "{act}");
        let answer = ben.get("/api/me").await;
        assert!(answer.status == 200 && !answer.headers.contains_key("set-cookie"), "{act}");
    }
    let eve = house.outsider("eve@acme.test").await;
    assert_eq!(eve.get("/settings").await.status, 200);
    good(house, &["user", "promote", "eve@acme.test", "--role", "member"]);
    assert!(eve.get("/api/me").await.header("set-cookie").starts_with("session="), "a new member");
}

// P5, U09
async fn a_promotion_and_a_demotion_hold_on_the_next_request(house: &TestApp) {
    house.owner().await;
    let ben = house.person("ben@acme.test", Role::Member).await;
    assert_eq!(ben.get(ADMINS_ONLY).await.status, 403);
    assert_eq!(good(house, &["user", "promote", "Ben@acme.test"]), "ben@acme.test is now an owner.\n");
    assert_eq!(ben.get(ADMINS_ONLY).await.status, 200);
    assert!(good(house, &["user", "promote", "ben@acme.test"]).contains("Nothing changed."));
    let complaint = bad(house, &["user", "promote", "ben@acme.test", "--role", "admin"]);
    assert!(complaint.contains("ben@acme.test is owner, which is above admin."), "{complaint}");
    let said = good(house, &["user", "demote", "ben@acme.test", "--role", "admin"]);
    assert_eq!(said, "ben@acme.test is now an admin.\n");
    assert_eq!(ben.get("/api/me").await.json()["role"], "admin");
    assert_eq!(good(house, &["user", "demote", "ben@acme.test"]), "ben@acme.test is now a member.\n");
    assert_eq!(ben.get(ADMINS_ONLY).await.status, 403);
    assert_eq!(ben.get("/api/admin/users").await.status, 403);
    assert!(good(house, &["user", "demote", "ben@acme.test"]).contains("Nothing changed."));
    let complaint = bad(house, &["user", "demote", "ben@acme.test", "--role", "owner"]);
    assert!(complaint.contains("ben@acme.test is member, which is below owner."), "{complaint}");
    let event = "user.role_changed done ben@acme.test by operator (cli:ops)";
    assert_eq!(by_operators(house).await, [event; 3], "one for each change, none for what changed nothing");
    assert_eq!(details(house, "user.role_changed").await["role"], "member");
}

async fn a_demotion_lets_no_one_in_again(house: &TestApp) {
    house.owner().await;
    let ben = house.person("ben@acme.test", Role::Admin).await;
    house.lock_out("ben@acme.test").await;
    assert_eq!(good(house, &["user", "demote", "ben@acme.test"]), "ben@acme.test is now a member.\n");
    assert_eq!(ben.get("/settings/admin").await.status, 403);
    assert!(good(house, &["user", "list", "--role", "member"]).contains("locked out"));
}

async fn a_promotion_lets_in_again_and_makes_strangers_members(house: &TestApp) {
    house.owner().await;
    let ben = house.person("ben@acme.test", Role::Owner).await;
    house.lock_out("ben@acme.test").await;
    assert_eq!(ben.get(ADMINS_ONLY).await.status, 403);
    let said = good(house, &["user", "promote", "ben@acme.test"]);
    assert_eq!(said, "ben@acme.test is now an owner, and no longer refused by the access rules.\n");
    assert_eq!(ben.get(ADMINS_ONLY).await.status, 200);
    let eve = house.outsider("eve@acme.test").await;
    assert!(bad(house, &["user", "demote", "eve@acme.test"]).contains("isn't a member of the organization."));
    good(house, &["user", "promote", "eve@acme.test", "--role", "member"]);
    assert_eq!(eve.get("/api/me").await.json()["role"], "member");
}

// R02, rule 1.5
async fn the_last_owner_who_can_come_in_stays_one(house: &TestApp) {
    let ada = house.owner().await;
    let ben = house.person("ben@acme.test", Role::Owner).await;
    house.lock_out("ben@acme.test").await;
    let before = house.footprint().await;
    for act in ["demote", "deactivate"] {
        assert_eq!(
            bad(house, &["user", act, "ada@acme.test"]),
            "gatehouse: ada@acme.test is the only owner who can sign in. Promote someone else first.\n"
        );
    }
    assert_eq!(house.footprint().await, before);
    assert_eq!(ada.get("/api/me").await.json()["role"], "owner");
    let refused = |action| format!("{action} refused ada@acme.test by operator (cli:ops)");
    assert_eq!(by_operators(house).await, [refused("user.role_changed"), refused("user.deactivated")]);
    good(house, &["user", "promote", "ben@acme.test"]);
    good(house, &["user", "deactivate", "ada@acme.test"]);
    assert!(!ada.is_signed_in().await);
    assert_eq!(ben.get(ADMINS_ONLY).await.status, 200);
    assert!(bad(house, &["user", "demote", "ben@acme.test"]).contains("the only owner"));
}

// Rule 1.5
async fn an_owner_who_can_t_sign_in_is_no_reason_to_remove_the_other(house: &TestApp) {
    house.owner().await;
    house.enroll("ben@other.test", "default", Role::Owner).await;
    let folder = folder();
    let refused = |settings: &[(&str, &str)]| {
        let mut command = command(house, &folder, &["user", "deactivate", "ada@acme.test"]);
        let output = command.envs(settings.iter().copied()).output().expect("run");
        assert_eq!(output.status.code(), Some(1), "{settings:?}: {}", said(&output));
        complaint(&output)
    };
    assert!(
        refused(&[("GATEHOUSE_BLOCKED_DOMAINS", "other.test")]).contains("the only owner who can sign in")
    );
    assert!(
        refused(&[("GATEHOUSE_ALLOWED_DOMAINS", "acme.test")]).contains("the only owner who can sign in")
    );
    let off =
        "INSERT INTO switched_off_providers (organization_id, provider, at) VALUES ('default', 'okta', 0)";
    house.run(off, []).await;
    for provider in ["okta", "not-configured"] {
        house
            .run("UPDATE identities SET provider = $1 WHERE email = 'ben@other.test'", [provider.into()])
            .await;
        assert!(refused(&[]).contains("the only owner who can sign in"), "{provider}");
        assert!(good(house, &["org", "list"]).ends_with("2 members  1 owner\n"));
    }
    house.run("UPDATE identities SET provider = 'idp'", []).await;
    good(house, &["user", "deactivate", "ada@acme.test"]);
    assert!(good(house, &["org", "list"]).ends_with("1 owner\n"));
}

// P6
async fn a_shell_that_can_t_tell_who_comes_in_lets_no_owner_go(house: &TestApp) {
    house.owner().await;
    house.enroll("ben@acme.test", "default", Role::Owner).await;
    house.enroll("sam@acme.test", "default", Role::Member).await;
    let folder = folder();
    let bare = |arguments: &[&str]| {
        let mut command = gatehouse(&folder);
        command.args(arguments).env("GATEHOUSE_DATABASE_URL", house.database_url()).output().expect("run")
    };
    for act in ["demote", "deactivate"] {
        let output = bare(&["user", act, "ben@acme.test"]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(complaint(&output).contains("GATEHOUSE_PROVIDERS__<NAME>__KIND"), "{}", complaint(&output));
    }
    assert_eq!(
        bare(&["user", "deactivate", "sam@acme.test"]).status.code(),
        Some(0),
        "nobody is owner by them"
    );
}

// S07, P5
async fn a_person_who_is_deactivated_is_out_everywhere_at_once_until_reactivated(house: &TestApp) {
    house.owner().await;
    let ben = house.person("ben@acme.test", Role::Admin).await;
    let (second, handle) = house.second_instance().await;
    let said = good(house, &["user", "deactivate", "ben@acme.test"]);
    assert_eq!(said, "ben@acme.test can no longer sign in. 1 session ended.\n");
    for base in [&house.base, &second] {
        assert!(!ben.at(base).is_signed_in().await);
    }
    assert_eq!(details(house, "user.deactivated").await["sessionsEnded"], 1);
    let identity = Identity::new("ben@acme.test", "Ben");
    assert_eq!(house.visitor().sign_in(&house.provider, &identity).await.status, 403);
    assert!(good(house, &["user", "deactivate", "ben@acme.test"]).contains("Nothing changed."));
    assert!(bad(house, &["user", "promote", "ben@acme.test"]).contains("`gatehouse user reactivate"));
    assert!(bad(house, &["user", "sign-in-link", "ben@acme.test"]).contains("ben@acme.test is deactivated."));
    assert_eq!(good(house, &["user", "reactivate", "ben@acme.test"]), "ben@acme.test can sign in again.\n");
    assert!(good(house, &["user", "reactivate", "ben@acme.test"]).contains("Nothing changed."));
    assert!(!ben.is_signed_in().await, "sessions that ended stay over");
    assert_eq!(ben.sign_in(&house.provider, &identity).await.status, 303);
    let done = |action| format!("{action} done ben@acme.test by operator (cli:ops)");
    assert_eq!(by_operators(house).await, [done("user.deactivated"), done("user.reactivated")]);
    handle.stop(false).await;
}

async fn who_is_someone_new_to_a_provider_that_was_registered_again_is_relinked(house: &TestApp) {
    house.owner().await;
    house.person("ben@acme.test", Role::Member).await;
    let new =
        |email: &str, subject: &str| Identity::new(email, "N").with(serde_json::json!({ "sub": subject }));
    assert!(bad(house, &["user", "relink", "ada@acme.test"]).contains("Ask them to try to sign in"));
    let unverified = new("ada@acme.test", "thief").with(serde_json::json!({ "email_verified": false }));
    assert_eq!(house.visitor().sign_in(&house.provider, &unverified).await.status, 403);
    bad(house, &["user", "relink", "ada@acme.test", "--yes"]);

    for (email, subject) in [("ada@acme.test", "new-ada"), ("ben@acme.test", "new-ben")] {
        assert_eq!(house.visitor().sign_in(&house.provider, &new(email, subject)).await.status, 403);
    }
    let before = house.texts(IDENTITIES).await;
    let shown = good(house, &["user", "relink", "ada@acme.test"]);
    for part in
        ["ada@acme.test at idp", "as ada@acme.test", "as new-ada", "Nothing changed.", "link 1 person"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("ben"), "{shown}");
    assert_eq!(house.texts(IDENTITIES).await, before);
    bad(house, &["user", "relink", "ada@acme.test", "--provider", "okta", "--yes"]);

    assert!(
        good(house, &["user", "relink", "ada@acme.test", "--yes"]).contains("1 person can sign in again.")
    );
    let ada = house.visitor();
    assert_eq!(ada.sign_in(&house.provider, &new("ada@acme.test", "new-ada")).await.status, 303);
    assert_eq!(ada.get("/api/me").await.json()["role"], "owner");
    assert_eq!(house.visitor().sign_in(&house.provider, &new("ben@acme.test", "new-ben")).await.status, 403);
    assert!(good(house, &["user", "relink", "--provider", "idp", "--yes"]).contains("as new-ben"));
    assert_eq!(house.visitor().sign_in(&house.provider, &new("ben@acme.test", "new-ben")).await.status, 303);

    let old = house.visitor().sign_in(&house.provider, &Identity::new("ada@acme.test", "Ada")).await;
    assert_eq!(old.status, 403, "the old account leads nowhere");

    let done = |email| format!("account.relinked done {email} by operator (cli:ops)");
    let relinked = by_operators(house).await;
    assert!(
        relinked.contains(&done("ada@acme.test")) && relinked.contains(&done("ben@acme.test")),
        "{relinked:?}"
    );
    assert_eq!(details(house, "account.relinked").await["subject"], "new-ben");
}

async fn someone_who_can_t_be_relinked_keeps_no_one_else_out(house: &TestApp) {
    house.owner().await;
    for email in ["ben@acme.test", "cy@acme.test"] {
        house.person(email, Role::Member).await;
    }
    let new =
        |email: &str, subject: &str| Identity::new(email, "N").with(serde_json::json!({ "sub": subject }));
    // One account that came with two addresses can take the place of one only.
    for (email, subject) in
        [("ada@acme.test", "shared"), ("ben@acme.test", "shared"), ("cy@acme.test", "new-cy")]
    {
        assert_eq!(house.visitor().sign_in(&house.provider, &new(email, subject)).await.status, 403);
        house.skip(Duration::seconds(1));
    }
    let all = run(house, &["user", "relink", "--provider", "idp", "--yes"]);
    assert!(
        all.status.code() == Some(1) && said(&all).contains("2 people can sign in again."),
        "{}",
        said(&all)
    );
    assert!(
        complaint(&all).contains("ben@acme.test") && !complaint(&all).contains("cy@"),
        "{}",
        complaint(&all)
    );
    for (email, subject) in [("ada@acme.test", "shared"), ("cy@acme.test", "new-cy")] {
        assert_eq!(
            house.visitor().sign_in(&house.provider, &new(email, subject)).await.status,
            303,
            "{email}"
        );
    }
    assert_eq!(
        house.visitor().sign_in(&house.provider, &Identity::new("ben@acme.test", "Ben")).await.status,
        303
    );
}

async fn a_new_account_is_remembered_for_a_month_and_only_while_no_one_has_it(house: &TestApp) {
    house.owner().await;
    let new = Identity::new("ada@acme.test", "Ada").with(serde_json::json!({ "sub": "new-ada" }));
    assert_eq!(house.visitor().sign_in(&house.provider, &new).await.status, 403);
    gatehouse::sign_in::relinking::forget_old(&house.services).await.expect("looked");
    assert_eq!(house.rows_in("unlinked_identities").await, 1);
    house.run("UPDATE users SET status = 'deactivated'", []).await;
    assert!(bad(house, &["user", "relink", "ada@acme.test", "--yes"]).contains("is deactivated"));
    bad(house, &["user", "relink", "--provider", "idp", "--yes"]);
    house.run("UPDATE users SET status = 'active'", []).await;
    house.run("UPDATE identities SET email = 'other@acme.test'", []).await;
    bad(house, &["user", "relink", "ada@acme.test", "--yes"]);
    house.run("UPDATE identities SET email = 'ada@acme.test'", []).await;
    house.skip(Duration::days(31));
    gatehouse::sign_in::relinking::forget_old(&house.services).await.expect("forgotten");
    assert_eq!(house.rows_in("unlinked_identities").await, 0);
}

async fn of_several_new_accounts_the_right_one_is_named_and_one_that_is_in_use_is_kept(house: &TestApp) {
    let ada = house.owner().await;
    let new = |subject: &str| Identity::new("ada@acme.test", "N").with(serde_json::json!({ "sub": subject }));
    for subject in ["somebody-else", "new-ada"] {
        assert_eq!(house.visitor().sign_in(&house.provider, &new(subject)).await.status, 403);
    }
    for arguments in
        [&["user", "relink", "ada@acme.test", "--yes"][..], &["user", "relink", "--provider", "idp", "--yes"]]
    {
        let complaint = bad(house, arguments);
        assert!(
            complaint.contains("somebody-else and new-ada") && complaint.contains("--subject"),
            "{complaint}"
        );
    }
    let named = ["user", "relink", "ada@acme.test", "--subject", "new-ada"];
    assert!(good(house, &named).contains("as new-ada"));
    // Who still signs in with the old account was not registered again.
    assert_eq!(ada.sign_in(&house.provider, &Identity::new("ada@acme.test", "Ada")).await.status, 303);
    bad(house, &named);
    assert_eq!(house.visitor().sign_in(&house.provider, &new("new-ada")).await.status, 403);
    good(house, &[&named[..], &["--yes"]].concat());
    assert_eq!(house.visitor().sign_in(&house.provider, &new("new-ada")).await.status, 303);
    assert_eq!(house.rows_in("unlinked_identities").await, 0);
}

async fn an_address_that_no_one_has_is_said_so_and_changes_nothing(house: &TestApp) {
    house.owner().await;
    let before = house.events().await;
    for act in ["promote", "demote", "deactivate", "reactivate", "relink", "sign-in-link"] {
        let complaint = bad(house, &["user", act, "nobody@acme.test"]);
        assert!(
            complaint.starts_with("gatehouse: no one here has the address nobody@acme.test."),
            "{complaint}"
        );
        assert_eq!(run(house, &["user", act, "no address"]).status.code(), Some(2));
    }
    assert_eq!(house.events().await, before);
}

async fn a_link_signs_in_once_and_looking_at_it_changes_nothing(house: &TestApp) {
    house.owner().await;
    let path = link_for(house, "ada@acme.test");
    let token = path.trim_start_matches("/sign-in-links/");
    assert!(
        house.dump("sign_in_links").await.iter().all(|row| !row.contains(token)),
        "only its hash is stored"
    );
    let before = sessions(house).await;
    let ada = house.visitor();
    for _ in 0..2 {
        let page = ada.get(&path).await;
        assert!(
            page.status == 200 && page.says("Sign in by link") && page.says("ada@acme.test"),
            "{}",
            page.body
        );
        assert_eq!(page.body.matches("<button").count(), 1);
        assert_eq!(
            (page.header("cache-control"), page.header("referrer-policy")),
            ("no-store", "same-origin")
        );
    }
    assert!(!ada.is_signed_in().await && sessions(house).await == before, "looking signs nobody in");
    let answer = ada.post(&path, &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/"));
    assert_eq!(ada.get("/api/me").await.json()["role"], "owner");
    for answer in [house.visitor().post(&path, &[]).await, house.visitor().get(&path).await] {
        assert!(answer.status == 410 && answer.says("It was already used"), "{}", answer.body);
        assert!(answer.says("gatehouse user sign-in-link") && answer.header("cache-control") == "no-store");
    }
    assert_eq!(sessions(house).await, before + 1);
    assert_eq!(by_operators(house).await, ["sign_in_link.made done ada@acme.test by operator (cli:ops)"]);
    let started = "SELECT actor FROM events WHERE action = 'session.started_by_link'";
    assert_eq!(house.texts(started).await, ["ada@acme.test"]);
    for table in ["events", "sign_in_links", "sessions"] {
        assert!(house.dump(table).await.iter().all(|row| !row.contains(token)), "{table}");
    }
}

// S01
async fn of_several_links_for_a_person_only_the_newest_signs_in(house: &TestApp) {
    house.owner().await;
    house.person("ben@acme.test", Role::Member).await;
    let (first, of_ben) = (link_for(house, "ada@acme.test"), link_for(house, "ben@acme.test"));
    let second = link_for(house, "ada@acme.test");
    assert_eq!(house.visitor().get(&first).await.status, 410);
    assert_eq!(house.visitor().post(&first, &[]).await.status, 410);
    assert_eq!(house.visitor().post(&second, &[]).await.status, 303);
    assert_eq!(house.visitor().post(&of_ben, &[]).await.status, 303, "those of others stay");
}

async fn a_link_ends_the_session_that_the_browser_had(house: &TestApp) {
    house.owner().await;
    let ben = house.person("ben@acme.test", Role::Member).await;
    let before = sessions(house).await;
    let path = link_for(house, "ada@acme.test");
    let cross = ben.request(Method::POST, &path).header("origin", "https://evil.test");
    assert_eq!(ben.send(cross).await.status, 403, "another site can't use it for somebody");
    assert_eq!(ben.post(&path, &[]).await.status, 303);
    assert_eq!(ben.get("/api/me").await.json()["email"], "ada@acme.test");
    assert_eq!(sessions(house).await, before, "the new one for the old one");
}

async fn of_fifty_who_use_a_link_at_once_one_is_signed_in(house: &TestApp) {
    house.owner().await;
    let (second, handle) = house.second_instance().await;
    let before = sessions(house).await;
    let path = link_for(house, "ada@acme.test");
    let visitors: Vec<Visitor> =
        (0..50).map(|n| house.visitor().at(if n % 2 == 0 { &house.base } else { &second })).collect();
    let answers = join_all(visitors.iter().map(|visitor| visitor.post(&path, &[]))).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(303), of(410)), (1, 49));
    assert_eq!(sessions(house).await, before + 1);
    assert_eq!(house.events_of("session.started_by_link").await, 1);
    handle.stop(false).await;
}

async fn a_link_that_is_too_old_is_over_and_later_forgotten(house: &TestApp) {
    house.owner().await;
    let path = link_for(house, "ada@acme.test");
    house.run("UPDATE sign_in_links SET expires_at = expires_at - 600000", []).await;
    let visitor = house.visitor();
    for answer in [visitor.get(&path).await, visitor.post(&path, &[]).await] {
        assert!(answer.status == 410 && answer.says("older than ten minutes"), "{}", answer.body);
    }
    assert!(!visitor.is_signed_in().await);
    link::forget_old(&house.services).await.expect("forgotten");
    assert_eq!(house.rows_in("sign_in_links").await, 1, "remembered for a day");
    house.skip(Duration::days(1));
    link::forget_old(&house.services).await.expect("forgotten");
    assert_eq!(house.rows_in("sign_in_links").await, 0);
}

async fn a_person_who_guesses_links_waits_before_long(house: &TestApp) {
    let visitor = house.visitor();
    let mut answers = Vec::new();
    for n in 0..22 {
        answers.push(visitor.post(&format!("/sign-in-links/guess{n}"), &[]).await);
    }
    assert!(answers[0].status == 404 && answers[0].says("That link can’t be used"), "{}", answers[0].body);
    assert_eq!(answers.last().map(|answer| answer.status), Some(429));
}

async fn a_link_for_someone_who_is_not_let_in_is_refused_as_elsewhere(house: &TestApp) {
    house.owner().await;
    house.person("ben@acme.test", Role::Member).await;
    let path = link_for(house, "ben@acme.test");
    house.deactivate("ben@acme.test").await;
    let before = sessions(house).await;
    let ben = house.visitor();
    let refused = ben.post(&path, &[]).await;
    let elsewhere = house.visitor().sign_in(&house.provider, &Identity::new("ben@acme.test", "Ben")).await;
    assert_eq!((refused.status, elsewhere.status), (403, 403));
    for answer in [&refused, &elsewhere] {
        assert!(answer.says("You don’t have access") && answer.says("ben@acme.test doesn’t have access to"));
    }
    assert!(!ben.is_signed_in().await && sessions(house).await == before);
    let event = "session.started_by_link refused ben@acme.test".to_owned();
    assert!(house.events().await.contains(&event));
}

async fn a_link_is_not_made_for_someone_whom_the_installation_leaves_out(house: &TestApp) {
    house.owner().await;
    let folder = folder();
    let mut command = command(house, &folder, &["user", "sign-in-link", "ada@acme.test"]);
    let output = command.env("GATEHOUSE_BLOCKED_EMAILS", "ada@acme.test").output().expect("run");
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("the server's lists don't allow ada@acme.test"));
    assert_eq!(house.rows_in("sign_in_links").await, 0);
}

// G15
async fn a_person_who_is_locked_out_by_rules_reads_how_to_come_back_and_does(house: &TestApp) {
    let ada = house.owner().await;
    let ben = house.person("ben@other.test", Role::Owner).await;
    let nothing = good(house, &["access", "reset"]);
    assert!(nothing.contains("Nothing changed."), "{nothing}");
    assert_eq!(by_operators(house).await, Vec::<String>::new());
    assert_eq!(let_in_only(&ada, "acme.test").await.status, 303);
    assert_eq!(ben.get(ADMINS_ONLY).await.status, 403);
    let identity = Identity::new("ben@other.test", "Ben");
    let out = house.visitor().sign_in(&house.provider, &identity).await;
    assert_eq!(out.status, 403);
    for page in [&out, &ben.get("/").await] {
        assert!(page.says("Locked out? Help for server admins"), "{}", page.body);
        for command in [
            "user sign-in-link",
            "user relink",
            "access reset",
            "access show",
            "user promote",
            "user reactivate",
            "user list",
            "user demote",
            "user deactivate",
            "sessions end --all",
        ] {
            assert!(page.body.contains(command), "{command}");
        }
        assert!(page.body.contains("<details class=\"rest from-the-shell\">"));
    }
    let shown = good(house, &["access", "show"]);
    assert!(shown.contains("People with an address at acme.test can join."), "{shown}");
    assert!(
        shown.contains("Every sign-in method is switched on.")
            && shown.contains("1 member is refused by the access rules"),
        "{shown}"
    );
    let link = run(house, &["user", "sign-in-link", "ben@other.test"]);
    assert!(complaint(&link).contains("The access rules refuse ben@other.test."), "{}", complaint(&link));

    let reset = good(house, &["access", "reset"]);
    assert!(reset.contains("Switched off: allowed domains. The lists are kept."), "{reset}");
    assert!(reset.contains("1 member is let in again."), "{reset}");
    assert!(reset.contains("Only invited people can join."), "{reset}");
    assert_eq!(ben.get(ADMINS_ONLY).await.status, 200, "on the next request");
    assert_eq!(house.visitor().sign_in(&house.provider, &identity).await.status, 303);
    let settings = ada.get("/api/admin/settings").await.json();
    assert_eq!(settings["domainGatingEnabled"], false);
    assert_eq!(settings["allowedEmailDomains"][0], "acme.test", "the list is kept");
    let said =
        "access.reset done Only invited people can join. Members sign in as before. by operator (cli:ops)";
    assert_eq!(by_operators(house).await.last().map(String::as_str), Some(said));
    let stale = ada.post(ADMINS_ONLY, &[("version", "2"), ("open_sign_up", "true")]).await;
    assert_eq!(stale.status, 409, "a form from before the reset does not undo it");
}

async fn a_reset_switches_every_sign_in_method_on_again(house: &TestApp) {
    house.owner().await;
    house
        .run(
            "INSERT INTO switched_off_providers (organization_id, provider, at) VALUES ('default', $1, 0)",
            ["idp".into()],
        )
        .await;
    assert!(!house.visitor().get("/sign-in").await.says("Continue with Acme SSO"));
    let shown = good(house, &["access", "show"]);
    assert!(shown.contains("Switched off as sign-in methods: Acme SSO."), "{shown}");
    assert!(shown.contains("0 members are refused by the access rules"), "{shown}");
    let reset = good(house, &["access", "reset"]);
    assert!(reset.contains("Switched on again as sign-in methods: idp."), "{reset}");
    assert!(house.visitor().get("/sign-in").await.says("Continue with Acme SSO"));
    assert_eq!(details(house, "access.reset").await["methodsOff"], serde_json::json!([]));
}

// S07
async fn everyone_can_be_signed_out_everywhere(house: &TestApp) {
    let (second, handle) = house.second_instance().await;
    let people = [house.owner().await, house.person("ben@acme.test", Role::Member).await];
    assert_eq!(run(house, &["sessions", "end"]).status.code(), Some(2), "it has to be said whose");
    let said = good(house, &["sessions", "end", "--all"]);
    assert_eq!(said, "2 sessions ended. Everyone has to sign in again.\n");
    for person in &people {
        assert!(!person.is_signed_in().await && !person.at(&second).is_signed_in().await);
    }
    assert!(good(house, &["sessions", "end", "--all"]).contains("Nothing changed."));
    assert_eq!(by_operators(house).await, ["session.all_ended done everybody by operator (cli:ops)"]);
    assert_eq!(details(house, "session.all_ended").await["ended"], 2);
    handle.stop(false).await;
}

async fn the_organization_is_listed_and_no_other_can_be_made(house: &TestApp) {
    house.owner().await;
    house.person("ben@acme.test", Role::Member).await;
    assert_eq!(good(house, &["org", "list"]), "My Organization  2 members  1 owner\n");
    let complaint = bad(house, &["org", "create", "Globex"]);
    assert!(complaint.contains("GATEHOUSE_TENANCY is single"), "{complaint}");
    assert_eq!(good(house, &["org", "list"]).lines().count(), 1);
}

// U09, P8
#[actix_web::test]
async fn a_person_who_gets_another_role_from_the_shell_is_told_by_mail() {
    for database in Database::each().await {
        let smtp = Smtp::start().await;
        let settings = smtp.settings();
        let settings = borrowed(&settings);
        let house = TestApp::open_with(database, &settings).await;
        house.owner().await;
        house.enroll("ben@acme.test", "default", Role::Member).await;
        let said = told(&house, &settings, &["user", "promote", "ben@acme.test"]);
        assert_eq!(said, "ben@acme.test is now an owner.\nThey get an email.\n");
        let begun = std::time::Instant::now();
        while smtp.mails_to("ben@acme.test").is_empty() {
            assert!(begun.elapsed() < std::time::Duration::from_secs(30), "no mail");
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(smtp.mails_to("ben@acme.test")[0].raw.contains("owner"));
        let said = told(&house, &settings, &["user", "promote", "ben@acme.test"]);
        assert_eq!(said, "ben@acme.test is already set that way. Nothing changed.\n");
        house.lock_out("ben@acme.test").await;
        let said = told(&house, &settings, &["user", "promote", "ben@acme.test"]);
        assert!(!said.contains("mail"), "the role is the same: {said}");
        let queued = house.rows_in("outbox").await;
        let said = told(&house, &settings, &["user", "demote", "ben@acme.test"]);
        assert_eq!(said, "ben@acme.test is now a member.\nThey get an email.\n");
        assert_eq!(house.rows_in("outbox").await, queued + 1);
        let said = good(&house, &["user", "promote", "ben@acme.test", "--role", "admin"]);
        assert_eq!(said, "ben@acme.test is now an admin.\n", "this shell has no settings of mail");
        assert_eq!(house.rows_in("outbox").await, queued + 1);
        house.close().await;
    }
}

/// What a command says in a shell that has `settings`, too.
fn told(house: &TestApp, settings: &[(&str, &str)], arguments: &[&str]) -> String {
    let folder = folder();
    let settings = settings.iter().map(|(name, value)| (format!("GATEHOUSE_{name}"), *value));
    let output = command(house, &folder, arguments).envs(settings).output().expect("run");
    assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
    said(&output)
}

#[test]
fn the_commands_make_no_database_where_there_is_none() {
    let folder = folder();
    for arguments in
        [&["user", "list"][..], &["access", "reset"], &["sessions", "end", "--all"], &["org", "list"]]
    {
        let output = gatehouse(&folder).args(arguments).output().expect("run");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(complaint(&output).contains("no database at data/gatehouse.db"), "{}", complaint(&output));
    }
    assert!(!folder.path().join("data").exists());
}

// A16
#[test]
fn the_token_of_a_link_is_in_no_log() {
    let folder = folder();
    let log = folder.path().join("log");
    let mut demo = Demo::start_logging(&folder, std::fs::File::create(&log).expect("a log"));
    wait_for(|| demo.get("/sign-in").1.contains("Continue with Demo ID"));
    let path = actix_web::rt::System::new().block_on(async {
        demo.sign_in("ada@acme.test").await;
        let path = link_of_demo(&demo, &folder);
        let visitor = Visitor::new(&demo.base);
        assert_eq!(visitor.get(&path).await.status, 200);
        assert_eq!(visitor.post(&path, &[]).await.status, 303);
        assert_eq!(visitor.post(&path, &[]).await.status, 410);
        path
    });
    stop(&mut demo.child);
    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(text.contains("/sign-in-links/{token}"), "the link is in the log, as a route");
    assert!(!text.contains(path.trim_start_matches("/sign-in-links/")), "the token is not");
}

/// The path of a link for the owner of a demo, made with its database and key.
fn link_of_demo(demo: &Demo, folder: &TempDir) -> String {
    let key = std::fs::read_to_string(folder.path().join("data/demo/master.key")).expect("a key");
    let output = gatehouse(folder)
        .args(["user", "sign-in-link", "ada@acme.test"])
        .envs(super::commands::PROVIDER)
        .env("GATEHOUSE_MASTER_KEY", key.trim())
        .env("GATEHOUSE_DATABASE_URL", "sqlite://data/demo/gatehouse.db")
        .env("GATEHOUSE_BASE_URL", &demo.base)
        .env("GATEHOUSE_LOG", "trace")
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
    let address = said(&output).trim_end().to_owned();
    let path = address.strip_prefix(&demo.base).expect("a link on the base URL");
    assert!(
        !complaint(&output).contains(path.trim_start_matches("/sign-in-links/")),
        "nor in the shell's log"
    );
    path.to_owned()
}
