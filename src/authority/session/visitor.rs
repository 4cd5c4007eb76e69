//! Who is there, as of this request: read from the database each time (rule 1.6).

use actix_session::SessionExt;
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::lifetime::is_fresh;
use super::state::{UNKNOWN, VISITOR};
use crate::address::EmailAddress;
use crate::authority::organization::Organization;
use crate::error::{Error, Result};
use crate::role::Role;

/// The person of a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Visitor {
    /// The name of the session, by which its owner ends it.
    pub session: String,
    /// The person's id.
    pub id: String,
    pub email: String,
    pub name: String,
    /// When the person has last proven who they are; none where nobody knows.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub(super) authenticated_at: Option<DateTime<Utc>>,
    /// Where the person belongs and is not locked out.
    pub(in crate::authority) memberships: Vec<Membership>,
}

/// One of the organizations that a visitor belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Membership {
    pub organization: Organization,
    pub role: Role,
}

impl Visitor {
    /// The visitor of a request that went through the session middleware; none when nobody is signed in.
    ///
    /// # Errors
    /// When it can't be told whether somebody is (rule 2.5).
    pub fn of(request: &HttpRequest) -> Result<Option<Self>> {
        let session = request.get_session();
        match session.get::<String>(UNKNOWN) {
            Ok(None) => session.get(VISITOR).map_err(|e| Error::Internal(e.to_string())),
            _ => Err(Error::Unavailable("the session could not be read".to_owned())),
        }
    }

    /// The person's own address.
    ///
    /// # Errors
    /// When what is stored is no address, which is a fault of ours.
    pub fn address(&self) -> Result<EmailAddress> {
        EmailAddress::stored(&self.email)
    }

    /// Whether the person has proven a moment ago who they are, as what is easily misused by a passer-by takes.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.authenticated_at.is_some_and(|at| is_fresh(at, now))
    }

    /// Where the person belonged when the request came, if anywhere: in single tenancy there is one organization.
    pub fn membership(&self) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.organization.is_only())
    }

    /// The person's membership in the organization of this id when the request came, if they belonged to it.
    pub fn membership_in(&self, organization: &str) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.organization.id == organization)
    }
}
