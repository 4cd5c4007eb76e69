//! Who someone is to an organization before they are in. Sign-in asks it of an account at a provider, the simulator of
//! an address.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::awaited::is_awaited;
use super::holder::holder;
use super::identities::identities_of;
use super::invited::open_for;
use super::known::Known;
use super::methods::is_on;
use crate::address::EmailAddress;
use crate::authority::Organization;
use crate::entity::user::Status;
use crate::entity::{identity, membership};
use crate::error::Result;
use crate::gate::Standing;
use crate::role::Role;

/// Someone who comes to the gate.
pub struct Applicant {
    pub standing: Standing,
    /// The address of their account here, where the provider has verified another.
    pub account: Option<EmailAddress>,
    /// The role of an open invite for the address.
    pub invited: Option<Role>,
}

/// Where it is looked up: what an organization knows at a moment.
pub struct Directory<'a, C> {
    pub connection: &'a C,
    pub organization: &'a Organization,
    pub now: DateTime<Utc>,
}

impl<C: ConnectionTrait> Directory<'_, C> {
    /// Who comes with an account at a provider that has verified `email`: the person whom it leads to, if it was here
    /// before.
    pub async fn applicant(&self, known: Option<&Known>, email: &EmailAddress) -> Result<Applicant> {
        match known {
            Some(known) => self.of_known(known, email).await,
            None => self.of_newcomer(email).await,
        }
    }

    /// Who the holder of an address would be who comes by `provider`, or by a way of theirs; and by which.
    pub async fn of_address(
        &self,
        email: &EmailAddress,
        provider: Option<&str>,
    ) -> Result<(Applicant, Option<String>)> {
        match self.way_of(email, provider).await? {
            Some(way) => {
                let name = way.provider.clone();
                let known = Known::by(self.connection, Some(self.organization), way).await?;
                Ok((self.of_known(&known, email).await?, Some(name)))
            }
            None => Ok((self.of_newcomer(email).await?, provider.map(ToOwned::to_owned))),
        }
    }

    /// The same where there are many organizations: who is no member is a stranger, whatever accounts and invites there
    /// are elsewhere (rule 6.7).
    pub async fn as_known_here(
        &self,
        email: &EmailAddress,
        provider: Option<&str>,
    ) -> Result<(Applicant, Option<String>)> {
        let member = membership::Entity::find()
            .filter(membership::Column::OrganizationId.eq(&self.organization.id))
            .filter(membership::Column::Email.eq(email.as_str()));
        let standing = match member.one(self.connection).await? {
            Some(member) => of_member(&member),
            None if self.awaits(email).await? => Standing::Awaited,
            None => Standing::Stranger,
        };
        let applicant = Applicant { standing, account: None, invited: self.invited(email).await? };
        Ok((applicant, provider.map(ToOwned::to_owned)))
    }

    async fn of_known(&self, known: &Known, vouched: &EmailAddress) -> Result<Applicant> {
        let own = account_address(self.connection, known, vouched).await?;
        let standing = match &known.membership {
            _ if known.user.status == Status::Deactivated => Standing::Deactivated,
            Some(membership) if membership.suspended_at.is_some() => Standing::Suspended,
            _ if self.awaits(vouched).await? => Standing::Awaited,
            Some(membership) => of_member(membership),
            None => Standing::Stranger,
        };
        let invited = self.invited(vouched).await?;
        Ok(Applicant { standing, account: (own != *vouched).then_some(own), invited })
    }

    async fn of_newcomer(&self, email: &EmailAddress) -> Result<Applicant> {
        let standing = match holder(self.connection, email).await? {
            Some(holder) if holder.status == Status::Deactivated => Standing::Deactivated,
            Some(_) => Standing::Elsewhere,
            None if self.awaits(email).await? => Standing::Awaited,
            None => Standing::Stranger,
        };
        Ok(Applicant { standing, account: None, invited: self.invited(email).await? })
    }

    async fn awaits(&self, email: &EmailAddress) -> Result<bool> {
        is_awaited(self.connection, &self.organization.id, email.as_str()).await
    }

    /// The role of an open invite, which passes the organization's gate (rule 2.1).
    async fn invited(&self, email: &EmailAddress) -> Result<Option<Role>> {
        open_for(self.connection, &self.organization.id, email, self.now).await
    }

    /// By which of their accounts the holder of an address comes: one at `provider`, if one is asked for; rather one with
    /// this address, and rather one that is switched on.
    async fn way_of(&self, email: &EmailAddress, provider: Option<&str>) -> Result<Option<identity::Model>> {
        let Some(user) = holder(self.connection, email).await? else { return Ok(None) };
        let mut ways = identities_of(self.connection, &user.id).await?;
        ways.retain(|way| provider.is_none_or(|name| way.provider == name));
        ways.sort_by_key(|way| way.email != email.as_str());
        for way in &ways {
            if is_on(self.connection, Some(self.organization), &way.provider).await? {
                return Ok(Some(way.clone()));
            }
        }
        Ok(ways.into_iter().next())
    }
}

/// What a member is to their organization, whether they can come in or not.
pub fn of_member(membership: &membership::Model) -> Standing {
    if membership.suspended_at.is_some() {
        Standing::Suspended
    } else if membership.locked_out_at.is_some() {
        Standing::LockedOut(membership.role)
    } else {
        Standing::Member(membership.role)
    }
}

/// The address of a person's account once they are in. The account at a provider that has brought it may bring
/// another, unless that is someone else's; other connected accounts have addresses of their own.
pub async fn account_address(
    connection: &impl ConnectionTrait,
    known: &Known,
    vouched: &EmailAddress,
) -> Result<EmailAddress> {
    let own = known.address()?;
    if own == *vouched || !known.leads() {
        return Ok(own);
    }
    match holder(connection, vouched).await? {
        Some(holder) if holder.id != known.user.id => {
            tracing::warn!(person = known.user.id, "the new address belongs to someone else: not changed");
            Ok(own)
        }
        _ => Ok(vouched.clone()),
    }
}
