//! Creating organizations: who may, at which address, and that there is one with owner and settings, or none (rule 6.3).

use gatehouse::role::Role;
use reqwest::Method;
use serde_json::json;

use super::cast::{MULTI, each};
use crate::web::support::{Database, TestApp, field};

const CREATORS: [(&str, &str); 1] = [("ORG_CREATORS", "ada@acme.test")];

#[actix_web::test]
async fn who_can_create_one_names_it_and_owns_it() {
    for two in each(&CREATORS).await {
        let ada = two.ada().await;
        assert!(ada.get("/orgs").await.says("New organization"));
        let typed = ada.get("/orgs/new?name=Initech+Labs").await;
        assert_eq!(field(&typed.body, "slug"), "initech-labs");
        assert!(typed.says("initech-labs is available."), "{}", typed.body);
        let made = ada.post("/orgs/new", &[("name", "Initech Labs"), ("slug", "")]).await;
        assert_eq!(
            (made.status, made.location()),
            (303, "/orgs/initech-labs/settings/admin"),
            "{}",
            made.body
        );
        assert!(ada.get(made.location()).await.says("created. You’re its owner."));
        let rows = "SELECT m.role || ' ' || m.email FROM memberships m JOIN organizations o ON o.id = m.organization_id
             JOIN org_settings s ON s.organization_id = o.id WHERE o.slug = 'initech-labs'";
        assert_eq!(two.app.texts(rows).await, ["owner ada@acme.test"]);
        let fallback = "SELECT count(*) FROM organizations WHERE slug = 'initech-labs' AND env_fallback";
        assert_eq!(two.app.count(fallback).await, 0);
        let events = two.app.events().await;
        let created = events.iter().filter(|event| *event == "organization.created done Initech Labs");
        assert_eq!(created.count(), 1, "{events:?}");
        two.close().await;
    }
}

/// What the page has proposed follows the name; what was typed stays.
#[actix_web::test]
async fn a_proposed_address_follows_the_name_and_a_typed_one_stays() {
    for two in each(&CREATORS).await {
        let ada = two.ada().await;
        let part = |query: &'static str| {
            let ada = ada.clone();
            async move { ada.htmx(Method::GET, &format!("/orgs/new?{query}"), "div#slug_field", &[]).await.body }
        };
        let ini = part("name=Ini&slug=&proposed=").await;
        assert_eq!((field(&ini, "slug"), field(&ini, "proposed")), ("ini".into(), "ini".into()));
        let typed = part("name=Acme+Rockets+Inc&slug=rockets&proposed=acme-rockets").await;
        assert_eq!((field(&typed, "slug"), field(&typed, "proposed")), ("rockets".to_owned(), String::new()));
        // Sent before the proposal was made again.
        let made = ada.post("/orgs/new", &[("name", "Initech"), ("slug", "ini"), ("proposed", "ini")]).await;
        assert_eq!(made.location(), "/orgs/initech/settings/admin", "{}", made.body);
        two.close().await;
    }
}

#[actix_web::test]
async fn an_address_that_is_taken_reserved_or_malformed_is_said_while_typing_and_refused_when_sent() {
    for two in each(&CREATORS).await {
        let ada = two.ada().await;
        for (slug, sentence) in [
            ("globex", "This address is taken."),
            ("default", "This address is taken."),
            ("new", "This address is reserved."),
            ("-a", "Begin and end with a letter or a digit."),
            ("A b", "Use lowercase letters, digits and hyphens."),
        ] {
            let path = format!("/orgs/new?name=Some+name&slug={}", slug.replace(' ', "+"));
            let part = ada.htmx(Method::GET, &path, "div#slug_field", &[]).await;
            assert!(part.status == 200 && part.says(sentence), "{slug}: {}", part.body);
            assert!(!part.body.contains("<!DOCTYPE"), "the region alone: {}", part.body);
            let sent = ada.post("/orgs/new", &[("name", "Some name"), ("slug", slug)]).await;
            assert!(sent.status == 422 && sent.says(sentence), "{slug}: {}", sent.body);
            assert_eq!(field(&sent.body, "slug"), slug, "what was typed is there");
            assert_eq!(field(&sent.body, "name"), "Some name");
        }
        let both = ada.post("/orgs/new", &[("name", "x"), ("slug", "a_b")]).await;
        assert!(both.says("Use 2 to 60 characters.") && both.says("Use lowercase letters"), "{}", both.body);
        assert_eq!(two.app.rows_in("organizations").await, 3);
        two.close().await;
    }
}

