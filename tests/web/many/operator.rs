//! The operator: sees which organizations there are, enters one with a reason for a while, and is seen (rule 6.4).

use chrono::Duration;
use futures_util::future::join;
use gatehouse::address::EmailAddress;
use gatehouse::authority::Shell;
use gatehouse::operator::grants::{self, Granted};
use gatehouse::role::Role;
use serde_json::json;

use super::cast::{Two, each};
use crate::web::support::{Smtp, Visitor, borrowed, field};

const OPS: &str = "ops@server.test";
const HOME: &str = "/orgs/acme/settings/admin";

impl Two {
    fn installation(&self) -> Shell {
        let services = &self.app.services;
        Shell::of_installation(services.db.clone(), services.clock.clone())
    }

    async fn grant(&self, email: &str) -> Granted {
        let email = EmailAddress::parse(email).expect("an address");
        grants::grant(&self.installation(), &email).await.expect("granted")
    }

    /// Someone who belongs to no organization, signed in as operator.
    async fn operator(&self) -> Visitor {
        assert_eq!(self.grant(OPS).await, Granted::AtFirstSignIn);
        self.sign_in(OPS).await
    }

    /// Enters Acme.
    async fn enter(&self, operator: &Visitor) {
        let entered = operator.post(&entry(&self.acme), &[("reason", "Ticket 7: no mail")]).await;
        assert_eq!((entered.status, entered.location()), (303, HOME), "{}", entered.body);
    }
}

fn entry(organization: &str) -> String {
    format!("/operator/organizations/{organization}/entry")
}

/// What the log of an organization tells of operators: action, outcome, actor.
async fn log(two: &Two, organization: Option<&str>) -> Vec<String> {
    let whose = organization.map_or("IS NULL".to_owned(), |id| format!("= '{id}'"));
    let events = format!(
        "SELECT action || ' ' || outcome || ' ' || actor FROM events WHERE organization_id {whose}
         AND action LIKE 'operator.%' ORDER BY at, number, id"
    );
    two.app.texts(&events).await
}

#[actix_web::test]
async fn an_operator_sees_which_organizations_there_are_and_to_others_there_is_nothing() {
    for two in each(&[]).await {
        let ops = two.operator().await;
        let page = ops.get("/operator").await;
        assert_eq!(page.status, 200);
        for told in ["Acme", "Globex", "1 member, 1 owner", "Emails waiting"] {
            assert!(page.says(told), "{told}: {}", page.body);
        }
        assert!(!page.body.contains("ada@acme.test"), "nothing of whom it belongs to");
        let found = ops.get("/operator?q=GLO").await;
        assert!(found.says("Globex") && !found.says("Acme</strong>"), "{}", found.body);
        assert!(ops.get("/operator?q=%25").await.says("No matching organizations."));
        assert!(ops.get("/operator?q=_cme").await.says("No matching organizations."));
        assert_eq!(ops.get("/operator?cursor=nonsense").await.status, 422);
        let log = ops.get("/operator/log").await;
        assert!(log.says(" made ") && log.says("operator.granted"), "{}", log.body);
        // Nor is any organization open to them because of it.
        for path in [HOME, "/orgs/acme/settings/admin/users", "/orgs/acme"] {
            assert_eq!(ops.get(path).await.status, 404, "{path}");
        }
        let ada = two.ada().await;
        for path in ["/operator", "/operator/log", &entry(&two.acme), &entry("nothing")] {
            let (real, unknown) = (ada.get(path).await, ada.get("/no-such-page").await);
            assert_eq!(
                (real.status, real.says("Page not found")),
                (404, unknown.says("Page not found")),
                "{path}"
            );
        }
        assert!(!ada.get(HOME).await.body.contains("href=\"/operator\""));
        assert!(ops.get("/orgs").await.body.contains("href=\"/operator\""));
        assert_eq!(two.app.visitor().get("/operator").await.status, 302);
        two.close().await;
    }
}

