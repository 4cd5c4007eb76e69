//! What an admin of one organization does about people, and sees of them: memberships, never accounts (rule 6.7).

use gatehouse::role::Role;

use super::cast::{Two, each, each_with_okta};
use crate::web::support::{Identity, Smtp, Visitor, borrowed};

/// Sam, a member of both; with the address of Sam's page in Acme.
async fn sam_in_both(two: &Two) -> (Visitor, String) {
    two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
    two.app.also("sam@acme.test", "sam@globex.test", &two.globex, Role::Owner).await;
    let id = two.app.id_of("sam@acme.test").await;
    (two.sign_in("sam@acme.test").await, format!("/orgs/acme/settings/admin/users/{id}"))
}

#[actix_web::test]
async fn deactivating_suspends_the_membership_and_removing_ends_it_and_the_account_goes_on() {
    for two in each(&[]).await {
        let (ada, (sam, page)) = (two.ada().await, sam_in_both(&two).await);
        let offboarding = ada.get(&format!("{page}/offboarding")).await;
        assert!(!offboarding.says("another organization"), "{}", offboarding.body);
        let done = ada.post(&format!("{page}/deactivation"), &[]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert!(ada.get("/orgs/acme/settings/admin/users").await.says("Deactivated"));
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 404);
        assert!(sam.is_signed_in().await, "the session is theirs");
        assert_eq!(two.app.count("SELECT count(*) FROM users WHERE status = 'deactivated'").await, 0);
        assert_eq!(sam.get("/orgs/globex/settings/admin").await.status, 200);
        assert_eq!(ada.post(&format!("{page}/reactivation"), &[]).await.status, 303);
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 200);
        assert_eq!(ada.post(&format!("{page}/removal"), &[]).await.status, 303);
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 404);
        assert!(sam.is_signed_in().await);
        assert_eq!(two.app.count("SELECT count(*) FROM memberships WHERE name = 'Sam'").await, 1);
        two.close().await;
    }
}

// T09
#[actix_web::test]
async fn many_are_suspended_at_once_and_sessions_are_no_one_elses_to_end() {
    for two in each(&[]).await {
        let (ada, (sam, page)) = (two.ada().await, sam_in_both(&two).await);
        let id = page.rsplit('/').next().expect("an id").to_owned();
        let list = "/orgs/acme/settings/admin/users";
        let bulk = |deed: &'static str| {
            let (ada, id, path) = (ada.clone(), id.clone(), format!("{list}/bulk"));
            async move {
                let fields = [("deed", deed), ("user", id.as_str()), ("confirmed", "1"), ("back", list)];
                ada.post(&path, &fields).await
            }
        };
        assert_eq!(bulk("end-sessions").await.status, 422);
        assert!(!ada.get(list).await.says("End sessions"));
        assert_eq!(ada.post(&format!("{page}/sessions/end"), &[]).await.status, 404);
        assert!(sam.is_signed_in().await);
        assert_eq!(bulk("deactivate").await.status, 303);
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 404);
        assert_eq!(sam.get("/orgs/globex/settings/admin").await.status, 200);
        two.close().await;
    }
}

#[actix_web::test]
async fn an_admin_sees_the_address_by_which_someone_joined_and_nothing_of_their_life_elsewhere() {
    for (two, okta) in each_with_okta(&[]).await {
        let (_, page) = sam_in_both(&two).await;
        let add = "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_sign_in_at)
             SELECT $1, id, 'okta', $2, email, 'sam@globex.test', 0, 0 FROM users WHERE email = 'sam@acme.test'";
        two.app.run(add, [gatehouse::random::id().into(), okta.issuer.clone().into()]).await;
        let (ada, gil) = (two.ada().await, two.gil().await);
        let list = "/orgs/acme/settings/admin/users";
        for path in [list.to_owned(), page.clone(), format!("{page}/offboarding"), format!("{list}?q=sam")] {
            let answer = ada.get(&path).await;
            assert!(answer.says("sam@acme.test"), "{path}: {}", answer.body);
            for foreign in ["sam@globex.test", "Okta", "Globex", "Sessions"] {
                let menu = answer.body.contains("Okta</option>") && foreign == "Okta";
                assert!(menu || !answer.says(foreign), "{path} says {foreign}: {}", answer.body);
            }
        }
        assert!(!ada.get(&format!("{list}?method=okta")).await.says("sam@acme.test"));
        assert!(gil.get("/orgs/globex/settings/admin/users?method=okta").await.says("sam@globex.test"));
        let found = ada.get(&format!("{list}?q=globex")).await;
        assert!(!found.says("sam@acme.test"), "nor is it found by what is unknown here: {}", found.body);
        let export = ada.get(&format!("{list}/export?format=csv")).await;
        assert!(!export.body.contains("globex"), "{}", export.body);
        two.close().await;
    }
}

