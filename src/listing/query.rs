//! What is asked of a list, and the address that asks it.

use std::fmt::Display;

use sea_orm::sea_query::Expr;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::cursor::Cursor;
use super::page::ListPage;
use super::walk::{Keyset, Walk};

/// What is asked of a list: which rows, from which place on, and how many.
pub trait ListQuery {
    /// What the list is sorted by.
    type Keyset: Keyset;

    /// What is asked, without the place in the list, as it stands in addresses.
    fn pairs(&self) -> Vec<(&'static str, String)>;

    /// The same as a document, for the log.
    fn filters(&self) -> Value {
        self.pairs().into_iter().map(|(name, value)| (name, Value::from(value))).collect()
    }

    /// The place in the list; none for its beginning.
    fn cursor(&self) -> Option<&Cursor<Self::Keyset>>;

    /// Rows on a page.
    fn limit(&self) -> u64;

    /// Whether the page before a place is asked for.
    fn is_backwards(&self) -> bool {
        self.cursor().is_some_and(|cursor| cursor.backwards)
    }

    /// As many rows as are read: one more than the page holds, which tells whether there is another page.
    fn slots(&self) -> u64 {
        self.limit() + 1
    }

    /// The way along a list that is sorted by these columns, towards the page that is asked for.
    fn walk(&self, columns: [Expr; 2], descending: bool) -> Walk {
        Walk { columns, descending: descending != self.is_backwards() }
    }

    /// The page that was asked for, of the rows that were read.
    fn page<T>(&self, rows: Vec<T>, keyset: impl Fn(&T) -> Self::Keyset) -> ListPage<T, Self::Keyset> {
        ListPage::new(rows, self.limit(), self.cursor(), keyset)
    }

    /// The address of this view of the list at `path`: whatever is shown can be shared, reloaded and gone back to.
    fn address(&self, path: impl Display) -> String {
        self.address_at(path, self.cursor())
    }

    /// The same at another place in the list.
    fn address_at(&self, path: impl Display, cursor: Option<&Cursor<Self::Keyset>>) -> String {
        self.address_with(path, cursor.map(|cursor| ("cursor", cursor.to_string())))
    }

    /// The same at no place, but with something more.
    fn address_with(&self, path: impl Display, more: Option<(&'static str, String)>) -> String {
        address(path, self.pairs().into_iter().chain(more))
    }
}

/// A path with a query string, if there is something in it.
pub fn address<V: AsRef<str>>(
    path: impl Display,
    pairs: impl IntoIterator<Item = (&'static str, V)>,
) -> String {
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_string() } else { format!("{path}?{query}") }
}
