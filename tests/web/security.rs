//! A second factor that an organization requires: of whom, from when on, and what is closed to those without one (rules
//! 7.1, 7.2).

use chrono::{Duration, Utc};
use futures_util::future::join_all;
use gatehouse::address::EmailAddress;
use gatehouse::role::Role;
use gatehouse::security::reminders::send_due;
use gatehouse::users::operator::reset_second_factor;
use reqwest::Method;
use serde_json::{Value, json};

use super::second_factor::add_app;
use super::support::{
    Answer, Database, Identity, Smtp, TestApp, Visitor, borrowed, field, on_both_databases,
};

const PAGE: &str = "/settings/admin/security";
const API: &str = "/api/admin/security";

/// What the page sends, with the version that it shows.
async fn send(admin: &Visitor, fields: &[(&str, &str)]) -> Answer {
    let version = field(&admin.get(PAGE).await.body, "version");
    let mut form = vec![("version", &*version)];
    form.extend_from_slice(fields);
    admin.post(PAGE, &form).await
}

/// Requires one from then on, as an admin who has looked at whom it concerns.
async fn require(admin: &Visitor, fields: &[(&str, &str)]) {
    let mut form = vec![("confirmed", "true")];
    form.extend_from_slice(fields);
    let done = send(admin, &form).await;
    assert_eq!((done.status, done.location()), (303, PAGE), "{}", done.body);
}

async fn owner_with_app(app: &TestApp) -> Visitor {
    let ada = app.owner().await;
    add_app(app, &ada).await;
    ada
}

/// From when on it is required, as a moment of the past or of what is to come.
async fn move_the_day(app: &TestApp, by: Duration) {
    let from = (app.services.clock.now() + by).timestamp_millis();
    app.run("UPDATE organizations SET second_factor_from = $1 WHERE id = 'default'", [from.into()]).await;
}

async fn is_closed(visitor: &Visitor) -> bool {
    let page = visitor.get("/settings/admin/users").await;
    let program = visitor.get("/api/org/users").await;
    assert_eq!(page.status, program.status, "{}", page.body);
    if page.status == 200 {
        return false;
    }
    assert_eq!(program.json()["code"], "two_factor_enrollment_required");
    assert!(page.says("Add a second factor") && page.says("You’re still a member"), "{}", page.body);
    true
}

on_both_databases!(
    who_has_none_is_sent_to_add_one_before_they_require_it,
    whom_it_concerns_is_shown_by_name_before_anything_changes,
    until_the_day_there_is_a_countdown_and_after_it_a_wall,
    a_persons_tokens_work_again_with_their_second_factor,
    anyone_who_joins_later_has_as_many_days,
    a_providers_second_factor_counts_where_it_is_trusted,
    the_last_of_ones_own_stays_while_it_is_required,
    an_owner_who_can_come_in_is_always_left,
    what_was_changed_or_typed_in_the_meantime_is_said_and_nothing_is_lost,
    it_takes_a_fresh_sign_in_and_no_operator,
    programs_read_preview_and_change_it,
    the_list_of_people_tells_and_finds_it
);

// F09
async fn who_has_none_is_sent_to_add_one_before_they_require_it(app: &TestApp) {
    let ada = app.owner().await;
    let page = ada.get(PAGE).await;
    assert!(
        page.says("No one needs a second factor.") && page.says("you need one yourself"),
        "{}",
        page.body
    );
    let before = app.footprint().await;
    for confirmed in ["", "true"] {
        let refused = send(&ada, &[("require", "now"), ("confirmed", confirmed)]).await;
        assert!(
            refused.status == 409 && refused.says("Add a second factor to your own account first"),
            "{}",
            refused.body
        );
    }
    let refused = ada.patch(API, &json!({ "require2fa": true })).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("conflict")));
    assert_eq!(app.footprint().await, before);
    add_app(app, &ada).await;
    assert!(!ada.get(PAGE).await.says("you need one yourself"));
    require(&ada, &[("require", "now")]).await;
    assert!(ada.get(PAGE).await.says("Everyone needs a second factor."));
}

