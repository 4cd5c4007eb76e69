//! The General page: admins rename, members read.

use gatehouse::role::Role;
use reqwest::Method;

use super::support::{TestApp, Visitor, field, on_both_databases};

async fn rename(admin: &Visitor, name: &str) -> super::support::Answer {
    let version = field(&admin.get("/settings/admin").await.body, "version");
    admin.post("/settings/admin", &[("name", name), ("version", &version)]).await
}

on_both_databases!(
    an_owner_renames_the_organization_and_everyone_sees_it,
    a_name_that_is_none_comes_back_with_a_sentence,
    a_stale_edit_shows_both_names_and_loses_neither,
    a_member_reads_and_finds_no_controls,
    htmx_gets_the_region_and_the_notice
);

async fn an_owner_renames_the_organization_and_everyone_sees_it(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    let saved = rename(&ada, " Acme & Sons ").await;
    assert_eq!((saved.status, saved.location()), (303, "/settings/admin"));
    let page = ada.get("/settings/admin").await;
    assert!(page.says("Organization name saved.") && page.says("Last changed by Ada Lovelace"));
    assert_eq!(field(&page.body, "name"), "Acme &#38; Sons");
    assert!(!ada.get("/settings/admin").await.says("Organization name saved."), "said once");
    assert!(ben.get("/settings/admin").await.says("Acme & Sons"));
    assert_eq!(app.events().await.last().map(String::as_str), Some("organization.renamed done Acme & Sons"));
}

async fn a_name_that_is_none_comes_back_with_a_sentence(app: &TestApp) {
    let ada = app.owner().await;
    let before = app.footprint().await;
    for (name, sentence) in
        [("A", "Use 2 to 60 characters."), ("evil.com/reset", "A name can't be a web address.")]
    {
        let answer = rename(&ada, name).await;
        assert_eq!(answer.status, 422);
        assert!(answer.says(sentence));
        assert_eq!(field(&answer.body, "name"), name);
    }
    assert_eq!(app.footprint().await, before);
}

// D10
async fn a_stale_edit_shows_both_names_and_loses_neither(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let stale = field(&ben.get("/settings/admin").await.body, "version");
    rename(&ada, "Ada's").await;
    let conflict = ben.post("/settings/admin", &[("name", "Ben's"), ("version", &stale)]).await;
    assert_eq!(conflict.status, 409);
    assert!(conflict.says("Ada Lovelace changed this") && conflict.says("Ada's"));
    assert_eq!(field(&conflict.body, "name"), "Ben&#39;s");
    let mine = field(&conflict.body, "version");
    assert_eq!(ben.post("/settings/admin", &[("name", "Ben's"), ("version", &mine)]).await.status, 303);
}

async fn a_member_reads_and_finds_no_controls(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    let page = ben.get("/settings/admin").await;
    assert!(page.says("My Organization") && page.says("Only admins can change these settings."));
    assert!(page.says("mailto:ada@acme.test"));
    let controls = page.body.matches("<form").count() - page.body.matches("action=\"/sign-out\"").count();
    assert_eq!(controls, 0, "{}", page.body);
    assert!(!page.body.contains("/settings/admin/access"), "nothing hints at hidden pages");
}

async fn htmx_gets_the_region_and_the_notice(app: &TestApp) {
    let ada = app.owner().await;
    let fields = [("name", "Acme"), ("version", "1")];
    let saved = ada.htmx(Method::POST, "/settings/admin", "section#name_form", &fields).await;
    assert_eq!(saved.status, 303, "fetch follows it with the same headers");
    let region = ada.htmx(Method::GET, "/settings/admin", "section#name_form", &[]).await;
    assert!(region.body.starts_with("<section id=\"name_form\"") && !region.body.contains("<html"));
    assert!(region.says("Organization name saved.") && region.body.contains("hx-partial"));
    assert!(region.header("vary").contains("HX-Request"));
    let whole = ada.request(Method::GET, "/settings/admin").header("hx-request", "true");
    let whole = whole.header("hx-target", "section#name_form").header("hx-history-restore-request", "true");
    assert!(ada.send(whole).await.body.contains("<html"), "going back wants the whole page");
}
