//! Sessions: made at sign-in, ended everywhere at once (threats S).

use chrono::Duration;
use futures_util::future::{join, join_all};
use gatehouse::role::Role;
use gatehouse::sign_in::FLOW_LIFETIME;
use reqwest::Method;
use serde_json::json;

use super::support::{Answer, Database, Identity, MASTER_KEY, TestApp, Visitor, on_both_databases};

on_both_databases!(
    signing_in_gives_a_new_session_and_ends_the_old_one,
    a_planted_cookie_does_not_become_a_session,
    a_raise_gives_a_new_id_and_the_old_one_is_dead,
    a_demotion_gives_a_new_id_even_with_a_refusal,
    whatever_is_asked_brings_the_new_id_once,
    of_requests_at_once_one_brings_the_new_id_and_the_others_leave_the_cookie_alone,
    a_person_who_is_let_in_again_gets_a_new_id,
    a_session_is_not_renewed_while_nothing_can_be_written_and_no_one_is_locked_out,
    signing_in_again_ends_a_session_that_was_renewed_on_the_way,
    a_cookie_from_before_sign_out_opens_nothing,
    a_session_ends_after_seven_idle_days,
    a_session_ends_after_thirty_days_however_much_it_is_used,
    what_is_over_is_deleted_and_what_goes_on_is_left,
    a_damaged_cookie_is_no_ones,
    ending_the_other_sessions_holds_on_the_next_request_at_every_instance,
    deactivation_holds_on_the_next_request_and_at_the_gate,
    a_demotion_holds_for_a_form_that_is_already_open,
    a_removal_holds_on_the_next_request,
    what_the_database_keeps_opens_no_session
);

// S01
async fn signing_in_gives_a_new_session_and_ends_the_old_one(app: &TestApp) {
    let ada = app.owner().await;
    let before = session_cookie(&ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await);
    let after = session_cookie(&ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await);
    assert_ne!(before, after);
    assert_eq!(with_cookie(app, &before).await.status, 401, "the old id is dead");
    assert_eq!(with_cookie(app, &after).await.status, 200);
    assert_eq!(app.rows_in("sessions").await, 1);
}

// S01
async fn a_planted_cookie_does_not_become_a_session(app: &TestApp) {
    let planted = "session=attacker-chosen-value-attacker-chosen-value";
    let visitor = app.visitor();
    let authorization = visitor.authorize("/").await;
    let back = visitor.way_back(&app.provider, &authorization, &Identity::new("ada@acme.test", "Ada"));
    let answer = visitor.get(&back).await;
    assert_eq!(answer.status, 303);
    assert_eq!(with_cookie(app, planted).await.status, 401);
}

// S01
async fn a_raise_gives_a_new_id_and_the_old_one_is_dead(app: &TestApp) {
    app.owner().await;
    let (ben, old) = with_known_cookie(app, "ben@acme.test", Role::Member).await;
    let page = ben.get("/settings").await;
    assert!(page.status == 200 && renewed(&page).is_none(), "an ordinary answer brings no cookie");
    let before = remaining(app).await;
    app.change_role("ben@acme.test", "admin").await;
    let answer = ben.get("/api/me").await;
    assert_eq!((answer.status, answer.json()["role"].as_str()), (200, Some("admin")));
    let new = renewed(&answer).expect("another cookie");
    assert_ne!(new, old);
    assert_eq!(with_cookie(app, &old).await.status, 401, "the old id is dead");
    assert_eq!(with_cookie(app, &new).await.status, 200);
    assert_eq!(remaining(app).await, before, "sign-in, device and name of the session are the same");
    assert!(renewed(&ben.get("/settings/admin").await).is_none(), "once");
    assert!(ben.is_signed_in().await);
}

// S01
async fn a_demotion_gives_a_new_id_even_with_a_refusal(app: &TestApp) {
    app.owner().await;
    for (n, path) in ["/settings/admin/access", "/api/admin/users", "/no/such/page"].into_iter().enumerate() {
        let (ben, old) = with_known_cookie(app, &format!("ben{n}@acme.test"), Role::Admin).await;
        app.change_role(&format!("ben{n}@acme.test"), "member").await;
        let answer = ben.get(path).await;
        assert!([403, 404].contains(&answer.status), "{path}: {}", answer.status);
        let new = renewed(&answer).unwrap_or_else(|| panic!("another cookie from {path}"));
        assert_eq!(with_cookie(app, &old).await.status, 401);
        assert_eq!(with_cookie(app, &new).await.status, 200);
        assert!(ben.is_signed_in().await);
    }
}

