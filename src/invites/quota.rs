//! How many invites an admin and their organization send: counted before anything is written, and those that are not
//! sent are given back.

use crate::authority::Admin;
use crate::error::{Error, Result};

/// Invites that count.
pub(super) struct Counted<'a> {
    admin: &'a Admin,
    /// Those that are not sent yet.
    invites: u32,
}

impl<'a> Counted<'a> {
    /// Counts them.
    ///
    /// # Errors
    /// 429 when they are too many.
    pub(super) fn of(admin: &'a Admin, invites: usize) -> Result<Self> {
        let invites = u32::try_from(invites).unwrap_or(u32::MAX);
        admin.services().limits.count_invites(&admin.visitor().id, &admin.organization().id, invites)?;
        Ok(Self { admin, invites })
    }

    /// What became of the change that sends `sent` of them.
    pub(super) fn settle(mut self, sent: usize, committed: Result<()>) -> Result<()> {
        if matches!(committed, Ok(()) | Err(Error::OutcomeUnknown(_))) {
            self.invites = self.invites.saturating_sub(u32::try_from(sent).unwrap_or(u32::MAX));
        }
        committed
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        let admin = self.admin;
        let limits = &admin.services().limits;
        limits.forget_invites(&admin.visitor().id, &admin.organization().id, self.invites);
    }
}
