//! What people do, from the first click to the page they wanted: twelve journeys.

use std::process::Command;

use gatehouse::role::Role;
use gatehouse::sign_in::claim;
use reqwest::Method;

use super::cast::{MULTI, Two, each, each_with_okta, name};
use crate::web::support::{Answer, Database, Identity, MASTER_KEY, TestApp, Visitor, field, form};

/// The path of the invite's link, as the page of invites offers it while mail is not set up.
async fn invite(admin: &Visitor, org: &str, email: &str, role: &str) -> String {
    let page = format!("/orgs/{org}/settings/admin/invites");
    let sent =
        admin.post(&page, &[("addresses", email), ("role", role), ("batch", &gatehouse::random::id())]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let list = admin.get(sent.location()).await.body;
    let at = list.find("/invites/").expect("a link to copy");
    list[at..].split(['"', '<']).next().expect("a path").to_owned()
}

async fn memberships(app: &TestApp, email: &str) -> Vec<String> {
    app.texts(&format!(
        "SELECT o.slug || ' ' || m.role || ' ' || m.email FROM memberships m
         JOIN organizations o ON o.id = m.organization_id JOIN users u ON u.id = m.user_id
         WHERE u.email = '{email}' ORDER BY o.slug"
    ))
    .await
}

async fn goes_to(visitor: &Visitor, path: &str) -> String {
    let answer = visitor.get(path).await;
    assert!([302, 303].contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
    answer.location().to_owned()
}

// 1
#[actix_web::test]
async fn someone_new_comes_by_the_link_of_an_invite_and_belongs_to_that_organization_alone() {
    for two in each(&[]).await {
        let ada = two.ada().await;
        let link = invite(&ada, "acme", "sam@new.test", "member").await;
        let sam = two.app.visitor();
        let landing = sam.get(&link).await;
        assert!(landing.says("Join Acme") && landing.says("Acme SSO"), "{}", landing.body);
        let back = two.come(&sam, "sam@new.test", &link).await;
        assert_eq!((back.status, back.location()), (303, link.as_str()));
        assert_eq!(memberships(&two.app, "sam@new.test").await, Vec::<String>::new(), "asked, not adopted");
        let page = sam.get(&link).await;
        let accepted = sam.submit(&form(&page.body, &format!("{link}/acceptance")).expect("a form")).await;
        assert_eq!((accepted.status, accepted.location()), (303, "/orgs/acme/settings/admin"));
        let welcome = sam.get(accepted.location()).await;
        assert!(welcome.says("Acme") && !welcome.says("Globex"), "{}", welcome.body);
        assert_eq!(memberships(&two.app, "sam@new.test").await, ["acme member sam@new.test"]);
        assert_eq!(goes_to(&sam, "/").await, "/orgs/acme/settings/admin");
        two.close().await;
    }
}

// 2
#[actix_web::test]
async fn a_member_is_invited_elsewhere_at_another_address_and_connects_it() {
    for (two, okta) in each_with_okta(&[]).await {
        let gil = two.gil().await;
        let link = invite(&gil, "globex", "ada@private.test", "admin").await;
        let ada = two.ada().await;
        let landing = ada.get(&link).await;
        assert!(landing.says("This invite is for another account") && landing.says("Switch account"));
        let (main, _) = landing.body.split_once("Switch account").expect("two ways");
        assert!(main.contains("provider primary") && main.contains("Connect a***@private.test"), "{main}");
        let connect = ada.post("/settings/identities", &[("provider", "okta"), ("return_to", &link)]).await;
        let connect = if connect.status == 303 { connect } else { again(&two, &ada, &link).await };
        let authorization = connect.location().parse().expect("an address at the provider");
        let code = okta.grant(&Identity::new("ada@private.test", "Ada"), &authorization);
        let back = ada.get(&ada.way_back_from("okta", &authorization, &code)).await;
        assert_eq!((back.status, back.location()), (303, link.as_str()), "{}", back.body);
        let page = ada.get(&link).await;
        let accepted = ada.submit(&form(&page.body, &format!("{link}/acceptance")).expect("a form")).await;
        assert_eq!(accepted.location(), "/orgs/globex/settings/admin", "{}", accepted.body);
        let both = ["acme owner ada@acme.test", "globex admin ada@private.test"];
        assert_eq!(memberships(&two.app, "ada@acme.test").await, both);
        let users = gil.get("/orgs/globex/settings/admin/users").await;
        assert!(users.says("ada@private.test") && !users.says("ada@acme.test"), "{}", users.body);
        let log = gil.get("/orgs/globex/settings/admin/audit").await;
        assert!(log.says("ada@private.test") && !log.says("ada@acme.test"), "{}", log.body);
        two.close().await;
    }
}

/// Connecting takes a fresh sign-in.
async fn again(two: &Two, ada: &Visitor, link: &str) -> Answer {
    let start = ada.post("/auth/idp", &[("prompt", "login"), ("return_to", link)]).await;
    let authorization = start.location().parse().expect("an address");
    let back = ada.way_back(&two.app.provider, &authorization, &Identity::new("ada@acme.test", "Ada"));
    assert_eq!(ada.get(&back).await.status, 303);
    ada.post("/settings/identities", &[("provider", "okta"), ("return_to", link)]).await
}

// 3
#[actix_web::test]
async fn a_person_the_rules_allow_opens_the_address_signed_out_and_joins_with_one_button() {
    for two in each(&[]).await {
        let ada = two.ada().await;
        let rules = serde_json::json!({ "allowedEmailDomains": ["acme.test"], "domainGatingEnabled": true });
        let path = format!("/api/organizations/{}/admin/settings", two.acme);
        assert_eq!(ada.patch(&path, &rules).await.status, 200);
        let sam = two.app.visitor();
        assert_eq!(goes_to(&sam, "/orgs/acme").await, "/sign-in?return_to=%2Forgs%2Facme");
        let back = two.come(&sam, "sam@acme.test", "/orgs/acme").await;
        assert_eq!((back.status, back.location()), (303, "/orgs/acme"), "{}", back.body);
        assert_eq!(memberships(&two.app, "sam@acme.test").await, Vec::<String>::new(), "asked, not adopted");
        let door = sam.get("/orgs/acme").await;
        assert!(door.status == 200 && door.says("Join Acme as a member"), "{}", door.body);
        let joined = sam.submit(&form(&door.body, "/orgs/acme/membership").expect("a form")).await;
        assert_eq!(joined.location(), "/orgs/acme/settings/admin", "{}", joined.body);
        assert_eq!(memberships(&two.app, "sam@acme.test").await, ["acme member sam@acme.test"]);
        let events = two.app.events().await;
        assert!(events.contains(&"person.joined done sam@acme.test".to_owned()), "{events:?}");
        // Another domain at the same door is refused, and listed there.
        let eve = two.app.visitor();
        assert_eq!(two.come(&eve, "eve@evil.test", "/orgs/acme").await.status, 403);
        let access = ada.get("/orgs/acme/settings/admin/access").await;
        assert!(access.says("eve@evil.test"), "{}", access.body);
        two.close().await;
    }
}

// 4
#[actix_web::test]
async fn the_first_person_of_a_new_installation_owns_its_first_organization() {
    for database in Database::each().await {
        let app = TestApp::open_with(database, &[MULTI]).await;
        let ada = app.visitor();
        let answer = ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(goes_to(&ada, "/").await, "/orgs/default/settings/admin");
        assert_eq!(memberships(&app, "ada@acme.test").await, ["default owner ada@acme.test"]);
        let eve = app.visitor();
        assert_eq!(eve.sign_in(&app.provider, &Identity::new("eve@acme.test", "Eve")).await.status, 403);
        app.close().await;
    }
}

// 5
#[actix_web::test]
async fn an_owner_is_named_by_bootstrap_by_the_setting_or_has_the_claim_link() {
    for database in Database::each().await {
        let app = TestApp::open_with(database, &[MULTI, ("OWNER_EMAIL", "ada@acme.test")]).await;
        let sign_in = |email: &'static str| {
            let (visitor, identity) = (app.visitor(), Identity::new(email, "Somebody"));
            let provider = &app.provider;
            async move { (visitor.sign_in(provider, &identity).await.status, visitor) }
        };
        assert_eq!(sign_in("eve@acme.test").await.0, 403, "not the one who is named");
        let (status, ada) = sign_in("ada@acme.test").await;
        assert_eq!((status, goes_to(&ada, "/").await.as_str()), (303, "/orgs/default/settings/admin"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
        command.env("GATEHOUSE_DATABASE_URL", app.database_url()).env("GATEHOUSE_TENANCY", "multi");
        let globex = command.args(["org", "create", "Globex", "--owner", "gil@globex.test"]).output();
        let globex = globex.expect("gatehouse");
        assert!(globex.status.success(), "{}", String::from_utf8_lossy(&globex.stderr));
        let (status, gil) = sign_in("gil@globex.test").await;
        assert_eq!((status, goes_to(&gil, "/").await.as_str()), (303, "/orgs/globex/settings/admin"));
        assert_eq!(memberships(&app, "gil@globex.test").await, ["globex owner gil@globex.test"]);
        app.close().await;
    }
    for database in Database::each().await {
        let app = TestApp::open_with(database, &[MULTI, ("BASE_URL", "https://gate.acme.test")]).await;
        let link = claim::link(&app.services).await.expect("an answer").expect("a link");
        assert!(link.starts_with("https://gate.acme.test/claim/"), "{link}");
        app.close().await;
    }
    for database in Database::each().await {
        let url = database.url();
        let command = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
            command.env("GATEHOUSE_DATABASE_URL", &url).env("GATEHOUSE_MASTER_KEY", MASTER_KEY);
            let output = command.args(arguments).output().expect("gatehouse");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        command(&["bootstrap", "--org", "Initech", "--owner", "ada@acme.test"]);
        let app = TestApp::open_with(database, &[MULTI]).await;
        let ada = app.visitor();
        assert_eq!(ada.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await.status, 303);
        let page = ada.get(&goes_to(&ada, "/").await).await;
        assert!(page.says("Initech"), "{}", page.body);
        app.close().await;
    }
}

// 6
#[actix_web::test]
async fn who_is_locked_out_of_one_organization_goes_on_in_another_and_returns_as_what_they_were() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Admin).await;
        two.also("sam@acme.test", &two.globex, Role::Member).await;
        let sam = two.sign_in("sam@acme.test").await;
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 200);
        let lock = "UPDATE memberships SET locked_out_at = 1 WHERE email = $1 AND organization_id = $2";
        two.app.run(lock, ["sam@acme.test".into(), two.acme.clone().into()]).await;
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 404);
        assert_eq!(sam.get("/orgs/acme").await.status, 404, "until the rules admit them again");
        assert_eq!(goes_to(&sam, "/").await, "/orgs/globex/settings/admin");
        assert!(!sam.get("/orgs").await.says("Acme"));
        let ada = two.ada().await;
        let path = format!("/api/organizations/{}/admin/settings", two.acme);
        let rules = serde_json::json!({ "allowedEmails": ["sam@acme.test"], "emailAllowlistEnabled": true });
        assert_eq!(ada.patch(&path, &rules).await.status, 200);
        let door = sam.get("/orgs/acme").await;
        assert!(door.says("Return to Acme as an admin"), "{}", door.body);
        let back = sam.submit(&form(&door.body, "/orgs/acme/membership").expect("a form")).await;
        assert_eq!(back.location(), "/orgs/acme/settings/admin");
        assert_eq!(sam.get("/orgs/acme/settings/admin/access").await.status, 200, "an admin again");
        two.close().await;
    }
}

