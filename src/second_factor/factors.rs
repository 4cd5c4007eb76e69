//! What begins with someone's first factor and ends with their last, of whichever kind they are.

use super::budget;
use super::recovery::{self, RecoveryCode};
use crate::authority::{Change, OfPerson};
use crate::entity::{authenticator_app, passkey, recovery_code};
use crate::error::Result;

/// Whether the person has an app that counts, or a passkey, as of this moment of the change.
///
/// # Errors
/// When the database can't be asked.
pub async fn has_any(change: &Change<OfPerson>) -> Result<bool> {
    let apps = change.all::<authenticator_app::Entity>().await?;
    let has_app = apps.iter().any(|app| app.confirmed_at.is_some());
    Ok(has_app || !change.all::<passkey::Entity>().await?.is_empty())
}

/// What comes with the first: recovery codes, and of wrong codes from before none counts.
///
/// # Errors
/// When there is no randomness, or the database can't keep them.
pub async fn begin(change: &Change<OfPerson>) -> Result<Vec<RecoveryCode>> {
    budget::forget(change).await?;
    recovery::renew(change).await
}

/// After one was removed: with the last, the recovery codes go, and all sessions will be asked for the next. Whether it was
/// the last.
///
/// # Errors
/// When the database can't do it.
pub async fn end_if_none_is_left(change: &Change<OfPerson>) -> Result<bool> {
    if has_any(change).await? {
        return Ok(false);
    }
    change.delete::<recovery_code::Entity>(|own| own).await?;
    change.second_factor_gone().await?;
    Ok(true)
}
