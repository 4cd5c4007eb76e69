//! `gatehouse sessions end --all`.

use std::path::Path;

use clap::Subcommand;

use super::output::counted;
use crate::users::operator::end_all_sessions;

#[derive(Subcommand)]
pub enum Task {
    /// Sign everyone out, at once and everywhere.
    End {
        /// Everyone's sessions, one's own among them.
        #[arg(long, required = true)]
        all: bool,
    },
}

pub async fn run(file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    let Task::End { all: _ } = task;
    let db = super::opening::open_configured(file).await?;
    let ended = end_all_sessions(&super::opening::shell_of_installation(&db, file).await?).await;
    db.close().await;
    match ended? {
        0 => say!("No one was signed in. Nothing changed."),
        ended => say!("{} ended. Everyone has to sign in again.", counted(ended, "session")),
    }
    Ok(())
}