// 7
#[actix_web::test]
async fn who_is_suspended_in_one_organization_goes_on_in_another_and_comes_back_by_no_door() {
    for two in each(&[]).await {
        let ada = two.ada().await;
        let link = invite(&ada, "acme", "sam@acme.test", "admin").await;
        two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
        two.also("sam@acme.test", &two.globex, Role::Member).await;
        let sam = two.sign_in("sam@acme.test").await;
        let id = two.app.id_of("sam@acme.test").await;
        let person = format!("/orgs/acme/settings/admin/users/{id}");
        assert_eq!(ada.post(&format!("{person}/deactivation"), &[]).await.status, 303);
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 404);
        assert_eq!(sam.get("/orgs/globex/settings/admin").await.status, 200, "the account is their own");
        let rules = serde_json::json!({ "openSignUp": true });
        let path = format!("/api/organizations/{}/admin/settings", two.acme);
        assert_eq!(ada.patch(&path, &rules).await.status, 200);
        assert_eq!(sam.get("/orgs/acme").await.status, 404, "not by Join");
        let fields = [("organization", two.acme.as_str())];
        assert_eq!(sam.post("/orgs/acme/membership", &fields).await.status, 404);
        let refused = sam.post(&format!("{link}/acceptance"), &[]).await;
        assert!(refused.status == 403 && refused.says("suspended"), "not by an invite: {}", refused.body);
        assert_eq!(ada.post(&format!("{person}/reactivation"), &[]).await.status, 303);
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 200);
        two.close().await;
    }
}

