//! Rules that do what they look like: what is added counts, whom they concern is said beside what was changed, and
//! letting anyone in takes the organization's name.

use gatehouse::role::Role;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, Database, TestApp, Visitor, field, on_both_databases};

const PAGE: &str = "/settings/admin/access";
const DOMAIN: (&str, &str) = ("domains.0.name", "acme.test");
const GATED: (&str, &str) = ("domain_gating", "true");
const OPEN: (&str, &str) = ("open_sign_up", "true");

async fn send(admin: &Visitor, fields: &[(&str, &str)]) -> Answer {
    let version = field(&admin.get(PAGE).await.body, "version");
    admin.post(PAGE, &[&[("version", version.as_str())], fields].concat()).await
}

/// The same by someone who reviews whom it concerns, where that is asked.
async fn save(admin: &Visitor, fields: &[(&str, &str)]) -> Answer {
    let review = send(admin, fields).await;
    if review.status != 422 || !review.body.contains("name=\"digest\"") {
        return review;
    }
    let digest = field(&review.body, "digest");
    send(admin, &[fields, &[("digest", &digest)]].concat()).await
}

async fn stored(admin: &Visitor) -> Value {
    admin.get("/api/admin/settings").await.json()
}

/// Puts rules in force that let in these domains.
async fn lets_in(admin: &Visitor, domains: &[&str]) {
    let rules = json!({ "allowedEmailDomains": domains, "domainGatingEnabled": true });
    assert_eq!(admin.patch("/api/admin/settings", &rules).await.status, 200);
}

/// What stands in the part of the form with this heading.
fn part<'p>(page: &'p str, heading: &str) -> &'p str {
    let from = page.find(&format!("id=\"{heading}\"")).unwrap_or_else(|| panic!("{heading} in {page}"));
    &page[from..from + page[from..].find("</section>").expect("an end")]
}

on_both_databases!(
    a_domain_added_while_its_switch_is_off_switches_it_on,
    an_address_added_while_its_switch_is_off_switches_it_on,
    others_who_have_been_dormant_in_a_list_are_looked_at_before_they_can_join,
    the_page_says_before_saving_that_a_list_will_be_on,
    the_page_promises_no_switch_where_saving_asks_first,
    the_last_of_a_list_is_removed_only_where_someone_could_join,
    programs_switch_lists_on_themselves,
    an_address_that_was_turned_away_switches_an_empty_list_on_and_says_so,
    the_people_a_change_affects_are_counted_beside_it,
    saving_says_how_many_to_review_until_they_have_been,
    only_those_whose_access_changes_are_to_be_reviewed,
    a_button_that_changes_no_rule_warns_of_no_one,
    stored_rules_that_leave_someone_out_say_so_above_the_form,
    anyone_is_let_in_by_the_typed_name_of_the_organization_only,
    who_could_join_is_said_and_is_no_good_news,
    programs_open_the_door_without_a_name_and_doubtful_domains_take_their_tick,
    nothing_new_is_saved_asleep
);

// --- adding

async fn a_domain_added_while_its_switch_is_off_switches_it_on(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(send(&ada, &[DOMAIN]).await.status, 303);
    assert!(ada.get(PAGE).await.says("You added a domain, so domains are now on."));
    assert_eq!(stored(&ada).await["domainGatingEnabled"], true);
    let events =
        app.texts("SELECT CAST(after AS TEXT) FROM events WHERE action = 'access.rules_changed'").await;
    assert!(events[0].replace(' ', "").contains("\"domain_gating\":true"), "{events:?}");
    let me = ("confirm_email", "ada@acme.test");
    assert_eq!(save(&ada, &[DOMAIN, me]).await.status, 303, "switched off again, with nothing added");
    assert_eq!(stored(&ada).await["domainGatingEnabled"], false);
    assert_eq!(save(&ada, &[DOMAIN]).await.status, 303);
    assert_eq!(stored(&ada).await["domainGatingEnabled"], false, "what is there already is not new");
}

