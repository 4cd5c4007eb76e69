//! Looks after keys when nobody asks: stored ones are tried daily, once across instances; removed ones are erased
//! when nobody can bring them back any more; and what needs an admin is told on every page. For every organization,
//! which is why it is here that the back door is used.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use chrono::Duration as Span;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::catalog::PROVIDERS;
use super::probe::probe;
use super::resolution::{Resolution, resolution};
use super::{KEPT, Provider, health};
use crate::app::Services;
use crate::entity::{Timestamp, llm_key, llm_key_health};
use crate::error::Result;

/// How often it looks.
const LOOK: Duration = Duration::from_secs(30);
/// Keys that are tried at one look.
const AT_ONCE: u64 = 20;
/// How long an instance has a key for itself; much longer than a try takes.
const CLAIM: Span = Span::minutes(5);
/// How long it is known how a key did that is not in use any more.
const REMEMBERED: Span = Span::days(30);

/// What the rest of the house knows of the watch.
#[derive(Default)]
pub struct KeyWatch {
    wake: Notify,
    alarms: RwLock<HashMap<String, String>>,
}

impl KeyWatch {
    /// Something has changed: looks again at once.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// What admins of the organization have to know, in a sentence; empty when all is well. At most [`LOOK`] old.
    pub fn alarm(&self, organization: &str) -> String {
        self.alarms.read().ok().and_then(|alarms| alarms.get(organization).cloned()).unwrap_or_default()
    }

    fn tell(&self, alarms: HashMap<String, String>) {
        if let Ok(mut told) = self.alarms.write() {
            *told = alarms;
        }
    }
}

/// Begins to watch.
pub fn start(services: Arc<Services>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            if let Err(error) = look(&services).await {
                tracing::warn!(%error, "LLM keys can't be looked after");
            }
            tokio::select! {
                () = services.key_watch.wake.notified() => {}
                () = sleep(LOOK) => {}
            }
        }
    })
}

async fn look(services: &Services) -> Result<()> {
    erase_removed(services).await?;
    raise_alarms(services).await?;
    let due = due(services).await?;
    for row in &due {
        try_again(services, row).await?;
    }
    if due.is_empty() { Ok(()) } else { raise_alarms(services).await }
}

/// Erases what was removed and can't be brought back, and what is known of keys that are long out of use.
async fn erase_removed(services: &Services) -> Result<()> {
    let now = services.clock.now();
    llm_key::Entity::delete_many()
        .filter(llm_key::Column::RemovedAt.lte(Timestamp::from(now - KEPT)))
        .exec(services.db.write_outside_any_organization())
        .await?;
    llm_key_health::Entity::delete_many()
        .filter(llm_key_health::Column::NextTestAt.is_null())
        .filter(llm_key_health::Column::TestedAt.lte(Timestamp::from(now - REMEMBERED)))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}

async fn due(services: &Services) -> Result<Vec<llm_key_health::Model>> {
    let now = Timestamp::from(services.clock.now());
    let due = llm_key_health::Entity::find()
        .filter(llm_key_health::Column::NextTestAt.lte(now))
        .order_by_asc(llm_key_health::Column::NextTestAt)
        .limit(AT_ONCE);
    Ok(due.all(services.db.outside_any_organization()).await?)
}

/// Tries a key, unless another instance does, or it is out of use meanwhile.
async fn try_again(services: &Services, row: &llm_key_health::Model) -> Result<()> {
    let until = Timestamp::from(services.clock.now() + CLAIM);
    if !move_next(services, row, row.next_test_at, Some(until)).await? {
        return Ok(());
    }
    let key = in_use().filter(llm_key::Column::Id.eq(row.subject.as_str()));
    let Some(key) = key.one(services.db.outside_any_organization()).await? else {
        move_next(services, row, Some(until), None).await?;
        return Ok(());
    };
    let next = health::next(services.clock.now())?;
    let Some(provider) = Provider::parse(&key.provider) else { return Ok(()) };
    let Resolution::Organization(usable) = resolution(services, &provider, Some(&key))? else {
        move_next(services, row, Some(until), Some(next)).await?;
        return Ok(());
    };
    let label = provider.label(key.name.as_deref());
    let finding = probe(&services.outbound, provider.probe(), &label, &usable).await;
    let at = Timestamp::from(services.clock.now());
    let after = health::tried(&row.subject, Some(row), &finding, at, Some(next))?;
    tracing::info!(provider = provider.id(), verdict = ?finding.verdict, "LLM key tried");
    llm_key_health::Entity::update_many()
        .set(after)
        .filter(same(row))
        .filter(llm_key_health::Column::NextTestAt.eq(until))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}

