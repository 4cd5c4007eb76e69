//! Which stored keys can be opened. A key is opened once and not again until its row says something else: opening all of
//! them at every look would cost the more the more organizations there are.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;

use crate::entity::llm_key::Model;

/// What is known of the keys that are in use.
#[derive(Default)]
pub struct Readable(HashMap<String, Known>);

#[derive(Clone, Copy)]
struct Known {
    /// Of what the verdict is about.
    row: u64,
    is_readable: bool,
}

/// A look at all keys that are in use. Those that it does not come to are forgotten.
pub struct Look<'a> {
    before: HashMap<String, Known>,
    now: &'a mut Readable,
}

impl Readable {
    /// Begins to look.
    pub fn look(&mut self) -> Look<'_> {
        Look { before: mem::take(&mut self.0), now: self }
    }
}

impl Look<'_> {
    /// Whether a key can be opened; `opens` tells, and is asked only of rows that are new or changed.
    pub fn is_readable<E>(
        &mut self,
        key: &Model,
        opens: impl Fn(&Model) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let row = fingerprint(key);
        let known = match self.before.remove(&key.id).filter(|known| known.row == row) {
            Some(known) => known,
            None => Known { row, is_readable: opens(key)? },
        };
        self.now.0.insert(key.id.clone(), known);
        Ok(known.is_readable)
    }
}

/// Of the sealed key, and of what it is bound to.
fn fingerprint(key: &Model) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&key.organization_id, &key.project_id, &key.provider, &key.base_url, &key.sealed_key).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::convert::Infallible;

    use chrono::DateTime;

    use super::*;
    use crate::entity::Timestamp;

    fn key(id: &str, sealed: &str) -> Model {
        let text = str::to_owned;
        let at = Timestamp::from(DateTime::UNIX_EPOCH);
        Model {
            id: text(id),
            organization_id: text("acme"),
            project_id: None,
            provider: text("openai"),
            name: None,
            base_url: None,
            sealed_key: text(sealed),
            last_four: text(""),
            set_by: text(""),
            set_by_name: text(""),
            created_at: at,
            updated_at: at,
            replaced_at: None,
            removed_at: None,
        }
    }

    #[test]
    fn a_key_is_opened_once_and_again_when_it_has_changed() {
        let opened = RefCell::new(Vec::new());
        let opens = |key: &Model| {
            opened.borrow_mut().push(key.id.clone());
            Ok::<_, Infallible>(key.sealed_key != "broken")
        };
        let mut readable = Readable::default();
        let mut told = |keys: &[Model]| {
            let mut look = readable.look();
            keys.iter().map(|key| look.is_readable(key, opens)).collect::<Result<Vec<_>, _>>()
        };
        for _ in 0..3 {
            assert_eq!(told(&[key("a", "sealed"), key("b", "broken")]), Ok(vec![true, false]));
        }
        assert_eq!(opened.take(), ["a", "b"]);
        assert_eq!(told(&[key("a", "broken"), key("b", "sealed")]), Ok(vec![false, true]));
        assert_eq!(opened.take(), ["a", "b"]);
        assert_eq!(told(&[]), Ok(vec![]));
        assert!(readable.0.is_empty(), "keys that are gone are forgotten");
    }
}
