//! The last step of a sign-in that the gate has admitted: what is written of the person, and the event.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::who::AtTheGate;
use crate::authority::{Change, Event, FromOutside};
use crate::entity::user::{self, Status};
use crate::entity::{identity, membership};
use crate::error::Result;
use crate::gate::{Answer, Candidate, Rule, Standing};
use crate::identity_providers::Claims;
use crate::membership::awaited;
use crate::membership::identities::new_identity;
use crate::membership::known::Known;
use crate::name::visible;
use crate::random;
use crate::role::Role;

/// As much of a name as is kept, in characters.
const LONGEST_NAME: usize = 100;

/// Somebody whom the gate has admitted.
pub struct Newcomer<'a> {
    claims: &'a Claims,
    known: Option<&'a Known>,
    person: &'a Candidate,
    role: Role,
    /// Whether an invite has let them in: they are asked before they join, not adopted.
    asked: bool,
}

impl<'a> Newcomer<'a> {
    /// Who came, if the gate's answer lets them in.
    pub fn of(claims: &'a Claims, at_the_gate: &'a AtTheGate, answer: &Answer) -> Option<Self> {
        let AtTheGate { known, candidate: person } = at_the_gate;
        let asked = answer.decided_by() == Rule::OpenInvite;
        Some(Self { claims, known: known.as_ref(), person, role: answer.admitted?, asked })
    }

    /// Writes what is new of them, and the event; gives the person's id.
    pub async fn enter(&self, change: Change<FromOutside>) -> Result<String> {
        let user = match self.known {
            Some(known) => self.freshen(&change, known).await?,
            None => self.register(&change).await?,
        };
        if !self.asked {
            self.join(&change, &user).await?;
        }
        let detail = json!({ "provider": self.claims.provider, "role": self.role.name() });
        let event = Event::done(self.action(), user.email.as_str()).resulting_in(detail);
        change.commit_as(&user, event).await?;
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

    async fn register(&self, change: &Change<FromOutside>) -> Result<user::Model> {
        let user = user::Model {
            id: random::id(),
            email: self.person.email.to_string(),
            name: self.name(),
            status: Status::Active,
            created_at: change.at(),
        };
        change.insert(user::ActiveModel::from(user.clone())).await?;
        let account = new_identity(self.claims, &self.person.email, change.at());
        change.insert(identity::ActiveModel { user_id: Set(user.id.clone()), ..account }).await?;
        Ok(user)
    }

    /// Takes over what the provider now says, where the person's name and address come from there. People before
    /// their accounts, as everywhere: who locks in one order never waits in a circle.
    async fn freshen(&self, change: &Change<FromOutside>, known: &Known) -> Result<user::Model> {
        let (leads, mut user) = (known.leads(), known.user.clone());
        let email = self.person.account_address().to_string();
        let name = if leads && self.claims.name.is_some() { self.name() } else { user.name.clone() };
        if (&email, &name) != (&user.email, &user.name) {
            user::Entity::update_many()
                .col_expr(user::Column::Email, Expr::value(email.as_str()))
                .col_expr(user::Column::Name, Expr::value(name.as_str()))
                .filter(user::Column::Id.eq(&user.id))
                .exec(change.connection())
                .await?;
            (user.email, user.name) = (email, name);
        }
        let refused = leads && self.person.account.is_some();
        let vouched = if refused { known.identity.email.as_str() } else { self.person.email.as_str() };
        identity::Entity::update_many()
            .col_expr(identity::Column::Email, Expr::value(vouched))
            .col_expr(identity::Column::LastSignInAt, Expr::value(change.at()))
            .filter(identity::Column::Id.eq(&known.identity.id))
            .exec(change.connection())
            .await?;
        Ok(user)
    }

    async fn join(&self, change: &Change<FromOutside>, user: &user::Model) -> Result<()> {
        if self.known.is_some_and(|known| known.membership.is_some()) {
            self.stay(change, user).await?;
        } else {
            change.grant_membership(user, self.role).await?;
        }
        if self.person.standing == Standing::Awaited {
            let emails = [self.person.email.as_str()];
            awaited::fulfil(change.connection(), change.organization(), &emails).await?;
        }
        Ok(())
    }

    /// A member who is here again, perhaps let in again.
    async fn stay(&self, change: &Change<FromOutside>, user: &user::Model) -> Result<()> {
        let mut update = membership::Entity::update_many()
            .col_expr(membership::Column::LastSeenAt, Expr::value(change.at()))
            .filter(membership::Column::OrganizationId.eq(change.organization()))
            .filter(membership::Column::UserId.eq(&user.id));
        if !matches!(self.person.standing, Standing::Member(_)) {
            update = update
                .col_expr(membership::Column::Role, Expr::value(self.role))
                .col_expr(membership::Column::LockedOutAt, Expr::value(Option::<i64>::None));
        }
        update.exec(change.connection()).await?;
        Ok(())
    }

    /// The name that the provider gives, without control characters, or the front of the address.
    fn name(&self) -> String {
        let given = self.claims.name.as_deref().unwrap_or_default();
        let clean = visible(given, LONGEST_NAME);
        let clean = clean.trim();
        if clean.is_empty() { self.person.email.local_part().to_owned() } else { clean.to_owned() }
    }
}