// S01
async fn whatever_is_asked_brings_the_new_id_once(app: &TestApp) {
    app.owner().await;
    let (ben, _) = with_known_cookie(app, "ben@acme.test", Role::Owner).await;
    let get = |path: &str| ben.request(Method::GET, path);
    let theme = ben.request(Method::POST, "/settings/theme").header("origin", &ben.base);
    let requests = [
        get("/settings"),
        get("/settings/admin/users?q=b").header("hx-request", "true").header("hx-target", "div#list"),
        theme.form(&[("theme", "dark")]),
        get("/settings/admin/users/export?format=csv"),
        get("/api/admin/users"),
        get("/sign-in"),
    ];
    for (n, request) in requests.into_iter().enumerate() {
        app.change_role("ben@acme.test", if n % 2 == 0 { "admin" } else { "owner" }).await;
        let answer = ben.send(request).await;
        assert!(answer.status < 400 && renewed(&answer).is_some(), "{n}: {}", answer.status);
        assert!(renewed(&ben.get("/api/me").await).is_none(), "{n}: once");
        assert!(ben.is_signed_in().await, "{n}");
    }
}

// S01
async fn of_requests_at_once_one_brings_the_new_id_and_the_others_leave_the_cookie_alone(app: &TestApp) {
    app.owner().await;
    let (_, old) = with_known_cookie(app, "ben@acme.test", Role::Member).await;
    app.change_role("ben@acme.test", "admin").await;
    let writer = app.begin("UPDATE sessions SET last_seen_at = last_seen_at").await;
    let release = async {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(400)).await;
        writer.rollback().await;
    };
    let (answers, ()) = join(join_all((0..4).map(|_| with_cookie(app, &old))), release).await;
    let mut new: Vec<String> = answers.iter().filter_map(renewed).collect();
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let waits = app.is_sqlite();
    assert_eq!(new.len(), usize::from(waits), "PostgreSQL waits for nobody who has the row: {answers:?}");
    assert!(answers.iter().filter(|answer| answer.headers.contains_key("set-cookie")).count() == new.len());
    if !waits {
        new.extend(renewed(&with_cookie(app, &old).await));
    }
    assert_eq!(with_cookie(app, &new[0]).await.status, 200);
    let late = with_cookie(app, &old).await;
    assert!(late.status == 401 && !late.headers.contains_key("set-cookie"), "{late:?}");
}

// S01
async fn a_person_who_is_let_in_again_gets_a_new_id(app: &TestApp) {
    app.owner().await;
    let (ben, old) = with_known_cookie(app, "ben@acme.test", Role::Admin).await;
    let set = async |at: &str| {
        app.run(&format!("UPDATE memberships SET locked_out_at = {at} WHERE email = 'ben@acme.test'"), [])
            .await;
    };
    set("1").await;
    assert!(renewed(&ben.get("/settings").await).is_none(), "leaving somebody out raises nobody");
    set("NULL").await;
    assert!(renewed(&ben.get("/settings").await).is_some());
    assert_eq!(with_cookie(app, &old).await.status, 401);
}

// S01
async fn a_session_is_not_renewed_while_nothing_can_be_written_and_no_one_is_locked_out(app: &TestApp) {
    app.owner().await;
    let (ben, old) = with_known_cookie(app, "ben@acme.test", Role::Member).await;
    app.change_role("ben@acme.test", "admin").await;
    let (make, drop) = forbid_new_ids(app);
    app.script(make).await;
    for path in ["/settings/admin", "/api/admin/users"] {
        let answer = ben.get(path).await;
        assert!(answer.status == 200 && renewed(&answer).is_none(), "{path}: {}", answer.status);
    }
    app.script(drop).await;
    assert!(renewed(&ben.get("/settings/admin").await).is_some(), "the next request tries again");
    assert_eq!(with_cookie(app, &old).await.status, 401);
    assert!(ben.is_signed_in().await);
}

