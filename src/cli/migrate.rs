//! `gatehouse migrate up | down | status`.

use std::path::Path;

use clap::Subcommand;
use secrecy::ExposeSecret;

use crate::db::Db;
use crate::{app, config};

#[derive(Subcommand)]
pub enum Direction {
    /// Bring the schema up to this binary's.
    Up,
    /// Take steps back, with what they stored.
    Down {
        /// How many.
        #[arg(default_value_t = 1)]
        steps: u32,
    },
    /// Say which steps are applied and which are pending; exit 1 if a newer gatehouse was here.
    Status,
}

pub async fn run(file: Option<&Path>, direction: Direction) -> anyhow::Result<()> {
    let (url, log) = config::database_only(file)?;
    super::opening::start_log(&log)?;
    let db = app::connect(url.expose_secret()).await?;
    match direction {
        Direction::Up => db.migrate_up().await?,
        Direction::Down { steps } => db.migrate_down(steps).await?,
        Direction::Status => {}
    }
    report(&db).await
}

async fn report(db: &Db) -> anyhow::Result<()> {
    let status = db.schema_status().await?;
    for (state, steps) in [("applied", &status.applied), ("pending", &status.pending)] {
        for step in steps {
            let newer = if status.unknown.contains(step) { "  (of a newer gatehouse)" } else { "" };
            say!("{state}  {step}{newer}");
        }
    }
    if let Some(refusal) = status.refusal() {
        anyhow::bail!(refusal);
    }
    Ok(())
}
