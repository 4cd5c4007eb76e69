//! Invites: sent, seen, accepted once by whom they are for, and no one else's business (rules 3.1 to 3.6, threats I).

use std::fmt::Write;

use chrono::Duration;
use futures_util::future::join_all;
use gatehouse::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, Database, Identity, Smtp, TestApp, Visitor, field, on_both_databases};

const PAGE: &str = "/settings/admin/invites";
const API: &str = "/api/admin/invites";

async fn invite(admin: &Visitor, email: &str, role: &str) -> Value {
    let answer = admin.post_json(API, &json!({ "email": email, "role": role })).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

async fn accept(person: &Visitor, link: &str) -> Answer {
    person.post(&format!("{link}/acceptance"), &[]).await
}

/// Someone who signs in from the invite's page, and is asked.
async fn comes_by(app: &TestApp, link: &str, email: &str) -> Visitor {
    let person = app.visitor();
    let departure = person.authorize(link).await;
    let back =
        person.get(&person.way_back(&app.provider, &departure, &Identity::new(email, "Somebody"))).await;
    assert_eq!((back.status, back.location()), (303, link), "{}", back.body);
    person
}

async fn members(app: &TestApp) -> i64 {
    app.rows_in("memberships").await
}

fn statuses(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("items").iter();
    items
        .map(|item| {
            format!("{} {}", item["email"].as_str().expect("text"), item["status"].as_str().expect("text"))
        })
        .collect()
}

on_both_databases!(
    an_invite_is_accepted_by_the_person_it_is_for,
    no_one_else_can_use_it,
    of_fifty_acceptances_at_once_one_counts,
    one_that_expired_a_minute_ago_is_over_without_any_housekeeping,
    one_that_is_revoked_while_it_is_open_is_over,
    looking_changes_nothing,
    fields_that_no_one_offered_change_nothing,
    a_new_link_ends_the_one_before,
    a_link_is_known_as_replaced_through_twenty_newer_ones,
    what_is_not_a_token_is_unknown,
    guessing_is_slowed_down_for_an_address_and_for_a_whole_network,
    guessing_by_accepting_or_asking_for_a_new_link_is_slowed_down_too,
    an_invite_of_a_former_admin_opens_nothing,
    nothing_that_is_stored_opens_anything,
    the_public_page_tells_no_more_than_it_must,
    accepting_never_lowers_a_role,
    a_member_is_told_what_the_invite_would_change,
    no_one_invites_above_their_own_role,
    an_invite_of_someone_who_lost_the_right_must_be_resent,
    the_log_tells_who_could_not_accept_an_invite_and_why,
    members_and_strangers_neither_send_nor_see,
    another_organizations_invites_are_unknown,
    another_sites_form_accepts_nothing,
    before_it_is_accepted_it_gives_no_power,
    many_are_invited_at_once_and_no_one_twice,
    a_program_names_one_address_and_a_form_up_to_five_hundred,
    the_list_is_filtered_and_found_and_goes_on
);

async fn an_invite_is_accepted_by_the_person_it_is_for(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "Sam@Other.test", "admin").await;
    let link = ada.link_for("sam@other.test").await;
    let page = app.visitor().get(&link).await;
    assert_eq!(page.status, 200);
    assert!(
        page.says("Ada Lovelace invites you to join")
            && page.says("My Organization")
            && page.says("s***@other.test"),
        "{}",
        page.body
    );
    let sam = comes_by(app, &link, "sam@other.test").await;
    assert_eq!(sam.get("/api/me").await.json()["role"], json!(null), "asked, not adopted");
    assert!(sam.get(&link).await.says("Accept"));
    let accepted = accept(&sam, &link).await;
    assert_eq!((accepted.status, accepted.location()), (303, "/settings/admin"));
    assert_eq!(sam.get("/api/me").await.json()["role"], "admin");
    let listed = ada.get(API).await.json();
    assert_eq!(statuses(&listed), ["sam@other.test accepted"]);
    assert!(listed["items"][0]["acceptedAt"].is_string());
    let events = app.events().await;
    assert_eq!(events.iter().filter(|event| event.starts_with("invite.accepted done")).count(), 1);
}

