//! How the sealed values of the database are sealed, and which of them can't be opened.

use std::collections::BTreeMap;

use sea_orm::DbErr;

use super::walk::Walk;
use crate::db::Db;
use crate::vault::sealed::{self, SealedColumn};
use crate::vault::{Keyring, VaultError, key_id};

/// The values of one column.
pub struct ColumnSurvey {
    pub column: &'static SealedColumn,
    /// How many name which key; the empty one: what is damaged so that it names none.
    pub by_key: BTreeMap<String, u64>,
    pub unreadable: Vec<Unreadable>,
}

/// A value that can't be opened.
pub struct Unreadable {
    /// The id of its row.
    pub id: String,
    /// The key that it names; empty when it is damaged so that it names none.
    pub key: String,
    pub error: VaultError,
}

/// Values that name a key that is not in the ring.
pub struct KeyMissing {
    pub column: &'static SealedColumn,
    pub key: String,
    pub count: u64,
}

/// Tries to open every sealed value.
///
/// # Errors
/// When the database can't be read.
pub async fn survey(db: &Db, ring: &Keyring) -> Result<Vec<ColumnSurvey>, DbErr> {
    let mut all = Vec::new();
    for column in sealed::ALL {
        let mut found = ColumnSurvey { column, by_key: BTreeMap::new(), unreadable: Vec::new() };
        let mut walk = Walk::new(db, column, &[]);
        loop {
            let rows = walk.next().await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let key = key_id(&row.sealed).unwrap_or_default().to_owned();
                *found.by_key.entry(key.clone()).or_default() += 1;
                if let Err(error) = ring.open(&row.sealed, &row.place) {
                    found.unreadable.push(Unreadable { id: row.id, key, error });
                }
            }
        }
        all.push(found);
    }
    Ok(all)
}

/// Which keys that the ring lacks are named by how many values of each column. Opens none; a value that is damaged so
/// that it names no key is not among them.
///
/// # Errors
/// When the database can't be read.
pub async fn missing(db: &Db, ring: &Keyring) -> Result<Vec<KeyMissing>, DbErr> {
    let known = ring.ids();
    let mut all = Vec::new();
    for column in sealed::ALL {
        let mut by_key: BTreeMap<String, u64> = BTreeMap::new();
        let mut walk = Walk::new(db, column, &known);
        loop {
            let rows = walk.next().await?;
            if rows.is_empty() {
                break;
            }
            for key in rows.iter().filter_map(|row| key_id(&row.sealed)) {
                *by_key.entry(key.to_owned()).or_default() += 1;
            }
        }
        all.extend(by_key.into_iter().map(|(key, count)| KeyMissing { column, key, count }));
    }
    Ok(all)
}
