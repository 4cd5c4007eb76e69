//! Moves every sealed value to the first master key, while servers read and write (rule 4.4).
//!
//! Each batch is one short statement that puts a new value only where the old one still is, so that a save in between
//! wins and a second run beside this one does no harm. A run that was killed is finished by the next one (rule P9):
//! the last batch is written in the transaction of the event, so that there is no end without one (rule P7).

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::rows::{self, Row, Swap};
use super::walk::Walk;
use crate::authority::{Event, Shell};
use crate::vault::Keyring;
use crate::vault::sealed::{self, SealedColumn};

/// Values of one column, each sealed again.
struct Batch {
    column: &'static SealedColumn,
    swaps: Vec<Swap>,
}

struct Rewrap<'a, P> {
    shell: &'a Shell,
    ring: &'a Keyring,
    /// The first key: where all go.
    to: &'a str,
    /// How many values were sealed otherwise at the beginning.
    total: u64,
    /// How many have been moved, by table.
    moved: BTreeMap<&'static str, u64>,
    progress: P,
}

/// Moves what can be opened to the first key; what can't stays as it is. Tells how many were moved, and from time to
/// time calls `progress` with how many have been so far and how many there were.
///
/// # Errors
/// When the database fails or there is no randomness; what was moved stays moved.
pub async fn rewrap(shell: &Shell, ring: &Keyring, progress: impl FnMut(u64, u64)) -> anyhow::Result<u64> {
    let Some(&to) = ring.ids().first() else { return Ok(0) };
    let mut total = 0;
    for column in sealed::ALL {
        total += rows::count(shell.db(), column, &[to]).await?;
    }
    let mut run = Rewrap { shell, ring, to, total, moved: BTreeMap::new(), progress };
    loop {
        let before = run.count();
        let last = run.sweep().await?;
        // Either what is left is one batch, or others hold the rest.
        if last.is_none() || run.count() == before {
            return run.finish(last).await;
        }
    }
}

impl<P: FnMut(u64, u64)> Rewrap<'_, P> {
    /// Moves every batch but the last, which it hands back.
    async fn sweep(&mut self) -> anyhow::Result<Option<Batch>> {
        let mut held: Option<Batch> = None;
        for column in sealed::ALL {
            let except = [self.to];
            let mut walk = Walk::new(self.shell.db(), column, &except);
            loop {
                let rows = walk.next().await?;
                if rows.is_empty() {
                    break;
                }
                let Some(batch) = self.seal_anew(column, rows)? else { continue };
                if let Some(batch) = held.replace(batch) {
                    self.write(self.shell.db().write_outside_any_organization(), &batch).await?;
                }
            }
        }
        Ok(held)
    }

    /// Moves the last batch and writes down what the whole run has moved, both or neither; nothing when nothing was.
    async fn finish(mut self, last: Option<Batch>) -> anyhow::Result<u64> {
        if last.is_none() && self.count() == 0 {
            return Ok(0);
        }
        let change = self.shell.change().await?;
        if let Some(batch) = &last {
            self.write(change.connection(), batch).await?;
        }
        let count = self.count();
        if count > 0 {
            let event = Event::done("keys.rewrapped", self.to).resulting_in(json!({ "moved": self.moved }));
            change.commit(event).await?;
        }
        Ok(count)
    }

    /// What of `rows` opens, sealed with the first key; none when nothing does.
    fn seal_anew(&self, column: &'static SealedColumn, rows: Vec<Row>) -> anyhow::Result<Option<Batch>> {
        let mut swaps = Vec::new();
        for row in rows {
            let Ok(plain) = self.ring.open(&row.sealed, &row.place) else { continue };
            let new = self.ring.seal(&plain, &row.place)?;
            swaps.push(Swap { id: row.id, old: row.sealed, new });
        }
        Ok((!swaps.is_empty()).then_some(Batch { column, swaps }))
    }

    async fn write<C: ConnectionTrait>(&mut self, connection: &C, batch: &Batch) -> anyhow::Result<()> {
        let moved = rows::swap(connection, batch.column, &batch.swaps).await?;
        if moved > 0 {
            *self.moved.entry(batch.column.table).or_default() += moved;
        }
        let count = self.count();
        (self.progress)(count, self.total.max(count));
        Ok(())
    }

    fn count(&self) -> u64 {
        self.moved.values().sum()
    }
}
