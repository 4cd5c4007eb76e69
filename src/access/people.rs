//! Who may: each handler's first parameter says it, and the router can't be given a handler without one.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use sea_orm::sea_query::LockType;
use tokio::time::timeout;

use super::change::{Change, Organization, Person};
use super::scope::{Scope, Scoped, own};
use super::session::{Membership, Visitor};
use super::{Role, SINGLE_ORGANIZATION};
use crate::app::Services;
use crate::audit::{Actor, Event, Origin};
use crate::entity::Personal;
use crate::error::{Error, Forbidden, Result};

/// How long a part of a long answer may take.
const PART_PATIENCE: Duration = Duration::from_secs(10);

/// Who a route admits, as `gatehouse routes` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    Anyone,
    SignedIn,
    Member,
    Admin,
}

/// An extractor that settles who is asking.
pub trait Authority: FromRequest {
    /// Whom it lets through.
    const WHO: Who;
}

/// Anybody, signed in or not.
pub struct Anyone {
    pub services: web::Data<Services>,
    pub origin: Origin,
    pub visitor: Option<Visitor>,
}

/// A person with a session, wherever they belong.
pub struct SignedIn {
    pub services: web::Data<Services>,
    pub origin: Origin,
    pub visitor: Visitor,
}

/// A person in the organization that the address means.
pub struct Member {
    signed_in: SignedIn,
    membership: Membership,
}

/// A member whose role is admin or owner.
pub struct Admin(Member);

impl Authority for Anyone {
    const WHO: Who = Who::Anyone;
}
impl Authority for SignedIn {
    const WHO: Who = Who::SignedIn;
}
impl Authority for Member {
    const WHO: Who = Who::Member;
}
impl Authority for Admin {
    const WHO: Who = Who::Admin;
}

impl Anyone {
    fn of(request: &HttpRequest) -> Result<Self> {
        let services = Services::of(request)?;
        let origin = crate::web::client::origin(request, &services.config.trusted_proxies);
        Ok(Self { services, origin, visitor: Visitor::of(request)? })
    }

    /// The person who is signed in.
    ///
    /// # Errors
    /// When nobody is.
    pub fn signed_in(&self) -> Result<SignedIn> {
        let visitor = self.visitor.clone().ok_or(Error::Unauthenticated)?;
        Ok(SignedIn { services: self.services.clone(), origin: self.origin.clone(), visitor })
    }
}

impl From<&SignedIn> for Anyone {
    fn from(person: &SignedIn) -> Self {
        let (services, origin) = (person.services.clone(), person.origin.clone());
        Self { services, origin, visitor: Some(person.visitor.clone()) }
    }
}

impl SignedIn {
    fn of(request: &HttpRequest) -> Result<Self> {
        Anyone::of(request)?.signed_in()
    }

    /// The person's own rows of a table.
    pub fn own<E: Personal>(&self) -> Scoped<'_, E> {
        own(&self.services.db, &self.visitor.id)
    }

    /// Begins a change to the person's own rows.
    ///
    /// # Errors
    /// 403 for whoever was deactivated or deleted while waiting.
    pub async fn change(&self) -> Result<Change<Person>> {
        self.begin(LockType::Share).await
    }

    /// Begins a change by which the person may leave their organization, or lose a way in: whether an owner is left
    /// must hold until it commits (rule 1.5).
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn departure(&self) -> Result<Change<Person>> {
        self.begin(LockType::Update).await
    }

    async fn begin(&self, lock: LockType) -> Result<Change<Person>> {
        let (services, origin) = (&self.services, self.origin.clone());
        Change::by_person(&services.db, &services.clock, self.actor(), origin, lock).await
    }

    /// What the people of one of the person's organizations may read.
    pub fn scope<'a>(&'a self, membership: &'a Membership) -> Scope<'a> {
        Scope::new(&self.services.db, &membership.organization)
    }

    /// Where the person belonged when the request came, if anywhere: in single tenancy there is one organization. For
    /// pages, and a test lists them; what a change decides by, it reads inside itself ([`Change::member`]).
    pub fn membership(&self) -> Option<&Membership> {
        self.membership_in(SINGLE_ORGANIZATION)
    }

    /// The same in another organization.
    pub fn membership_in(&self, organization: &str) -> Option<&Membership> {
        self.visitor.memberships.iter().find(|m| m.organization == organization)
    }

    fn actor(&self) -> Actor {
        Actor { id: Some(self.visitor.id.clone()), name: self.visitor.email.clone() }
    }

    /// Records that the person was refused what they asked for.
    async fn refuse(&self, request: &HttpRequest, why: Forbidden) -> Error {
        let target = format!("{} {}", request.method(), request.path());
        let recorded =
            async { self.change().await?.commit(Event::refused("access.refused", target)).await }.await;
        match recorded {
            Ok(()) => Error::Forbidden(why),
            Err(error) => error,
        }
    }
}

