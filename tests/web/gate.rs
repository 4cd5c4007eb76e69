//! Who may join: the Access page and what it does at the door (threats G).

use std::time::{Duration as Time, Instant};

use gatehouse::role::Role;
use reqwest::Method;
use serde_json::json;

use super::support::{Answer, Database, Identity, TestApp, Trouble, Visitor, field, on_both_databases};

async fn try_sign_in(app: &TestApp, email: &str) -> Answer {
    app.visitor().sign_in(&app.provider, &Identity::new(email, "Somebody")).await
}

async fn save(admin: &Visitor, fields: &[(&str, &str)]) -> Answer {
    let version = field(&admin.get("/settings/admin/access").await.body, "version");
    let mut all = vec![("version", version.as_str())];
    all.extend_from_slice(fields);
    admin.post("/settings/admin/access", &all).await
}

const ACME: [(&str, &str); 2] = [("domains.0.name", "acme.test"), ("domain_gating", "true")];

/// Anyone may come in, and that is meant.
const OPEN: (&str, &str) = ("confirm_name", "My Organization");

on_both_databases!(
    people_of_an_allowed_domain_join_as_members,
    look_alikes_are_refused_and_leave_nothing_behind,
    an_address_in_other_case_is_the_same_account,
    a_domain_beyond_ascii_is_one_domain_in_both_forms,
    a_gate_that_no_one_could_pass_is_not_saved,
    what_was_typed_comes_back_beside_what_is_wrong_with_it,
    of_two_admins_who_edit_at_once_the_second_sees_both_versions,
    rows_are_added_and_removed_without_javascript_and_without_saving,
    open_sign_up_lets_anyone_in_who_is_verified,
    the_region_alone_answers_htmx
);

async fn people_of_an_allowed_domain_join_as_members(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(try_sign_in(app, "grace@acme.test").await.status, 403);
    let saved = save(&ada, &ACME).await;
    assert_eq!((saved.status, saved.location()), (303, "/settings/admin/access"));
    assert!(ada.get("/settings/admin/access").await.says("Access rules saved."));
    let grace = app.visitor();
    assert_eq!(grace.sign_in(&app.provider, &Identity::new("grace@acme.test", "Grace")).await.status, 303);
    assert_eq!(grace.get("/api/me").await.json()["role"], "member");
    assert_eq!(try_sign_in(app, "mallory@evil.test").await.status, 403);
}

// G01, G02, G10, G11, G12
async fn look_alikes_are_refused_and_leave_nothing_behind(app: &TestApp) {
    let ada = app.owner().await;
    save(&ada, &[ACME[0], ACME[1], ("emails", "guest@other.test"), ("email_allowlist", "true")]).await;
    let before = app.footprint().await;
    for email in [
        "u@notacme.test",
        "u@acme.test.evil.test",
        "u@hr.acme.test",
        "u@evil.test?acme.test",
        "u@\u{430}cme.test",
        "\"u@acme.test\"@evil.test",
        "u@acme.test@evil.test",
        "u@evil.test (@acme.test)",
        "<u@acme.test>u@evil.test",
        "u@acme.test\t",
        "u@acme.test\u{a0}",
        "u\0@acme.test",
        "u@acme.test\r\nBcc: x@evil.test",
        "guest+x@other.test",
        "u@\u{ff41}cme.test",
    ] {
        assert_eq!(try_sign_in(app, email).await.status, 403, "{email:?}");
    }
    assert_eq!(app.footprint().await, before);
}

// G03
async fn an_address_in_other_case_is_the_same_account(app: &TestApp) {
    let ada = app.owner().await;
    save(&ada, &ACME).await;
    let upper = Identity::new("U@ACME.TEST", "U").with(json!({ "sub": "u" }));
    let lower = Identity::new("u@acme.test", "U").with(json!({ "sub": "u" }));
    assert_eq!(app.visitor().sign_in(&app.provider, &upper).await.status, 303);
    assert_eq!(app.visitor().sign_in(&app.provider, &lower).await.status, 303);
    assert_eq!(app.texts("SELECT email FROM users WHERE email LIKE 'u@%'").await, ["u@acme.test"]);
}

