//! Roles, and letting people go (1.3 to 1.6, P3, P5): changed at once, reversibly, and never without an owner left
//! (threats R, S07, T09).

use chrono::Duration;
use futures_util::future::{join, join_all};
use gatehouse::role::Role;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::support::{
    Answer, CLIENT_SECRET, Database, Dice, Identity, Provider, Smtp, TestApp, Visitor, borrowed, field,
    on_both_databases, rounds,
};

const PAGE: &str = "/settings/admin/users";
const API: &str = "/api/admin/users";

async fn patch(admin: &Visitor, id: &str, body: Value) -> Answer {
    admin.patch(&format!("{API}/{id}"), &body).await
}

async fn act(admin: &Visitor, id: &str, what: &str) -> u16 {
    admin.post(&format!("{PAGE}/{id}/{what}"), &[]).await.status
}

async fn role_of(app: &TestApp, email: &str) -> String {
    app.texts(&format!("SELECT role FROM memberships WHERE email = '{email}'")).await.remove(0)
}

/// Whether the next answer to someone brings another cookie for their session.
async fn brings_a_new_id(person: &Visitor) -> bool {
    let answer = person.get("/api/me").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.header("set-cookie").starts_with("session=")
}

async fn active_owners(app: &TestApp) -> i64 {
    app.count(
        "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.role = 'owner' AND m.locked_out_at IS NULL AND u.status = 'active'",
    )
    .await
}

on_both_databases!(
    a_role_is_changed_and_the_change_undone,
    only_roles_are_roles,
    members_change_no_one_and_admins_no_one_above_them,
    the_last_owner_stays_whatever_way_is_tried,
    raising_someone_takes_a_fresh_sign_in,
    a_deactivated_person_is_out_at_the_next_request_everywhere_and_back_when_reactivated,
    a_person_who_is_demoted_while_a_form_is_open_is_refused,
    a_removed_person_keeps_their_account_and_leaves_invites_to_be_resent,
    the_account_of_someone_who_belongs_elsewhere_too_is_left_alone,
    the_page_of_a_person_shows_their_sessions_and_ends_them,
    people_leave_and_delete_their_accounts_themselves,
    many_are_changed_in_bulk_and_those_skipped_are_named,
    a_review_of_the_people_affected_waits_for_no_writer,
    the_list_goes_out_as_a_file_and_leaves_an_event,
    the_page_of_a_person_tells_what_happened_by_and_about_them,
    however_a_role_is_changed_the_sessions_of_whom_it_concerns_get_a_new_id,
    members_see_no_controls
);

async fn a_role_is_changed_and_the_change_undone(app: &TestApp) {
    let ada = app.owner().await;
    app.person("sam@acme.test", Role::Member).await;
    let sam = app.id_of("sam@acme.test").await;
    let answer = ada
        .post(
            &format!("{PAGE}/{sam}/role"),
            &[("role", "admin"), ("back", "/settings/admin/users?q=sam&role=member")],
        )
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/admin/users?q=sam&role=member"));
    assert_eq!(role_of(app, "sam@acme.test").await, "admin");
    let page = ada.get(PAGE).await;
    assert!(page.says(" is now an admin.") && page.says("Undo"), "{}", page.body);
    let undo = ada
        .post(&format!("{PAGE}/{sam}/role"), &[("role", "member"), ("back", &format!("{PAGE}/{sam}"))])
        .await;
    assert_eq!(
        (undo.status, undo.location()),
        (303, format!("{PAGE}/{sam}").as_str()),
        "where the button was"
    );
    let there = ada.get(&format!("{PAGE}/{sam}")).await.body;
    let undo = there
        .split("type=\"submit\">Undo")
        .next()
        .and_then(|before| before.rsplit("<form ").next())
        .expect("a form");
    assert!(undo.contains(&format!("name=\"back\" value=\"{PAGE}/{sam}\"")), "{undo}");
    for elsewhere in [
        "//evil.test",
        "https://evil.test/settings/admin/users",
        "/settings",
        "/settings/admin/usersx",
        "/settings/admin/users/\\evil",
    ] {
        let answer =
            ada.post(&format!("{PAGE}/{sam}/role"), &[("role", "member"), ("back", elsewhere)]).await;
        assert_eq!((answer.status, answer.location()), (303, PAGE), "{elsewhere}");
    }
    assert_eq!(role_of(app, "sam@acme.test").await, "member");
    assert_eq!(ada.post(&format!("{PAGE}/{sam}/role"), &[("role", "member")]).await.status, 303, "it is so");
    let events: Vec<String> =
        app.events().await.into_iter().filter(|event| event.starts_with("user.")).collect();
    assert_eq!(events, ["user.role_changed done sam@acme.test"; 2]);
    let rows = app.dump("events").await;
    assert!(
        rows.iter()
            .any(|row| row.contains("member") && row.contains("admin") && row.contains("user.role_changed"))
    );
}

