//! What one rule says.

use std::borrow::Cow;

use crate::role::Role;

/// What a rule says, before it is written down as a step.
pub(super) enum Says {
    Admits(Role, Cow<'static, str>),
    Refuses(Cow<'static, str>),
    Passes(Cow<'static, str>),
}

impl Says {
    pub(super) fn admits(role: Role, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Admits(role, detail.into())
    }

    pub(super) fn refuses(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Refuses(detail.into())
    }

    pub(super) fn passes(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Passes(detail.into())
    }
}
