//! A mail's state in words, for pages and the API.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::authority::Member;
use crate::entity::outbox::{Column, Entity, Model, Stage};
use crate::error::Result;

/// Where a mail is, with what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Queued,
    Sending,
    Sent,
    /// Not accepted yet, and when it is tried again.
    Retrying {
        reason: String,
        next_at: DateTime<Utc>,
    },
    /// Not accepted permanently, with what the server said.
    Refused {
        reason: String,
    },
    /// What it announced was no longer true when it was due.
    Cancelled,
}

impl State {
    /// The state of a row.
    pub fn of(row: &Model) -> Self {
        let reason = row.reason.clone().unwrap_or_default();
        match row.state {
            Stage::Queued => Self::Queued,
            Stage::Sending => Self::Sending,
            Stage::Sent => Self::Sent,
            Stage::Retrying => Self::Retrying { reason, next_at: *row.next_at },
            Stage::Refused => Self::Refused { reason },
            Stage::Cancelled => Self::Cancelled,
        }
    }

    /// One word, for filters, style and the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Retrying { .. } => "retrying",
            Self::Refused { .. } => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// In words for people. The next attempt is at most an hour away, so its time is enough.
    pub fn words(&self) -> String {
        match self {
            Self::Queued => "Email queued".to_owned(),
            Self::Sending => "Email being sent".to_owned(),
            Self::Sent => "Email sent".to_owned(),
            Self::Retrying { reason, next_at } => {
                format!("Email retrying ({reason}, next try {} UTC)", next_at.format("%H:%M"))
            }
            Self::Refused { reason } => format!("Email failed: “{reason}”"),
            Self::Cancelled => "Email no longer needed".to_owned(),
        }
    }
}

/// The states of the organization's mails with these ids, by id.
///
/// # Errors
/// When they can't be read.
pub async fn states(member: &Member, ids: &[&str]) -> Result<HashMap<String, State>> {
    let rows =
        member.scope().find::<Entity>().filter(|ours| ours.filter(Column::Id.is_in(ids.iter().copied())));
    Ok(rows.all().await?.into_iter().map(|row| (row.id.clone(), State::of(&row))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_words() {
        let next_at = DateTime::from_timestamp(14 * 3600 + 5 * 60, 0).expect("a moment");
        let reason = || "mailbox unknown (550)".to_owned();
        for (state, words) in [
            (State::Queued, "Email queued"),
            (State::Sent, "Email sent"),
            (
                State::Retrying { reason: "greylisted".to_owned(), next_at },
                "Email retrying (greylisted, next try 14:05 UTC)",
            ),
            (State::Refused { reason: reason() }, "Email failed: “mailbox unknown (550)”"),
        ] {
            assert_eq!(state.words(), words);
        }
    }
}
