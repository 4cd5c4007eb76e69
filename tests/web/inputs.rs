//! What people type and paste, and by which address they come: as it really is.

use gatehouse::role::Role;
use mail_parser::MessageParser;
use reqwest::Method;
use serde_json::json;

use super::support::{Answer, Database, Identity, Smtp, TestApp, Visitor, field, form, on_both_databases};

const ALI: &str = "علی\u{200c}رضا";
const FAMILY: &str = "👨\u{200d}👩\u{200d}👧 Family";
const INVITES: &str = "/settings/admin/invites";
const ACCESS: &str = "/settings/admin/access";
const SETTINGS: &str = "/api/admin/settings";

async fn rename(admin: &Visitor, name: &str) -> Answer {
    let version = field(&admin.get("/settings/admin").await.body, "version");
    admin.post("/settings/admin", &[("name", name), ("version", &version)]).await
}

/// What stands in the form of invites.
fn typed(page: &Answer) -> String {
    let form = form(&page.body, INVITES).expect("the form");
    let addresses = form.fields.iter().find(|(name, _)| name == "addresses").expect("the field");
    addresses.1.clone()
}

async fn invited(app: &TestApp) -> Vec<String> {
    app.texts("SELECT email FROM invites ORDER BY email").await
}

async fn save(admin: &Visitor, fields: &[(&str, &str)]) -> Answer {
    let version = field(&admin.get(ACCESS).await.body, "version");
    let mut all = vec![("version", version.as_str()), ("domain_gating", "true")];
    all.extend_from_slice(fields);
    admin.post(ACCESS, &all).await
}

on_both_databases!(
    a_name_keeps_the_joiners_that_its_script_or_emoji_needs,
    what_no_one_sees_is_refused_where_it_is_typed_and_goes_where_a_provider_sends_it,
    bad_lines_never_block_the_good_ones_and_wait_in_the_form_with_their_reasons,
    lines_to_be_corrected_come_back_with_what_was_chosen_for_them,
    a_form_that_is_sent_again_with_a_line_corrected_invites_that_one_alone,
    where_no_line_is_an_address_nothing_is_sent_and_all_of_it_comes_back,
    the_preview_says_who_is_a_member_and_who_is_invited,
    the_preview_says_how_many_are_too_many_and_knows_all_of_them,
    results_that_an_earlier_version_has_kept_are_still_shown,
    the_list_of_addresses_is_read_as_invites_are,
    a_rule_for_a_public_suffix_is_refused_with_the_reason,
    a_rule_of_before_works_on_and_is_to_be_removed_when_rules_are_saved,
    a_browser_that_comes_by_another_address_is_told_both
);

async fn a_name_keeps_the_joiners_that_its_script_or_emoji_needs(app: &TestApp) {
    let ada = app.owner().await;
    for name in [ALI, FAMILY] {
        assert_eq!(rename(&ada, name).await.status, 303, "{name}");
        assert!(ada.get("/settings/admin").await.body.contains(name));
        assert_eq!(ada.get(SETTINGS).await.json()["name"], name);
        let project = ada.post_json("/api/projects", &json!({ "name": name })).await;
        assert_eq!((project.status, &project.json()["name"]), (201, &json!(name)), "{}", project.body);
    }
    ada.patch(SETTINGS, &json!({ "allowedEmailDomains": ["acme.test"], "domainGatingEnabled": true })).await;
    for (email, name) in [("ali@acme.test", ALI), ("family@acme.test", FAMILY)] {
        let person = app.visitor();
        assert_eq!(person.sign_in(&app.provider, &Identity::new(email, name)).await.status, 303);
        assert_eq!(person.get("/api/me").await.json()["name"], name);
        assert!(ada.get("/settings/admin/users").await.body.contains(name));
    }
}

