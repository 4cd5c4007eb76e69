//! What can be typed as invites: up to 500 addresses in any shape, and a role.

use serde::Deserialize;

use super::results::Choices;
use crate::id::{self, Id};
use crate::role::Role;

/// As many addresses as are invited at once.
pub const MOST: usize = 500;

/// The form as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct InviteForm {
    #[serde(default)]
    pub addresses: String,
    #[serde(default)]
    pub role: String,
    /// Made with the form, so that sending it twice invites no one twice.
    #[serde(default, deserialize_with = "id::if_any")]
    pub batch: Option<Id>,
    /// A team's id, a project's, and the role in it.
    #[serde(default, deserialize_with = "id::if_any")]
    pub team: Option<Id>,
    #[serde(default, deserialize_with = "id::if_any")]
    pub project: Option<Id>,
    #[serde(default)]
    pub project_role: String,
    pub preview: Option<String>,
}

impl InviteForm {
    /// A form with what was chosen in an earlier one.
    pub fn chosen(addresses: String, Choices { role, places }: Choices) -> Self {
        Self {
            addresses,
            role: role.map(|role| role.name().to_owned()).unwrap_or_default(),
            team: places.team,
            project: places.project,
            project_role: places.project_role,
            ..Self::default()
        }
    }
}

/// The role of the form; the lowest where none was chosen.
pub fn role(text: &str) -> Option<Role> {
    if text.is_empty() { Some(Role::Member) } else { Role::parse(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_taken_by_their_names_only() {
        assert_eq!(role(""), Some(Role::Member));
        assert_eq!(role("admin"), Some(Role::Admin));
        assert_eq!(role("Admin"), None);
    }
}
