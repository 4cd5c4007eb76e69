//! How the sealed values of the database are sealed, and which of them can't be opened.

use std::collections::BTreeMap;

use sea_orm::DbErr;

use super::rows::Walk;
use super::sealed::{self, SealedColumn};
use super::{Keyring, VaultError, key_id};
use crate::access::Db;

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

/// `1 value`, `12,000 values`.
pub fn values(count: u64) -> String {
    format!("{} value{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `12,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(
            [0, 7, 999, 1000, 12_000, 1_234_567].map(grouped).join(" "),
            "0 7 999 1,000 12,000 1,234,567"
        );
        assert_eq!((values(1).as_str(), values(5000).as_str()), ("1 value", "5,000 values"));
    }
}
