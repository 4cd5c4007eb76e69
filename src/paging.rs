//! Parts of long lists, found by the keys of their neighbours and never by counting (no OFFSET, no total).

use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A place in a list, opaque in an address: `M` is what the list is sorted by, of the row there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor<M> {
    #[serde(flatten)]
    pub mark: M,
    /// Whether the part before this place is wanted instead of the part after it.
    pub backwards: bool,
}

/// The place of a row in a list by time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// In milliseconds.
    pub at: i64,
    pub id: String,
}

impl<M: DeserializeOwned> Cursor<M> {
    /// Reads a cursor back from an address. PostgreSQL has no texts with a NUL, so no row is at such a place.
    pub fn parse(text: &str) -> Option<Self> {
        let json = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let has_nul = json.windows(NUL.len()).any(|part| part == NUL);
        serde_json::from_slice(&json).ok().filter(|_| !has_nul)
    }
}

/// As JSON writes it; bare, it is no JSON.
const NUL: &[u8] = b"\\u0000";

impl<M: Serialize> std::fmt::Display for Cursor<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&BASE64URL_NOPAD.encode(&json))
    }
}

/// A part of a list and where it goes on.
pub struct Part<T, M> {
    pub rows: Vec<T>,
    pub previous: Option<Cursor<M>>,
    pub next: Option<Cursor<M>>,
}

impl<T, M> Part<T, M> {
    /// Makes a part of what was read past `cursor` in the direction of its walk: up to `limit` rows, and one more
    /// if there is another part.
    pub fn new(mut rows: Vec<T>, limit: u64, cursor: Option<&Cursor<M>>, mark: impl Fn(&T) -> M) -> Self {
        let more = rows.len() as u64 > limit;
        if more {
            rows.pop();
        }
        let backwards = cursor.is_some_and(|cursor| cursor.backwards);
        if backwards {
            rows.reverse();
        }
        let at = |row: Option<&T>, backwards| row.map(|row| Cursor { mark: mark(row), backwards });
        let before = if backwards { more } else { cursor.is_some() };
        let previous = if before { at(rows.first(), true) } else { None };
        let next = if backwards || more { at(rows.last(), false) } else { None };
        Self { rows, previous, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Number {
        n: i64,
    }

    fn part(rows: &[i64], cursor: Option<(i64, bool)>) -> (Vec<i64>, Option<i64>, Option<i64>) {
        let cursor = cursor.map(|(n, backwards)| Cursor { mark: Number { n }, backwards });
        let part = Part::new(rows.to_vec(), 2, cursor.as_ref(), |n| Number { n: *n });
        (part.rows, part.previous.map(|c| c.mark.n), part.next.map(|c| c.mark.n))
    }

    #[test]
    fn a_part_leads_where_there_is_more() {
        assert_eq!(part(&[1, 2], None), (vec![1, 2], None, None));
        assert_eq!(part(&[1, 2, 3], None), (vec![1, 2], None, Some(2)));
        assert_eq!(part(&[3, 4, 5], Some((2, false))), (vec![3, 4], Some(3), Some(4)));
        assert_eq!(part(&[4, 3, 2], Some((5, true))), (vec![3, 4], Some(3), Some(4)));
        assert_eq!(part(&[2, 1], Some((3, true))), (vec![1, 2], None, Some(2)));
    }

    #[test]
    fn a_cursor_comes_back_from_an_address_and_nonsense_does_not() {
        let cursor = Cursor { mark: Number { n: -7 }, backwards: true };
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        let nul = Cursor { mark: Mark { at: 0, id: "\0".to_owned() }, backwards: false }.to_string();
        for text in ["", "garbage", "e30", "\u{e9}", &nul] {
            assert_eq!(Cursor::<Number>::parse(text), None, "{text}");
            assert_eq!(Cursor::<Mark>::parse(text), None, "{text}");
        }
    }
}
