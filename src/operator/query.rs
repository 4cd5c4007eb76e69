//! What can be asked of the list of organizations: the beginning of an address or a name, and a place.

use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::error::Result;
use crate::listing::{self, Keyset, ListQuery, line, optional};

/// Rows on a page.
const PAGE: u64 = 50;

/// A place in the list.
pub type Cursor = listing::Cursor<OrganizationKeyset>;

/// What the list is sorted by, of the row there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationKeyset {
    pub slug: String,
    pub id: String,
}

impl Keyset for OrganizationKeyset {
    fn values(&self) -> [Expr; 2] {
        [Expr::val(self.slug.as_str()), Expr::val(self.id.as_str())]
    }
}

/// The query string as it was sent.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
pub struct RawOrganizationQuery {
    /// The beginning of an address or a name.
    #[serde(default)]
    pub q: String,
    /// Where the next part of the list begins: `nextCursor` of the part before.
    #[serde(default)]
    pub cursor: String,
}

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct OrganizationQuery {
    pub search: String,
    pub cursor: Option<Cursor>,
}

impl RawOrganizationQuery {
    /// # Errors
    /// 422 for a place that is none.
    pub fn parse(&self) -> Result<OrganizationQuery> {
        let cursor = optional("cursor", &self.cursor, Cursor::parse, "Not a valid cursor.")?;
        Ok(OrganizationQuery { search: line(&self.q.to_lowercase(), |c| c == '\0'), cursor })
    }
}

impl ListQuery for OrganizationQuery {
    type Keyset = OrganizationKeyset;

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let asked = Some(("q", self.search.clone())).filter(|(_, value)| !value.is_empty());
        asked.into_iter().collect()
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn limit(&self) -> u64 {
        PAGE
    }
}
