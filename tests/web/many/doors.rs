//! The door of the installation, and what it tells no one.

use gatehouse::role::Role;

use super::cast::each;
use crate::web::support::{Answer, Visitor};

async fn simulate(admin: &Visitor, organization: &str, email: &str) -> serde_json::Value {
    let path = format!("/api/organizations/{organization}/admin/access/simulation");
    let answer = admin.post_json(&path, &serde_json::json!({ "email": email })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// The page without what was asked, which it echoes.
fn without(answer: &Answer, echo: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(echo.as_bytes()).collect();
    answer.body.replace(&format!("value=\"{echo}\""), "value=\"\"").replace(&encoded, "")
}

#[actix_web::test]
async fn sign_in_and_refusal_name_the_installation_whatever_organization_was_asked_for() {
    for two in each(&[]).await {
        let mut pages = Vec::new();
        for return_to in ["/", "/orgs/acme", "/orgs/nowhere", "/orgs/globex/settings/admin/users"] {
            let visitor = two.app.visitor();
            let page = visitor.get(&format!("/sign-in?return_to={return_to}")).await;
            assert!(!page.body.replace("Acme SSO", "").contains("Acme"), "{}", page.body);
            let refused = two.come(&visitor, "eve@evil.test", return_to).await;
            assert_eq!(refused.status, 403);
            pages.push((without(&page, return_to), without(&refused, return_to)));
        }
        for page in &pages {
            assert_eq!(page, &pages[0]);
        }
        two.close().await;
    }
}

#[actix_web::test]
async fn a_refusal_is_listed_at_the_door_that_was_asked_for_and_says_nothing_of_accounts() {
    for two in each(&[]).await {
        let (ada, gil) = (two.ada().await, two.gil().await);
        two.app.enroll("kim@globex.test", &two.globex, Role::Member).await;
        two.app.deactivate("kim@globex.test").await;
        for (email, return_to) in
            [("eve@evil.test", "/orgs/acme"), ("mal@evil.test", "/"), ("kim@globex.test", "/orgs/acme")]
        {
            let visitor = two.app.visitor();
            assert_eq!(two.come(&visitor, email, return_to).await.status, 403, "{email}");
        }
        let listed = "SELECT d.email || ' ' || COALESCE(o.slug, 'installation') FROM denials d
             LEFT JOIN organizations o ON o.id = d.organization_id ORDER BY d.email";
        let expected = ["eve@evil.test acme", "kim@globex.test installation", "mal@evil.test installation"];
        assert_eq!(two.app.texts(listed).await, expected);
        let access = ada.get("/orgs/acme/settings/admin/access").await;
        assert!(access.says("eve@evil.test") && !access.says("kim@globex.test"), "{}", access.body);
        assert!(!gil.get("/orgs/globex/settings/admin/access").await.says("eve@evil.test"));
        two.close().await;
    }
}

/// A list that names the address of an account is no organization's business to whose door another address came.
#[actix_web::test]
async fn a_refusal_by_the_address_of_an_account_is_the_installations() {
    for two in each(&[("BLOCKED_EMAILS", "sam@private.test")]).await {
        two.app.enroll("sam@acme.test", &two.globex, Role::Member).await;
        two.app.run("UPDATE users SET email = 'sam@private.test' WHERE email = 'sam@acme.test'", []).await;
        let sam = two.app.visitor();
        assert_eq!(two.come(&sam, "sam@acme.test", "/orgs/acme").await.status, 403);
        let listed = "SELECT email || ' ' || COALESCE(organization_id, 'installation') FROM denials";
        assert_eq!(two.app.texts(listed).await, ["sam@acme.test installation"]);
        two.close().await;
    }
}

/// An invite that someone else has at hand tells its organization nothing of them.
#[actix_web::test]
async fn who_tries_the_invite_of_another_stays_unknown_to_its_organization() {
    for two in each(&[]).await {
        let (ada, gil) = (two.ada().await, two.gil().await);
        let fields =
            [("addresses", "sam@acme.test"), ("role", "member"), ("batch", &gatehouse::random::id())];
        let sent = ada.post("/orgs/acme/settings/admin/invites", &fields).await;
        let list = ada.get(sent.location()).await.body;
        let at = list.find("/invites/").expect("a link to copy");
        let link = list[at..].split(['"', '<']).next().expect("a path").to_owned();
        assert_eq!(gil.post(&format!("{link}/acceptance"), &[]).await.status, 403);
        let told =
            "SELECT actor || ' ' || COALESCE(actor_id, 'nobody') FROM events WHERE action = 'invite.refused'";
        assert_eq!(two.app.texts(told).await, ["another account nobody"]);
        let log = ada.get("/orgs/acme/settings/admin/audit").await;
        assert!(!log.says("gil@globex.test") && !log.says("Gil"), "{}", log.body);
        two.close().await;
    }
}

#[actix_web::test]
async fn a_simulator_takes_non_members_for_strangers() {
    for two in each(&[]).await {
        let ada = two.ada().await;
        two.app.enroll("kim@elsewhere.test", &two.globex, Role::Owner).await;
        let of = |email| simulate(&ada, &two.acme, email);
        let (known, never) = (of("kim@elsewhere.test").await, of("xyz@elsewhere.test").await);
        assert_eq!(known.to_string().replace("kim@", "xyz@"), never.to_string());
        two.app.deactivate("kim@elsewhere.test").await;
        let deactivated = of("kim@elsewhere.test").await;
        assert_eq!(deactivated.to_string().replace("kim@", "xyz@"), never.to_string());
        two.also("kim@elsewhere.test", &two.acme, Role::Member).await;
        two.app.run("UPDATE users SET status = 'active'", []).await;
        assert_eq!(of("kim@elsewhere.test").await["admitted"], true);
        two.close().await;
    }
}

#[actix_web::test]
async fn a_closed_installation_lets_no_one_in_who_only_signs_up_and_an_open_one_has_them_wait() {
    for two in each(&[]).await {
        let eve = two.app.visitor();
        assert_eq!(two.come(&eve, "eve@evil.test", "/").await.status, 403);
        assert_eq!(two.app.count("SELECT count(*) FROM users WHERE email = 'eve@evil.test'").await, 0);
        two.close().await;
    }
    for two in each(&[("SIGN_UP", "open")]).await {
        let eve = two.app.visitor();
        assert_eq!(two.come(&eve, "eve@evil.test", "/").await.status, 303);
        let waiting = eve.get("/orgs").await;
        assert!(waiting.says("Waiting for an invite"), "{}", waiting.body);
        assert!(!waiting.says("New organization"));
        let short = eve.get("/api/admin/users").await;
        assert_eq!(short.status, 403, "{}", short.body);
        two.close().await;
    }
}

#[actix_web::test]
async fn the_short_addresses_of_programs_mean_the_only_organization_or_ask_which() {
    for two in each(&[]).await {
        let ada = two.ada().await;
        assert_eq!(ada.get("/api/org").await.json()["slug"], "acme");
        let me = ada.get("/api/me").await.json();
        assert_eq!(me["organizations"][0]["slug"], "acme");
        assert_eq!((&me["organization"]["slug"], &me["role"]), (&"acme".into(), &"owner".into()));
        two.also("ada@acme.test", &two.globex, Role::Member).await;
        for path in ["/api/org", "/api/admin/users", "/api/admin/settings"] {
            let answer = ada.get(path).await;
            let code = answer.json()["code"].as_str().map(str::to_owned);
            assert_eq!((answer.status, code.as_deref()), (409, Some("organization_required")), "{path}");
        }
        let me = ada.get("/api/me").await.json();
        assert_eq!(me["organizations"].as_array().expect("a list").len(), 2);
        assert!(me["organization"].is_null() && me["role"].is_null(), "{me}");
        let listed = ada.get("/api/organizations").await.json();
        assert_eq!(listed["items"].as_array().expect("items").len(), 2);
        let one = ada.get(&format!("/api/organizations/{}", two.globex)).await.json();
        assert_eq!((&one["slug"], &one["role"]), (&"globex".into(), &"member".into()));
        two.close().await;
    }
}

/// Keys of the server's environment are the operator's.
#[actix_web::test]
async fn an_organization_gets_the_keys_of_the_environment_when_the_operator_says_so() {
    for two in each(&[("OPENAI_API_KEY", "sk-CANARY-of-the-environment-0001")]).await {
        let ada = two.ada().await;
        let source = async || {
            let path = format!("/api/organizations/{}/admin/llm-keys", two.acme);
            let keys = ada.get(&path).await.json();
            let items = keys["items"].as_array().expect("items").clone();
            let openai = items.into_iter().find(|key| key["provider"] == "openai").expect("openai");
            openai["source"].as_str().expect("text").to_owned()
        };
        assert_eq!(source().await, "none");
        let page = ada.get("/orgs/acme/settings/admin/llm-keys").await;
        assert!(page.says("Keys from the server’s environment aren’t used for this organization."));
        for (state, expected) in [("on", "environment"), ("off", "none")] {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gatehouse"));
            command.env("GATEHOUSE_DATABASE_URL", two.app.database_url());
            let output = command.args(["org", "env-fallback", "acme", state]).output().expect("gatehouse");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(source().await, expected);
        }
        two.close().await;
    }
}
