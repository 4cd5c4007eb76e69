//! Two tabs, two organizations: neither writes to the other's (rule 6.1).

use gatehouse::role::Role;
use reqwest::Method;

use super::cast::{Two, each};
use crate::web::support::{Visitor, field, form};

/// Ada, who owns Acme and is an admin of Globex; with Sam in both.
async fn ada_in_both(two: &Two) -> (Visitor, String) {
    two.also("ada@acme.test", &two.globex, Role::Admin).await;
    two.app.enroll("sam@acme.test", &two.acme, Role::Admin).await;
    two.also("sam@acme.test", &two.globex, Role::Admin).await;
    let id = two.app.id_of("sam@acme.test").await;
    (two.ada().await, id)
}

// 10
#[actix_web::test]
async fn what_is_saved_said_and_undone_in_one_tab_is_nothing_to_the_other() {
    for two in each(&[]).await {
        let (ada, sam) = ada_in_both(&two).await;
        let (here, there) = ("/orgs/acme/settings/admin", "/orgs/globex/settings/admin");
        let acme = ada.get(here).await;
        let globex = ada.get(there).await;
        // Save: a form goes to the organization whose page it stood on, whichever was opened last.
        let mut rename = form(&acme.body, here).expect("a form");
        rename.fields.retain(|(name, _)| name != "name");
        rename.fields.push(("name".to_owned(), "Acme Inc".to_owned()));
        let saved = ada.submit(&rename).await;
        assert_eq!((saved.status, saved.location()), (303, here));
        // The other tab is reloaded in between: it says nothing, and takes nothing away.
        let other = ada.get(there).await;
        assert!(!other.says("Organization name saved."), "{}", other.body);
        assert!(ada.get(here).await.says("Organization name saved."));
        // Undo: offered where it was done, and for there.
        let users = format!("{here}/users");
        let role = ada.post(&format!("{users}/{sam}/role"), &[("role", "member"), ("back", &users)]).await;
        assert_eq!(role.status, 303, "{}", role.body);
        assert!(!ada.get(&format!("{there}/users")).await.says("Undo"));
        let page = ada.get(&users).await;
        let undo = form(&page.body, &format!("{users}/{sam}/role")).expect("an offer to undo");
        assert!(undo.fields.iter().any(|(name, id)| name == "organization" && *id == two.acme));
        assert_eq!(ada.submit(&undo).await.status, 303);
        let roles = "SELECT m.role FROM memberships m JOIN organizations o ON o.id = m.organization_id
             WHERE m.email = 'sam@acme.test' ORDER BY o.slug";
        assert_eq!(two.app.texts(roles).await, ["admin", "admin"]);
        // Refresh by htmx, in the older tab.
        let part = ada.htmx(Method::GET, &users, "section#users", &[]).await;
        assert!(part.status == 200 && part.says("Acme Inc") && !part.says("Globex"), "{}", part.body);
        // Back: the page of before still means its own.
        assert_eq!(field(&globex.body, "organization"), two.globex);
        // Expired sign-in: the form's tab comes back to its own organization.
        two.app.run("DELETE FROM sessions", []).await;
        let asked = ada.submit(&form(&globex.body, there).expect("a form")).await;
        let back = "/sign-in?return_to=%2Forgs%2Fglobex%2Fsettings%2Fadmin";
        assert_eq!((asked.status, asked.location()), (302, back));
        assert_eq!(two.app.texts("SELECT name FROM organizations WHERE slug = 'globex'").await, ["Globex"]);
        two.close().await;
    }
}

#[actix_web::test]
async fn a_form_whose_organization_is_not_that_of_its_address_is_refused() {
    for two in each(&[]).await {
        let (ada, _) = ada_in_both(&two).await;
        for (org, id) in [("acme", &two.globex), ("globex", &two.acme)] {
            let path = format!("/orgs/{org}/settings/admin");
            let fields = [("name", "Mixed up"), ("version", "1"), ("organization", id.as_str())];
            let answer = ada.post(&path, &fields).await;
            assert!(answer.status == 409 && answer.says("Nothing was saved"), "{}", answer.body);
        }
        assert_eq!(two.app.count("SELECT count(*) FROM organizations WHERE name = 'Mixed up'").await, 0);
        two.close().await;
    }
}

/// Every form of an organization's pages says whose it is.
#[actix_web::test]
async fn every_form_of_an_organization_carries_it() {
    for two in each(&[]).await {
        let (ada, sam) = ada_in_both(&two).await;
        ada.post("/orgs/acme/settings/admin/invites", &[("addresses", "lee@acme.test"), ("role", "member")])
            .await;
        let key = serde_json::json!({ "key": "sk-CANARY-0123456789abcdef" });
        let keys = format!("/api/organizations/{}/admin/llm-keys/openai", two.acme);
        assert_eq!(ada.put(&keys, &key).await.status, 200);
        let invites = ada.get(&format!("/api/organizations/{}/admin/invites", two.acme)).await.json();
        let invite = invites["items"][0]["id"].as_str().expect("an invite");
        let mut forms = 0;
        for page in [
            "",
            "/access",
            "/users",
            "/invites",
            "/llm-keys",
            "/llm-keys?provider=anthropic",
            &format!("/users/{sam}"),
            &format!("/users/{sam}/role?role=owner"),
            &format!("/users/{sam}/offboarding"),
            &format!("/invites/{invite}"),
        ] {
            let page = ada.get(&format!("/orgs/acme/settings/admin{page}")).await;
            assert_eq!(page.status, 200, "{}", page.body);
            for form in page.body.split("<form ").skip(1) {
                let (tag, rest) = form.split_once('>').expect("a tag");
                let rest = rest.split("</form>").next().unwrap_or_default();
                if tag.contains("method=\"post\"") && tag.contains("/orgs/acme/") {
                    let carried = format!("name=\"organization\" value=\"{}\"", two.acme);
                    assert!(rest.contains(&carried), "{tag}");
                    forms += 1;
                }
            }
        }
        assert!(forms > 15, "{forms}");
        two.close().await;
    }
}