// I02, I16, G22
async fn no_one_else_can_use_it(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "guest@other.test", "member").await;
    let link = ada.link_for("guest@other.test").await;
    for email in ["mallory@other.test", "x@evil.test"] {
        let stranger = app.visitor();
        let answer = stranger.sign_in(&app.provider, &Identity::new(email, "M")).await;
        assert_eq!(answer.status, 403, "the invite opens the gate for its own address only");
    }
    let ben = app.person("ben@acme.test", Role::Member).await;
    let page = ben.get(&link).await;
    assert!(
        page.says("This invite is for another account")
            && page.says("g***@other.test")
            && page.says("ben@acme.test")
    );
    let refused = accept(&ben, &link).await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("Switch account"));
    assert_eq!(statuses(&ada.get(API).await.json()), ["guest@other.test pending"], "not consumed");
    assert_eq!(members(app).await, 2);
}

// I03
async fn of_fifty_acceptances_at_once_one_counts(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "sam@other.test", "member").await;
    let link = ada.link_for("sam@other.test").await;
    let sam = comes_by(app, &link, "sam@other.test").await;
    let answers = join_all((0..50).map(|_| accept(&sam, &link))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    // Who comes after the session has got its new id is signed out (threat S01).
    assert_eq!(
        (count(303), count(410) + count(302)),
        (1, 49),
        "{:?}",
        answers.iter().map(|a| a.status).collect::<Vec<_>>()
    );
    assert_eq!(members(app).await, 2);
    assert_eq!(app.events_of("invite.accepted").await, 1);
}

// I04
async fn one_that_expired_a_minute_ago_is_over_without_any_housekeeping(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "sam@other.test", "member").await;
    let link = ada.link_for("sam@other.test").await;
    let sam = comes_by(app, &link, "sam@other.test").await;
    let over = (chrono::Utc::now() - Duration::minutes(1)).timestamp_millis();
    app.run("UPDATE invites SET expires_at = $1", [over.into()]).await;
    let page = sam.get(&link).await;
    assert_eq!(page.status, 410);
    assert!(page.says("This invite has expired") && page.says("Request a new link"));
    assert_eq!(accept(&sam, &link).await.status, 410);
    assert_eq!(statuses(&ada.get(API).await.json()), ["sam@other.test expired"]);
    assert_eq!(members(app).await, 1);
    invite(&ada, "sam@other.test", "member").await;
    assert_eq!(statuses(&ada.get(API).await.json()), ["sam@other.test pending", "sam@other.test expired"]);
}

// I06
async fn one_that_is_revoked_while_it_is_open_is_over(app: &TestApp) {
    let ada = app.owner().await;
    let id = invite(&ada, "sam@other.test", "member").await["id"].as_str().expect("an id").to_owned();
    let link = ada.link_for("sam@other.test").await;
    let sam = comes_by(app, &link, "sam@other.test").await;
    assert_eq!(ada.delete(&format!("{API}/{id}")).await.status, 204);
    assert_eq!(ada.delete(&format!("{API}/{id}")).await.status, 204, "twice is once");
    assert_eq!(accept(&sam, &link).await.status, 410);
    let page = sam.get(&link).await;
    assert!(page.status == 410 && page.says("This invite no longer works."));
    assert!(!page.says("My Organization") && !page.says("Ada Lovelace"));
    assert_eq!(app.visitor().sign_in(&app.provider, &Identity::new("sam@other.test", "S")).await.status, 403);
    assert_eq!(ada.post(&format!("{PAGE}/{id}/resend"), &[]).await.status, 409);
    assert_eq!(app.events_of("invite.revoked").await, 1);
}

