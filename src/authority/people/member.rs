//! A person in the organization that the address means.

use actix_web::dev::{Path, Url};
use actix_web::{HttpMessage, HttpRequest};
use sea_orm::sea_query::LockType;

use super::signed_in::SignedIn;
use crate::authority::change::{Beginning, Change, OfOrganization, OfPerson};
use crate::authority::client::OrganizationInForm;
use crate::authority::event::Actor;
use crate::authority::organization::Organization;
use crate::authority::places::Somebody;
use crate::authority::scope::Scope;
use crate::authority::services::Services;
use crate::authority::session::{Entered, Membership, Visitor};
use crate::error::{Error, Forbidden, Result};
use crate::links::{API_ORGANIZATION_IN_PATH, Links, ORGANIZATION_IN_PATH, is_api};
use crate::role::Role;

/// Why a form is not taken that another organization's page has brought.
pub const OTHER_ORGANIZATION: &str =
    "This form is from another organization’s page, whose address has changed. Nothing was saved.";

#[derive(Clone)]
/// A person in the organization that the address means: one of its members, or an operator who has entered it.
pub struct Member {
    signed_in: SignedIn,
    membership: Membership,
}

impl Member {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let signed_in = SignedIn::of(request).await?;
        if !signed_in.services.config.tenancy.is_multi() {
            let membership = signed_in.membership().cloned();
            let membership = membership.ok_or(Error::Forbidden(Forbidden::NoOrganization))?;
            let member = Self { signed_in, membership };
            member.refuse_without_factor()?;
            return Ok(member);
        }
        let membership = match meant(request.match_info(), &signed_in.visitor) {
            Ok(membership) => membership.clone(),
            Err(Error::NotFound) => return Err(signed_in.at_former_address(request).await),
            Err(other) => return Err(other),
        };
        let member = Self { signed_in, membership };
        member.refuse_form_of_another(request)?;
        member.refuse_other_ways()?;
        member.refuse_without_factor()?;
        member.note_opening(request).await;
        Ok(member)
    }

    /// The person as a member of the organization of this id; of their only one where none is named.
    ///
    /// # Errors
    /// 404 for an organization that is none of theirs; 409 where none is named and there are several.
    fn named(signed_in: SignedIn, organization: Option<&str>, is_judged: bool) -> Result<Self> {
        let memberships = signed_in.visitor.memberships();
        let membership = match (organization, &memberships[..]) {
            (Some(id), _) => signed_in.visitor.membership_in(id).ok_or(Error::NotFound)?,
            (None, [only]) => *only,
            (None, []) => return Err(Error::Forbidden(Forbidden::NoOrganization)),
            (None, _) => return Err(Error::OrganizationRequired),
        };
        let membership = membership.clone();
        let member = Self { signed_in, membership };
        if is_judged {
            if member.services().config.tenancy.is_multi() {
                member.refuse_other_ways()?;
            }
            member.refuse_without_factor()?;
        }
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
    fn refuse_other_ways(&self) -> Result<()> {
        if self.entered().is_some() || self.signed_in.takes_method_of(&self.membership) {
            return Ok(());
        }
        Err(Error::SignInMethod { slug: self.organization().slug.clone() })
    }

    /// Who lacks the second factor that the organization requires keeps the membership, and opens nothing of it (rule 7.1).
    /// Judged after the membership: for strangers there is no organization.
    fn refuse_without_factor(&self) -> Result<()> {
        if self.membership.is_behind_wall(self.services().clock.now()) {
            return Err(Error::Forbidden(Forbidden::NeedsSecondFactor));
        }
        Ok(())
    }

    /// A page that someone opens is where `/` leads from then on; what programs ask, and parts of pages that are
    /// refreshed, only move "last seen".
    async fn note_opening(&self, request: &HttpRequest) {
        if self.entered().is_some() || self.visitor().token.is_some() {
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

    /// The member, as rights in projects and teams are asked for.
    pub(super) fn somebody(&self) -> Somebody<'_> {
        Somebody { organization: &self.organization().id, person: &self.visitor().id, role: self.role() }
    }

    /// Refuses an operator who has entered what is for the organization's own people (rule 6.4).
    ///
    /// # Errors
    /// 403 for an operator.
    pub fn refuse_operator(&self) -> Result<()> {
        match self.entered() {
            Some(_) => Err(Error::Forbidden(Forbidden::NotForOperators)),
            None => Ok(()),
        }
    }

    /// What begins a change of the member in this organization, which knows them by the address of the membership.
    pub(super) fn beginning(&self) -> Beginning<'_> {
        Beginning {
            organization: Some(&self.organization().id),
            actor: Actor {
                id: Some(self.visitor().id.clone()),
                name: self.visitor().name_at(&self.membership),
            },
            entry: self.entered().map(|entered| entered.entry.as_str()),
            ..self.signed_in.beginning()
        }
    }

    /// Begins a change by which the member may leave the organization: whether an owner is left must hold until it
    /// commits (rule 1.5).
    ///
    /// # Errors
    /// 403 for anyone who was deactivated or deleted while waiting.
    pub async fn departure(&self) -> Result<Change<OfPerson>> {
        Change::by_person(self.beginning(), LockType::Update).await
    }

    /// Begins a change to what is the member's own in this organization.
    ///
    /// # Errors
    /// 403 for anyone who has stopped being a member while waiting, and for an operator who has entered.
    pub async fn change_of_own(&self) -> Result<Change<OfOrganization>> {
        self.refuse_operator()?;
        Change::by_member(self.beginning(), Forbidden::NoOrganization).await
    }

    /// Begins a change to the organization's rows, by the manager of the team of this id or by an admin.
    ///
    /// # Errors
    /// 403 for everyone else in the team, 404 for those outside it.
    pub async fn change_in_team(&self, team: &str) -> Result<Change<OfOrganization>> {
        Change::by_team_manager(self.beginning(), team).await
    }
}

impl SignedIn {
    /// The person as a member of one of their organizations, by its id; of the only one where none is named.
    ///
    /// # Errors
    /// 404 for an organization that is none of theirs; 409 where none is named and there are several; 403 where the
    /// organization does not take the method by which they have signed in (rule 6.7).
    pub fn member_of(&self, organization: Option<&str>) -> Result<Member> {
        Member::named(self.clone(), organization, true)
    }

    /// The same by whatever method they have signed in: to end what is their own.
    ///
    /// # Errors
    /// 404 for an organization that is none of theirs.
    pub fn member_to_end(&self, organization: &str) -> Result<Member> {
        Member::named(self.clone(), Some(organization), false)
    }
}

/// The membership that the address means: by its slug in the addresses of pages, by its id in those of programs. Of an
/// organization to which the visitor does not belong nothing is looked up, so that it is as unknown as one that never
/// existed (rule 6.2). An address that names none means the only one.
pub(super) fn meant<'a>(named: &Path<Url>, visitor: &'a Visitor) -> Result<&'a Membership> {
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
