//! A person who has come from their provider and has yet to give a second factor.

use actix_web::HttpRequest;

use super::anyone::Anyone;
use super::signed_in::SignedIn;
use crate::authority::change::{Change, OfPerson};
use crate::authority::scope::Scoped;
use crate::authority::services::Services;
use crate::authority::session::Visitor;
use crate::entity::Personal;
use crate::error::{Error, Result};

/// A person who has come from their provider and has yet to give a second factor: nothing is theirs but the challenge
/// (rule 7.1).
pub struct HalfSignedIn(SignedIn);

impl HalfSignedIn {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        Self::if_there(request).await?.ok_or(Error::Unauthenticated)
    }

    /// Who has sent this request, if they have yet to give a second factor.
    ///
    /// # Errors
    /// When it can't be told who it is (rule 2.5).
    pub async fn if_there(request: &HttpRequest) -> Result<Option<Self>> {
        // Where the request shows a token, that alone says who is there.
        let anyone = Anyone::of(request)?;
        let Some(half) = Visitor::half(request)? else { return Ok(None) };
        let half = Anyone { visitor: Some(half), ..anyone };
        Ok(Some(Self(half.signed_in().await?)))
    }

    /// What requests share.
    pub fn services(&self) -> &Services {
        &self.0.services
    }

    /// The address of the person's account.
    pub fn email(&self) -> &str {
        &self.0.visitor.email
    }

    /// The name of the session that is to become whole.
    pub fn session(&self) -> &str {
        &self.0.visitor.session
    }

    /// The id of their account.
    pub fn id(&self) -> &str {
        &self.0.visitor.id
    }

    /// The person's own rows of a table, for the challenge.
    pub fn own<E: Personal>(&self) -> Scoped<'_, E> {
        self.0.own()
    }

    /// Begins a change to the person's own rows.
    ///
    /// # Errors
    /// 403 for someone who was deactivated or deleted while waiting.
    pub async fn change(&self) -> Result<Change<OfPerson>> {
        self.0.change().await
    }
}