// I07
async fn looking_changes_nothing(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "sam@other.test", "member").await;
    let link = ada.link_for("sam@other.test").await;
    let before = (app.footprint().await, app.events().await);
    let scanner = app.visitor();
    for agent in ["", "Mozilla/5.0 SafeLinks", "Slackbot-LinkExpanding 1.0"] {
        for method in [Method::GET, Method::HEAD] {
            let request = scanner.request(method, &link).header("user-agent", agent);
            assert_eq!(scanner.send(request).await.status, 200);
        }
    }
    assert_eq!((app.footprint().await, app.events().await), before);
    assert_eq!(statuses(&ada.get(API).await.json()), ["sam@other.test pending"]);
}

// I09
async fn fields_that_no_one_offered_change_nothing(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "sam@other.test", "member").await;
    let link = ada.link_for("sam@other.test").await;
    let sam = comes_by(app, &link, "sam@other.test").await;
    let fields = [("role", "owner"), ("organization_id", "globex"), ("email", "x@evil.test")];
    assert_eq!(sam.post(&format!("{link}/acceptance"), &fields).await.status, 303);
    assert_eq!(sam.get("/api/me").await.json()["role"], "member");
}

// I11
async fn a_new_link_ends_the_one_before(app: &TestApp) {
    let ada = app.owner().await;
    let id = invite(&ada, "sam@other.test", "member").await["id"].as_str().expect("an id").to_owned();
    let first = ada.link_for("sam@other.test").await;
    assert_eq!(ada.link_for("sam@other.test").await, first, "the same at any time");
    assert_eq!(ada.post(&format!("{PAGE}/{id}/resend"), &[]).await.status, 303);
    let second = ada.link_for("sam@other.test").await;
    invite(&ada, "Sam@other.test", "member").await;
    let third = ada.link_for("sam@other.test").await;
    assert!(first != second && second != third);
    for old in [&first, &second] {
        assert_eq!(app.visitor().get(old).await.status, 410);
    }
    assert_eq!(app.visitor().get(&third).await.status, 200);
    assert_eq!(app.rows_in("invites").await, 1, "one invite while it is open");
}

// I11
async fn a_link_is_known_as_replaced_through_twenty_newer_ones(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "sam@other.test", "member").await;
    let first = ada.link_for("sam@other.test").await;
    for (newest, status) in [(1, 200), (2, 410), (21, 410), (22, 404), (1000, 404)] {
        app.run(&format!("UPDATE invites SET generation = {newest}"), []).await;
        assert_eq!(app.visitor().get(&first).await.status, status, "the first of {newest}");
    }
}

// I12
async fn what_is_not_a_token_is_unknown(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "sam@other.test", "member").await;
    let link = ada.link_for("sam@other.test").await;
    let token = link.strip_prefix("/invites/").expect("a token");
    assert!(token.len() >= 43, "more than 128 bits");
    let random = gatehouse::random::token().expect("randomness");
    for wrong in [&random, &token[..token.len() - 2], &token.to_lowercase(), &"x".repeat(10_000), "%00", "a"]
    {
        let visitor = app.visitor();
        let answer = visitor.get(&format!("/invites/{wrong}")).await;
        assert!(
            [404, 414].contains(&answer.status),
            "{} for {}",
            answer.status,
            &wrong[..wrong.len().min(80)]
        );
        assert!(!answer.says("My Organization"));
    }
}

// I13, Q02
async fn guessing_is_slowed_down_for_an_address_and_for_a_whole_network(app: &TestApp) {
    let visitor = app.visitor();
    for v6 in [false, true] {
        let mut refused = 0;
        for n in 0..30u32 {
            let guess = gatehouse::random::token().expect("randomness");
            let from = if v6 { format!("2001:db8:1:2::{n:x}") } else { "192.0.2.7".to_owned() };
            let request = visitor.request(Method::GET, &format!("/invites/{guess}"));
            let mut request = request.build().expect("a request");
            request.headers_mut().insert("x-forwarded-for", from.parse().expect("an address"));
            let status = reqwest::Client::new().execute(request).await.expect("an answer").status();
            refused += u32::from(status == 429);
        }
        assert!(refused >= 5, "{refused} of 30 (IPv6: {v6})");
    }
}

