//! A person in the organization that the address means.

use actix_web::{HttpMessage, HttpRequest};
use sea_orm::sea_query::LockType;

use super::signed_in::SignedIn;
use crate::authority::change::{Beginning, Change, OfPerson};
use crate::authority::client::OrganizationInForm;
use crate::authority::event::{Actor, Event, operator_name};
use crate::authority::organization::Organization;
use crate::authority::scope::Scope;
use crate::authority::services::Services;
use crate::authority::session::{Entered, Membership, Visitor};
use crate::error::{Error, Forbidden, Result};
use crate::links::{API_ORGANIZATION_IN_PATH, Links, ORGANIZATION_IN_PATH, is_api};
use crate::role::Role;

/// Why a form is not taken that another organization's page has brought.
pub const OTHER_ORGANIZATION: &str =
    "This form is from another organization’s page, whose address has changed. Nothing was saved.";

/// A person in the organization that the address means: one of its members, or an operator who has entered it.
pub struct Member {
    signed_in: SignedIn,
    membership: Membership,
}

impl Member {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let signed_in = SignedIn::of(request).await?;
        if !signed_in.services.config.tenancy.is_multi() {
            return match signed_in.membership().cloned() {
                Some(membership) => Ok(Self { signed_in, membership }),
                None => Err(signed_in.refuse(request, Forbidden::NoOrganization).await),
            };
        }
        let membership = match meant(request, &signed_in.visitor) {
            Ok(membership) => membership.clone(),
            Err(Error::NotFound) => return Err(signed_in.at_former_address(request).await),
            Err(Error::Forbidden(why)) => return Err(signed_in.refuse(request, why).await),
            Err(other) => return Err(other),
        };
        let member = Self { signed_in, membership };
        member.refuse_form_of_another(request)?;
        member.refuse_other_ways(request).await?;
        member.note_opening(request).await;
        Ok(member)
    }

    /// A form carries the organization whose page it stood on: an address may have become another's since. Programs that
    /// send forms without saying so mean the address.
    fn refuse_form_of_another(&self, request: &HttpRequest) -> Result<()> {
        match request.extensions().get::<OrganizationInForm>() {
            Some(OrganizationInForm(id)) if *id != self.organization().id => {
                Err(Error::Conflict(OTHER_ORGANIZATION))
            }
            _ => Ok(()),
        }
    }

    /// Sign-in methods are judged when an organization is opened (rule 6.7).
    async fn refuse_other_ways(&self, request: &HttpRequest) -> Result<()> {
        if self.entered().is_some() || self.signed_in.takes_method_of(&self.membership) {
            return Ok(());
        }
        self.note_refusal(&format!("{} {}", request.method(), request.path())).await?;
        Err(Error::SignInMethod { slug: self.organization().slug.clone() })
    }

    /// A page that somebody opens is where `/` leads from then on; what programs ask, and parts of pages that are
    /// refreshed, only move "last seen".
    async fn note_opening(&self, request: &HttpRequest) {
        if self.entered().is_some() {
            return;
        }
        let is_page = request.method().is_safe()
            && !is_api(request.path())
            && !request.headers().contains_key("hx-request");
        self.services().sessions.note_visit(self.visitor(), &self.membership, is_page).await;
    }

    /// What this organization's people may read.
    pub fn scope(&self) -> Scope<'_> {
        self.signed_in.scope(&self.membership)
    }

    /// The member's role in the organization.
    pub fn role(&self) -> Role {
        self.membership.role
    }

    /// Whether the controls of admins are for this member.
    pub fn is_admin(&self) -> bool {
        self.membership.role >= Role::Admin
    }

    /// The organization that the request is about.
    pub fn organization(&self) -> &Organization {
        &self.membership.organization
    }

    /// The addresses of its pages.
    pub fn links(&self) -> Links {
        self.organization().links(self.services().config.tenancy)
    }

    /// The address by which this organization knows the member: that of the account, while there is one organization.
    pub fn email(&self) -> &str {
        &self.membership.email
    }

    /// What the member is here by, if they have entered as operator.
    pub fn entered(&self) -> Option<&Entered> {
        let here = |entered: &&Entered| entered.membership.organization.id == self.organization().id;
        self.visitor().entered.as_ref().filter(here)
    }

    /// Whether they may give roles, as far as no role above their own goes: the organization's own admins may, no operator
    /// who has entered (rule 6.4).
    pub fn gives_roles(&self) -> bool {
        self.is_admin() && self.entered().is_none()
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

    /// What begins a change of the member in this organization, which knows them by the address of the membership.
    pub(super) fn beginning(&self) -> Beginning<'_> {
        Beginning {
            organization: Some(&self.organization().id),
            actor: Actor { id: Some(self.visitor().id.clone()), name: self.name_in_log() },
            entry: self.entered().map(|entered| entered.entry.as_str()),
            ..self.signed_in.beginning()
        }
    }

    /// As whom the log tells of the member: by the address that the organization knows, and of an operator that they are
    /// one.
    fn name_in_log(&self) -> String {
        match self.entered() {
            Some(_) => operator_name(self.email()),
            None => self.email().to_owned(),
        }
    }

    /// Begins a change by which the member may leave the organization: whether an owner is left must hold until it
    /// commits (rule 1.5).
    ///
    /// # Errors
    /// 403 for whoever was deactivated or deleted while waiting.
    pub async fn departure(&self) -> Result<Change<OfPerson>> {
        Change::by_person(self.beginning(), LockType::Update).await
    }

    /// Records in this organization that the member was refused what they asked for.
    pub(super) async fn note_refusal(&self, target: &str) -> Result<()> {
        let change = Change::by_person(self.beginning(), LockType::Share).await?;
        let event = Event::refused("access.refused", target);
        match self.entered() {
            // It is one of its own, whose log tells of it.
            Some(_) => change.commit_in(&self.organization().id, &self.name_in_log(), event).await,
            None => change.commit(event).await,
        }
    }

    pub(super) async fn refuse(&self, request: &HttpRequest, why: Forbidden) -> Error {
        let target = format!("{} {}", request.method(), request.path());
        match self.note_refusal(&target).await {
            Ok(()) => Error::Forbidden(why),
            Err(error) => error,
        }
    }
}

/// The membership that the address means: by its slug in the addresses of pages, by its id in those of programs. Of an
/// organization to which the visitor does not belong nothing is looked up, so that it is as unknown as one that never
/// existed (rule 6.2). An address that names none means the only one.
fn meant<'a>(request: &HttpRequest, visitor: &'a Visitor) -> Result<&'a Membership> {
    let named = request.match_info();
    if let Some(slug) = named.get(ORGANIZATION_IN_PATH) {
        return visitor.standing(|organization| organization.slug == slug).ok_or(Error::NotFound);
    }
    if let Some(id) = named.get(API_ORGANIZATION_IN_PATH) {
        return visitor.standing(|organization| organization.id == id).ok_or(Error::NotFound);
    }
    match visitor.memberships()[..] {
        [] => Err(Error::Forbidden(Forbidden::NoOrganization)),
        [only] => Ok(only),
        _ => Err(Error::OrganizationRequired),
    }
}
