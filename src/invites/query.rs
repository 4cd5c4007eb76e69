//! What can be asked of the list: the beginning of an address, a state, a place.

use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::error::Result;
use crate::id::{self, Id};
use crate::listing::{self, Keyset, ListQuery, line, optional, within};
use crate::membership::invited::Status;

/// Rows on a page.
const PAGE: u64 = 50;
/// Rows that a program may ask for at once.
pub const MOST: u64 = 200;

/// Which invites are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    All,
    Of(Status),
    /// Those whose mail was refused.
    MailFailed,
}

impl Filter {
    /// Every filter with its label.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::All, "All"),
        (Self::Of(Status::Pending), "Pending"),
        (Self::Of(Status::Accepted), "Accepted"),
        (Self::Of(Status::Expired), "Expired"),
        (Self::Of(Status::Revoked), "Revoked"),
        (Self::MailFailed, "Mail failed"),
    ];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Of(status) => status.name(),
            Self::MailFailed => "mail-failed",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().map(|(filter, _)| filter).find(|filter| filter.name() == name)
    }
}

/// A place in the list.
pub type Cursor = listing::Cursor<InviteKeyset>;

/// What the list is sorted by, of the row there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteKeyset {
    /// When it was made, in milliseconds.
    pub at: i64,
    pub id: String,
}

impl Keyset for InviteKeyset {
    fn values(&self) -> [Expr; 2] {
        [Expr::val(self.at), Expr::val(self.id.as_str())]
    }
}

/// The query string as it was sent.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
pub struct RawInviteQuery {
    /// The beginning of an address.
    #[serde(default)]
    pub q: String,
    /// `pending`, `accepted`, `expired`, `revoked` or `mail-failed`.
    #[serde(default)]
    #[param(value_type = String, pattern = "^(pending|accepted|expired|revoked|mail-failed)?$")]
    pub status: String,
    /// Where the next part of the list begins: `nextCursor` of the part before.
    #[serde(default)]
    pub cursor: String,
    /// How many at most; 50 unless said otherwise.
    #[serde(default)]
    #[param(value_type = u64, minimum = 1, maximum = 200)]
    pub limit: String,
    /// The form whose results the page shows.
    #[serde(default, deserialize_with = "id::if_any")]
    #[param(ignore)]
    pub batch: Option<Id>,
}

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct InviteQuery {
    pub search: String,
    pub filter: Filter,
    pub cursor: Option<Cursor>,
    pub limit: u64,
}

impl RawInviteQuery {
    /// # Errors
    /// 422 with a sentence about the field that makes no sense.
    pub fn parse(&self) -> Result<InviteQuery> {
        let statuses = "Use pending, accepted, expired, revoked or mail-failed.";
        let filter = optional("status", &self.status, Filter::parse, statuses)?;
        let cursor = optional("cursor", &self.cursor, Cursor::parse, "Not a valid cursor.")?;
        let limit = optional("limit", &self.limit, within(1..=MOST), "Use a number from 1 to 200.")?;
        Ok(InviteQuery {
            search: line(&self.q.trim().to_lowercase(), |c| c == '\0'),
            filter: filter.unwrap_or(Filter::All),
            cursor,
            limit: limit.unwrap_or(PAGE),
        })
    }

    /// The same for the page, which has a length of its own.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_for_page(self) -> Result<InviteQuery> {
        Self { limit: String::new(), ..self }.parse()
    }
}

impl ListQuery for InviteQuery {
    type Keyset = InviteKeyset;

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let pairs = [("q", self.search.as_str()), ("status", self.filter.name())];
        let asked = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        asked.map(|(name, value)| (name, value.to_owned())).collect()
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn limit(&self) -> u64 {
        self.limit
    }
}
