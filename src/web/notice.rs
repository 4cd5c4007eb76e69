//! The one sentence that a page says after a redirect, carried by a short-lived cookie that holds its name
//! only, and what would undo it: nothing a visitor could write appears on a page.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use uuid::Uuid;

use crate::access::Role;
use crate::llm_keys::Provider;

const COOKIE: &str = "notice";

/// What has just been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    NameSaved,
    AccessSaved,
    AccessEnded,
    AddressAllowed,
    MethodOn,
    MethodOff,
    Connected,
    AlreadyConnected,
    Disconnected,
    SessionEnded,
    OtherSessionsEnded,
    SignedOut,
    ThemeSaved,
    Invited,
    InvitedBefore,
    InviteResent,
    InviteRevoked,
    TestMailQueued,
    Joined,
    AskedForLink,
    KeySaved,
    KeyReplaced,
    KeyRemoved,
    KeyRestored,
    KeyReverted,
    PreviousKeyErased,
    RoleChanged,
    UserDeactivated,
    UserReactivated,
    UserRemoved,
    TheirSessionEnded,
    TheirSessionsEnded,
    Left,
    AccountDeleted,
    ManyChanged,
}

impl Notice {
    const ALL: [Self; 35] = [
        Self::NameSaved,
        Self::AccessSaved,
        Self::AccessEnded,
        Self::AddressAllowed,
        Self::MethodOn,
        Self::MethodOff,
        Self::Connected,
        Self::AlreadyConnected,
        Self::Disconnected,
        Self::SessionEnded,
        Self::OtherSessionsEnded,
        Self::SignedOut,
        Self::ThemeSaved,
        Self::Invited,
        Self::InvitedBefore,
        Self::InviteResent,
        Self::InviteRevoked,
        Self::TestMailQueued,
        Self::Joined,
        Self::AskedForLink,
        Self::KeySaved,
        Self::KeyReplaced,
        Self::KeyRemoved,
        Self::KeyRestored,
        Self::KeyReverted,
        Self::PreviousKeyErased,
        Self::RoleChanged,
        Self::UserDeactivated,
        Self::UserReactivated,
        Self::UserRemoved,
        Self::TheirSessionEnded,
        Self::TheirSessionsEnded,
        Self::Left,
        Self::AccountDeleted,
        Self::ManyChanged,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::NameSaved => "name-saved",
            Self::AccessSaved => "access-saved",
            Self::AccessEnded => "access-ended",
            Self::AddressAllowed => "address-allowed",
            Self::MethodOn => "method-on",
            Self::MethodOff => "method-off",
            Self::Connected => "connected",
            Self::AlreadyConnected => "already-connected",
            Self::Disconnected => "disconnected",
            Self::SessionEnded => "session-ended",
            Self::OtherSessionsEnded => "other-sessions-ended",
            Self::SignedOut => "signed-out",
            Self::ThemeSaved => "theme-saved",
            Self::Invited => "invited",
            Self::InvitedBefore => "invited-before",
            Self::InviteResent => "invite-resent",
            Self::InviteRevoked => "invite-revoked",
            Self::TestMailQueued => "test-mail-queued",
            Self::Joined => "joined",
            Self::AskedForLink => "asked-for-link",
            Self::KeySaved => "key-saved",
            Self::KeyReplaced => "key-replaced",
            Self::KeyRemoved => "key-removed",
            Self::KeyRestored => "key-restored",
            Self::KeyReverted => "key-reverted",
            Self::PreviousKeyErased => "previous-key-erased",
            Self::RoleChanged => "role-changed",
            Self::UserDeactivated => "user-deactivated",
            Self::UserReactivated => "user-reactivated",
            Self::UserRemoved => "user-removed",
            Self::TheirSessionEnded => "their-session-ended",
            Self::TheirSessionsEnded => "their-sessions-ended",
            Self::Left => "left",
            Self::AccountDeleted => "account-deleted",
            Self::ManyChanged => "many-changed",
        }
    }

    /// The sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NameSaved => "Organization name saved.",
            Self::AccessSaved => "Access rules saved.",
            Self::AccessEnded => "Access rules saved. Those whom they leave out are out.",
            Self::AddressAllowed => "The address may join now.",
            Self::MethodOn => "The sign-in method is switched on.",
            Self::MethodOff => "The sign-in method is switched off.",
            Self::Connected => "The account is connected. You can sign in with it now.",
            Self::AlreadyConnected => "That account was connected already.",
            Self::Disconnected => "The account is disconnected.",
            Self::SessionEnded => "The session was ended.",
            Self::OtherSessionsEnded => "You are signed out everywhere else.",
            Self::SignedOut => "You are signed out.",
            Self::ThemeSaved => "Theme saved.",
            Self::Invited => "Invites are on their way.",
            Self::InvitedBefore => "These were invited before. Nothing was sent again.",
            Self::InviteResent => "The invite is sent again. The old link stopped working.",
            Self::InviteRevoked => "The invite is revoked.",
            Self::TestMailQueued => "The test mail is on its way to you.",
            Self::Joined => "Welcome. You are in.",
            Self::AskedForLink => "Whoever invited you is told.",
            Self::KeySaved => "The key is saved.",
            Self::KeyReplaced => "The key is replaced. The one before it is kept until you remove it.",
            Self::KeyRemoved => "The key is removed.",
            Self::KeyRestored => "The key is back.",
            Self::KeyReverted => "The previous key is used again.",
            Self::PreviousKeyErased => "The previous key is erased.",
            Self::RoleChanged => "The role is changed.",
            Self::UserDeactivated => "They can no longer sign in. Their sessions are ended.",
            Self::UserReactivated => "They can sign in again.",
            Self::UserRemoved => "They are no longer in the organization.",
            Self::TheirSessionEnded => "The session is ended.",
            Self::TheirSessionsEnded => "All their sessions are ended.",
            Self::Left => "You have left the organization.",
            Self::AccountDeleted => "Your account is deleted.",
            Self::ManyChanged => "Done. Those who were named as left out are as they were.",
        }
    }

    /// The notice that the previous answer left, and what would undo that.
    pub fn of(request: &HttpRequest) -> Option<(Self, Option<Undo>)> {
        let cookie = request.cookie(COOKIE)?;
        let (name, undo) = cookie.value().split_once('.').unwrap_or((cookie.value(), ""));
        let notice = Self::ALL.into_iter().find(|notice| notice.name() == name)?;
        Some((notice, Undo::parse(undo)))
    }

    /// The cookie that carries the notice to the next page.
    pub fn cookie(self) -> Cookie<'static> {
        base(self.name().to_owned()).max_age(Duration::minutes(1)).finish()
    }

    /// The same with what would undo what was done.
    pub fn undoable(self, undo: &Undo) -> Cookie<'static> {
        base(format!("{}.{}", self.name(), undo.code())).max_age(Duration::minutes(1)).finish()
    }

    /// The cookie that takes the notice back once it was said.
    pub fn said() -> Cookie<'static> {
        base(String::new()).max_age(Duration::ZERO).finish()
    }
}

