//! What can go wrong, never how it looks: `web::error_page` paints it.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::DbErr;

use crate::api_token::Scope;

/// What can go wrong in a request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request itself can't be read (400).
    #[error("malformed request: {0}")]
    Malformed(String),
    /// No one is signed in (302 to sign-in, 401 in the API).
    #[error("not signed in")]
    Unauthenticated,
    /// Someone has come from their provider and has yet to give a second factor (302 to the challenge, 401 in the API).
    #[error("a second factor is required")]
    SecondFactorRequired,
    /// Signed in, but it takes another role (403).
    #[error("forbidden: {0}")]
    Forbidden(Forbidden),
    /// A browser sent it from a page of another origin than ours (403, CSRF).
    #[error("sent from another origin")]
    OtherOrigin(OtherOrigin),
    /// The organization of this slug has switched off the sign-in method of the session: pages lead to its door, programs
    /// hear 403 (rule 6.7).
    #[error("the session's sign-in method is switched off")]
    SignInMethod { slug: String },
    /// Not there, or not for you to know (404, rule 6.2).
    #[error("not found")]
    NotFound,
    /// The person is not in the organization, or not any more (404): told as of anyone unknown.
    #[error("no member")]
    NoMember,
    /// The address exists, the method does not (405); which do, as `Allow` names them.
    #[error("method not allowed")]
    MethodNotAllowed(String),
    /// Someone changed it in between (409).
    #[error("changed in between")]
    Stale,
    /// What was asked for is at this address now (307): that of an organization has changed.
    #[error("moved to {0}")]
    Moved(String),
    /// The address names no organization, and the person belongs to several (409).
    #[error("several organizations")]
    OrganizationRequired,
    /// What is asked does not fit what there is (409), with a sentence.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// There is no key for the provider, wherever one may come from (404, rule 10.3).
    #[error("no key")]
    KeyMissing,
    /// There is a key that can't be opened (409): no other stands in for it (rule 4.2).
    #[error("a key can't be opened: {0}")]
    KeyUnreadable(String),
    /// It was there and is over (410).
    #[error("gone")]
    Gone,
    /// Without this sign-in method a person, or every owner, could not come in any more (409).
    #[error("the last sign-in method")]
    LastMethod,
    /// No one would be left who owns the organization (409, rule 1.5).
    #[error("the last owner")]
    LastOwner,
    /// The body did not come in time (408).
    #[error("slow body")]
    SlowBody,
    /// The body is too large (413).
    #[error("body too large")]
    TooLarge,
    /// The client takes no JSON, where nothing else is answered (406).
    #[error("no JSON taken")]
    NotAcceptable,
    /// The body is no JSON where nothing else is read (415).
    #[error("not JSON")]
    NotJson,
    /// The body is compressed (415).
    #[error("compressed body")]
    PackedBody,
    /// Fields that don't hold what they should (422), each with its sentences.
    #[error("invalid: {0:?}")]
    Invalid(FieldErrors),
    /// Too many tries (429); how long to wait.
    #[error("too many requests")]
    TooManyRequests(Duration),
    /// Too many invites (429); how long to wait.
    #[error("too many invites")]
    TooManyInvites(Duration),
    /// What is needed to decide can't be had right now (503, rule 2.5).
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The database could not do it: a check or a write was not made, so the answer is a refusal that may be
    /// tried again (503, rules 2.5, P6).
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// The connection broke while the database was told to keep a change, and could not be asked again: whether it was
    /// saved is not known (503).
    #[error("outcome unknown: {0}")]
    OutcomeUnknown(DbErr),
    /// A request of this idempotency key has done it already, and nothing was done twice (409).
    #[error("already done")]
    AlreadyDone,
    /// The idempotency key can't be taken.
    #[error("idempotency key: {0}")]
    IdempotencyKey(KeyTrouble),
    /// It is not what was seen any more by the person who changes it (412).
    #[error("precondition failed")]
    PreconditionFailed,
    /// A fault of ours (500).
    #[error("internal: {0}")]
    Internal(String),
}

/// What is wrong with an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyTrouble {
    /// It is empty or too long, or there are several (400).
    #[error("malformed")]
    Malformed,
    /// The first request with it is still being carried out (409).
    #[error("in use")]
    InUse,
    /// It came with another request before (422).
    #[error("reused")]
    Reused,
    /// As many answers as there can be are kept of one person (429); how long to wait.
    #[error("too many")]
    TooMany(Duration),
}

/// From where a request came that changes nothing here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherOrigin {
    /// The origin of the page, where the browser names one.
    pub came_by: Option<String>,
    /// The only one that is taken.
    pub base_url: String,
    /// Whether the page is ours, under another name.
    pub is_this_server: bool,
}

/// Why something is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Only admins and owners may.
    #[error("needs the role admin")]
    NeedsAdmin,
    /// It concerns someone, or gives a role, above one's own (rule 1.3).
    #[error("needs the role owner")]
    NeedsOwner,
    /// Only owners may.
    #[error("for owners")]
    ForOwners,
    /// Only the organization's own admins may, no operator who has entered it (rule 6.4).
    #[error("not for operators")]
    NotForOperators,
    /// Only admins of the project may.
    #[error("for admins of the project")]
    NeedsProjectAdmin,
    /// Only the team's manager and admins of the organization may.
    #[error("for the team's manager")]
    NeedsTeamManager,
    /// The token is not for that.
    #[error("the token lacks the scope {0}")]
    NeedsScope(Scope),
    /// No token is for that.
    #[error("not by token")]
    NotByToken,
    /// It takes a sign-in of the last ten minutes.
    #[error("needs a fresh sign-in")]
    NeedsFreshSignIn,
    /// The organization requires a second factor, and the person has none (rule 7.1).
    #[error("needs a second factor")]
    NeedsSecondFactor,
    /// The account was deactivated or deleted while the request waited.
    #[error("no active account any more")]
    NoAccount,
    /// The person belongs to no organization here.
    #[error("belongs to no organization")]
    NoOrganization,
    /// Anyone who creates organizations has to be named by the server's admin.
    #[error("can't create organizations")]
    NoOrgCreator,
}

/// Sentences by field name, as `errors` of a 422 answer.
pub type FieldErrors = BTreeMap<String, Vec<String>>;

/// The result of whatever a request asks for.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A 422 with one sentence about one field.
    pub fn invalid(field: &str, sentence: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::from([(field.to_owned(), vec![sentence.into()])]))
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<getrandom::Error> for Error {
    fn from(error: getrandom::Error) -> Self {
        Self::Internal(format!("no randomness: {error}"))
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Internal(format!("template: {error}"))
    }
}
