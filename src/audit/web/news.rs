//! What came since someone began to look at the log.

use chrono::{DateTime, Utc};

use super::page::LogPage;
use crate::audit::ListedEvent;
use crate::audit::form::RawEventQuery;
use crate::audit::lead::source_of;
use crate::audit::list::count;
use crate::audit::query::{Cursor, EventKeyset, EventQuery};
use crate::authority::Admin;
use crate::error::Result;
use crate::links::Links;
use crate::listing::ListQuery;

/// As many new events as are counted.
const MOST_NEWS: u64 = 99;

/// What came since `seen`, which the page asks for by itself while someone looks at it.
///
/// # Errors
/// When the database can't be asked.
pub async fn news(admin: &Admin, query: EventQuery, seen: Cursor) -> Result<LogPage> {
    let cursor = Some(Cursor { backwards: true, ..seen.clone() });
    let since = EventQuery { limit: MOST_NEWS, cursor, ..query };
    let new_events = match count(admin, &since, &source_of(admin, &since).await?).await? {
        0 => String::new(),
        1 => "1 new event".to_owned(),
        count if count > MOST_NEWS => format!("{MOST_NEWS}+ new events"),
        count => format!("{count} new events"),
    };
    let links = admin.links();
    Ok(LogPage {
        news: address_of(&links, &since, &seen),
        newest: since.address_at(links.audit(), None),
        new_events,
        ..LogPage::blank(admin, RawEventQuery::default())
    })
}

/// The address that tells what came after the first of `events`, or from now on if there is none; nothing where no news
/// can belong to the top of the page.
pub fn ask_for_news(links: &Links, query: &EventQuery, events: &[ListedEvent], now: DateTime<Utc>) -> String {
    let is_over = query.until().is_some_and(|until| until <= now.timestamp_millis());
    if query.cursor.is_some() || is_over {
        return String::new();
    }
    let from_now_on = || EventKeyset { at: now.timestamp_millis(), number: 0 };
    let keyset = events.first().map_or_else(from_now_on, ListedEvent::keyset);
    address_of(links, query, &Cursor { keyset, backwards: true })
}

fn address_of(links: &Links, query: &EventQuery, seen: &Cursor) -> String {
    query.address_with(links.audit(), Some(("newer", seen.to_string())))
}
