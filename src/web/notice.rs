//! The one sentence that a page says after a redirect. A short-lived cookie carries the sentence's key, the names that it
//! mentions and what would undo it, with a proof that we wrote it for this session: a planted cookie makes no page say
//! anything, or offer to undo it.

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use data_encoding::BASE64URL_NOPAD;

use super::cookies;
use super::frame::Frame;
use super::undo::Undo;
use crate::authority::Services;
use crate::authority::session::Visitor;
use crate::error::{self, Error};
use crate::links::slug_in;
use crate::slug::Slug;
use crate::visible_text::shortened;

/// The name of the cookie, with the organization's behind it where there are many: pages of others leave it alone.
const COOKIE: &str = "notice";
/// How long a notice waits for the next page, in seconds.
const LIFETIME: i64 = 60;
/// As much of a name as a notice mentions, in characters: a browser keeps no cookie of more than 4 kB.
const LONGEST_NAME: usize = 80;

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

            /// The sentence, with `{}` for each name.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$notice => $sentence,)*
                }
            }

            /// About the person or thing of this name. Never a secret: browsers keep it for a minute.
            pub fn about(self, name: &str) -> Left {
                Left::from(self).and(name)
            }
        }
    };
}

notices! {
    NameSaved "name-saved" "Organization name saved."
    AccessSaved "access-saved" "Access rules saved."
    AccessSavedDomainsOn "access-saved-domains-on" "Access rules saved. You added a domain, so domains are now on."
    AccessSavedAddressesOn "access-saved-addresses-on" "Access rules saved. You added an address, so addresses are now on."
    AccessSavedBothOn "access-saved-both-on" "Access rules saved. You added to both lists, so both are now on."
    SecuritySaved "security-saved" "Security settings saved."
    AccessEnded "access-ended" "Access rules saved. {} lost access."
    AddressAllowed "address-allowed" "{} can now join."
    AddressAllowedListOn "address-allowed-list-on" "{} can now join. Addresses are now on."
    MethodOn "method-on" "{} switched on."
    MethodOff "method-off" "{} switched off."
    Connected "connected" "{} connected. You can now sign in with it."
    AlreadyConnected "already-connected" "That {} account was already connected."
    Disconnected "disconnected" "{} disconnected."
    AppAdded "app-added" "{} added. Its codes work from now on."
    AppRenamed "app-renamed" "App renamed to {}."
    AppRemoved "app-removed" "{} removed. Its codes no longer work."
    PasskeyAdded "passkey-added" "{} added. You can use it from now on."
    PasskeyRenamed "passkey-renamed" "Passkey renamed to {}."
    PasskeyRemoved "passkey-removed" "{} removed. It no longer works."
    NoSecondFactor "no-second-factor" "They have no second factor. Nothing changed."
    SecondFactorReset "second-factor-reset" "Second factor of {} reset. They were signed out everywhere."
    SessionEnded "session-ended" "{} signed out."
    OtherSessionsEnded "other-sessions-ended" "You’re signed out everywhere else."
    SignedOut "signed-out" "You’re signed out."
    ThemeSaved "theme-saved" "Theme saved."
    Invited "invited" "{} sent."
    InvitedSome "invited-some" "{} sent. {} to correct."
    InvitedBefore "invited-before" "Already invited. Nothing was resent."
    InviteResent "invite-resent" "Invite to {} resent. The old link no longer works."
    InviteRevoked "invite-revoked" "Invite to {} revoked."
    TestMailQueued "test-mail-queued" "Test email sent to {}."
    Joined "joined" "Welcome to {}."
    AskedForLink "asked-for-link" "{} has been notified."
    KeySaved "key-saved" "{} key saved."
    KeySavedAtBase "key-saved-at-base" "{} key saved. Only the base of the address is used, as shown."
    KeyReplaced "key-replaced" "{} key replaced. The previous one is kept until you remove it."
    KeyRemoved "key-removed" "{} key removed."
    KeyRestored "key-restored" "{} key restored."
    KeyReverted "key-reverted" "{} uses the previous key again."
    PreviousKeyErased "previous-key-erased" "Previous {} key deleted."
    RoleGiven "role-given" "{} is now {}.{}"
    YouAreAdmin "you-are-admin" "You’re now an admin."
    YouAreMember "you-are-member" "You’re now a member."
    YouAreDeactivated "you-are-deactivated" "Your account is deactivated. You’re signed out."
    YouAreSuspended "you-are-suspended" "You can no longer open {}."
    UserDeactivated "user-deactivated" "{} was deactivated and signed out."
    UserReactivated "user-reactivated" "{} was reactivated."
    UserSuspended "user-suspended" "{} was deactivated."
    UserRemoved "user-removed" "{} was removed from the organization."
    TheirSessionEnded "their-session-ended" "{} was signed out of one session."
    TheirSessionsEnded "their-sessions-ended" "{} was signed out everywhere."
    TokenRevoked "token-revoked" "Token {} revoked. It no longer works."
    TokenLifeSaved "token-life-saved" "Maximum token lifetime saved."
    ProjectCreated "project-created" "{} created. Next, create a token."
    ProjectRenamed "project-renamed" "Project renamed to {}."
    ProjectArchived "project-archived" "{} archived. Its tokens no longer work."
    ProjectRestored "project-restored" "{} restored. Its tokens work again."
    ProjectDeleted "project-deleted" "{} deleted, with its tokens and keys."
    ProjectMemberSet "project-member-set" "{} is now {} of the project."
    ProjectMemberRemoved "project-member-removed" "{} was removed from the project."
    ProjectLeft "project-left" "You left {}."
    ProjectSeen "project-seen" "You’re now a viewer of {}."
    TeamCreated "team-created" "{} created. Next, add people."
    TeamRenamed "team-renamed" "Team renamed to {}."
    TeamManagerSet "team-manager-set" "Manager of {} saved."
    TeamMemberAdded "team-member-added" "{} was added to the team."
    TeamMemberRemoved "team-member-removed" "{} was removed from the team."
    TeamLeft "team-left" "You left {}."
    TeamDeleted "team-deleted" "{} deleted."
    DoneBefore "done-before" "This was already saved. Nothing was done twice."
    Left "left" "You left {}."
    SlugChanged "slug-changed" "Address changed to {}. The old one still leads members here."
    SlugGivenUp "slug-given-up" "{} given up. It no longer leads here."
    Transferred "transferred" "{} now owns the organization. You’re an admin."
    OrganizationDeleted "organization-deleted" "{} deleted. You can restore it for 30 days."
    OrganizationRestored "organization-restored" "{} restored."
    OrganizationCreated "organization-created" "{} created. You’re its owner."
    OperatorEntered "operator-entered" "You entered {}. The audit log shows what you do."
    OperatorLeft "operator-left" "You left {}."
    AccountDeleted "account-deleted" "Your account is deleted."
    RolesGiven "roles-given" "{} are now {}.{}"
    UsersDeactivated "users-deactivated" "{} deactivated.{}"
    SessionsEnded "sessions-ended" "{} signed out.{}"
}