// R13, R11
async fn only_roles_are_roles(app: &TestApp) {
    let ada = app.owner().await;
    app.person("sam@acme.test", Role::Member).await;
    let sam = app.id_of("sam@acme.test").await;
    let long = "admin".repeat(1000);
    for role in ["Admin", "", "admin\0", "root", &long] {
        assert_eq!(patch(&ada, &sam, json!({ "role": role })).await.status, 422, "{role}");
        assert_eq!(ada.post(&format!("{PAGE}/{sam}/role"), &[("role", role)]).await.status, 422, "{role}");
    }
    for body in [json!({ "status": "gone" }), json!({ "role": "admin", "status": "active" })] {
        assert_eq!(patch(&ada, &sam, body).await.status, 422);
    }
    for body in [json!({ "email": "x@acme.test" }), json!({ "role": 7 }), json!([])] {
        assert_eq!(patch(&ada, &sam, body).await.status, 422);
    }
    let more = [("role", "member"), ("id", "x"), ("email", "evil@acme.test"), ("organization_id", "globex")];
    assert_eq!(ada.post(&format!("{PAGE}/{sam}/role"), &more).await.status, 303);
    assert_eq!(
        app.count(
            "SELECT count(*) FROM memberships WHERE email = 'sam@acme.test' AND organization_id = 'default'"
        )
        .await,
        1
    );
    for unknown in ["none", &gatehouse::random::id(), "%00"] {
        assert_eq!(act(&ada, unknown, "deactivation").await, 404);
        assert_eq!(ada.get(&format!("{PAGE}/{unknown}")).await.status, 404);
    }
}

// R01
async fn members_change_no_one_and_admins_no_one_above_them(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let sam = app.person("sam@acme.test", Role::Member).await;
    let ids = [
        app.id_of("ada@acme.test").await,
        app.id_of("ben@acme.test").await,
        app.id_of("sam@acme.test").await,
    ];
    for target in &ids {
        for what in ["deactivation", "reactivation", "removal", "sessions/end"] {
            assert_eq!(act(&sam, target, what).await, 403, "{what}");
        }
        assert_eq!(patch(&sam, target, json!({ "role": "owner" })).await.status, 403);
        assert_eq!(sam.delete(&format!("{API}/{target}")).await.status, 403);
        assert_eq!(sam.get(&format!("{PAGE}/{target}")).await.status, 403);
    }
    for what in ["deactivation", "removal", "sessions/end"] {
        assert_eq!(act(&ben, &ids[0], what).await, 403, "an owner is above an admin: {what}");
    }
    assert_eq!(patch(&ben, &ids[0], json!({ "role": "member" })).await.status, 403);
    assert_eq!(patch(&ben, &ids[2], json!({ "role": "owner" })).await.status, 403);
    assert_eq!(patch(&ben, &ids[1], json!({ "role": "owner" })).await.status, 403, "nor themselves");
    assert_eq!(patch(&ben, &ids[2], json!({ "role": "admin" })).await.status, 200);
    assert!(ada.is_signed_in().await && active_owners(app).await == 1);
    let refused =
        app.events().await.into_iter().filter(|event| event.contains(" refused ada@acme.test")).count();
    assert_eq!(refused, 4, "refused attempts leave events, too");
}

// R02
async fn the_last_owner_stays_whatever_way_is_tried(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Owner).await;
    let (me, ben) = (app.id_of("ada@acme.test").await, app.id_of("ben@acme.test").await);
    assert_eq!(act(&ada, &ben, "deactivation").await, 303);
    for body in [json!({ "role": "admin" }), json!({ "role": "member" }), json!({ "status": "deactivated" })]
    {
        let answer = patch(&ada, &me, body).await;
        assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("last_owner")), "{}", answer.body);
    }
    assert_eq!(ada.delete(&format!("{API}/{me}")).await.status, 409);
    let answer = ada.post(&format!("{PAGE}/{me}/removal"), &[]).await;
    assert!(answer.status == 409 && answer.says("Make someone else owner first."), "{}", answer.body);
    assert_eq!(ada.post("/settings/departure", &[]).await.status, 409);
    assert_eq!(ada.post("/settings/deletion", &[("email", "ada@acme.test")]).await.status, 409);
    assert!(
        ada.get(&format!("{PAGE}/{me}")).await.says("You’re the only owner. Make someone else owner first.")
    );
    assert!(ada.get(&format!("{PAGE}/{me}/offboarding")).await.says("You’re the only owner."));
    assert!(ada.get("/settings/departure").await.says("You’re the only owner."));
    assert_eq!(active_owners(app).await, 1);
    assert_eq!(act(&ada, &ben, "reactivation").await, 303);
    assert_eq!(patch(&ada, &me, json!({ "role": "member" })).await.status, 200, "now there is another");
}

