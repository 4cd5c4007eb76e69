//! The database: is it there, is its schema current, does it take changes, and is it what the configuration says?

use secrecy::ExposeSecret;

use super::master_key::{cookie_key, master_key};
use super::report::Report;
use crate::app;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::db::{Db, Fault};

/// As a start does, but nothing is made or migrated.
pub(super) async fn database(report: &mut Report, config: &Config) {
    let url = config.database_url.expose_secret();
    if let Some(path) = config::sqlite_path(url).filter(|path| !path.exists()) {
        return match app::refuse_unmakable(&path, url) {
            Ok(()) => {
                let cure =
                    "`gatehouse serve` creates it. If there should be one, check GATEHOUSE_DATABASE_URL";
                Report::none("database", format!("no database at {} yet: {cure}", path.display()));
            }
            Err(error) => report.bad("database", format!("{error:#}")),
        };
    }
    match app::connect(url).await {
        Ok(db) => {
            examine(report, config, &db).await;
            db.close().await;
        }
        Err(error) => report.bad("database", error),
    }
}

async fn examine(report: &mut Report, config: &Config, db: &Db) {
    let status = match db.schema_status().await {
        Ok(status) => status,
        Err(failure) => return report.bad("database", db.fault_of(&failure)),
    };
    if let Some(refusal) = status.refusal() {
        return report.bad("database", refusal);
    }
    if !status.is_current() {
        pending(report, db, &status.pending).await;
        return cookie_key(report, config, db).await;
    }
    match is_sound(db).await {
        Ok(()) => {
            let newest = status.applied.last().cloned().unwrap_or_default();
            report.good("database", format!("can be written to, and its schema is current ({newest})"));
        }
        Err(fault) => report.bad("database", fault),
    }
    if let Err(error) = app::only_organization(db, config).await {
        report.bad("organizations", error);
    }
    master_key(report, config, db).await;
}

/// A start brings the schema up, if it may.
async fn pending(report: &mut Report, db: &Db, pending: &[String]) {
    let missing = format!("migrations are pending: {}", pending.join(", "));
    match db.refuse_unmigratable().await {
        Ok(()) => Report::none(
            "database",
            format!("{missing}. `gatehouse serve` or `gatehouse migrate up` applies them"),
        ),
        Err(fault) => {
            report.bad("database", format!("{missing}, and can't be applied: the database {fault}"));
        }
    }
}

/// Whether its file is whole, and what is written can be read back.
async fn is_sound(db: &Db) -> Result<(), Fault> {
    match db.damage().await {
        Ok(None) => {
            db.beat(&Clock::default()).await?;
            db.take_back_beat().await.map_err(|failure| db.fault_of(&failure))
        }
        Ok(Some(damage)) => Err(damage),
        Err(failure) => Err(db.fault_of(&failure)),
    }
}
