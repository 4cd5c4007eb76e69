//! The life of an organization: another address, another owner, deleted and restored (rule 6.3).

use gatehouse::ownership::purge_due;
use gatehouse::role::Role;
use serde_json::json;

use super::cast::{Two, each};
use crate::web::support::{Smtp, borrowed, field};

const DANGER: &str = "/orgs/acme/settings/admin/danger";

async fn roles(two: &Two, slug: &str) -> Vec<String> {
    two.app
        .texts(&format!(
            "SELECT m.email || ' ' || m.role FROM memberships m JOIN organizations o ON o.id = m.organization_id
             WHERE o.slug = '{slug}' ORDER BY m.email"
        ))
        .await
}

#[actix_web::test]
async fn an_owner_changes_the_address_and_members_are_led_on() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
        let (ada, sam, gil) =
            (two.sign_in("ada@acme.test").await, two.sign_in("sam@acme.test").await, two.gil().await);
        let page = ada.get(&format!("{DANGER}/slug")).await;
        assert!(page.says("What breaks") && field(&page.body, "slug") == "acme", "{}", page.body);
        for (slug, sentence) in [("globex", "This address is taken."), ("Ä", "Use lowercase letters")] {
            let refused = ada.post(&format!("{DANGER}/slug"), &[("slug", slug)]).await;
            assert!(refused.status == 422 && refused.says(sentence), "{}", refused.body);
            assert_eq!(field(&refused.body, "slug"), slug);
        }
        two.app.forget_sign_ins().await;
        let asked = ada.post(&format!("{DANGER}/slug"), &[("slug", "initech")]).await;
        assert!(asked.status == 403 && asked.says("Confirm it’s you"), "{}", asked.body);
        let ada = two.ada().await;
        let changed = ada.post(&format!("{DANGER}/slug"), &[("slug", "initech")]).await;
        assert_eq!((changed.status, changed.location()), (303, "/orgs/initech/settings/admin/danger"));
        let danger = ada.get(changed.location()).await;
        assert!(danger.says("Address changed to ") && danger.says("Give up"), "{}", danger.body);
        for path in ["/settings/admin/users?q=a", "", "/departure"] {
            let led = sam.get(&format!("/orgs/acme{path}")).await;
            let to = format!("/orgs/initech{path}");
            assert_eq!(
                (led.status, led.location(), led.header("cache-control")),
                (307, to.as_str(), "no-store")
            );
        }
        assert_eq!(sam.post("/orgs/acme/departure", &[]).await.status, 404);
        for path in ["/orgs/acme", "/orgs/acme/settings/admin/users"] {
            let (real, unknown) = (gil.get(path).await, gil.get(&path.replace("acme", "nowhere")).await);
            assert_eq!((real.status, unknown.status), (404, 404), "it is unknown to others");
        }
        // No one else gets it, and the organization can have it back.
        let taken = gil.get("/orgs/globex/settings/admin/danger/slug").await;
        assert_eq!(taken.status, 200);
        let gil = two.sign_in("gil@globex.test").await;
        let refused = gil.post("/orgs/globex/settings/admin/danger/slug", &[("slug", "acme")]).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        // Given up, it leads nowhere, and rests for thirty days.
        let end = "/orgs/initech/settings/admin/danger/slugs/acme/end";
        assert_eq!(ada.post(end, &[]).await.status, 303);
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 404);
        let slug = "/orgs/globex/settings/admin/danger/slug";
        assert_eq!(gil.post(slug, &[("slug", "acme")]).await.status, 422);
        two.app.run("UPDATE organization_slugs SET given_up_at = 1 WHERE slug = 'acme'", []).await;
        let given = gil.post(slug, &[("slug", "acme")]).await;
        assert_eq!(given.location(), "/orgs/acme/settings/admin/danger", "{}", given.body);
        two.close().await;
    }
}