// R16
async fn raising_someone_takes_a_fresh_sign_in(app: &TestApp) {
    let ada = app.owner().await;
    app.person("sam@acme.test", Role::Member).await;
    let sam = app.id_of("sam@acme.test").await;
    app.skip(Duration::minutes(11));
    let answer = ada.post(&format!("{PAGE}/{sam}/role"), &[("role", "owner")]).await;
    assert!(answer.status == 403 && answer.says("Confirm it’s you"), "{}", answer.body);
    let again = format!("{PAGE}/{sam}/role?role=owner");
    assert_eq!(field(&answer.body, "return_to"), again, "what was chosen is kept");
    assert_eq!(patch(&ada, &sam, json!({ "role": "admin" })).await.json()["code"], "fresh_sign_in_required");
    assert_eq!(role_of(app, "sam@acme.test").await, "member");
    let page = ada.get(&again).await;
    assert!(page.says("Make Sam an owner"), "{}", page.body);
    assert_eq!(act(&ada, &sam, "deactivation").await, 303, "what lowers does not take one");
}

// 1.6, P5, S07
async fn a_deactivated_person_is_out_at_the_next_request_everywhere_and_back_when_reactivated(app: &TestApp) {
    let (second, handle) = app.second_instance().await;
    let ada = app.owner().await;
    let sam = app.person("sam@acme.test", Role::Admin).await;
    let there = sam.at(&second);
    assert_eq!(there.get(PAGE).await.status, 200);
    let who = app.id_of("sam@acme.test").await;
    assert_eq!(act(&ada, &who, "deactivation").await, 303);
    assert_eq!(sam.get(PAGE).await.status, 302);
    assert_eq!(there.post("/settings/admin", &[("name", "Mine"), ("version", "1")]).await.status, 302);
    assert_eq!(app.count(&format!("SELECT count(*) FROM sessions WHERE user_id = '{who}'")).await, 0);
    let identity = Identity::new("sam@acme.test", "Sam");
    assert_eq!(app.visitor().sign_in(&app.provider, &identity).await.status, 403);
    assert!(ada.get(PAGE).await.says("Deactivated"));
    assert_eq!(act(&ada, &who, "deactivation").await, 303, "it is so");
    assert_eq!(act(&ada, &who, "reactivation").await, 303);
    let again = app.visitor();
    assert_eq!(again.sign_in(&app.provider, &identity).await.status, 303);
    assert_eq!(again.get(PAGE).await.status, 200, "with the role they had");
    let events: Vec<String> =
        app.events().await.into_iter().filter(|event| event.starts_with("user.")).collect();
    assert_eq!(events, ["user.deactivated done sam@acme.test", "user.reactivated done sam@acme.test"]);
    handle.stop(false).await;
}

// R07
async fn a_person_who_is_demoted_while_a_form_is_open_is_refused(app: &TestApp) {
    let (second, handle) = app.second_instance().await;
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await.at(&second);
    app.person("sam@acme.test", Role::Member).await;
    let (who, sam) = (app.id_of("ben@acme.test").await, app.id_of("sam@acme.test").await);
    assert_eq!(ben.get(&format!("{PAGE}/{sam}/role?role=admin")).await.status, 200);
    assert_eq!(patch(&ada, &who, json!({ "role": "member" })).await.status, 200);
    assert_eq!(ben.post(&format!("{PAGE}/{sam}/role"), &[("role", "admin")]).await.status, 403);
    assert_eq!(
        ben.htmx(reqwest::Method::GET, "/settings/admin/invites", "section#invites", &[]).await.status,
        403
    );
    assert_eq!(role_of(app, "sam@acme.test").await, "member");
    assert_eq!(act(&ada, &who, "removal").await, 303);
    assert_eq!(ben.get("/api/org").await.status, 401, "their sessions ended with the removal");
    handle.stop(false).await;
}

// 1.6, R15
async fn a_removed_person_keeps_their_account_and_leaves_invites_to_be_resent(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let new = json!({ "email": "kim@other.test", "role": "member" });
    assert_eq!(ben.post_json("/api/admin/invites", &new).await.status, 201);
    let who = app.id_of("ben@acme.test").await;
    let page = ada.get(&format!("{PAGE}/{who}/offboarding")).await;
    assert!(
        page.says("1 session ends now.") && page.says("1 open invite of theirs must be resent"),
        "{}",
        page.body
    );
    assert_eq!(ada.delete(&format!("{API}/{who}")).await.status, 204);
    assert_eq!(ada.delete(&format!("{API}/{who}")).await.status, 404);
    assert_eq!(ben.get(PAGE).await.status, 302);
    assert_eq!(app.count("SELECT count(*) FROM users WHERE email = 'ben@acme.test'").await, 1);
    assert!(ada.get("/settings/admin/invites").await.says("Needs resending"));
    let identity = Identity::new("ben@acme.test", "Ben");
    assert_eq!(app.visitor().sign_in(&app.provider, &identity).await.status, 403, "a stranger to the gate");
    ada.patch(
        "/api/admin/settings",
        &json!({ "allowedEmailDomains": ["acme.test"], "domainGatingEnabled": true }),
    )
    .await;
    app.person("sam@acme.test", Role::Member).await;
    let sam = app.id_of("sam@acme.test").await;
    assert!(ada.get(&format!("{PAGE}/{sam}/offboarding")).await.says("once removed, they can join again"));
}

