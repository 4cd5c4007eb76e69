//! What begins with someone's first factor and ends with their last, of whichever kind they are.

use super::budget;
use super::recovery::{self, RecoveryCode};
use crate::authority::{Change, Event, OfPerson, SignedIn};
use crate::entity::recovery_code;
use crate::error::{Error, Result};

/// Why the last one stays (rule 7.2).
pub const REQUIRED: &str =
    "An organization of yours requires a second factor. Add another before you remove this one.";

/// Leaves an event of it that the person could not remove their last, in a change of its own: the other is dropped.
///
/// # Errors
/// When it can't be kept.
pub async fn refuse_removal(person: &SignedIn, name: &str) -> Result<Error> {
    let change = person.change().await?;
    change.commit(Event::refused("second_factor.removed", name)).await?;
    Ok(Error::Conflict(REQUIRED))
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
/// 409 for the last, while an organization of the person requires one.
pub async fn end_if_none_is_left(change: &Change<OfPerson>) -> Result<bool> {
    if change.has_own_factor().await? {
        return Ok(false);
    }
    if change.needs_factor().await? {
        return Err(Error::Conflict(REQUIRED));
    }
    change.delete::<recovery_code::Entity>(|own| own).await?;
    change.second_factor_gone().await?;
    Ok(true)
}