impl Member {
    async fn of(request: &HttpRequest) -> Result<Self> {
        let signed_in = SignedIn::of(request)?;
        match signed_in.membership().cloned() {
            Some(membership) => Ok(Self { signed_in, membership }),
            None => Err(signed_in.refuse(request, Forbidden::NoOrganization).await),
        }
    }

    /// What this organization's people may read.
    pub fn scope(&self) -> Scope<'_> {
        Scope::new(&self.signed_in.services.db, &self.membership.organization)
    }

    /// The member's role in the organization.
    pub fn role(&self) -> Role {
        self.membership.role
    }

    /// Whether the controls of admins are for this member.
    pub fn is_admin(&self) -> bool {
        self.membership.role >= Role::Admin
    }

    /// The membership that let them in.
    pub fn membership(&self) -> &Membership {
        &self.membership
    }

    /// The person behind the membership.
    pub fn visitor(&self) -> &Visitor {
        &self.signed_in.visitor
    }

    /// The person, wherever they belong.
    pub fn person(&self) -> &SignedIn {
        &self.signed_in
    }

    /// What requests share.
    pub fn services(&self) -> &Services {
        &self.signed_in.services
    }
}

impl Admin {
    async fn of(request: &HttpRequest) -> Result<Self> {
        let member = Member::of(request).await?;
        if member.is_admin() {
            return Ok(Self(member));
        }
        Err(member.signed_in.refuse(request, Forbidden::NeedsAdmin).await)
    }

    /// Begins a change to the organization.
    pub async fn change(&self) -> Result<Change<Organization>> {
        let signed_in = &self.0.signed_in;
        let organization = self.0.membership.organization.as_str();
        let (services, origin) = (&signed_in.services, signed_in.origin.clone());
        let change =
            Change::by_admin(&services.db, &services.clock, organization, signed_in.actor(), origin).await;
        if let Err(Error::Forbidden(_)) = change {
            let event = Event::refused("access.refused", "no admin any more");
            signed_in.change().await?.commit(event).await?;
        }
        change
    }
}

impl std::ops::Deref for Admin {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl Admin {
    /// A part of a long answer: what `read` gives, if the admin is one still once it has been read. So nothing gets out
    /// that came about after they lost the role, the session or the account (rule P5).
    ///
    /// # Errors
    /// Those of `read`; 403 when they are no admin any more; 503 when a part takes longer than [`PART_PATIENCE`].
    pub async fn part<T>(&self, read: impl Future<Output = Result<T>>) -> Result<T> {
        let checked = async {
            let part = read.await?;
            self.refuse_if_no_more().await?;
            Ok(part)
        };
        let late = |_| Error::Unavailable("a part of a long answer took too long".to_owned());
        timeout(PART_PATIENCE, checked).await.map_err(late)?
    }

    async fn refuse_if_no_more(&self) -> Result<()> {
        let signed_in = &self.0.signed_in;
        let now = signed_in.services.sessions.visitor(&signed_in.visitor.session).await?;
        let here = self.0.membership.organization.as_str();
        let mut memberships = now.iter().flat_map(|visitor| &visitor.memberships);
        if memberships.any(|m| m.organization == here && m.role >= Role::Admin) {
            return Ok(());
        }
        let event = Event::refused("access.refused", "the rest of a file: no admin any more");
        signed_in.change().await?.commit(event).await?;
        Err(Error::Forbidden(Forbidden::NeedsAdmin))
    }
}

type Extraction<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

impl FromRequest for Anyone {
    type Error = Error;
    type Future = std::future::Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request))
    }
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = std::future::Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request))
    }
}

impl FromRequest for Member {
    type Error = Error;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

impl FromRequest for Admin {
    type Error = Error;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}