async fn whom_it_concerns_is_shown_by_name_before_anything_changes(app: &TestApp) {
    let ada = owner_with_app(app).await;
    app.person("ben@acme.test", Role::Admin).await;
    app.person("cy@acme.test", Role::Member).await;
    app.person("dan@acme.test", Role::Member).await;
    app.deactivate("dan@acme.test").await;
    let before = app.footprint().await;
    let look = send(&ada, &[("require", "week")]).await;
    assert_eq!(look.status, 200, "{}", look.body);
    for text in ["1 of 3 people have a second factor.", "Ben", "Admin", "cy@acme.test", "Require it"] {
        assert!(look.says(text), "{text}: {}", look.body);
    }
    assert!(!look.says("dan@acme.test"), "who can’t come in is not concerned");
    assert_eq!(app.footprint().await, before);
    require(&ada, &[("require", "week")]).await;
    assert!(ada.get(PAGE).await.says("everyone needs a second factor."));
    assert!(ada.get("/settings/admin/audit").await.says("changed the security settings"));
    require(&ada, &[("require", "off")]).await;
    assert!(ada.get(PAGE).await.says("No one needs a second factor."));
    assert_eq!(app.events_of("security.changed").await, 2);
    require(&ada, &[("require", "off")]).await;
    assert_eq!(app.events_of("security.changed").await, 2, "nothing was changed");
}

// F01, F09
async fn until_the_day_there_is_a_countdown_and_after_it_a_wall(app: &TestApp) {
    let ada = owner_with_app(app).await;
    let cy = app.person("cy@acme.test", Role::Member).await;
    require(&ada, &[("require", "week")]).await;
    let page = cy.get("/settings/admin").await;
    assert!(page.says("requires a second factor") && page.says("in 7 days"), "{}", page.body);
    assert!(cy.get("/api/me").await.json()["secondFactorDue"].is_string());
    assert!(!ada.get("/settings/admin").await.says("requires a second factor"));
    assert!(ada.get("/api/me").await.json()["secondFactorDue"].is_null());
    assert!(!is_closed(&cy).await);

    move_the_day(app, -Duration::minutes(1)).await;
    assert!(is_closed(&cy).await && !is_closed(&ada).await);
    let before = app.footprint().await;
    let moved = cy.htmx(Method::GET, "/settings/admin/users?q=a", "users", &[]).await;
    assert_eq!((moved.status, moved.header("hx-redirect")), (403, "/settings/security"));
    for path in ["/settings/admin", "/settings/admin/projects", "/settings/admin/llm-keys"] {
        assert_eq!(cy.get(path).await.status, 403, "{path}");
    }
    assert_eq!(
        cy.post_json("/api/me/tokens", &json!({ "name": "CI", "scopes": ["admin:read"] })).await.status,
        403
    );
    assert_eq!(app.footprint().await, before);
    for path in ["/settings", "/settings/security", "/settings/tokens", "/api/me", "/settings/departure"] {
        assert_eq!(cy.get(path).await.status, 200, "{path}");
    }
    assert!(cy.get("/settings/security").await.says("It opens again as soon as you’ve added one."));
    let outsider = app.outsider("eve@acme.test").await;
    assert_ne!(outsider.get("/api/org/users").await.json()["code"], "two_factor_enrollment_required");

    add_app(app, &cy).await;
    assert!(!is_closed(&cy).await, "it is open again at once");
    assert_eq!(app.texts("SELECT role FROM memberships WHERE email = 'cy@acme.test'").await, ["member"]);
}

async fn a_persons_tokens_work_again_with_their_second_factor(app: &TestApp) {
    let ada = owner_with_app(app).await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let made =
        ben.post_json("/api/me/tokens", &json!({ "name": "CI", "scopes": ["admin:read"] })).await.json();
    let bearer = format!("Bearer {}", made["token"].as_str().expect("a token"));
    let program = app.visitor();
    let ask = async || {
        let request = program.request(Method::GET, "/api/admin/users").header("Authorization", &bearer);
        program.send(request).await
    };
    assert_eq!(ask().await.status, 200);
    require(&ada, &[("require", "now")]).await;
    let refused = ask().await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("two_factor_enrollment_required")));
    add_app(app, &ben).await;
    assert_eq!(ask().await.status, 200);
}

