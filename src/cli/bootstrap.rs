//! `gatehouse bootstrap --org NAME --owner EMAIL`.

use std::path::Path;

use clap::Args;
use secrecy::ExposeSecret;

use crate::address::EmailAddress;
use crate::name::Name;
use crate::organization::bootstrap::{Bootstrapped, bootstrap};
use crate::{app, config};

#[derive(Args)]
pub struct Options {
    /// What the organization is called.
    #[arg(long, value_name = "NAME", value_parser = super::arguments::name)]
    org: Name,
    /// The address that becomes its owner: at once if the person has been here, else at their first sign-in.
    #[arg(long, value_name = "EMAIL", value_parser = super::arguments::email)]
    owner: EmailAddress,
}

pub async fn run(file: Option<&Path>, options: Options) -> anyhow::Result<()> {
    let (url, log) = config::database_only(file)?;
    super::opening::start_log(&log)?;
    let db = app::connect(url.expose_secret()).await?;
    db.migrate_up().await?;
    let outcome =
        bootstrap(&super::opening::shell_of_the_first(&db).await?, &options.org, &options.owner).await?;
    db.close().await;
    let (org, owner) = (options.org.as_str(), &options.owner);
    match outcome {
        Bootstrapped::IsOwner => say!("{owner} is owner of {org} now."),
        Bootstrapped::WillBeOwner => say!("{owner} becomes owner of {org} at the first sign-in."),
        Bootstrapped::Unchanged => say!("{org} and {owner} are as they should be. Nothing was changed."),
        Bootstrapped::OtherName(other) => {
            anyhow::bail!(
                "this Gatehouse has one organization, and it is called {other}: nothing was changed"
            )
        }
        Bootstrapped::Deactivated => {
            anyhow::bail!("the account of {owner} is deactivated: nothing was changed")
        }
    }
    Ok(())
}
