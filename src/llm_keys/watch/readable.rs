//! Which stored keys can be opened. A key is opened once and not again until its row says something else: opening all of
//! them at every look would cost the more the more organizations there are.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

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

impl Readable {
    /// Looks at all keys that are in use; `opens` tells of one whether it can be opened, and is asked only of rows that
    /// are new or changed. The ids of those that can't be.
    pub fn unreadable<'a, E>(
        &mut self,
        keys: &'a [Model],
        opens: impl Fn(&Model) -> Result<bool, E>,
    ) -> Result<HashSet<&'a str>, E> {
        let mut known = HashMap::with_capacity(keys.len());
        for key in keys {
            let row = fingerprint(key);
            let before = self.0.get(&key.id).filter(|known| known.row == row);
            let is_readable = match before {
                Some(before) => before.is_readable,
                None => opens(key)?,
            };
            known.insert(key.id.clone(), Known { row, is_readable });
        }
        self.0 = known;
        let unreadable = keys.iter().map(|key| key.id.as_str());
        Ok(unreadable.filter(|id| self.0.get(*id).is_some_and(|known| !known.is_readable)).collect())
    }
}

/// Of the sealed key, and of what it is bound to.
fn fingerprint(key: &Model) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&key.organization_id, &key.provider, &key.base_url, &key.sealed_key).hash(&mut hasher);
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
        let keys = [key("a", "sealed"), key("b", "broken")];
        for _ in 0..3 {
            assert_eq!(readable.unreadable(&keys, opens), Ok(HashSet::from(["b"])));
        }
        assert_eq!(opened.take(), ["a", "b"]);
        assert_eq!(
            readable.unreadable(&[key("a", "broken"), key("b", "sealed")], opens),
            Ok(HashSet::from(["a"]))
        );
        assert_eq!(opened.take(), ["a", "b"]);
        assert_eq!(readable.unreadable(&[], opens), Ok(HashSet::new()));
        assert!(readable.0.is_empty(), "keys that are gone are forgotten");
    }
}
