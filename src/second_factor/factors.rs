//! What begins with someone's first factor and ends with their last, of whichever kind they are.

use super::budget;
use super::recovery::{self, RecoveryCode};
use crate::authority::{Change, Event, OfPerson, SignedIn};
use crate::entity::recovery_code;
use crate::error::{Error, Result};

/// Why the last one stays (rule 7.2).
const REQUIRED: &str =
    "An organization of yours requires a second factor. Add another before you remove this one.";

/// What comes with the first: recovery codes, and of wrong codes from before none counts.
///
/// # Errors
/// When there is no randomness, or the database can't keep them.
pub async fn begin(change: &Change<OfPerson>) -> Result<Vec<RecoveryCode>> {
    budget::forget(change).await?;
    recovery::renew(change).await
}

/// After one of this name was removed: with the last, the recovery codes go, and all sessions will be asked for the next.
/// Whether it was the last. Where it has to stay, an event tells of it, in a change of its own.
///
/// # Errors
/// 409 for the last, while an organization of the person requires one.
pub async fn end_if_none_is_left(
    person: &SignedIn,
    change: Change<OfPerson>,
    name: &str,
) -> Result<(Change<OfPerson>, bool)> {
    if change.has_own_factor().await? {
        return Ok((change, false));
    }
    if change.needs_factor().await? {
        drop(change);
        person.change().await?.commit(Event::refused("second_factor.removed", name)).await?;
        return Err(Error::Conflict(REQUIRED));
    }
    change.delete::<recovery_code::Entity>(|own| own).await?;
    change.second_factor_gone().await?;
    Ok((change, true))
}
