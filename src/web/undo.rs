//! What would undo what was just done, as a cookie carries it and a form offers it.

use uuid::Uuid;

use crate::links::{Link, Links};
use crate::llm::LlmProvider;
use crate::role::Role;

/// What would undo what was just done.
#[derive(Clone, Debug, PartialEq)]
pub enum Undo {
    /// Gives a person the role that they had.
    Role { person: Uuid, role: Role },
    /// Lets a person in again.
    Deactivation { person: Uuid },
    /// Brings a key back.
    KeyRemoval { provider: LlmProvider },
}

impl Undo {
    pub(super) fn parse(code: &str) -> Option<Self> {
        let mut parts = code.splitn(3, '.');
        let (kind, what) = (parts.next()?, parts.next()?);
        match kind {
            "role" => Some(Self::Role { person: what.parse().ok()?, role: Role::parse(parts.next()?)? }),
            "deactivation" => Some(Self::Deactivation { person: what.parse().ok()? }),
            "key" => Some(Self::KeyRemoval { provider: LlmProvider::parse(what)? }),
            _ => None,
        }
    }

    pub(super) fn code(&self) -> String {
        match self {
            Self::Role { person, role } => format!("role.{person}.{}", role.name()),
            Self::Deactivation { person } => format!("deactivation.{person}"),
            Self::KeyRemoval { provider } => format!("key.{}", provider.id()),
        }
    }

    /// Where a form goes that undoes it.
    pub fn action(&self, links: &Links) -> Link {
        match self {
            Self::Role { person, .. } => links.user(&person.to_string()).role(),
            Self::Deactivation { person } => links.user(&person.to_string()).reactivation(),
            Self::KeyRemoval { provider } => links.llm_key(provider.id()).restoration(),
        }
    }

    /// The form's only field, if it has one.
    pub fn field(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Role { role, .. } => Some(("role", role.name())),
            Self::Deactivation { .. } | Self::KeyRemoval { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_have_written_undoes_anything() {
        let person = Uuid::from_u128(7);
        let provider = LlmProvider::parse("openai").expect("a provider");
        let all = [
            Undo::Role { person, role: Role::Admin },
            Undo::Deactivation { person },
            Undo::KeyRemoval { provider },
        ];
        for undo in all {
            assert_eq!(Undo::parse(&undo.code()), Some(undo));
        }
        for code in [
            "",
            "role",
            "role.x.admin",
            "role.00000000-0000-0000-0000-000000000007.Owner",
            "key./../x",
            "other.x",
        ] {
            assert_eq!(Undo::parse(code), None, "{code}");
        }
    }
}
