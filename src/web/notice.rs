//! The one sentence that a page says after a redirect, carried by a short-lived cookie that holds its name
//! only, and what would undo it: nothing a visitor could write appears on a page.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use uuid::Uuid;

use crate::access::Role;
use crate::llm_keys::Provider;

const COOKIE: &str = "notice";

/// Each notice with its name in the cookie and its sentence.
macro_rules! notices {
    ($($notice:ident $name:literal $sentence:literal)*) => {
        /// What has just been done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Notice {
            $($notice,)*
        }

        impl Notice {
            const ALL: &[Self] = &[$(Self::$notice,)*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$notice => $name,)*
                }
            }

            /// The sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$notice => $sentence,)*
                }
            }
        }
    };
}

notices! {
    NameSaved "name-saved" "Organization name saved."
    AccessSaved "access-saved" "Access rules saved."
    AccessEnded "access-ended" "Access rules saved. Those whom they leave out are out."
    AddressAllowed "address-allowed" "The address may join now."
    MethodOn "method-on" "The sign-in method is switched on."
    MethodOff "method-off" "The sign-in method is switched off."
    Connected "connected" "The account is connected. You can sign in with it now."
    AlreadyConnected "already-connected" "That account was connected already."
    Disconnected "disconnected" "The account is disconnected."
    SessionEnded "session-ended" "The session was ended."
    OtherSessionsEnded "other-sessions-ended" "You are signed out everywhere else."
    SignedOut "signed-out" "You are signed out."
    ThemeSaved "theme-saved" "Theme saved."
    Invited "invited" "Invites are on their way."
    InvitedBefore "invited-before" "These were invited before. Nothing was sent again."
    InviteResent "invite-resent" "The invite is sent again. The old link stopped working."
    InviteRevoked "invite-revoked" "The invite is revoked."
    TestMailQueued "test-mail-queued" "The test mail is on its way to you."
    Joined "joined" "Welcome. You are in."
    AskedForLink "asked-for-link" "Whoever invited you is told."
    KeySaved "key-saved" "The key is saved."
    KeyReplaced "key-replaced" "The key is replaced. The one before it is kept until you remove it."
    KeyRemoved "key-removed" "The key is removed."
    KeyRestored "key-restored" "The key is back."
    KeyReverted "key-reverted" "The previous key is used again."
    PreviousKeyErased "previous-key-erased" "The previous key is erased."
    RoleChanged "role-changed" "The role is changed."
    UserDeactivated "user-deactivated" "They can no longer sign in. Their sessions are ended."
    UserReactivated "user-reactivated" "They can sign in again."
    UserRemoved "user-removed" "They are no longer in the organization."
    TheirSessionEnded "their-session-ended" "The session is ended."
    TheirSessionsEnded "their-sessions-ended" "All their sessions are ended."
    Left "left" "You have left the organization."
    AccountDeleted "account-deleted" "Your account is deleted."
    ManyChanged "many-changed" "Done. Those who were named as left out are as they were."
}

impl Notice {
    /// The notice that the previous answer left, and what would undo that.
    pub fn of(request: &HttpRequest) -> Option<(Self, Option<Undo>)> {
        let cookie = request.cookie(COOKIE)?;
        let (name, undo) = cookie.value().split_once('.').unwrap_or((cookie.value(), ""));
        let notice = Self::ALL.iter().copied().find(|notice| notice.name() == name)?;
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