#[actix_web::test]
async fn an_owner_hands_the_organization_to_a_member_and_to_no_one_else() {
    let smtp = Smtp::start().await;
    let settings = smtp.settings();
    for two in each(&borrowed(&settings)).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
        two.app.enroll("off@acme.test", &two.acme, Role::Member).await;
        two.app.run("UPDATE memberships SET suspended_at = 1 WHERE email = 'off@acme.test'", []).await;
        let ada = two.sign_in("ada@acme.test").await;
        let transfer = format!("{DANGER}/transfer");
        for email in ["gil@globex.test", "off@acme.test", "ada@acme.test", "nobody", ""] {
            let refused = ada.post(&transfer, &[("email", email)]).await;
            assert_eq!(refused.status, 422, "{email}: {}", refused.body);
            assert_eq!(field(&refused.body, "email"), email);
        }
        two.app.forget_sign_ins().await;
        assert_eq!(ada.post(&transfer, &[("email", "sam@acme.test")]).await.status, 403);
        let ada = two.ada().await;
        assert_eq!(roles(&two, "acme").await[0], "ada@acme.test owner");
        // No one could come in any more.
        two.app.enroll("out@acme.test", &two.acme, Role::Member).await;
        two.app.run("DELETE FROM identities WHERE email = 'out@acme.test'", []).await;
        let kept = ada.post(&transfer, &[("email", "out@acme.test")]).await;
        assert!(kept.status == 409 && kept.says("out@acme.test can’t sign in here yet"), "{}", kept.body);
        assert_eq!(field(&kept.body, "email"), "out@acme.test");
        // An owner who is kept out hears nothing of it.
        two.app.enroll("co@acme.test", &two.acme, Role::Owner).await;
        two.app.run("UPDATE memberships SET suspended_at = 1 WHERE email = 'co@acme.test'", []).await;
        two.app.run("DELETE FROM users WHERE email = 'out@acme.test'", []).await;
        let done = ada.post(&transfer, &[("email", " Sam@acme.test ")]).await;
        assert_eq!((done.status, done.location()), (303, "/orgs/acme/settings/admin"), "{}", done.body);
        assert_eq!(
            roles(&two, "acme").await,
            ["ada@acme.test admin", "co@acme.test owner", "off@acme.test member", "sam@acme.test owner"]
        );
        assert_eq!(ada.get(DANGER).await.status, 403, "an admin");
        for _ in 0..100 {
            if smtp.mails_to("sam@acme.test").len() + smtp.mails_to("ada@acme.test").len() >= 2 {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(!smtp.mails_to("sam@acme.test").is_empty() && !smtp.mails_to("ada@acme.test").is_empty());
        assert!(smtp.mails_to("co@acme.test").is_empty());
        two.close().await;
    }
}

#[actix_web::test]
async fn a_deleted_organization_is_gone_at_once_comes_back_and_is_purged_after_thirty_days() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Admin).await;
        let ada = two.sign_in("ada@acme.test").await;
        let sam = two.sign_in("sam@acme.test").await;
        let page = format!("{DANGER}/deletion");
        let shown = ada.get(&page).await;
        assert!(shown.says("2 members lose access immediately."), "{}", shown.body);
        let last = ada.post(&page, &[("slug", "acme")]).await;
        assert!(last.status == 409 && last.says("the last organization you own"), "{}", last.body);
        two.also("ada@acme.test", &two.globex, Role::Owner).await;
        let wrong = ada.post(&page, &[("slug", "Acme")]).await;
        assert!(wrong.status == 422 && field(&wrong.body, "slug") == "Acme", "{}", wrong.body);
        let link = {
            let fields =
                [("addresses", "lee@acme.test"), ("role", "member"), ("batch", &gatehouse::random::id())];
            let sent = ada.post("/orgs/acme/settings/admin/invites", &fields).await;
            let list = ada.get(sent.location()).await.body;
            let at = list.find("/invites/").expect("a link");
            list[at..].split(['"', '<']).next().expect("a path").to_owned()
        };
        let deleted = ada.post(&page, &[("slug", "acme")]).await;
        assert_eq!((deleted.status, deleted.location()), (303, "/orgs"), "{}", deleted.body);
        // T14: dead at once.
        for (visitor, path) in [
            (&ada, "/orgs/acme/settings/admin".to_owned()),
            (&sam, "/orgs/acme/settings/admin/users".to_owned()),
            (&sam, "/orgs/acme".to_owned()),
            (&sam, format!("/api/organizations/{}/admin/users", two.acme)),
        ] {
            assert_eq!(visitor.get(&path).await.status, 404, "{path}");
        }
        assert_eq!(two.app.visitor().get(&link).await.status, 410, "its invites are over");
        let chooser = ada.get("/orgs").await;
        assert!(chooser.says("Being deleted") && chooser.says("Restore"), "{}", chooser.body);
        assert!(!sam.get("/orgs").await.says("Acme"), "owners alone see it");
        assert_eq!(sam.post("/orgs/acme/restoration", &[]).await.status, 404);
        purge_due(&two.app.services).await;
        let restored = ada.post("/orgs/acme/restoration", &[]).await;
        assert_eq!(
            (restored.status, restored.location()),
            (303, "/orgs/acme/settings/admin"),
            "{}",
            restored.body
        );
        assert_eq!(sam.get("/orgs/acme/settings/admin/users").await.status, 200, "all is as it was");
        assert_eq!(two.app.visitor().get(&link).await.status, 200);
        // Thirty days later.
        assert_eq!(ada.delete(&format!("/api/organizations/{}", two.acme)).await.status, 204);
        two.app.run("UPDATE organizations SET purge_at = 1 WHERE slug = 'acme'", []).await;
        purge_due(&two.app.services).await;
        assert_eq!(two.app.count("SELECT count(*) FROM organizations WHERE slug = 'acme'").await, 0);
        for table in ["events", "memberships", "invites", "org_settings", "organization_slugs", "event_heads"]
        {
            let left = format!("SELECT count(*) FROM {table} WHERE organization_id = '{}'", two.acme);
            assert_eq!(two.app.count(&left).await, 0, "{table}");
        }
        assert_eq!(ada.post("/orgs/acme/restoration", &[]).await.status, 404);
        assert_eq!(two.app.count("SELECT count(*) FROM users WHERE email = 'sam@acme.test'").await, 1);
        two.close().await;
    }
}

