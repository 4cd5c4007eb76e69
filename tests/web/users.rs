//! The list of people: search, filter, order, paging.

use gatehouse::entity::membership::{Column, Entity};
use gatehouse::query_hints::not_by_index;
use gatehouse::role::Role;
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::json;

use super::support::{Database, TestApp, Visitor, World, on_both_databases};

/// Writes `count` members, named so that their order is known, three to a moment.
async fn crowd(app: &TestApp, count: usize) {
    for n in 0..count {
        let (id, email) = (format!("user-{n:04}"), format!("person{n:04}@acme.test"));
        let name = format!("Person {n:04}");
        app.run(
            "INSERT INTO users (id, email, name, status, created_at) VALUES ($1, $2, $3, 'active', 0)",
            [id.clone().into(), email.clone().into(), name.clone().into()],
        )
        .await;
        let at = i64::try_from(n / 3).expect("small");
        app.run(
            "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
                 VALUES ('default', $1, $2, $3, $4, $5, $5)",
            [
                id.into(),
                if n % 10 == 0 { "admin" } else { "member" }.into(),
                name.into(),
                email.into(),
                at.into(),
            ],
        )
        .await;
    }
}

/// Makes of that crowd people who are deactivated, locked out, sign in in other ways or were away for `n` days.
async fn differ(app: &TestApp) {
    let now = chrono::Utc::now().timestamp_millis();
    app.run("UPDATE users SET status = 'deactivated' WHERE id LIKE 'user-%7'", []).await;
    app.run(
        "UPDATE memberships SET locked_out_at = 1 WHERE user_id LIKE 'user-__1%' OR user_id LIKE 'user-%17'",
        [],
    )
    .await;
    for n in 0..130_i64 {
        let seen = now - n * 86_400_000 - 3_600_000;
        app.run(
            "UPDATE memberships SET last_seen_at = $1 WHERE user_id = $2",
            [seen.into(), format!("user-{n:04}").into()],
        )
        .await;
        for provider in if n % 13 == 0 { vec!["okta", "okta", "demo"] } else { vec!["demo"] } {
            let (id, user) = (uuid::Uuid::now_v7().to_string(), format!("user-{n:04}"));
            app
                .run(
                    "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_sign_in_at)
                     VALUES ($1, $2, $3, 'https://id.test', $1, 'x@acme.test', 0, 0)",
                    [id.into(), user.into(), provider.into()],
                )
                .await;
        }
    }
}

/// Whom a view of that crowd must show, told by the number alone.
fn expected(status: &str, method: &str, unseen: usize) -> Vec<String> {
    let is = |n: &usize| {
        let locked_out = (10..20).contains(n) || (110..120).contains(n) || n % 100 == 17;
        let state = if n % 10 == 7 {
            "deactivated"
        } else if locked_out {
            "locked_out"
        } else {
            "active"
        };
        (status.is_empty() || state == status) && (method != "okta" || n.is_multiple_of(13)) && *n >= unseen
    };
    (0..130).filter(is).map(|n| format!("Person {n:04}")).collect()
}

/// Walks the list from its first part to its last; the names, part by part.
async fn walk(visitor: &Visitor, query: &str) -> Vec<Vec<String>> {
    let mut parts = Vec::new();
    let mut cursor = String::new();
    loop {
        let list = visitor.get(&format!("/api/admin/users?{query}&cursor={cursor}")).await.json();
        parts.push(names(&list));
        match list["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return parts,
        }
    }
}

