//! The master key: does it open what is sealed?

use super::report::Report;
use crate::config::{Config, ConfigError};
use crate::db::Db;
use crate::instance;
use crate::numbers::values;
use crate::rotation::survey::survey;
use crate::vault::Keyring;

pub(super) async fn master_key(report: &mut Report, config: &Config, db: &Db) {
    match open_all(db, &config.master_key).await {
        Ok(0) => Report::none("master key", "nothing is encrypted yet"),
        Ok(sealed) => {
            report.good(
                "master key",
                format!("decrypts every encrypted value in the database: {}", values(sealed)),
            );
        }
        Err(error) => report.bad("master key", error),
    }
}

/// What of it can be tried while the schema is not current.
pub(super) async fn cookie_key(report: &mut Report, config: &Config, db: &Db) {
    let Err(error) = instance::known_cookie_key(db, &config.master_key).await else { return };
    // Whatever else it says is of a table that is not there yet.
    if error.is::<ConfigError>() {
        report.bad("master key", error);
    }
}

/// As a start does, and every other value, too; how many there are.
async fn open_all(db: &Db, ring: &Keyring) -> anyhow::Result<u64> {
    instance::refuse_missing_keys(db, ring).await?;
    instance::known_cookie_key(db, ring).await?;
    let columns = survey(db, ring).await?;
    let unreadable: usize = columns.iter().map(|found| found.unreadable.len()).sum();
    let sealed = columns.iter().flat_map(|found| found.by_key.values()).sum();
    anyhow::ensure!(
        unreadable == 0,
        "{unreadable} of {} can't be opened: run `gatehouse keys status`, which names them",
        values(sealed)
    );
    Ok(sealed)
}
