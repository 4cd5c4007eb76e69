//! The database: is it there, is its schema current, and does it take changes?

use secrecy::ExposeSecret;

use super::report::Report;
use crate::app;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::db::{Db, Fault};

/// The database, if it can be asked and has this binary's schema.
pub(super) async fn database(report: &mut Report, config: &Config) -> Option<Db> {
    let url = config.database_url.expose_secret();
    // An SQLite file is not made here: it would hide that the path is wrong.
    if let Some(path) = config::sqlite_path(url).filter(|path| !path.exists()) {
        let path = path.display();
        let cure = "run `gatehouse migrate up`, or check GATEHOUSE_DATABASE_URL";
        report.bad("database", format!("there is none at {path} yet: {cure}"));
        return None;
    }
    let db = app::connect(url).await.inspect_err(|error| report.bad("database", error)).ok()?;
    match newest_step(&db).await {
        Ok(newest) => match is_sound(&db).await {
            Ok(()) => {
                let sentence = format!("takes changes, and its schema is current ({newest})");
                report.good("database", sentence);
            }
            Err(fault) => report.bad("database", fault),
        },
        Err(sentence) => {
            report.bad("database", sentence);
            db.close().await;
            return None;
        }
    }
    Some(db)
}

/// The newest step of a schema that is current.
async fn newest_step(db: &Db) -> Result<String, String> {
    let status = db.schema_status().await.map_err(|failure| db.fault_of(&failure).to_string())?;
    if let Some(refusal) = status.refusal() {
        return Err(refusal);
    }
    if !status.is_current() {
        let pending = status.pending.join(", ");
        return Err(format!("the schema lacks {pending}: run `gatehouse migrate up`"));
    }
    Ok(status.applied.last().cloned().unwrap_or_default())
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
