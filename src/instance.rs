//! This installation: what all its processes share.

use actix_web::cookie::Key;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::access::Db;
use crate::config::ConfigError;
use crate::entity::instance;
use crate::random;
use crate::vault::sealed::COOKIE_KEY;
use crate::vault::{Keyring, VaultError};

/// The key that encrypts session cookies: made at the first start, sealed in the database.
///
/// # Errors
/// When the database can't be read, or the master key is not the one that sealed it: then the process must not
/// start, because nothing else that is sealed would open either.
pub async fn cookie_key(db: &Db, ring: &Keyring) -> anyhow::Result<Key> {
    loop {
        let row = instance::Entity::find().one(db.outside_any_organization()).await?;
        let row = row.ok_or_else(|| anyhow::anyhow!("the instance's row is missing"))?;
        if let Some(sealed) = row.sealed_cookie_key {
            let plain =
                ring.open(&sealed, &COOKIE_KEY.place(&[])).map_err(|error| wrong_master_key(&error))?;
            return Ok(Key::from(&plain));
        }
        let fresh = [random::bytes()?, random::bytes()?].concat();
        // Of instances started together one wins; all then read the winner's.
        instance::Entity::update_many()
            .col_expr(
                instance::Column::SealedCookieKey,
                Expr::value(ring.seal(&fresh, &COOKIE_KEY.place(&[]))?),
            )
            .filter(instance::Column::SealedCookieKey.is_null())
            .exec(db.write_outside_any_organization())
            .await?;
    }
}

/// Whether anything is sealed in this database and the master key opens it; false when nothing is sealed yet.
///
/// # Errors
/// When the database can't be read, or the master key is not the one that sealed it.
pub async fn opens(db: &Db, ring: &Keyring) -> anyhow::Result<bool> {
    let row = instance::Entity::find().one(db.outside_any_organization()).await?;
    let Some(sealed) = row.and_then(|row| row.sealed_cookie_key) else { return Ok(false) };
    ring.open(&sealed, &COOKIE_KEY.place(&[])).map_err(|error| wrong_master_key(&error))?;
    Ok(true)
}

fn wrong_master_key(error: &VaultError) -> ConfigError {
    let problem =
        format!("does not open this database: it was {error}. Start with the master key it was made with");
    ConfigError { variable: "GATEHOUSE_MASTER_KEY".to_owned(), problem }
}
