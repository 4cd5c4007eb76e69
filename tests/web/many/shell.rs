//! Commands where there are many organizations, or one that has to stay.

use gatehouse::ownership::purge_due;
use gatehouse::role::Role;

use super::cast::{MULTI, Two, command, each};
use crate::web::support::{Database, Identity, Smtp, TestApp, borrowed};

const STATES: &str = "SELECT slug || ' ' || state FROM organizations ORDER BY slug";

/// Deletes an organization, whose thirty days are over.
async fn erase(two: &Two, slug: &str) {
    two.app
        .run("UPDATE organizations SET state = 'deleting', purge_at = 1 WHERE slug = $1", [slug.into()])
        .await;
    purge_due(&two.app.services).await;
}

/// How many mails of this Ada has got.
fn told(smtp: &Smtp, of: &str) -> usize {
    let subjects = smtp.mails_to("ada@acme.test").into_iter().map(|mail| mail.header("Subject"));
    subjects.filter(|subject| subject.contains(of)).count()
}

/// Waits until there are so many. What is queued from the shell goes out when the server looks, a few seconds later.
async fn comes(smtp: &Smtp, of: &str, count: usize) {
    for _ in 0..300 {
        if told(smtp, of) >= count {
            break;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(told(smtp, of), count, "{of}");
}

#[actix_web::test]
async fn the_only_organization_stays() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        let (done, said) = command(&app, "single", &["org", "delete", "default"]);
        assert!(!done && said.contains("GATEHOUSE_TENANCY is single"), "{said}");
        assert_eq!(app.texts(STATES).await, ["default active"]);
        app.close().await;
    }
}

#[actix_web::test]
async fn a_person_who_goes_back_to_one_organization_deletes_the_others() {
    for two in each(&[]).await {
        let single = |arguments: &[&str]| command(&two.app, "single", arguments);
        for slug in ["acme", "globex"] {
            assert!(single(&["org", "delete", slug]).0);
        }
        for (arguments, why) in
            [(["org", "delete", "default"], "deleted"), (["org", "restore", "acme"], "restored")]
        {
            let (done, said) = single(&arguments);
            assert!(
                !done && said.contains(&format!("can't be {why}: GATEHOUSE_TENANCY is single")),
                "{said}"
            );
        }
        assert_eq!(two.app.texts(STATES).await, ["acme deleting", "default active", "globex deleting"]);
        two.close().await;
    }
}

#[actix_web::test]
async fn an_organization_is_deleted_and_restored_and_its_owners_are_told() {
    let smtp = Smtp::start().await;
    let settings = smtp.settings();
    for two in each(&borrowed(&settings)).await {
        let (deleted, restored) = ("is being deleted", "is restored");
        let before = (told(&smtp, deleted), told(&smtp, restored));
        let ada = two.ada().await;
        assert!(two.shell(&["org", "delete", "acme"]).0);
        assert_eq!(ada.get("/orgs/acme/settings/admin").await.status, 404);
        let (done, said) = two.shell(&["org", "delete", "acme"]);
        assert!(done && said.contains("is already being deleted"), "{said}");
        let (_, list) = two.shell(&["org", "list"]);
        let is_marked = |line: &str| line.contains("being deleted, to be erased from ");
        assert_eq!(list.lines().filter(|line| is_marked(line)).count(), 1, "{list}");
        assert!(list.lines().any(|line| line.starts_with("Acme  acme  ") && is_marked(line)), "{list}");
        comes(&smtp, deleted, before.0 + 1).await;
        assert!(two.shell(&["org", "restore", "acme"]).0);
        assert_eq!(ada.get("/orgs/acme/settings/admin").await.status, 200);
        let (done, said) = two.shell(&["org", "restore", "acme"]);
        assert!(!done && said.contains("being deleted"), "{said}");
        comes(&smtp, restored, before.1 + 1).await;
        // And from the page.
        two.also("ada@acme.test", &two.globex, Role::Owner).await;
        let ada = two.ada().await;
        let page = ada.post("/orgs/acme/settings/admin/danger/deletion", &[("slug", "acme")]).await;
        assert_eq!(page.status, 303, "{}", page.body);
        comes(&smtp, deleted, before.0 + 2).await;
        assert_eq!(ada.post("/orgs/acme/restoration", &[]).await.status, 303);
        comes(&smtp, restored, before.1 + 2).await;
        two.close().await;
    }
}

#[actix_web::test]
async fn the_installation_is_looked_after_without_the_organization_that_it_began_with() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
        erase(&two, "default").await;
        for arguments in [
            &["operator", "grant", "ops@server.test"][..],
            &["operator", "list"],
            &["operator", "revoke", "ops@server.test"],
            &["user", "deactivate", "sam@acme.test"],
            &["user", "reactivate", "sam@acme.test"],
            &["org", "create", "Initech", "--owner", "bill@initech.test"],
            &["bootstrap", "--org", "Hooli", "--owner", "gavin@hooli.test", "--slug", "hooli"],
            &["sessions", "end", "--all"],
        ] {
            let (done, said) = two.shell(arguments);
            assert!(done, "{arguments:?}: {said}");
        }
        let (done, said) = two.shell(&["bootstrap", "--org", "Acme", "--owner", "ada@acme.test"]);
        assert!(!done && said.contains("--slug"), "{said}");
        two.close().await;
    }
}

