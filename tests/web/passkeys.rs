//! Passkeys as a second factor (rules 7.1, 7.2, 7.3).

use chrono::Duration;
use futures_util::future::join_all;
use gatehouse::address::EmailAddress;
use gatehouse::role::Role;
use gatehouse::users::operator::reset_second_factor;
use serde_json::{Value, json};

use super::support::{
    Answer, Database, Device, Identity, Phone, Smtp, TestApp, Visitor, borrowed, on_both_databases,
    recovery_codes,
};

const SECURITY: &str = "/settings/security";
const NEW: &str = "/settings/security/new-passkey";
const NEW_OPTIONS: &str = "/settings/security/new-passkey/options";
const CHALLENGE: &str = "/sign-in/second-factor";
const PASSKEY: &str = "/sign-in/second-factor/passkey";
const OPTIONS: &str = "/sign-in/second-factor/passkey/options";
const CONFIRMATION: &str = "/settings/security/confirmation/passkey";
const CONFIRMATION_OPTIONS: &str = "/settings/security/confirmation/passkey/options";

/// What the script of a page hears that asks what to ask the browser.
async fn asked(browser: &Visitor, path: &str) -> Value {
    let options = browser.post(path, &[]).await;
    assert_eq!(options.status, 200, "{}", options.body);
    assert_eq!(options.header("cache-control"), "no-store");
    options.json()
}

async fn add(person: &Visitor, device: &Device, name: &str) -> Answer {
    let made = device.makes(&asked(person, NEW_OPTIONS).await);
    person.post(NEW, &[("credential", &made), ("name", name)]).await
}

/// Adds a passkey to someone's account; gives the device and the recovery codes that the page shows.
async fn add_passkey(person: &Visitor) -> (Device, Vec<String>) {
    let device = Device::new(&person.base);
    let added = add(person, &device, "Laptop").await;
    assert!([201, 303].contains(&added.status), "{}", added.body);
    (device, recovery_codes(&added.body))
}

/// Someone else's browser in which the person has come from the provider.
async fn half(app: &TestApp, email: &str) -> Visitor {
    let browser = app.visitor();
    let back = browser.sign_in(&app.provider, &Identity::new(email, "Somebody")).await;
    assert_eq!(back.status, 303, "{}", back.body);
    assert!(!browser.is_signed_in().await, "the provider alone signs nobody in");
    browser
}

async fn give(browser: &Visitor, proof: &str) -> Answer {
    browser.post(PASSKEY, &[("credential", proof)]).await
}

async fn prove(browser: &Visitor, device: &mut Device) -> Answer {
    let proof = device.proves(&asked(browser, OPTIONS).await);
    give(browser, &proof).await
}

async fn own_page(app: &TestApp) -> String {
    format!(
        "/settings/security/passkeys/{}",
        app.texts("SELECT id FROM passkeys ORDER BY id").await.remove(0)
    )
}

on_both_databases!(
    a_passkey_is_added_asked_for_and_finishes_a_sign_in_under_another_id,
    of_twenty_posts_of_one_proof_at_once_one_is_in,
    no_proof_is_taken_but_of_an_own_passkey_for_this_site_in_answer_to_this_question,
    five_wrong_proofs_lock_a_person_and_refuse_passkeys_and_codes,
    a_question_is_answered_once_and_within_five_minutes,
    a_passkey_that_was_removed_meanwhile_proves_nothing,
    a_device_that_counts_less_than_before_is_a_copy,
    a_passkey_is_added_once_and_by_one_person,
    the_last_stays_while_an_organization_requires_one,
    recovery_codes_come_with_the_first_factor_and_go_with_the_last_of_whichever_kind,
    what_changes_it_takes_a_fresh_sign_in_and_a_passkey_is_one,
    without_scripts_a_page_says_what_to_do,
    a_reset_takes_passkeys_too,
    nobody_sees_anyone_elses_passkeys,
    the_eleventh_is_refused,
    questions_that_were_never_answered_are_deleted
);