/// A search reads one organization, whatever stands in others.
#[actix_web::test]
async fn a_search_finds_the_people_of_one_organization() {
    for two in each(&[]).await {
        for n in 0..40 {
            two.app.enroll(&format!("annika-{n}@globex.test"), &two.globex, Role::Member).await;
        }
        two.app.enroll("hannah@acme.test", &two.acme, Role::Member).await;
        let (ada, gil) = (two.ada().await, two.gil().await);
        let ours = ada.get(&format!("/api/organizations/{}/admin/users?q=ann", two.acme)).await.json();
        assert_eq!(ours["items"].as_array().expect("items").len(), 1, "{ours}");
        let theirs = gil.get(&format!("/api/organizations/{}/admin/users?q=ann&limit=100", two.globex)).await;
        assert_eq!(theirs.json()["items"].as_array().expect("items").len(), 40);
        two.close().await;
    }
}

/// What people do to their accounts is told in each of their organizations, by the address that this one knows.
#[actix_web::test]
async fn a_change_of_an_account_leaves_an_event_in_each_organization_without_foreign_addresses() {
    for (two, okta) in each_with_okta(&[]).await {
        let (sam, _) = sam_in_both(&two).await;
        let connect = sam.post("/settings/identities", &[("provider", "okta")]).await;
        let connect = if connect.status == 303 {
            connect
        } else {
            let start = sam.post("/auth/idp", &[("prompt", "login"), ("return_to", "/settings")]).await;
            let authorization = start.location().parse().expect("an address");
            let identity = Identity::new("sam@acme.test", "Sam");
            sam.get(&sam.way_back(&two.app.provider, &authorization, &identity)).await;
            sam.post("/settings/identities", &[("provider", "okta")]).await
        };
        let authorization = connect.location().parse().expect("an address");
        let code = okta.grant(&Identity::new("sam@private.test", "Sam"), &authorization);
        assert_eq!(sam.get(&sam.way_back_from("okta", &authorization, &code)).await.location(), "/settings");
        let of = |slug: &str| {
            format!(
                "SELECT e.action || ' ' || e.actor || ' ' || CAST(e.after AS TEXT) FROM events e
                 JOIN organizations o ON o.id = e.organization_id
                 WHERE o.slug = '{slug}' AND e.action = 'account.connected'"
            )
        };
        for (slug, address) in [("acme", "sam@acme.test"), ("globex", "sam@globex.test")] {
            let told = two.app.texts(&of(slug)).await;
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(&format!("account.connected {address} ")), "{told:?}");
            assert!(!told[0].contains("private") && told[0].contains("another address"), "{told:?}");
        }
        sam.post("/sign-out", &[]).await;
        let signed_out =
            "SELECT count(*) FROM events WHERE action = 'session.signed_out' AND organization_id IS NULL";
        assert_eq!(two.app.count(signed_out).await, 1, "that concerns the installation alone");
        two.close().await;
    }
}

#[actix_web::test]
async fn the_last_owner_of_an_organization_stays_whatever_they_own_elsewhere() {
    for two in each(&[]).await {
        let (sam, _) = sam_in_both(&two).await;
        let demote = "UPDATE memberships SET role = 'member' WHERE email = 'gil@globex.test'";
        two.app.run(demote, []).await;
        let leave = sam.get("/orgs/globex/departure").await;
        assert!(leave.says("You’re the only owner."), "{}", leave.body);
        assert_eq!(sam.post("/orgs/globex/departure", &[]).await.status, 409);
        assert!(sam.get("/settings/deletion").await.says("You’re the only owner of Globex."));
        let left = sam.post("/orgs/acme/departure", &[]).await;
        assert_eq!((left.status, left.location()), (303, "/orgs"));
        assert!(sam.get("/orgs").await.says("You left "));
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 404);
        two.close().await;
    }
}

