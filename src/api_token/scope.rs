//! What a token may be used for.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// One thing that a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[schema(as = TokenScope)]
pub enum Scope {
    /// Of a person: reads what the person can read.
    #[serde(rename = "admin:read")]
    AdminRead,
    /// Of a person: changes what the person can change.
    #[serde(rename = "admin:write")]
    AdminWrite,
    /// Of a project: fetches keys.
    #[serde(rename = "keys:resolve")]
    ResolveKeys,
}

impl Scope {
    /// What a person's token may be for; the first is what it is for unless more is chosen.
    pub const OF_PEOPLE: [Self; 2] = [Self::AdminRead, Self::AdminWrite];
    /// What a project's token may be for.
    pub const OF_PROJECTS: [Self; 1] = [Self::ResolveKeys];
    /// Every one.
    pub const ALL: [Self; 3] = [Self::AdminRead, Self::AdminWrite, Self::ResolveKeys];

    /// What a person's token has to be for, where someone asks to read or to change.
    pub fn asked(is_safe: bool) -> Self {
        if is_safe { Self::AdminRead } else { Self::AdminWrite }
    }

    /// The name in the API, in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::AdminRead => "admin:read",
            Self::AdminWrite => "admin:write",
            Self::ResolveKeys => "keys:resolve",
        }
    }

    /// What it is for, in few words.
    pub fn label(self) -> &'static str {
        match self {
            Self::AdminRead => "Read",
            Self::AdminWrite => "Read and change",
            Self::ResolveKeys => "Fetch keys",
        }
    }

    /// What it lets a program do, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::AdminRead => "Can read what you can read, through the API.",
            Self::AdminWrite => "Can also change what you can change.",
            Self::ResolveKeys => "Can fetch the LLM keys this project uses.",
        }
    }

    /// The scope of exactly this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// All that a token may be used for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// These, each once, in their order.
    pub fn new(mut scopes: Vec<Scope>) -> Self {
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// Reads what [`Self::stored`] has written; what no one knows any more is nothing.
    pub fn read(text: &str) -> Self {
        Self::new(text.split(' ').filter_map(Scope::parse).collect())
    }

    /// As the database keeps them.
    pub fn stored(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|scope| scope.name()).collect();
        names.join(" ")
    }

    /// Whether a token of these may be used for `scope`: who changes also reads.
    pub fn include(&self, scope: Scope) -> bool {
        self.0.contains(&scope) || scope == Scope::AdminRead && self.0.contains(&Scope::AdminWrite)
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_changes_also_reads_and_nothing_else_includes_anything() {
        let scopes = Scopes::read("admin:write unknown");
        assert!(scopes.include(Scope::AdminRead) && scopes.include(Scope::AdminWrite));
        assert!(!scopes.include(Scope::ResolveKeys));
        let scopes = Scopes::read("keys:resolve");
        assert!(!scopes.include(Scope::AdminRead) && !scopes.include(Scope::AdminWrite));
        assert!(Scopes::read("Admin:write").is_empty());
        assert_eq!(Scopes::read(&scopes.stored()), scopes);
    }
}