async fn a_passkey_is_added_asked_for_and_finishes_a_sign_in_under_another_id(app: &TestApp) {
    let ada = app.owner().await;
    assert!(ada.get(NEW).await.says("Create passkey"));
    let (mut device, codes) = add_passkey(&ada).await;
    assert_eq!(codes.len(), 10, "it is the first factor");
    assert!(ada.is_signed_in().await, "who has just made one goes on");

    let browser = app.visitor();
    let back = browser.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    let page = browser.get(&format!("{CHALLENGE}?return_to=/settings/admin/users")).await;
    assert!(page.says("Use a passkey") && page.says("Recovery code"), "{}", page.body);
    assert!(!page.says("Enter the code that your authenticator app shows"), "there is no app");
    let before = back.session();
    let options = asked(&browser, OPTIONS).await;
    assert_eq!(options["publicKey"]["userVerification"], "preferred");
    assert_eq!(options["publicKey"]["rpId"], "localhost");
    let proof = device.proves(&options);
    let form = [("credential", &*proof), ("return_to", "/settings/admin/users")];
    let done = browser.post(PASSKEY, &form).await;
    assert_eq!((done.status, done.location()), (303, "/settings/admin/users"), "{}", done.body);
    assert_ne!(done.session(), before, "who knew the id from before has nothing of it");
    assert!(browser.is_signed_in().await);
    assert!(browser.get(SECURITY).await.says("Last used"));
    let events = app.events().await;
    for event in ["second_factor.added done Laptop", "second_factor.given done ada@acme.test"] {
        assert!(events.contains(&event.to_owned()), "{event}");
    }
    assert_eq!(app.rows_in("passkey_ceremonies").await, 0, "what was answered is forgotten");
}

// F04
async fn of_twenty_posts_of_one_proof_at_once_one_is_in(app: &TestApp) {
    let ada = app.owner().await;
    let (mut device, _) = add_passkey(&ada).await;
    let browser = half(app, "ada@acme.test").await;
    let mut others = Vec::new();
    for _ in 0..5 {
        let other = half(app, "ada@acme.test").await;
        asked(&other, OPTIONS).await;
        others.push(other);
    }
    let proof = device.proves(&asked(&browser, OPTIONS).await);
    let same = join_all((0..20).map(|_| give(&browser, &proof))).await;
    let taken = same.iter().filter(|answer| answer.status == 303).count();
    assert_eq!(taken, 1, "{:?}", same.iter().map(|answer| answer.status).collect::<Vec<_>>());
    let elsewhere = join_all(others.iter().map(|other| give(other, &proof))).await;
    assert!(elsewhere.iter().all(|answer| answer.status != 303));
    for other in &others {
        assert!(!other.is_signed_in().await);
    }
    assert_eq!(app.events_of("second_factor.given").await, 1);
}

// F03, F06
async fn no_proof_is_taken_but_of_an_own_passkey_for_this_site_in_answer_to_this_question(app: &TestApp) {
    let (ada, sam) = (app.owner().await, app.person("sam@acme.test", Role::Member).await);
    let (mut device, _) = add_passkey(&ada).await;
    let (mut of_sam, _) = add_passkey(&sam).await;
    let mut wrong = 0;
    let evil = "http://evil.test".to_owned();
    for attack in ["another's", "replayed", "elsewhere", "of another session", "forged", "of another kind"] {
        let browser = half(app, "ada@acme.test").await;
        let options = asked(&browser, OPTIONS).await;
        let proof = match attack {
            "another's" => of_sam.proves(&options),
            "replayed" => {
                let before = half(app, "ada@acme.test").await;
                let proof = device.proves(&asked(&before, OPTIONS).await);
                assert_eq!(give(&before, &proof).await.status, 303);
                wrong = 0;
                proof
            }
            "elsewhere" => Device { origin: evil.clone(), ..device.clone() }.proves(&options),
            "of another session" => {
                let other = half(app, "ada@acme.test").await;
                device.proves(&asked(&other, OPTIONS).await)
            }
            "forged" => Device { id: device.id.clone(), ..Device::new(&app.base) }.proves(&options),
            _ => {
                let mut options = options.clone();
                options["publicKey"]["rpId"] = json!("evil.test");
                device.proves(&options)
            }
        };
        let refused = give(&browser, &proof).await;
        wrong += 1;
        assert_eq!(refused.status, if wrong < 5 { 422 } else { 429 }, "{attack}: {}", refused.body);
        assert!(!browser.is_signed_in().await, "{attack}");
        let counted = app.count("SELECT CAST(sum(failures_in_all) AS BIGINT) FROM code_budgets").await;
        assert_eq!(counted, if wrong < 5 { wrong } else { 0 }, "{attack}");
    }
}