async fn an_address_added_while_its_switch_is_off_switches_it_on(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(send(&ada, &[("emails", "Ada <ada@acme.test>")]).await.status, 303);
    assert!(ada.get(PAGE).await.says("You added an address, so addresses are now on."));
    assert_eq!(stored(&ada).await["emailAllowlistEnabled"], true);
    app.run("UPDATE org_settings SET allowed_emails = '[]', email_allowlist_enabled = FALSE", []).await;
    assert_eq!(save(&ada, &[DOMAIN, ("emails", "x@y.test")]).await.status, 303);
    assert!(ada.get(PAGE).await.says("You added to both lists, so both are now on."));
}

async fn others_who_have_been_dormant_in_a_list_are_looked_at_before_they_can_join(app: &TestApp) {
    let ada = app.owner().await;
    app.run("UPDATE org_settings SET allowed_domains = '[{\"domain\":\"old.test\",\"include_subdomains\":false}]'", []).await;
    let before = app.footprint().await;
    let both = [("domains.0.name", "old.test"), ("domains.1.name", "acme.test")];
    let look = send(&ada, &both).await;
    assert_eq!(look.status, 422);
    assert!(look.says("Domains were switched off and list others, who could join, too."), "{}", look.body);
    assert!(
        part(&look.body, "domains_title")
            .contains("role=\"switch\" aria-describedby=\"domains_hint\" checked")
    );
    assert_eq!(app.footprint().await, before);
    assert_eq!(send(&ada, &[both[0], both[1], GATED]).await.status, 303);
    assert_eq!(stored(&ada).await["allowedEmailDomains"], json!(["old.test", "acme.test"]));
}

async fn the_page_says_before_saving_that_a_list_will_be_on(app: &TestApp) {
    let ada = app.owner().await;
    for (fields, heading, sentence) in [
        ([DOMAIN], "domains_title", "You added a domain. Saving switches this on."),
        ([("emails", "ada@acme.test")], "emails_title", "You added an address. Saving switches this on."),
    ] {
        let page = send(&ada, &[fields[0], ("preview", "1")]).await;
        assert!(part(&page.body, heading).contains(sentence), "{}", page.body);
        let fields = [("version", "1"), fields[0], ("preview", "1")];
        let live = ada.htmx(Method::POST, PAGE, "div#preview", &fields).await;
        assert!(live.says(sentence), "{}", live.body);
    }
}

async fn the_page_promises_no_switch_where_saving_asks_first(app: &TestApp) {
    let ada = app.owner().await;
    app.run("UPDATE org_settings SET allowed_domains = '[{\"domain\":\"old.test\",\"include_subdomains\":false}]', allowed_emails = '[\"old@other.test\"]'", []).await;
    let both = [
        ("domains.0.name", "old.test"),
        ("domains.1.name", "acme.test"),
        ("emails", "old@other.test, ada@acme.test"),
    ];
    let page = send(&ada, &[both[0], both[1], both[2], ("preview", "1")]).await;
    for (heading, added) in
        [("domains_title", "You added a domain to"), ("emails_title", "You added an address to")]
    {
        let part = part(&page.body, heading);
        assert!(
            part.contains(&format!(
                "{added} a list that is off and holds others. Saving asks you to check them first."
            )),
            "{part}"
        );
        assert!(!part.contains("Saving switches this on"), "{part}");
    }
    assert_eq!(send(&ada, &both).await.status, 422, "and it does ask");
    assert_eq!(stored(&ada).await["domainGatingEnabled"], false);
}

async fn the_last_of_a_list_is_removed_only_where_someone_could_join(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(send(&ada, &[DOMAIN]).await.status, 303);
    let none = send(&ada, &[GATED]).await;
    assert!(none.status == 422 && none.says("No one could join"), "{}", none.body);
    assert_eq!(save(&ada, &[("confirm_email", "ada@acme.test")]).await.status, 303, "with its switch");
}

