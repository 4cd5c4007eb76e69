//! An admin whose role is owner.

use std::ops::Deref;

use actix_web::HttpRequest;

use super::admin::Admin;
use super::member::Member;
use crate::authority::change::{Change, OfOrganization};
use crate::error::{Error, Forbidden, Result};
use crate::role::Role;

/// An admin whose role is owner: what concerns the organization's own life is theirs alone (rule 1.3).
pub struct Owner(Admin);

impl Deref for Owner {
    type Target = Admin;

    fn deref(&self) -> &Admin {
        &self.0
    }
}

impl Owner {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let member = Member::of(request).await?;
        if member.role() == Role::Owner {
            return Ok(Self(Admin::known(member)));
        }
        Err(Error::Forbidden(Forbidden::ForOwners))
    }

    /// Begins a change to the organization, which someone who has stopped being its owner while waiting does not.
    ///
    /// # Errors
    /// 403 for anyone who is no owner any more.
    pub async fn change(&self) -> Result<Change<OfOrganization>> {
        let change = self.0.change().await?;
        if change.role() == Role::Owner { Ok(change) } else { Err(Error::Forbidden(Forbidden::ForOwners)) }
    }
}
