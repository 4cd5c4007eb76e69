//! What a page of a list weighs with fifty rows, of ids and names as long as they are in life.

use gatehouse::role::Role;
use reqwest::Method;
use uuid::Uuid;

use super::support::{NEVER, TestApp, Visitor, on_both_databases};

/// The most that such a page may weigh, and what of it may go over the wire.
const MOST: usize = 45_000;
const MOST_COMPRESSED: usize = 9_000;

const USERS: &str = "/settings/admin/users";
const INVITES: &str = "/settings/admin/invites";
const LOG: &str = "/settings/admin/audit";

/// Fifty names, each once.
fn names() -> impl Iterator<Item = (String, String)> {
    let given =
        ["Katherine", "Margaret", "Barbara", "Radia", "Adele", "Shafi", "Frances", "Sophie", "Mary", "Anita"];
    let family = ["Johnson", "Hamilton", "Featherstone", "Goldwasser", "Wilson"];
    given.into_iter().flat_map(move |given| family.map(|family| (given.to_owned(), family.to_owned())))
}

fn id() -> sea_orm::Value {
    Uuid::now_v7().to_string().into()
}

/// Fifty people, some of them admins, each with one way to sign in.
async fn people(app: &TestApp) {
    for (n, (given, family)) in names().enumerate() {
        let email = format!("{given}.{family}@acme.test").to_lowercase();
        app.enroll(&email, "default", if n % 10 == 0 { Role::Admin } else { Role::Member }).await;
        let name = format!("{given} {family}");
        app.run("UPDATE memberships SET name = $1 WHERE email = $2", [name.into(), email.into()]).await;
    }
}

/// Fifty invites, most of them open, whose mails are on their way.
async fn invites(app: &TestApp) {
    let now = chrono::Utc::now().timestamp_millis();
    for (n, (given, family)) in names().enumerate() {
        let state = if n % 5 == 0 { "revoked" } else { "open" };
        app.run(
            "INSERT INTO invites (id, organization_id, email, role, state, generation, invited_by, invited_by_name,
                                  batch, created_at, expires_at)
             SELECT $1, 'default', $2, 'member', $3, 1, user_id, name, 'b', $4, $5 FROM memberships WHERE role = 'owner'",
            [
                id(),
                format!("{given}.{family}@partner.test").to_lowercase().into(),
                state.into(),
                (now - 60_000).into(),
                (now + 500_000_000).into(),
            ],
        )
        .await;
    }
}

/// Fifty events with what changed.
async fn events(app: &TestApp) {
    let now = chrono::Utc::now().timestamp_millis();
    for (n, (given, family)) in (1_i64..).zip(names()) {
        app.run(
            r#"INSERT INTO events (id, organization_id, number, at, action, outcome, actor, target, before, after, address,
                                   user_agent, request_id)
               VALUES ($1, 'default', $2, $3, 'user.role_changed', $4, 'ada@acme.test', $5, '{"role":"member"}',
                       '{"role":"admin"}', '203.0.113.9', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0', $1)"#,
            [
                id(),
                (1_000_000 + n).into(),
                (now - n * 3_600_000).into(),
                if n % 10 == 0 { "refused" } else { "done" }.into(),
                format!("{given}.{family}@acme.test").to_lowercase().into(),
            ],
        )
        .await;
    }
}

/// The bytes of a page, and those of them that come over the wire.
async fn weigh(visitor: &Visitor, path: &str) -> (usize, usize) {
    let page = visitor.get(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let request = visitor.request(Method::GET, path).header("accept-encoding", "gzip");
    let compressed = request.send().await.expect("an answer");
    assert_eq!(compressed.headers()["content-encoding"], "gzip", "{path}");
    let weight = (page.body.len(), compressed.bytes().await.expect("a body").len());
    eprintln!("{path}: {} bytes, {} compressed", weight.0, weight.1);
    weight
}

on_both_databases!(a_page_of_fifty_is_light, the_menu_of_a_row_comes_when_it_is_opened);

async fn a_page_of_fifty_is_light(app: &TestApp) {
    let ada = app.owner().await;
    people(app).await;
    invites(app).await;
    events(app).await;
    for path in [USERS, INVITES, LOG] {
        let (bytes, compressed) = weigh(&ada, path).await;
        assert!(
            bytes <= MOST && compressed <= MOST_COMPRESSED,
            "{path}: {bytes} bytes, {compressed} compressed"
        );
    }
}

// What a row can do is what can be done at the moment when somebody looks, and by the person who may see the page.
async fn the_menu_of_a_row_comes_when_it_is_opened(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    let answer = ada.post_json("/api/admin/invites", &serde_json::json!({ "email": "sam@other.test" })).await;
    let invite = answer.json()["id"].as_str().expect("an id").to_owned();
    let user = app.id_of("ben@acme.test").await;
    let menu = async |visitor: &Visitor, path: &str, row: &str| {
        visitor.htmx(Method::GET, &format!("{path}/{row}"), &format!("div#menu_{row}"), &[]).await
    };
    for path in [USERS, INVITES] {
        let list = ada.get(path).await;
        assert!(
            !list.says("Make Admin") && !list.says("Resend") && list.body.contains("class=\"act\""),
            "{}",
            list.body
        );
    }
    let of_ben = menu(&ada, USERS, &user).await;
    assert!(
        of_ben.says("Make Admin…") && of_ben.says("Deactivate or remove…") && !of_ben.body.contains("<main"),
        "{}",
        of_ben.body
    );
    app.run("UPDATE memberships SET role = 'admin' WHERE user_id = $1", [user.clone().into()]).await;
    assert!(menu(&ada, USERS, &user).await.says("Make Member"));
    let of_sam = menu(&ada, INVITES, &invite).await;
    assert!(
        of_sam.says("Resend")
            && of_sam.says("Revoke")
            && of_sam.body.contains("/invites/")
            && !of_sam.body.contains("<main")
    );
    assert_eq!(ada.post(&format!("{INVITES}/{invite}/revocation"), &[]).await.status, 303);
    let over = menu(&ada, INVITES, &invite).await;
    assert!(over.says("Revoked by Ada Lovelace") && !over.body.contains("<form"), "{}", over.body);
    app.run("UPDATE memberships SET role = 'member' WHERE user_id = $1", [user.clone().into()]).await;
    for (path, row) in [(USERS, &user), (INVITES, &invite)] {
        assert_eq!(menu(&ben, path, row).await.status, 403, "{path}");
        assert_eq!(menu(&ada, path, NEVER).await.status, 404, "{path}");
    }
}