/// What an answer leaves for the next page to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    pub notice: Notice,
    /// What stands for each `{}` of its sentence.
    pub(super) names: Vec<String>,
    pub undo: Option<Undo>,
}

impl From<Notice> for Left {
    fn from(notice: Notice) -> Self {
        Self { notice, names: Vec::new(), undo: None }
    }
}

impl Left {
    /// The same about one more.
    #[must_use]
    pub fn and(mut self, name: &str) -> Self {
        let short = shortened(name, LONGEST_NAME);
        let cut = if name.chars().nth(LONGEST_NAME).is_some() { "…" } else { "" };
        self.names.push(short + cut);
        self
    }

    /// The whole sentence.
    pub fn sentence(&self) -> String {
        let mut parts = self.notice.sentence().split("{}");
        let mut sentence = parts.next().unwrap_or_default().to_owned();
        let names = self.names.iter().map(String::as_str).chain(std::iter::repeat(""));
        for (name, part) in names.zip(parts) {
            sentence.push_str(name);
            sentence.push_str(part);
        }
        sentence
    }

    /// What the previous answer to this session has left, and no one else: not an answer to another session, not one
    /// of long ago, not someone who can write cookies. Who is signed in nowhere has done nothing that could be undone.
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
        let (said, undo) = content.split_once('.').unwrap_or((content, ""));
        let mut said = said.split('~');
        let name = said.next()?;
        let notice = Notice::ALL.iter().copied().find(|notice| notice.name() == name)?;
        Some(Self { notice, names: said.map(decoded).collect::<Option<_>>()?, undo: Undo::parse(undo) })
    }

    fn content(&self) -> String {
        let names = self.names.iter().map(|name| format!("~{}", BASE64URL_NOPAD.encode(name.as_bytes())));
        let said = names.fold(self.notice.name().to_owned(), |said, name| said + &name);
        match &self.undo {
            Some(undo) => format!("{said}.{}", undo.code()),
            None => said,
        }
    }
}

fn decoded(name: &str) -> Option<String> {
    String::from_utf8(BASE64URL_NOPAD.decode(name.as_bytes()).ok()?).ok()
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
            for left in [Notice::NameSaved.into(), Notice::UserDeactivated.about("Lena Müller ~.{}")] {
                let left = Left { undo: undo.clone(), ..left };
                assert_eq!(Left::parse(&left.content()), Some(left));
            }
        }
        for content in ["no-such-notice", "user-deactivated~!", "user-deactivated~_w"] {
            assert_eq!(Left::parse(content), None, "{content}");
        }
    }

    #[test]
    fn a_sentence_mentions_names_as_they_are_and_no_more_than_fits_a_cookie() {
        assert_eq!(Notice::RoleGiven.about("A {} B").and("a member").sentence(), "A {} B is now a member.");
        let long = Notice::UserRemoved.about(&"€".repeat(500));
        assert_eq!(
            long.sentence(),
            format!("{}… was removed from the organization.", "€".repeat(LONGEST_NAME))
        );
        assert!(long.content().len() < 500);
        assert_eq!(
            Notice::UserRemoved.about("a\u{202e}b\r\n").sentence(),
            "ab was removed from the organization."
        );
    }

    #[test]
    fn every_notice_has_its_own_key() {
        let mut keys: Vec<&str> = Notice::ALL.iter().map(|notice| notice.name()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), Notice::ALL.len());
    }
}