// F06
async fn five_wrong_proofs_lock_a_person_and_refuse_passkeys_and_codes(app: &TestApp) {
    let ada = app.owner().await;
    let (mut device, codes) = add_passkey(&ada).await;
    for n in 0..5 {
        let refused = prove(&half(app, "ada@acme.test").await, &mut Device::new(&app.base)).await;
        assert_eq!(refused.status, if n < 4 { 422 } else { 429 }, "{}", refused.body);
    }
    let browser = half(app, "ada@acme.test").await;
    let refused = prove(&browser, &mut device).await;
    assert_eq!(refused.status, 429, "the right one is refused, too");
    assert!(refused.says("Too many wrong codes. Try again in 15 minutes."), "{}", refused.body);
    assert!(!refused.says("Use a passkey"), "nothing is asked for meanwhile");
    assert_eq!(browser.post(CHALLENGE, &[("code", &codes[0])]).await.status, 429);
    app.skip(Duration::minutes(15));
    assert_eq!(prove(&browser, &mut device).await.status, 303, "it is over on time");
    assert_eq!(app.rows_in("code_budgets").await, 0);
}

async fn a_question_is_answered_once_and_within_five_minutes(app: &TestApp) {
    let ada = app.owner().await;
    let late = Device::new(&app.base);
    let made = late.makes(&asked(&ada, NEW_OPTIONS).await);
    app.skip(Duration::minutes(5));
    let refused = ada.post(NEW, &[("credential", &made)]).await;
    assert!(refused.status == 422 && refused.says("That took too long. Try again."), "{}", refused.body);
    let (mut device, _) = add_passkey(&ada).await;
    let made = Device::new(&app.base).makes(&asked(&ada, NEW_OPTIONS).await);
    ada.post(CONFIRMATION_OPTIONS, &[]).await;
    let refused = ada.post(NEW, &[("credential", &made)]).await;
    assert_eq!(refused.status, 422, "another was asked meanwhile: {}", refused.body);

    let browser = half(app, "ada@acme.test").await;
    let unasked = device.proves(&json!({ "publicKey": { "challenge": "AAAA", "rpId": "localhost" } }));
    assert!(give(&browser, &unasked).await.says("That took too long."), "nothing was asked");
    let proof = device.proves(&asked(&browser, OPTIONS).await);
    app.skip(Duration::minutes(5));
    let refused = give(&browser, &proof).await;
    assert!(refused.status == 422 && refused.says("That took too long. Try again."), "{}", refused.body);
    let options = asked(&browser, OPTIONS).await;
    assert_eq!(give(&browser, &Device::new(&app.base).proves(&options)).await.status, 422);
    let again = give(&browser, &device.proves(&options)).await;
    assert!(
        again.says("That took too long."),
        "a question is used up by a wrong answer, too: {}",
        again.body
    );
    assert_eq!(
        app.count("SELECT failures_in_all FROM code_budgets").await,
        1,
        "what was too late costs no try"
    );
}

async fn a_passkey_that_was_removed_meanwhile_proves_nothing(app: &TestApp) {
    let ada = app.owner().await;
    let (mut lost, _) = add_passkey(&ada).await;
    add_passkey(&ada).await;
    let page = own_page(app).await;
    let browser = half(app, "ada@acme.test").await;
    let proof = lost.proves(&asked(&browser, OPTIONS).await);
    assert_eq!(ada.post(&format!("{page}/removal"), &[]).await.status, 303);
    assert_eq!(give(&browser, &proof).await.status, 422);
    assert!(!browser.is_signed_in().await);
}

