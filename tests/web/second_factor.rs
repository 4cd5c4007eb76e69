//! The second factor: giving a code to sign in, and one's own page of it (rules 7.1, 7.2, 7.3).

use chrono::Duration;
use futures_util::future::join_all;
use gatehouse::address::EmailAddress;
use gatehouse::role::Role;
use gatehouse::sign_in::operator::make_link;
use gatehouse::users::operator::{end_wait_for_codes, reset_second_factor};
use serde_json::json;

use super::support::{
    Answer, Database, Identity, Phone, Smtp, TestApp, Visitor, borrowed, field, on_both_databases,
    recovery_codes,
};

const CHALLENGE: &str = "/sign-in/second-factor";

/// What a phone shows so many half minutes from now.
fn shows(app: &TestApp, phone: &Phone, from_now: i64) -> String {
    phone.shows_at(app.services.clock.wall().timestamp() + 30 * from_now)
}

/// What it does not show now, nor just before or after.
fn never_shows(app: &TestApp, phone: &Phone) -> String {
    let shown: Vec<String> = (-2..=2).map(|step| shows(app, phone, step)).collect();
    let wrong = (0..10).map(|n| format!("{n}00000")).find(|code| !shown.contains(code));
    wrong.expect("one of ten")
}

/// Adds an app to someone's account; gives the phone and the recovery codes that the page shows.
pub async fn add_app(app: &TestApp, person: &Visitor) -> (Phone, Vec<String>) {
    let begun = person.post("/settings/security/apps", &[]).await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    let page = person.get(begun.location()).await;
    let phone = Phone::scanned(&page.body);
    let confirmation = format!("{}/confirmation", begun.location());
    let done = person.post(&confirmation, &[("code", &shows(app, &phone, 0)), ("name", "Phone")]).await;
    assert!([201, 303].contains(&done.status), "{}", done.body);
    (phone, recovery_codes(&done.body))
}

/// Someone else's browser in which the person has come from the provider.
async fn half(app: &TestApp, email: &str) -> Visitor {
    half_at(app, &app.base, email).await
}

async fn half_at(app: &TestApp, base: &str, email: &str) -> Visitor {
    let browser = Visitor::new(base);
    let back = browser.sign_in(&app.provider, &Identity::new(email, "Somebody")).await;
    assert_eq!(back.status, 303, "{}", back.body);
    assert!(!browser.is_signed_in().await, "the provider alone signs nobody in");
    browser
}

/// Everyone's sign-in was a while ago.
async fn grow_stale(app: &TestApp) {
    app.forget_sign_ins().await;
}

async fn give(browser: &Visitor, code: &str) -> Answer {
    browser.post(CHALLENGE, &[("code", code)]).await
}

on_both_databases!(
    a_code_finishes_a_sign_in_under_another_id_and_leads_on,
    half_a_session_opens_nothing_but_the_challenge_and_the_way_out,
    of_twenty_who_send_one_good_code_at_once_one_is_in,
    a_code_is_taken_once_and_one_of_before_never,
    a_recovery_code_works_once_also_for_two_at_once_and_is_stored_as_a_hash,
    five_wrong_codes_lock_a_person_whatever_they_come_by_and_longer_each_time,
    what_is_no_code_costs_no_try,
    an_app_counts_only_after_a_right_code_and_the_one_before_until_it_is_removed,
    what_changes_it_takes_a_fresh_sign_in_and_a_code_is_one,
    a_link_from_the_shell_is_no_way_around_it,
    an_admin_resets_what_someone_has_lost_and_nobody_above_them,
    the_shell_resets_the_second_factor_of_a_sole_owner,
    a_secret_that_can_t_be_opened_takes_no_code
);

