//! Who of the addresses about to be invited is a member already, or has an open invite: the preview tells.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, QueryFilter, Select};

use crate::address::EmailAddress;
use crate::authority::Admin;
use crate::entity::{Timestamp, invite, membership};
use crate::error::Result;

/// As many addresses as one statement names.
pub(super) const CHUNK: usize = 500;

/// What is known of addresses.
#[derive(Default)]
pub struct Known {
    members: HashSet<String>,
    invited: HashSet<String>,
}

impl Known {
    /// Asks about all of them, also where they are more than are invited at once.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn of(admin: &Admin, addresses: &[EmailAddress]) -> Result<Self> {
        let mut known = Self::default();
        for these in addresses.chunks(CHUNK) {
            known.ask(admin, these).await?;
        }
        Ok(known)
    }

    async fn ask(&mut self, admin: &Admin, these: &[EmailAddress]) -> Result<()> {
        let members = admin.scope().find::<membership::Entity>().filter(|ours| members_at(ours, these));
        let now = Timestamp::from(admin.services().clock.now());
        let invited = admin.scope().find::<invite::Entity>().filter(|ours| {
            let emails = these.iter().map(EmailAddress::as_str);
            ours.filter(invite::Column::State.eq(invite::Stage::Open))
                .filter(invite::Column::ExpiresAt.gt(now))
                .filter(invite::Column::Email.is_in(emails))
        });
        self.members.extend(members.column::<String>(membership::Column::Email).await?);
        self.invited.extend(invited.column::<String>(invite::Column::Email).await?);
        Ok(())
    }

    /// What an admin should know before inviting the address; nothing of one that is new.
    pub fn about(&self, address: &EmailAddress) -> Option<&'static str> {
        if self.members.contains(address.as_str()) {
            Some("Already a member. No invite is sent.")
        } else if self.invited.contains(address.as_str()) {
            Some("Has an open invite. A new link will replace it.")
        } else {
            None
        }
    }
}

/// The members at these addresses who can come in.
pub(super) fn members_at(
    ours: Select<membership::Entity>,
    addresses: &[EmailAddress],
) -> Select<membership::Entity> {
    ours.filter(membership::Column::Email.is_in(addresses.iter().map(EmailAddress::as_str)))
        .filter(membership::Column::LockedOutAt.is_null())
}
