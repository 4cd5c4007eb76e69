//! What a request may name a row by.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;
use uuid::Uuid;

/// As long as an id or a slug gets, in characters.
const LONGEST: usize = 64;

/// An id, or a slug, as a request names it: 1 to 64 ASCII letters, digits, `-` and `_`. Anything else is no one's and
/// reaches no database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
#[serde(try_from = "String")]
pub struct Id(String);

/// Why a text is no id, without the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id has 1 to {LONGEST} letters, digits, hyphens and underscores")]
pub struct NotAnId;

impl Id {
    /// Reads what stands in an id's place.
    ///
    /// # Errors
    /// When it can't be one.
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_id = (1..=LONGEST).contains(&text.len()) && text.bytes().all(fits);
        is_id.then(|| Self(text.to_owned())).ok_or(NotAnId)
    }

    /// As what most ids are; none for another.
    pub fn uuid(&self) -> Option<Uuid> {
        Uuid::parse_str(&self.0).ok()
    }
}

impl TryFrom<String> for Id {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        Self::parse(&text)
    }
}

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a field that may be left empty: `#[serde(default, deserialize_with = "id::if_any")]`.
///
/// # Errors
/// When something stands there that can't be an id.
pub fn if_any<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Id>, D::Error> {
    let text = String::deserialize(field)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    Id::try_from(text).map(Some).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use actix_web::dev::Payload;
    use actix_web::test::TestRequest;
    use actix_web::{FromRequest, web};

    use super::*;

    #[derive(Deserialize)]
    struct Fields {
        user: Id,
        #[serde(default, deserialize_with = "if_any")]
        team: Option<Id>,
    }

    #[test]
    fn ids_slugs_and_names_of_providers_are_taken_and_nothing_else_is() {
        for id in [&crate::random::id(), "acme", "acme-2", "custom-my_vllm", "0", &"x".repeat(64)] {
            assert_eq!(Id::parse(id).as_deref(), Ok(id));
        }
        for text in ["", " ", "a b", "a\0", "\u{e4}", "../a", "a'b", "a/b", "a.b", "a\n", &"x".repeat(65)] {
            assert_eq!(Id::parse(text), Err(NotAnId), "{text:?}");
        }
    }

    #[test]
    fn a_field_holds_an_id_or_nothing() {
        let read = |form: &str| web::Query::<Fields>::from_query(form).map(|fields| fields.team.clone());
        for (form, team) in [("user=7f", None), ("user=7f&team=+", None), ("user=7f&team=a1", Some("a1"))] {
            assert_eq!(read(form).expect(form).as_deref(), team);
        }
        for form in ["user=", "user=%00", "user=7f&team=%00", "user=%FF", "user=7f&team=a'b"] {
            assert!(read(form).is_err(), "{form}");
        }
    }

    #[actix_web::test]
    async fn segments_of_a_path_are_read_by_their_names() {
        let read = async |team: &'static str| {
            let request = TestRequest::default().param("org", "acme").param("team", team).param("user", "7f");
            let path = web::Path::<Fields>::from_request(&request.to_http_request(), &mut Payload::None);
            path.await.map(|path| (path.user.to_string(), path.team.as_deref().map(str::to_owned))).ok()
        };
        assert_eq!(read("a-b").await, Some(("7f".to_owned(), Some("a-b".to_owned()))));
        assert_eq!(read("a%20b").await, None);
    }
}