fn names(list: &serde_json::Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap_or_else(|| panic!("items in {list}"));
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

fn link(page: &str, rel: &str) -> Option<String> {
    let at = page.find(&format!("rel=\"{rel}\""))?;
    let tag = &page[page[..at].rfind("<a ")?..at];
    Some(tag.split("href=\"").nth(1)?.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

fn shown(page: &str) -> Vec<String> {
    page.split("class=\"name\"")
        .skip(1)
        .map(|rest| rest.split(['>', '<']).nth(1).unwrap_or_default().to_owned())
        .collect()
}

on_both_databases!(
    every_order_visits_everyone_once,
    pages_lead_forward_and_back_through_the_same_people,
    search_finds_inside_names_and_addresses_and_takes_wildcards_literally,
    filters_orders_and_searches_go_together,
    every_filter_finds_exactly_those_it_means_in_every_order,
    a_person_who_joins_while_their_account_is_deactivated_counts_as_deactivated,
    how_others_sign_in_and_who_is_away_is_for_admins,
    nonsense_in_the_address_gets_422_and_never_a_fault,
    a_member_sees_people_but_no_controls,
    everyone_in_a_view_is_selected_by_their_number_or_the_first_thousand,
    people_of_another_organization_are_in_no_list,
    a_list_is_read_in_the_order_of_an_index_whatever_is_looked_at_row_by_row
);

async fn every_order_visits_everyone_once(app: &TestApp) {
    let ada = app.owner().await;
    crowd(app, 130).await;
    for sort in ["name", "-name", "joined", "-joined", "seen", "-seen"] {
        let parts = walk(&ada, &format!("sort={sort}&limit=20")).await;
        let mut all: Vec<String> = parts.concat();
        assert_eq!(all.len(), 131, "{sort}");
        if sort == "name" {
            assert!(all.is_sorted());
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 131, "{sort} shows nobody twice");
    }
}

async fn pages_lead_forward_and_back_through_the_same_people(app: &TestApp) {
    let ada = app.owner().await;
    crowd(app, 130).await;
    let first = ada.get("/settings/admin/users").await.body;
    assert!(link(&first, "prev").is_none());
    let second = ada.get(&link(&first, "next").expect("a next page")).await.body;
    let third = ada.get(&link(&second, "next").expect("a third page")).await.body;
    assert!(link(&third, "next").is_none());
    assert_eq!((shown(&first).len(), shown(&second).len(), shown(&third).len()), (50, 50, 31));
    let back = ada.get(&link(&third, "prev").expect("a way back")).await.body;
    assert_eq!(shown(&back), shown(&second));
    let start = ada.get(&link(&back, "prev").expect("a way back")).await.body;
    assert_eq!(shown(&start), shown(&first));
    assert!(link(&start, "prev").is_none());
}

async fn search_finds_inside_names_and_addresses_and_takes_wildcards_literally(app: &TestApp) {
    let ada = app.owner().await;
    crowd(app, 30).await;
    app.run("UPDATE users SET name = '100% _real_ \\o/ \"quoted\"' WHERE id = 'user-0007'", []).await;
    let found = async |text: &str| {
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        names(&ada.get(&format!("/api/admin/users?q={text}")).await.json()).len()
    };
    assert_eq!(found("son0012@").await, 1);
    assert_eq!(found("PERSON 001").await, 10);
    assert_eq!(found("00% _rea").await, 1);
    assert_eq!(found("%%%").await, 0);
    assert_eq!(found("___").await, 0);
    assert_eq!(found("\\o/").await, 1);
    assert_eq!(found("\"quoted\"").await, 1);
    assert_eq!(found("\" OR name MATCH \"").await, 0);
    assert_eq!(found("ad").await, 1, "two letters match the beginning of an address");
    assert_eq!(found("%").await, 0);
    assert_eq!(found("acme.test").await, 31);
    assert_eq!(found("nobody-at-all").await, 0);
}

async fn filters_orders_and_searches_go_together(app: &TestApp) {
    let ada = app.owner().await;
    crowd(app, 130).await;
    assert_eq!(walk(&ada, "role=admin&limit=5").await.concat().len(), 13);
    assert_eq!(walk(&ada, "role=owner&limit=5").await.concat(), ["Ada Lovelace"]);
    assert_eq!(walk(&ada, "role=admin&q=person00&sort=-joined&limit=4").await.concat().len(), 10);
    let page = ada.get("/settings/admin/users?q=person00&role=admin&sort=-joined").await;
    assert!(page.says("10 people on this page") && page.body.contains("aria-sort=\"descending\""));
    let none = ada.get("/settings/admin/users?q=zzzz").await;
    assert!(none.says("No one matches") && none.body.contains("value=\"zzzz\""));
}

async fn every_filter_finds_exactly_those_it_means_in_every_order(app: &TestApp) {
    let ada = app.owner().await;
    crowd(app, 130).await;
    differ(app).await;
    finds_exactly(&ada, 2).await;
    roles_and_statuses_go_together(&ada).await;
    let page = ada.get("/settings/admin/users?status=deactivated&unseen=30").await;
    let (longest, shortest) = (page.body.find("Person 0127"), page.body.find("Person 0037"));
    assert!(page.says("10 people on this page") && longest.is_some() && longest < shortest, "{}", page.body);
    let next = ada.get("/settings/admin/users?status=active&method=demo&sort=-joined").await.body;
    assert!(
        link(&next, "next").expect("a next page").contains("?status=active&method=demo&sort=-joined&cursor=")
    );
    let file =
        ada.get("/settings/admin/users/export?status=deactivated&method=okta&unseen=30&format=csv").await;
    assert_eq!(file.body.matches("@acme.test").count(), 1, "{}", file.body);
}

/// Everyone whom a status, a way to sign in and an absence mean, in every order and by parts of this size, and no one else.
async fn finds_exactly(ada: &Visitor, limit: u32) {
    for (status, method, unseen) in [
        ("active", "", 0),
        ("deactivated", "", 0),
        ("locked_out", "", 0),
        ("", "okta", 0),
        ("", "", 30),
        ("", "", 90),
        ("deactivated", "okta", 0),
        ("active", "", 90),
        ("locked_out", "okta", 30),
        ("", "demo", 90),
        ("active", "nobody", 0),
    ] {
        let people = if method == "nobody" { Vec::new() } else { expected(status, method, unseen) };
        for sort in ["", "name", "-joined", "seen", "-seen"] {
            let days = if unseen == 0 { String::new() } else { unseen.to_string() };
            let query =
                format!("q=person&status={status}&method={method}&unseen={days}&sort={sort}&limit={limit}");
            for query in
                [query.as_str(), &query.replace("q=person&", "q=pe&"), &query.replace("q=person&", "q=&")]
            {
                let mut shown = walk(ada, query).await.concat();
                shown.retain(|name| name.starts_with("Person"));
                if sort == "name" {
                    assert_eq!(shown, people, "{query}");
                }
                if sort == "seen" {
                    assert!(
                        shown.iter().rev().eq(&people),
                        "{query}: whoever was away longest comes first: {shown:?}"
                    );
                }
                shown.sort();
                assert_eq!(shown, people, "{query}");
            }
        }
    }
}

async fn roles_and_statuses_go_together(ada: &Visitor) {
    for (role, status) in [
        ("admin", "locked_out"),
        ("member", "deactivated"),
        ("member", "active"),
        ("admin", "active"),
        ("owner", "active"),
    ] {
        for unseen in [0, 30] {
            let mut people = expected(status, "", unseen);
            people.retain(|name| name.ends_with('0') == (role == "admin") && role != "owner");
            let days = if unseen == 0 { String::new() } else { unseen.to_string() };
            for sort in ["name", "-seen", "joined"] {
                let query = format!("role={role}&status={status}&unseen={days}&sort={sort}&limit=3");
                let mut shown = walk(ada, &query).await.concat();
                shown.retain(|name| name.starts_with("Person"));
                shown.sort();
                assert_eq!(shown, people, "{query}");
            }
        }
    }
}

/// With many rows planners join by hashing, which keeps no order.
#[actix_web::test]
async fn every_filter_finds_the_same_when_postgresql_joins_by_hashing() {
    let Some(database) = Database::postgres().await else { return };
    database.prefers("enable_nestloop = off").await;
    let app = TestApp::open(database).await;
    let ada = app.owner().await;
    crowd(&app, 130).await;
    differ(&app).await;
    finds_exactly(&ada, 9).await;
    app.close().await;
}

async fn a_person_who_joins_while_their_account_is_deactivated_counts_as_deactivated(app: &TestApp) {
    app.owner().await;
    let sam = "INSERT INTO users (id, email, name, status, created_at) VALUES ('sam', 'sam@acme.test', 'Sam', 'active', 0)";
    app.run(sam, []).await;
    let url = app.database_url();
    let (first, second) = (World::at(&url).await, World::at(&url).await);
    let deactivation = first.begin("UPDATE users SET status = 'deactivated' WHERE id = 'sam'").await;
    let commit = async {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
        deactivation.commit().await;
    };
    let join =
        "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
                    VALUES ('default', 'sam', 'owner', 'Sam', 'sam@acme.test', 0, 0)";
    futures_util::future::join(second.script(join), commit).await;
    assert_eq!(app.texts("SELECT status FROM memberships WHERE user_id = 'sam'").await, ["deactivated"]);
}

async fn how_others_sign_in_and_who_is_away_is_for_admins(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    let (method, label) = ("id=\"filter_method\"", ">Sign-in</th>");
    let page = ada.get("/settings/admin/users").await.body;
    assert!(page.contains(method) && page.contains(label));
    let page = ben.get("/settings/admin/users").await.body;
    assert!(!page.contains(method) && !page.contains(label));
    for path in ["/settings/admin/users", "/api/org/users"] {
        for filter in ["method=okta", "status=active", "unseen=30"] {
            assert_eq!(ben.get(&format!("{path}?{filter}")).await.status, 403, "{path}?{filter}");
        }
    }
}

async fn nonsense_in_the_address_gets_422_and_never_a_fault(app: &TestApp) {
    let ada = app.owner().await;
    for query in [
        "role=Admin",
        "role=admin%00",
        "status=gone",
        "unseen=soon",
        "unseen=0",
        "sort=email;drop",
        "cursor=garbage",
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=NaN",
    ] {
        let answer = ada.get(&format!("/api/admin/users?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
        let field = query.split('=').next().expect("a field");
        assert!(answer.json()["errors"][field].is_array(), "{query}: {}", answer.body);
    }
    assert_eq!(ada.get("/settings/admin/users?sort=nonsense").await.status, 422);
    for text in ["' OR 1=1 --", "\u{0}", "\\", "(((", "*", "NEAR(", "a\"b\"c"] {
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        assert_eq!(ada.get(&format!("/settings/admin/users?q={text}")).await.status, 200, "{text}");
    }
}

async fn a_member_sees_people_but_no_controls(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    let page = ben.get("/settings/admin/users").await;
    assert!(page.says("Ada Lovelace") && page.says("ada@acme.test") && page.says("You"));
    assert!(page.says("Only admins can change these settings."));
    let region = ben.htmx(Method::GET, "/settings/admin/users?q=ada", "section#users", &[]).await;
    assert!(region.body.starts_with("<section id=\"users\"") && !region.body.contains("<html"));
    assert_eq!(ben.get("/api/admin/users").await.status, 403);
    assert_eq!(names(&ben.get("/api/org/users").await.json()), ["Ada Lovelace", "Ben"]);
}

async fn everyone_in_a_view_is_selected_by_their_number_or_the_first_thousand(app: &TestApp) {
    let ada = app.owner().await;
    crowd(app, 1010).await;
    for (view, says) in [
        ("", "Select the first 1,000 people"),
        ("?role=admin", "Select all 101 people"),
        ("?q=person000", "Select all 10 people"),
        ("?q=person0007", "Select 1 person"),
        ("?q=person", "Select everyone who matches, up to 1,000"),
    ] {
        let page = ada.get(&format!("/settings/admin/users{view}")).await;
        assert!(page.says(says), "{view}: {}", page.body);
    }
    let all = [("deed", "admin"), ("all", "1"), ("back", "/settings/admin/users")];
    let look = ada.post("/settings/admin/users/bulk", &all).await;
    assert!(
        look.says("Make 899 people admins?"),
        "the first 999 of the crowd, without its admins: {}",
        look.body
    );
    let by_program = json!({ "action": "admin", "filter": { "status": "active" } });
    let made = ada.post_json("/api/admin/users/bulk", &by_program).await.json();
    assert_eq!((&made["changed"], &made["hasMore"]), (&json!(899), &json!(true)), "of the same people");
}

async fn people_of_another_organization_are_in_no_list(app: &TestApp) {
    let ada = app.owner().await;
    app.foreign_owner("boris@globex.test").await;
    for query in ["", "q=boris", "q=bo", "role=owner", "sort=-seen"] {
        let list = ada.get(&format!("/api/admin/users?{query}")).await.body;
        assert!(!list.contains("boris"), "{query}: {list}");
    }
}

async fn a_list_is_read_in_the_order_of_an_index_whatever_is_looked_at_row_by_row(app: &TestApp) {
    crowd(app, 1010).await;
    if !app.is_sqlite() {
        app.run("ANALYZE memberships", []).await;
    }
    let ours = || Column::OrganizationId.eq("default");
    let page = Entity::find().filter(ours()).filter(not_by_index(ours())).order_by_asc(Column::Name);
    let page = page.order_by_asc(Column::Id).limit(51).build(app.connection().get_database_backend());
    let plan = app.plan(page).await;
    assert!(plan.contains("memberships_by_name") && !plan.contains("Sort"), "{plan}");
}