#[actix_web::test]
async fn a_deleted_account_takes_along_what_no_one_else_is_in_and_nothing_else() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Admin).await;
        let alone = two.app.organization("Solo", "solo").await;
        two.also("ada@acme.test", &alone, Role::Owner).await;
        let ada = two.sign_in("ada@acme.test").await;
        let page = ada.get("/settings/deletion").await;
        assert!(page.says("You’re the only owner of Acme."), "it is shared: {}", page.body);
        let refused = ada.post("/settings/deletion", &[("email", "ada@acme.test")]).await;
        assert_eq!(refused.status, 409);
        // Those that are being deleted count: they can be restored.
        two.app.run("UPDATE organizations SET state = 'deleting', purge_at = 9999999999999 WHERE slug IN ('acme', 'solo')", []).await;
        let page = ada.get("/settings/deletion").await;
        assert!(page.says("Acme is being deleted, and you’re the only owner."), "{}", page.body);
        assert!(page.says("Solo"), "it would be gone for good: {}", page.body);
        assert_eq!(ada.post("/settings/deletion", &[("email", "ada@acme.test")]).await.status, 409);
        two.app.run("UPDATE organizations SET state = 'active', purge_at = NULL", []).await;
        // Another of the same name hides nothing.
        two.app.run("UPDATE organizations SET name = 'Acme' WHERE slug = 'solo'", []).await;
        let page = ada.get("/settings/deletion").await;
        assert!(page.says("You’re the only owner of Acme."), "{}", page.body);
        two.app.run("UPDATE organizations SET name = 'Solo' WHERE slug = 'solo'", []).await;
        two.app.change_role("sam@acme.test", "owner").await;
        let page = ada.get("/settings/deletion").await;
        assert!(page.says("Solo is deleted immediately, too: you’re its only member."), "{}", page.body);
        let deleted = ada.post("/settings/deletion", &[("email", "ada@acme.test")]).await;
        assert_eq!(deleted.status, 303, "{}", deleted.body);
        purge_due(&two.app.services).await;
        let slugs = "SELECT slug FROM organizations ORDER BY slug";
        assert_eq!(two.app.texts(slugs).await, ["acme", "default", "globex"]);
        assert_eq!(roles(&two, "acme").await, ["sam@acme.test owner"]);
        two.close().await;
    }
}

