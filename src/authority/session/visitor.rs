//! Who is there, as of this request: read from the database each time (rule 1.6).

use actix_session::SessionExt;
use actix_web::HttpRequest;
use actix_web::http::Method;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::lifetime::is_fresh;
use super::state::{HALF, UNKNOWN, VISITOR};
use crate::address::EmailAddress;
use crate::api_token::{Scope, Scopes};
use crate::authority::event::{operator_name, token_name};
use crate::authority::organization::Organization;
use crate::entity::session::BY_LINK;
use crate::error::{Error, Result};
use crate::role::Role;

/// The person of a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Visitor {
    /// The name of the session, by which its owner ends it.
    pub session: String,
    /// The person's id.
    pub id: String,
    pub email: String,
    pub name: String,
    /// When the person has last proven who they are; none where no one knows.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub(super) authenticated_at: Option<DateTime<Utc>>,
    /// The provider by which the person signed in; none for sessions from before this was kept.
    pub(super) provider: Option<String>,
    /// The id of the organization that was opened last in this session.
    pub(in crate::authority) opened_last: Option<String>,
    /// What the person is here by, if by no session but by a token.
    pub(in crate::authority) token: Option<TokenOfPerson>,
    /// Whether the person may enter organizations as operator (rule 6.4).
    pub is_operator: bool,
    /// The organization that they have entered in this session.
    pub entered: Option<Entered>,
    /// Where the person belongs, and is neither locked out nor suspended.
    pub(in crate::authority) memberships: Vec<Membership>,
}

/// A person's token, as far as the person who is here by it is told by it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TokenOfPerson {
    pub id: String,
    pub name: String,
    #[serde(skip)]
    pub scopes: Scopes,
}

/// One of the organizations that a visitor belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Membership {
    pub organization: Organization,
    pub role: Role,
    /// The address by which the person joined: the only one that the organization knows.
    pub email: String,
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub(in crate::authority) opened_at: Option<DateTime<Utc>>,
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub(super) last_seen_at: Option<DateTime<Utc>>,
    /// Whether the organization has left the provider switched on by which the person signed in.
    pub(in crate::authority) method_is_on: bool,
    /// From when on the organization is closed to the person, who lacks the second factor that it requires; none for
    /// everyone else (rule 7.1).
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub factor_due: Option<DateTime<Utc>>,
}

/// What an operator has entered, for a while (rule 6.4).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entered {
    /// The id of the entry, which each change reads again.
    pub(in crate::authority) entry: String,
    pub reason: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub until: DateTime<Utc>,
    /// As whom they are there.
    pub membership: Membership,
}

impl Membership {
    /// The membership by which a token is worth anything.
    pub(in crate::authority) fn by_token(
        organization: Organization,
        role: Role,
        email: String,
        factor_due: Option<DateTime<Utc>>,
    ) -> Self {
        Self {
            organization,
            role,
            email,
            opened_at: None,
            last_seen_at: None,
            method_is_on: true,
            factor_due,
        }
    }

    /// Whether the organization is closed to the person until they have a second factor.
    pub fn is_behind_wall(&self, now: DateTime<Utc>) -> bool {
        self.factor_due.is_some_and(|due| due <= now)
    }
}

impl Visitor {
    /// Whether someone is there, as far as is known.
    pub fn is_there(request: &HttpRequest) -> bool {
        request.get_session().entries().contains_key(VISITOR)
    }

    /// The visitor of a request that went through the session middleware; none when no one is signed in.
    ///
    /// # Errors
    /// When it can't be told whether someone is (rule 2.5).
    pub fn of(request: &HttpRequest) -> Result<Option<Self>> {
        Self::carried(request, VISITOR)
    }

