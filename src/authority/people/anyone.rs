//! Anybody, signed in or not.

use std::net::IpAddr;

use actix_web::{HttpRequest, web};

use crate::authority::client;
use crate::authority::event::Origin;
use crate::authority::organization::Organization;
use crate::authority::services::Services;
use crate::authority::session::Visitor;
use crate::error::Result;

/// Anybody, signed in or not.
pub struct Anyone {
    pub services: web::Data<Services>,
    pub origin: Origin,
    /// Whose address it is, behind trusted proxies: what limits count by.
    pub client: IpAddr,
    pub visitor: Option<Visitor>,
}

impl Anyone {
    pub(super) fn of(request: &HttpRequest) -> Result<Self> {
        let services = Services::of(request)?;
        let origin = client::origin(request, &services.config.trusted_proxies);
        let client = client::address(request, &services.config.trusted_proxies);
        Ok(Self { services, origin, client, visitor: Visitor::of(request)? })
    }

    /// The organization whose page this is, where its address names none: the one that the visitor belongs to, which
    /// has come with the session, or else the only one there is.
    ///
    /// # Errors
    /// When there is none, or the database can't be asked.
    pub async fn organization(&self) -> Result<Organization> {
        match self.visitor.as_ref().and_then(Visitor::membership) {
            Some(membership) => Ok(membership.organization.clone()),
            None => Organization::only(&self.services.db).await,
        }
    }
}
