//! Every kind of provider, each with its own idea of who someone is (threat A18), and trying them out. GitHub and
//! Microsoft are stubs that follow their documentation; Google's rule is tested where it is written.

use std::time::Duration as Time;

use gatehouse::identity_providers::{Finding, Prompt};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::support::{
    Account, Answer, CLIENT_SECRET, Database, GitHub, Identity, Microsoft, Provider, TENANT, TestApp,
    Trouble, Visitor, field, query,
};

const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const OTHER_TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";

/// An application with an owner, where everyone at acme.test may join.
async fn house_for_acme(database: Database, settings: &[(&str, &str)]) -> TestApp {
    let app = TestApp::open_with(database, settings).await;
    let ada = app.owner().await;
    let version = field(&ada.get("/settings/admin/access").await.body, "version");
    let rules = [("version", version.as_str()), ("domains.0.name", "acme.test"), ("domain_gating", "true")];
    assert_eq!(ada.post("/settings/admin/access", &rules).await.status, 303);
    app
}

async fn by_github(visitor: &Visitor, github: &GitHub, account: &Account) -> Answer {
    let authorization = visitor.authorize_at("github", "/").await;
    let code = github.grant(account, &authorization);
    visitor.get(&visitor.way_back_from("github", &authorization, &code)).await
}

async fn by_microsoft(visitor: &Visitor, microsoft: &Microsoft, identity: &Identity) -> Answer {
    let authorization = visitor.authorize_at("entra", "/").await;
    let code = microsoft.grant(identity, &authorization);
    visitor.get(&visitor.way_back_from("entra", &authorization, &code)).await
}

fn entra<'a>(issuer: &'a str, secret: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("PROVIDERS__ENTRA__KIND", "microsoft"),
        ("PROVIDERS__ENTRA__ISSUER", issuer),
        ("PROVIDERS__ENTRA__CLIENT_ID", "gatehouse"),
        ("PROVIDERS__ENTRA__CLIENT_SECRET", secret),
    ]
}

// A18
#[actix_web::test]
async fn github_counts_the_primary_address_if_it_is_verified_and_no_other() {
    let github = GitHub::start().await;
    for database in Database::each().await {
        let app = house_for_acme(database, &github.settings(CLIENT_SECRET)).await;
        let before = app.footprint().await;
        for (addresses, code, sentence) in [
            (vec![("grace@acme.test", true, false)], "unverified", "hasn’t verified"),
            (
                vec![("grace@acme.test", true, false), ("g@acme.test", false, true)],
                "unverified",
                "hasn’t verified grace@acme.test",
            ),
            (vec![("grace@acme.test", false, true)], "no_address", "has no usable email address"),
            (vec![], "no_address", "has no usable email address"),
            (
                vec![("grace@evil.test", true, true), ("grace@acme.test", false, true)],
                "not_admitted",
                "grace@evil.test doesn’t have access to",
            ),
        ] {
            let visitor = app.visitor();
            let answer = by_github(&visitor, &github, &Account::new(7, "grace", &addresses)).await;
            assert_eq!(answer.status, 403, "{addresses:?}: {}", answer.body);
            assert!(answer.says(sentence) && answer.body.contains(code), "{addresses:?}: {}", answer.body);
            assert!(!visitor.is_signed_in().await, "{addresses:?}");
        }
        assert_eq!(app.footprint().await, before);
        app.close().await;
    }
    github.stop().await;
}

