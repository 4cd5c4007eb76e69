//! "Would they get in, and why?": the simulator says what the door would say (rule 2.2, V17).

use gatehouse::address::EmailAddress;
use gatehouse::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, Database, Identity, Provider, TestApp, Visitor, field, on_both_databases};

const PATH: &str = "/api/admin/access/simulation";

async fn ask(admin: &Visitor, question: &Value) -> Answer {
    admin.send(admin.request(Method::POST, PATH).header("origin", &admin.base).json(question)).await
}

async fn rules(admin: &Visitor, more: &[(&str, &str)]) {
    let page = admin.get("/settings/admin/access").await;
    let version = field(&page.body, "version");
    let mut fields =
        vec![("version", version.as_str()), ("domains.0.name", "acme.test"), ("domain_gating", "true")];
    fields.extend_from_slice(more);
    assert_eq!(admin.post("/settings/admin/access", &fields).await.status, 303);
}

/// The addresses of the G rows, and some that are let in.
const ADDRESSES: [&str; 40] = [
    "u@acme.test",
    "U@ACME.TEST",
    "v@acme.test",
    "u@notacme.test",
    "u@acme.test.evil.test",
    "u@evil.test",
    "u@acme.co",
    "u@hr.acme.test",
    "u@sub.globex.test",
    "u@globex.test",
    "u@deep.sub.globex.test",
    "u@xn--bcher-kva.example",
    "u@bücher.example",
    "u@\u{430}cme.test",
    "u@\u{ff41}cme.test",
    "guest@other.test",
    "Guest@Other.test",
    "guest+x@other.test",
    "g.uest@other.test",
    "guest@other.test.",
    "\"u@acme.test\"@evil.test",
    "u@acme.test@evil.test",
    "u@evil.test (@acme.test)",
    "<u@acme.test>u@evil.test",
    "u@evil.test?acme.test",
    "u@acme.test\t",
    "u@acme.test\u{a0}",
    " u@acme.test",
    "u\u{0}@acme.test",
    "u@acme.test\r\nBcc: x@evil.test",
    "u@[127.0.0.1]",
    "u@127.0.0.1",
    "@acme.test",
    "u@",
    "",
    "acme.test",
    "u@acme",
    "u..v@acme.test",
    "blocked@acme.test",
    "u@blocked.acme.test",
];

// V17, G01 to G12
#[actix_web::test]
async fn what_the_simulator_says_is_what_happens_at_the_door() {
    for database in Database::each().await {
        let settings = [("BLOCKED_EMAILS", "blocked@acme.test"), ("BLOCKED_DOMAINS", "blocked.acme.test")];
        let app = TestApp::open_with(database, &settings).await;
        let ada = app.owner().await;
        let more = [
            ("domains.1.name", "bücher.example"),
            ("domains.2.name", "globex.test"),
            ("domains.2.subdomains", "true"),
            ("emails", "guest@other.test"),
            ("email_allowlist", "true"),
        ];
        rules(&ada, &more).await;
        let mut admitted = 0;
        for address in ADDRESSES {
            let said = ask(&ada, &json!({ "email": address, "provider": "idp" })).await;
            let says_yes = said.status == 200 && said.json()["admitted"] == true;
            // One account for each address, however it is written.
            let same = EmailAddress::parse(address).map_or(gatehouse::random::hash(address), String::from);
            let person = Identity::new(address, "U").with(json!({ "sub": same }));
            let happened = app.visitor().sign_in(&app.provider, &person).await.status;
            assert_eq!(happened, if says_yes { 303 } else { 403 }, "{address:?}: {}", said.body);
            admitted += usize::from(says_yes);
        }
        assert_eq!(admitted, 10);
        app.close().await;
    }
}

on_both_databases!(
    the_answer_names_every_step_and_the_last_one_decides,
    it_knows_members_the_deactivated_and_unverified_addresses,
    trying_changes_nothing_and_leaves_no_trace,
    bad_questions_get_a_sentence,
    the_region_alone_answers_htmx
);