/// A mail goes to the address that its organization knows, and leads to that organization.
#[actix_web::test]
async fn a_mail_about_a_role_leads_to_its_organization_and_goes_where_that_one_knows() {
    let smtp = Smtp::start().await;
    let settings = smtp.settings();
    for two in each(&borrowed(&settings)).await {
        let (_, page) = sam_in_both(&two).await;
        let id = page.rsplit('/').next().expect("an id").to_owned();
        let gil = two.gil().await;
        let role = format!("/orgs/globex/settings/admin/users/{id}/role");
        assert_eq!(gil.post(&role, &[("role", "admin")]).await.status, 303);
        let mut mails = smtp.mails_to("sam@globex.test");
        for _ in 0..100 {
            if !mails.is_empty() {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
            mails = smtp.mails_to("sam@globex.test");
        }
        let mail = &mails.last().expect("a mail").raw;
        assert!(mail.contains("/orgs/globex/settings/admin"), "{mail}");
        assert!(smtp.mails_to("sam@acme.test").is_empty());
        two.close().await;
    }
}

/// Suspended is suspended: by another account, and after an account was deleted, too.
#[actix_web::test]
async fn who_is_suspended_does_not_come_back_by_deleting_the_account_or_by_another() {
    for (two, okta) in each_with_okta(&[]).await {
        let ada = two.ada().await;
        let path = format!("/api/organizations/{}/admin/settings", two.acme);
        let rules = serde_json::json!({ "allowedEmailDomains": ["acme.test"], "domainGatingEnabled": true });
        assert_eq!(ada.patch(&path, &rules).await.status, 200);
        two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
        let id = two.app.id_of("sam@acme.test").await;
        let page = format!("/orgs/acme/settings/admin/users/{id}");
        let sam = two.sign_in("sam@acme.test").await;
        assert_eq!(ada.post(&format!("{page}/deactivation"), &[]).await.status, 303);
        assert_eq!(sam.get("/orgs/acme").await.status, 404);
        // Another account that comes with the same address.
        two.app.run("UPDATE users SET email = 'sam@private.test' WHERE id = $1", [id.clone().into()]).await;
        two.app.run("UPDATE identities SET email = 'sam@private.test' WHERE user_id = $1", [id.into()]).await;
        let other = two.app.visitor();
        let authorization = other.authorize_at("okta", "/orgs/acme").await;
        let code = okta.grant(&Identity::new("sam@acme.test", "Sam"), &authorization);
        let answer = other.get(&other.way_back_from("okta", &authorization, &code)).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
        // The account is deleted: a proof of the last ten minutes, and one's address.
        let start = sam.post("/auth/idp", &[("prompt", "login"), ("return_to", "/settings")]).await;
        let authorization = start.location().parse().expect("an address");
        let identity =
            Identity::new("sam@private.test", "Sam").with(serde_json::json!({ "sub": "sam@acme.test" }));
        sam.get(&sam.way_back(&two.app.provider, &authorization, &identity)).await;
        let deleted = sam.post("/settings/deletion", &[("email", "sam@private.test")]).await;
        assert_eq!(deleted.status, 303, "{}", deleted.body);
        let again = two.app.visitor();
        assert_eq!(two.come(&again, "sam@acme.test", "/orgs/acme").await.status, 403);
        // An admin who invites the address means it.
        let fields =
            [("addresses", "sam@acme.test"), ("role", "member"), ("batch", &gatehouse::random::id())];
        assert_eq!(ada.post("/orgs/acme/settings/admin/invites", &fields).await.status, 303);
        assert_eq!(two.come(&again, "sam@acme.test", "/orgs/acme").await.status, 303);
        two.close().await;
    }
}

/// From the shell, an account's end is told in each organization that it concerns, and a suspension is ended.
#[actix_web::test]
async fn the_shell_acts_on_accounts_of_the_installation_and_on_members_of_one_organization() {
    for two in each(&[]).await {
        let (sam, page) = sam_in_both(&two).await;
        let (done, said) = two.shell(&["user", "promote", "sam@acme.test"]);
        assert!(!done && said.contains("--org") && said.contains("Globex (globex)"), "{said}");
        two.ada().await.post(&format!("{page}/deactivation"), &[]).await;
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 404);
        let (done, said) = two.shell(&["user", "reactivate", "sam@acme.test", "--org", "acme"]);
        assert!(done, "{said}");
        assert_eq!(sam.get("/orgs/acme/settings/admin").await.status, 200);
        assert!(two.shell(&["user", "promote", "--org", "acme", "sam@acme.test"]).0);
        let roles = "SELECT o.slug || ' ' || m.role || ' ' || m.email FROM memberships m
             JOIN organizations o ON o.id = m.organization_id WHERE m.name = 'Sam' ORDER BY o.slug";
        assert_eq!(two.app.texts(roles).await, ["acme owner sam@acme.test", "globex owner sam@globex.test"]);
        let (done, said) = two.shell(&["user", "deactivate", "sam@acme.test"]);
        assert!(done, "{said}");
        let told = "SELECT COALESCE(o.slug, 'installation') || ' ' || e.target FROM events e
             LEFT JOIN organizations o ON o.id = e.organization_id
             WHERE e.action = 'user.deactivated' AND e.actor LIKE 'operator%' ORDER BY 1";
        let expected = ["acme sam@acme.test", "globex sam@globex.test", "installation sam@acme.test"];
        assert_eq!(two.app.texts(told).await, expected);
        two.close().await;
    }
}
