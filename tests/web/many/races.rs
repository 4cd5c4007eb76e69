//! What owners and members do at once, at two instances, round after round: there is never an organization without an
//! owner, never a row that points to nothing, and no one is told of a failure (rules 1.5, 6.3, P3).

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, join, join_all};
use gatehouse::role::Role;
use reqwest::Method;
use serde_json::json;

use super::at_once::Scene;
use super::cast::{Two, each};
use crate::web::support::{Visitor, rounds};

const ADA: &str = "ada@acme.test";
const BEN: &str = "ben@acme.test";
const CAL: &str = "cal@acme.test";
const GIL: &str = "gil@globex.test";
const PAT: &str = "pat@globex.test";
const ACCOUNT: &str = "/settings/deletion";

type Act<'a> = LocalBoxFuture<'a, u16>;

/// Sends a form; gives the status.
fn form(who: Visitor, path: &str, fields: &[(&'static str, &str)]) -> Act<'static> {
    let path = path.to_owned();
    let fields: Vec<(&str, String)> =
        fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    async move {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        who.post(&path, &fields).await.status
    }
    .boxed_local()
}

/// Asks as a program does; gives the status.
fn api(who: Visitor, method: Method, path: String, body: serde_json::Value) -> Act<'static> {
    async move {
        let request = who.request(method, &path).header("origin", &who.base);
        who.send(request.json(&body)).await.status
    }
    .boxed_local()
}

fn deletes_account(who: Visitor, email: &'static str) -> Act<'static> {
    form(who, ACCOUNT, &[("email", email)])
}

/// `DELETE`, which takes no body.
fn deletes(who: Visitor, path: String) -> Act<'static> {
    async move { who.delete(&path).await.status }.boxed_local()
}

#[actix_web::test]
async fn an_owner_is_left_while_people_hand_over_demote_remove_leave_and_delete_accounts() {
    for two in each(&[]).await {
        two.app.enroll(BEN, &two.acme, Role::Owner).await;
        two.app.enroll(CAL, &two.acme, Role::Owner).await;
        let mut scene = Scene::of(two, &[], &[ADA, BEN, CAL]).await;
        let people = ids(&scene.two).await;
        for round in 0..rounds() {
            scene.again().await;
            for email in [BEN, CAL] {
                let role = scene.dice.one_of(&["owner", "admin", "member"]);
                let sql = format!("UPDATE memberships SET role = '{role}' WHERE email = '{email}'");
                scene.two.app.run(&sql, []).await;
            }
            let mut thrown = vec![deed(&mut scene, &people, ADA, 0)];
            for _ in 0..3 {
                let (who, what) = (scene.dice.one_of(&[ADA, BEN, CAL]), scene.dice.roll(5));
                thrown.push(deed(&mut scene, &people, who, what));
            }
            let (acts, what): (Vec<_>, Vec<_>) = thrown.into_iter().unzip();
            let is_held = scene.is_held();
            let done = scene.at_once(is_held, join_all(acts)).await;
            scene.holds(round, &what.join("; "), &done).await;
        }
        scene.close().await;
    }
}

/// Ada, Ben and Cal, by their addresses, and their ids.
async fn ids(two: &Two) -> Vec<(&'static str, String)> {
    let mut people = Vec::new();
    for email in [ADA, BEN, CAL] {
        let id = two.app.id_of(email).await;
        people.push((email, id));
    }
    people
}

/// One of five things that someone does at Acme, perhaps to one of the people; and how it is called.
fn deed(
    scene: &mut Scene,
    people: &[(&str, String)],
    who: &'static str,
    what: usize,
) -> (Act<'static>, String) {
    let (visitor, whom) = (scene.somewhere(who), &people[scene.dice.roll(people.len())]);
    let acme = format!("/api/organizations/{}", scene.two.acme);
    let user = format!("{acme}/admin/users/{}", whom.1);
    let (act, name) = match what {
        0 => (api(visitor, Method::POST, format!("{acme}/transfer/{}", whom.1), json!({})), "hands over to"),
        1 => (api(visitor, Method::PATCH, user, json!({ "role": "member" })), "demotes"),
        2 => (deletes(visitor, user), "removes"),
        3 => return (form(visitor, "/orgs/acme/departure", &[]), format!("{who} leaves")),
        _ => return (deletes_account(visitor, who), format!("{who} deletes the account")),
    };
    (act, format!("{who} {name} {}", whom.0))
}

#[actix_web::test]
async fn nothing_comes_into_an_organization_that_is_deleted_meanwhile() {
    for two in each(&[]).await {
        let (mut scene, link) = with_a_door(two).await;
        let mut ended = 0;
        for round in 0..rounds() {
            scene.again().await;
            // Now and then no one else is in it: it ends with the account of its owner, and is purged at once.
            let is_of_one = scene.dice.roll(3) == 0;
            if is_of_one {
                let alone = format!(
                    "DELETE FROM memberships WHERE organization_id = '{}' AND email = '{BEN}'",
                    scene.two.acme
                );
                scene.two.app.run(&alone, []).await;
            }
            let acts = end_and_come(&mut scene, &link, is_of_one);
            let moments = [1, 5, 20];
            let (first, second) = (scene.dice.one_of(&moments), scene.dice.one_of(&moments));
            let (is_held, is_purged) = (scene.is_held(), scene.dice.roll(2) == 0);
            let purges = async {
                if is_purged {
                    scene.purge_after(first).await;
                    scene.purge_after(second).await;
                }
            };
            let (done, ()) = scene.at_once(is_held, join(join_all(acts), purges)).await;
            let what = format!("of one: {is_of_one}, purged: {is_purged}");
            scene.holds(round, &what, &done).await;
            let is_there = format!(
                "SELECT count(*) FROM organizations WHERE id = '{}' AND state = 'active'",
                scene.two.acme
            );
            let is_over = scene.two.app.count(&is_there).await == 0;
            assert_eq!(is_over, done[0] < 400, "round {round}, {what}: {done:?}");
            ended += usize::from(is_over);
            scene.purge().await;
            scene.holds(round, "purged to the end", &[]).await;
        }
        assert!(ended > rounds() / 3, "{ended}");
        scene.close().await;
    }
}

/// Ada ends Acme, or her account; others join it, accept an invite, set a key and invite.
fn end_and_come(scene: &mut Scene, link: &str, is_of_one: bool) -> Vec<Act<'static>> {
    let (ada, ben) = (scene.somewhere(ADA), scene.somewhere(BEN));
    let door = scene.two.acme.clone();
    let acme = format!("/api/organizations/{door}");
    let end = if is_of_one { deletes_account(ada, ADA) } else { deletes(ada, acme.clone()) };
    let key = json!({ "key": "sk-races-000000-0000" });
    let invite = json!({ "email": "new@acme.test", "role": "member" });
    vec![
        end,
        form(scene.somewhere(GIL), "/orgs/acme/membership", &[("organization", &door)]),
        form(scene.somewhere(PAT), &format!("{link}/acceptance"), &[]),
        api(ben.clone(), Method::PUT, format!("{acme}/admin/llm-keys/openai"), key),
        api(ben, Method::POST, format!("{acme}/admin/invites"), invite),
    ]
}

/// Acme, which lets people of Globex join, and has invited one; Ada, who owns it, is at Globex, too.
async fn with_a_door(two: Two) -> (Scene, String) {
    two.app.enroll(BEN, &two.acme, Role::Admin).await;
    two.app.enroll(PAT, &two.globex, Role::Member).await;
    two.also(ADA, &two.globex, Role::Owner).await;
    let ada = two.ada().await;
    let settings = json!({ "allowedEmailDomains": ["globex.test"], "domainGatingEnabled": true });
    let path = format!("/api/organizations/{}/admin/settings", two.acme);
    let changed = ada.patch(&path, &settings).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let invite = [("addresses", PAT), ("role", "admin"), ("batch", &gatehouse::random::id())];
    let sent = ada.post("/orgs/acme/settings/admin/invites", &invite).await;
    let list = ada.get(sent.location()).await.body;
    let at = list.find("/invites/").expect("a link");
    let link = list[at..].split(['"', '<']).next().expect("a path").to_owned();
    (Scene::of(two, &[], &[ADA, BEN, GIL, PAT]).await, link)
}

#[actix_web::test]
async fn one_of_two_organizations_is_left_to_who_deletes_both_at_once() {
    for two in each(&[]).await {
        two.also(ADA, &two.globex, Role::Owner).await;
        let mut scene = Scene::of(two, &[], &[ADA]).await;
        for round in 0..rounds() {
            scene.again().await;
            let acts = [scene.two.acme.clone(), scene.two.globex.clone()]
                .map(|organization| format!("/api/organizations/{organization}"))
                .map(|path| deletes(scene.somewhere(ADA), path));
            let is_held = scene.is_held();
            let mut done = scene.at_once(is_held, join_all(acts)).await;
            scene.holds(round, "two deletions", &done).await;
            done.sort_unstable();
            assert_eq!(done, [204, 409], "SEED={}, round {round}", scene.dice.seed);
        }
        scene.close().await;
    }
}

#[actix_web::test]
async fn of_those_who_take_an_address_at_once_one_gets_it() {
    let creators = [("ORG_CREATORS", "ada@acme.test, gil@globex.test")];
    for two in each(&creators).await {
        let mut scene = Scene::of(two, &creators, &[ADA, GIL]).await;
        let new = json!({ "name": "Race", "slug": "race" });
        for round in 0..rounds() {
            scene.again().await;
            let (mut acts, mut what) = (Vec::new(), Vec::new());
            for n in 0..2 + scene.dice.roll(3) {
                let (who, slug) = if n % 2 == 0 { (ADA, "acme") } else { (GIL, "globex") };
                let visitor = scene.somewhere(who);
                // Anyone who gives their organization the address twice is not refused the second time.
                let renames = n < 2 && scene.dice.roll(2) == 0;
                what.push(format!("{who} {}", if renames { "renames" } else { "creates" }));
                acts.push(if renames {
                    form(visitor, &format!("/orgs/{slug}/settings/admin/danger/slug"), &[("slug", "race")])
                } else {
                    api(visitor, Method::POST, "/api/organizations".to_owned(), new.clone())
                });
            }
            let (is_held, what) = (scene.is_held(), what.join("; "));
            let done = scene.at_once(is_held, join_all(acts)).await;
            scene.holds(round, &what, &done).await;
            let got = done.iter().filter(|status| **status < 400).count();
            let refused = done.iter().filter(|status| **status == 422).count();
            assert_eq!((got, refused), (1, done.len() - 1), "round {round}, {what}: {done:?}");
            let is_once = "SELECT count(*) FROM organizations WHERE slug = 'race'";
            assert_eq!(scene.two.app.count(is_once).await, 1, "round {round}, {what}");
        }
        scene.close().await;
    }
}

#[actix_web::test]
async fn an_organization_is_restored_whole_or_purged_whole() {
    for two in each(&[]).await {
        two.app.enroll(BEN, &two.acme, Role::Owner).await;
        two.app.enroll(CAL, &two.acme, Role::Member).await;
        let acme = two.acme.clone();
        let mut scene = Scene::of(two, &[], &[ADA, BEN]).await;
        let mut restored = 0;
        for round in 0..rounds() {
            scene.again().await;
            let due =
                format!("UPDATE organizations SET state = 'deleting', purge_at = 1 WHERE id = '{acme}'");
            scene.two.app.run(&due, []).await;
            let restoration = format!("/api/organizations/{acme}/restore");
            let acts = [ADA, BEN].map(|who| {
                let path = restoration.clone();
                api(scene.somewhere(who), Method::POST, path, json!({}))
            });
            let moment = scene.dice.one_of(&[0, 3, 6, 12, 25, 60]);
            let purge = async {
                actix_web::rt::time::sleep(std::time::Duration::from_millis(moment)).await;
                scene.purge().await;
            };
            let (done, ()) = join(join_all(acts), purge).await;
            scene.holds(round, "restored or purged", &done).await;
            scene.purge().await;
            let is_back = done.contains(&200);
            let members = format!("SELECT count(*) FROM memberships WHERE organization_id = '{acme}'");
            let there =
                format!("SELECT count(*) FROM organizations WHERE id = '{acme}' AND state = 'active'");
            let (members, there) = (scene.two.app.count(&members).await, scene.two.app.count(&there).await);
            let whole = if is_back { (3, 1) } else { (0, 0) };
            assert_eq!((members, there), whole, "round {round}, {moment} ms: {done:?}");
            scene.holds(round, "afterwards", &[]).await;
            restored += usize::from(is_back);
        }
        assert!(restored > 0 && restored < rounds(), "{restored} of {}", rounds());
        scene.close().await;
    }
}
