//! What is said of keys that programs ask for.

use super::sentences::{Fixed, Words};

pub(super) const MISSING: Fixed = Fixed(
    "key_missing",
    "No key set",
    "Neither the project nor the organization has a key for this provider.",
    "Add one on the LLM keys page.",
);

pub(super) fn unreadable(providers: &str) -> Words {
    Words {
        code: "key_unreadable",
        title: "A key can’t be read",
        what: format!("This key can’t be decrypted: {providers}."),
        next_step: "Replace it where it was set: on the LLM keys page, or on the project’s.",
    }
}