async fn guessing_by_accepting_or_asking_for_a_new_link_is_slowed_down_too(app: &TestApp) {
    app.owner().await;
    let sam = app.person("sam@other.test", Role::Member).await;
    for what in ["acceptance", "request"] {
        let mut refused = 0;
        for _ in 0..30 {
            let guess = gatehouse::random::token().expect("randomness");
            let status = sam
                .from(&format!("192.0.2.{}", what.len()))
                .post(&format!("/invites/{guess}/{what}"), &[])
                .await
                .status;
            assert!([404, 429].contains(&status), "{what}: {status}");
            refused += u32::from(status == 429);
        }
        assert!(refused >= 5, "{what}: {refused} of 30");
    }
}

// 3.5: a member's invite, too, is worth what its sender still may.
async fn an_invite_of_a_former_admin_opens_nothing(app: &TestApp) {
    app.owner().await;
    for (n, sql) in [
        "UPDATE memberships SET role = 'member' WHERE email = $1",
        "UPDATE memberships SET locked_out_at = 1 WHERE email = $1",
        "UPDATE memberships SET suspended_at = 1 WHERE email = $1",
        "UPDATE users SET status = 'deactivated' WHERE email = $1",
        "DELETE FROM memberships WHERE email = $1",
    ]
    .into_iter()
    .enumerate()
    {
        let (inviter, email) = (format!("ben{n}@acme.test"), format!("sam{n}@other.test"));
        let ben = app.person(&inviter, Role::Admin).await;
        invite(&ben, &email, "member").await;
        let path = ben.link_for(&email).await;
        assert_eq!(app.visitor().get(&path).await.status, 200, "it waits");
        app.run(sql, [inviter.as_str().into()]).await;
        let page = app.visitor().get(&path).await;
        assert!(page.status == 410 && page.says("needs to be resent"), "{sql}: {}", page.body);
        let sam = app.visitor().sign_in(&app.provider, &Identity::new(&email, "Sam")).await;
        assert_eq!(sam.status, 403, "{sql}");
    }
    assert_eq!(app.count("SELECT count(*) FROM memberships WHERE email LIKE 'sam%'").await, 0);
}

// I01, I15
async fn nothing_that_is_stored_opens_anything(app: &TestApp) {
    let ada = app.owner().await;
    for n in 0..20 {
        invite(&ada, &format!("p{n}@other.test"), "member").await;
    }
    let mut secrets = Vec::new();
    for n in 0..20 {
        let link = ada.link_for(&format!("p{n}@other.test")).await;
        app.visitor().authorize(&link).await;
        secrets.push(link.strip_prefix("/invites/").expect("a token")[22..].to_owned());
    }
    for table in ["invites", "invite_batches", "sign_in_flows", "outbox", "events", "sessions"] {
        for row in app.dump(table).await {
            assert!(!secrets.iter().any(|secret| row.contains(secret)), "{table}: {row}");
        }
    }
    let page = app.visitor().get(&ada.link_for("p1@other.test").await).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!page.body.contains("https://"), "nothing from elsewhere");
}

// I26
async fn the_public_page_tells_no_more_than_it_must(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Member).await;
    invite(&ada, "sam@other.test", "member").await;
    let page = app.visitor().get(&ada.link_for("sam@other.test").await).await;
    for hidden in ["sam@other.test", "ada@acme.test", "ben@acme.test", "default\""] {
        assert!(!page.body.contains(hidden), "{hidden}");
    }
}

// 3.5
async fn accepting_never_lowers_a_role(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    app.run("UPDATE memberships SET email = 'other' WHERE email = 'ben@acme.test'", []).await;
    invite(&ada, "ben@acme.test", "member").await;
    let link = ada.link_for("ben@acme.test").await;
    assert_eq!(accept(&ben, &link).await.status, 303);
    assert_eq!(ben.get("/api/me").await.json()["role"], "admin");
}