async fn programs_switch_lists_on_themselves(app: &TestApp) {
    let ada = app.owner().await;
    let patch = json!({ "allowedEmailDomains": ["acme.test"] });
    assert_eq!(ada.patch("/api/admin/settings", &patch).await.json()["domainGatingEnabled"], false);
}

async fn an_address_that_was_turned_away_switches_an_empty_list_on_and_says_so(app: &TestApp) {
    let ada = app.owner().await;
    let allow = format!("{PAGE}/allowed-addresses");
    for (email, told) in [("sam@other.test", "Addresses are now on."), ("kim@other.test", "can now join.")] {
        assert_eq!(ada.post(&allow, &[("email", email)]).await.status, 303);
        let page = ada.get(PAGE).await;
        assert!(page.says(told), "{email}: {}", page.body);
    }
}

// --- whom it concerns

async fn the_people_a_change_affects_are_counted_beside_it(app: &TestApp) {
    let ada = app.owner().await;
    for n in 0..3 {
        app.enroll(&format!("p{n}@other.test"), "default", Role::Member).await;
    }
    lets_in(&ada, &["acme.test", "other.test"]).await;
    let saved = send(&ada, &[DOMAIN, GATED]).await;
    assert_eq!(saved.status, 422, "looked at first");
    let warning = "3 people would be refused, 1 would keep access.";
    let domains = part(&saved.body, "domains_title");
    assert!(
        domains.contains(warning) && domains.contains("id=\"affected\" tabindex=\"-1\" autofocus"),
        "the page begins there: {domains}"
    );
    assert!(!part(&saved.body, "emails_title").contains(warning), "that was not changed");
    let typed = [DOMAIN, GATED, ("emails", "p0@other.test"), ("preview", "1")];
    let page = send(&ada, &typed).await;
    let both = "2 people would be refused, 2 would keep access.";
    assert!(
        part(&page.body, "domains_title").contains(both) && part(&page.body, "emails_title").contains(both)
    );
    assert_eq!(page.body.matches("id=\"affected\"").count(), 1);
}

async fn saving_says_how_many_to_review_until_they_have_been(app: &TestApp) {
    let ada = app.owner().await;
    lets_in(&ada, &["acme.test", "other.test"]).await;
    let fields = [("version", "1"), DOMAIN, GATED, ("preview", "1")];
    let mut count = 0;
    for (people, says) in
        [(0, ">Save<"), (1, ">Review 1 affected person<"), (2, ">Review 2 affected people<")]
    {
        while count < people {
            app.enroll(&format!("p{count}@other.test"), "default", Role::Member).await;
            count += 1;
        }
        let live = ada.htmx(Method::POST, PAGE, "div#preview", &fields).await;
        let button =
            live.body.split("hx-target=\"#rules_save\" hx-swap=\"innerHTML\"").nth(1).expect("a button");
        assert!(button.starts_with(says), "{people}: {button}");
        assert_eq!(live.body.contains("name=\"digest\""), people == 0, "nobody has reviewed it yet");
    }
    let row = [DOMAIN, GATED, ("domains.1.name", "x.test"), ("remove_domain", "1")];
    assert!(
        send(&ada, &row).await.says("Review 2 affected people"),
        "a button of the form is no review, either"
    );
    let review = send(&ada, &[DOMAIN, GATED]).await;
    assert!(review.status == 422 && !review.says("Review 2 affected people"), "{}", review.body);
    let digest = field(&review.body, "digest");
    assert_eq!(send(&ada, &[DOMAIN, GATED, ("digest", &digest)]).await.status, 303);
}

