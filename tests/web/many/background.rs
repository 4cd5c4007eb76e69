//! Work in the background, organization by organization: one that fails, hangs or has a thousand mails holds up no one.

use std::time::{Duration as Real, Instant};

use gatehouse::ownership::purge_due;
use serde_json::json;

use super::cast::{Two, each};
use crate::web::support::{Llm, Saying, Smtp, borrowed};

async fn until(fact: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !fact().await {
        assert!(begun.elapsed() < Real::from_secs(30), "it does not come true");
        actix_web::rt::time::sleep(Real::from_millis(50)).await;
    }
}

/// Queues a mail that has waited since the beginning of time.
async fn queue(two: &Two, organization: &str, to: &str) {
    two.app
        .run(
            "INSERT INTO outbox (id, organization_id, recipient, letter, message_id, state, attempts, next_at, created_at)
             VALUES ($1, $2, $3, '{\"kind\": \"test\"}', $1, 'queued', 0, 0, 0)",
            [gatehouse::random::id().into(), organization.into(), to.into()],
        )
        .await;
}

#[actix_web::test]
async fn a_hundred_mails_of_one_organization_do_not_hold_up_the_one_of_another() {
    let smtp = Smtp::start().await;
    let settings = smtp.settings();
    for two in each(&borrowed(&settings)).await {
        let before = smtp.mails().len();
        for n in 0..100 {
            queue(&two, &two.acme, &format!("p{n}@acme.test")).await;
        }
        queue(&two, &two.globex, "one@globex.test").await;
        until(async || smtp.mails().len() >= before + 101).await;
        let order = smtp.mails();
        let at =
            order[before..].iter().position(|mail| mail.recipients.contains(&"one@globex.test".to_owned()));
        assert!(at.expect("it has come") < 40, "it has come as number {at:?}");
        two.close().await;
    }
}

#[actix_web::test]
async fn an_organization_that_can_t_be_purged_is_shown_to_the_operator_and_holds_up_no_one() {
    for two in each(&[]).await {
        two.app.make_operator("gil@globex.test").await;
        let gil = two.gil().await;
        let initech = two.app.organization("Initech", "initech").await;
        // Whatever it is that keeps it: here, someone else's table.
        two.app
            .run("CREATE TABLE blocker (organization_id TEXT NOT NULL REFERENCES organizations (id))", [])
            .await;
        two.app.run("INSERT INTO blocker VALUES ($1)", [two.acme.clone().into()]).await;
        two.app
            .run(
                "UPDATE organizations SET state = 'deleting', purge_at = 1 WHERE slug IN ('acme', 'initech')",
                [],
            )
            .await;
        for _ in 0..2 {
            purge_due(&two.app.services).await;
        }
        let slugs = "SELECT slug FROM organizations ORDER BY slug";
        assert_eq!(two.app.texts(slugs).await, ["acme", "default", "globex"], "{initech} is purged");
        let page = gil.get("/operator").await;
        assert!(page.says("Purge failing since"), "{}", page.body);
        two.app.run("DELETE FROM blocker", []).await;
        purge_due(&two.app.services).await;
        assert_eq!(two.app.texts(slugs).await, ["default", "globex"]);
        assert!(!gil.get("/operator").await.says("Purge failing"));
        assert_eq!(two.app.rows_in("failing_work").await, 0);
        two.close().await;
    }
}

#[actix_web::test]
async fn a_provider_that_does_not_answer_holds_up_the_keys_of_its_own_organization_alone() {
    let llm = Llm::start().await;
    let settings = [("LLM__OPENAI__BASE_URL", llm.base.as_str())];
    for two in each(&settings).await {
        let (ada, gil) = (two.ada().await, two.gil().await);
        for (owner, organization, key, saying) in [
            (&ada, &two.acme, "sk-CANARY-silent-0123456789", Saying::Silence),
            (&gil, &two.globex, "sk-CANARY-prompt-0123456789", Saying::Models(1)),
        ] {
            llm.will_say(key, saying);
            let path = format!("/api/organizations/{organization}/admin/llm-keys/openai");
            let set = owner.put(&path, &json!({ "key": key })).await;
            assert_eq!(set.status, 200, "{}", set.body);
        }
        // Acme's has been due for longer, and another instance has left it in the middle of a try.
        two.app
            .run(
                "UPDATE llm_key_health SET next_test_at = 1 WHERE organization_id = $1",
                [two.acme.clone().into()],
            )
            .await;
        two.app
            .run(
                "UPDATE llm_key_health SET next_test_at = 2 WHERE organization_id = $1",
                [two.globex.clone().into()],
            )
            .await;
        let tested = "SELECT organization_id FROM llm_key_health WHERE tested_at IS NOT NULL";
        until(async || !two.app.texts(tested).await.is_empty()).await;
        assert_eq!(two.app.texts(tested).await, [two.globex.as_str()], "before the silent one is given up");
        two.close().await;
    }
}