async fn a_member_is_told_what_the_invite_would_change(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    app.run("UPDATE memberships SET email = 'other' WHERE email = 'ben@acme.test'", []).await;
    invite(&ada, "ben@acme.test", "admin").await;
    let link = ada.link_for("ben@acme.test").await;
    let higher = ben.get(&link).await;
    assert!(higher.status == 200 && higher.says("Become an admin of My Organization"), "{}", higher.body);
    app.change_role("other", "admin").await;
    let same = ben.get(&link).await;
    assert!(same.status == 200 && same.says("You’re already in My Organization."), "{}", same.body);
    assert_eq!(accept(&ben, &link).await.status, 303);
}

// 1.3
async fn no_one_invites_above_their_own_role(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let before = app.footprint().await;
    let refused = ben.post_json(API, &json!({ "email": "sam@other.test", "role": "owner" })).await;
    assert_eq!(refused.status, 422);
    let page = ben.post(PAGE, &[("addresses", "sam@other.test"), ("role", "owner")]).await;
    assert!(page.status == 422 && page.says("You can’t give a role above your own."));
    assert_eq!(app.footprint().await, before);
    assert_eq!(app.rows_in("invites").await, 0);
}

async fn an_invite_of_someone_who_lost_the_right_must_be_resent(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    invite(&ben, "sam@other.test", "admin").await;
    let link = ada.link_for("sam@other.test").await;
    let sam = comes_by(app, &link, "sam@other.test").await;
    app.change_role("ben@acme.test", "member").await;
    let refused = accept(&sam, &link).await;
    assert!(refused.status == 403 && refused.says("This invite needs to be resent."), "{}", refused.body);
    assert!(ada.get(PAGE).await.says("Needs resending"));
    assert_eq!(members(app).await, 2);
}

async fn the_log_tells_who_could_not_accept_an_invite_and_why(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    invite(&ben, "sam@other.test", "admin").await;
    let link = ada.link_for("sam@other.test").await;
    let sam = comes_by(app, &link, "sam@other.test").await;
    assert_eq!(accept(&ada, &link).await.status, 403);
    app.change_role("ben@acme.test", "member").await;
    assert_eq!(accept(&sam, &link).await.status, 403);
    app.run("UPDATE invites SET expires_at = 1", []).await;
    assert_eq!(accept(&sam, &link).await.status, 410);
    let told = "SELECT actor || ' ' || CAST(after AS TEXT) FROM events WHERE action = 'invite.refused' ORDER BY number";
    let told = app.texts(told).await;
    for (told, (who, why)) in told.iter().zip([
        ("ada@acme.test", "for_somebody_else"),
        ("sam@other.test", "inviter_lost_it"),
        ("sam@other.test", "over"),
    ]) {
        assert!(told.starts_with(who) && told.contains(&format!("\"{why}\"")), "{told}");
    }
    assert_eq!(told.len(), 3);
}

// I19, R01
async fn members_and_strangers_neither_send_nor_see(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    assert_eq!(ben.post_json(API, &json!({ "email": "x@y.test" })).await.status, 403);
    assert_eq!(ben.post(PAGE, &[("addresses", "x@y.test")]).await.status, 403);
    assert_eq!((ben.get(API).await.status, ben.get(PAGE).await.status), (403, 403));
    assert_eq!(app.rows_in("invites").await, 0);
}

