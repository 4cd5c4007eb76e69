//! The words that a line may be made of.

/// A word and the field of the form that means the same.
pub struct Key {
    pub name: &'static str,
    pub field: &'static str,
}

/// The field of what has no key before it.
pub const TEXT: &str = "text";

/// The words that a line is made of, in the order in which a line is written back.
pub const KEYS: [Key; 7] = [
    Key { name: "actor", field: "who" },
    Key { name: "action", field: "what" },
    Key { name: "target", field: "target" },
    Key { name: "outcome", field: "outcome" },
    Key { name: "after", field: "from" },
    Key { name: "before", field: "to" },
    Key { name: "text", field: TEXT },
];
