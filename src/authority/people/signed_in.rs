//! A person with a session, wherever they belong.

use std::net::IpAddr;

use actix_web::{HttpRequest, web};
use sea_orm::sea_query::LockType;

use super::anyone::Anyone;
use crate::authority::change::{Beginning, Change, OfPerson};
use crate::authority::event::{Actor, Origin};
use crate::authority::organization::Organization;
use crate::authority::scope::{Scope, Scoped, own};
use crate::authority::services::Services;
use crate::authority::session::{Membership, Visitor};
use crate::entity::Personal;
use crate::error::{Error, Forbidden, Result};
use crate::id::Id;
use crate::links::{ORGANIZATION_IN_PATH, Site};

#[derive(Clone)]
/// A person with a session, wherever they belong.
pub struct SignedIn {
    pub services: web::Data<Services>,
    pub origin: Origin,
    /// As in [`Anyone`].
    pub client: IpAddr,
    pub visitor: Visitor,
    /// Where the person belongs, or would, where there is one organization: their own changes wait for it and are told
    /// to it. None where there are many: then they wait for, and are told to, each that they belong to.
    pub home: Option<Organization>,
}

impl Anyone {
    /// The person who is signed in.
    ///
    /// # Errors
    /// When no one is.
    pub async fn signed_in(&self) -> Result<SignedIn> {
        let visitor = self.visitor.clone().ok_or(Error::Unauthenticated)?;
        let (services, origin) = (self.services.clone(), self.origin.clone());
        let home = match &visitor.token {
            // A token is of one organization, and of others nothing is told.
            Some(_) => visitor.memberships.first().map(|membership| membership.organization.clone()),
            None => self.home().await?,
        };
        let client = self.client;
        Ok(SignedIn { services, origin, client, visitor, home })
    }
}

impl From<&SignedIn> for Anyone {
    fn from(person: &SignedIn) -> Self {
        let (services, origin) = (person.services.clone(), person.origin.clone());
        Self { services, origin, client: person.client, visitor: Some(person.visitor.clone()) }
    }
}

impl SignedIn {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let person = Anyone::of(request)?.signed_in().await?;
        match person.visitor.lacks(request.method()) {
            Some(scope) => Err(Error::Forbidden(Forbidden::NeedsScope(scope))),
            None => Ok(person),
        }
    }

    /// Whether the organization of this membership takes the method by which the person has signed in (rule 6.7).
    pub fn takes_method_of(&self, membership: &Membership) -> bool {
        let is_configured = |name: &str| self.services.providers.get(name).is_some();
        self.visitor.has_come_by(membership, is_configured)
    }

    /// The person's own rows of a table.
    pub fn own<E: Personal>(&self) -> Scoped<'_, E> {
        own(&self.services.db, &self.visitor.id)
    }

    /// Begins a change to the person's own rows.
    ///
    /// # Errors
    /// 403 for anyone who was deactivated or deleted while waiting.
    pub async fn change(&self) -> Result<Change<OfPerson>> {
        Change::by_person(self.beginning(), LockType::Share).await
    }

    /// The same for a change that concerns this organization beside those that the person belongs to, which is another
    /// one perhaps: that of an invite, or one that they join.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn change_with(&self, organization: &str) -> Result<Change<OfPerson>> {
        let beginning = Beginning { also: vec![organization.to_owned()], ..self.beginning() };
        Change::by_person(beginning, LockType::Share).await
    }

    /// Begins a change by which the person may leave their organization, or lose a way in: whether an owner is left
    /// must hold until it commits (rule 1.5).
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn departure(&self) -> Result<Change<OfPerson>> {
        Change::by_person(self.beginning(), LockType::Update).await
    }

    /// What begins a change of this person in all their organizations.
    pub(super) fn beginning(&self) -> Beginning<'_> {
        Beginning {
            db: &self.services.db,
            clock: &self.services.clock,
            organization: self.home.as_ref().map(|home| home.id.as_str()),
            also: Vec::new(),
            actor: Actor { id: Some(self.visitor.id.clone()), name: self.visitor.name_elsewhere() },
            entry: None,
            origin: self.origin.clone(),
        }
    }

    /// What the people of one of the person's organizations may read.
    pub fn scope<'a>(&'a self, membership: &'a Membership) -> Scope<'a> {
        Scope::new(&self.services.db, &membership.organization.id)
    }

    /// Where the person belonged when the request came, where there is one organization. For pages, and a test lists
    /// them; what a change decides by, it reads inside itself ([`Change::member`]).
    pub fn membership(&self) -> Option<&Membership> {
        self.visitor.membership_in(self.services.only.as_deref()?)
    }

    /// What is said of an address that is none of the person's organizations': one that was theirs leads on to the present
    /// one. It is looked up always, so that the time of the answer tells nothing of what is there.
    pub(super) async fn at_former_address(&self, request: &HttpRequest) -> Error {
        let slug = request.match_info().get(ORGANIZATION_IN_PATH).unwrap_or_default();
        let Ok(slug) = Id::parse(slug) else { return Error::NotFound };
        match Organization::had_slug(&self.services.db, &slug).await {
            Ok(Some(id)) => {
                let membership = self.visitor.membership_in(&id).filter(|_| request.method().is_safe());
                membership.map_or(Error::NotFound, |membership| Self::moved(request, &slug, membership))
            }
            Ok(None) => Error::NotFound,
            Err(error) => error,
        }
    }

    fn moved(request: &HttpRequest, slug: &str, membership: &Membership) -> Error {
        let asked = request.uri().path_and_query().map_or("", |asked| asked.as_str());
        let door = |slug: &str| String::from(Site.door(slug).page());
        let rest = asked.strip_prefix(&door(slug)).unwrap_or_default();
        Error::Moved(door(&membership.organization.slug) + rest)
    }

    /// The same for the page of the door itself.
    ///
    /// # Errors
    /// Where the address leads, if it was one of an organization of the person; else 404, or what keeps it from being
    /// looked up.
    pub async fn leave_former_address(&self, request: &HttpRequest) -> Result<()> {
        match self.at_former_address(request).await {
            Error::NotFound => Ok(()),
            other => Err(other),
        }
    }

    /// The person as they are now; none when the session, or the token, is over.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub(super) async fn as_now(&self) -> Result<Option<Visitor>> {
        match &self.visitor.token {
            Some(token) => Ok(self.services.tokens.person(&token.id).await?),
            None => self.services.sessions.visitor(&self.visitor.session).await,
        }
    }

    /// Refuses what takes a fresh sign-in.
    ///
    /// # Errors
    /// 403 for someone who has not signed in within the last ten minutes, and for every token.
    pub fn need_fresh_sign_in(&self) -> Result<()> {
        let is_fresh = self.visitor.is_fresh(self.services.clock.now());
        if is_fresh { Ok(()) } else { Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) }
    }

    /// Notes why the person is refused what they asked for, where the answer is no such error but a page of its own: the log
    /// tells of it.
    pub fn note_refusal(&self, why: Forbidden) {
        self.origin.refusal.note(why);
    }
}