async fn what_no_one_sees_is_refused_where_it_is_typed_and_goes_where_a_provider_sends_it(app: &TestApp) {
    let ada = app.owner().await;
    let before = app.footprint().await;
    for c in [
        "\u{61c}",
        "\u{ad}",
        "\u{3164}",
        "\u{e0041}",
        "\u{200d}",
        "\u{fe0f}",
        "\u{2800}",
        "\u{202e}",
        "\u{feff}",
        "\u{f8ff}",
        "\u{378}",
    ] {
        let name = format!("Ac{c}me");
        let answer = rename(&ada, &name).await;
        assert!(
            answer.status == 422 && answer.says("This contains an invisible or unknown character."),
            "{name:?}"
        );
        assert_eq!(field(&answer.body, "name"), name, "what was typed comes back");
        for path in ["/api/projects", "/api/teams"] {
            assert_eq!(ada.post_json(path, &json!({ "name": name })).await.status, 422, "{path} {name:?}");
        }
        assert_eq!(ada.patch(SETTINGS, &json!({ "name": name })).await.status, 422, "{name:?}");
    }
    assert_eq!(app.footprint().await, before);
    ada.patch(SETTINGS, &json!({ "allowedEmailDomains": ["acme.test"], "domainGatingEnabled": true })).await;
    for (n, (name, shown)) in [
        ("Sa\u{61c}m \u{ad}Doe\u{3164}", "Sam Doe"),
        ("Sam\u{e0041}\u{e007f}", "Sam"),
        ("\u{200d}\u{3164}\u{2800}", "s2"),
        ("Sam\u{200d}", "Sam"),
        ("Sam \u{f8ff}Doe\u{10fffd}", "Sam Doe"),
    ]
    .into_iter()
    .enumerate()
    {
        let person = app.visitor();
        let identity = Identity::new(&format!("s{n}@acme.test"), name);
        assert_eq!(person.sign_in(&app.provider, &identity).await.status, 303, "no name keeps anybody out");
        assert_eq!(person.get("/api/me").await.json()["name"], shown, "{name:?}");
    }
}

