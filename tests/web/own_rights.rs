//! What someone does to their own rights: asked about first, and answered with a page that they may see.

use gatehouse::role::Role;
use reqwest::Method;
use serde_json::json;

use super::many::cast::each;
use super::support::{Answer, Form, TestApp, Visitor, field, form, on_both_databases};

const USERS: &str = "/settings/admin/users";
const PROJECTS: &str = "/settings/admin/projects";

async fn page_of(app: &TestApp, email: &str) -> String {
    let id = app.id_of(email).await;
    format!("{USERS}/{id}")
}

async fn role_of(app: &TestApp, email: &str) -> String {
    app.texts(&format!("SELECT role FROM memberships WHERE email = '{email}'")).await.remove(0)
}

/// Sends what a page asks about to `path`, as its button does, and goes where the answer leads: that is no error.
async fn agrees(person: &Visitor, asked: &Answer, path: &str) -> Answer {
    lands(person, &form(&asked.body, path).unwrap_or_else(|| panic!("a form in {}", asked.body))).await
}

async fn lands(person: &Visitor, form: &Form) -> Answer {
    let done = person.submit(form).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let page = person.get(done.location()).await;
    assert_eq!(page.status, 200, "{}: {}", done.location(), page.body);
    page
}

on_both_databases!(
    a_role_of_ones_own_is_given_up_after_a_question_only,
    an_owner_becomes_an_admin_and_an_admin_a_member,
    no_button_in_the_list_or_on_ones_page_takes_ones_role_at_once,
    the_only_owner_is_not_even_asked,
    another_owner_is_changed_at_once_and_changed_back,
    programs_say_what_they_mean_and_are_not_asked,
    people_who_remove_themselves_land_outside_and_are_told,
    people_who_end_all_their_sessions_are_told_that_they_are_signed_out,
    no_one_is_among_the_people_they_change_in_bulk,
    a_manager_leaves_their_team_after_a_question_and_lands_on_the_projects,
    an_admin_of_a_project_steps_down_or_leaves_after_a_question
);

async fn a_role_of_ones_own_is_given_up_after_a_question_only(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Owner).await;
    let role = format!("{}/role", page_of(app, "ada@acme.test").await);
    for (to, loses) in [("admin", "Make people owners"), ("member", "Set, replace and remove keys.")] {
        let before = (app.footprint().await, app.events().await);
        let looked = ada.get(&format!("{role}?role={to}")).await;
        assert_eq!(looked.status, 200);
        let asked = ada.post(&role, &[("role", to), ("back", USERS)]).await;
        assert_eq!(asked.status, 422, "a form that has not asked: {}", asked.body);
        for page in [&looked, &asked] {
            assert!(page.says("You’ll no longer be able to") && page.says(loses), "{}", page.body);
            assert!(page.says("Only another owner can make you an owner again."), "{}", page.body);
        }
        assert_eq!((app.footprint().await, app.events().await), before, "looking changes nothing");
    }
    assert_eq!(role_of(app, "ada@acme.test").await, "owner");
    let asked =
        ada.post(&role, &[("role", "member"), ("back", &format!("{USERS}?status=deactivated"))]).await;
    let page = agrees(&ada, &asked, &role).await;
    assert!(page.says("You’re now a member.") && !page.says("Undo"), "{}", page.body);
    assert_eq!(role_of(app, "ada@acme.test").await, "member");
}

async fn an_owner_becomes_an_admin_and_an_admin_a_member(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Owner).await;
    let role = format!("{}/role", page_of(app, "ada@acme.test").await);
    let asked = ada.get(&format!("{role}?role=admin")).await;
    assert!(agrees(&ada, &asked, &role).await.says("You’re now an admin."));
    let asked = ada.get(&format!("{role}?role=member")).await;
    assert!(asked.says("Only an owner or another admin can make you an admin again."), "{}", asked.body);
    assert!(!asked.says("Make people owners"), "they could not any more");
    assert!(agrees(&ada, &asked, &role).await.says("You’re now a member."));
    assert_eq!(ada.post(&role, &[("role", "admin"), ("confirmed", "1")]).await.status, 403);
}