// S01
async fn signing_in_again_ends_a_session_that_was_renewed_on_the_way(app: &TestApp) {
    app.owner().await;
    let (ben, _) = with_known_cookie(app, "ben@acme.test", Role::Member).await;
    let authorization = ben.authorize("/").await;
    let back = ben.way_back(&app.provider, &authorization, &Identity::new("ben@acme.test", "Ben"));
    app.change_role("ben@acme.test", "admin").await;
    let renew = "UPDATE sessions SET key_hash = 'another', renewal_due = FALSE WHERE renewal_due";
    let writer = app.begin(renew).await;
    let release = async {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(400)).await;
        writer.commit().await;
    };
    let (answer, ()) = join(ben.get(&back), release).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(app.count("SELECT count(*) FROM sessions WHERE key_hash = 'another'").await, 0);
    assert!(ben.is_signed_in().await);
}

// S03
async fn a_cookie_from_before_sign_out_opens_nothing(app: &TestApp) {
    app.owner().await;
    let ada = app.visitor();
    let cookie = session_cookie(&ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await);
    let answer = ada.post("/sign-out", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/sign-in"));
    assert!(!answer.header("clear-site-data").is_empty());
    assert_eq!(with_cookie(app, &cookie).await.status, 401);
    assert!(ada.get("/sign-in").await.says("You’re signed out."));
    assert_eq!(ada.get("/sign-out").await.status, 405, "a link signs nobody out");
}

// S04
async fn a_session_ends_after_seven_idle_days(app: &TestApp) {
    let ada = app.owner().await;
    app.skip(Duration::days(6));
    assert!(ada.is_signed_in().await);
    settle(app).await;
    app.skip(Duration::days(6));
    assert!(ada.is_signed_in().await, "being used keeps it");
    settle(app).await;
    app.skip(Duration::days(8));
    let answer = ada.get("/settings/admin/users?q=x").await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.location(), "/sign-in?return_to=%2Fsettings%2Fadmin%2Fusers%3Fq%3Dx");
}

// S04
async fn a_session_ends_after_thirty_days_however_much_it_is_used(app: &TestApp) {
    let ada = app.owner().await;
    for _ in 0..4 {
        app.skip(Duration::days(6));
        assert!(ada.is_signed_in().await);
        settle(app).await;
    }
    app.skip(Duration::days(6));
    assert!(!ada.is_signed_in().await);
}

// S04
async fn what_is_over_is_deleted_and_what_goes_on_is_left(app: &TestApp) {
    let ada = app.owner().await;
    ada.authorize("/").await;
    let begun = "SELECT count(*) FROM sign_in_flows WHERE finished_at IS NULL";
    let purge = async || {
        app.services.sessions.purge(FLOW_LIFETIME).await.expect("purged");
        (app.rows_in("sessions").await, app.count(begun).await)
    };
    assert_eq!(purge().await, (1, 1));
    app.skip(FLOW_LIFETIME - Duration::seconds(30));
    assert_eq!(purge().await, (1, 1), "it may still come back");
    app.skip(Duration::minutes(1));
    assert_eq!(purge().await, (1, 0));
    app.skip(Duration::days(6));
    assert_eq!(purge().await, (1, 0));
    app.skip(Duration::days(2));
    assert_eq!(purge().await, (0, 0));
}

// S05
async fn a_damaged_cookie_is_no_ones(app: &TestApp) {
    app.owner().await;
    let ada = app.visitor();
    let cookie = session_cookie(&ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await);
    let value = cookie.strip_prefix("session=").expect("a session cookie");
    let flipped = (0..value.len()).step_by(5).map(|at| {
        let other = if value.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("session={}{other}{}", &value[..at], &value[at + 1..])
    });
    let odd = [
        format!("session={}", &value[..20]),
        "session=".to_owned(),
        format!("session={}", "A".repeat(10_000)),
    ];
    for damaged in flipped.chain(odd) {
        assert_eq!(with_cookie(app, &damaged).await.status, 401, "{damaged}");
    }
    assert_eq!(with_cookie(app, &cookie).await.status, 200);
}

