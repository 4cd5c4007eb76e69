//! Whether the database takes changes: a row is written, and read back on another connection. Anyone who says "ready"
//! has tried it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ExprTrait as _, QueryFilter, QuerySelect};
use tokio::time::Instant;

use super::database::Db;
use super::failure::is_busy;
use super::fault::Fault;
use super::transaction::Transaction;
use crate::clock::Clock;
use crate::entity::Timestamp;
use crate::entity::heartbeat::{ActiveModel, Column, Entity};
use crate::error::Error;

/// How long one answer serves everyone who asks.
const FRESH: Duration = Duration::from_secs(1);
/// How long the beat of a process is kept that does not beat any more.
const KEPT: chrono::Duration = chrono::Duration::days(1);

impl Db {
    /// Why changes can't be saved, as far as is known.
    pub fn fault(&self) -> Option<Fault> {
        self.pulse.fault()
    }

    /// Writes the row of this process and reads it back on another connection; who asks at once gets one answer.
    ///
    /// # Errors
    /// Why changes can't be saved.
    pub async fn beat(&self, clock: &Clock) -> Result<(), Fault> {
        let mut last = self.pulse.last.lock().await;
        if last.is_none_or(|at| at.elapsed() >= FRESH) {
            match self.read_as_written().await {
                Ok(()) => match self.try_beat(clock).await {
                    // Others write: that says nothing of whether one can.
                    Err(Error::Database(failure)) if is_busy(&failure) => {}
                    outcome => self.pulse.set_fault(outcome.err().map(|failure| self.fault_in(&failure))),
                },
                Err(fault) => self.pulse.set_fault(Some(fault)),
            }
            *last = Some(Instant::now());
        }
        self.fault().map_or(Ok(()), Err)
    }

    async fn try_beat(&self, clock: &Clock) -> crate::error::Result<()> {
        let pulse = &self.pulse;
        let beats = pulse.beats.fetch_add(1, Ordering::Relaxed);
        // As any change does: not on what has been taken away.
        self.write.pool()?;
        let tx = Transaction::begin(&pulse.pool, self.source.backend(), &self.pulse).await?;
        let row = ActiveModel {
            process: Set(pulse.process.clone()),
            beats: Set(beats),
            at: Set(Timestamp::from(clock.now())),
        };
        let again =
            OnConflict::column(Column::Process).update_columns([Column::Beats, Column::At]).to_owned();
        Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
        tx.commit(None).await?;
        pulse.is_only_read.store(false, Ordering::Relaxed);
        let read = Entity::find_by_id(&pulse.process).one(self.reader()).await?;
        if read.is_some_and(|row| row.beats == beats) {
            return Ok(());
        }
        Err(DbErr::Custom("has lost data that it had confirmed as saved".to_owned()).into())
    }

    /// Reads a file that could only be read when it was opened as one that is written, once it can be: before it is, for
    /// readers who think that no one writes keep SQLite's index of the log for reading only.
    async fn read_as_written(&self) -> Result<(), Fault> {
        if !self.pulse.is_only_read.load(Ordering::Relaxed) {
            return Ok(());
        }
        if let Some(fault) = self.source.is_unwritable() {
            return Err(fault);
        }
        if let Some(readers) = self.source.readers() {
            self.read.use_instead(readers).close().await;
        }
        Ok(())
    }

    /// The latest moment that any process on this database has written down.
    ///
    /// # Errors
    /// When it can't be asked.
    pub async fn latest_beat(&self) -> Result<Option<DateTime<Utc>>, DbErr> {
        let latest = Entity::find().select_only().column_as(Expr::col(Column::At).max(), "latest");
        let latest: Option<Option<Timestamp>> = latest.into_tuple().one(self.reader()).await?;
        Ok(latest.flatten().map(|at| *at))
    }

    /// A clock that goes on from there, for anyone who works beside running servers.
    ///
    /// # Errors
    /// When it can't be asked.
    pub async fn clock(&self) -> Result<Clock, DbErr> {
        let clock = Clock::default();
        if let Some(mark) = self.latest_beat().await? {
            clock.resume_from(mark);
        }
        Ok(clock)
    }

    /// Takes back the beat of this process, whose clock is no one's but its own.
    ///
    /// # Errors
    /// When the row can't be deleted.
    pub async fn take_back_beat(&self) -> Result<(), DbErr> {
        Entity::delete_by_id(&self.pulse.process).exec(&self.write).await.map(|_| ())
    }

    /// Forgets processes that have stopped long ago.
    ///
    /// # Errors
    /// When the rows can't be deleted.
    pub async fn forget_old_beats(&self, clock: &Clock) -> Result<(), DbErr> {
        let old = Timestamp::from(clock.now() - KEPT);
        Entity::delete_many().filter(Column::At.lt(old)).exec(&self.write).await.map(|_| ())
    }

    fn fault_in(&self, failure: &Error) -> Fault {
        match failure {
            Error::Database(failure) | Error::OutcomeUnknown(failure) => self.fault_of(failure),
            other => Fault::new(format!("refuses: {other}"), "Restart gatehouse"),
        }
    }
}