#[actix_web::test]
async fn someone_with_a_verified_primary_address_comes_in_by_github_and_is_known_by_number() {
    let github = GitHub::start().await;
    for database in Database::each().await {
        let app = house_for_acme(database, &github.settings(CLIENT_SECRET)).await;
        // A verified secondary address of someone else is neither looked at nor an obstacle.
        let addresses = [("ada@acme.test", false, true), ("grace@acme.test", true, true)];
        let grace = app.visitor();
        let answer = by_github(&grace, &github, &Account::new(583_231, "grace", &addresses)).await;
        assert_eq!((answer.status, answer.location()), (303, "/"), "{}", answer.body);
        let me = grace.get("/api/me").await.json();
        assert_eq!((&me["email"], &me["name"]), (&json!("grace@acme.test"), &json!("Mona Lisa")));
        let known =
            app.texts("SELECT issuer || ' ' || subject FROM identities WHERE provider = 'github'").await;
        assert_eq!(known, [format!("{} 583231", github.base)]);

        let mut renamed = Account::new(583_231, "amazing-grace", &[("grace.h@acme.test", true, true)]);
        renamed.user["name"] = Value::Null;
        let again = app.visitor();
        assert_eq!(by_github(&again, &github, &renamed).await.status, 303);
        let now = again.get("/api/me").await.json();
        assert_eq!(now["id"], me["id"], "a login and an address may change, the number stays");
        assert_eq!((&now["email"], &now["name"]), (&json!("grace.h@acme.test"), &json!("amazing-grace")));
        app.close().await;
    }
    github.stop().await;
}

// A03
#[actix_web::test]
async fn a_verified_address_at_github_does_not_open_an_account_of_another_provider() {
    let github = GitHub::start().await;
    let app = house_for_acme(Database::sqlite(), &github.settings(CLIENT_SECRET)).await;
    let visitor = app.visitor();
    let answer =
        by_github(&visitor, &github, &Account::new(7, "ada", &[("ada@acme.test", true, true)])).await;
    assert!(answer.status == 403 && answer.says("You already have an account"), "{}", answer.body);
    assert!(!visitor.is_signed_in().await);
    app.close().await;
    github.stop().await;
}

#[actix_web::test]
async fn the_primary_address_is_found_behind_many_others() {
    let github = GitHub::start().await;
    let app = house_for_acme(Database::sqlite(), &github.settings(CLIENT_SECRET)).await;
    let mut account = Account::new(7, "grace", &[("grace@acme.test", true, true)]);
    let many =
        (0..60).map(|n| json!({ "email": format!("g{n}@evil.test"), "primary": false, "verified": true }));
    account.emails = many.chain(account.emails.as_array().expect("addresses").clone()).collect();
    assert_eq!(by_github(&app.visitor(), &github, &account).await.status, 303);
    app.close().await;
    github.stop().await;
}

#[actix_web::test]
async fn enterprise_server_is_asked_at_its_own_addresses_only() {
    let (github, elsewhere) = (GitHub::start().await, GitHub::start().await);
    let app = house_for_acme(Database::sqlite(), &github.settings(CLIENT_SECRET)).await;
    let visitor = app.visitor();
    let authorization = visitor.authorize_at("github", "/").await;
    assert!(
        authorization.as_str().starts_with(&format!("{}/login/oauth/authorize?", github.base)),
        "{authorization}"
    );
    assert_eq!(query(&authorization, "scope"), "read:user user:email");
    assert_eq!(query(&authorization, "redirect_uri"), format!("{}/auth/github/callback", app.base));
    let code = github.grant(&Account::new(7, "grace", &[("grace@acme.test", true, true)]), &authorization);
    let back = visitor.way_back_from("github", &authorization, &code);
    assert_eq!(visitor.get(&back).await.status, 303);
    let mut asked = github.asked();
    asked.sort();
    assert_eq!(asked, ["/api/v3/user", "/api/v3/user/emails", "/login/oauth/access_token"]);
    app.close().await;

    // With an API at another address, as GitHub Enterprise Cloud has it.
    let api = format!("{}/api/v3/", elsewhere.base);
    let settings =
        [github.settings(CLIENT_SECRET), vec![("PROVIDERS__GITHUB__API_URL", api.as_str())]].concat();
    let app = house_for_acme(Database::sqlite(), &settings).await;
    let account = Account::new(7, "grace", &[("grace@acme.test", true, true)]);
    assert_eq!(by_github(&app.visitor(), &github, &account).await.status, 400, "a token of another server");
    assert!(
        elsewhere.asked().iter().all(|path| path.starts_with("/api/v3/user"))
            && !elsewhere.asked().is_empty()
    );
    app.close().await;
    github.stop().await;
    elsewhere.stop().await;
}