async fn the_answer_names_every_step_and_the_last_one_decides(app: &TestApp) {
    let ada = app.owner().await;
    rules(&ada, &[]).await;
    let answer = ask(&ada, &json!({ "email": "sam@hr.acme.test" })).await.json();
    assert_eq!((&answer["admitted"], &answer["role"]), (&json!(false), &json!(null)));
    let steps = answer["steps"].as_array().expect("steps");
    let rules: Vec<_> = steps.iter().filter_map(|step| step["rule"].as_str()).collect();
    assert_eq!(
        rules,
        [
            "sign_in_method",
            "verified_address",
            "instance_block_list",
            "instance_allow_list",
            "deactivated",
            "known_elsewhere",
            "member",
            "open_invite",
            "first_owner",
            "allowed_domain",
            "allowed_address",
            "open_sign_up",
            "otherwise",
        ]
    );
    assert_eq!(steps[9]["detail"], "hr.acme.test is a subdomain, and acme.test doesn’t include subdomains.");
    assert_eq!(steps[12]["outcome"], "refuses");
    assert!(steps[..12].iter().all(|step| step["outcome"] == "passes"));
    let answer = ask(&ada, &json!({ "email": "sam@acme.test" })).await.json();
    assert_eq!((&answer["admitted"], &answer["role"]), (&json!(true), &json!("member")));
}

async fn it_knows_members_the_deactivated_and_unverified_addresses(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Admin).await;
    app.person("gone@acme.test", Role::Member).await;
    app.deactivate("gone@acme.test").await;
    let last = |answer: Value| {
        answer["steps"].as_array().and_then(|s| s.last().cloned()).expect("a step")["rule"].clone()
    };
    let answer = ask(&ada, &json!({ "email": "ben@acme.test", "provider": "idp" })).await.json();
    assert_eq!((&answer["role"], last(answer.clone())), (&json!("admin"), json!("member")));
    assert_eq!(last(ask(&ada, &json!({ "email": "gone@acme.test" })).await.json()), "deactivated");
    let unverified = json!({ "email": "ada@acme.test", "verified": false });
    assert_eq!(last(ask(&ada, &unverified).await.json()), "verified_address");
}

async fn trying_changes_nothing_and_leaves_no_trace(app: &TestApp) {
    let ada = app.owner().await;
    let before = (app.footprint().await, app.events().await);
    ask(&ada, &json!({ "email": "sam@acme.test" })).await;
    let page = ada.get("/settings/admin/access?try=Sam%40acme.test&via=idp&unverified=true").await;
    assert!(page.status == 200 && page.says("Sam@acme.test is refused."), "{}", page.body);
    assert!(page.says("Email not verified by the provider."));
    assert_eq!(field(&page.body, "try"), "Sam@acme.test", "what was typed stays");
    assert_eq!((app.footprint().await, app.events().await), before);
    assert_eq!(app.rows_in("denials").await, 0);
}

async fn bad_questions_get_a_sentence(app: &TestApp) {
    let ada = app.owner().await;
    let nonsense = ask(&ada, &json!({ "email": "nonsense" })).await;
    assert_eq!(nonsense.status, 422);
    assert!(
        nonsense.json()["errors"]["email"][0]
            .as_str()
            .expect("a sentence")
            .contains("isn’t an email address")
    );
    assert_eq!(ask(&ada, &json!({ "email": "a@b.test", "provider": "nope" })).await.status, 422);
    assert_eq!(ask(&ada, &json!({ "email": "a@b.test", "role": "owner" })).await.status, 422);
    let page = ada.get("/settings/admin/access?try=nonsense").await;
    assert!(page.status == 200 && page.says("This isn’t an email address."));
}

async fn the_region_alone_answers_htmx(app: &TestApp) {
    let ada = app.owner().await;
    let path = "/settings/admin/access?try=ada%40acme.test";
    let answer = ada.htmx(Method::GET, path, "section#simulator", &[]).await;
    assert!(answer.body.starts_with("<section id=\"simulator\"") && !answer.body.contains("<html"));
    assert!(answer.says("ada@acme.test can sign in as an owner."));
}

#[actix_web::test]
async fn it_tells_who_is_known_by_another_method_and_which_method_is_off() {
    let okta = Provider::start().await;
    for database in Database::each().await {
        let app = TestApp::with_okta(database, &okta).await;
        let ada = app.owner().await;
        let last = |answer: Value| {
            answer["steps"].as_array().and_then(|s| s.last().cloned()).expect("a step")["rule"].clone()
        };
        let by_okta = json!({ "email": "ada@acme.test", "provider": "okta" });
        assert_eq!(last(ask(&ada, &by_okta).await.json()), "known_elsewhere");
        let off = ada.post("/settings/admin/access/methods/okta", &[("on", "false")]).await;
        assert_eq!(off.status, 303);
        let gone = json!({ "email": "grace@acme.test" });
        app.enroll("grace@acme.test", "default", Role::Member).await;
        app.run("UPDATE identities SET provider = 'okta' WHERE email = 'grace@acme.test'", []).await;
        assert_eq!(last(ask(&ada, &gone).await.json()), "sign_in_method", "her only way is off");
        assert_eq!(last(ask(&ada, &by_okta).await.json()), "sign_in_method");
        app.close().await;
    }
}