#[actix_web::test]
async fn people_who_can_not_are_told_who_can_and_nothing_is_created() {
    for two in each(&[("ORG_CREATORS", "@creators.test")]).await {
        let ada = two.ada().await;
        let page = ada.get("/orgs/new").await;
        assert!(page.status == 403 && page.says("people at creators.test"), "{}", page.body);
        assert_eq!(ada.post("/orgs/new", &[("name", "Mine"), ("slug", "mine")]).await.status, 403);
        let api = ada.post_json("/api/organizations", &json!({ "name": "Mine" })).await;
        assert_eq!((api.status, api.json()["code"].as_str()), (403, Some("forbidden")));
        assert_eq!(two.app.visitor().get("/orgs/new").await.status, 302);
        assert_eq!(two.app.rows_in("organizations").await, 3);
        two.close().await;
    }
    for two in each(&[]).await {
        let page = two.ada().await.get("/orgs/new").await;
        assert!(page.status == 403 && page.says("gatehouse org create"), "{}", page.body);
        two.close().await;
    }
}

#[actix_web::test]
async fn programs_create_and_rename_and_an_update_without_fields_is_malformed() {
    for two in each(&CREATORS).await {
        let ada = two.ada().await;
        let made = ada.post_json("/api/organizations", &json!({ "name": "Globex" })).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!((&made.json()["slug"], &made.json()["role"]), (&"globex-2".into(), &"owner".into()));
        let taken = ada.post_json("/api/organizations", &json!({ "name": "Globex", "slug": "globex" })).await;
        assert_eq!(taken.status, 422);
        assert!(taken.json()["errors"]["slug"][0].as_str().expect("text").contains("taken"));
        let path = format!("/api/organizations/{}", made.json()["id"].as_str().expect("an id"));
        let renamed = ada.patch(&path, &json!({ "name": "Globex Two" })).await;
        assert_eq!((renamed.status, &renamed.json()["name"]), (200, &"Globex Two".into()));
        assert_eq!(ada.put(&path, &json!({ "name": "Globex Three" })).await.status, 200);
        for empty in [ada.patch(&path, &json!({})).await, ada.put(&path, &json!({})).await] {
            assert_eq!((empty.status, empty.json()["code"].as_str()), (400, Some("malformed")));
        }
        assert_eq!(ada.patch(&path, &json!({ "name": "x" })).await.status, 422);
        two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
        let sam = two.sign_in("sam@acme.test").await;
        let acme = format!("/api/organizations/{}", two.acme);
        assert_eq!(sam.patch(&acme, &json!({ "name": "Mine" })).await.status, 403, "a member");
        two.close().await;
    }
}

#[actix_web::test]
async fn of_twenty_who_take_an_address_at_once_one_gets_it() {
    for two in each(&CREATORS).await {
        let ada = two.ada().await;
        let body = json!({ "name": "Race", "slug": "race" });
        let all = (0..20).map(|_| ada.post_json("/api/organizations", &body));
        let answers = futures_util::future::join_all(all).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.status == 422).count();
        assert_eq!((made, refused), (1, 19));
        assert_eq!(two.app.count("SELECT count(*) FROM organizations WHERE slug = 'race'").await, 1);
        two.close().await;
    }
}

#[actix_web::test]
async fn a_gatehouse_for_one_organization_does_not_start_with_several() {
    for database in Database::each().await {
        let app = TestApp::open_with(database, &[MULTI]).await;
        app.organization("Globex", "globex").await;
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_gatehouse"))
            .env_remove("GATEHOUSE_TEST_POSTGRES_URL")
            .env("GATEHOUSE_DATABASE_URL", app.database_url())
            .env("GATEHOUSE_MASTER_KEY", crate::web::support::MASTER_KEY)
            .env("GATEHOUSE_BIND", "127.0.0.1:0")
            .env("GATEHOUSE_PROVIDERS__IDP__KIND", "oidc")
            .env("GATEHOUSE_PROVIDERS__IDP__ISSUER", &app.provider.issuer)
            .env("GATEHOUSE_PROVIDERS__IDP__CLIENT_ID", "gatehouse")
            .env("GATEHOUSE_PROVIDERS__IDP__CLIENT_SECRET", "secret")
            .arg("serve")
            .output()
            .expect("gatehouse");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains("GATEHOUSE_TENANCY") && said.contains("Globex (globex)"), "{said}");
        app.close().await;
    }
}