/// Moves the next try from one moment to another; false when somebody else has moved it.
async fn move_next(
    services: &Services,
    row: &llm_key_health::Model,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Result<bool> {
    let moved = llm_key_health::Entity::update_many()
        .col_expr(llm_key_health::Column::NextTestAt, Expr::value(to))
        .filter(same(row))
        .filter(llm_key_health::Column::NextTestAt.eq(from))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(moved.rows_affected == 1)
}

fn same(row: &llm_key_health::Model) -> Condition {
    Condition::all()
        .add(llm_key_health::Column::OrganizationId.eq(row.organization_id.as_str()))
        .add(llm_key_health::Column::Subject.eq(row.subject.as_str()))
}

fn in_use() -> sea_orm::Select<llm_key::Entity> {
    llm_key::Entity::find()
        .filter(llm_key::Column::ReplacedAt.is_null())
        .filter(llm_key::Column::RemovedAt.is_null())
}

/// What is wrong with a key: its provider's name, and a sentence.
type Trouble = (String, String);
/// Rows of health by organization and subject.
type Failing = HashMap<(String, String), llm_key_health::Model>;

/// Finds keys that fail or can't be opened.
async fn raise_alarms(services: &Services) -> Result<()> {
    let rows = services.db.outside_any_organization();
    let keys = in_use().order_by_asc(llm_key::Column::Provider).all(rows).await?;
    let failing = llm_key_health::Entity::find().filter(llm_key_health::Column::FailingSince.is_not_null());
    let by_subject =
        |health: llm_key_health::Model| ((health.organization_id.clone(), health.subject.clone()), health);
    let failing: Failing = failing.all(rows).await?.into_iter().map(by_subject).collect();
    let mut troubles: HashMap<String, Vec<Trouble>> = HashMap::new();
    for key in &keys {
        if let Some(trouble) = trouble(services, key, &failing)? {
            troubles.entry(key.organization_id.clone()).or_default().push(trouble);
        }
    }
    for known in &PROVIDERS {
        let in_environment = resolution(services, &Provider::Known(known), None)?;
        let Some(usable) = in_environment.usable() else { continue };
        for ((organization, _), row) in failing.iter().filter(|((_, subject), _)| *subject == usable.subject)
        {
            let has_own =
                |key: &llm_key::Model| key.organization_id == *organization && key.provider == known.id;
            if !keys.iter().any(has_own) {
                let trouble = (known.label.to_owned(), failure(known.label, row));
                troubles.entry(organization.clone()).or_default().push(trouble);
            }
        }
    }
    let alarms = troubles.into_iter().map(|(organization, troubles)| (organization, alarm(&troubles)));
    services.key_watch.tell(alarms.collect());
    Ok(())
}

fn trouble(services: &Services, key: &llm_key::Model, failing: &Failing) -> Result<Option<Trouble>> {
    let Some(provider) = Provider::parse(&key.provider) else { return Ok(None) };
    let label = provider.label(key.name.as_deref());
    let sentence = match resolution(services, &provider, Some(key))? {
        Resolution::Unreadable(_) => Some(format!("The {label} key can't be decrypted.")),
        _ => failing.get(&(key.organization_id.clone(), key.id.clone())).map(|row| failure(&label, row)),
    };
    Ok(sentence.map(|sentence| (label, sentence)))
}

fn failure(label: &str, row: &llm_key_health::Model) -> String {
    let sentence = row.finding().map(|finding| finding.sentence).unwrap_or_default();
    format!("The {label} key is failing. {sentence}").trim_end().to_owned()
}

/// One sentence for one key, and the names where there are several.
fn alarm(troubles: &[Trouble]) -> String {
    if let [(_, sentence)] = troubles {
        return sentence.clone();
    }
    let labels: Vec<&str> = troubles.iter().map(|(label, _)| label.as_str()).collect();
    format!("{} LLM keys need attention: {}.", labels.len(), labels.join(", "))
}
