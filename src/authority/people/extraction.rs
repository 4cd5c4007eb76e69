//! How a handler's first parameter comes out of a request, and whom it lets through.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Serialize;

use super::admin::Admin;
use super::anyone::Anyone;
use super::member::Member;
use super::operator::Operator;
use super::owner::Owner;
use super::signed_in::SignedIn;
use crate::error::{Error, Result};

/// Who a route admits, as `gatehouse routes` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    Anyone,
    SignedIn,
    Member,
    Admin,
    Owner,
    Operator,
}

/// An extractor that settles who is asking.
pub trait Authority: FromRequest {
    /// Whom it lets through.
    const WHO: Who;
}

impl Authority for Anyone {
    const WHO: Who = Who::Anyone;
}
impl Authority for SignedIn {
    const WHO: Who = Who::SignedIn;
}
impl Authority for Member {
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

impl FromRequest for Anyone {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

type Extraction<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// Those that are looked up in what has come with the session, and may leave an event of a refusal.
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

extracted! { SignedIn Member Admin Owner Operator }