async fn only_those_whose_access_changes_are_to_be_reviewed(app: &TestApp) {
    let ada = app.owner().await;
    lets_in(&ada, &["acme.test", "other.test"]).await;
    for email in ["a@other.test", "b@other.test", "out@third.test"] {
        app.enroll(email, "default", Role::Member).await;
    }
    let fields = [("version", "1"), DOMAIN, GATED, ("preview", "1")];
    let live = ada.htmx(Method::POST, PAGE, "div#preview", &fields).await;
    assert!(
        live.says("Review 2 affected people")
            && live.says("2 more people would be refused, 1 would keep access."),
        "{}",
        live.body
    );
    let asked = send(&ada, &[DOMAIN, GATED]).await;
    let preview = part(&asked.body, "preview_title");
    assert!(
        preview.contains("Would be refused <strong>3</strong>")
            && preview.contains("1 of them by the current rules, too"),
        "{preview}"
    );
    let ending = [("version", "1"), DOMAIN, GATED, ("apply", "now"), ("preview", "1")];
    let live = ada.htmx(Method::POST, PAGE, "div#preview", &ending).await;
    assert!(live.says("Review 3 affected people"), "that ends the access of the third, too: {}", live.body);

    let more = [
        ("domains.0.name", "acme.test"),
        ("domains.1.name", "other.test"),
        ("domains.2.name", "new.test"),
        GATED,
    ];
    let live = ada
        .htmx(Method::POST, PAGE, "div#preview", &[&[("version", "1"), ("preview", "1")], &more[..]].concat())
        .await;
    let button = live.body.split("hx-target=\"#rules_save\" hx-swap=\"innerHTML\"").nth(1).expect("a button");
    assert!(
        button.starts_with(">Review<"),
        "who is left out as before is looked at, and counted nowhere: {button}"
    );
    assert!(live.says("1 person would still be refused, 3 would keep access."), "{}", live.body);
    let review = send(&ada, &more).await;
    assert!(review.status == 422 && review.says("out@third.test"), "{}", review.body);
    let digest = field(&review.body, "digest");
    assert_eq!(send(&ada, &[&more[..], &[("digest", &digest)]].concat()).await.status, 303);
}

async fn a_button_that_changes_no_rule_warns_of_no_one(app: &TestApp) {
    let ada = app.owner().await;
    let row = send(&ada, &[("add_domain", "1")]).await;
    assert!(
        row.status == 200
            && !row.says("would be refused")
            && row.says(">Save</button>\n<button class=\"button\" id=\"rules_preview\""),
        "{}",
        row.body
    );
}

async fn stored_rules_that_leave_someone_out_say_so_above_the_form(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(send(&ada, &[DOMAIN, GATED]).await.status, 303);
    app.enroll("p@other.test", "default", Role::Member).await;
    let again = send(&ada, &[DOMAIN, GATED]).await;
    let form = again.body.find("<form method=\"post\" action=\"/settings/admin/access").expect("the form");
    let warning = again.body.find("id=\"affected\"").expect("a warning");
    assert!(again.status == 422 && warning < form, "{}", again.body);
}

// --- letting anyone in

async fn anyone_is_let_in_by_the_typed_name_of_the_organization_only(app: &TestApp) {
    let ada = app.owner().await;
    let before = app.footprint().await;
    for typed in ["", "yes", "My", "ada@acme.test", "My Organization!"] {
        let answer = send(&ada, &[OPEN, ("confirm_name", typed)]).await;
        assert_eq!(answer.status, 422, "{typed}");
        assert!(answer.says("Type <strong>My Organization</strong> to confirm"), "{}", answer.body);
    }
    let asked = send(&ada, &[OPEN]).await;
    assert!(!asked.says("Type My Organization."), "no reproach before it was asked");
    let digest = field(&asked.body, "digest");
    let wrong = send(&ada, &[OPEN, ("digest", &digest), ("confirm_name", "Mine")]).await;
    assert!(
        wrong.says("Type My Organization.") && field(&wrong.body, "confirm_name") == "Mine",
        "{}",
        wrong.body
    );
    assert_eq!(app.footprint().await, before);
    assert_eq!(send(&ada, &[OPEN, ("confirm_name", " my  organization ")]).await.status, 303);
    assert_eq!(stored(&ada).await["openSignUp"], true);
    assert_eq!(send(&ada, &[OPEN, ("emails", "x@y.test")]).await.status, 303, "open it is already");
}