// 3.6
async fn bad_lines_never_block_the_good_ones_and_wait_in_the_form_with_their_reasons(app: &TestApp) {
    let ada = app.owner().await;
    let batch = field(&ada.get(INVITES).await.body, "batch");
    let text = "\u{feff}\"Park, Dana\" <d@x.test>\nDoe, Jane <j@b.test>; k@b.test\nnobody\nmailto:m@x.test\nfoo@, <u@acme.com>u@evil.com";
    let fields = [("addresses", text), ("role", "admin"), ("batch", batch.as_str())];
    let sent = ada.post(INVITES, &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let good = ["d@x.test", "j@b.test", "k@b.test", "m@x.test"];
    assert_eq!(invited(app).await, good);
    let page = ada.get(sent.location()).await;
    assert!(page.status == 200 && page.says("4 people invited"), "{}", page.body);
    assert!(page.says("3 lines aren’t email addresses. Correct them and send again."), "{}", page.body);
    assert_eq!(typed(&page), "nobody\nfoo@\n<u@acme.com>u@evil.com");
    assert!(page.says("No email address here.") && page.says("This isn’t an email address."));
    assert_ne!(field(&page.body, "batch"), batch, "what is left is another form");
    let again = ada.post(INVITES, &fields).await;
    assert_eq!((again.status, again.location()), (303, sent.location()));
    assert_eq!(typed(&ada.get(sent.location()).await), typed(&page), "a reload shows the same");
    assert_eq!(
        app.count("SELECT CAST(max(generation) AS BIGINT) FROM invites").await,
        1,
        "nobody is mailed twice"
    );
    assert_eq!(app.events_of("invites.sent").await, 1);
}

// 3.6
async fn lines_to_be_corrected_come_back_with_what_was_chosen_for_them(app: &TestApp) {
    let ada = app.owner().await;
    let team = ada.post_json("/api/teams", &json!({ "name": "Red" })).await.json()["id"].clone();
    let project = ada.post_json("/api/projects", &json!({ "name": "Apollo" })).await.json()["id"].clone();
    let [team, project] = [&team, &project].map(|id| id.as_str().expect("an id"));
    let chosen = [("role", "admin"), ("team", team), ("project", project), ("project_role", "admin")];
    let send = async |fields: &[(&str, &str)]| {
        let sent = ada.post(INVITES, &[fields, &chosen].concat()).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        ada.get(sent.location()).await
    };
    let page = send(&[("addresses", "a@x.test\nb@")]).await;
    let is_chosen =
        |page: &Answer, value: &str| page.body.contains(&format!("<option value=\"{value}\" selected>"));
    let role = |page: &Answer| {
        let fields = form(&page.body, INVITES).expect("the form").fields;
        fields.into_iter().find(|(name, _)| name == "role").expect("a role").1
    };
    assert!([team, project, "admin"].iter().all(|value| is_chosen(&page, value)), "{}", page.body);
    assert_eq!(role(&page), "admin");
    let batch = field(&page.body, "batch");
    let page = send(&[("addresses", "b@x.test"), ("batch", &batch)]).await;
    assert!(page.says("1 person invited"), "{}", page.body);
    let roles =
        app.texts("SELECT role FROM invites WHERE team_id IS NOT NULL AND project_id IS NOT NULL").await;
    assert_eq!(roles, ["admin", "admin"]);
    assert_eq!(role(&page), "member", "the next invite is another one");
    assert!(!is_chosen(&page, team) && !is_chosen(&page, project), "{}", page.body);
}

// 3.6: with the browser's back button.
async fn a_form_that_is_sent_again_with_a_line_corrected_invites_that_one_alone(app: &TestApp) {
    let ada = app.owner().await;
    let batch = field(&ada.get(INVITES).await.body, "batch");
    let send = async |addresses: &str| {
        let sent = ada.post(INVITES, &[("addresses", addresses), ("batch", &batch)]).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        ada.get(sent.location()).await
    };
    assert!(send("a@x.test\nb@").await.says("1 line isn’t an email address. Correct it and send again."));
    let page = send("a@x.test\nb@x.test").await;
    assert!(page.says("2 people invited") && typed(&page).is_empty(), "{}", page.body);
    assert_eq!(invited(app).await, ["a@x.test", "b@x.test"]);
    assert_eq!(app.count("SELECT CAST(max(generation) AS BIGINT) FROM invites").await, 1);
    assert!(send("a@x.test\nb@x.test").await.says("Already invited."));
}

async fn where_no_line_is_an_address_nothing_is_sent_and_all_of_it_comes_back(app: &TestApp) {
    let ada = app.owner().await;
    for (text, says) in [
        ("nobody", "This isn’t an email address. No invites sent."),
        ("foo@\nu@acme.com@evil.com", "2 lines aren’t email addresses. No invites sent."),
        (" \n-\n", "Type at least one address."),
    ] {
        let answer = ada.post(INVITES, &[("addresses", text)]).await;
        assert!(answer.status == 422 && answer.says(says), "{text}: {}", answer.body);
        assert_eq!(typed(&answer), text);
    }
    assert_eq!(app.rows_in("invites").await, 0);
    assert_eq!(app.rows_in("invite_batches").await, 0);
}

async fn the_preview_says_who_is_a_member_and_who_is_invited(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Member).await;
    ada.post_json("/api/admin/invites", &json!({ "email": "sam@x.test" })).await;
    let before = app.footprint().await;
    let text = "BEN@acme.test, Sam <sam@x.test>\nnew@x.test\nfoo@";
    for htmx in [false, true] {
        let fields = [("addresses", text), ("preview", "1")];
        let page = if htmx {
            ada.htmx(Method::POST, INVITES, "div#parsed", &fields).await
        } else {
            ada.post(INVITES, &fields).await
        };
        assert_eq!(page.status, 200);
        assert!(page.says("3 addresses, 1 invalid line."), "{}", page.body);
        assert!(page.body.contains("<strong>ben@acme.test</strong> Already a member."), "{}", page.body);
        assert!(page.body.contains("<strong>sam@x.test</strong> Has an open invite."), "{}", page.body);
        assert!(!page.body.contains("<strong>new@x.test</strong>"));
    }
    assert_eq!(app.footprint().await, before, "looking changes nothing");
}

