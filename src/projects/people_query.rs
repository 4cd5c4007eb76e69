//! What programs ask of the people of a project, or of a team: a place in the list, and how many.

use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::error::Result;
use crate::listing::{self, Keyset, ListQuery, optional, within};

/// People at once, unless said otherwise.
const PAGE: u64 = 50;
/// People that a program may ask for at once.
const MOST: u64 = 200;

/// A place in the list.
pub type Cursor = listing::Cursor<PersonKeyset>;

/// What the list is sorted by, of the row there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonKeyset {
    /// The project's id, or the team's.
    pub of: String,
    pub person: String,
}

impl Keyset for PersonKeyset {
    fn values(&self) -> [Expr; 2] {
        [Expr::val(self.of.as_str()), Expr::val(self.person.as_str())]
    }
}

/// The query string as it was sent.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
pub struct RawPeopleQuery {
    /// Where the next part of the list begins: `nextCursor` of the part before.
    #[serde(default)]
    pub cursor: String,
    /// How many at most; 50 unless said otherwise.
    #[serde(default)]
    #[param(value_type = u64, minimum = 1, maximum = 200)]
    pub limit: String,
}

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct PeopleQuery {
    cursor: Option<Cursor>,
    limit: u64,
}

impl RawPeopleQuery {
    /// # Errors
    /// 422 with a sentence about the field that makes no sense.
    pub fn parse(&self) -> Result<PeopleQuery> {
        Ok(PeopleQuery {
            cursor: optional("cursor", &self.cursor, Cursor::parse, "Not a valid cursor.")?,
            limit: optional("limit", &self.limit, within(1..=MOST), "Use a number from 1 to 200.")?
                .unwrap_or(PAGE),
        })
    }
}

impl ListQuery for PeopleQuery {
    type Keyset = PersonKeyset;

    fn pairs(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn limit(&self) -> u64 {
        self.limit
    }
}