fn base(value: String) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(COOKIE, value).path("/").http_only(true).same_site(SameSite::Lax)
}

/// What would undo what was just done.
#[derive(Clone, Debug, PartialEq)]
pub enum Undo {
    /// Gives a person the role that they had.
    Role { person: Uuid, role: Role },
    /// Lets a person in again.
    Deactivation { person: Uuid },
    /// Brings a key back.
    KeyRemoval { provider: Provider },
}

impl Undo {
    fn parse(code: &str) -> Option<Self> {
        let mut parts = code.splitn(3, '.');
        let (kind, what) = (parts.next()?, parts.next()?);
        match kind {
            "role" => Some(Self::Role { person: what.parse().ok()?, role: Role::parse(parts.next()?)? }),
            "deactivation" => Some(Self::Deactivation { person: what.parse().ok()? }),
            "key" => Some(Self::KeyRemoval { provider: Provider::parse(what)? }),
            _ => None,
        }
    }

    fn code(&self) -> String {
        match self {
            Self::Role { person, role } => format!("role.{person}.{}", role.name()),
            Self::Deactivation { person } => format!("deactivation.{person}"),
            Self::KeyRemoval { provider } => format!("key.{}", provider.id()),
        }
    }

    /// Where a form goes that undoes it.
    pub fn action(&self) -> String {
        match self {
            Self::Role { person, .. } => format!("/settings/admin/users/{person}/role"),
            Self::Deactivation { person } => format!("/settings/admin/users/{person}/reactivation"),
            Self::KeyRemoval { provider } => {
                format!("/settings/admin/llm-keys/{}/restoration", provider.id())
            }
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
        let provider = Provider::parse("openai").expect("a provider");
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