async fn anyone_who_joins_later_has_as_many_days(app: &TestApp) {
    let ada = owner_with_app(app).await;
    require(&ada, &[("require", "week")]).await;
    let cy = app.person("cy@acme.test", Role::Member).await;
    move_the_day(app, -Duration::days(30)).await;
    let join = async |days: i64| {
        let at = (app.services.clock.now() - Duration::days(days)).timestamp_millis();
        app.run("UPDATE memberships SET grace_since = $1 WHERE email = 'cy@acme.test'", [at.into()]).await;
    };
    join(6).await;
    assert!(!is_closed(&cy).await);
    assert!(cy.get("/settings/admin").await.says("requires a second factor"));
    join(8).await;
    assert!(is_closed(&cy).await);
    let code = ada.post_json("/api/admin/invites", &json!({ "email": "cy@acme.test" })).await.status;
    assert_eq!(code, 409, "a member is not invited");
    app.remove_member("cy@acme.test").await;
    app.also("cy@acme.test", "cy@acme.test", "default", Role::Member).await;
    assert!(is_closed(&cy).await, "who leaves and comes back has no more time");
    require(&ada, &[("require", "off")]).await;
    assert_eq!(app.rows_in("former_members").await, 0);
}

async fn a_providers_second_factor_counts_where_it_is_trusted(app: &TestApp) {
    let ada = owner_with_app(app).await;
    app.enroll("cy@acme.test", "default", Role::Admin).await;
    let come = async |claims: Value| {
        let cy = app.visitor();
        let back = cy.sign_in(&app.provider, &Identity::new("cy@acme.test", "Cy").with(claims)).await;
        assert_eq!(back.status, 303, "{}", back.body);
        cy
    };
    let with = come(json!({ "amr": ["pwd", "mfa"] })).await;
    require(&ada, &[("require", "now")]).await;
    assert!(is_closed(&with).await, "the organization doesn’t trust it");
    require(&ada, &[("require", "now"), ("trust_provider", "true")]).await;
    assert!(!is_closed(&with).await);
    let user = format!("/settings/admin/users/{}", app.id_of("cy@acme.test").await);
    assert!(ada.get("/settings/admin/users").await.says("Provider’s"));
    assert!(ada.get(&user).await.says("Their provider asked for a second factor"));
    for claims in [json!({ "amr": ["pwd", "otp"] }), json!({ "amr": "mfa" }), json!({})] {
        assert!(is_closed(&come(claims.clone()).await).await, "{claims}");
    }
    assert!(!is_closed(&with).await, "each session stands for itself");
    assert!(ada.get(&user).await.says("No second factor."));
}

// F11
async fn the_last_of_ones_own_stays_while_it_is_required(app: &TestApp) {
    let ada = owner_with_app(app).await;
    require(&ada, &[("require", "week")]).await;
    let id = app.texts("SELECT id FROM authenticator_apps").await.remove(0);
    let removal = format!("/settings/security/apps/{id}/removal");
    let refused = ada.post(&removal, &[]).await;
    assert!(
        refused.status == 409 && refused.says("requires a second factor. Add another"),
        "{}",
        refused.body
    );
    assert_eq!(app.count("SELECT count(*) FROM authenticator_apps").await, 1);
    assert!(app.events().await.contains(&"second_factor.removed refused Phone".to_owned()));
    assert_eq!(app.count("SELECT count(*) FROM recovery_codes").await, 10);
    assert!(ada.is_signed_in().await);
    add_app(app, &ada).await;
    assert_eq!(ada.post(&removal, &[]).await.status, 303, "another is left");
    require(&ada, &[("require", "off")]).await;
    let id = app.texts("SELECT id FROM authenticator_apps").await.remove(0);
    assert_eq!(ada.post(&format!("/settings/security/apps/{id}/removal"), &[]).await.status, 303);
    assert_eq!(
        app.texts("SELECT second_factor FROM memberships WHERE email = 'ada@acme.test'").await,
        ["none"]
    );
}