async fn a_device_that_counts_less_than_before_is_a_copy(app: &TestApp) {
    let ada = app.owner().await;
    let mut device = Device { counter: 7, ..Device::new(&app.base) };
    assert_eq!(add(&ada, &device, "Key").await.status, 201);
    let mut copy = device.clone();
    assert_eq!(prove(&half(app, "ada@acme.test").await, &mut device).await.status, 303);
    let refused = prove(&half(app, "ada@acme.test").await, &mut copy).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let (one, other) = (half(app, "ada@acme.test").await, half(app, "ada@acme.test").await);
    let asked_first = asked(&one, OPTIONS).await;
    assert_eq!(prove(&other, &mut device).await.status, 303);
    let mut copy = Device { counter: 8, ..device.clone() };
    assert_eq!(give(&one, &copy.proves(&asked_first)).await.status, 422, "counted as of now");
    assert_eq!(prove(&half(app, "ada@acme.test").await, &mut device).await.status, 303);
}

async fn a_passkey_is_added_once_and_by_one_person(app: &TestApp) {
    let (ada, sam) = (app.owner().await, app.person("sam@acme.test", Role::Member).await);
    let (device, _) = add_passkey(&ada).await;
    let options = asked(&ada, NEW_OPTIONS).await;
    assert_eq!(options["publicKey"]["excludeCredentials"].as_array().map(Vec::len), Some(1));
    assert_eq!(options["publicKey"]["authenticatorSelection"]["residentKey"], "preferred");
    assert_eq!(add(&ada, &device, "Again").await.status, 422);
    let refused = add(&sam, &device, "Stolen").await;
    assert!(refused.status == 422 && refused.says("That passkey is already in use."), "{}", refused.body);
    let elsewhere = Device { origin: "http://evil.test".to_owned(), ..Device::new(&app.base) };
    assert_eq!(add(&sam, &elsewhere, "Elsewhere").await.status, 422);
    assert_eq!(app.rows_in("passkeys").await, 1);
    assert_eq!(app.rows_in("recovery_codes").await, 10, "none are made for what was refused");
    let made = Device::new(&app.base).makes(&asked(&sam, NEW_OPTIONS).await);
    let unnamed = sam.post(NEW, &[("credential", &made), ("name", "x")]).await;
    assert!(unnamed.status == 422 && unnamed.says("Use 2 to 60 characters."), "{}", unnamed.body);
    assert_eq!(
        sam.post(NEW, &[("credential", &made)]).await.status,
        201,
        "only the name had to be corrected"
    );
}

// F12
async fn recovery_codes_come_with_the_first_factor_and_go_with_the_last_of_whichever_kind(app: &TestApp) {
    let ada = app.owner().await;
    let (_, codes) = add_passkey(&ada).await;
    assert_eq!(codes.len(), 10);
    let begun = ada.post("/settings/security/apps", &[]).await;
    let phone = Phone::scanned(&ada.get(begun.location()).await.body);
    let shown = phone.shows_at(app.services.clock.wall().timestamp());
    let added = ada.post(&format!("{}/confirmation", begun.location()), &[("code", &shown)]).await;
    assert_eq!(added.status, 303, "the codes from before go on: {}", added.body);
    let browser = half(app, "ada@acme.test").await;
    let page = browser.get(CHALLENGE).await;
    assert!(page.says("Use a passkey") && page.says("Or one of your recovery codes."), "{}", page.body);

    let passkey = own_page(app).await;
    let renamed = ada.post(&passkey, &[("name", "Old laptop")]).await;
    assert!(ada.get(renamed.location()).await.says("Passkey renamed to Old laptop."));
    assert!(ada.get(&passkey).await.says("Remove this passkey"));
    let removed = ada.post(&format!("{passkey}/removal"), &[]).await;
    assert!(ada.get(removed.location()).await.says("Old laptop removed. It no longer works."));
    assert_eq!(app.rows_in("recovery_codes").await, 10, "there is an app");
    assert!(!half(app, "ada@acme.test").await.get(CHALLENGE).await.says("Use a passkey"));
    add_passkey(&ada).await;
    let own = app.texts("SELECT id FROM authenticator_apps WHERE confirmed_at IS NOT NULL").await.remove(0);
    assert_eq!(ada.post(&format!("/settings/security/apps/{own}/removal"), &[]).await.status, 303);
    assert_eq!(app.rows_in("recovery_codes").await, 10, "there is a passkey");
    half(app, "ada@acme.test").await;
    assert_eq!(ada.post(&format!("{}/removal", own_page(app).await), &[]).await.status, 303);
    assert_eq!(app.rows_in("recovery_codes").await, 0, "they went with the last");
    let browser = app.visitor();
    browser.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    assert!(browser.is_signed_in().await, "nothing is asked for any more");
    add_passkey(&browser).await;
    assert!(!ada.is_signed_in().await, "who gave one of before is asked for the new one");
}

