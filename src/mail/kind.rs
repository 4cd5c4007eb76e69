//! Which mails there are, as the outbox keeps them, and who writes them.

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
    /// To the inviter: somebody came with a link that is over and asks for another.
    InviteAskedFor { invite: String },
    /// Another account can sign in as the recipient now.
    AccountConnected { provider: String },
    /// The recipient has another role in the organization.
    RoleChanged { role: Role },
    /// To an owner: another member owns the organization, and who handed it over does not any more.
    OrganizationTransferred { by: String, to: String },
    /// To an owner: the organization is being deleted, and erased from this moment in milliseconds on.
    OrganizationDeleted { organization: String, by: String, until: i64 },
    /// To an owner: the organization is not being deleted any more.
    OrganizationRestored { organization: String, by: String },
    /// To an owner: an operator has entered the organization, until this moment in milliseconds.
    OperatorEntered { organization: String, by: String, reason: String, until: i64 },
    /// Mail works.
    Test,
}

/// Whom a mail goes to, and on behalf of which organization.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// None for a mail of the installation.
    pub organization: Option<&'a str>,
    pub email: &'a EmailAddress,
}

/// Writes mails. Each noun knows its own; the application knows whose a mail is.
#[async_trait]
pub trait Composer: Send + Sync {
    /// Writes the mail. None when it has become pointless: it is cancelled then.
    ///
    /// # Errors
    /// When what it tells can't be read now; then it is tried again.
    async fn compose(&self, letter: &MailKind, to: Recipient<'_>) -> Result<Option<Composed>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_kept_as_what_to_write() {
        let letter = MailKind::Invite { invite: "i".to_owned(), generation: 2 };
        let kept = serde_json::to_value(&letter).expect("JSON");
        assert_eq!(kept, serde_json::json!({ "kind": "invite", "invite": "i", "generation": 2 }));
        assert_eq!(serde_json::from_value::<MailKind>(kept).expect("a letter"), letter);
        let role = MailKind::RoleChanged { role: Role::Admin };
        assert_eq!(
            serde_json::to_value(role).expect("JSON"),
            serde_json::json!({ "kind": "role_changed", "role": "admin" })
        );
    }
}