async fn no_button_in_the_list_or_on_ones_page_takes_ones_role_at_once(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Owner).await;
    let (mine, bens) = (page_of(app, "ada@acme.test").await, page_of(app, "ben@acme.test").await);
    let menu = async |page: &str| {
        let id = page.rsplit('/').next().unwrap_or_default();
        ada.htmx(Method::GET, page, &format!("div#menu_{id}"), &[]).await.body
    };
    for place in [menu(&mine).await, ada.get(&mine).await.body] {
        assert!(form(&place, &format!("{mine}/role")).is_none(), "{place}");
        for role in ["admin", "member"] {
            assert!(
                place.contains(&format!("{mine}/role?role={role}")),
                "it leads to the question: {role}: {place}"
            );
        }
    }
    assert!(form(&menu(&bens).await, &format!("{bens}/role")).is_some(), "others are changed at once");
}

async fn the_only_owner_is_not_even_asked(app: &TestApp) {
    let ada = app.owner().await;
    let role = format!("{}/role", page_of(app, "ada@acme.test").await);
    for answer in
        [ada.get(&format!("{role}?role=member")).await, ada.post(&role, &[("role", "member")]).await]
    {
        assert!(answer.status == 409 && answer.says("Make someone else owner first."), "{}", answer.body);
    }
}

async fn another_owner_is_changed_at_once_and_changed_back(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Owner).await;
    let role = format!("{}/role", page_of(app, "ben@acme.test").await);
    assert_eq!(ada.post(&role, &[("role", "member"), ("back", USERS)]).await.status, 303);
    assert_eq!(role_of(app, "ben@acme.test").await, "member");
    let page = ada.get(USERS).await;
    assert!(page.says("Undo"), "{}", page.body);
    assert_eq!(ada.post(&role, &[("role", "owner"), ("back", USERS)]).await.status, 303);
    assert_eq!(role_of(app, "ben@acme.test").await, "owner");
}

async fn programs_say_what_they_mean_and_are_not_asked(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Owner).await;
    let mine = page_of(app, "ada@acme.test").await.replace(USERS, "/api/admin/users");
    assert_eq!(ada.patch(&mine, &json!({ "role": "admin" })).await.status, 200);
    assert_eq!(role_of(app, "ada@acme.test").await, "admin");
}

async fn people_who_remove_themselves_land_outside_and_are_told(app: &TestApp) {
    let ada = app.owner().await;
    for (what, says, told) in [
        ("deactivation", "Only another admin can reactivate you.", "Your account is deactivated."),
        ("removal", "You leave the organization and give up your role.", "You left "),
    ] {
        let email = format!("{what}@acme.test");
        let sam = app.person(&email, Role::Admin).await;
        let mine = page_of(app, &email).await;
        let asked = sam.get(&format!("{mine}/offboarding")).await;
        assert!(asked.says("Deactivate or remove yourself?") && asked.says(says), "{}", asked.body);
        assert!(asked.says("You’ll no longer be able to sign in."), "{}", asked.body);
        let page = agrees(&sam, &asked, &format!("{mine}/{what}")).await;
        assert!(page.says(told), "{}", page.body);
        assert!(!sam.is_signed_in().await);
    }
    let gone = page_of(app, "deactivation@acme.test").await;
    assert_eq!(ada.post(&format!("{gone}/reactivation"), &[]).await.status, 303);
}

async fn people_who_end_all_their_sessions_are_told_that_they_are_signed_out(app: &TestApp) {
    let ada = app.owner().await;
    let mine = page_of(app, "ada@acme.test").await;
    let page = ada.get(&mine).await.body;
    let ends = form(&page, &format!("{mine}/sessions/end")).expect("a button");
    assert!(lands(&ada, &ends).await.says("You’re signed out."));
    assert!(!ada.is_signed_in().await);
}

async fn no_one_is_among_the_people_they_change_in_bulk(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Owner).await;
    for deed in ["member", "deactivate", "end-sessions"] {
        let all = [("deed", deed), ("all", "1"), ("back", USERS)];
        let looked = ada.post(&format!("{USERS}/bulk"), &all).await;
        let ids = field(&looked.body, "user");
        let sure = [("deed", deed), ("user", ids.as_str()), ("confirmed", "1"), ("back", USERS)];
        ada.post(&format!("{USERS}/bulk"), &sure).await;
        assert!(looked.says("That’s you.") && ada.is_signed_in().await, "{deed}: {}", looked.body);
    }
    assert_eq!(role_of(app, "ada@acme.test").await, "owner");
}

