//! How a change ends: its event gets the next place in a log, and both become durable or neither.

use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};

use super::begin::Change;
use crate::authority::event::{Actor, Event};
use crate::entity::{Timestamp, event};
use crate::error::{Error, Result};
use crate::random;

/// A day in milliseconds is as far as a clock is believed to have been ahead. Where an organization is gone, so is its
/// log.
const NEXT_PLACE: &str = "
    INSERT INTO event_heads (organization_id, number, at)
    SELECT CAST($1 AS TEXT), 1, CAST($2 AS BIGINT)
    WHERE $1 = '' OR EXISTS (SELECT 1 FROM organizations WHERE id = $1)
    ON CONFLICT (organization_id) DO UPDATE SET
        number = event_heads.number + 1,
        at = CASE WHEN event_heads.at > excluded.at AND event_heads.at <= excluded.at + 86400000
                  THEN event_heads.at ELSE excluded.at END
    RETURNING number, at";

/// An event in one log.
pub(super) struct Log {
    /// None stands for the log of the installation.
    pub organization: Option<String>,
    /// Who did it, as this log calls them.
    pub actor: Actor,
    pub event: Event,
}

impl<Of> Change<Of> {
    /// Refuses what a request of this idempotency key has done before. Asked once no one has to be waited for: of two
    /// that came at once the second sees what the first has done.
    pub(super) async fn refuse_repeated(&self) -> Result<()> {
        let person = self.actor.id.as_deref().unwrap_or_default();
        let Some(event) = self.origin.idempotency.repeats(person) else { return Ok(()) };
        match event::Entity::find_by_id(event).one(&self.tx).await? {
            Some(_) => Err(Error::AlreadyDone),
            None => Ok(()),
        }
    }

    /// Makes the change durable together with its event, which the log of the organization of this id keeps; none
    /// stands for the log of the installation.
    pub(super) async fn finish(self, organization: Option<String>, event: Event) -> Result<()> {
        let actor = self.actor.clone();
        self.finish_in(vec![Log { organization, actor, event }]).await
    }

    /// The same with an event in several logs, each in its own words; the logs are in the order of their ids. There is room
    /// for so many refusals of one person.
    pub(super) async fn finish_in(self, mut logs: Vec<Log>) -> Result<()> {
        self.origin.precondition.settle();
        let mut first = None;
        logs.retain(|log| !log.event.is_refusal() || self.has_room());
        for log in logs {
            let id = self.write_event(log).await?;
            first.get_or_insert(id);
        }
        self.tx.commit(first.as_deref()).await?;
        if let Some(mail_wake) = self.mail_wake.get() {
            mail_wake.notify_one();
        }
        Ok(())
    }

    fn has_room(&self) -> bool {
        self.actor.id.as_deref().is_none_or(|person| self.origin.refusal.has_room(person))
    }

    async fn write_event(&self, log: Log) -> Result<String> {
        let Log { organization, actor, event } = log;
        let (number, at) = self.next_place(organization.as_deref()).await?;
        let of_request = match &actor.id {
            Some(person) if event.outcome == "done" => self.origin.idempotency.event(person),
            _ => None,
        };
        let id = of_request.unwrap_or_else(random::id);
        let row = event::ActiveModel {
            id: Set(id.clone()),
            organization_id: Set(organization),
            number: Set(number),
            at: Set(at),
            action: Set(event.action.to_owned()),
            outcome: Set(event.outcome.to_owned()),
            actor_id: Set(actor.id),
            actor: Set(actor.name),
            target: Set(event.target),
            before: Set(event.before),
            after: Set(event.after),
            address: Set(self.origin.address.clone()),
            user_agent: Set(self.origin.user_agent.clone()),
            request_id: Set(self.origin.request_id.clone()),
        };
        event::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(id)
    }

    /// The place of the next event in a log, which no one else has: anyone who comes next waits until this is kept.
    /// Taken last, so that no one is waited for by whom a change waits. Its time is not before that of the one before
    /// it, whosever clock it is, unless that is more than a day ahead.
    async fn next_place(&self, organization: Option<&str>) -> Result<(i64, Timestamp)> {
        let backend = self.tx.get_database_backend();
        let values = [organization.unwrap_or_default().into(), self.at.into()];
        let head = Statement::from_sql_and_values(backend, NEXT_PLACE, values);
        let row = self.tx.query_one_raw(head).await?;
        let row = row.ok_or(Error::NotFound)?;
        Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
    }
}