// S07
async fn ending_the_other_sessions_holds_on_the_next_request_at_every_instance(app: &TestApp) {
    let here = app.owner().await;
    let there = app.visitor();
    there.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await;
    let (second, handle) = app.second_instance().await;
    assert!(there.at(&second).is_signed_in().await, "one session holds at both instances");
    assert_eq!(here.post("/settings/sessions/end-others", &[]).await.status, 303);
    assert!(!there.at(&second).is_signed_in().await);
    assert!(!there.is_signed_in().await);
    assert!(here.is_signed_in().await);
    handle.stop(false).await;
}

// S07
async fn deactivation_holds_on_the_next_request_and_at_the_gate(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    app.deactivate("ben@acme.test").await;
    assert!(!ben.is_signed_in().await);
    let answer = app.visitor().sign_in(&app.provider, &Identity::new("ben@acme.test", "Ben")).await;
    assert_eq!(answer.status, 403);
    assert!(answer.says("doesn’t have access to"), "the same words as for anybody without access");
}

// R07
async fn a_demotion_holds_for_a_form_that_is_already_open(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let (second, handle) = app.second_instance().await;
    assert_eq!(ben.get("/settings/admin/access").await.status, 200);
    app.change_role("ben@acme.test", "member").await;
    let form = [("name", "Ben's"), ("version", "1")];
    assert_eq!(ben.at(&second).post("/settings/admin", &form).await.status, 403);
    assert_eq!(ben.htmx(Method::POST, "/settings/admin", "section#name_form", &form).await.status, 403);
    assert_eq!(app.texts("SELECT name FROM organizations").await, ["My Organization"]);
    handle.stop(false).await;
}

async fn a_removal_holds_on_the_next_request(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    assert_eq!(ben.get("/settings/admin").await.status, 200);
    app.remove_member("ben@acme.test").await;
    assert_eq!(ben.get("/settings/admin").await.status, 403);
    assert!(ben.get("/").await.says("You’re not a member of any organization"));
}

async fn what_the_database_keeps_opens_no_session(app: &TestApp) {
    app.owner().await;
    for stored in app.texts("SELECT key_hash || ' ' || id FROM sessions").await {
        for value in stored.split(' ') {
            assert_eq!(with_cookie(app, &format!("session={value}")).await.status, 401);
        }
    }
}

fn session_cookie(answer: &Answer) -> String {
    renewed(answer).expect("a session cookie")
}

/// The session's cookie that an answer brings, if it brings one.
fn renewed(answer: &Answer) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text"));
    let cookie = cookies.into_iter().find(|cookie| cookie.starts_with("session="))?;
    cookie.split(';').next().map(str::to_owned)
}

/// A person, signed in, and their cookie.
async fn with_known_cookie(app: &TestApp, email: &str, role: Role) -> (Visitor, String) {
    app.enroll(email, "default", role).await;
    let visitor = app.visitor();
    let cookie = session_cookie(&visitor.sign_in(&app.provider, &Identity::new(email, email)).await);
    (visitor, cookie)
}

/// What a renewal must leave as it is.
async fn remaining(app: &TestApp) -> Vec<String> {
    let sql = "SELECT id || ' ' || user_id || ' ' || created_at || ' ' || address || ' ' || user_agent
               FROM sessions ORDER BY id";
    app.texts(sql).await
}

/// Has every new id of a session fail, and takes that back.
fn forbid_new_ids(app: &TestApp) -> (&'static str, &'static str) {
    if app.is_sqlite() {
        let make = "CREATE TRIGGER full BEFORE UPDATE OF key_hash ON sessions
                    BEGIN SELECT RAISE(ABORT, 'disk full'); END";
        return (make, "DROP TRIGGER full");
    }
    let make = "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'disk full'; END $$;
                CREATE TRIGGER disk_full BEFORE UPDATE OF key_hash ON sessions
                FOR EACH ROW EXECUTE FUNCTION disk_full()";
    (make, "DROP TRIGGER disk_full ON sessions")
}

async fn with_cookie(app: &TestApp, cookie: &str) -> Answer {
    let visitor = Visitor::new(&app.base);
    visitor.send(visitor.request(Method::GET, "/api/me").header("cookie", cookie)).await
}

