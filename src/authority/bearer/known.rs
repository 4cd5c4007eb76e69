//! What is known of the token that a request shows.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::{HttpMessage, HttpRequest};

use crate::api_token::{Scope, Scopes};
use crate::authority::event::token_name;
use crate::authority::organization::Organization;
use crate::authority::session::Visitor;
use crate::error::{Error, Forbidden, Result};

/// What came of looking at the token of a request.
#[derive(Clone)]
pub enum Bearer {
    /// It was shown where people look at pages, which no token opens.
    OnPage,
    /// There is none of that text that works.
    Unknown,
    /// The database could not be asked.
    Undecided,
    /// It is a person's, who is there as if they had signed in, as far as its scopes go.
    OfPerson(Arc<Visitor>),
    OfProject(Arc<ProjectToken>),
}

/// A project's token.
#[derive(Clone, Debug)]
pub struct ProjectToken {
    pub id: String,
    pub name: String,
    /// How it begins.
    pub prefix: String,
    pub scopes: Scopes,
    pub organization: Organization,
    /// The project's id.
    pub project: String,
    pub project_name: String,
}

impl ProjectToken {
    /// As whom the log tells of a program that shows it.
    pub(in crate::authority) fn name_in_log(&self) -> String {
        token_name(&format!("project {}", self.project_name), &self.name)
    }
}

impl Bearer {
    /// What the layer has left in a request; none where no token was shown.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// The id of the token, where it is known.
    pub fn id(&self) -> &str {
        match self {
            Self::OfPerson(visitor) => visitor.token.as_ref().map_or("", |token| &token.id),
            Self::OfProject(token) => &token.id,
            Self::OnPage | Self::Unknown | Self::Undecided => "",
        }
    }

    /// The id of the organization that the token is of, where that is known.
    pub fn organization(&self) -> &str {
        match self {
            Self::OfPerson(visitor) => visitor.memberships.first().map_or("", |m| &m.organization.id),
            Self::OfProject(token) => &token.organization.id,
            Self::OnPage | Self::Unknown | Self::Undecided => "",
        }
    }

    /// The person who is there by it.
    ///
    /// # Errors
    /// 401 where it does not work, 403 where it is of no person, 503 where that can't be told (rule 2.5).
    pub fn person(&self, method: &Method) -> Result<Visitor> {
        match self {
            Self::OfPerson(visitor) => Ok(visitor.as_ref().clone()),
            Self::OfProject(_) => {
                Err(Error::Forbidden(Forbidden::NeedsScope(Scope::asked(method.is_safe()))))
            }
            other => Err(other.refusal()),
        }
    }

    /// The project whose it is.
    ///
    /// # Errors
    /// As [`Self::person`]; 403 where it is not for `scope`.
    pub fn project(&self, scope: Scope) -> Result<Arc<ProjectToken>> {
        match self {
            Self::OfProject(token) if token.scopes.include(scope) => Ok(token.clone()),
            Self::OfProject(_) | Self::OfPerson(_) => Err(Error::Forbidden(Forbidden::NeedsScope(scope))),
            other => Err(other.refusal()),
        }
    }

    fn refusal(&self) -> Error {
        match self {
            Self::Undecided => Error::Unavailable("the token could not be read".to_owned()),
            Self::OnPage => Error::Forbidden(Forbidden::NotByToken),
            _ => Error::Unauthenticated,
        }
    }
}