// G05, G06
async fn a_domain_beyond_ascii_is_one_domain_in_both_forms(app: &TestApp) {
    let ada = app.owner().await;
    save(&ada, &[ACME[0], ACME[1], ("domains.1.name", "Bücher.example")]).await;
    let page = ada.get("/settings/admin/access").await;
    assert!(page.says("bücher.example") && page.says("xn--bcher-kva.example"));
    assert_eq!(try_sign_in(app, "u@xn--bcher-kva.example").await.status, 303);
    assert_eq!(try_sign_in(app, "v@bücher.example").await.status, 303);
}

// G14
async fn a_gate_that_no_one_could_pass_is_not_saved(app: &TestApp) {
    let ada = app.owner().await;
    let before = app.footprint().await;
    for fields in [&[("domain_gating", "true")][..], &[("email_allowlist", "true"), ("emails", " ")]] {
        let answer = save(&ada, fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.says("No one could join"));
    }
    assert_eq!(app.footprint().await, before);
}

async fn what_was_typed_comes_back_beside_what_is_wrong_with_it(app: &TestApp) {
    let ada = app.owner().await;
    let fields = [
        ("domains.0.name", "acme"),
        ("domain_gating", "true"),
        ("emails", "nonsense"),
        ("open_sign_up", "true"),
    ];
    let answer = save(&ada, &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("<title>Error: Access"));
    assert!(answer.says("This isn’t a domain. Use one like example.com."));
    assert!(answer.says("There are 2 problems") && answer.says("“nonsense”"));
    assert_eq!(field(&answer.body, "domains.0.name"), "acme");
}

// G17, D10
async fn of_two_admins_who_edit_at_once_the_second_sees_both_versions(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let version = field(&ada.get("/settings/admin/access").await.body, "version");
    let edit = |domain| {
        [
            ("version", version.clone()),
            ("domains.0.name", domain),
            ("domains.1.name", "acme.test".to_owned()),
            ("domain_gating", "true".to_owned()),
        ]
    };
    let form = edit("ada.test".to_owned());
    let saved = ada.post("/settings/admin/access", &form.each_ref().map(|(n, v)| (*n, v.as_str()))).await;
    assert_eq!(saved.status, 303);
    let form = edit("ben.test".to_owned());
    let conflict = ben.post("/settings/admin/access", &form.each_ref().map(|(n, v)| (*n, v.as_str()))).await;
    assert_eq!(conflict.status, 409);
    assert!(conflict.says("Ada Lovelace changed this") && conflict.says("ada.test"));
    assert_eq!(field(&conflict.body, "domains.0.name"), "ben.test");
    assert_eq!(app.events_of("access.rules_changed").await, 1);
    let newer = field(&conflict.body, "version");
    let mine = [
        ("version", newer.as_str()),
        ("domains.0.name", "ben.test"),
        ACME[1],
        ("domains.1.name", "acme.test"),
    ];
    assert_eq!(ben.post("/settings/admin/access", &mine).await.status, 303, "“Keep mine” then saves");
}

async fn rows_are_added_and_removed_without_javascript_and_without_saving(app: &TestApp) {
    let ada = app.owner().await;
    let before = app.footprint().await;
    let answer = save(&ada, &[("domains.0.name", "a.test"), ("add_domain", "1")]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("name=\"domains.1.name\""));
    let answer =
        save(&ada, &[("domains.0.name", "a.test"), ("domains.1.name", "b.test"), ("remove_domain", "0")])
            .await;
    assert_eq!(field(&answer.body, "domains.0.name"), "b.test");
    assert!(!answer.body.contains("a.test\""));
    assert_eq!(app.footprint().await, before);
}

