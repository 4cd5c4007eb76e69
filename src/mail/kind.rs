//! The kinds of mail, as the outbox keeps them, and who writes them.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::address::EmailAddress;
use crate::error::Result;
use crate::role::Role;
use crate::smtp::message::Composed;

/// What to write, as the outbox keeps it. Ids and names only: never a secret, never a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailKind {
    /// An invite, to the address that is invited; `generation` counts its links.
    Invite { invite: String, generation: i64 },
    /// To the inviter: someone used an expired link and asks for another.
    InviteAskedFor { invite: String },
    /// Another account can sign in as the recipient now.
    AccountConnected { provider: String },
    /// Something has changed about the recipient's second factor.
    SecondFactor { news: SecondFactorNews },
    /// The organization requires a second factor from this moment in milliseconds on, and the recipient has none.
    SecondFactorRequired { due: i64 },
    /// The recipient has another role in the organization.
    RoleChanged { role: Role },
    /// To an owner: the organization was transferred to another member.
    OrganizationTransferred { by: String, to: String },
    /// To an owner: the organization is being deleted, and erased from this moment in milliseconds on.
    OrganizationDeleted { organization: String, by: String, until: i64 },
    /// To an owner: the organization is no longer being deleted.
    OrganizationRestored { organization: String, by: String },
    /// To an owner: an operator has entered the organization, until this moment in milliseconds.
    OperatorEntered { organization: String, by: String, reason: String, until: i64 },
    /// Mail works.
    Test,
}

impl MailKind {
    /// As the outbox calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Invite { .. } => "invite",
            Self::InviteAskedFor { .. } => "invite_asked_for",
            Self::AccountConnected { .. } => "account_connected",
            Self::SecondFactor { .. } => "second_factor",
            Self::SecondFactorRequired { .. } => "second_factor_required",
            Self::RoleChanged { .. } => "role_changed",
            Self::OrganizationTransferred { .. } => "organization_transferred",
            Self::OrganizationDeleted { .. } => "organization_deleted",
            Self::OrganizationRestored { .. } => "organization_restored",
            Self::OperatorEntered { .. } => "operator_entered",
            Self::Test => "test",
        }
    }
}

/// What someone hears about their second factor, in case it was not them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum SecondFactorNews {
    AppAdded {
        name: String,
    },
    /// `is_off`: it was the last factor.
    AppRemoved {
        name: String,
        is_off: bool,
    },
    PasskeyAdded {
        name: String,
    },
    /// `is_off`: it was the last factor.
    PasskeyRemoved {
        name: String,
        is_off: bool,
    },
    /// There are new recovery codes.
    CodesRenewed,
    /// How many recovery codes are left.
    RecoveryCodeUsed {
        left: u64,
    },
    /// No code is taken for a while.
    TooManyWrongCodes,
    /// Someone else has removed it.
    Reset,
}

/// Who a mail goes to, and on behalf of which organization.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// None for a mail of the installation.
    pub organization: Option<&'a str>,
    pub email: &'a EmailAddress,
}

/// Writes mails. Each noun writes its own; the application knows which noun a mail belongs to.
#[async_trait]
pub trait Composer: Send + Sync {
    /// Writes the mail. None if it is no longer needed: then it is cancelled.
    ///
    /// # Errors
    /// If its content can't be read now; then it is tried again.
    async fn compose(&self, letter: &MailKind, to: Recipient<'_>) -> Result<Option<Composed>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_kept_as_what_to_write() {
        let letter = MailKind::Invite { invite: "i".to_owned(), generation: 2 };
        let kept = serde_json::to_value(&letter).expect("JSON");
        assert_eq!(kept["kind"], letter.name());
        assert_eq!(kept, serde_json::json!({ "kind": "invite", "invite": "i", "generation": 2 }));
        assert_eq!(serde_json::from_value::<MailKind>(kept).expect("a letter"), letter);
        let role = MailKind::RoleChanged { role: Role::Admin };
        assert_eq!(
            serde_json::to_value(role).expect("JSON"),
            serde_json::json!({ "kind": "role_changed", "role": "admin" })
        );
    }
}
