//! A row of the list.

use chrono::{DateTime, Duration, Utc};

use crate::authority::Admin;
use crate::entity::invite::{Model, Stage};
use crate::invites::list::ListedInvite;
use crate::mail::State;
use crate::membership::invited::Status;
use crate::web::Moment;

/// An invite in the table.
pub struct InviteRow {
    pub id: String,
    pub address: String,
    pub role_label: &'static str,
    pub state: Status,
    pub state_text: String,
    /// How its mail is doing, while that matters.
    pub mail: Option<State>,
    pub mail_text: String,
    pub expires: Moment,
    pub soon: bool,
    pub invited_by: String,
    pub note: &'static str,
    pub can_resend: bool,
    pub can_revoke: bool,
}

impl InviteRow {
    /// The row of an invite as `admin` sees it.
    pub fn new(admin: &Admin, listed: ListedInvite) -> Self {
        let now = admin.services().clock.now();
        let ListedInvite { invite, status, mail, stands } = listed;
        let pending = status == Status::Pending;
        let waits = pending || status == Status::Expired && invite.state == Stage::Open;
        Self {
            role_label: invite.role.label(),
            state: status,
            state_text: state_text(&invite, status, now),
            mail_text: mail_text(mail.as_ref(), waits, pending),
            mail: mail.filter(|_| waits),
            expires: Moment::until(*invite.expires_at, now),
            soon: pending && *invite.expires_at - now < Duration::days(1),
            invited_by: invite.invited_by_name,
            note: note(pending, stands, status == Status::Expired && invite.asked_at.is_some()),
            can_resend: waits && invite.role <= admin.role() && admin.gives_roles(),
            can_revoke: waits,
            address: invite.email,
            id: invite.id,
        }
    }

    /// Whether no one waits for it any more.
    pub fn is_off(&self) -> bool {
        matches!(self.state, Status::Expired | Status::Revoked)
    }

    /// The icon of its state.
    pub fn state_icon(&self) -> &'static str {
        match self.state {
            Status::Pending => "clock",
            Status::Accepted => "check",
            Status::Expired | Status::Revoked => "x",
        }
    }

    /// The icon of how its mail is doing.
    pub fn mail_icon(&self) -> &'static str {
        match &self.mail {
            Some(State::Queued | State::Sending) => "clock",
            Some(State::Sent) => "invites",
            Some(State::Retrying { .. }) => "warning",
            Some(State::Refused { .. }) => "alert",
            Some(State::Cancelled) => "x",
            None => "info",
        }
    }

    /// How its mail is doing, in one word.
    pub fn mail_name(&self) -> &'static str {
        self.mail.as_ref().map_or("", State::name)
    }

    /// Whether something can be done about it.
    pub fn has_menu(&self) -> bool {
        self.can_resend || self.can_revoke
    }

    /// Whether its mail is still on its way.
    pub fn is_under_way(&self) -> bool {
        matches!(self.mail, Some(State::Queued | State::Sending | State::Retrying { .. }))
    }
}

fn mail_text(mail: Option<&State>, waits: bool, pending: bool) -> String {
    match mail {
        Some(state) if waits => state.words(),
        None if pending => "Not emailed: share the link".to_owned(),
        _ => String::new(),
    }
}

fn note(pending: bool, stands: bool, asked: bool) -> &'static str {
    match (pending, stands, asked) {
        (true, false, _) => "Needs resending: the inviter can no longer give this role.",
        (_, _, true) => "Asked for a new link.",
        _ => "",
    }
}

fn state_text(invite: &Model, status: Status, now: DateTime<Utc>) -> String {
    let when = invite.closed_at.map(|at| Moment::new(*at, now).text.to_string());
    let who = invite.closed_by.clone();
    match (status, who, when) {
        (Status::Pending, ..) => "Pending".to_owned(),
        (Status::Accepted, Some(who), Some(when)) => format!("Accepted by {who}, {when}"),
        (Status::Accepted, ..) => "Accepted".to_owned(),
        (Status::Expired, ..) => format!("Expired {}", Moment::new(*invite.expires_at, now).text),
        (Status::Revoked, Some(who), Some(when)) => format!("Revoked by {who}, {when}"),
        (Status::Revoked, ..) => "Revoked".to_owned(),
    }
}