async fn open_sign_up_lets_anyone_in_who_is_verified(app: &TestApp) {
    let ada = app.owner().await;
    save(&ada, &[("open_sign_up", "true"), OPEN]).await;
    assert!(ada.get("/settings/admin/access").await.says("Anyone on the internet can sign in"));
    assert_eq!(try_sign_in(app, "anybody@anywhere.test").await.status, 303);
    let unverified = Identity::new("x@anywhere.test", "X").with(json!({ "email_verified": false }));
    assert_eq!(app.visitor().sign_in(&app.provider, &unverified).await.status, 403);
}

async fn the_region_alone_answers_htmx(app: &TestApp) {
    let ada = app.owner().await;
    let fields = [("version", "1"), ("domains.0.name", "nope")];
    let answer = ada.htmx(Method::POST, "/settings/admin/access", "div#rules", &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.starts_with("<div id=\"rules\"") && !answer.body.contains("<html"));
    assert!(answer.body.contains("<title>Error: Access"));
}

#[actix_web::test]
async fn the_instances_lists_are_a_ceiling() {
    let settings = [("ALLOWED_DOMAINS", "acme.test"), ("BLOCKED_EMAILS", "spam@acme.test")];
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    let ada = app.owner().await;
    save(&ada, &[("open_sign_up", "true"), OPEN]).await;
    assert_eq!(try_sign_in(&app, "u@other.test").await.status, 403);
    assert_eq!(try_sign_in(&app, "spam@acme.test").await.status, 403);
    assert_eq!(try_sign_in(&app, "u@acme.test").await.status, 303);
    let page = ada.get("/settings/admin/access").await;
    assert!(page.says("GATEHOUSE_ALLOWED_DOMAINS") && page.says("GATEHOUSE_BLOCKED_EMAILS"));
    app.close().await;
}

// G23
#[actix_web::test]
async fn a_stranger_and_a_deactivated_person_see_the_same_page() {
    let app = TestApp::open(Database::sqlite()).await;
    app.owner().await;
    app.person("gone@acme.test", Role::Member).await;
    app.deactivate("gone@acme.test").await;
    let gone = try_sign_in(&app, "gone@acme.test").await;
    let unknown = try_sign_in(&app, "none@acme.test").await;
    assert_eq!(gone.status, unknown.status);
    assert_eq!(gone.body.replace("gone@", "none@"), unknown.body);
    app.close().await;
}

// G23: nor does the time tell them apart. Compared side by side, because machines differ.
#[actix_web::test]
async fn refusing_a_deactivated_person_takes_as_long_as_refusing_a_stranger() {
    let app = TestApp::open(Database::sqlite()).await;
    app.owner().await;
    app.person("gone@acme.test", Role::Member).await;
    app.deactivate("gone@acme.test").await;
    let samples = if std::env::var("CI").is_ok() { 200 } else { 20 };
    let (mut gone, mut none) = (Vec::new(), Vec::new());
    for _ in 0..samples {
        gone.push(time_of_callback(&app, "gone@acme.test").await);
        none.push(time_of_callback(&app, "none@acme.test").await);
    }
    let (gone, none) = (median(gone), median(none));
    let least = Time::from_millis(5).max(none / 4);
    assert!(gone.abs_diff(none) < least, "{gone:?} and {none:?}");
    app.close().await;
}

async fn time_of_callback(app: &TestApp, email: &str) -> Time {
    let visitor = app.visitor();
    let authorization = visitor.authorize("/").await;
    let back = visitor.way_back(&app.provider, &authorization, &Identity::new(email, "Somebody"));
    let began = Instant::now();
    assert_eq!(visitor.get(&back).await.status, 403);
    began.elapsed()
}

fn median(mut times: Vec<Time>) -> Time {
    times.sort_unstable();
    times[times.len() / 2]
}

