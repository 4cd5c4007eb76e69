//! To which organizations a person belongs, and which have invited them.

use crate::authority::SignedIn;
use crate::error::Result;
use crate::invites::landing::{Open, waiting_for};
use crate::organization::creation;
use crate::ownership::deletion::{Deleting, restorable};

/// What a person may do who is in no organization, or in several.
pub struct Choice {
    /// The open invites that they are asked about, of organizations to which they don't belong.
    pub invites: Vec<Open>,
    /// Those that they own and that are being deleted.
    pub restorable: Vec<Deleting>,
    /// Whether they may create an organization.
    pub can_create: bool,
}

/// What there is to choose from beside the person's memberships, which have come with the session.
///
/// # Errors
/// When the database can't be asked.
pub async fn choice(person: &SignedIn) -> Result<Choice> {
    let mut invites = waiting_for(person).await?;
    invites.retain(|open| {
        let member = person.visitor.membership_in(&open.organization.id);
        open.stands && member.is_none_or(|membership| membership.role < open.invite.role)
    });
    let restorable = restorable(person).await?;
    Ok(Choice { invites, restorable, can_create: creation::creator(person).await?.is_some() })
}
