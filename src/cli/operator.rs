//! `gatehouse operator grant | revoke | list`.

use std::path::Path;

use clap::Subcommand;

use super::opening::{open_configured, shell_of_installation};
use crate::address::EmailAddress;
use crate::authority::Shell;
use crate::operator::grants::{self, Granted};

#[derive(Subcommand)]
pub enum Task {
    /// Let someone see which organizations there are, and enter them for an hour with a reason that owners read; where
    /// GATEHOUSE_TENANCY is multi. At once if they have been here, else from their first sign-in on.
    Grant {
        #[arg(value_name = "EMAIL", value_parser = super::arguments::email)]
        email: EmailAddress,
    },
    /// Take it back, and end what they have entered.
    Revoke {
        #[arg(value_name = "EMAIL", value_parser = super::arguments::email)]
        email: EmailAddress,
    },
    /// A line for each operator.
    List,
}

pub async fn run(file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    let db = open_configured(file).await?;
    let outcome = match shell_of_installation(&db, file).await {
        Ok(shell) => perform(&shell, task).await,
        Err(error) => Err(error),
    };
    db.close().await;
    outcome
}

async fn perform(shell: &Shell, task: Task) -> anyhow::Result<()> {
    match task {
        Task::Grant { email } => match grants::grant(shell, &email).await? {
            Granted::Now => say!("{email} is now an operator."),
            Granted::AtFirstSignIn => say!("{email} becomes an operator at their first sign-in."),
            Granted::Before => say!("{email} is already an operator: nothing changed."),
        },
        Task::Revoke { email } if grants::revoke(shell, &email).await? => {
            say!("{email} is no longer an operator, and has left any organization they had entered.");
        }
        Task::Revoke { email } => anyhow::bail!("{email} isn't an operator: see `gatehouse operator list`"),
        Task::List => {
            let (operators, awaited) = grants::list(shell).await?;
            if operators.is_empty() && awaited.is_empty() {
                say!("No operators. `gatehouse operator grant EMAIL` names one.");
            }
            for email in operators {
                say!("{email}");
            }
            for email in awaited {
                say!("{email}  (from their first sign-in on)");
            }
        }
    }
    Ok(())
}
