//! Anyone, signed in or not.

use std::net::IpAddr;

use actix_web::{HttpRequest, web};

use crate::authority::bearer::Bearer;
use crate::authority::client;
use crate::authority::event::Origin;
use crate::authority::organization::Organization;
use crate::authority::services::Services;
use crate::authority::session::Visitor;
use crate::error::{Error, Result};

/// Anyone, signed in or not.
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
        let origin = client::origin(request);
        let client = client::address(request);
        // Where the request shows a token, it alone says who is there.
        let visitor = match Bearer::of(request) {
            Some(bearer) => Some(bearer.person(request.method())?),
            None => Visitor::of(request)?,
        };
        Ok(Self { services, origin, client, visitor })
    }

    /// The organization whose page this is where there is one: it has come with the session of its members. None where
    /// there are many, and each has its own address.
    ///
    /// # Errors
    /// When it is gone, or the database can't be asked.
    pub async fn home(&self) -> Result<Option<Organization>> {
        let Some(only) = &self.services.only else { return Ok(None) };
        if let Some(membership) = self.visitor.as_ref().and_then(|visitor| visitor.membership_in(only)) {
            return Ok(Some(membership.organization.clone()));
        }
        let organization = Organization::by_id(&self.services.db, only).await?;
        organization.map(Some).ok_or(Error::NotFound)
    }
}