// A17
#[actix_web::test]
async fn github_gets_a_pkce_challenge_and_the_code_needs_its_verifier() {
    let github = GitHub::start().await;
    let app = house_for_acme(Database::sqlite(), &github.settings(CLIENT_SECRET)).await;
    let grace = Account::new(7, "grace", &[("grace@acme.test", true, true)]);
    let (visitor, attacker) = (app.visitor(), app.visitor());
    let authorization = visitor.authorize_at("github", "/").await;
    assert_eq!(query(&authorization, "code_challenge_method"), "S256");
    assert!(!authorization.as_str().contains("CANARY"), "no client secret");
    let code = github.grant(&grace, &attacker.authorize_at("github", "/").await);
    let answer = visitor.get(&visitor.way_back_from("github", &authorization, &code)).await;
    assert!(answer.status == 400 && answer.says("That sign-in couldn’t be verified"), "{}", answer.body);
    assert!(!visitor.is_signed_in().await);
    app.close().await;
    github.stop().await;
}

// A20: a flow belongs to one provider.
#[actix_web::test]
async fn a_flow_that_began_at_github_does_not_end_at_another_provider() {
    let github = GitHub::start().await;
    let app = TestApp::open_with(Database::sqlite(), &github.settings(CLIENT_SECRET)).await;
    let visitor = app.visitor();
    let authorization = visitor.authorize_at("github", "/").await;
    let code = github.grant(&Account::new(7, "grace", &[("grace@acme.test", true, true)]), &authorization);
    assert_eq!(visitor.get(&visitor.way_back_from("idp", &authorization, &code)).await.status, 400);
    assert!(!visitor.is_signed_in().await);
    app.close().await;
    github.stop().await;
}

#[actix_web::test]
async fn github_can_name_itself_in_the_callback_and_no_one_else_can() {
    let github = GitHub::start().await;
    let app = house_for_acme(Database::sqlite(), &github.settings(CLIENT_SECRET)).await;
    let grace = Account::new(7, "grace", &[("grace@acme.test", true, true)]);
    let base = &github.base;
    for (iss, status) in [
        (base.clone(), 303),
        (format!("{base}/login/oauth"), 303),
        (format!("{base}/login/oauth/x"), 400),
        (format!("{base}.evil.test"), 400),
        ("https://evil.test".to_owned(), 400),
    ] {
        let visitor = app.visitor();
        let authorization = visitor.authorize_at("github", "/").await;
        let back = visitor.way_back_from("github", &authorization, &github.grant(&grace, &authorization));
        assert_eq!(visitor.get(&format!("{back}&iss={iss}")).await.status, status, "{iss}");
    }
    app.close().await;
    github.stop().await;
}

#[actix_web::test]
async fn githubs_errors_come_with_status_200_and_lead_nowhere() {
    let github = GitHub::start().await;
    for (secret, code, status, title) in [
        (CLIENT_SECRET, Some("of-nobody"), 400, "That sign-in couldn’t be verified"),
        ("wrong-secret-CANARY", None, 503, "The sign-in service refuses this server"),
    ] {
        let app = TestApp::open_with(Database::sqlite(), &github.settings(secret)).await;
        let before = app.footprint().await;
        let visitor = app.visitor();
        let authorization = visitor.authorize_at("github", "/").await;
        let granted =
            github.grant(&Account::new(7, "grace", &[("grace@acme.test", true, true)]), &authorization);
        let back = visitor.way_back_from("github", &authorization, code.unwrap_or(&granted));
        let answer = visitor.get(&back).await;
        assert!(answer.status == status && answer.says(title), "{}", answer.body);
        assert!(!answer.body.contains("CANARY") && !answer.body.contains("incorrect_client_credentials"));
        assert!(!visitor.is_signed_in().await);
        assert_eq!(app.footprint().await, before);
        app.close().await;
    }
    github.stop().await;
}