    /// Who is half signed in, and has yet to give a second factor (rule 7.1); none for everyone else.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn half(request: &HttpRequest) -> Result<Option<Self>> {
        Self::carried(request, HALF)
    }

    fn carried(request: &HttpRequest, name: &str) -> Result<Option<Self>> {
        let session = request.get_session();
        match session.get::<String>(UNKNOWN) {
            Ok(None) => session.get(name).map_err(|e| Error::Internal(e.to_string())),
            _ => Err(Error::Unavailable("the session could not be read".to_owned())),
        }
    }

    /// A person who is here by a token: in one organization, as no operator, and without a proof of a moment ago.
    pub(in crate::authority) fn by_token(
        token: TokenOfPerson,
        id: String,
        email: String,
        name: String,
        membership: Membership,
    ) -> Self {
        Self {
            session: String::new(),
            id,
            email,
            name,
            authenticated_at: None,
            provider: None,
            opened_last: None,
            token: Some(token),
            is_operator: false,
            entered: None,
            memberships: vec![membership],
        }
    }

    /// What the token by which the person is here would have to be for, and is not. None for a session, too.
    pub(in crate::authority) fn lacks(&self, method: &Method) -> Option<Scope> {
        let asked = Scope::asked(method.is_safe());
        self.token.as_ref().filter(|token| !token.scopes.include(asked)).map(|_| asked)
    }

    /// As whom the log of this membership's organization tells of the person: by the address that it knows, and of an
    /// operator that they are one.
    pub(in crate::authority) fn name_at(&self, membership: &Membership) -> String {
        let here = &membership.organization.id;
        match &self.entered {
            Some(entered) if entered.membership.organization.id == *here => operator_name(&membership.email),
            _ => self.name_in_log(&membership.email),
        }
    }

    /// As whom other logs do: an organization whose token they show knows them by their membership alone.
    pub(in crate::authority) fn name_elsewhere(&self) -> String {
        let by_token = self.token.as_ref().and_then(|_| self.memberships.first());
        self.name_in_log(by_token.map_or(&self.email, |membership| &membership.email))
    }

    fn name_in_log(&self, email: &str) -> String {
        match &self.token {
            Some(token) => token_name(email, &token.name),
            None => email.to_owned(),
        }
    }

    /// Whether the session was begun by this provider.
    pub fn came_by(&self, provider: &str) -> bool {
        self.provider.as_deref() == Some(provider)
    }

    /// The person's own address.
    ///
    /// # Errors
    /// When what is stored isn't an address, which is a fault of ours.
    pub fn address(&self) -> Result<EmailAddress> {
        EmailAddress::stored(&self.email)
    }

    /// Whether the person has proven a moment ago who they are, as what is easily misused by a passer-by takes.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.authenticated_at.is_some_and(|at| is_fresh(at, now))
    }

    /// Where the person belonged when the request came, the one opened last first.
    pub fn memberships(&self) -> Vec<&Membership> {
        let mut all: Vec<&Membership> = self.memberships.iter().collect();
        all.sort_by_key(|membership| std::cmp::Reverse(membership.opened_at));
        all
    }

    /// The membership that the session's person opened last, if it is one still; else that of the only organization to
    /// which they belong.
    pub fn opened_last(&self) -> Option<&Membership> {
        let last = self.opened_last.as_deref().and_then(|id| self.membership_in(id));
        last.or_else(|| self.only_membership())
    }

    /// The person's membership, if there is one and no other.
    pub fn only_membership(&self) -> Option<&Membership> {
        self.memberships.first().filter(|_| self.memberships.len() == 1)
    }

    /// Whether the person has come in by a way that `membership`'s organization takes, where each judges that for itself
    /// (rule 6.7). A link from the shell is one; of sessions from before the way was kept, nothing is known.
    pub(in crate::authority) fn has_come_by(
        &self,
        membership: &Membership,
        is_configured: impl FnOnce(&str) -> bool,
    ) -> bool {
        if self.token.is_some() {
            return true;
        }
        match self.provider.as_deref() {
            Some(BY_LINK) => true,
            Some(provider) => membership.method_is_on && is_configured(provider),
            None => false,
        }
    }

    /// As whom the person is in an organization, which `is_meant` tells: one that they have entered as operator is no
    /// longer one of their own.
    pub(in crate::authority) fn standing(
        &self,
        is_meant: impl Fn(&Organization) -> bool,
    ) -> Option<&Membership> {
        let entered = self.entered.iter().map(|entered| &entered.membership);
        entered.chain(&self.memberships).find(|membership| is_meant(&membership.organization))
    }

    /// The person's membership in the organization of this id when the request came, if they belonged to it.
    pub fn membership_in(&self, organization: &str) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.organization.id == organization)
    }
}