// T09
async fn the_account_of_someone_who_belongs_elsewhere_too_is_left_alone(app: &TestApp) {
    let ada = app.owner().await;
    app.run("INSERT INTO organizations (id, slug, name, version, created_at, updated_at) VALUES ($1, $1, 'Globex', 1, 0, 0)", ["globex".into()]).await;
    let yve = app.person("yve@acme.test", Role::Admin).await;
    let who = app.id_of("yve@acme.test").await;
    app.run("INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at) VALUES ('globex', $1, 'member', 'Yve', 'yve@acme.test', 0, 0)", [who.clone().into()]).await;
    for what in ["deactivation", "sessions/end"] {
        let answer = ada.post(&format!("{PAGE}/{who}/{what}"), &[]).await;
        assert!(
            answer.status == 409 && answer.says("You can only remove them from yours."),
            "{}",
            answer.body
        );
    }
    assert_eq!(act(&ada, &who, "removal").await, 303);
    assert!(yve.is_signed_in().await, "their session is for the other organization, too");
    assert_eq!(yve.get(PAGE).await.status, 403);
    assert_eq!(app.count("SELECT count(*) FROM memberships WHERE organization_id = 'globex'").await, 1);
}

async fn the_page_of_a_person_shows_their_sessions_and_ends_them(app: &TestApp) {
    let ada = app.owner().await;
    let sam = app.person("sam@acme.test", Role::Member).await;
    let elsewhere = app.visitor();
    elsewhere.sign_in(&app.provider, &Identity::new("sam@acme.test", "Sam")).await;
    let who = app.id_of("sam@acme.test").await;
    let page = ada.get(&format!("{PAGE}/{who}")).await;
    assert!(page.status == 200 && page.says("sam@acme.test") && page.says("Acme SSO"), "{}", page.body);
    let sessions =
        app.texts(&format!("SELECT id FROM sessions WHERE user_id = '{who}' ORDER BY created_at")).await;
    assert!(sessions.len() == 2 && sessions.iter().all(|session| page.body.contains(session)));
    assert_eq!(act(&ada, &who, &format!("sessions/{}/end", sessions[0])).await, 303);
    assert!(!sam.is_signed_in().await && elsewhere.is_signed_in().await);
    let mine = app
        .texts("SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = 'ada@acme.test'")
        .await
        .remove(0);
    assert_eq!(act(&ada, &who, &format!("sessions/{mine}/end")).await, 404, "that is not theirs");
    assert_eq!(act(&ada, &who, "sessions/end").await, 303);
    assert!(!elsewhere.is_signed_in().await && ada.is_signed_in().await);
}

async fn people_leave_and_delete_their_accounts_themselves(app: &TestApp) {
    app.owner().await;
    let sam = app.person("sam@acme.test", Role::Admin).await;
    assert_eq!(sam.post("/settings/departure", &[]).await.status, 303);
    assert_eq!(sam.get("/settings/admin").await.status, 403);
    assert_eq!(sam.get("/settings").await.status, 200, "the account stays");
    assert_eq!(sam.post("/settings/departure", &[]).await.status, 404, "there is nothing to leave");
    let typo = sam.post("/settings/deletion", &[("email", "sma@acme.test")]).await;
    assert!(
        typo.status == 422 && typo.says("sma@acme.test") && typo.says("Type your email"),
        "{}",
        typo.body
    );
    app.skip(Duration::minutes(11));
    assert_eq!(sam.post("/settings/deletion", &[("email", "sam@acme.test")]).await.status, 403, "not fresh");
    app.run(
        "UPDATE sessions SET authenticated_at = $1, created_at = $1",
        [app.services.clock.now().timestamp_millis().into()],
    )
    .await;
    let gone = sam.post("/settings/deletion", &[("email", " Sam@acme.test ")]).await;
    assert_eq!((gone.status, gone.location()), (303, "/sign-in"), "{}", gone.body);
    for table in ["users", "identities", "memberships"] {
        assert_eq!(
            app.count(&format!("SELECT count(*) FROM {table} WHERE email = 'sam@acme.test'")).await,
            0,
            "{table}"
        );
    }
    assert!(!sam.is_signed_in().await);
    let events: Vec<String> =
        app.events().await.into_iter().filter(|event| event.starts_with("user.")).collect();
    assert_eq!(events, ["user.left done sam@acme.test", "user.deleted done sam@acme.test"]);
}

