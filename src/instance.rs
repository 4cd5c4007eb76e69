//! This installation: what all its processes share.

use std::collections::BTreeMap;

use actix_web::cookie::Key;
use data_encoding::HEXLOWER;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::config::ConfigError;
use crate::db::Db;
use crate::entity::instance;
use crate::numbers::values;
use crate::random;
use crate::rotation::survey::{KeyMissing, missing};
use crate::vault::sealed::COOKIE_KEY;
use crate::vault::{Keyring, VaultError};

/// The key that encrypts session cookies: made at the first start, sealed in the database.
///
/// # Errors
/// When the database can't be read, or the master key is not the one that sealed it: then the process must not
/// start, because nothing else that is sealed would open either.
pub async fn cookie_key(db: &Db, ring: &Keyring) -> anyhow::Result<Key> {
    loop {
        if let Some(key) = known_cookie_key(db, ring).await? {
            return Ok(key);
        }
        let fresh = Zeroizing::new([random::bytes()?, random::bytes()?].concat());
        // Of instances started together one wins; all then read the winner's.
        instance::Entity::update_many()
            .col_expr(
                instance::Column::SealedCookieKey,
                Expr::value(ring.seal(&fresh, &COOKIE_KEY.place(&[], &[]))?),
            )
            .filter(instance::Column::SealedCookieKey.is_null())
            .exec(db.write_outside_any_organization())
            .await?;
    }
}

/// The key of cookies as this database has it; none before the first start.
///
/// # Errors
/// When the database can't be read, or the master key is not the one that sealed it.
pub async fn known_cookie_key(db: &Db, ring: &Keyring) -> anyhow::Result<Option<Key>> {
    let row = instance::Entity::find().one(db.outside_any_organization()).await?;
    let row = row.ok_or_else(|| anyhow::anyhow!("the instance's row is missing"))?;
    let Some(sealed) = row.sealed_cookie_key else { return Ok(None) };
    let plain = ring.open(&sealed, &COOKIE_KEY.place(&[], &[])).map_err(|error| wrong_master_key(&error))?;
    Ok(Some(Key::from(&plain)))
}

/// A name for the installation with this key, for anyone to see: its processes have it in common, no other installation
/// has it, and it tells nothing of the key.
pub fn public_id(cookie_key: &Key) -> String {
    let mut digest = Sha256::new_with_prefix("gatehouse installation");
    digest.update(cookie_key.encryption());
    HEXLOWER.encode(&digest.finalize()[..8])
}

/// Refuses a master key that lacks a key with which something is sealed: it was taken away too early. A value that is
/// damaged is no reason; it says so where it is used.
///
/// # Errors
/// When the database can't be read, or a key is missing.
pub async fn refuse_missing_keys(db: &Db, ring: &Keyring) -> anyhow::Result<()> {
    let mut sealed_by: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for KeyMissing { column, key, count } in missing(db, ring).await? {
        sealed_by.entry(key).or_default().push(format!("{} in {}", values(count), column.table));
    }
    if sealed_by.is_empty() {
        return Ok(());
    }
    let lacks =
        sealed_by.iter().map(|(key, what)| format!("no key `{key}`, which sealed {}", what.join(" and ")));
    let lacks = lacks.collect::<Vec<_>>().join(", and ");
    Err(problem(format!(
        "has {lacks}. Put it back behind the first one, or, if it is lost, delete what it sealed"
    ))
    .into())
}

fn wrong_master_key(error: &VaultError) -> ConfigError {
    problem(format!(
        "does not open this database: it was {error}. Start with the master key it was made with"
    ))
}

fn problem(problem: String) -> ConfigError {
    ConfigError { variable: "GATEHOUSE_MASTER_KEY".to_owned(), problem }
}
