//! What every deed about one person has in common: whom it is about, and what came of it.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::address::EmailAddress;
use crate::authority::operator::{Acted, Configured, Refusal};
use crate::authority::{Change, Event, FromOutside, Shell};
use crate::entity::{membership, user};
use crate::error::{Error, Result};
use crate::membership::holder::holder;
use crate::membership::known::membership_in;
use crate::membership::owners::{Entrance, Loss, Owners};
use crate::role::Role;

/// What came of it.
pub struct AccountOutcome {
    /// The address of the person's account.
    pub email: String,
    /// Whether anything had to be changed.
    pub changed: bool,
    /// Whether the access rules had left the person out (rule 2.4).
    pub was_locked_out: bool,
    pub sessions_ended: u64,
    /// Whether a mail tells the person.
    pub told: bool,
}

/// Something that is being done about a person.
pub struct Act {
    pub change: Change<FromOutside>,
    pub user: user::Model,
    action: &'static str,
    /// The id of the organization that it is about; none for the installation.
    organization: Option<String>,
    /// Whether there are others.
    is_one_of_many: bool,
    membership: Option<membership::Model>,
}

impl Act {
    /// Begins one on the person who has the address.
    pub async fn on(shell: &Shell, email: &EmailAddress, action: &'static str) -> Acted<Self> {
        let concerned = organizations_of(shell, email).await?;
        let change = shell.change_with(concerned).await?;
        let user = holder(change.connection(), email).await?;
        let user = user.ok_or_else(|| Refusal::Unknown(email.clone()))?;
        let user = change.hold(&user.id).await?.ok_or_else(|| Refusal::Unknown(email.clone()))?;
        let organization = shell.organization().ok().map(|organization| organization.id.clone());
        let membership = match &organization {
            Some(organization) => membership_in(change.connection(), organization, &user.id).await?,
            None => None,
        };
        let is_one_of_many = shell.is_one_of_many();
        Ok(Self { change, user, action, organization, is_one_of_many, membership })
    }

    /// The id of the organization that it is about.
    ///
    /// # Errors
    /// 404 when it is about the installation.
    pub fn organization(&self) -> Result<&str> {
        self.organization.as_deref().ok_or(Error::NotFound)
    }

    /// The person's role in the organization, if they are a member.
    pub fn role(&self) -> Option<Role> {
        self.membership.as_ref().map(|membership| membership.role)
    }

    /// The address by which the organization knows the person.
    pub fn email(&self) -> &str {
        self.membership.as_ref().map_or(&self.user.email, |membership| &membership.email)
    }

    /// By which address the person joins if they are no member: where there are many organizations by the one that was
    /// named, which may be another than their account's.
    pub fn joins_by<'a>(&'a self, named: &'a EmailAddress) -> &'a str {
        if self.is_one_of_many { named.as_str() } else { &self.user.email }
    }

    /// Whether the access rules leave the person out.
    pub fn is_locked_out(&self) -> bool {
        self.membership.as_ref().is_some_and(|membership| membership.locked_out_at.is_some())
    }

    /// Whether an admin keeps the person out of the organization that the command is about.
    pub fn is_suspended(&self) -> bool {
        self.membership.as_ref().is_some_and(|membership| membership.suspended_at.is_some())
    }

    /// Goes on, or leaves an event of the refusal when an organization would have no owner any more who can come in.
    pub async fn unless_the_last_owner(self, entrance: Configured, organizations: &[String]) -> Acted<Self> {
        if organizations.is_empty() {
            return Ok(self);
        }
        let (providers, lists) = entrance.map_err(Refusal::Unjudged)?;
        for organization in organizations {
            let entrance =
                Entrance { providers: providers.iter().map(String::as_str).collect(), lists: &lists };
            let owners = Owners::of(self.change.connection(), organization, entrance).await?;
            if !owners.can_spare(Loss::People(&[&self.user.id])) {
                let event = Event::refused(self.action, self.email());
                self.change.commit(event).await?;
                return Err(Refusal::LastOwner(self.user.email));
            }
        }
        Ok(self)
    }

    /// Nothing had to be done.
    pub fn unchanged(&self) -> AccountOutcome {
        self.outcome(false)
    }

    /// Makes it durable with its event, of which `tell` tells the details.
    pub async fn done(
        self,
        sessions_ended: u64,
        tell: impl FnOnce(Event) -> Event,
    ) -> Result<AccountOutcome> {
        let outcome = AccountOutcome { sessions_ended, ..self.outcome(true) };
        let event = tell(Event::done(self.action, self.email()));
        self.change.commit_for(&self.user, event).await?;
        Ok(outcome)
    }

    fn outcome(&self, changed: bool) -> AccountOutcome {
        AccountOutcome {
            email: self.user.email.clone(),
            changed,
            was_locked_out: self.is_locked_out(),
            sessions_ended: 0,
            told: false,
        }
    }
}

/// The ids of the organizations of the person who has the address: an owner whom they can spare must be there until the
/// change commits.
async fn organizations_of(shell: &Shell, email: &EmailAddress) -> Result<Vec<String>> {
    let connection = shell.db().outside_any_organization();
    let Some(user) = holder(connection, email).await? else { return Ok(Vec::new()) };
    let theirs = membership::Entity::find().filter(membership::Column::UserId.eq(&user.id));
    let memberships = theirs.all(connection).await?;
    Ok(memberships.into_iter().map(|membership| membership.organization_id).collect())
}