async fn many_are_changed_in_bulk_and_those_skipped_are_named(app: &TestApp) {
    let ada = app.owner().await;
    for name in ["bea", "cal", "dan"] {
        app.enroll(&format!("{name}@acme.test"), "default", Role::Member).await;
    }
    app.enroll("eve@acme.test", "default", Role::Admin).await;
    let form = [("deed", "admin"), ("all", "1"), ("back", PAGE)];
    let look = ada.post(&format!("{PAGE}/bulk"), &form).await;
    assert!(look.status == 200 && look.says("Make 3 people admins?") && look.says("Bea"), "{}", look.body);
    assert!(look.says("That’s you.") && look.says("Already has this role."), "{}", look.body);
    assert_eq!(app.count("SELECT count(*) FROM memberships WHERE role = 'admin'").await, 1, "looked only");
    let ids = field(&look.body, "user");
    let sure = [
        ("deed", "admin"),
        ("user", ids.as_str()),
        ("confirmed", "1"),
        ("back", "/settings/admin/users?q=acme"),
    ];
    let done = ada.post(&format!("{PAGE}/bulk"), &sure).await;
    assert_eq!((done.status, done.location()), (303, "/settings/admin/users?q=acme"));
    assert!(ada.get(PAGE).await.says("3 people are now admins. 2 skipped."));
    let again = ada.post(&format!("{PAGE}/bulk"), &sure).await;
    assert!(again.status == 200 && again.says("No one selected"), "{}", again.body);
    assert_eq!(app.count("SELECT count(*) FROM memberships WHERE role = 'admin'").await, 4);
    assert_eq!(role_of(app, "ada@acme.test").await, "owner");
    let (bea, cal) = (app.id_of("bea@acme.test").await, app.id_of("cal@acme.test").await);
    let some = [
        ("deed", "deactivate"),
        ("user", bea.as_str()),
        ("user", cal.as_str()),
        ("user", "none"),
        ("confirmed", "1"),
    ];
    assert_eq!(ada.post(&format!("{PAGE}/bulk"), &some).await.status, 303);
    assert_eq!(app.count("SELECT count(*) FROM users WHERE status = 'deactivated'").await, 2);
    let events: Vec<String> =
        app.events().await.into_iter().filter(|event| event.starts_with("users.")).collect();
    assert_eq!(
        events,
        ["users.role_changed done 3 people", "users.deactivated done 2 people"],
        "one event each"
    );
    let all = |back| vec![("deed", "deactivate"), ("all", "1"), ("back", back)];
    let unreadable = [
        "",
        "/settings",
        "/settings/admin/usersx",
        "//evil.test/settings/admin/users",
        "/settings/admin/users?role=admin&role=member",
        "/settings/admin/users?role=nobody",
        "/settings/admin/users/1?back=x",
    ]
    .map(all);
    let blind = vec![("deed", "deactivate"), ("all", "1"), ("back", PAGE), ("confirmed", "1")];
    for wrong in unreadable.into_iter().chain([vec![("deed", "")], vec![("deed", "nobody")], blind]) {
        assert_eq!(ada.post(&format!("{PAGE}/bulk"), &wrong).await.status, 422, "{wrong:?}");
    }
    let nobody = ada.post(&format!("{PAGE}/bulk"), &[("deed", "end-sessions")]).await;
    assert!(
        nobody.status == 200 && nobody.says("No one selected") && nobody.says("Select people in the table"),
        "{}",
        nobody.body
    );
    let ben = app.person("ben@acme.test", Role::Admin).await;
    assert_eq!(
        ben.post(&format!("{PAGE}/bulk"), &[("deed", "owner"), ("all", "1"), ("back", PAGE)]).await.status,
        403
    );
    let look = ben.post(&format!("{PAGE}/bulk"), &[("deed", "member"), ("all", "1"), ("back", PAGE)]).await;
    assert!(look.says("Only owners can change owners."), "{}", look.body);
    app.skip(Duration::minutes(11));
    assert_eq!(
        ada.post(&format!("{PAGE}/bulk"), &[("deed", "owner"), ("user", bea.as_str()), ("confirmed", "1")])
            .await
            .status,
        403,
        "raising takes a fresh sign-in"
    );
}

async fn a_review_of_the_people_affected_waits_for_no_writer(app: &TestApp) {
    let ada = app.owner().await;
    app.enroll("sam@acme.test", "default", Role::Member).await;
    let writer = app.hold().await;
    let form = [("deed", "admin"), ("all", "1"), ("back", PAGE)];
    let path = format!("{PAGE}/bulk");
    let look = timeout(std::time::Duration::from_secs(4), ada.post(&path, &form)).await;
    writer.rollback().await;
    let look = look.expect("an answer");
    assert!(look.status == 200 && look.says("Make 1 person an admin?"), "{}", look.body);
}