/// "Last seen" moves in the background.
async fn settle(app: &TestApp) {
    for _ in 0..500 {
        let now = app.services.clock.now().timestamp_millis();
        if app.count("SELECT max(last_seen_at) FROM sessions").await > now - 60_000 {
            return;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("last seen did not move");
}

// S02
#[actix_web::test]
async fn behind_https_cookies_are_bound_to_the_host() {
    let settings = [("BASE_URL", "https://gate.acme.test"), ("OWNER_EMAIL", "ada@acme.test")];
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    let visitor = app.visitor();
    let begun = visitor.send(visitor.request(Method::POST, "/auth/idp").form(&[("return_to", "/")])).await;
    let flow = begun.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let authorization = begun.location().parse().expect("an address");
    let back = visitor.way_back(&app.provider, &authorization, &Identity::new("ada@acme.test", "Ada"));
    let done = visitor.send(visitor.request(Method::GET, &back).header("cookie", flow)).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let themed =
        visitor.send(visitor.request(Method::POST, "/settings/theme").form(&[("theme", "dark")])).await;
    assert_eq!(themed.headers.get_all("set-cookie").iter().count(), 2, "the theme and a notice");
    for answer in [&begun, &done, &themed] {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text");
            for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
                assert!(cookie.contains(attribute), "{attribute} in {cookie}");
            }
            assert!(!cookie.contains("Domain") && cookie.len() < 4096, "{cookie}");
            assert!(cookie.starts_with("__Host-"), "{cookie}");
        }
        assert!(answer.header("strict-transport-security").contains("max-age"));
    }
    app.close().await;
}

#[actix_web::test]
async fn sessions_survive_a_new_master_key_beside_the_old_one() {
    let database = Database::sqlite();
    let new_first = format!("new:{},{MASTER_KEY}", "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=");
    let app = TestApp::open(database).await;
    let ada = app.owner().await;
    let (base, handle) = app.second_instance_with(&[("MASTER_KEY", &new_first)]).await;
    assert!(ada.at(&base).is_signed_in().await);
    handle.stop(false).await;
    app.close().await;
}

// S09, S10
#[actix_web::test]
async fn other_sites_can_not_have_a_browser_change_anything() {
    let app = TestApp::open(Database::sqlite()).await;
    let ada = app.owner().await;
    let before = app.footprint().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.test"),
        ("origin", "null"),
    ] {
        for path in [
            "/settings/admin",
            "/settings/admin/access",
            "/sign-out",
            "/auth/idp",
            "/settings/sessions/end-others",
        ] {
            let request = ada
                .request(Method::POST, path)
                .header(name, value)
                .form(&[("name", "Evil"), ("version", "1")]);
            let answer = ada.send(request).await;
            assert_eq!(answer.status, 403, "{path} with {name}: {value}");
            assert!(answer.header("access-control-allow-origin").is_empty());
        }
        let request = ada.request(Method::PATCH, "/api/admin/settings").header(name, value);
        assert_eq!(ada.send(request.json(&json!({ "name": "Evil" }))).await.status, 403);
    }
    assert_eq!(app.footprint().await, before);
    assert!(ada.is_signed_in().await);
    app.close().await;
}

// S01, X09
#[actix_web::test]
async fn no_one_waits_long_for_a_new_id_while_another_process_has_the_file() {
    let app = TestApp::open(Database::sqlite()).await;
    app.owner().await;
    let (ben, _) = with_known_cookie(&app, "ben@acme.test", Role::Member).await;
    app.change_role("ben@acme.test", "admin").await;
    let stopped = app.stop_database().await;
    let begun = std::time::Instant::now();
    let answer = ben.get("/settings/admin").await;
    assert!(answer.status == 200 && renewed(&answer).is_none(), "{}", answer.status);
    assert!(begun.elapsed() < std::time::Duration::from_secs(3), "{:?}", begun.elapsed());
    app.start_database(stopped).await;
    let begun = std::time::Instant::now();
    while renewed(&ben.get("/settings/admin").await).is_none() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "not renewed");
    }
    assert!(ben.is_signed_in().await);
    app.close().await;
}
