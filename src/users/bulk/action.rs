//! What can be done to many.

use crate::role::Role;

/// What is done to many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkAction {
    Role(Role),
    Deactivate,
    EndSessions,
}

impl BulkAction {
    /// Reads `member`, `admin`, `owner`, `deactivate` or `end-sessions`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "deactivate" => Some(Self::Deactivate),
            "end-sessions" => Some(Self::EndSessions),
            _ => Role::parse(name).map(Self::Role),
        }
    }

    /// As forms spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Role(role) => role.name(),
            Self::Deactivate => "deactivate",
            Self::EndSessions => "end-sessions",
        }
    }

    /// The role that it gives, if it gives one.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Role(role) => Some(role),
            Self::Deactivate | Self::EndSessions => None,
        }
    }
}
