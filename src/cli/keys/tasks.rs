//! What can be done with keys.

use std::path::Path;

use clap::Subcommand;

use super::tally::Tally;
use crate::config::Config;
use crate::db::Db;
use crate::numbers::{grouped, values};
use crate::rotation::rewrap::rewrap;
use crate::rotation::survey::survey;
use crate::vault::Keyring;

/// After how many values `rewrap` says how far it is.
const STEP: u64 = 1000;

#[derive(Subcommand)]
pub enum Task {
    /// Say which key seals how many values, whether all can be opened, and which key may go; exit 1 if some can't be
    /// opened.
    Status,
    /// Seal every value with the first key of GATEHOUSE_MASTER_KEY, while servers run: once all of them have that
    /// key in front and the old one behind it. May be interrupted and run again. Exit 1 if values are left.
    Rewrap,
}

pub async fn run(file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    crate::cli::opening::start_log(&config.log)?;
    let db = crate::cli::opening::open(&config.database_url).await?;
    let ring = &config.master_key;
    let outcome = match task {
        Task::Status => status(&db, ring).await,
        Task::Rewrap => move_all(&db, file, ring).await,
    };
    db.close().await;
    outcome
}

async fn status(db: &Db, ring: &Keyring) -> anyhow::Result<()> {
    let tally = Tally { columns: survey(db, ring).await?, keys: ring.ids() };
    tally.print();
    tally.refuse_unreadable()
}

async fn move_all(db: &Db, file: Option<&Path>, ring: &Keyring) -> anyhow::Result<()> {
    let mut said = 0;
    let progress = |moved: u64, total: u64| {
        if moved / STEP > said / STEP {
            say!("{} of {}", grouped(moved), grouped(total));
        }
        said = moved;
    };
    match rewrap(&crate::cli::opening::shell_of_installation(db, file).await?, ring, progress).await? {
        0 => say!("Nothing to move."),
        moved => say!("{} moved.", values(moved)),
    }
    let tally = Tally { columns: survey(db, ring).await?, keys: ring.ids() };
    tally.print();
    tally.refuse_unreadable()?;
    tally.refuse_movable()
}
