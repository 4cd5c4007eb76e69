//! The last step of a sign-in that the gate has admitted: what is written of the person, and the event.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::person::Person;
use super::who::AtTheGate;
use crate::authority::{Change, Event, FromOutside, Organization};
use crate::entity::{membership, user};
use crate::error::Result;
use crate::gate::{Answer, Candidate, Rule, Standing};
use crate::identity_providers::Claims;
use crate::membership::awaited;
use crate::membership::known::Known;
use crate::role::Role;

/// Someone whom the gate has admitted.
pub struct Newcomer<'a> {
    claims: &'a Claims,
    organization: &'a Organization,
    known: Option<&'a Known>,
    person: &'a Candidate,
    role: Role,
    /// Whether an invite has let them in: they are asked before they join, not adopted.
    asked: bool,
}

impl<'a> Newcomer<'a> {
    /// Who came, if the gate's answer lets them in.
    pub fn of(
        organization: &'a Organization,
        claims: &'a Claims,
        at_the_gate: &'a AtTheGate,
        answer: &Answer,
    ) -> Option<Self> {
        let AtTheGate { known, candidate: person } = at_the_gate;
        let asked = answer.decided_by() == Rule::OpenInvite;
        Some(Self { claims, organization, known: known.as_ref(), person, role: answer.admitted?, asked })
    }

    /// Writes what is new of them, and the event; gives the person's id.
    pub async fn enter(&self, change: Change<FromOutside>) -> Result<String> {
        let Candidate { email, account, .. } = self.person;
        let person = Person { claims: self.claims, known: self.known, email, account: account.as_ref() };
        let user = person.write(&change).await?;
        if !self.asked {
            self.join(&change, &user).await?;
        }
        let detail = json!({ "provider": self.claims.provider, "role": self.role.name() });
        let event = Event::done(self.action(), user.email.as_str()).resulting_in(detail);
        change.by(&user).commit(event).await?;
        Ok(user.id)
    }

    fn action(&self) -> &'static str {
        match self.person.standing {
            _ if self.asked => "sign_in.invited",
            Standing::Member(_) => "sign_in.completed",
            Standing::LockedOut(_) => "person.returned",
            _ => "person.joined",
        }
    }

    async fn join(&self, change: &Change<FromOutside>, user: &user::Model) -> Result<()> {
        if self.known.is_some_and(|known| known.membership.is_some()) {
            self.stay(change, user).await?;
        } else {
            change.grant_membership(&self.organization.id, user, &user.email, self.role).await?;
        }
        if self.person.standing == Standing::Awaited {
            let emails = [self.person.email.as_str()];
            awaited::fulfil(change.connection(), &self.organization.id, &emails).await?;
        }
        Ok(())
    }

    /// A member who is here again, perhaps let in again.
    async fn stay(&self, change: &Change<FromOutside>, user: &user::Model) -> Result<()> {
        let mut update = membership::Entity::update_many()
            .col_expr(membership::Column::LastSeenAt, Expr::value(change.at()))
            .filter(membership::Column::OrganizationId.eq(&self.organization.id))
            .filter(membership::Column::UserId.eq(&user.id));
        if !matches!(self.person.standing, Standing::Member(_)) {
            update = update
                .col_expr(membership::Column::Role, Expr::value(self.role))
                .col_expr(membership::Column::LockedOutAt, Expr::value(Option::<i64>::None));
        }
        update.exec(change.connection()).await?;
        Ok(())
    }
}