async fn the_list_goes_out_as_a_file_and_leaves_an_event(app: &TestApp) {
    let ada = app.owner().await;
    app.enroll("sam@acme.test", "default", Role::Member).await;
    app.run("UPDATE users SET name = '=HYPERLINK(1)' WHERE email = 'sam@acme.test'", []).await;
    for n in 0..250 {
        app.enroll(&format!("p{n}@acme.test"), "default", Role::Member).await;
    }
    let file = ada.get(&format!("{PAGE}/export?format=csv")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"users-"));
    assert_eq!(file.body.lines().count(), 253, "a head and everybody");
    assert!(
        file.body.starts_with("\u{feff}")
            && file.body[3..]
                .starts_with(r#""id","email","name","role","status","secondFactor","joinedAt","lastSeenAt""#)
            && file.body.contains("'=HYPERLINK(1)")
    );
    let lines = ada.get(&format!("{PAGE}/export?format=jsonl&role=owner")).await.body;
    let line: Value = serde_json::from_str(lines.trim()).expect("one line of JSON");
    assert_eq!(line["email"], "ada@acme.test");
    assert_eq!(ada.get(&format!("{PAGE}/export?format=xls")).await.status, 422);
    let events: Vec<String> =
        app.events().await.into_iter().filter(|event| event.starts_with("users.")).collect();
    assert_eq!(events, ["users.exported done csv", "users.exported done jsonl"]);
    let sam = app.person("kim@acme.test", Role::Member).await;
    assert_eq!(sam.get(&format!("{PAGE}/export?format=csv")).await.status, 403);
}

async fn the_page_of_a_person_tells_what_happened_by_and_about_them(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let new = json!({ "email": "kim@other.test", "role": "member" });
    assert_eq!(ben.post_json("/api/admin/invites", &new).await.status, 201);
    let who = app.id_of("ben@acme.test").await;
    assert_eq!(patch(&ada, &who, json!({ "role": "member" })).await.status, 200);
    let page = ada.get(&format!("{PAGE}/{who}")).await;
    for sentence in ["Ada Lovelace changed the role of ben@acme.test", "Ben invited", "kim@other.test"] {
        assert!(page.says(sentence), "{sentence}: {}", page.body);
    }
}

// S01
async fn however_a_role_is_changed_the_sessions_of_whom_it_concerns_get_a_new_id(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Owner).await;
    let sam = app.person("sam@acme.test", Role::Member).await;
    let (who, own) = (app.id_of("sam@acme.test").await, app.id_of("ben@acme.test").await);
    for role in ["admin", "member"] {
        assert_eq!(ada.post(&format!("{PAGE}/{who}/role"), &[("role", role)]).await.status, 303);
        assert!(brings_a_new_id(&sam).await, "by the menu, and undone: {role}");
    }
    assert_eq!(ada.post(&format!("{PAGE}/{who}/role"), &[("role", "member")]).await.status, 303);
    assert!(!brings_a_new_id(&sam).await, "it was so");
    assert_eq!(patch(&ada, &who, json!({ "role": "admin" })).await.status, 200);
    assert!(brings_a_new_id(&sam).await, "by the API");
    let form = [("deed", "member"), ("user", who.as_str()), ("confirmed", "1")];
    assert_eq!(ada.post(&format!("{PAGE}/bulk"), &form).await.status, 303);
    assert!(brings_a_new_id(&sam).await, "with others");
    let eve = app.outsider("eve@acme.test").await;
    let invite = json!({ "email": "eve@acme.test", "role": "admin" });
    assert_eq!(ada.post_json("/api/admin/invites", &invite).await.status, 201);
    let link = ada.link_for("eve@acme.test").await;
    let accepted = eve.post(&format!("{link}/acceptance"), &[]).await;
    assert_eq!(accepted.status, 303, "{}", accepted.body);
    assert!(brings_a_new_id(&eve).await, "by an invite");
    assert!(!brings_a_new_id(&ada).await, "the role of the person who did it is the same");
    let down = patch(&ben, &own, json!({ "role": "member" })).await;
    assert!(down.status == 200 && !down.headers.contains_key("set-cookie"));
    assert!(brings_a_new_id(&ben).await, "who steps down does so in a session, too");
    assert!(ben.is_signed_in().await && sam.is_signed_in().await && eve.is_signed_in().await);
}

async fn members_see_no_controls(app: &TestApp) {
    app.owner().await;
    let sam = app.person("sam@acme.test", Role::Member).await;
    let page = sam.get(PAGE).await;
    assert!(
        page.status == 200 && !page.body.contains("/role") && !page.body.contains("offboarding"),
        "{}",
        page.body
    );
}

