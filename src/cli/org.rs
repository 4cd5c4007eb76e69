//! `gatehouse org list | create | delete | restore | env-fallback`.

use std::path::Path;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};

use super::opening::{mailer, of, open_configured, shell, shell_of_installation};
use super::output::counted;
use crate::address::EmailAddress;
use crate::authority::Organization;
use crate::config;
use crate::db::Db;
use crate::name::Name;
use crate::organization::operator::{Created, Summary, create, list, names, set_env_fallback};
use crate::ownership::operator as ownership;
use crate::slug::Slug;

#[derive(Subcommand)]
pub enum Task {
    /// A line for each: its name, how many members it has, and how many owners who can come in; where there are several,
    /// its slug, too; and from when on it is erased, if it is being deleted.
    List,
    /// Create an organization, where GATEHOUSE_TENANCY is multi.
    Create {
        /// What it is called.
        #[arg(value_name = "NAME", value_parser = super::arguments::name)]
        name: Name,
        /// The address that becomes its owner: at once if the person has been here, else at their first sign-in.
        #[arg(long, value_name = "EMAIL", value_parser = super::arguments::email)]
        owner: Option<EmailAddress>,
        /// Its name in addresses; without it, one that the name suggests.
        #[arg(long, value_name = "SLUG", value_parser = super::arguments::slug)]
        slug: Option<Slug>,
    },
    /// Delete an organization: no one can open it any more, and after thirty days it is erased.
    Delete {
        /// The organization, by its slug.
        #[arg(value_name = "SLUG", value_parser = super::arguments::slug)]
        org: Slug,
    },
    /// Restore an organization that is being deleted.
    Restore {
        /// The organization, by its slug.
        #[arg(value_name = "SLUG", value_parser = super::arguments::slug)]
        org: Slug,
    },
    /// Let the keys of this server's environment stand in for an organization's own, or not.
    EnvFallback {
        /// The organization, by its slug.
        #[arg(value_name = "SLUG", value_parser = super::arguments::slug)]
        org: Slug,
        state: Switch,
    },
}

/// On or off.
#[derive(Clone, Copy, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

pub async fn run(file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    let db = open_configured(file).await?;
    let outcome = match refuse_where_there_is_one(&db, file, &task).await {
        Ok(()) => perform(&db, file, task).await,
        refused => refused,
    };
    db.close().await;
    outcome
}

/// The only organization stays (rule 6.3), and stays the only one.
async fn refuse_where_there_is_one(db: &Db, file: Option<&Path>, task: &Task) -> anyhow::Result<()> {
    const ONE: &str = "GATEHOUSE_TENANCY is single, so this Gatehouse has one organization";
    if config::tenancy_only(file)?.is_multi() {
        return Ok(());
    }
    let active = names(db).await?.len();
    match task {
        Task::Create { name, .. } => {
            anyhow::bail!("{} can't be created: {ONE}. An owner can rename it under General", name.as_str())
        }
        Task::Delete { org } if active <= 1 => anyhow::bail!("{org} can't be deleted: {ONE}"),
        Task::Restore { org } if active > 0 => anyhow::bail!("{org} can't be restored: {ONE}"),
        _ => Ok(()),
    }
}

async fn perform(db: &Db, file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    match task {
        Task::List => show(db, file).await?,
        Task::Create { name, owner, slug } => {
            let owner = owner.context("name its owner with --owner")?;
            let Created { organization, is_owner } =
                create(&shell_of_installation(db, file).await?, &name, slug.as_ref(), &owner).await?;
            let (name, slug) = (organization.name, organization.slug);
            if is_owner {
                say!("Created {name} at {slug}. {owner} is its owner.");
            } else {
                say!("Created {name} at {slug}. {owner} becomes its owner at the first sign-in.");
            }
        }
        Task::Delete { org } => {
            let shell = match Organization::being_deleted(db, org.as_str()).await? {
                Some(deleted) => of(db, file, deleted).await?,
                None => shell(db, file, Some(&org)).await?,
            };
            match ownership::delete(&shell, &mailer(file)).await? {
                Some(until) => say!(
                    "{org} is deleted. `gatehouse org restore {org}` restores it until {}.",
                    until.format("%Y-%m-%d %H:%M UTC")
                ),
                None => say!("{org} is already being deleted. Nothing changed."),
            }
        }
        Task::Restore { org } => {
            let deleted = Organization::being_deleted(db, org.as_str()).await?;
            let deleted =
                deleted.with_context(|| format!("no organization with the slug {org} is being deleted"))?;
            if !ownership::restore(&of(db, file, deleted).await?, &mailer(file)).await? {
                anyhow::bail!("{org} isn't being deleted, or is already erased: nothing changed");
            }
            say!("{org} is restored.");
        }
        Task::EnvFallback { org, state } => {
            let on = matches!(state, Switch::On);
            let changed = set_env_fallback(&shell(db, file, Some(&org)).await?, on).await?;
            match (changed, on) {
                (false, _) => say!("Nothing to change."),
                (true, true) => say!("{org} can now use keys from the environment."),
                (true, false) => say!("{org} can no longer use keys from the environment."),
            }
        }
    }
    Ok(())
}

async fn show(db: &Db, file: Option<&Path>) -> anyhow::Result<()> {
    let configured = config::entrance_only(file).ok();
    let organizations = list(db, configured.as_ref()).await?;
    let are_several = organizations.len() > 1;
    for Summary { name, slug, members, owners, erased_from } in organizations {
        let slug = if are_several { format!("  {slug}") } else { String::new() };
        let end = erased_from
            .map(|from| format!("  being deleted, to be erased from {} on", from.format("%Y-%m-%d")));
        let end = end.unwrap_or_default();
        say!("{name}{slug}  {}  {}{end}", counted(members, "member"), counted(owners, "owner"));
    }
    Ok(())
}