async fn the_last_stays_while_an_organization_requires_one(app: &TestApp) {
    let ada = app.owner().await;
    add_passkey(&ada).await;
    app.run("UPDATE organizations SET second_factor_from = 1", []).await;
    assert_eq!(ada.get("/settings/admin").await.status, 200, "a passkey is one");
    let page = own_page(app).await;
    let kept = ada.post(&format!("{page}/removal"), &[]).await;
    assert!(
        kept.status == 409 && kept.says("An organization of yours requires a second factor."),
        "{}",
        kept.body
    );
    add_passkey(&ada).await;
    assert_eq!(ada.post(&format!("{page}/removal"), &[]).await.status, 303);
}

// F11
async fn what_changes_it_takes_a_fresh_sign_in_and_a_passkey_is_one(app: &TestApp) {
    let ada = app.owner().await;
    let unproven = ada.post(CONFIRMATION_OPTIONS, &[]).await;
    assert_eq!(unproven.status, 409, "without a passkey none proves anything");
    let made = Device::new(&app.base).makes(&asked(&ada, NEW_OPTIONS).await);
    app.forget_sign_ins().await;
    assert!(ada.get(NEW).await.says("Confirm it’s you"));
    assert_eq!(ada.post(NEW_OPTIONS, &[]).await.status, 403);
    assert_eq!(ada.post(NEW, &[("credential", &made)]).await.status, 403);
    ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;

    let (mut device, _) = add_passkey(&ada).await;
    app.forget_sign_ins().await;
    let removal = format!("{}/removal", own_page(app).await);
    let page = ada.post(&removal, &[]).await;
    assert!(page.status == 403 && page.says("Use a passkey") && page.says("Recovery code"), "{}", page.body);
    let wrong = Device::new(&app.base).proves(&asked(&ada, CONFIRMATION_OPTIONS).await);
    let refused = ada.post(CONFIRMATION, &[("credential", &wrong), ("return_to", SECURITY)]).await;
    assert!(refused.status == 422 && refused.says("That passkey wasn’t accepted."), "{}", refused.body);
    assert_eq!(ada.post(&removal, &[]).await.status, 403);
    let right = device.proves(&asked(&ada, CONFIRMATION_OPTIONS).await);
    let confirmed = ada.post(CONFIRMATION, &[("credential", &right), ("return_to", SECURITY)]).await;
    assert_eq!((confirmed.status, confirmed.location()), (303, SECURITY), "{}", confirmed.body);
    assert_eq!(ada.post(&removal, &[]).await.status, 303);
}

async fn without_scripts_a_page_says_what_to_do(app: &TestApp) {
    let ada = app.owner().await;
    assert!(ada.get(SECURITY).await.says("Passkeys need JavaScript."));
    assert!(ada.get(NEW).await.says("Turn it on, or add an authenticator app instead."));
    assert!(ada.post(NEW, &[("name", "Laptop")]).await.says("Passkeys need JavaScript."));
    add_passkey(&ada).await;
    let browser = half(app, "ada@acme.test").await;
    assert!(browser.get(CHALLENGE).await.says("Passkeys need JavaScript. Turn it on, or use another way."));
    for nothing in ["", "{}", "null", "[]", "{\"id\":1}"] {
        let refused = give(&browser, nothing).await;
        assert!(refused.status == 422 && refused.says("Passkeys need JavaScript."), "{}", refused.body);
    }
    assert_eq!(app.rows_in("code_budgets").await, 0, "that costs no try");
}