async fn the_preview_says_how_many_are_too_many_and_knows_all_of_them(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Member).await;
    ada.post_json("/api/admin/invites", &json!({ "email": "sam@x.test" })).await;
    let many: Vec<String> = (0..510).map(|n| format!("p{n}@x.test")).collect();
    let text = format!("{}\nben@acme.test\nsam@x.test", many.join("\n"));
    let before = app.footprint().await;
    let page = ada.post(INVITES, &[("addresses", &text), ("preview", "1")]).await;
    assert_eq!(page.status, 200);
    let limit = "Invite up to 500 addresses at once. Remove 12.";
    assert!(page.says(&format!("512 addresses. {limit}")), "{}", page.body);
    assert!(page.body.contains("<strong>ben@acme.test</strong> Already a member."), "{}", page.body);
    assert!(page.body.contains("<strong>sam@x.test</strong> Has an open invite."), "{}", page.body);
    let sent = ada.post(INVITES, &[("addresses", &text)]).await;
    assert!(sent.status == 422 && sent.says(limit), "{}", sent.body);
    assert_eq!(app.footprint().await, before);
    let enough = ada.post(INVITES, &[("addresses", &many[..500].join("\n")), ("preview", "1")]).await;
    assert!(enough.says("500 addresses.") && !enough.says("at once"), "{}", enough.body);
}

async fn results_that_an_earlier_version_has_kept_are_still_shown(app: &TestApp) {
    let ada = app.owner().await;
    let lines = json!([{ "email": "sam@x.test", "outcome": "member", "invite": null }]).to_string();
    app.run("INSERT INTO invite_batches (id, organization_id, results, created_at) VALUES ('b1', 'default', '[]', 0)", []).await;
    app.run(&format!("UPDATE invite_batches SET results = '{lines}'"), []).await;
    let page = ada.get(&format!("{INVITES}?batch=b1")).await;
    assert!(page.status == 200 && page.says("Already a member"), "{}", page.body);
}

// 2.7
async fn the_list_of_addresses_is_read_as_invites_are(app: &TestApp) {
    let ada = app.owner().await;
    let text = "\u{feff}\"Park, Dana\" <d@x.test>\n“j@b.test”; mailto:k@b.test";
    let saved = ada.post(ACCESS, &[("version", "1"), ("emails", text), ("email_allowlist", "true")]).await;
    assert_eq!(saved.status, 422, "shows first who is left out: {}", saved.body);
    let digest = field(&saved.body, "digest");
    let fields = [
        ("version", "1"),
        ("emails", text),
        ("email_allowlist", "true"),
        ("digest", &digest),
        ("confirm_email", "ada@acme.test"),
    ];
    assert_eq!(ada.post(ACCESS, &fields).await.status, 303);
    assert_eq!(ada.get(SETTINGS).await.json()["allowedEmails"], json!(["d@x.test", "j@b.test", "k@b.test"]));
}

async fn a_rule_for_a_public_suffix_is_refused_with_the_reason(app: &TestApp) {
    let ada = app.owner().await;
    let before = app.footprint().await;
    for (domain, name) in [
        ("co.uk", "co.uk"),
        ("*.co.uk", "co.uk"),
        ("*.github.io", "github.io"),
        ("github.io", "github.io"),
        ("com", "com"),
        ("*.com", "com"),
        ("foo.ck", "foo.ck"),
        ("xn--p1ai", "xn--p1ai"),
    ] {
        let reason = format!("Anyone can register a domain under {name}.");
        let page = save(&ada, &[("domains.0.name", domain), ("domains.0.subdomains", "true")]).await;
        assert!(page.status == 422 && page.says(&reason), "{domain}: {}", page.body);
        assert_eq!(field(&page.body, "domains.0.name"), domain);
        let body = json!({ "allowedEmailDomains": ["acme.test", domain], "confirmedDomains": [domain] });
        let api = ada.patch(SETTINGS, &body).await;
        assert_eq!(api.status, 422, "{domain}");
        assert!(api.json()["errors"]["allowedEmailDomains"].to_string().contains(&reason), "{}", api.body);
    }
    assert_eq!(app.footprint().await, before);
    let fine = json!({ "allowedEmailDomains": ["acme.test", "*.acme.co.uk", "acme.github.io"] });
    assert_eq!(ada.patch(SETTINGS, &fine).await.status, 200);
}