async fn a_code_finishes_a_sign_in_under_another_id_and_leads_on(app: &TestApp) {
    let ada = app.owner().await;
    let (phone, codes) = add_app(app, &ada).await;
    assert_eq!(codes.len(), 10);
    assert!(ada.is_signed_in().await, "who has just given a code goes on");
    app.skip(Duration::minutes(1));

    let browser = app.visitor();
    let authorization = browser.authorize("/settings/admin/users?q=ada").await;
    let identity = Identity::new("ada@acme.test", "Ada Lovelace");
    let back = browser.get(&browser.way_back(&app.provider, &authorization, &identity)).await;
    let before = back.session();
    let page = browser.get(back.location()).await;
    assert_eq!(page.status, 302, "{}", page.body);
    assert_eq!(page.location(), "/sign-in/second-factor?return_to=%2Fsettings%2Fadmin%2Fusers%3Fq%3Dada");
    let page = browser.get(page.location()).await;
    assert!(page.says("Signing in as") && page.says("ada@acme.test"), "{}", page.body);

    let return_to = field(&page.body, "return_to");
    let form = [("code", &*shows(app, &phone, 0)), ("return_to", &*return_to)];
    let done = browser.post(CHALLENGE, &form).await;
    assert_eq!((done.status, done.location()), (303, "/settings/admin/users?q=ada"), "{}", done.body);
    assert_ne!(done.session(), before, "who knew the id from before has nothing of it");
    assert!(browser.is_signed_in().await);
    assert!(!Visitor::with_session(&app.base, &before).is_signed_in().await);
    let challenge = browser.get(CHALLENGE).await;
    assert_eq!(browser.get(challenge.location()).await.location(), "/", "there is nothing to ask any more");
    assert!(app.events().await.contains(&"second_factor.given done ada@acme.test".to_owned()));
}

// F02
async fn half_a_session_opens_nothing_but_the_challenge_and_the_way_out(app: &TestApp) {
    let ada = app.owner().await;
    add_app(app, &ada).await;
    let browser = half(app, "ada@acme.test").await;
    for used_once in ["/auth/idp/callback?code=CANARY&state=CANARY", "/claim/CANARY", "/sign-in-links/CANARY"]
    {
        assert_eq!(
            browser.get(used_once).await.location(),
            CHALLENGE,
            "what opens something is not passed on"
        );
    }
    for page in ["/", "/sign-in", "/settings", "/settings/security", "/settings/admin/users", "/nowhere"] {
        let answer = browser.get(page).await;
        assert_eq!(answer.status, 302, "{page}");
        assert!(answer.location().starts_with(CHALLENGE), "{page} leads to {}", answer.location());
    }
    for path in ["/api/me", "/api/admin/users", "/api/openapi.json"] {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (401, Some("second_factor_required")),
            "{path}"
        );
    }
    let before = app.footprint().await;
    for (path, form) in [
        ("/settings/security/apps", vec![]),
        ("/settings/security/recovery-codes", vec![]),
        ("/settings/security/confirmation", vec![("code", "123456")]),
        ("/settings/admin", vec![("name", "Evil Inc")]),
        ("/settings/deletion", vec![("email", "ada@acme.test")]),
    ] {
        let answer = browser.post(path, &form).await;
        assert_eq!((answer.status, answer.location()), (302, CHALLENGE), "{path}");
    }
    assert_eq!(app.footprint().await, before);
    assert_eq!(browser.post("/sign-out", &[]).await.status, 303);
    assert_eq!(browser.get(CHALLENGE).await.location(), "/sign-in", "nobody is there any more");
}

// F04
async fn of_twenty_who_send_one_good_code_at_once_one_is_in(app: &TestApp) {
    let ada = app.owner().await;
    let (phone, _) = add_app(app, &ada).await;
    app.skip(Duration::minutes(1));
    let (other, handle) = app.second_instance().await;
    let mut browsers = Vec::new();
    for n in 0..20 {
        let base = if n % 2 == 0 { &app.base } else { &other };
        browsers.push(half_at(app, base, "ada@acme.test").await);
    }
    let code = shows(app, &phone, 0);
    let answers = join_all(browsers.iter().map(|browser| give(browser, &code))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (303, &[422; 19][..]));
    let mut inside = 0;
    for browser in &browsers {
        inside += usize::from(browser.is_signed_in().await);
    }
    assert_eq!(inside, 1);
    assert_eq!(app.rows_in("code_budgets").await, 0, "a code that was right costs no try");
    handle.stop(false).await;
}

