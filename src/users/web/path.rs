//! What addresses of people name.

use std::ops::Deref;

use serde::Deserialize;
use uuid::Uuid;

use crate::error::{Error, Result};

/// `{user}`.
#[derive(Deserialize)]
pub struct UserPath {
    pub user: UserId,
}

/// `{user}` and `{session}`.
#[derive(Deserialize)]
pub struct UserSessionPath {
    pub user: UserId,
    pub session: String,
}

/// The id of a person, or whatever else somebody wrote in its place: that is nobody's.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// As what ids are.
    ///
    /// # Errors
    /// 404 when it is none.
    pub fn uuid(&self) -> Result<Uuid> {
        Uuid::parse_str(&self.0).map_err(|_| Error::NotFound)
    }
}

impl Deref for UserId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use actix_web::dev::Payload;
    use actix_web::test::TestRequest;
    use actix_web::{FromRequest, web};

    use super::*;

    #[actix_web::test]
    async fn a_segment_more_before_it_changes_nothing() {
        let request = TestRequest::default().param("org", "acme").param("user", "7f").param("session", "a b");
        let path = web::Path::<UserSessionPath>::from_request(&request.to_http_request(), &mut Payload::None);
        let path = path.await.expect("both");
        assert_eq!((&*path.user, path.session.as_str()), ("7f", "a b"));
    }
}
