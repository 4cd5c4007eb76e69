//! What pages do where there are many organizations, done by programs (rule 10.5).

use gatehouse::address::EmailAddress;
use gatehouse::authority::Shell;
use gatehouse::operator::grants;
use gatehouse::role::Role;
use serde_json::{Value, json};

use super::cast::{Two, each};

fn of(two: &Two) -> String {
    format!("/api/organizations/{}", two.acme)
}

#[actix_web::test]
async fn an_organization_gets_another_address_and_gives_up_the_former() {
    for two in each(&[]).await {
        let (ada, acme) = (two.ada().await, of(&two));
        let slug = format!("{acme}/slug");
        for (wish, status) in [("globex", 422), ("Ä", 422)] {
            let refused = ada.put(&slug, &json!({ "slug": wish })).await;
            assert!(refused.status == status && refused.json()["errors"]["slug"][0].is_string(), "{wish}");
        }
        let changed = ada.put(&slug, &json!({ "slug": "initech" })).await;
        assert_eq!((changed.status, changed.json()), (200, json!({ "slug": "initech" })), "{}", changed.body);
        assert_eq!(ada.put(&slug, &json!({ "slug": "initech" })).await.status, 200, "once more");
        let former = ada.get(&format!("{acme}/former-slugs")).await.json();
        assert_eq!(former["items"][0]["slug"], "acme", "{former}");
        let end = format!("{acme}/former-slugs/acme");
        assert_eq!(ada.delete(&end).await.status, 204);
        assert_eq!(ada.delete(&end).await.status, 404, "it is given up");
        two.app.forget_sign_ins().await;
        let asked = ada.put(&slug, &json!({ "slug": "acme" })).await;
        assert_eq!((asked.status, &asked.json()["code"]), (403, &json!("fresh_sign_in_required")));
        two.close().await;
    }
}

#[actix_web::test]
async fn one_joins_whom_the_rules_admit_and_leaves() {
    for two in each(&[]).await {
        let (ada, acme) = (two.ada().await, of(&two));
        let sam = two.app.outsider("sam@acme.test").await;
        let membership = format!("{acme}/membership");
        let unknown = "/api/organizations/01234567-89ab-7cde-8f01-23456789abcd/membership";
        for path in [membership.as_str(), unknown] {
            assert_eq!(sam.put(path, &json!({})).await.status, 404, "no rule admits him: {path}");
        }
        let rules = json!({ "allowedEmails": ["sam@acme.test"], "emailAllowlistEnabled": true });
        assert_eq!(ada.patch(&format!("{acme}/admin/settings"), &rules).await.status, 200);
        for again in ["joins", "is in"] {
            assert_eq!(sam.put(&membership, &json!({})).await.status, 204, "{again}");
        }
        assert_eq!(sam.get(&acme).await.json()["role"], "member");
        assert_eq!(sam.delete(&membership).await.status, 204);
        assert_eq!(sam.get(&acme).await.status, 404);
        let kept = ada.delete(&membership).await;
        assert_eq!((kept.status, &kept.json()["code"]), (409, &json!("last_owner")));
        two.close().await;
    }
}

#[actix_web::test]
async fn an_operator_enters_with_a_reason_and_everyone_else_finds_nothing() {
    for two in each(&[]).await {
        let services = &two.app.services;
        let shell = Shell::of_installation(services.db.clone(), services.clock.clone());
        let address = EmailAddress::parse("ops@server.test").expect("an address");
        grants::grant(&shell, &address).await.expect("granted");
        let (ops, ada) = (two.sign_in("ops@server.test").await, two.ada().await);
        let entry = format!("/api/operator/organizations/{}/entry", two.acme);
        for path in ["/api/operator/organizations", "/api/operator/log"] {
            assert_eq!(ada.get(path).await.status, 404, "{path}");
        }
        assert_eq!(ada.post_json(&entry, &json!({ "reason": "Ticket 7" })).await.status, 404);
        let all = ops.get("/api/operator/organizations?q=ac").await.json();
        let acme = &all["items"][0];
        assert_eq!(
            [&acme["slug"], &acme["members"], &acme["owners"], &acme["state"]],
            [&json!("acme"), &json!(1), &json!(1), &json!("active")]
        );
        let refused = ops.post_json(&entry, &json!({ "reason": " " })).await;
        assert!(refused.status == 422 && refused.json()["errors"]["reason"][0].is_string());
        assert_eq!(ops.post_json(&entry, &json!({ "reason": "Ticket 7" })).await.status, 204);
        assert_eq!(ops.get(&format!("{}/admin/settings", of(&two))).await.status, 200);
        assert_eq!(ops.post_json("/api/operator/departure", &json!({})).await.status, 204);
        assert_eq!(ops.get(&format!("{}/admin/settings", of(&two))).await.status, 404);
        let log = ops.get("/api/operator/log").await.json();
        let told: Vec<&Value> =
            log["items"].as_array().expect("a list").iter().map(|it| &it["action"]).collect();
        assert!(told.contains(&&json!("operator.granted")), "{told:?}");
        two.close().await;
    }
}

#[actix_web::test]
async fn sessions_are_no_organization_s_where_there_are_many() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
        let ada = two.ada().await;
        let found = ada.get(&format!("{}/admin/users?q=sam", of(&two))).await.json();
        let sam = found["items"][0]["id"].as_str().expect("an id");
        assert_eq!(ada.get(&format!("{}/admin/users/{sam}/sessions", of(&two))).await.status, 404);
        let bulk = json!({ "action": "end-sessions", "users": [sam] });
        let refused = ada.post_json(&format!("{}/admin/users/bulk", of(&two)), &bulk).await;
        assert!(
            refused.status == 422 && refused.json()["errors"]["action"][0].is_string(),
            "{}",
            refused.body
        );
        two.close().await;
    }
}
