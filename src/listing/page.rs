//! A page of a list, and what stands below it.

use super::cursor::Cursor;

/// A page of a list and where the list goes on.
pub struct ListPage<T, K> {
    pub rows: Vec<T>,
    pub previous: Option<Cursor<K>>,
    pub next: Option<Cursor<K>>,
}

/// What stands below a list: how much it shows, and the addresses of the pages around, empty where there is none.
#[derive(Default)]
pub struct Paging {
    pub showing: String,
    pub previous: String,
    pub next: String,
}

/// Whether a list shows nothing, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// It shows something.
    No,
    /// There is nothing yet.
    Nothing,
    /// Nothing of what there is was asked for.
    Filtered,
}

impl Empty {
    /// Of a list that shows nothing or something, and of which all or a part is asked for.
    pub fn of(shows_nothing: bool, is_filtered: bool) -> Self {
        match (shows_nothing, is_filtered) {
            (false, _) => Self::No,
            (true, false) => Self::Nothing,
            (true, true) => Self::Filtered,
        }
    }
}

impl<T, K> ListPage<T, K> {
    /// Makes a page of what was read past `cursor` in the direction of its walk: up to `limit` rows, and one more if
    /// there is another page.
    pub fn new(mut rows: Vec<T>, limit: u64, cursor: Option<&Cursor<K>>, keyset: impl Fn(&T) -> K) -> Self {
        let more = rows.len() as u64 > limit;
        if more {
            rows.pop();
        }
        let backwards = cursor.is_some_and(|cursor| cursor.backwards);
        if backwards {
            rows.reverse();
        }
        let at = |row: Option<&T>, backwards| row.map(|row| Cursor { keyset: keyset(row), backwards });
        let before = if backwards { more } else { cursor.is_some() };
        let previous = if before { at(rows.first(), true) } else { None };
        let next = if backwards || more { at(rows.last(), false) } else { None };
        Self { rows, previous, next }
    }

    /// What stands below the page, whose neighbours have these addresses.
    pub fn paging(&self, showing: String, address: impl Fn(&Cursor<K>) -> String) -> Paging {
        let at = |cursor: &Option<Cursor<K>>| cursor.as_ref().map(&address).unwrap_or_default();
        Paging { showing, previous: at(&self.previous), next: at(&self.next) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &[i64], cursor: Option<(i64, bool)>) -> (Vec<i64>, Option<i64>, Option<i64>) {
        let cursor = cursor.map(|(keyset, backwards)| Cursor { keyset, backwards });
        let page = ListPage::new(rows.to_vec(), 2, cursor.as_ref(), |n| *n);
        (page.rows, page.previous.map(|c| c.keyset), page.next.map(|c| c.keyset))
    }

    #[test]
    fn a_page_leads_where_there_is_more() {
        assert_eq!(page(&[1, 2], None), (vec![1, 2], None, None));
        assert_eq!(page(&[1, 2, 3], None), (vec![1, 2], None, Some(2)));
        assert_eq!(page(&[3, 4, 5], Some((2, false))), (vec![3, 4], Some(3), Some(4)));
        assert_eq!(page(&[4, 3, 2], Some((5, true))), (vec![3, 4], Some(3), Some(4)));
        assert_eq!(page(&[2, 1], Some((3, true))), (vec![1, 2], None, Some(2)));
    }
}
