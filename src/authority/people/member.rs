//! A person in the organization that the address means.

use actix_web::HttpRequest;

use super::signed_in::SignedIn;
use crate::authority::organization::Organization;
use crate::authority::scope::Scope;
use crate::authority::services::Services;
use crate::authority::session::{Membership, Visitor};
use crate::error::{Forbidden, Result};
use crate::links::Links;
use crate::role::Role;

/// A person in the organization that the address means.
pub struct Member {
    signed_in: SignedIn,
    membership: Membership,
}

impl Member {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let signed_in = SignedIn::of(request).await?;
        match signed_in.membership().cloned() {
            Some(membership) => Ok(Self { signed_in, membership }),
            None => Err(signed_in.refuse(request, Forbidden::NoOrganization).await),
        }
    }

    /// What this organization's people may read.
    pub fn scope(&self) -> Scope<'_> {
        self.signed_in.scope(&self.membership)
    }

    /// The member's role in the organization.
    pub fn role(&self) -> Role {
        self.membership.role
    }

    /// Whether the controls of admins are for this member.
    pub fn is_admin(&self) -> bool {
        self.membership.role >= Role::Admin
    }

    /// The organization that the request is about.
    pub fn organization(&self) -> &Organization {
        &self.membership.organization
    }

    /// The addresses of its pages.
    pub fn links(&self) -> Links {
        self.organization().links()
    }

    /// The membership that let them in.
    pub fn membership(&self) -> &Membership {
        &self.membership
    }

    /// The person behind the membership.
    pub fn visitor(&self) -> &Visitor {
        &self.signed_in.visitor
    }

    /// The person, wherever they belong.
    pub fn person(&self) -> &SignedIn {
        &self.signed_in
    }

    /// What requests share.
    pub fn services(&self) -> &Services {
        &self.signed_in.services
    }
}