async fn a_rule_of_before_works_on_and_is_to_be_removed_when_rules_are_saved(app: &TestApp) {
    let ada = app.owner().await;
    let rules = r#"[{"domain":"co.uk","include_subdomains":true}]"#;
    app.run(
        &format!("UPDATE org_settings SET domain_gating_enabled = TRUE, allowed_domains = '{rules}'"),
        [],
    )
    .await;
    let sam = app.visitor().sign_in(&app.provider, &Identity::new("sam@acme.co.uk", "Sam")).await;
    assert_eq!(sam.status, 303, "as before");
    let reason = "Anyone can register a domain under co.uk.";
    let page = ada.get(ACCESS).await;
    assert!(page.says(reason) && page.says("Remove it before you save."), "{}", page.body);
    let fields =
        [("domains.0.name", "co.uk"), ("domains.0.subdomains", "true"), ("domains.1.name", "acme.test")];
    let refused = save(&ada, &fields).await;
    assert!(refused.status == 422 && refused.says(reason), "{}", refused.body);
    assert_eq!(ada.patch(SETTINGS, &json!({ "name": "Acme" })).await.status, 200, "what is left out stays");
    assert_eq!(
        ada.patch(SETTINGS, &json!({ "domainGatingEnabled": false, "openSignUp": true })).await.status,
        200
    );
    let on = ada.patch(SETTINGS, &json!({ "domainGatingEnabled": true })).await;
    assert!(on.status == 422 && on.body.contains(reason), "it is not switched on again: {}", on.body);
    let removed = json!({ "domainGatingEnabled": true, "allowedEmailDomains": ["acme.test"] });
    assert_eq!(ada.patch(SETTINGS, &removed).await.status, 200);
}

async fn a_browser_that_comes_by_another_address_is_told_both(app: &TestApp) {
    let ada = app.owner().await;
    let other = "http://10.9.8.7:8080";
    let send = async |path: &str, pairs: &[(&str, &str)]| {
        let request = ada.request(Method::POST, path);
        let request = pairs.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        ada.send(request).await
    };
    let by_host = [("origin", other), ("host", "10.9.8.7:8080")];
    let by_proxy = [("origin", other), ("sec-fetch-site", "same-origin")];
    for pairs in [&by_host, &by_proxy] {
        let page = send("/sign-out", pairs).await;
        assert_eq!(page.status, 403);
        assert!(
            page.says(&format!("You opened it at {other}, and it takes changes only at {}.", app.base)),
            "{}",
            page.body
        );
        assert!(page.body.contains(&format!("href=\"{}/\"", app.base)) && page.says("GATEHOUSE_BASE_URL"));
        let problem = send("/api/teams", pairs).await.json();
        assert_eq!(problem["code"], "cross_site");
        assert!(
            problem["detail"].to_string().contains(other)
                && problem["detail"].to_string().contains(&app.base)
        );
    }
    let evil = send("/sign-out", &[("origin", "https://evil.test"), ("sec-fetch-site", "cross-site")]).await;
    assert!(evil.says("This came from another site") && evil.says("https://evil.test"), "{}", evil.body);
    let markup = send("/sign-out", &[("origin", "https://<b>evil</b>.test")]).await;
    assert!(markup.says("an unknown address") && !markup.body.contains("<b>evil"), "{}", markup.body);
    assert!(ada.is_signed_in().await);
}

#[actix_web::test]
async fn a_name_arrives_in_a_mail_as_it_was_typed() {
    for database in Database::each().await {
        let smtp = Smtp::start().await;
        let settings = smtp.settings();
        let settings: Vec<(&str, &str)> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let app = TestApp::open_with(database, &settings).await;
        let ada = app.owner().await;
        for (n, name) in [ALI, FAMILY].into_iter().enumerate() {
            rename(&ada, name).await;
            let email = format!("sam{n}@other.test");
            ada.post_json("/api/admin/invites", &json!({ "email": email })).await;
            let raw = loop {
                if let Some(mail) = smtp.mails_to(&email).into_iter().next() {
                    break mail.raw;
                }
                actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
            };
            let mail = MessageParser::default().parse(raw.as_bytes()).expect("a mail");
            assert!(mail.subject().expect("a subject").contains(name), "{:?}", mail.subject());
            assert!(
                mail.body_text(0).expect("text").contains(name)
                    && mail.body_html(0).expect("HTML").contains(name)
            );
        }
        app.close().await;
    }
}