// F03
async fn a_code_is_taken_once_and_one_of_before_never(app: &TestApp) {
    let ada = app.owner().await;
    let (phone, _) = add_app(app, &ada).await;
    let used = shows(app, &phone, 0);
    let again = give(&half(app, "ada@acme.test").await, &used).await;
    assert_eq!(again.status, 422);
    assert!(again.says("That code was already used. Wait for the next one."), "{}", again.body);
    assert!(!again.body.contains(&used), "no code comes back");
    app.skip(Duration::minutes(1));
    let browser = half(app, "ada@acme.test").await;
    assert_eq!(give(&browser, &shows(app, &phone, 0)).await.status, 303);
    let before = give(&half(app, "ada@acme.test").await, &shows(app, &phone, -1)).await;
    assert!(before.says("That code was already used."), "{}", before.body);
}

// F08
async fn a_recovery_code_works_once_also_for_two_at_once_and_is_stored_as_a_hash(app: &TestApp) {
    let ada = app.owner().await;
    let (_, codes) = add_app(app, &ada).await;
    for table in ["recovery_codes", "events", "authenticator_apps"] {
        let rows = app.dump(table).await.concat().to_lowercase();
        for code in &codes {
            assert!(!rows.contains(code.as_str()) && !rows.contains(&code.replace('-', "")), "{table}");
        }
    }
    let (one, other) = (half(app, "ada@acme.test").await, half(app, "ada@acme.test").await);
    let spaced = codes[3].replace('-', " ").to_uppercase();
    let both = tokio::join!(give(&one, &codes[3]), give(&other, &spaced));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    let inside = if one.is_signed_in().await { one } else { other };
    let page = inside.get("/settings/security").await;
    assert!(page.says("9 codes left."), "{}", page.body);
    let late = give(&half(app, "ada@acme.test").await, &codes[3]).await;
    assert_eq!(late.status, 422);

    let renewed = inside.post("/settings/security/recovery-codes", &[]).await;
    assert_eq!(renewed.status, 201, "{}", renewed.body);
    let old = give(&half(app, "ada@acme.test").await, &codes[4]).await;
    assert_eq!(old.status, 422, "those from before are over");
}

// F06
async fn five_wrong_codes_lock_a_person_whatever_they_come_by_and_longer_each_time(app: &TestApp) {
    let ada = app.owner().await;
    let (phone, codes) = add_app(app, &ada).await;
    app.skip(Duration::minutes(1));
    let (other, handle) = app.second_instance().await;
    // Signed in at the provider now: its word is too old later.
    let mut browsers = Vec::new();
    for n in 0..22 {
        browsers.push(half_at(app, if n % 2 == 0 { &app.base } else { &other }, "ada@acme.test").await);
    }
    for wait in [15, 30, 60] {
        for n in 0..5 {
            let browser = browsers.pop().expect("a browser").from(&format!("198.51.100.{n}"));
            let wrong = give(&browser, &never_shows(app, &phone)).await;
            let (status, sentence) =
                if n < 4 { (422, "That code isn’t right.") } else { (429, "Too many wrong codes.") };
            assert_eq!(wrong.status, status, "try {n}: {}", wrong.body);
            assert!(wrong.says(sentence), "{}", wrong.body);
        }
        for right in [&shows(app, &phone, 0), &codes[0]] {
            let browser = browsers.pop().expect("a browser");
            let refused = give(&browser, right).await;
            assert_eq!(refused.status, 429, "{}", refused.body);
            let sentence = format!("Too many wrong codes. Try again in {wait} minutes.");
            assert!(refused.says(&sentence), "{}", refused.body);
            assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
            assert!(!browser.is_signed_in().await);
        }
        app.skip(Duration::minutes(wait));
    }
    let browser = browsers.pop().expect("a browser");
    assert_eq!(give(&browser, &shows(app, &phone, 0)).await.status, 303, "it is over on time");
    assert_eq!(app.rows_in("code_budgets").await, 0, "a right code gives all tries back");
    handle.stop(false).await;
}

