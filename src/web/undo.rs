//! What would undo what was just done, as a cookie carries it and a form offers it.

use uuid::Uuid;

use crate::links::{Link, Links};
use crate::llm::LlmProvider;
use crate::role::Role;
use crate::slug::Slug;

/// What would undo what was just done.
#[derive(Clone, Debug, PartialEq)]
pub enum Undo {
    /// Gives a person the role that they had.
    Role { person: Uuid, role: Role },
    /// Lets a person in again.
    Deactivation { person: Uuid },
    /// Brings a key back: of the project of this slug, or of the organization.
    KeyRemoval { provider: LlmProvider, project: Option<String> },
    /// Takes a project back into use.
    Archiving { project: String },
}

impl Undo {
    pub(super) fn parse(code: &str) -> Option<Self> {
        let mut parts = code.splitn(3, '.');
        let (kind, what) = (parts.next()?, parts.next()?);
        match kind {
            "role" => Some(Self::Role { person: what.parse().ok()?, role: Role::parse(parts.next()?)? }),
            "deactivation" => Some(Self::Deactivation { person: what.parse().ok()? }),
            "key" => {
                let project = parts.next().map(project).transpose().ok()?;
                Some(Self::KeyRemoval { provider: LlmProvider::parse(what)?, project })
            }
            "project" => Some(Self::Archiving { project: project(what).ok()? }),
            _ => None,
        }
    }

    pub(super) fn code(&self) -> String {
        match self {
            Self::Role { person, role } => format!("role.{person}.{}", role.name()),
            Self::Deactivation { person } => format!("deactivation.{person}"),
            Self::KeyRemoval { provider, project: None } => format!("key.{}", provider.id()),
            Self::KeyRemoval { provider, project: Some(project) } => {
                format!("key.{}.{project}", provider.id())
            }
            Self::Archiving { project } => format!("project.{project}"),
        }
    }

    /// Where a form goes that undoes it.
    pub fn action(&self, links: &Links) -> Link {
        match self {
            Self::Role { person, .. } => links.user(&person.to_string()).role(),
            Self::Deactivation { person } => links.user(&person.to_string()).reactivation(),
            Self::KeyRemoval { provider, project: None } => links.llm_key(provider.id()).restoration(),
            Self::KeyRemoval { provider, project: Some(project) } => {
                links.project(project).llm_key(provider.id()).restoration()
            }
            Self::Archiving { project } => links.project(project).restoration(),
        }
    }

    /// The form's only field, if it has one.
    pub fn field(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Role { role, .. } => Some(("role", role.name())),
            Self::Deactivation { .. } | Self::KeyRemoval { .. } | Self::Archiving { .. } => None,
        }
    }
}

/// The slug that a code names.
fn project(slug: &str) -> Result<String, &'static str> {
    Slug::parse(slug).map(|slug| slug.to_string())
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
            Undo::KeyRemoval { provider: provider.clone(), project: None },
            Undo::KeyRemoval { provider, project: Some("web".to_owned()) },
            Undo::Archiving { project: "web".to_owned() },
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
            "project.",
            "project.../x",
            "key.openai./x",
        ] {
            assert_eq!(Undo::parse(code), None, "{code}");
        }
    }
}