// 8
#[actix_web::test]
async fn a_method_that_is_switched_off_under_a_session_asks_for_another_and_comes_back() {
    for (two, okta) in each_with_okta(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Admin).await;
        two.also("sam@acme.test", &two.globex, Role::Member).await;
        let add = "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_sign_in_at)
             SELECT $1, id, 'okta', $2, email, email, 0, 0 FROM users WHERE email = 'sam@acme.test'";
        two.app.run(add, [gatehouse::random::id().into(), okta.issuer.clone().into()]).await;
        let sam = two.sign_in("sam@acme.test").await;
        let off = "INSERT INTO switched_off_providers (organization_id, provider, at) VALUES ($1, 'idp', 0)";
        two.app.run(off, [two.acme.clone().into()]).await;
        let page = "/orgs/acme/settings/admin/users";
        let door = "/orgs/acme?return_to=%2Forgs%2Facme%2Fsettings%2Fadmin%2Fusers";
        assert_eq!(goes_to(&sam, page).await, door);
        let asked = sam.get(door).await;
        assert!(asked.says("Continue with Okta to open Acme"), "{}", asked.body);
        assert_eq!(field(&asked.body, "return_to"), page);
        let api = sam.get(&format!("/api/organizations/{}/admin/users", two.acme)).await;
        assert_eq!((api.status, api.json()["code"].as_str()), (403, Some("sign_in_method_required")));
        let part = sam.htmx(Method::GET, page, "users", &[]).await;
        assert!(part.header("hx-redirect").starts_with("/orgs/acme?return_to="), "{:?}", part.headers);
        assert_eq!(sam.get("/orgs/globex/settings/admin").await.status, 200, "each judges for itself");
        let authorization = sam.authorize_at("okta", page).await;
        let code = okta.grant(&Identity::new("sam@acme.test", "Sam"), &authorization);
        assert_eq!(sam.get(&sam.way_back_from("okta", &authorization, &code)).await.location(), page);
        assert_eq!(sam.get(page).await.status, 200);
        // No one switches off the method of their own session.
        let own = sam.post("/orgs/acme/settings/admin/access/methods/okta", &[("on", "false")]).await;
        assert_eq!(own.status, 409, "{}", own.body);
        // A session from before the way was kept signs in again.
        two.app.run("UPDATE sessions SET provider = NULL", []).await;
        assert_eq!(goes_to(&sam, page).await, door);
        two.close().await;
    }
}