async fn a_manager_leaves_their_team_after_a_question_and_lands_on_the_projects(app: &TestApp) {
    let ada = app.owner().await;
    let bo = app.person("bo@acme.test", Role::Member).await;
    ada.post_json("/api/teams", &json!({ "name": "Core" })).await;
    let team = "/settings/admin/teams/core";
    for manager in ["ada@acme.test", "bo@acme.test"] {
        assert_eq!(ada.post(&format!("{team}/manager"), &[("manager", manager)]).await.status, 303);
    }
    let removal =
        |page: String| format!("{team}/members/{}/removal", page.rsplit('/').next().expect("an id"));
    let hers = removal(page_of(app, "ada@acme.test").await);
    assert_eq!(ada.post(&hers, &[]).await.status, 303, "an admin of the organization loses nothing");
    let his = removal(page_of(app, "bo@acme.test").await);
    let before = app.events().await;
    let asked = bo.post(&his, &[]).await;
    assert!(asked.status == 422 && asked.says("Leave Core?"), "{}", asked.body);
    assert!(
        asked.says("Only an admin of the organization can make you its manager again."),
        "{}",
        asked.body
    );
    assert_eq!(app.events().await, before);
    assert!(agrees(&bo, &asked, &his).await.says("You left "));
    assert_eq!(bo.get(team).await.status, 404);
}

async fn an_admin_of_a_project_steps_down_or_leaves_after_a_question(app: &TestApp) {
    let ada = app.owner().await;
    ada.post_json("/api/projects", &json!({ "name": "Web" })).await;
    let members = format!("{PROJECTS}/web/members");
    let bo = app.person("bo@acme.test", Role::Member).await;
    let admin = [("email", "bo@acme.test"), ("role", "admin")];
    assert_eq!(ada.post(&members, &admin).await.status, 303);
    let removal = page_of(app, "bo@acme.test").await.replace(USERS, &members) + "/removal";
    let asked = bo.post(&removal, &[]).await;
    assert!(asked.status == 422 && asked.says("Leave Web?"), "{}", asked.body);
    let viewer = [("email", "BO@acme.test"), ("role", "viewer")];
    let asked = bo.post(&members, &viewer).await;
    assert!(asked.status == 422 && asked.says("Make yourself a viewer of Web?"), "{}", asked.body);
    assert_eq!(bo.get(&format!("{PROJECTS}/web/tokens/new")).await.status, 200, "still an admin");
    assert!(agrees(&bo, &asked, &members).await.says("You’re now a viewer of"));
    assert_eq!(ada.post(&members, &admin).await.status, 303);
    let asked = bo.post(&removal, &[]).await;
    assert!(agrees(&bo, &asked, &removal).await.says("You left "));
    assert_eq!(bo.get(&format!("{PROJECTS}/web")).await.status, 404);
    let own = [("email", "ada@acme.test"), ("role", "viewer")];
    assert_eq!(ada.post(&members, &own).await.status, 303, "an admin of the organization loses nothing");
}

#[actix_web::test]
async fn with_many_organizations_people_who_leave_land_among_the_others() {
    for two in each(&[]).await {
        for (what, told) in [
            ("role", "You’re now a member."),
            ("deactivation", "You can no longer open Acme."),
            ("removal", "You left "),
        ] {
            let email = format!("{what}@acme.test");
            two.app.enroll(&email, &two.acme, Role::Owner).await;
            let sam = two.sign_in(&email).await;
            let mine = format!("/orgs/acme{}", page_of(&two.app, &email).await);
            let question = if what == "role" { "role?role=member" } else { "offboarding" };
            let asked = sam.get(&format!("{mine}/{question}")).await;
            let page = agrees(&sam, &asked, &format!("{mine}/{what}")).await;
            assert!(page.says(told), "{what}: {}", page.body);
            assert!(sam.is_signed_in().await, "the session is theirs");
        }
        two.close().await;
    }
}
