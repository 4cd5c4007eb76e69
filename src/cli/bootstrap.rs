//! `gatehouse bootstrap --org NAME --owner EMAIL [--slug SLUG]`.

use std::path::Path;

use anyhow::Context;
use clap::Args;
use secrecy::ExposeSecret;

use super::opening::{of, shell_of_installation};
use crate::address::EmailAddress;
use crate::authority::Organization;
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
        Bootstrapped::IsOwner => say!("{owner} now owns {org}."),
        Bootstrapped::WillBeOwner => say!("{owner} becomes owner of {org} at the first sign-in."),
        Bootstrapped::Unchanged => say!("{org} and {owner} are already set up. Nothing changed."),
        Bootstrapped::OtherName(other) => {
            anyhow::bail!("the organization already exists and is called {other}, not {org}: nothing changed")
        }
        Bootstrapped::Deactivated => {
            anyhow::bail!("the account of {owner} is deactivated: nothing changed")
        }
    }
    Ok(())
}

/// Names the organization of the slug, which is created if it is not there; without a slug, the first.
async fn named(db: &Db, file: Option<&Path>, options: &Options) -> anyhow::Result<Bootstrapped> {
    let (name, owner) = (&options.org, &options.owner);
    let found =
        if let Some(slug) = &options.slug { find(db, slug).await? } else { Some(first(db, file).await?) };
    if let Some(organization) = found {
        return Ok(bootstrap(&of(db, file, organization).await?, name, owner).await?);
    }
    let slug = options.slug.as_ref();
    if !config::tenancy_only(file)?.is_multi() {
        let slug = slug.map(Slug::as_str).unwrap_or_default();
        anyhow::bail!(
            "no organization has the slug {slug}, and GATEHOUSE_TENANCY is single: nothing changed"
        );
    }
    let made = create(&shell_of_installation(db, file).await?, name, slug, owner).await?;
    Ok(if made.is_owner { Bootstrapped::IsOwner } else { Bootstrapped::WillBeOwner })
}

/// The only organization, or the one that an installation of many began with.
async fn first(db: &Db, file: Option<&Path>) -> anyhow::Result<Organization> {
    if !config::tenancy_only(file)?.is_multi() {
        return Ok(Organization::only(db).await?);
    }
    Organization::first(db)
        .await?
        .context("the first organization of this server is deleted: name another one with --slug")
}

/// The organization at this slug, or the one that had it before; none where it is free.
async fn find(db: &Db, slug: &Slug) -> anyhow::Result<Option<Organization>> {
    if let Some(organization) = Organization::by_slug(db, slug.as_str()).await? {
        return Ok(Some(organization));
    }
    if let Some(id) = Organization::had_slug(db, slug.as_str()).await?
        && Organization::is_active(db, &id).await?
    {
        return Ok(Organization::by_id(db, &id).await?);
    }
    anyhow::ensure!(
        Organization::being_deleted(db, slug.as_str()).await?.is_none(),
        "the organization at {slug} is being deleted: nothing changed"
    );
    anyhow::ensure!(
        !is_known(db, slug).await?,
        "the slug {slug} recently belonged to another organization and is on hold: nothing changed"
    );
    Ok(None)
}