// I18, T01
async fn another_organizations_invites_are_unknown(app: &TestApp) {
    let ada = app.owner().await;
    let id = invite(&ada, "sam@other.test", "member").await["id"].as_str().expect("an id").to_owned();
    app.run("INSERT INTO organizations (id, slug, name, version, created_at, updated_at) VALUES ('globex', 'globex', 'Globex', 1, 0, 0)", []).await;
    app.run("UPDATE invites SET organization_id = 'globex'", []).await;
    let unknown = gatehouse::random::id();
    for id in [&id, &unknown] {
        assert_eq!(ada.delete(&format!("{API}/{id}")).await.status, 404);
        assert_eq!(ada.post(&format!("{PAGE}/{id}/resend"), &[]).await.status, 404);
    }
    assert_eq!(ada.get(API).await.json()["items"], json!([]));
}

// I22
async fn another_sites_form_accepts_nothing(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "sam@other.test", "member").await;
    let link = ada.link_for("sam@other.test").await;
    let sam = comes_by(app, &link, "sam@other.test").await;
    let request = sam.request(Method::POST, &format!("{link}/acceptance"));
    let answer =
        sam.send(request.header("origin", "https://evil.test").header("sec-fetch-site", "cross-site")).await;
    assert_eq!(answer.status, 403);
    assert_eq!(members(app).await, 1);
}

// I24
async fn before_it_is_accepted_it_gives_no_power(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "sam@other.test", "owner").await;
    let link = ada.link_for("sam@other.test").await;
    let sam = comes_by(app, &link, "sam@other.test").await;
    for path in ["/settings/admin", PAGE, API, "/api/org", "/api/admin/users"] {
        assert_eq!(sam.get(path).await.status, 403, "{path}");
    }
    let waiting = sam.get("/").await;
    assert!(waiting.says("Ada Lovelace invites you to") && waiting.body.contains(&link));
}

// 3.6, I20, V22
async fn many_are_invited_at_once_and_no_one_twice(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Member).await;
    let batch = field(&ada.get(PAGE).await.body, "batch");
    let mut text = String::from("Ben <ben@acme.test>, BEN@acme.test\n");
    for n in 0..498 {
        let end = [",", ";", "\n", "\t"][n % 4];
        write!(text, "Person {n} <p{n}@other.test>{end}").expect("written");
    }
    let form = [("addresses", text.as_str()), ("role", "member"), ("batch", &batch)];
    let sent = ada.post(PAGE, &form).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let page = ada.get(sent.location()).await;
    assert!(page.says("498 people invited") && page.says("Already a member"));
    assert_eq!(app.rows_in("invites").await, 498);
    assert_eq!(ada.post(PAGE, &form).await.status, 303);
    assert_eq!(app.count("SELECT CAST(max(generation) AS BIGINT) FROM invites").await, 1, "sent once");
    assert_eq!(app.events_of("invites.sent").await, 1);
}

// M03
async fn a_program_names_one_address_and_a_form_up_to_five_hundred(app: &TestApp) {
    let ada = app.owner().await;
    for email in ["a@acme.test, b@evil.test", "a@acme.test\nRCPT TO:<b@evil>", "B <b@evil.test>"] {
        assert_eq!(ada.post_json(API, &json!({ "email": email })).await.status, 422, "{email}");
    }
    let many: Vec<String> = (0..501).map(|n| format!("p{n}@y.test")).collect();
    let many = many.join(",");
    assert!(ada.post(PAGE, &[("addresses", &many)]).await.says("Invite up to 500 addresses at once."));
    assert_eq!(app.rows_in("invites").await, 0);
}

// 2.1: an invite passes the organization's gate, and never the instance's lists.
async fn the_list_is_filtered_and_found_and_goes_on(app: &TestApp) {
    let ada = app.owner().await;
    for n in 0..120 {
        invite(&ada, &format!("p{n:03}@other.test"), "member").await;
    }
    let first = ada.get(&format!("{API}?limit=50")).await.json();
    let cursor = first["nextCursor"].as_str().expect("a cursor").to_owned();
    let second = ada.get(&format!("{API}?limit=50&cursor={cursor}")).await.json();
    let third = ada
        .get(&format!("{API}?limit=50&cursor={}", second["nextCursor"].as_str().expect("a cursor")))
        .await
        .json();
    let all: Vec<String> = [&first, &second, &third].into_iter().flat_map(statuses).collect();
    let mut distinct = all.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!((all.len(), distinct.len(), third["nextCursor"].is_null()), (120, 120, true));
    assert_eq!(statuses(&ada.get(&format!("{API}?q=P11")).await.json()).len(), 10);
    assert_eq!(statuses(&ada.get(&format!("{API}?status=accepted")).await.json()).len(), 0);
    for wrong in ["status=nope", "limit=0", "limit=201", "cursor=x"] {
        assert_eq!(ada.get(&format!("{API}?{wrong}")).await.status, 422, "{wrong}");
    }
}

