//! `gatehouse bootstrap --org NAME --owner EMAIL [--slug SLUG]`.

use std::path::Path;

use clap::Args;
use secrecy::ExposeSecret;

use super::opening::{shell, shell_of_installation, shell_of_the_first};
use crate::address::EmailAddress;
use crate::db::Db;
use crate::name::Name;
use crate::organization::bootstrap::{Bootstrapped, bootstrap};
use crate::organization::operator::{create, is_known};
use crate::slug::Slug;
use crate::{app, config};

#[derive(Args)]
pub struct Options {
    /// What the organization is called.
    #[arg(long, value_name = "NAME", value_parser = super::arguments::name)]
    org: Name,
    /// The address that becomes its owner: at once if the person has been here, else at their first sign-in.
    #[arg(long, value_name = "EMAIL", value_parser = super::arguments::email)]
    owner: EmailAddress,
    /// Which organization, by its slug: found, or, where GATEHOUSE_TENANCY is multi, created. Without it, the first.
    #[arg(long, value_name = "SLUG", value_parser = super::arguments::slug)]
    slug: Option<Slug>,
}

pub async fn run(file: Option<&Path>, options: Options) -> anyhow::Result<()> {
    let (url, log) = config::database_only(file)?;
    super::opening::start_log(&log)?;
    let db = app::connect(url.expose_secret()).await?;
    db.migrate_up().await?;
    let outcome = named(&db, file, &options).await;
    db.close().await;
    let outcome = outcome?;
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

/// Names the organization of the slug, which is created if it is not there.
async fn named(db: &Db, file: Option<&Path>, options: &Options) -> anyhow::Result<Bootstrapped> {
    let Some(slug) = &options.slug else {
        return Ok(bootstrap(&shell_of_the_first(db).await?, &options.org, &options.owner).await?);
    };
    if is_known(db, slug).await? {
        return Ok(bootstrap(&shell(db, Some(slug)).await?, &options.org, &options.owner).await?);
    }
    if !config::tenancy_only(file)?.is_multi() {
        anyhow::bail!(
            "no organization has the slug {slug}, and GATEHOUSE_TENANCY is single: nothing was changed"
        );
    }
    let installation = shell_of_installation(db).await?;
    let made = create(&installation, &options.org, Some(slug), &options.owner).await?;
    Ok(if made.is_owner { Bootstrapped::IsOwner } else { Bootstrapped::WillBeOwner })
}