// G20, G06
#[actix_web::test]
async fn a_doubtful_domain_takes_a_second_confirmation() {
    let app = TestApp::open(Database::sqlite()).await;
    let ada = app.owner().await;
    let before = app.footprint().await;
    for (typed, canonical, warning) in [
        ("Gmail.com", "gmail.com", "Anyone can register an address at gmail.com."),
        (
            "\u{430}cme.test",
            "xn--cme-5cd.test",
            "It is the domain xn--cme-5cd.test, not the one it resembles.",
        ),
    ] {
        let fields = [ACME[0], ACME[1], ("domains.1.name", typed)];
        let answer = save(&ada, &fields).await;
        assert_eq!(answer.status, 422, "{typed}");
        assert!(answer.says(warning) && answer.says("Check the domain marked below."), "{}", answer.body);
        assert_eq!(field(&answer.body, "sure"), canonical);
        let other = [fields[0], fields[1], fields[2], ("sure", "web.de")];
        assert_eq!(save(&ada, &other).await.status, 422, "another domain was confirmed");
        let api = json!({ "allowedEmailDomains": [typed], "domainGatingEnabled": true });
        assert_eq!(ada.patch("/api/admin/settings", &api).await.status, 422);
        assert_eq!(app.footprint().await, before);
    }
    let sure = [ACME[0], ACME[1], ("domains.1.name", "gmail.com"), ("sure", "gmail.com")];
    assert_eq!(save(&ada, &sure).await.status, 303);
    assert_eq!(save(&ada, &sure[..3]).await.status, 303, "it is asked once");
    let api = json!({ "allowedEmailDomains": ["acme.test", "gmx.de"], "confirmedDomains": ["gmx.de"] });
    assert_eq!(ada.patch("/api/admin/settings", &api).await.status, 200);
    app.close().await;
}

// P6, 2.5: whatever is lost or broken, no one is let in for it.
#[actix_web::test]
async fn lost_or_broken_settings_admit_no_one() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        let ada = app.owner().await;
        save(&ada, &[("open_sign_up", "true"), OPEN]).await;
        for table in
            ["org_settings", "switched_off_providers", "organizations", "memberships", "instance", "sessions"]
        {
            app.run(&format!("ALTER TABLE {table} RENAME TO elsewhere"), []).await;
            let visitor = app.visitor();
            let begun = visitor.post("/auth/idp", &[("return_to", "/")]).await;
            if begun.status == 303 {
                let authorization = begun.location().parse().expect("an address");
                let back =
                    visitor.way_back(&app.provider, &authorization, &Identity::new("u@acme.test", "U"));
                assert_eq!(visitor.get(&back).await.status, 503, "{table}");
            } else {
                assert_eq!(begun.status, 503, "{table}");
            }
            app.run(&format!("ALTER TABLE elsewhere RENAME TO {table}"), []).await;
            assert!(!visitor.is_signed_in().await, "{table}");
        }
        app.run("UPDATE org_settings SET allowed_domains = '{\"broken\": true}'", []).await;
        assert_eq!(try_sign_in(&app, "u@acme.test").await.status, 503, "rules that can't be read");
        app.run("DELETE FROM org_settings", []).await;
        assert_eq!(try_sign_in(&app, "u@acme.test").await.status, 503);
        assert_eq!(app.rows_in("sessions").await, 1, "Ada's");
        app.close().await;
    }
}

// P6, X09, X12: the database goes away while the person is at the provider.
#[actix_web::test]
async fn a_database_that_stops_in_the_middle_of_a_callback_admits_no_one() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        let ada = app.owner().await;
        save(&ada, &[("open_sign_up", "true"), OPEN]).await;
        let visitor = app.visitor();
        let authorization = visitor.authorize("/").await;
        let back = visitor.way_back(&app.provider, &authorization, &Identity::new("u@acme.test", "U"));
        app.provider.be(Trouble::Slow(Time::from_secs(1)));
        let stopped = async {
            actix_web::rt::time::sleep(Time::from_millis(400)).await;
            app.stop_database().await
        };
        let (answer, stopped) = futures_util::future::join(visitor.get(&back), stopped).await;
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(!answer.header("set-cookie").contains("session="), "no session");
        app.start_database(stopped).await;
        app.provider.be(Trouble::Nothing);
        assert!(!visitor.is_signed_in().await);
        assert_eq!(app.rows_in("users").await, 1);
        assert_eq!(try_sign_in(&app, "u@acme.test").await.status, 303, "it heals");
        app.close().await;
    }
}
