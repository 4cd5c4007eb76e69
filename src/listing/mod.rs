//! Long lists: what can be asked of one, the order it is walked in, and its pages, which are found by the keys of
//! their neighbours and never by counting (no OFFSET, no total).

mod cursor;
mod fields;
mod page;
mod query;
mod walk;

pub use cursor::{Cursor, seal_places_with};
pub use fields::{Problems, line, optional, within};
pub use page::{Empty, ListPage, Paging};
pub use query::{ListQuery, address};
pub use walk::{Keyset, Walk};
