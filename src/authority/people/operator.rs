//! A person whom the shell has made operator of the installation.

use std::ops::Deref;

use actix_web::HttpRequest;

use super::signed_in::SignedIn;
use crate::authority::change::{Change, OfPerson};
use crate::authority::scope::Scope;
use crate::error::{Error, Result};

/// An operator: sees which organizations there are, and may enter one for a while (rule 6.4). To everyone else what is
/// theirs does not exist.
pub struct Operator(SignedIn);

impl Deref for Operator {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl Operator {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let person = SignedIn::of(request).await?;
        if person.visitor.is_operator { Ok(Self(person)) } else { Err(Error::NotFound) }
    }

    /// The rows of the installation, which are no organization's.
    pub fn scope(&self) -> Scope<'_> {
        Scope::of_installation(&self.0.services.db)
    }

    /// Begins a change that concerns the organization of this id, which someone who has stopped being operator while
    /// waiting does not.
    ///
    /// # Errors
    /// 404 for anyone who is no operator any more, as for everyone who is none.
    pub async fn change_with(&self, organization: &str) -> Result<Change<OfPerson>> {
        let change = self.0.change_with(organization).await?;
        if change.person().operator { Ok(change) } else { Err(Error::NotFound) }
    }
}
