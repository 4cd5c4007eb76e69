//! The one sentence that a page says after a redirect, carried by a short-lived cookie that holds its name
//! only, and what would undo it: nothing a visitor could write appears on a page. It says so with a proof that it is
//! ours and for this session: whoever can plant a cookie has no page say anything, or offer to undo it.

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;

use super::cookies;
use super::frame::Frame;
use super::undo::Undo;
use crate::authority::Services;
use crate::authority::session::Visitor;
use crate::error::{self, Error};
use crate::links::slug_in;
use crate::slug::Slug;

/// The name of the cookie, with the organization's behind it where there are many: pages of others leave it alone.
const COOKIE: &str = "notice";
/// How long a notice waits for the next page, in seconds.
const LIFETIME: i64 = 60;

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
    AccessSavedDomainsOn "access-saved-domains-on" "Access rules saved. You added a domain, so domains are switched on."
    AccessSavedAddressesOn "access-saved-addresses-on" "Access rules saved. You added an address, so addresses are switched on."
    AccessSavedBothOn "access-saved-both-on" "Access rules saved. You added to both lists, so both are switched on."
    AccessEnded "access-ended" "Access rules saved. The people they leave out have lost access."
    AddressAllowed "address-allowed" "That address can now join."
    AddressAllowedListOn "address-allowed-list-on" "That address can now join. Addresses are switched on."
    MethodOn "method-on" "Sign-in method switched on."
    MethodOff "method-off" "Sign-in method switched off."
    Connected "connected" "Account connected. You can sign in with it now."
    AlreadyConnected "already-connected" "That account was already connected."
    Disconnected "disconnected" "Account disconnected."
    SessionEnded "session-ended" "Session ended."
    OtherSessionsEnded "other-sessions-ended" "You’re signed out everywhere else."
    SignedOut "signed-out" "You are signed out."
    ThemeSaved "theme-saved" "Theme saved."
    Invited "invited" "Invites sent."
    InvitedSome "invited-some" "Invites sent. Some lines need correcting."
    InvitedBefore "invited-before" "They were already invited. Nothing was resent."
    InviteResent "invite-resent" "Invite resent. The old link no longer works."
    InviteRevoked "invite-revoked" "Invite revoked."
    TestMailQueued "test-mail-queued" "Test email sent to you."
    Joined "joined" "Welcome. You’re in."
    AskedForLink "asked-for-link" "The person who invited you has been notified."
    KeySaved "key-saved" "Key saved."
    KeySavedAtBase "key-saved-at-base" "Key saved. Of the address, only the base is used, as shown."
    KeyReplaced "key-replaced" "Key replaced. The previous one is kept until you remove it."
    KeyRemoved "key-removed" "Key removed."
    KeyRestored "key-restored" "Key restored."
    KeyReverted "key-reverted" "The previous key is used again."
    PreviousKeyErased "previous-key-erased" "Previous key deleted."
    RoleChanged "role-changed" "Role changed."
    YouAreAdmin "you-are-admin" "You’re an admin now."
    YouAreMember "you-are-member" "You’re a member now."
    YouAreDeactivated "you-are-deactivated" "Your account is deactivated. You’re signed out."
    YouAreSuspended "you-are-suspended" "You can no longer open the organization."
    UserDeactivated "user-deactivated" "They can no longer sign in. Their sessions are ended."
    UserReactivated "user-reactivated" "They can sign in again."
    UserSuspended "user-suspended" "They can no longer open the organization."
    UserSuspensionEnded "user-suspension-ended" "They can open the organization again."
    UserRemoved "user-removed" "They are no longer in the organization."
    TheirSessionEnded "their-session-ended" "Session ended."
    TheirSessionsEnded "their-sessions-ended" "All their sessions ended."
    TokenRevoked "token-revoked" "Token revoked. It no longer works."
    TokenLifeSaved "token-life-saved" "Maximum token lifetime saved."
    ProjectCreated "project-created" "Project created. Next, create a token."
    ProjectRenamed "project-renamed" "Project name saved."
    ProjectArchived "project-archived" "Project archived. Its tokens no longer work."
    ProjectRestored "project-restored" "Project restored. Its tokens work again."
    ProjectDeleted "project-deleted" "Project deleted, with its tokens and keys."
    ProjectMemberSet "project-member-set" "Project role saved."
    ProjectMemberRemoved "project-member-removed" "Removed from the project."
    ProjectLeft "project-left" "You have left the project."
    ProjectSeen "project-seen" "You’re a viewer of the project now."
    TeamCreated "team-created" "Team created. Next, add people."
    TeamSaved "team-saved" "Team saved."
    TeamMemberAdded "team-member-added" "Added to the team."
    TeamMemberRemoved "team-member-removed" "Removed from the team."
    TeamLeft "team-left" "You have left the team."
    TeamDeleted "team-deleted" "Team deleted."
    DoneBefore "done-before" "This was saved the first time. Nothing was done twice."
    Left "left" "You have left the organization."
    SlugChanged "slug-changed" "Address changed. The old one leads members here."
    SlugGivenUp "slug-given-up" "Address given up. It leads nowhere now."
    Transferred "transferred" "Organization transferred. You’re an admin now."
    OrganizationDeleted "organization-deleted" "Organization deleted. You can restore it for 30 days."
    OrganizationRestored "organization-restored" "Organization restored."
    OrganizationCreated "organization-created" "Organization created. You’re its owner."
    OperatorEntered "operator-entered" "You’re in. The audit log shows all you do."
    OperatorLeft "operator-left" "You have left the organization."
    AccountDeleted "account-deleted" "Your account is deleted."
    ManyChanged "many-changed" "Done. The people listed as skipped are unchanged."
}

