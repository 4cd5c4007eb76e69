//! A member who leaves.

use std::ops::Deref;

use actix_web::HttpRequest;

use super::member::Member;
use crate::error::Result;

/// A member, whether they have the second factor that the organization requires or not: the way out is open to everyone
/// (rule 7.1).
pub struct Departing(Member);

impl Deref for Departing {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl Departing {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        Member::whatever_they_lack(request).await.map(Self)
    }
}
