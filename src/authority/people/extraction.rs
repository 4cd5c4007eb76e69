//! How a handler's first parameter comes out of a request, and whom it lets through.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Serialize;

use super::admin::Admin;
use super::anyone::Anyone;
use super::departing::Departing;
use super::half_signed_in::HalfSignedIn;
use super::in_person::InPerson;
use super::member::Member;
use super::operator::Operator;
use super::owner::Owner;
use super::project::{ProjectAdmin, ProjectViewer};
use super::signed_in::SignedIn;
use super::team::{TeamAdmin, TeamManager, TeamViewer};
use super::token::{ForScope, Token};
use crate::api_token::Scope;
use crate::authority::bearer::Bearer;
use crate::error::{Error, Forbidden, Result};

/// Who a route admits, as `gatehouse routes` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    Anyone,
    /// Someone who has yet to give a second factor.
    HalfSignedIn,
    SignedIn,
    Member,
    Admin,
    Owner,
    Operator,
    /// Anyone who has a right in the project that the address names.
    ProjectViewer,
    ProjectAdmin,
    /// Anyone who is in the team that the address names.
    TeamViewer,
    TeamManager,
    /// A program with a project's token.
    Token,
}

/// Which tokens an authority takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A person's token, as far as its scopes go, and sessions.
    TokensOfPeople,
    /// Sessions alone.
    NoToken,
    /// A project's token with this scope, and no session.
    TokensFor(Scope),
}

/// An extractor that settles who is asking.
pub trait Authority: FromRequest {
    /// Whom it lets through.
    const WHO: Who;
    /// Which tokens it takes, where programs ask.
    const TAKES: Takes = Takes::TokensOfPeople;
}

impl Authority for Anyone {
    const WHO: Who = Who::Anyone;
}
impl Authority for HalfSignedIn {
    const WHO: Who = Who::HalfSignedIn;
    const TAKES: Takes = Takes::NoToken;
}
impl Authority for SignedIn {
    const WHO: Who = Who::SignedIn;
}
impl Authority for Member {
    const WHO: Who = Who::Member;
}
impl Authority for Departing {
    const WHO: Who = Who::Member;
}
impl Authority for Admin {
    const WHO: Who = Who::Admin;
}
impl Authority for Owner {
    const WHO: Who = Who::Owner;
}
impl Authority for Operator {
    const WHO: Who = Who::Operator;
}

impl Authority for ProjectViewer {
    const WHO: Who = Who::ProjectViewer;
}
impl Authority for ProjectAdmin {
    const WHO: Who = Who::ProjectAdmin;
}
impl Authority for TeamViewer {
    const WHO: Who = Who::TeamViewer;
}
impl Authority for TeamAdmin {
    const WHO: Who = Who::Admin;
}
impl Authority for TeamManager {
    const WHO: Who = Who::TeamManager;
}
impl<A: Authority + 'static> Authority for InPerson<A> {
    const WHO: Who = A::WHO;
    const TAKES: Takes = Takes::NoToken;
}
impl<S: ForScope> Authority for Token<S> {
    const WHO: Who = Who::Token;
    const TAKES: Takes = Takes::TokensFor(S::SCOPE);
}

impl<S: ForScope> FromRequest for Token<S> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl<A: Authority + 'static> FromRequest for InPerson<A> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            if Bearer::of(&request).is_some() {
                SignedIn::of(&request).await?;
                return Err(Error::Forbidden(Forbidden::NotByToken).into());
            }
            A::extract(&request).await.map(Self).map_err(Into::into)
        })
    }
}

impl FromRequest for Anyone {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

type Extraction<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// Those that are looked up in what has come with the session.
macro_rules! extracted {
    ($($authority:ident)*) => {
        $(impl FromRequest for $authority {
            type Error = Error;
            type Future = Extraction<Self>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move { Self::of(&request).await })
            }
        })*
    };
}

extracted! { HalfSignedIn SignedIn Member Departing Admin Owner Operator ProjectViewer ProjectAdmin TeamViewer TeamManager TeamAdmin }