async fn what_is_no_code_costs_no_try(app: &TestApp) {
    let ada = app.owner().await;
    add_app(app, &ada).await;
    let browser = half(app, "ada@acme.test").await;
    for text in ["", "12345", "1234567", "' OR 1=1 --", "\0\0\0", "١٢٣٤٥٦"] {
        let answer = give(&browser, text).await;
        assert_eq!(answer.status, 422, "{text:?}");
        assert!(
            answer.says("Enter the 6 digits that your app shows, or a recovery code."),
            "{}",
            answer.body
        );
    }
    assert_eq!(app.rows_in("code_budgets").await, 0);
}

// F12
async fn an_app_counts_only_after_a_right_code_and_the_one_before_until_it_is_removed(app: &TestApp) {
    let ada = app.owner().await;
    let begun = ada.post("/settings/security/apps", &[]).await;
    let page = ada.get(begun.location()).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.body.contains("<svg") && !page.body.contains("otpauth"), "the drawing is our own");
    let phone = Phone::scanned(&page.body);
    let confirmation = format!("{}/confirmation", begun.location());
    for code in [never_shows(app, &phone), "12345".to_owned(), String::new()] {
        let wrong = ada.post(&confirmation, &[("code", &code), ("name", "My phone")]).await;
        assert_eq!(wrong.status, 422, "{}", wrong.body);
        assert_eq!(field(&wrong.body, "name"), "My phone", "what was typed comes back");
        assert_eq!(Phone::scanned(&wrong.body).0, phone.0);
    }
    assert!(ada.get("/settings/security").await.says("You have none, so you’re not asked for a code."));
    let browser = app.visitor();
    browser.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    assert!(browser.is_signed_in().await, "nothing is asked for yet");

    let (phone, _) = add_app(app, &ada).await;
    assert!(!browser.is_signed_in().await, "other sessions are asked on their next request");
    let second = ada.post("/settings/security/apps", &[]).await;
    assert_eq!(second.status, 303, "{}", second.body);
    app.skip(Duration::minutes(1));
    assert_eq!(give(&browser, &shows(app, &phone, 0)).await.status, 303, "the one from before counts");

    let other = app.person("sam@acme.test", Role::Admin).await;
    let own = app.texts("SELECT id FROM authenticator_apps WHERE confirmed_at IS NOT NULL").await.remove(0);
    for page in [format!("/settings/security/apps/{own}"), second.location().to_owned()] {
        assert_eq!(other.get(&page).await.status, 404, "nobody sees anyone else's");
    }
    assert_eq!(other.post(&format!("/settings/security/apps/{own}/removal"), &[]).await.status, 404);
    app.skip(Duration::hours(2));
    assert_eq!(ada.get(second.location()).await.status, 404, "what was begun long ago is over");
}

