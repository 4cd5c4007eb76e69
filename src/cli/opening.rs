//! What commands begin with: the database, and the log.

use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use tracing_subscriber::EnvFilter;

use crate::authority::{Organization, Shell};
use crate::config::{self, ConfigError, LogConfig};
use crate::db::Db;
use crate::organization::operator::names;
use crate::slug::Slug;
use crate::smtp::Mailer;
use crate::{app, log};

/// The database, if it is there and has this binary's schema: nothing is made or migrated.
pub async fn open(url: &SecretString) -> anyhow::Result<Db> {
    let url = url.expose_secret();
    if let Some(path) = config::sqlite_path(url).filter(|path| !path.exists()) {
        anyhow::bail!("no database at {}: check GATEHOUSE_DATABASE_URL", path.display());
    }
    let db = app::connect(url).await?;
    let status = db.schema_status().await?;
    if let Some(refusal) = status.refusal() {
        anyhow::bail!(refusal);
    }
    anyhow::ensure!(status.is_current(), "the schema isn't current: run `gatehouse migrate up`");
    Ok(db)
}

/// The same for commands that need no other setting.
pub async fn open_configured(file: Option<&Path>) -> anyhow::Result<Db> {
    let (url, log) = config::database_only(file)?;
    start_log(&log)?;
    open(&url).await
}

/// The shell of the organization that a command is about: the one of this slug, or the only one.
pub async fn shell(db: &Db, file: Option<&Path>, org: Option<&Slug>) -> anyhow::Result<Shell> {
    of(db, file, organization(db, org).await?).await
}

/// The shell of an organization.
pub async fn of(db: &Db, file: Option<&Path>, organization: Organization) -> anyhow::Result<Shell> {
    if are_many(db, file).await? {
        return shell_of_one_of_many(db, organization).await;
    }
    Ok(Shell::new(db.clone(), db.clock().await?, organization))
}

/// The shell of an organization, where there may be others.
pub async fn shell_of_one_of_many(db: &Db, organization: Organization) -> anyhow::Result<Shell> {
    Ok(Shell::of_one_of_many(db.clone(), db.clock().await?, organization))
}

/// The shell of what is no one's, where there may be many organizations.
pub async fn shell_of_many(db: &Db) -> anyhow::Result<Shell> {
    Ok(Shell::of_installation(db.clone(), db.clock().await?))
}

/// Whether there may be several organizations. Those of a database that had many are there, whatever is configured now.
async fn are_many(db: &Db, file: Option<&Path>) -> anyhow::Result<bool> {
    Ok(config::tenancy_only(file)?.is_multi() || names(db).await?.len() > 1)
}

async fn organization(db: &Db, org: Option<&Slug>) -> anyhow::Result<Organization> {
    if let Some(slug) = org {
        let found = Organization::by_slug(db, slug.as_str()).await?;
        return found
            .with_context(|| format!("no organization has the slug {slug}: see `gatehouse org list`"));
    }
    let all = names(db).await?;
    anyhow::ensure!(all.len() <= 1, "several organizations: name one with --org: {}", all.join(", "));
    anyhow::ensure!(!all.is_empty(), "no organization yet: see `gatehouse org list`");
    Ok(Organization::only(db).await?)
}

/// The shell of commands that are about the whole installation. Where there is one organization, its log tells of them.
pub async fn shell_of_installation(db: &Db, file: Option<&Path>) -> anyhow::Result<Shell> {
    if are_many(db, file).await? {
        return shell_of_many(db).await;
    }
    Ok(Shell::new(db.clone(), db.clock().await?, Organization::only(db).await?))
}

/// The shell of commands about an account: of this organization, if one is named, else of the installation.
pub async fn shell_of_account(db: &Db, file: Option<&Path>, org: Option<&Slug>) -> anyhow::Result<Shell> {
    match org {
        Some(_) => shell(db, file, org).await,
        None => shell_of_installation(db, file).await,
    }
}

/// Where mails are queued, if the configuration has a server for them. A way back in must not hang on that.
pub fn mailer(file: Option<&Path>) -> Mailer {
    let configured = config::mail_only(file).map_err(anyhow::Error::from);
    configured.and_then(|config| Mailer::new(config.as_ref())).unwrap_or_else(|error| {
        log::say(&format!("They won't get an email: {error:#}"));
        Mailer::none()
    })
}

/// Begins to log to standard error, panics, too.
pub fn start_log(log: &LogConfig) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&log.filter)
        .map_err(|e| ConfigError { variable: "GATEHOUSE_LOG".to_owned(), problem: e.to_string() })?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| log::Lines);
    // As every other line: a panic in a request must not wait for a reader, either.
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    // A second start in one process keeps the first log.
    if log.json {
        let _ = subscriber.json().flatten_event(true).with_current_span(true).try_init();
    } else {
        let _ = subscriber.with_ansi(io::stderr().is_terminal()).try_init();
    }
    Ok(())
}
