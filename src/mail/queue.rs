//! The way in: a mail is queued in the change that it is about.

use sea_orm::ActiveValue::{NotSet, Set};

use super::kind::MailKind;
use crate::address::EmailAddress;
use crate::authority::Change;
use crate::entity::Timestamp;
use crate::entity::outbox::{ActiveModel, Stage};
use crate::error::{Error, Result};
use crate::random;
use crate::smtp::Mailer;

/// Queues a letter to `to` inside `change`: it is sent once the change is committed, and never if it isn't. Returns the id
/// of its row; none if mail is not set up, so that the caller can offer a link to copy.
///
/// # Errors
/// When the row can't be written.
pub async fn queue<Of>(
    mail: &Mailer,
    change: &Change<Of>,
    to: &EmailAddress,
    letter: &MailKind,
) -> Result<Option<String>> {
    let Some(row) = row(mail, change.at(), to, letter)? else { return Ok(None) };
    let id = row.id.clone().take();
    change.post(row, &mail.wake).await?;
    Ok(id)
}

/// The same as a mail of the installation, which is sent even if the organization is deleted.
///
/// # Errors
/// When the row can't be written.
pub async fn queue_for_installation<Of>(
    mail: &Mailer,
    change: &Change<Of>,
    to: &EmailAddress,
    letter: &MailKind,
) -> Result<()> {
    match row(mail, change.at(), to, letter)? {
        Some(row) => change.post_for_installation(row, &mail.wake).await,
        None => Ok(()),
    }
}

fn row(mail: &Mailer, at: Timestamp, to: &EmailAddress, letter: &MailKind) -> Result<Option<ActiveModel>> {
    let Some(way) = &mail.way else { return Ok(None) };
    let id = random::id();
    Ok(Some(ActiveModel {
        id: Set(id.clone()),
        organization_id: NotSet,
        recipient: Set(to.as_str().to_owned()),
        kind: Set(letter.name().to_owned()),
        letter: Set(serde_json::to_value(letter).map_err(|e| Error::Internal(format!("letter: {e}")))?),
        message_id: Set(format!("<{id}@{}>", way.from.email.domain())),
        state: Set(Stage::Queued),
        attempts: Set(0),
        next_at: Set(at),
        claimed_until: Set(None),
        reason: Set(None),
        created_at: Set(at),
        sent_at: Set(None),
    }))
}