// F11
async fn what_changes_it_takes_a_fresh_sign_in_and_a_code_is_one(app: &TestApp) {
    let ada = app.owner().await;
    let begun = ada.post("/settings/security/apps", &[]).await;
    let key = Phone::scanned(&ada.get(begun.location()).await.body);
    grow_stale(app).await;
    let confirmation = format!("{}/confirmation", begun.location());
    let late = ada.post(&confirmation, &[("code", &shows(app, &key, 0))]).await;
    assert!(late.status == 403 && late.says("Confirm it’s you"), "{}", late.body);
    assert_eq!(ada.get(begun.location()).await.status, 403, "the key is shown to no passer-by");
    let unproven = ada.post("/settings/security/confirmation", &[("code", "123456")]).await;
    assert_eq!(unproven.status, 409, "without an app no code proves anything");
    assert_eq!(app.rows_in("code_budgets").await, 0, "nor is it counted");
    ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;

    let (phone, _) = add_app(app, &ada).await;
    let own = app.texts("SELECT id FROM authenticator_apps").await.remove(0);
    let removal = format!("/settings/security/apps/{own}/removal");
    grow_stale(app).await;
    for path in [removal.as_str(), "/settings/security/apps", "/settings/security/recovery-codes"] {
        let asked = ada.post(path, &[]).await;
        assert_eq!(asked.status, 403, "{path}");
        assert!(asked.says("Code from your authenticator app"), "{}", asked.body);
    }
    let wrong = [("code", &*never_shows(app, &phone)), ("return_to", "/settings/security")];
    let wrong = ada.post("/settings/security/confirmation", &wrong).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(field(&wrong.body, "return_to"), "/settings/security");
    assert_eq!(ada.post(&removal, &[]).await.status, 403);

    let right = [("code", &*shows(app, &phone, 1)), ("return_to", "/settings/security")];
    let right = ada.post("/settings/security/confirmation", &right).await;
    assert_eq!((right.status, right.location()), (303, "/settings/security"), "{}", right.body);
    let renamed = ada.post(&format!("/settings/security/apps/{own}"), &[("name", "Old phone")]).await;
    assert_eq!(renamed.status, 303, "{}", renamed.body);
    assert_eq!(ada.post(&removal, &[]).await.status, 303);
    let page = ada.get("/settings/security").await;
    assert!(page.says("Old phone removed. Its codes no longer work."), "{}", page.body);
    assert_eq!(app.rows_in("recovery_codes").await, 0, "they went with the last app");
    let browser = app.visitor();
    browser.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    assert!(browser.is_signed_in().await);

    let (_, codes) = add_app(app, &browser).await;
    assert!(!ada.is_signed_in().await, "who gave a code of the former app is asked for one of the new");
    assert_eq!(give(&ada, &codes[0]).await.status, 303);
}

// A26
async fn a_link_from_the_shell_is_no_way_around_it(app: &TestApp) {
    let ada = app.owner().await;
    let (phone, _) = add_app(app, &ada).await;
    app.skip(Duration::minutes(1));
    let browser = app.visitor();
    let (shell, email) = (app.shell().await, EmailAddress::parse("ada@acme.test").expect("an address"));
    let made = make_link(&shell, &app.services.config, &email).await;
    let link = made.unwrap_or_else(|_| panic!("a link")).address;
    let path = format!("/sign-in-links/{}", link.rsplit('/').next().expect("a token"));
    assert_eq!(browser.post(&path, &[]).await.status, 303);
    assert!(!browser.is_signed_in().await);
    assert_eq!(give(&browser, &shows(app, &phone, 0)).await.status, 303);
    assert!(browser.is_signed_in().await);
}