// R04, P3
#[actix_web::test]
async fn an_owner_who_can_come_in_is_left_whatever_happens_at_once_and_in_whatever_order() {
    for database in Database::each().await {
        let okta = Provider::start().await;
        let app = TestApp::open_at(database, Provider::start().await, &with_okta(&okta)).await;
        let (second, handle) = app.second_instance_with(&with_okta(&okta)).await;
        let mut cast = Cast::assemble(&app, &okta, &second).await;
        let mut dice = Dice::seeded();
        let seed = dice.seed;
        for round in 0..rounds() {
            let acts =
                [Act::throw(&mut dice), Act::throw(&mut dice), Act::throw(&mut dice), Act::throw(&mut dice)];
            // Everyone has been let in before anyone gets to write.
            let holder = dice.roll(2).eq(&0).then(|| app.hold());
            let holder = futures_util::future::OptionFuture::from(holder).await;
            let release = async {
                if let Some(holder) = holder {
                    actix_web::rt::time::sleep(std::time::Duration::from_millis(60)).await;
                    holder.commit().await;
                }
            };
            let names = acts.clone();
            let (done, ()) = join(join_all(acts.into_iter().map(|act| cast.does(act))), release).await;
            let what: Vec<_> = names.into_iter().zip(&done).collect();
            assert!(owners_who_can_come_in(&app).await >= 1, "SEED={seed}, round {round}: {what:?}");
            assert!(done.iter().all(|status| *status < 500), "SEED={seed}, round {round}: {what:?}");
            cast.mend(&app).await;
        }
        handle.stop(false).await;
        app.close().await;
    }
}

/// Okta as well, and an installation that blocks `evil.test`.
fn with_okta(okta: &Provider) -> [(&str, &str); 6] {
    [
        ("PROVIDERS__OKTA__KIND", "oidc"),
        ("PROVIDERS__OKTA__LABEL", "Okta"),
        ("PROVIDERS__OKTA__ISSUER", okta.issuer.as_str()),
        ("PROVIDERS__OKTA__CLIENT_ID", "gatehouse"),
        ("PROVIDERS__OKTA__CLIENT_SECRET", CLIENT_SECRET),
        ("BLOCKED_DOMAINS", "evil.test"),
    ]
}

/// Owners with an account at a provider that people can use, whom nothing keeps out.
async fn owners_who_can_come_in(app: &TestApp) -> i64 {
    app.count(
        "SELECT count(DISTINCT u.id) FROM memberships m
             JOIN users u ON u.id = m.user_id
             JOIN identities i ON i.user_id = u.id
             WHERE m.role = 'owner' AND m.locked_out_at IS NULL AND u.status = 'active'
               AND u.email NOT LIKE '%@evil.test' AND i.email NOT LIKE '%@evil.test'
               AND i.provider IN ('idp', 'okta')
               AND i.provider NOT IN (SELECT provider FROM switched_off_providers)",
    )
    .await
}

/// Ada comes by the first provider, Ben by Okta, Cal by either; Pat is invited as owner and has not joined. Eve, an owner,
/// is kept out by the installation.
const CAST: [(&str, &str); 4] =
    [("ada@acme.test", "idp"), ("ben@acme.test", "okta"), ("cal@acme.test", "idp"), ("pat@acme.test", "idp")];