async fn an_owner_who_can_come_in_is_always_left(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    add_app(app, &ben).await;
    let before = app.footprint().await;
    let refused = send(&ben, &[("require", "week"), ("confirmed", "true")]).await;
    assert!(
        refused.status == 409 && refused.says("No owner has a second factor of their own"),
        "{}",
        refused.body
    );
    assert_eq!(app.footprint().await, before);

    let cy = app.person("cy@acme.test", Role::Owner).await;
    add_app(app, &cy).await;
    require(&cy, &[("require", "week")]).await;
    let ada = app.visitor();
    ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    let id = app.id_of("cy@acme.test").await;
    for (path, form) in [
        (format!("/settings/admin/users/{id}/second-factor"), vec![]),
        (format!("/settings/admin/users/{id}/role"), vec![("role", "member")]),
        (format!("/settings/admin/users/{id}/deactivation"), vec![]),
        (format!("/settings/admin/users/{id}/removal"), vec![]),
    ] {
        let refused = ada.post(&path, &form).await;
        assert!(refused.status == 409 && refused.says("needs an owner"), "{path}: {}", refused.body);
    }
    assert!(cy.is_signed_in().await);
    let shell = app.shell().await;
    let lost = EmailAddress::parse("cy@acme.test").expect("an address");
    reset_second_factor(&shell, &app.services.mail, &lost).await.expect("the shell always can");
    let page = ada.get("/settings/admin/users").await;
    assert_eq!(page.status, 200, "until the day everyone can come in: {}", page.body);
}

async fn what_was_changed_or_typed_in_the_meantime_is_said_and_nothing_is_lost(app: &TestApp) {
    let ada = owner_with_app(app).await;
    let day = (Utc::now() + Duration::days(30)).format("%Y-%m-%d").to_string();
    let stale = [("version", "0"), ("require", "day"), ("day", &*day), ("confirmed", "true")];
    let refused = ada.post(PAGE, &stale).await;
    assert!(
        refused.status == 409 && refused.says("changed this") && refused.body.contains(&day),
        "{}",
        refused.body
    );
    for day in ["", "2020-01-01", "2199-01-01", "soon", "0000-00-00"] {
        let refused = send(&ada, &[("require", "day"), ("day", day), ("trust_provider", "true")]).await;
        assert!(
            refused.status == 422 && refused.says("Choose a date in the future"),
            "{day}: {}",
            refused.body
        );
        assert!(refused.body.contains(&format!("value=\"{day}\"")), "{day}: {}", refused.body);
    }
    assert_eq!(ada.post(PAGE, &[("version", "x"), ("require", "now")]).await.status, 400);
    assert_eq!(app.events_of("security.changed").await, 0);
    require(&ada, &[("require", "day"), ("day", &day)]).await;
    assert!(ada.get(PAGE).await.body.contains("00:00 UTC"));
    require(&ada, &[("require", "keep"), ("trust_provider", "true")]).await;
    let shown = ada.get(API).await.json();
    assert_eq!(shown["require2faFrom"], json!(format!("{day}T00:00:00.000Z")), "the day stays");
    assert_eq!(shown["trustProviderMfa"], true);
}

async fn it_takes_a_fresh_sign_in_and_no_operator(app: &TestApp) {
    let ada = owner_with_app(app).await;
    app.forget_sign_ins().await;
    for form in
        [[("require", "now"), ("confirmed", "true")], [("require", "off"), ("trust_provider", "true")]]
    {
        let refused = send(&ada, &form).await;
        assert!(refused.status == 403 && refused.says("Confirm it’s you"), "{}", refused.body);
    }
    let refused = ada.patch(API, &json!({ "trustProviderMfa": true })).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("fresh_sign_in_required")));
    assert_eq!(app.events_of("security.changed").await, 0);
    let cy = app.person("cy@acme.test", Role::Member).await;
    for path in [PAGE, API] {
        assert_eq!(cy.get(path).await.status, 403, "{path}");
    }
}

