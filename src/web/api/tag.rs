//! What tells one state of something from another: the `ETag` of its document.

use actix_web::http::header::{ETag, EntityTag};
use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Bytes of a hash that are told.
const LENGTH: usize = 8;

/// The tag of a document: of what people change in it, and of all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    changed: String,
    all: String,
}

impl Tag {
    /// Of a document, some fields of which change by themselves.
    pub fn of(document: &[u8], by_themselves: &[String]) -> Self {
        let all = short_hash(document);
        let changed = if by_themselves.is_empty() { None } else { without(document, by_themselves) };
        Self { changed: changed.map_or_else(|| all.clone(), |changed| short_hash(&changed)), all }
    }

    /// Whether someone who has seen `seen` can change it: what changes by itself is no one's to lose.
    pub fn can_be_changed_from(&self, seen: &EntityTag) -> bool {
        !seen.weak && seen.tag().split('-').next() == Some(&self.changed)
    }

    /// Whether `seen` is all that there is to see.
    pub fn is(&self, seen: &EntityTag) -> bool {
        seen.weak_eq(&self.entity_tag())
    }

    /// As a header.
    pub fn header(&self) -> ETag {
        ETag(self.entity_tag())
    }

    fn entity_tag(&self) -> EntityTag {
        EntityTag::new_strong(format!("{}-{}", self.changed, self.all))
    }
}

fn short_hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes)[..LENGTH])
}

fn without(document: &[u8], fields: &[String]) -> Option<Vec<u8>> {
    let mut document: Value = serde_json::from_slice(document).ok()?;
    document.as_object_mut()?.retain(|name, _| !fields.contains(name));
    serde_json::to_vec(&document).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_another_when_anything_is_and_can_be_changed_unless_someone_has() {
        let fields = ["lastUsedAt".to_owned()];
        let tag = |name: &str, used: u32| {
            Tag::of(format!(r#"{{"name":"{name}","lastUsedAt":{used}}}"#).as_bytes(), &fields)
        };
        let seen = tag("Web", 1).entity_tag();
        assert!(tag("Web", 1).is(&seen) && tag("Web", 1).can_be_changed_from(&seen));
        assert!(!tag("Web", 2).is(&seen) && tag("Web", 2).can_be_changed_from(&seen));
        assert!(!tag("Shop", 1).is(&seen) && !tag("Shop", 1).can_be_changed_from(&seen));
        let weak = EntityTag::new_weak(seen.tag().to_owned());
        assert!(tag("Web", 1).is(&weak) && !tag("Web", 1).can_be_changed_from(&weak));
    }
}