#[actix_web::test]
async fn an_account_that_github_does_not_describe_properly_is_refused() {
    let github = GitHub::start().await;
    let app = house_for_acme(Database::sqlite(), &github.settings(CLIENT_SECRET)).await;
    let before = app.footprint().await;
    let good = Account::new(7, "grace", &[("grace@acme.test", true, true)]);
    for (user, emails) in [
        (json!({ "login": "grace" }), good.emails.clone()),
        (json!({ "id": "7", "login": "grace" }), good.emails.clone()),
        (json!({ "id": -7, "login": "grace" }), good.emails.clone()),
        (json!([]), good.emails.clone()),
        (good.user.clone(), json!(null)),
        (good.user.clone(), json!([{ "email": "grace@acme.test", "primary": true }])),
        (good.user.clone(), json!([{ "email": "grace@acme.test", "primary": "true", "verified": "true" }])),
    ] {
        let visitor = app.visitor();
        let account = Account { user, emails };
        let answer = by_github(&visitor, &github, &account).await;
        assert_eq!(answer.status, 400, "{account:?}");
        assert!(!visitor.is_signed_in().await, "{account:?}");
    }
    assert_eq!(app.footprint().await, before);
    app.close().await;
    github.stop().await;
}

// X34
#[actix_web::test]
async fn github_in_trouble_gets_a_friendly_page_in_time() {
    let github = GitHub::start().await;
    let app = house_for_acme(Database::sqlite(), &github.settings(CLIENT_SECRET)).await;
    let grace = Account::new(7, "grace", &[("grace@acme.test", true, true)]);
    let (unusable, silent) =
        ("GitHub gave an unexpected answer.", "GitHub couldn’t be reached, or didn’t answer in time.");
    for (trouble, said) in [
        (Trouble::Status(500), unusable),
        (Trouble::Status(302), unusable),
        (Trouble::Html, unusable),
        (Trouble::Endless(3_000_000), unusable),
        (Trouble::Slow(Time::from_secs(30)), silent),
    ] {
        github.be(trouble);
        let visitor = app.visitor();
        let answer = timeout(Time::from_secs(20), by_github(&visitor, &github, &grace)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{trouble:?}: no answer in time"));
        assert_eq!(answer.status, 503, "{trouble:?}");
        assert!(answer.says(said), "{trouble:?}");
        assert!(!visitor.is_signed_in().await);
    }
    github.be(Trouble::Nothing);
    assert_eq!(by_github(&app.visitor(), &github, &grace).await.status, 303);
    app.close().await;
    github.stop().await;
}

// A18
#[actix_web::test]
async fn entra_counts_an_address_with_its_owner_verified_marker_only() {
    let microsoft = Microsoft::start().await;
    let issuer = microsoft.issuer("common");
    for database in Database::each().await {
        let app = house_for_acme(database, &entra(&issuer, CLIENT_SECRET)).await;
        let before = app.footprint().await;
        let grace = microsoft.person("grace@acme.test");
        for claims in [
            json!({}),
            json!({ "email_verified": true }),
            json!({ "email_verified": true, "xms_edov": false }),
            json!({ "xms_edov": "0" }),
            json!({ "xms_edov": 0 }),
            json!({ "email": null, "xms_edov": true }),
            json!({ "email": "grace@evil.test", "xms_edov": true }),
        ] {
            let visitor = app.visitor();
            let answer = by_microsoft(&visitor, &microsoft, &grace.clone().with(claims.clone())).await;
            assert_eq!(answer.status, 403, "{claims}: {}", answer.body);
            assert!(!visitor.is_signed_in().await, "{claims}");
        }
        assert_eq!(app.footprint().await, before);
        let marked = grace.with(json!({ "xms_edov": true, "preferred_username": "root@evil.test" }));
        let visitor = app.visitor();
        assert_eq!(by_microsoft(&visitor, &microsoft, &marked).await.status, 303);
        assert_eq!(visitor.get("/api/me").await.json()["email"], "grace@acme.test");
        let known = app.texts("SELECT issuer FROM identities WHERE provider = 'entra'").await;
        assert_eq!(known, [microsoft.issuer(TENANT)], "the tenant's own issuer");
        app.close().await;
    }
    assert_eq!(microsoft.user_info_asked(), 0, "userinfo names addresses without the marker");
    microsoft.stop().await;
}

#[actix_web::test]
async fn entra_says_the_marker_in_many_ways() {
    let microsoft = Microsoft::start().await;
    let issuer = microsoft.issuer("organizations");
    let app = house_for_acme(Database::sqlite(), &entra(&issuer, CLIENT_SECRET)).await;
    let grace = microsoft.person("grace@acme.test");
    for marker in [json!(true), json!(1), json!("1"), json!("true")] {
        let visitor = app.visitor();
        let answer =
            by_microsoft(&visitor, &microsoft, &grace.clone().with(json!({ "xms_edov": marker }))).await;
        assert_eq!(answer.status, 303, "{marker}");
    }
    app.close().await;
    microsoft.stop().await;
}

// A14
#[actix_web::test]
async fn an_issuer_that_is_not_the_tenants_is_refused() {
    let microsoft = Microsoft::start().await;
    let grace = microsoft.person("grace@acme.test").with(json!({ "xms_edov": true }));
    let another = json!({ "tid": OTHER_TENANT, "iss": microsoft.issuer(OTHER_TENANT) });
    let personal = json!({ "tid": PERSONAL, "iss": microsoft.issuer(PERSONAL) });
    let lies = [
        json!({ "tid": OTHER_TENANT }),
        json!({ "tid": null }),
        json!({ "tid": "acme", "iss": microsoft.issuer("acme") }),
        json!({ "tid": "", "iss": microsoft.issuer("") }),
        json!({ "tid": "{tenantid}", "iss": microsoft.issuer("{tenantid}") }),
        json!({ "tid": "common", "iss": microsoft.issuer("common") }),
        json!({ "iss": format!("https://login.evil.test/{TENANT}/v2.0") }),
        json!({ "iss": format!("{}/{TENANT}/v2.0/", microsoft.base) }),
        json!({ "aud": "somebody-else" }),
        json!({ "nonce": "other" }),
    ];
    for (tenant, also_refused, welcome) in [
        ("common", vec![], vec![json!({}), another.clone(), personal.clone()]),
        ("organizations", vec![personal.clone()], vec![json!({}), another.clone()]),
        (TENANT, vec![another.clone(), personal.clone()], vec![json!({})]),
    ] {
        let issuer = microsoft.issuer(tenant);
        let app = house_for_acme(Database::sqlite(), &entra(&issuer, CLIENT_SECRET)).await;
        let before = app.footprint().await;
        // With one tenant, `tid` repeats what the issuer says, and only the issuer is looked at.
        let only_tid =
            |claims: &&Value| tenant != TENANT || claims.get("iss").is_some() || claims.get("tid").is_none();
        for claims in lies.iter().filter(only_tid).chain(&also_refused) {
            let visitor = app.visitor();
            let answer = by_microsoft(&visitor, &microsoft, &grace.clone().with(claims.clone())).await;
            assert_eq!(answer.status, 400, "{tenant} {claims}: {}", answer.body);
            assert!(!visitor.is_signed_in().await, "{tenant} {claims}");
        }
        assert_eq!(app.footprint().await, before, "{tenant}");
        for (n, claims) in welcome.into_iter().enumerate() {
            let own = json!({ "sub": format!("s{n}"), "email": format!("g{n}@acme.test") });
            let answer =
                by_microsoft(&app.visitor(), &microsoft, &grace.clone().with(own).with(claims.clone())).await;
            assert_eq!(answer.status, 303, "{tenant} {claims}: {}", answer.body);
        }
        app.close().await;
    }
    microsoft.stop().await;
}

// RFC 9207, section 2.4
#[actix_web::test]
async fn an_answer_and_its_id_token_are_of_one_tenant() {
    let microsoft = Microsoft::start().await;
    let grace = microsoft.person("grace@acme.test").with(json!({ "xms_edov": true }));
    let issuer = microsoft.issuer("common");
    let app = house_for_acme(Database::sqlite(), &entra(&issuer, CLIENT_SECRET)).await;
    for (iss, status) in [
        (microsoft.issuer(OTHER_TENANT), 400),
        (microsoft.issuer("common"), 400),
        (format!("{}/", microsoft.issuer(TENANT)), 400),
        (microsoft.issuer(TENANT), 303),
    ] {
        let visitor = app.visitor();
        let authorization = visitor.authorize_at("entra", "/").await;
        let code = microsoft.grant(&grace, &authorization);
        let back = format!("{}&iss={iss}", visitor.way_back_from("entra", &authorization, &code));
        assert_eq!(visitor.get(&back).await.status, status, "{iss}");
        assert_eq!(visitor.is_signed_in().await, status == 303, "{iss}");
    }
    app.close().await;
    microsoft.stop().await;
}

#[actix_web::test]
async fn gitlab_is_plain_openid_connect() {
    let gitlab = Provider::start().await;
    let settings = [
        ("PROVIDERS__GITLAB__KIND", "gitlab"),
        ("PROVIDERS__GITLAB__ISSUER", gitlab.issuer.as_str()),
        ("PROVIDERS__GITLAB__CLIENT_ID", "gatehouse"),
        ("PROVIDERS__GITLAB__CLIENT_SECRET", CLIENT_SECRET),
    ];
    let app = house_for_acme(Database::sqlite(), &settings).await;
    assert!(app.visitor().get("/sign-in").await.says("GitLab"));
    for (verified, status) in [(false, 403), (true, 303)] {
        let visitor = app.visitor();
        let authorization = visitor.authorize_at("gitlab", "/").await;
        let grace = Identity::new("grace@acme.test", "Grace").with(json!({ "email_verified": verified }));
        let back = visitor.way_back_from("gitlab", &authorization, &gitlab.grant(&grace, &authorization));
        assert_eq!(visitor.get(&back).await.status, status);
    }
    app.close().await;
    gitlab.stop().await;
}

#[actix_web::test]
async fn who_has_to_sign_in_afresh_is_asked_to_where_the_provider_can() {
    let (github, microsoft) = (GitHub::start().await, Microsoft::start().await);
    let issuer = microsoft.issuer("common");
    let settings = [github.settings(CLIENT_SECRET), entra(&issuer, CLIENT_SECRET)].concat();
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    for (name, another, afresh) in [
        ("idp", "login", "login"),
        ("entra", "select_account", "login"),
        ("github", "select_account", "select_account"),
    ] {
        let provider = app.services.providers.get(name).expect(name);
        for (prompt, word) in
            [(Prompt::Usual, None), (Prompt::SelectAccount, Some(another)), (Prompt::Login, Some(afresh))]
        {
            let request = provider.authorize(prompt).await.expect("an authorization request");
            let address: url::Url = request.address.parse().expect("an address");
            let found =
                address.query_pairs().find(|(key, _)| key == "prompt").map(|(_, word)| word.into_owned());
            assert_eq!(found.as_deref(), word, "{name} {prompt:?}");
            assert_eq!(request.nonce.is_empty(), name == "github");
        }
    }
    app.close().await;
    github.stop().await;
    microsoft.stop().await;
}

async fn findings(app: &TestApp, name: &str) -> Vec<Finding> {
    let findings = app.services.providers.get(name).expect(name).test().await;
    assert!(findings.iter().all(|finding| !finding.sentence.contains("CANARY")), "{findings:?}");
    findings
}

fn says(finding: &Finding, good: bool, parts: &[&str]) {
    let all = parts.iter().all(|part| finding.sentence.contains(part));
    assert!(finding.good == good && all, "{finding:?} should say {parts:?}");
}

#[actix_web::test]
async fn a_provider_that_is_set_up_well_is_found_good() {
    let (github, microsoft) = (GitHub::start().await, Microsoft::start().await);
    let issuer = microsoft.issuer("common");
    let settings = [github.settings(CLIENT_SECRET), entra(&issuer, CLIENT_SECRET)].concat();
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    for (name, label, address) in [
        ("idp", "Acme SSO", app.provider.issuer.clone()),
        ("entra", "Microsoft", microsoft.issuer("{tenantid}")),
        ("github", "GitHub's API", format!("{}/api/v3", github.base)),
    ] {
        let found = findings(&app, name).await;
        assert_eq!(found.len(), 2, "{found:?}");
        says(&found[0], true, &[label, "answered in", &address]);
        says(&found[1], true, &["accepts the client ID and secret"]);
    }
    assert_eq!(app.footprint().await[1], 0, "nobody was signed in");
    app.close().await;
    github.stop().await;
    microsoft.stop().await;
}

#[actix_web::test]
async fn a_wrong_secret_is_found_and_the_settings_are_named() {
    let (github, microsoft, other) =
        (GitHub::start().await, Microsoft::start().await, Provider::start().await);
    let (issuer, wrong) = (microsoft.issuer(TENANT), "wrong-secret-CANARY");
    let oidc = [
        ("PROVIDERS__ZETA__KIND", "oidc"),
        ("PROVIDERS__ZETA__ISSUER", other.issuer.as_str()),
        ("PROVIDERS__ZETA__CLIENT_ID", "gatehouse"),
        ("PROVIDERS__ZETA__CLIENT_SECRET", wrong),
    ];
    let settings = [github.settings(wrong), entra(&issuer, wrong), oidc.to_vec()].concat();
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    for name in ["zeta", "entra", "github"] {
        let found = findings(&app, name).await;
        assert!(found[0].good, "{found:?}");
        let prefix = format!("GATEHOUSE_PROVIDERS__{}", name.to_uppercase());
        let (id, secret) = (format!("{prefix}__CLIENT_ID"), format!("{prefix}__CLIENT_SECRET"));
        says(&found[1], false, &["doesn't accept the client ID or secret", &id, &secret]);
    }
    app.close().await;
    github.stop().await;
    microsoft.stop().await;
    other.stop().await;
}

#[actix_web::test]
async fn a_provider_that_is_away_or_someone_else_is_found_so() {
    let (github, gone, other) = (GitHub::start().await, Provider::start().await, Provider::start().await);
    gone.stop().await;
    let proxied = other.issuer.replace("localhost", "127.0.0.1");
    let settings = [
        github.settings(CLIENT_SECRET),
        vec![
            ("PROVIDERS__GONE__KIND", "oidc"),
            ("PROVIDERS__GONE__LABEL", "Gone SSO"),
            ("PROVIDERS__GONE__ISSUER", gone.issuer.as_str()),
            ("PROVIDERS__GONE__CLIENT_ID", "gatehouse"),
            ("PROVIDERS__GONE__CLIENT_SECRET", CLIENT_SECRET),
            ("PROVIDERS__OTHER__KIND", "oidc"),
            ("PROVIDERS__OTHER__ISSUER", proxied.as_str()),
            ("PROVIDERS__OTHER__CLIENT_ID", "gatehouse"),
            ("PROVIDERS__OTHER__CLIENT_SECRET", CLIENT_SECRET),
        ],
    ]
    .concat();
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    let found = findings(&app, "gone").await;
    assert_eq!(found.len(), 1, "{found:?}");
    says(&found[0], false, &["Gone SSO could not be reached", "onnection refused"]);
    says(&findings(&app, "other").await[0], false, &["answers for another issuer", &other.issuer]);
    for (trouble, api, token) in [
        (Trouble::Status(500), "unexpected answer (HTTP 500)", "unexpected answer (HTTP 500)"),
        (Trouble::Html, "something that is not JSON", "unexpected answer (HTTP 200)"),
        (Trouble::Slow(Time::from_secs(30)), "no answer within 5 seconds", "no answer within 12 seconds"),
    ] {
        github.be(trouble);
        let found = timeout(Time::from_secs(25), findings(&app, "github")).await;
        let found = found.unwrap_or_else(|_| panic!("{trouble:?}: no finding in time"));
        says(&found[0], false, &[api, "GATEHOUSE_PROVIDERS__GITHUB__API_URL"]);
        says(&found[1], false, &[token]);
    }
    for (trouble, sentence) in [
        (Trouble::Status(503), "it answered HTTP 503"),
        (Trouble::Html, "something that is not JSON"),
        (Trouble::Endless(3_000_000), "larger than"),
    ] {
        app.provider.be(trouble);
        says(&findings(&app, "idp").await[0], false, &["Acme SSO answered, but not as it should", sentence]);
    }
    app.close().await;
    github.stop().await;
    other.stop().await;
}