async fn programs_read_preview_and_change_it(app: &TestApp) {
    let ada = owner_with_app(app).await;
    app.person("ben@acme.test", Role::Admin).await;
    let shown = ada.get(API).await.json();
    let nothing = json!({ "require2fa": false, "require2faFrom": null, "require2faDays": 0, "trustProviderMfa": false });
    assert_eq!(shown, nothing);
    let preview = ada.post_json(&format!("{API}/preview"), &json!({ "require2fa": true })).await.json();
    assert_eq!((&preview["haveCount"], &preview["lackCount"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&preview["lacking"][0]["email"], &preview["lacking"][0]["role"]),
        (&json!("ben@acme.test"), &json!("admin"))
    );
    assert_eq!(ada.get(API).await.json(), nothing);
    let from = (Utc::now() + Duration::days(10)).to_rfc3339();
    let changed = ada.patch(API, &json!({ "require2faFrom": from })).await.json();
    assert_eq!((&changed["require2fa"], &changed["require2faDays"]), (&json!(true), &json!(10)));
    let again = ada.patch(API, &json!({ "require2faFrom": from })).await.json();
    assert_eq!(again, changed);
    assert_eq!(app.events_of("security.changed").await, 1, "the same is no change");
    for (body, field) in [
        (json!({ "require2faFrom": "2020-01-01T00:00:00Z" }), "require2faFrom"),
        (json!({ "require2faFrom": "tomorrow" }), "require2faFrom"),
        (json!({ "require2fa": false, "require2faFrom": from }), "require2faFrom"),
        (json!({ "require3fa": true }), "body"),
    ] {
        let refused = ada.patch(API, &body).await;
        assert!(
            refused.status == 422 && refused.json()["errors"][field].is_array(),
            "{body}: {}",
            refused.body
        );
    }
    let off = ada.patch(API, &json!({ "require2fa": false })).await.json();
    assert_eq!(off, nothing);
}

async fn the_list_of_people_tells_and_finds_it(app: &TestApp) {
    let ada = owner_with_app(app).await;
    app.person("ben@acme.test", Role::Admin).await;
    let cy = app.visitor();
    app.enroll("cy@acme.test", "default", Role::Member).await;
    let identity = Identity::new("cy@acme.test", "Cy").with(json!({ "amr": ["mfa"] }));
    cy.sign_in(&app.provider, &identity).await;
    for sort in ["", "name", "-joined", "seen", "-seen"] {
        for (factor, email) in
            [("own", "ada@acme.test"), ("provider", "cy@acme.test"), ("none", "ben@acme.test")]
        {
            for more in ["", "&q=acme", "&method=idp", "&unseen=1"] {
                let path = format!("/api/admin/users?factor={factor}&sort={sort}{more}");
                let list = ada.get(&path).await.json();
                let found: Vec<&str> = list["items"]
                    .as_array()
                    .expect("items")
                    .iter()
                    .map(|p| p["email"].as_str().expect("text"))
                    .collect();
                let expected: &[&str] = if more == "&unseen=1" { &[] } else { &[email] };
                assert_eq!(found, expected, "{path}");
            }
        }
    }
    let one = ada.get(&format!("/api/admin/users/{}", app.id_of("ada@acme.test").await)).await.json();
    assert_eq!(one["secondFactor"], "own");
    let file = ada.get("/settings/admin/users/export?factor=none&format=csv").await.body;
    assert!(
        file.contains("\"secondFactor\"") && file.contains("\"none\"") && !file.contains("cy@"),
        "{file}"
    );
    assert!(ada.get("/settings/admin").await.says("2 people have none"), "a provider’s doesn’t count");
    assert_eq!(ada.get("/settings/admin/users?factor=on").await.status, 422);
    assert_eq!(cy.get("/api/org/users?factor=none").await.status, 403);
}

#[actix_web::test]
async fn who_lacks_it_gets_mails_at_once_a_week_and_a_day_before() {
    for database in Database::each().await {
        let smtp = Smtp::start().await;
        let settings = smtp.settings();
        let app = TestApp::open_with(database, &borrowed(&settings)).await;
        let ada = owner_with_app(&app).await;
        app.person("cy@acme.test", Role::Member).await;
        let dan = app.person("dan@acme.test", Role::Member).await;
        app.person("eve@acme.test", Role::Member).await;
        app.deactivate("eve@acme.test").await;
        let day = (Utc::now() + Duration::days(30)).format("%Y-%m-%d").to_string();
        require(&ada, &[("require", "day"), ("day", &day)]).await;
        let other = app.instance(&borrowed(&settings)).await;
        let told = async |count: usize| {
            let instances = [&app.services, &other.services];
            for sent in join_all(instances.map(|services| Box::pin(send_due(services)))).await {
                sent.expect("sent");
            }
            for email in ["cy@acme.test", "ada@acme.test", "eve@acme.test"] {
                let expected = if email.starts_with("cy") { count } else { 0 };
                let queued = format!(
                    "SELECT count(*) FROM outbox WHERE kind = 'second_factor_required' AND recipient = '{email}'"
                );
                assert_eq!(app.count(&queued).await, i64::try_from(expected).expect("few"), "{email}");
            }
        };
        told(1).await;
        told(1).await;
        for _ in 0..100 {
            if !smtp.mails_to("cy@acme.test").is_empty() {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let mail = smtp.mails_to("cy@acme.test").remove(0);
        assert!(
            mail.header("Subject").contains("requires a second factor from"),
            "{}",
            mail.header("Subject")
        );
        move_the_day(&app, Duration::days(8)).await;
        told(1).await;
        move_the_day(&app, Duration::days(7)).await;
        told(2).await;
        add_app(&app, &dan).await;
        move_the_day(&app, Duration::hours(23)).await;
        told(3).await;
        move_the_day(&app, -Duration::days(1)).await;
        told(3).await;
        assert!(app.events_of("security.reminded").await >= 3);
        let to_dan = "SELECT count(*) FROM outbox WHERE kind = 'second_factor_required' AND recipient = 'dan@acme.test'";
        assert_eq!(app.count(to_dan).await, 2, "who has one by then hears no more");
        require(&ada, &[("require", "off")]).await;
        told(3).await;
        other.handle.stop(false).await;
        app.close().await;
    }
}

/// Acme, which requires one now, and Globex, which doesn't: each is judged when it is opened.
#[actix_web::test]
async fn among_many_organizations_each_is_judged_by_itself_and_strangers_learn_nothing() {
    for database in Database::each().await {
        let app = TestApp::open_with(database, &[("TENANCY", "multi")]).await;
        app.claim_installation().await;
        let acme = app.organization("Acme", "acme").await;
        let globex = app.organization("Globex", "globex").await;
        let cy = app.person_of("cy@acme.test", &acme, Role::Owner).await;
        app.also("cy@acme.test", "cy@acme.test", &globex, Role::Member).await;
        let sam = app.person_of("sam@globex.test", &globex, Role::Owner).await;
        app.run("UPDATE organizations SET second_factor_from = 1 WHERE id = $1", [acme.clone().into()]).await;
        let status = async |visitor: &Visitor, path: String| visitor.get(&path).await.status;
        assert_eq!(status(&cy, "/orgs/acme/settings/admin/users".to_owned()).await, 403);
        assert_eq!(status(&cy, "/orgs/globex/settings/admin/users".to_owned()).await, 200);
        assert_eq!(status(&cy, format!("/api/organizations/{acme}/users")).await, 403);
        assert_eq!(status(&cy, format!("/api/organizations/{globex}/users")).await, 200);
        let by_stranger = sam.get(&format!("/api/organizations/{acme}/users")).await;
        let of_nothing = sam.get(&format!("/api/organizations/{}/users", gatehouse::random::id())).await;
        assert_eq!((by_stranger.status, &by_stranger.json()["code"]), (404, &of_nothing.json()["code"]));
        assert_eq!(status(&sam, "/orgs/acme/settings/admin/users".to_owned()).await, 404);
        let me = cy.get("/api/me").await.json();
        let due = |id: &str| {
            let all = me["organizations"].as_array().expect("organizations");
            all.iter().find(|one| one["id"] == id).expect("one of them")["secondFactorDue"].clone()
        };
        assert!(due(&acme).is_string() && due(&globex).is_null(), "{me}");
        assert_eq!(status(&cy, "/orgs/acme/departure".to_owned()).await, 200, "the way out is open");
        add_app(&app, &cy).await;
        assert_eq!(status(&cy, "/orgs/acme/settings/admin/users".to_owned()).await, 200);
        app.close().await;
    }
}