#[actix_web::test]
async fn what_is_being_erased_holds_no_one() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
        two.app.run("UPDATE organizations SET state = 'purging', purge_at = 1 WHERE slug = 'acme'", []).await;
        let ada = two.ada().await;
        assert!(!ada.get("/settings/deletion").await.says("only owner"));
        let deleted = ada.post("/settings/deletion", &[("email", "ada@acme.test")]).await;
        assert_eq!(deleted.status, 303, "{}", deleted.body);
        purge_due(&two.app.services).await;
        assert_eq!(two.app.count("SELECT count(*) FROM organizations WHERE slug = 'acme'").await, 0);
        two.close().await;
    }
}

#[actix_web::test]
async fn programs_of_an_owner_do_the_same_and_those_of_others_are_refused() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Admin).await;
        two.also("ada@acme.test", &two.globex, Role::Owner).await;
        let sam_id = two.app.id_of("sam@acme.test").await;
        let path = format!("/api/organizations/{}", two.acme);
        let sam = two.sign_in("sam@acme.test").await;
        assert_eq!(sam.delete(&path).await.status, 403, "an admin");
        assert_eq!(sam.post_json(&format!("{path}/transfer/{sam_id}"), &json!({})).await.status, 403);
        let ada = two.sign_in("ada@acme.test").await;
        let nobody = format!("{path}/transfer/{}", gatehouse::random::id());
        assert_eq!(ada.post_json(&nobody, &json!({})).await.status, 422);
        assert_eq!(ada.post_json(&format!("{path}/transfer/{sam_id}"), &json!({})).await.status, 204);
        assert_eq!(roles(&two, "acme").await, ["ada@acme.test admin", "sam@acme.test owner"]);
        assert_eq!(
            ada.delete(&format!("/api/organizations/{}", two.globex)).await.status,
            409,
            "her last one"
        );
        let sam = two.sign_in("sam@acme.test").await;
        two.also("sam@acme.test", &two.globex, Role::Owner).await;
        assert_eq!(sam.delete(&path).await.status, 204);
        let restored = sam.post_json(&format!("{path}/restore"), &json!({})).await;
        assert_eq!((restored.status, &restored.json()["slug"]), (200, &"acme".into()));
        two.close().await;
    }
}

#[actix_web::test]
async fn who_has_many_organizations_searches_them_and_keeps_the_page_when_switching() {
    for two in each(&[("ORG_CREATORS", "ada@acme.test")]).await {
        for n in 0..9 {
            let id = two.app.organization(&format!("Branch {n}"), &format!("branch-{n}")).await;
            two.also("ada@acme.test", &id, if n == 0 { Role::Member } else { Role::Admin }).await;
        }
        let ada = two.ada().await;
        let page = ada.get("/orgs/acme/settings/admin/access").await;
        assert!(page.body.contains("href=\"/orgs/branch-1/settings/admin/access\""), "{}", page.body);
        assert!(page.body.contains("href=\"/orgs/branch-0/settings/admin\""), "a member has no such page");
        assert!(page.says("Search organizations"));
        let found = ada.get("/orgs?q=branch+7").await;
        assert!(found.body.contains("/orgs/branch-7/") && !found.says("Branch 3</a>"), "{}", found.body);
        let none = ada.get("/orgs?q=zzz").await;
        assert!(none.says("No matching organizations."), "{}", none.body);
        let create = |body: &str| body.matches("class=\"button\" href=\"/orgs/new\"").count();
        assert_eq!((create(&found.body), create(&none.body)), (1, 1), "nothing jumps while searching");
        two.close().await;
    }
}