#[actix_web::test]
async fn an_operator_finds_an_organization_by_whatever_it_begins_with() {
    for two in each(&[]).await {
        for (name, slug) in
            [("Ökofirma", "oko"), ("50% off", "fifty"), ("my_org", "mine"), ("myXorg", "other")]
        {
            two.app.organization(name, slug).await;
        }
        let ops = two.operator().await;
        for (typed, found, not) in [
            ("%C3%B6", "Ökofirma", "Acme"),
            ("%C3%96ko", "Ökofirma", "Acme"),
            ("my_", "my_org", "myXorg"),
            ("50%25", "50% off", "my_org"),
            ("GLOB", "Globex", "Acme"),
        ] {
            let page = ops.get(&format!("/operator?q={typed}")).await;
            let has = |name: &str| page.body.contains(&format!("<strong>{name}</strong>"));
            assert!(has(found) && !has(not), "{typed}: {}", page.body);
        }
        two.close().await;
    }
}

#[actix_web::test]
async fn an_operator_enters_with_a_reason_and_the_owners_see_it() {
    let smtp = Smtp::start().await;
    let settings = smtp.settings();
    for two in each(&borrowed(&settings)).await {
        let before = smtp.mails_to("ada@acme.test").len();
        let ops = two.operator().await;
        let door = entry(&two.acme);
        let page = ops.get(&door).await;
        assert!(page.says("Enter Acme") && page.says("for 60 minutes"), "{}", page.body);
        let long = "x".repeat(301);
        for (reason, sentence) in [
            ("", "Give a reason."),
            ("  ", "Give a reason."),
            (long.as_str(), "Use up to 300 characters."),
            ("a\nb", "Use one line."),
        ] {
            let refused = ops.post(&door, &[("reason", reason)]).await;
            assert!(refused.status == 422 && refused.says(sentence), "{}", refused.body);
        }
        assert_eq!(field(&ops.post(&door, &[("reason", &long)]).await.body, "reason"), long);
        two.app.forget_sign_ins().await;
        let asked = ops.post(&door, &[("reason", "Ticket 7")]).await;
        assert!(asked.status == 403 && asked.body.contains("reason=Ticket"), "{}", asked.body);
        assert_eq!(ops.post(&entry("nothing"), &[("reason", "x")]).await.status, 404);
        assert_eq!(ops.get(HOME).await.status, 404);
        assert_eq!(smtp.mails_to("ada@acme.test").len(), before, "no mail of what was refused");

        let ops = two.sign_in(OPS).await;
        two.enter(&ops).await;
        let page = ops.get(HOME).await;
        for told in ["You’re in Acme as operator", "Ticket 7: no mail", "Leave", "Operator"] {
            assert!(page.says(told), "{told}: {}", page.body);
        }
        let ada = two.ada().await;
        let told = ada.get("/orgs/acme/settings/admin/audit").await;
        let log_page = "/orgs/acme/settings/admin/audit/";
        let events =
            told.body.split('"').filter(|text| text.starts_with(log_page) && !text.contains("export"));
        let newest = events.map(ToOwned::to_owned).next().expect("an event");
        let newest = ada.get(&newest).await;
        assert!(newest.says("ops@server.test (operator)") && told.says("Ops (operator)"), "{}", newest.body);
        let done = "operator.entered done ops@server.test (operator)".to_owned();
        assert_eq!(log(&two, Some(&two.acme)).await.pop(), Some(done));
        let at_home = log(&two, None).await;
        assert!(at_home.contains(&"operator.entered done ops@server.test".to_owned()), "{at_home:?}");
        assert!(at_home.contains(&"operator.entered refused ops@server.test".to_owned()), "{at_home:?}");
        assert!(log(&two, Some(&two.globex)).await.is_empty(), "it is none of Globex's business");
        for _ in 0..100 {
            if smtp.mails_to("ada@acme.test").len() > before {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let mail = smtp.mails_to("ada@acme.test").pop().expect("a mail to the owner");
        assert!(mail.header("Subject").contains("has entered Acme"), "{}", mail.header("Subject"));
        assert!(smtp.mails_to("gil@globex.test").is_empty());
        two.close().await;
    }
}

#[actix_web::test]
async fn a_person_who_has_entered_is_an_admin_without_roles_keys_transfer_and_deletion() {
    for two in each(&[]).await {
        two.app.enroll("sam@acme.test", &two.acme, Role::Member).await;
        let sam = two.app.id_of("sam@acme.test").await;
        let ada = two.ada().await;
        let api = format!("/api/organizations/{}", two.acme);
        for n in 0..2 {
            let key = json!({ "key": format!("sk-CANARY-0123456789abcdef-{n}") });
            assert_eq!(ada.put(&format!("{api}/admin/llm-keys/openai"), &key).await.status, 200);
        }
        let ops = two.operator().await;
        two.enter(&ops).await;
        let rows = || async {
            let mut rows = Vec::new();
            for table in ["memberships", "llm_keys", "invites", "organizations", "outbox"] {
                rows.extend(two.app.dump(table).await);
            }
            rows
        };
        let before = rows().await;
        let (key, batch) = ("/llm-keys/openai", gatehouse::random::id());
        let forms: [(String, &[(&str, &str)]); 12] = [
            (format!("/users/{sam}/role"), &[("role", "admin")]),
            ("/users/bulk".to_owned(), &[("deed", "admin"), ("user", &sam), ("confirmed", "1")]),
            ("/invites".to_owned(), &[("addresses", "lee@acme.test"), ("role", "member"), ("batch", &batch)]),
            ("/llm-keys".to_owned(), &[("provider", "openai"), ("key", "sk-CANARY-0123456789abcdef-x")]),
            (format!("{key}/removal"), &[]),
            (format!("{key}/restoration"), &[]),
            (format!("{key}/reversion"), &[]),
            (format!("{key}/previous/removal"), &[]),
            ("/danger/slug".to_owned(), &[("slug", "mine")]),
            ("/danger/transfer".to_owned(), &[("email", "sam@acme.test")]),
            ("/danger/deletion".to_owned(), &[("slug", "acme")]),
            ("/danger/slugs/old/end".to_owned(), &[]),
        ];
        for (path, fields) in forms {
            let refused = ops.post(&format!("{HOME}{path}"), fields).await;
            assert_eq!(refused.status, 403, "{path}: {}", refused.body);
        }
        let json = json!({ "key": "sk-CANARY-0123456789abcdef-x" });
        for (answer, what) in [
            (ops.put(&format!("{api}/admin{key}"), &json).await, "set"),
            (ops.delete(&format!("{api}/admin{key}")).await, "remove"),
            (ops.post_json(&format!("{api}/admin{key}/reversion"), &json!({})).await, "revert"),
            (ops.patch(&format!("{api}/admin/users/{sam}"), &json!({ "role": "admin" })).await, "role"),
            (
                ops.post_json(&format!("{api}/admin/invites"), &json!({ "email": "lee@acme.test" })).await,
                "invite",
            ),
            (ops.post_json(&format!("{api}/transfer/{sam}"), &json!({})).await, "transfer"),
            (ops.delete(&api).await, "delete"),
        ] {
            assert_eq!(answer.status, 403, "{what}: {}", answer.body);
        }
        assert_eq!(rows().await, before, "nothing changed");
        // Nor do they let anyone in, themselves for instance.
        let access = format!("{HOME}/access");
        let version = field(&ops.get(&access).await.body, "version");
        let wider = [("version", version.as_str()), ("emails", OPS), ("email_allowlist", "true")];
        let refused = ops.post(&access, &wider).await;
        assert!(refused.status == 403 && refused.says("would let more people in"), "{}", refused.body);
        let refused = ops.post(&format!("{access}/allowed-addresses"), &[("email", OPS)]).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
        for wider in
            [json!({ "openSignUp": true }), json!({ "emailAllowlistEnabled": true, "allowedEmails": [OPS] })]
        {
            let refused = ops.patch(&format!("{api}/admin/settings"), &wider).await;
            assert_eq!(refused.status, 403, "{}", refused.body);
        }
        assert_eq!(rows().await, before);
        assert_eq!(
            two.app
                .count("SELECT count(*) FROM org_settings WHERE open_sign_up OR email_allowlist_enabled")
                .await,
            0
        );
        let users = ops.get(&format!("{HOME}/users/{sam}")).await;
        assert!(users.status == 200 && !users.body.contains("Make admin"), "{}", users.body);
        let keys = ops.get(&format!("{HOME}/llm-keys")).await;
        assert!(keys.says("Configured") && !keys.body.contains("def-1"), "{}", keys.body);
        assert!(ops.get(&format!("{HOME}/invites")).await.says("Operators can’t invite people."));
        assert!(!ops.get(HOME).await.says("Danger zone"));
        // What is an admin's, they can, and the log says who did it.
        let fields = [("name", "Acme Rockets"), ("version", "1")];
        let renamed = ops.post(HOME, &fields).await;
        assert_eq!(renamed.status, 303, "{}", renamed.body);
        let actor = "SELECT actor FROM events WHERE action = 'organization.renamed'";
        assert_eq!(two.app.texts(actor).await, ["ops@server.test (operator)"]);
        let refusals = "SELECT count(*) FROM events WHERE organization_id = $ID AND outcome = 'refused'
            AND actor = 'ops@server.test (operator)'";
        let refusals = two.app.count(&refusals.replace("$ID", &format!("'{}'", two.acme))).await;
        assert!(refusals >= 15, "the owners see what was tried: {refusals}");
        // Elsewhere they are no one.
        assert_eq!(ops.get("/orgs/globex/settings/admin").await.status, 404);
        two.close().await;
    }
}

#[actix_web::test]
async fn what_was_entered_ends_by_leaving_by_time_with_the_session_and_with_the_grant() {
    for two in each(&[]).await {
        let ops = two.operator().await;
        let is_in = async |visitor: &Visitor| visitor.get(HOME).await.status == 200;
        two.enter(&ops).await;
        assert!(is_in(&ops).await);
        let elsewhere = two.sign_in(OPS).await;
        assert!(!is_in(&elsewhere).await, "it counts in one session");

        let left = ops.post("/operator/departure", &[]).await;
        assert_eq!((left.status, left.location()), (303, "/operator"));
        assert!(!is_in(&ops).await, "left");
        assert!(
            log(&two, Some(&two.acme))
                .await
                .contains(&"operator.left done ops@server.test (operator)".to_owned())
        );
        assert_eq!(
            ops.post("/operator/departure", &[]).await.status,
            303,
            "there is nothing to leave any more"
        );

        two.enter(&ops).await;
        let other = ops.post(&entry(&two.globex), &[("reason", "Ticket 8")]).await;
        assert_eq!(other.location(), "/orgs/globex/settings/admin");
        assert!(!is_in(&ops).await, "one at a time");

        two.enter(&ops).await;
        let email = EmailAddress::parse(OPS).expect("an address");
        assert!(grants::revoke(&two.installation(), &email).await.expect("revoked"));
        assert!(!is_in(&ops).await, "revoked");
        assert_eq!(ops.get("/operator").await.status, 404);
        assert_eq!(ops.post(&entry(&two.acme), &[("reason", "again")]).await.status, 404);
        assert_eq!(two.grant(OPS).await, Granted::Now);
        assert!(!is_in(&ops).await, "a new grant opens nothing");

        two.enter(&ops).await;
        two.app.skip(Duration::minutes(59));
        assert!(is_in(&ops).await);
        two.app.skip(Duration::minutes(2));
        assert!(!is_in(&ops).await, "an hour is over");
        two.close().await;
    }
}

/// Anyone who owns an organization and enters it is no owner there for as long.
#[actix_web::test]
async fn an_own_membership_counts_for_as_long_as_one_has_not_entered() {
    for two in each(&[]).await {
        assert_eq!(two.grant("ada@acme.test").await, Granted::Now);
        assert_eq!(two.grant("ada@acme.test").await, Granted::Before);
        let ada = two.ada().await;
        let danger = format!("{HOME}/danger");
        assert_eq!(ada.get(&danger).await.status, 200);
        two.enter(&ada).await;
        assert_eq!(ada.get(&danger).await.status, 403);
        assert_eq!(ada.get("/orgs").await.status, 200);
        ada.post("/operator/departure", &[]).await;
        assert_eq!(ada.get(&danger).await.status, 200);
        two.close().await;
    }
}

/// A change that waited is judged by what holds once it has its turn.
#[actix_web::test]
async fn a_change_reads_the_entry_again() {
    for two in each(&[]).await {
        let ops = two.operator().await;
        two.enter(&ops).await;
        let fields = [("name", "Acme Rockets"), ("version", "1")];
        for ended in [
            "UPDATE operator_entries SET left_at = 1",
            "UPDATE operator_entries SET left_at = NULL, expires_at = 1",
            "UPDATE users SET operator = FALSE",
        ] {
            two.app.run(ended, []).await;
            assert_eq!(ops.post(HOME, &fields).await.status, 404, "{ended}");
        }
        assert_eq!(two.app.texts("SELECT name FROM organizations WHERE slug = 'acme'").await, ["Acme"]);
        two.close().await;
    }
}

/// The same for one that was begun while the operator still was one.
#[actix_web::test]
async fn a_change_that_waited_is_refused_to_who_is_no_operator_any_more() {
    for two in each(&[]).await {
        let fields = [("name", "Acme Rockets"), ("version", "1")];
        for (n, ended) in [
            "UPDATE users SET operator = FALSE WHERE email = '{}'",
            "UPDATE users SET status = 'deactivated' WHERE email = '{}'",
            "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = '{}')",
            "UPDATE operator_entries SET left_at = 1",
        ]
        .into_iter()
        .enumerate()
        {
            let email = format!("ops{n}@server.test");
            two.grant(&email).await;
            let ops = two.sign_in(&email).await;
            two.enter(&ops).await;
            let holder = two.app.hold().await;
            let ends = async {
                actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
                holder.run(&ended.replace("{}", &email)).await;
                holder.commit().await;
            };
            let (answer, ()) = join(ops.post(HOME, &fields), ends).await;
            assert_eq!(answer.status, 403, "{ended}");
        }
        assert_eq!(two.app.texts("SELECT name FROM organizations WHERE slug = 'acme'").await, ["Acme"]);
        two.close().await;
    }
}

#[actix_web::test]
async fn the_shell_names_operators_before_they_have_come() {
    for two in each(&[]).await {
        let turned_away = two.come(&two.app.visitor(), OPS, "/").await;
        assert_eq!(turned_away.status, 403, "nobody knows them");
        assert!(two.shell(&["operator", "list"]).1.contains("No operators"));
        assert!(two.shell(&["operator", "grant", OPS]).1.contains("at their first sign-in"));
        assert!(two.shell(&["operator", "grant", OPS]).1.contains("nothing changed"));
        assert!(
            two.shell(&["operator", "list"]).1.contains("ops@server.test  (from their first sign-in on)")
        );
        let ops = two.sign_in(OPS).await;
        assert_eq!(ops.get("/operator").await.status, 200);
        assert_eq!(two.shell(&["operator", "list"]), (true, "ops@server.test\n".to_owned()));
        assert!(two.shell(&["operator", "revoke", OPS]).0);
        assert!(!two.shell(&["operator", "revoke", OPS]).0);
        assert!(!two.shell(&["operator", "grant", "nonsense"]).0);
        assert_eq!(ops.get("/operator").await.status, 404);
        two.close().await;
    }
}