#[actix_web::test]
async fn no_invite_widens_the_instances_lists() {
    for database in Database::each().await {
        let app = TestApp::open_with(database, &[("BLOCKED_DOMAINS", "evil.test")]).await;
        let ada = app.owner().await;
        invite(&ada, "sam@evil.test", "member").await;
        let knock = app.visitor().sign_in(&app.provider, &Identity::new("sam@evil.test", "S")).await;
        assert_eq!(knock.status, 403);
        assert_eq!(members(&app).await, 1);
        app.close().await;
    }
}

#[actix_web::test]
async fn people_the_server_now_refuses_are_shown_on_the_invites_page() {
    for database in Database::each().await {
        let app = TestApp::open_with(database, &[("BLOCKED_DOMAINS", "evil.test")]).await;
        let ada = app.owner().await;
        let ben = app.person("ben@acme.test", Role::Member).await;
        app.run("UPDATE identities SET email = 'ben@evil.test' WHERE email = 'ben@acme.test'", []).await;
        invite(&ada, "ben@evil.test", "admin").await;
        let link = ada.link_for("ben@evil.test").await;
        let refused = accept(&ben, &link).await;
        assert_eq!(refused.status, 403);
        assert!(refused.says("This server’s rules don’t allow ben@acme.test."), "{}", refused.body);
        let why = app.texts("SELECT CAST(after AS TEXT) FROM events WHERE action = 'invite.refused'").await;
        assert!(why.len() == 1 && why[0].contains("\"beyond_limits\""), "{why:?}");
        assert_eq!(ben.get("/api/me").await.json()["role"], "member");
        app.close().await;
    }
}

/// An application with a mail server.
async fn with_mail(story: impl AsyncFn(&TestApp, &Smtp)) {
    for database in Database::each().await {
        let smtp = Smtp::start().await;
        let settings = smtp.settings();
        let settings: Vec<(&str, &str)> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let app = TestApp::open_with(database, &settings).await;
        story(&app, &smtp).await;
        app.close().await;
    }
}