/// Who does what: an index into [`CAST`].
#[derive(Clone, Debug)]
enum Act {
    Demotes(usize, usize),
    Deactivates(usize, usize),
    Removes(usize, usize),
    DemotesWithOthers(usize, usize),
    StepsDown(usize),
    Leaves(usize),
    Deletes(usize),
    SwitchesOff(usize, &'static str),
    Disconnects(usize),
    Accepts,
}

impl Act {
    fn throw(dice: &mut Dice) -> Self {
        let (who, whom) = (dice.roll(CAST.len()), dice.roll(CAST.len()));
        match dice.roll(12) {
            0 => Self::Demotes(who, whom),
            1 => Self::Deactivates(who, whom),
            2 => Self::Removes(who, whom),
            3 => Self::DemotesWithOthers(who, whom),
            4 => Self::StepsDown(who),
            5 => Self::Leaves(who),
            6 | 7 => Self::Deletes(who),
            8 => Self::SwitchesOff(who, "idp"),
            9 => Self::SwitchesOff(who, "okta"),
            10 => Self::Disconnects(who),
            _ => Self::Accepts,
        }
    }
}

struct Cast {
    people: Vec<Visitor>,
    ids: Vec<String>,
    providers: [Provider; 2],
    invitation: String,
}

impl Cast {
    async fn assemble(app: &TestApp, okta: &Provider, second: &str) -> Self {
        let ada = app.owner().await;
        let invite = json!({ "email": "pat@acme.test", "role": "owner" });
        assert_eq!(ada.post_json("/api/admin/invites", &invite).await.status, 201);
        let invitation = ada.link_for("pat@acme.test").await;
        for email in ["ben@acme.test", "cal@acme.test", "eve@evil.test"] {
            app.enroll(email, "default", Role::Owner).await;
        }
        app.enroll("pat@acme.test", "default", Role::Member).await;
        app.remove_member("pat@acme.test").await;
        app
            .run(
                "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_sign_in_at)
                 SELECT 'second', user_id, 'okta', $1, subject, email, 0, 0 FROM identities WHERE email = 'cal@acme.test'",
                [okta.issuer.clone().into()],
            )
            .await;
        app.run(
            "UPDATE identities SET provider = 'okta', issuer = $1 WHERE email = 'ben@acme.test'",
            [okta.issuer.clone().into()],
        )
        .await;
        for table in ["users", "identities", "memberships"] {
            app.run(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"), []).await;
        }
        let (mut people, mut ids) = (Vec::new(), Vec::new());
        for (n, (email, _)) in CAST.into_iter().enumerate() {
            people.push(app.visitor().at(if n % 2 == 0 { &app.base } else { second }));
            ids.push(app.id_of(email).await);
        }
        let mut cast = Self { people, ids, providers: [app.provider.clone(), okta.clone()], invitation };
        cast.sign_in().await;
        cast
    }

    async fn does(&self, act: Act) -> u16 {
        match act {
            Act::Demotes(who, whom) => {
                patch(&self.people[who], &self.ids[whom], json!({ "role": "member" })).await.status
            }
            Act::Deactivates(who, whom) => {
                self::act(&self.people[who], &self.ids[whom], "deactivation").await
            }
            Act::Removes(who, whom) => self::act(&self.people[who], &self.ids[whom], "removal").await,
            Act::DemotesWithOthers(who, whom) => {
                let all = self.ids.join(" ");
                let ids = if who == whom { &all } else { &self.ids[whom] };
                let form = [("deed", "admin"), ("user", ids.as_str()), ("confirmed", "1")];
                self.people[who].post(&format!("{PAGE}/bulk"), &form).await.status
            }
            Act::StepsDown(who) => {
                patch(&self.people[who], &self.ids[who], json!({ "role": "admin" })).await.status
            }
            Act::Leaves(who) => self.people[who].post("/settings/departure", &[]).await.status,
            Act::Deletes(who) => {
                self.people[who].post("/settings/deletion", &[("email", CAST[who].0)]).await.status
            }
            Act::SwitchesOff(who, name) => {
                let path = format!("/settings/admin/access/methods/{name}");
                self.people[who].post(&path, &[("on", "false")]).await.status
            }
            Act::Disconnects(who) => {
                let account = if who == 2 { "second" } else { self.ids[who].as_str() };
                self.people[who].post(&format!("/settings/identities/{account}/disconnect"), &[]).await.status
            }
            Act::Accepts => self.people[3].post(&format!("{}/acceptance", self.invitation), &[]).await.status,
        }
    }

    /// All is as it was.
    async fn mend(&mut self, app: &TestApp) {
        for table in ["users", "identities"] {
            let missing = format!("id NOT IN (SELECT id FROM {table})");
            app.run(&format!("INSERT INTO {table} SELECT * FROM kept_{table} WHERE {missing}"), []).await;
        }
        app.run("UPDATE users SET status = 'active'", []).await;
        app.run("DELETE FROM memberships", []).await;
        app
            .run(
                "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
                 SELECT organization_id, user_id, role, name, email, joined_at, last_seen_at FROM kept_memberships",
                [],
            )
            .await;
        app.run("DELETE FROM switched_off_providers", []).await;
        app.run("UPDATE invites SET state = 'open', closed_at = NULL, closed_by = NULL", []).await;
        self.sign_in().await;
    }

    /// Anyone who has no session signs in again, with another browser at the same instance.
    async fn sign_in(&mut self) {
        for (person, (email, provider)) in self.people.iter_mut().zip(CAST) {
            if person.is_signed_in().await {
                continue;
            }
            let other = Visitor::new(&person.base);
            let at = &self.providers[usize::from(provider == "okta")];
            let answer = other.sign_in_by(provider, at, &Identity::new(email, email)).await;
            assert_eq!(answer.status, 303, "{email}: {}", answer.body);
            *person = other;
        }
    }
}

#[actix_web::test]
async fn a_person_who_gets_another_role_is_told_by_mail() {
    for database in Database::each().await {
        let smtp = Smtp::start().await;
        let settings = smtp.settings();
        let settings = borrowed(&settings);
        let app = TestApp::open_with(database, &settings).await;
        let ada = app.owner().await;
        app.person("sam@acme.test", Role::Member).await;
        let sam = app.id_of("sam@acme.test").await;
        assert_eq!(patch(&ada, &sam, json!({ "role": "admin" })).await.status, 200);
        let begun = std::time::Instant::now();
        while smtp.mails_to("sam@acme.test").is_empty() {
            assert!(begun.elapsed() < std::time::Duration::from_secs(20), "no mail");
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(smtp.mails_to("sam@acme.test")[0].raw.contains("admin"));
        app.close().await;
    }
}

#[actix_web::test]
async fn two_admins_who_act_on_each_other_at_once_can_t_both() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        app.owner().await;
        let admins: Vec<Visitor> =
            join_all(["ben@acme.test", "cal@acme.test"].map(|email| app.person(email, Role::Admin))).await;
        let ids = [app.id_of("ben@acme.test").await, app.id_of("cal@acme.test").await];
        let (a, b) = join(act(&admins[0], &ids[1], "removal"), act(&admins[1], &ids[0], "removal")).await;
        assert!([a, b].iter().filter(|status| **status == 303).count() == 1, "{a} {b}");
        app.close().await;
    }
}