async fn who_could_join_is_said_and_is_no_good_news(app: &TestApp) {
    let ada = app.owner().await;
    let sentence = "Anyone with an account at Acme SSO can become a member, without an invite.";
    let page = send(&ada, &[OPEN, ("preview", "1")]).await;
    let preview = part(&page.body, "preview_title");
    assert!(preview.contains(sentence) && !preview.contains("M20 6 9 17l-5-5"), "{preview}");
    assert!(
        page.body.contains("card preview preview-open") && part(&page.body, "open_title").contains(sentence)
    );
    let live = [("version", "1"), OPEN, ("preview", "1")];
    let live = ada.htmx(Method::POST, PAGE, "div#preview", &live).await;
    assert!(live.says(sentence) && live.body.contains("confirm_name"), "{}", live.body);
    let off = send(&ada, &[DOMAIN, GATED, ("preview", "1")]).await;
    assert!(!off.body.contains("confirm_name") && !off.says(sentence));
}

async fn programs_open_the_door_without_a_name_and_doubtful_domains_take_their_tick(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(ada.patch("/api/admin/settings", &json!({ "openSignUp": true })).await.status, 200);
    let doubtful = json!({ "allowedEmailDomains": ["gmail.com"] });
    assert_eq!(ada.patch("/api/admin/settings", &doubtful).await.status, 422);
    let gmail = ("domains.0.name", "gmail.com");
    assert_eq!(send(&ada, &[OPEN, gmail]).await.status, 422);
    assert_eq!(send(&ada, &[OPEN, gmail, ("sure", "gmail.com")]).await.status, 303);
}

// Whatever lists and switches are typed over whatever is stored: nothing that is new is saved asleep.
async fn nothing_new_is_saved_asleep(app: &TestApp) {
    let ada = app.owner().await;
    let mut runner = TestRunner::deterministic();
    let list = || prop::collection::vec(prop::sample::select(vec!["a.test", "b.test", "c.test"]), 0..3);
    for case in 0..40 {
        let all = (list(), any::<bool>(), list(), any::<bool>());
        let (old, was_on, new, on) = all.new_tree(&mut runner).expect("rules").current();
        let rules = json!({ "allowedEmailDomains": old, "domainGatingEnabled": was_on && !old.is_empty() });
        assert_eq!(ada.patch("/api/admin/settings", &rules).await.status, 200, "case {case}: {rules}");
        let before = stored(&ada).await;
        let mut fields: Vec<(String, &str)> =
            new.iter().enumerate().map(|(n, domain)| (format!("domains.{n}.name"), *domain)).collect();
        if on {
            fields.push((GATED.0.to_owned(), GATED.1));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let answer = save(&ada, &fields).await;
        let after = stored(&ada).await;
        let is_off = |rules: &Value| rules["domainGatingEnabled"] == false;
        let adds = is_off(&before) && new.iter().any(|domain| !old.contains(domain));
        let wakes = adds && !on && new.iter().any(|domain| old.contains(domain));
        let expected = if wakes || on && new.is_empty() { 422 } else { 303 };
        assert_eq!(answer.status, expected, "case {case}: {old:?} {new:?} {on}: {}", answer.body);
        assert!(expected == 303 || after == before, "case {case}");
        assert!(expected == 422 || !adds || !is_off(&after), "case {case}: {old:?} {new:?} asleep");
    }
}

#[actix_web::test]
async fn who_could_join_is_said_within_the_limits_of_the_installation() {
    let app = TestApp::open_with(Database::sqlite(), &[("ALLOWED_DOMAINS", "acme.test")]).await;
    let ada = app.owner().await;
    let page = send(&ada, &[OPEN, ("preview", "1")]).await;
    let sentence = "Anyone with an address at acme.test and an account at Acme SSO can become a member";
    assert!(page.says(sentence), "{}", page.body);
    app.close().await;
}