// 9
#[actix_web::test]
async fn an_address_without_an_organization_leads_to_the_one_opened_last_or_to_the_chooser() {
    for two in each(&[]).await {
        two.also("ada@acme.test", &two.globex, Role::Member).await;
        let ada = two.ada().await;
        assert_eq!(goes_to(&ada, "/settings/admin/users?q=a").await, "/orgs", "none was opened yet");
        ada.get("/orgs/globex/settings/admin").await;
        let same = "/orgs/globex/settings/admin/users?q=a";
        assert_eq!(goes_to(&ada, "/settings/admin/users?q=a").await, same);
        ada.get("/orgs/acme/settings/admin").await;
        assert_eq!(goes_to(&ada, "/settings/admin").await, "/orgs/acme/settings/admin");
        assert_eq!(goes_to(&ada, "/").await, "/orgs/acme/settings/admin");
        for path in ["/settings/admin", "/settings/admin/users/bulk"] {
            assert_eq!(ada.post(path, &[("name", "X")]).await.status, 404, "{path}");
        }
        // T07: removed from the one that was opened last.
        let remove = "DELETE FROM memberships WHERE email = 'ada@acme.test' AND organization_id = $1";
        two.app.run(remove, [two.acme.clone().into()]).await;
        assert_eq!(ada.get("/orgs/acme/settings/admin/users").await.status, 404);
        assert_eq!(goes_to(&ada, "/").await, "/orgs/globex/settings/admin");
        two.app.remove_member("ada@acme.test").await;
        assert_eq!(goes_to(&ada, "/").await, "/orgs");
        let waiting = ada.get("/orgs").await;
        assert!(waiting.says("You’re not a member of any organization."), "{}", waiting.body);
        two.close().await;
    }
}

