//! Someone who is known and was refused something, as the log tells of them.

use actix_web::dev::{Path, ResourceDef, Url};
use actix_web::{HttpRequest, web};

use super::anyone::Anyone;
use super::member::{Member, meant};
use crate::authority::bearer::{Bearer, ProjectToken};
use crate::authority::change::{Beginning, Change};
use crate::authority::client;
use crate::authority::event::{Actor, Event, Origin};
use crate::authority::services::Services;
use crate::authority::session::Visitor;
use crate::error::Result;

/// Someone who is known and was refused something.
pub(in crate::authority) struct Refused {
    services: web::Data<Services>,
    origin: Origin,
    /// The id of the person, or of the project's token.
    id: String,
    actor: Actor,
    /// The id of the organization whose log tells of it; none for that of the installation.
    organization: Option<String>,
}

impl Refused {
    /// The person who has sent this request; none for someone who is not known. The log is that of the organization
    /// which the address means and which is one of theirs. Where there is one organization, it is told all.
    ///
    /// # Errors
    /// When it can't be told who it is.
    pub(in crate::authority) fn of(request: &HttpRequest) -> Result<Option<Self>> {
        match Bearer::of(request) {
            Some(Bearer::OfProject(token)) => Self::program(request, &token).map(Some),
            Some(Bearer::OnPage | Bearer::Unknown | Bearer::Undecided) => Ok(None),
            Some(Bearer::OfPerson(_)) | None => Ok(Self::person(request, Anyone::of(request)?)),
        }
    }

    fn program(request: &HttpRequest, token: &ProjectToken) -> Result<Self> {
        Ok(Self {
            services: Services::of(request)?,
            origin: client::origin(request),
            id: token.id.clone(),
            actor: Actor { id: None, name: token.name_in_log() },
            organization: Some(token.organization.id.clone()),
        })
    }

    fn person(request: &HttpRequest, anyone: Anyone) -> Option<Self> {
        let Anyone { services, origin, visitor, .. } = anyone;
        let visitor = visitor?;
        let membership = match &services.only {
            Some(only) => visitor.standing(|organization| organization.id == *only),
            None => meant(&in_address(request), &visitor).ok(),
        };
        let only = services.only.clone();
        let organization = membership.map(|membership| membership.organization.id.clone()).or(only);
        let name = membership.map_or_else(|| visitor.name_elsewhere(), |here| visitor.name_at(here));
        Some(Self::named(services, origin, &visitor, name, organization))
    }

    /// A member, in their organization.
    pub(super) fn member(member: &Member) -> Self {
        let (person, membership) = (member.person(), member.membership());
        let name = person.visitor.name_at(membership);
        let organization = Some(membership.organization.id.clone());
        Self::named(person.services.clone(), person.origin.clone(), &person.visitor, name, organization)
    }

    fn named(
        services: web::Data<Services>,
        origin: Origin,
        visitor: &Visitor,
        name: String,
        organization: Option<String>,
    ) -> Self {
        let id = visitor.id.clone();
        Self { services, origin, actor: Actor { id: Some(id.clone()), name }, id, organization }
    }

    /// Leaves an event of it, unless there were too many of the same person lately.
    ///
    /// # Errors
    /// When it can't be written; [`Error::AlreadyDone`](crate::error::Error::AlreadyDone) when the request has come before
    /// and was carried out then.
    pub(in crate::authority) async fn tell(&self, target: String) -> Result<()> {
        let refusal = &self.origin.refusal;
        if !refusal.has_room(&self.id) {
            return Ok(());
        }
        let told = self.write(Event::refused("access.refused", target)).await;
        if told.is_err() {
            refusal.forget(&self.id);
        }
        told
    }

    async fn write(&self, event: Event) -> Result<()> {
        let beginning = Beginning {
            db: &self.services.db,
            clock: &self.services.clock,
            // For no change of the organization does it wait: an event is all that it writes there.
            organization: None,
            also: Vec::new(),
            actor: self.actor.clone(),
            entry: None,
            origin: self.origin.clone(),
        };
        let change = Change::of_refusal(beginning).await?;
        change.commit_in(vec![(self.organization.clone(), self.actor.name.clone(), event)]).await
    }
}

/// What the address names, whether its route has been found already or not: a request from another site gets no further
/// than the door.
fn in_address(request: &HttpRequest) -> Path<Url> {
    let mut named = Path::new(Url::new(request.uri().clone()));
    if let Some(pattern) = request.match_pattern() {
        ResourceDef::new(pattern).capture_match_info(&mut named);
    }
    named
}