async fn arrived(smtp: &Smtp, recipient: &str, count: usize) -> Vec<String> {
    for _ in 0..200 {
        let mails = smtp.mails_to(recipient);
        if mails.len() >= count {
            return mails.into_iter().map(|mail| mail.raw).collect();
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no mail for {recipient}: {:?}", smtp.mails());
}

// 3.2, M05
#[actix_web::test]
async fn the_mail_carries_the_link_from_the_base_url_whatever_the_request_says() {
    with_mail(async |app, smtp| {
        let ada = app.owner().await;
        let request = ada.request(Method::POST, API).header("origin", &ada.base);
        let request =
            request.header("x-forwarded-host", "evil.test").json(&json!({ "email": "sam@other.test" }));
        assert_eq!(ada.send(request).await.status, 201);
        let raw = arrived(smtp, "sam@other.test", 1).await.remove(0).replace("=\r\n", "").replace("=3D", "=");
        let link = ada.link_for("sam@other.test").await;
        assert!(raw.contains(&format!("{}{link}", app.base)), "{raw}");
        assert!(!raw.contains("evil.test") && raw.contains("Ada Lovelace"));
        let sam = comes_by(app, &link, "sam@other.test").await;
        assert_eq!(accept(&sam, &link).await.status, 303);
    })
    .await;
}

#[actix_web::test]
async fn a_revoked_invite_whose_mail_still_waits_is_not_mailed() {
    with_mail(async |app, smtp| {
        let ada = app.owner().await;
        smtp.will_answer(super::support::Stage::Recipient, "sam@other.test", &["451 greylisted"]);
        let id = invite(&ada, "sam@other.test", "member").await["id"].as_str().expect("an id").to_owned();
        for _ in 0..100 {
            if ada.get(PAGE).await.says("Email retrying") {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(ada.get(PAGE).await.says("Email retrying"));
        ada.delete(&format!("{API}/{id}")).await;
        app.skip(Duration::minutes(2));
        app.services.mail.wake();
        actix_web::rt::time::sleep(std::time::Duration::from_millis(500)).await;
        assert_eq!(smtp.mails_to("sam@other.test").len(), 0);
    })
    .await;
}

#[actix_web::test]
async fn who_comes_too_late_asks_once_and_the_inviter_hears_once() {
    with_mail(async |app, smtp| {
        let ada = app.owner().await;
        invite(&ada, "sam@other.test", "member").await;
        let link = ada.link_for("sam@other.test").await;
        let over = (chrono::Utc::now() - Duration::minutes(1)).timestamp_millis();
        app.run("UPDATE invites SET expires_at = $1", [over.into()]).await;
        let sam = app.visitor();
        for _ in 0..3 {
            assert_eq!(sam.post(&format!("{link}/request"), &[]).await.status, 303);
        }
        assert!(sam.get(&link).await.says("We told Ada Lovelace."));
        arrived(smtp, "ada@acme.test", 1).await;
        actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(smtp.mails_to("ada@acme.test").len(), 1);
        assert!(ada.get(PAGE).await.says("Asked for a new link."));
        assert_eq!(app.events_of("invite.asked_for").await, 1);
    })
    .await;
}

/// Where there are many organizations, `web::many::journeys` says the opposite.
#[actix_web::test]
async fn an_inviter_who_is_no_member_any_more_hears_of_it_where_there_is_one_organization() {
    with_mail(async |app, smtp| {
        let ada = app.owner().await;
        let ben = app.person("ben@acme.test", Role::Admin).await;
        invite(&ben, "sam@other.test", "member").await;
        let link = ada.link_for("sam@other.test").await;
        app.run("UPDATE invites SET expires_at = 1", []).await;
        app.remove_member("ben@acme.test").await;
        assert_eq!(app.visitor().post(&format!("{link}/request"), &[]).await.status, 303);
        arrived(smtp, "ben@acme.test", 1).await;
    })
    .await;
}

// M11
#[actix_web::test]
async fn a_test_mail_goes_to_oneself_and_is_limited() {
    with_mail(async |app, smtp| {
        let ada = app.owner().await;
        let path = format!("{PAGE}/test-mail");
        assert_eq!(ada.post(&path, &[("to", "x@evil.test")]).await.status, 303);
        arrived(smtp, "ada@acme.test", 1).await;
        assert!(smtp.mails_to("x@evil.test").is_empty());
        let ben = app.person("ben@acme.test", Role::Member).await;
        assert_eq!(ben.post(&path, &[]).await.status, 403);
        let mut last = 0;
        for _ in 0..12 {
            last = ada.post(&path, &[]).await.status;
        }
        assert_eq!(last, 429);
    })
    .await;
}

#[actix_web::test]
async fn without_mail_the_page_says_so_and_offers_the_link() {
    let app = TestApp::open(Database::sqlite()).await;
    let ada = app.owner().await;
    invite(&ada, "sam@other.test", "member").await;
    let page = ada.get(PAGE).await;
    assert!(
        page.says("Email isn’t set up. Share the links yourself.")
            && page.says("Not emailed: share the link")
    );
    assert_eq!(ada.post(&format!("{PAGE}/test-mail"), &[]).await.status, 409);
    app.close().await;
}