// F14
async fn an_admin_resets_what_someone_has_lost_and_nobody_above_them(app: &TestApp) {
    let ada = app.owner().await;
    let (sam, kim) =
        (app.person("sam@acme.test", Role::Member).await, app.person("kim@acme.test", Role::Admin).await);
    let (phone, _) = add_app(app, &sam).await;
    add_app(app, &ada).await;
    let ids = app.texts("SELECT id FROM users ORDER BY email").await;
    let [ada_id, kim_id, sam_id] = &ids[..] else { panic!("three people") };
    let page = |id: &str| format!("/settings/admin/users/{id}/second-factor");
    assert!(kim.get(&page(sam_id)).await.says("Reset the second factor of Sam?"));
    assert_eq!(kim.post(&page(ada_id), &[]).await.status, 403, "nobody acts on those above them");
    assert_eq!(kim.post(&page(kim_id), &[]).await.status, 409, "one's own is changed in one's account");
    assert_eq!(sam.post(&page(sam_id), &[]).await.status, 403, "no member does");
    grow_stale(app).await;
    let asked = kim.post(&page(sam_id), &[]).await;
    assert!(asked.status == 403 && asked.says("Confirm it’s you"), "{}", asked.body);
    let by_api = kim.delete(&format!("/api/admin/users/{sam_id}/second-factor")).await;
    assert_eq!((by_api.status, by_api.json()["code"].as_str()), (403, Some("fresh_sign_in_required")));

    let kim = app.visitor();
    kim.sign_in(&app.provider, &Identity::new("kim@acme.test", "Kim")).await;
    let done = kim.post(&page(sam_id), &[]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(kim.get(done.location()).await.says("Second factor of Sam reset."));
    assert!(!sam.is_signed_in().await, "their sessions are over");
    let browser = app.visitor();
    browser.sign_in(&app.provider, &Identity::new("sam@acme.test", "Sam")).await;
    assert!(browser.is_signed_in().await, "without a code");
    assert_eq!(give(&browser, &shows(app, &phone, 0)).await.location(), "/sign-in", "nothing asks for one");
    assert!(app.events().await.contains(&"second_factor.reset done sam@acme.test".to_owned()));
}

async fn the_shell_resets_the_second_factor_of_a_sole_owner(app: &TestApp) {
    let ada = app.owner().await;
    let (phone, codes) = add_app(app, &ada).await;
    let shell = app.shell().await;
    let email = EmailAddress::parse("ada@acme.test").expect("an address");
    for _ in 0..5 {
        give(&half(app, "ada@acme.test").await, &never_shows(app, &phone)).await;
    }
    let browser = half(app, "ada@acme.test").await;
    assert_eq!(give(&browser, &codes[0]).await.status, 429);
    let ended = end_wait_for_codes(&shell, &email).await;
    assert!(ended.unwrap_or_else(|_| panic!("ended")).changed);
    assert_eq!(give(&browser, &codes[0]).await.status, 303, "the second factor has stayed");
    browser.post("/sign-out", &[]).await;
    let outcome = reset_second_factor(&shell, &app.services.mail, &email).await;
    let outcome = outcome.unwrap_or_else(|_| panic!("reset"));
    assert!(outcome.changed && outcome.sessions_ended == 6);
    assert!(!ada.is_signed_in().await);
    let browser = app.visitor();
    browser.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    assert!(browser.is_signed_in().await);
    let again = reset_second_factor(&shell, &app.services.mail, &email).await;
    assert!(!again.unwrap_or_else(|_| panic!("reset")).changed);
}

async fn a_secret_that_can_t_be_opened_takes_no_code(app: &TestApp) {
    let ada = app.owner().await;
    let (phone, codes) = add_app(app, &ada).await;
    app.run("UPDATE authenticator_apps SET sealed_secret = 'k1:damaged'", []).await;
    let browser = half(app, "ada@acme.test").await;
    assert_eq!(give(&browser, &shows(app, &phone, 1)).await.status, 500);
    assert!(!browser.is_signed_in().await);
    assert_eq!(give(&browser, &codes[0]).await.status, 303, "a recovery code needs no secret");
}

#[actix_web::test]
async fn a_mail_tells_of_each_change_and_of_too_many_wrong_codes() {
    let smtp = Smtp::start().await;
    let settings = smtp.settings();
    for database in Database::each().await {
        let app = TestApp::open_with(database, &borrowed(&settings)).await;
        let ada = app.owner().await;
        let (phone, codes) = add_app(&app, &ada).await;
        app.skip(Duration::minutes(1));
        assert_eq!(give(&half(&app, "ada@acme.test").await, &codes[0]).await.status, 303);
        for _ in 0..5 {
            give(&half(&app, "ada@acme.test").await, &never_shows(&app, &phone)).await;
        }
        let queued = app.texts("SELECT CAST(letter AS TEXT) FROM outbox ORDER BY created_at, id").await;
        let told: Vec<String> = queued
            .iter()
            .map(|letter| {
                serde_json::from_str::<serde_json::Value>(letter).expect("JSON")["news"].to_string()
            })
            .collect();
        assert_eq!(
            told,
            [
                json!({ "what": "app_added", "name": "Phone" }).to_string(),
                json!({ "what": "recovery_code_used", "left": 9 }).to_string(),
                json!({ "what": "too_many_wrong_codes" }).to_string(),
            ]
        );
        app.close().await;
    }
}