// F14
async fn a_reset_takes_passkeys_too(app: &TestApp) {
    let (ada, sam) = (app.owner().await, app.person("sam@acme.test", Role::Member).await);
    add_passkey(&sam).await;
    let page = format!("/settings/admin/users/{}/second-factor", app.id_of("sam@acme.test").await);
    assert_eq!(ada.post(&page, &[]).await.status, 303);
    assert!(!sam.is_signed_in().await);
    assert_eq!((app.rows_in("passkeys").await, app.rows_in("recovery_codes").await), (0, 0));
    let browser = app.visitor();
    browser.sign_in(&app.provider, &Identity::new("sam@acme.test", "Sam")).await;
    assert!(browser.is_signed_in().await);

    add_passkey(&ada).await;
    let (shell, email) = (app.shell().await, EmailAddress::parse("ada@acme.test").expect("an address"));
    let outcome = reset_second_factor(&shell, &app.services.mail, &email).await;
    assert!(outcome.unwrap_or_else(|_| panic!("reset")).changed);
    assert_eq!(app.rows_in("passkeys").await, 0);
    ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    assert!(ada.is_signed_in().await);
}

async fn nobody_sees_anyone_elses_passkeys(app: &TestApp) {
    let (ada, sam) = (app.owner().await, app.person("sam@acme.test", Role::Admin).await);
    add_passkey(&ada).await;
    let page = own_page(app).await;
    assert_eq!(sam.get(&page).await.status, 404);
    assert_eq!(sam.post(&page, &[("name", "Mine")]).await.status, 404);
    assert_eq!(sam.post(&format!("{page}/removal"), &[]).await.status, 404);
    assert_eq!(sam.post(CONFIRMATION_OPTIONS, &[]).await.status, 409);
    assert_eq!(ada.post(&page, &[("name", "x")]).await.status, 422);
}

async fn the_eleventh_is_refused(app: &TestApp) {
    let ada = app.owner().await;
    for _ in 0..10 {
        add_passkey(&ada).await;
    }
    for refused in [ada.get(NEW).await, ada.post(NEW_OPTIONS, &[]).await] {
        assert!(refused.status == 409 && refused.says("You already have 10 passkeys."), "{}", refused.body);
    }
}

async fn questions_that_were_never_answered_are_deleted(app: &TestApp) {
    let ada = app.owner().await;
    asked(&ada, NEW_OPTIONS).await;
    asked(&ada, NEW_OPTIONS).await;
    assert_eq!(app.rows_in("passkey_ceremonies").await, 1, "one for each session");
    gatehouse::second_factor::ceremony::forget_old(&app.services).await.expect("deleted");
    assert_eq!(app.rows_in("passkey_ceremonies").await, 1);
    app.skip(Duration::minutes(5));
    gatehouse::second_factor::ceremony::forget_old(&app.services).await.expect("deleted");
    assert_eq!(app.rows_in("passkey_ceremonies").await, 0);
    asked(&ada, NEW_OPTIONS).await;
    ada.post("/sign-out", &[]).await;
    assert_eq!(app.rows_in("passkey_ceremonies").await, 0, "they go with the session");
}

#[actix_web::test]
async fn a_mail_tells_of_each_change() {
    let smtp = Smtp::start().await;
    let settings = smtp.settings();
    for database in Database::each().await {
        let app = TestApp::open_with(database, &borrowed(&settings)).await;
        let ada = app.owner().await;
        add_passkey(&ada).await;
        assert_eq!(ada.post(&format!("{}/removal", own_page(&app).await), &[]).await.status, 303);
        let queued = app.texts("SELECT CAST(letter AS TEXT) FROM outbox ORDER BY created_at, id").await;
        let told = queued
            .iter()
            .map(|letter| serde_json::from_str::<Value>(letter).expect("JSON")["news"].to_string());
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                json!({ "what": "passkey_added", "name": "Laptop" }).to_string(),
                json!({ "what": "passkey_removed", "name": "Laptop", "is_off": true }).to_string(),
            ]
        );
        app.close().await;
    }
}