// 11
#[actix_web::test]
async fn a_form_that_was_open_when_the_membership_ended_changes_nothing() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Admin).await;
        two.also("sam@acme.test", &two.globex, Role::Member).await;
        let sam = two.sign_in("sam@acme.test").await;
        let page = sam.get("/orgs/acme/settings/admin").await;
        let mut held = form(&page.body, "/orgs/acme/settings/admin").expect("a form");
        held.fields.retain(|(name, _)| name != "name");
        held.fields.push(("name".to_owned(), "Taken over".to_owned()));
        let gone = "DELETE FROM memberships WHERE email = 'sam@acme.test' AND organization_id = $1";
        two.app.run(gone, [two.acme.clone().into()]).await;
        let answer = sam.submit(&held).await;
        assert_eq!(answer.status, 404, "{}", answer.body);
        assert_eq!(two.app.texts("SELECT name FROM organizations WHERE slug = 'acme'").await, ["Acme"]);
        assert_eq!(goes_to(&sam, "/").await, "/orgs/globex/settings/admin");
        two.close().await;
    }
}

// 12
#[actix_web::test]
async fn who_can_create_one_gets_a_personal_organization_and_none_where_an_invite_waits() {
    let settings = [("SIGN_UP", "personal"), ("ORG_CREATORS", "@acme.test")];
    for two in each(&settings).await {
        let ada = two.ada().await;
        let link = invite(&ada, "acme", "sam@acme.test", "member").await;
        for (email, return_to, slugs) in [
            ("zoe@acme.test", "/", vec!["zoe owner zoe@acme.test"]),
            ("sam@acme.test", link.as_str(), vec![]),
            ("uma@other.test", "/", vec![]),
            ("kim@acme.test", "/orgs/acme", vec![]),
        ] {
            let visitor = two.app.visitor();
            let answer = two.come(&visitor, email, return_to).await;
            assert_eq!(answer.status, 303, "{email}: {}", answer.body);
            assert_eq!(memberships(&two.app, email).await, slugs, "{email}");
        }
        // No one gets a second one.
        let zoe = two.app.visitor();
        two.come(&zoe, "zoe@acme.test", "/").await;
        assert_eq!(memberships(&two.app, "zoe@acme.test").await.len(), 1);
        let page = zoe.get("/orgs/zoe/settings/admin").await;
        assert!(page.says(&name("zoe@acme.test")), "{}", page.body);
        two.close().await;
    }
}