/// What an answer leaves for the next page to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    pub notice: Notice,
    pub undo: Option<Undo>,
}

impl Left {
    /// What the previous answer to this session has left, and nobody else: not an answer to another session, not one
    /// of long ago, not somebody who can write cookies. Who is signed in nowhere has done nothing that could be undone.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let name = cookie_at(request.path());
        let cookie = cookies::value(request, &name)?;
        let services = Services::of(request).ok()?;
        let session = session_of(request).ok()?;
        let mut parts = cookie.rsplitn(3, '.');
        let (proof, at, content) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        let is_ours =
            services.config.master_key.is_token(proof, &purpose(&name, session.as_deref(), at, content));
        if !is_ours || (services.clock.now().timestamp() - at).abs() > LIFETIME {
            return None;
        }
        let left = Self::parse(content)?;
        Some(Self { undo: left.undo.filter(|_| session.is_some()), ..left })
    }

    fn parse(content: &str) -> Option<Self> {
        let (name, undo) = content.split_once('.').unwrap_or((content, ""));
        let notice = Notice::ALL.iter().copied().find(|notice| notice.name() == name)?;
        Some(Self { notice, undo: Undo::parse(undo) })
    }

    fn content(&self) -> String {
        match &self.undo {
            Some(undo) => format!("{}.{}", self.notice.name(), undo.code()),
            None => self.notice.name().to_owned(),
        }
    }
}

/// The name of the cookie that a page has to take back: its notice was said, or is none.
pub fn brought_by(request: &HttpRequest) -> Option<String> {
    let name = cookie_at(request.path());
    cookies::value(request, &name).map(|_| name)
}

/// The name of the cookie for notices of the page at `path`.
fn cookie_at(path: &str) -> String {
    match slug_in(path).and_then(|slug| Slug::parse(slug).ok()) {
        Some(slug) => format!("{COOKIE}-{slug}"),
        None => COOKIE.to_owned(),
    }
}

/// The layer that gives the browser what an answer has [`Left`], for its session only.
///
/// # Errors
/// Those of the layers inside; when the notice can't be proven ours, which is a fault of ours.
pub async fn leave(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let left = response.response_mut().extensions_mut().remove::<Left>();
    if let Some(left) = left {
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        let name = cookie_at(location.unwrap_or_default());
        let cookie = cookie(response.request(), &name, &left)?;
        response.response_mut().add_cookie(&cookie)?;
    }
    Ok(response)
}

fn cookie(request: &HttpRequest, name: &str, left: &Left) -> error::Result<Cookie<'static>> {
    let services = Services::of(request)?;
    let (at, content) = (services.clock.now().timestamp(), left.content());
    let purpose = purpose(name, session_of(request)?.as_deref(), at, &content);
    let proof = services.config.master_key.token(&purpose).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Frame::of(request)?.cookies.make(name, format!("{content}.{at}.{proof}"), Duration::seconds(LIFETIME)))
}

/// Once an answer has ended the session, there is none.
fn session_of(request: &HttpRequest) -> error::Result<Option<String>> {
    Ok(Visitor::of(request)?.map(|visitor| visitor.session))
}

fn purpose(cookie: &str, session: Option<&str>, at: i64, content: &str) -> String {
    format!("{cookie}/{}/{at}/{content}", session.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_left_is_read_as_it_was_written() {
        for undo in [None, Some(Undo::Deactivation { person: Uuid::from_u128(7) })] {
            let left = Left { notice: Notice::UserDeactivated, undo };
            assert_eq!(Left::parse(&left.content()), Some(left));
        }
        assert_eq!(Left::parse("no-such-notice"), None);
    }
}