#[actix_web::test]
async fn what_is_done_to_the_installation_is_in_no_organizations_log_though_there_is_but_one() {
    for two in each(&[]).await {
        erase(&two, "default").await;
        erase(&two, "globex").await;
        assert!(two.shell(&["operator", "grant", "ops@server.test"]).0);
        assert!(two.shell(&["user", "deactivate", "gil@globex.test"]).0);
        let logs = "SELECT action || ' ' || COALESCE(organization_id, 'installation') FROM events
            WHERE actor LIKE 'operator (cli%' ORDER BY action";
        assert_eq!(
            two.app.texts(logs).await,
            ["operator.granted installation", "user.deactivated installation"]
        );
        two.close().await;
    }
}

// Rule 1.5: in each of them, not only in the one that is looked at first.
#[actix_web::test]
async fn an_owner_is_not_deactivated_who_is_the_last_one_in_any_of_their_organizations() {
    for two in each(&[]).await {
        two.also("ada@acme.test", &two.globex, Role::Owner).await;
        for (alone_in, with_another_in) in [(&two.acme, &two.globex), (&two.globex, &two.acme)] {
            two.app.remove_member("gil@globex.test").await;
            two.also("gil@globex.test", with_another_in, Role::Owner).await;
            let (done, said) = two.shell(&["user", "deactivate", "ada@acme.test"]);
            assert!(!done && said.contains("owner"), "alone in {alone_in}: {said}");
            let active = "SELECT count(*) FROM users WHERE email = 'ada@acme.test' AND status = 'active'";
            assert_eq!(two.app.count(active).await, 1, "{said}");
        }
        two.also("gil@globex.test", &two.globex, Role::Owner).await;
        let (done, said) = two.shell(&["user", "deactivate", "ada@acme.test"]);
        assert!(done, "others own both: {said}");
        two.close().await;
    }
}

#[actix_web::test]
async fn no_one_becomes_the_first_owner_of_what_is_being_deleted() {
    for database in Database::each().await {
        let app = TestApp::open_with(database, &[MULTI]).await;
        let unclaimed = "SELECT count(*) FROM instance WHERE claimed_at IS NULL";
        for state in ["deleting", "gone"] {
            if state == "gone" {
                app.run("DELETE FROM organizations WHERE id = 'default'", []).await;
            } else {
                app.run("UPDATE organizations SET state = 'deleting', purge_at = 9999999999999", []).await;
            }
            let turned_away =
                app.visitor().sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await;
            assert_eq!(turned_away.status, 403, "{state}: {}", turned_away.body);
            assert_eq!(app.count(unclaimed).await, 1, "{state}");
        }
        app.close().await;
    }
}

#[actix_web::test]
async fn bootstrap_finds_an_organization_by_its_slug_a_former_one_too() {
    for two in each(&[]).await {
        let named = |name: &str, slug: &str| {
            two.shell(&["bootstrap", "--org", name, "--owner", "gavin@hooli.test", "--slug", slug])
        };
        for _ in 0..2 {
            assert!(named("Hooli", "hooli").0);
        }
        let hooli =
            "SELECT count(*) FROM organizations WHERE slug = 'hooli' AND awaited_owner = 'gavin@hooli.test'";
        assert_eq!(two.app.count(hooli).await, 1);
        let (done, said) = named("Hooli Two", "hooli");
        assert!(!done && said.contains("is called Hooli, not Hooli Two"), "{said}");
        // Its owner renames Acme's address: anyone who starts by the former one finds it.
        let ada = two.ada().await;
        let renamed = ada.post("/orgs/acme/settings/admin/danger/slug", &[("slug", "rockets")]).await;
        assert_eq!(renamed.status, 303, "{}", renamed.body);
        let (done, said) =
            two.shell(&["bootstrap", "--org", "Acme", "--owner", "ada@acme.test", "--slug", "acme"]);
        assert!(done && said.contains("Nothing changed"), "{said}");
        let given_up = ada.post("/orgs/rockets/settings/admin/danger/slugs/acme/end", &[]).await;
        assert_eq!(given_up.status, 303, "{}", given_up.body);
        let (done, said) = named("Acme", "acme");
        assert!(!done && said.contains("on hold"), "{said}");
        assert!(two.shell(&["org", "delete", "hooli"]).0);
        let (done, said) = named("Hooli", "hooli");
        assert!(!done && said.contains("is being deleted"), "{said}");
        two.close().await;
    }
}
