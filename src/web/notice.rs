//! The one sentence that a page says after a redirect, carried by a short-lived cookie that holds its name
//! only: nothing a visitor could write appears on a page.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};

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
}

impl Notice {
    const ALL: [Self; 26] = [
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
        }
    }

    /// The notice that the previous answer left.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(COOKIE)?;
        Self::ALL.into_iter().find(|notice| notice.name() == cookie.value())
    }

    /// The cookie that carries the notice to the next page.
    pub fn cookie(self) -> Cookie<'static> {
        base(self.name()).max_age(Duration::minutes(1)).finish()
    }

    /// The cookie that takes the notice back once it was said.
    pub fn said() -> Cookie<'static> {
        base("").max_age(Duration::ZERO).finish()
    }
}

fn base(value: &'static str) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(COOKIE, value).path("/").http_only(true).same_site(SameSite::Lax)
}
