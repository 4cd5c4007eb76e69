//! What a sign-in writes of the person: who is new is registered, of whom is known what the provider says now is taken
//! over.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::address::EmailAddress;
use crate::authority::{Change, FromOutside};
use crate::entity::user::{self, Status};
use crate::entity::{identity, membership};
use crate::error::Result;
use crate::identity_providers::Claims;
use crate::membership::identities::new_identity;
use crate::membership::known::Known;
use crate::random;
use crate::visible_text::shortened;

/// As much of a name as is kept, in characters.
const LONGEST_NAME: usize = 100;

/// Someone who is let in.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    pub claims: &'a Claims,
    pub known: Option<&'a Known>,
    /// What the provider has verified.
    pub email: &'a EmailAddress,
    /// The address of the account here, where the provider's is another.
    pub account: Option<&'a EmailAddress>,
}

impl Person<'_> {
    /// Writes it; gives the account.
    pub async fn write(&self, change: &Change<FromOutside>) -> Result<user::Model> {
        match self.known {
            Some(known) => self.freshen(change, known).await,
            None => self.register(change).await,
        }
    }

    async fn register(&self, change: &Change<FromOutside>) -> Result<user::Model> {
        let user = user::Model {
            id: random::id(),
            email: self.email.to_string(),
            name: self.name(),
            status: Status::Active,
            created_at: change.at(),
            operator: false,
            own_factor: false,
            provider_factor: self.claims.has_second_factor,
        };
        change.insert(user::ActiveModel::from(user.clone())).await?;
        let account = new_identity(self.claims, self.email, change.at());
        change.insert(identity::ActiveModel { user_id: Set(user.id.clone()), ..account }).await?;
        Ok(user)
    }

    /// Takes over what the provider now says, where the person's name and address come from there. People before
    /// their accounts, as everywhere: who locks in one order never waits in a circle.
    async fn freshen(&self, change: &Change<FromOutside>, known: &Known) -> Result<user::Model> {
        let (leads, mut user) = (known.leads(), known.user.clone());
        let email = self.account.unwrap_or(self.email).to_string();
        let name = if leads && self.claims.name.is_some() { self.name() } else { user.name.clone() };
        let provider_factor = self.claims.has_second_factor;
        if (&email, &name, provider_factor) != (&user.email, &user.name, user.provider_factor) {
            user::Entity::update_many()
                .col_expr(user::Column::Email, Expr::value(email.as_str()))
                .col_expr(user::Column::Name, Expr::value(name.as_str()))
                .col_expr(user::Column::ProviderFactor, Expr::value(provider_factor))
                .filter(user::Column::Id.eq(&user.id))
                .exec(change.connection())
                .await?;
            (user.email, user.name, user.provider_factor) = (email, name, provider_factor);
        }
        let is_known_otherwise = known.membership.as_ref().is_some_and(|member| member.email != user.email);
        if is_known_otherwise {
            follow(change, &user).await?;
        }
        let refused = leads && self.account.is_some();
        let vouched = if refused { known.identity.email.as_str() } else { self.email.as_str() };
        identity::Entity::update_many()
            .col_expr(identity::Column::Email, Expr::value(vouched))
            .col_expr(identity::Column::LastSignInAt, Expr::value(change.at()))
            .filter(identity::Column::Id.eq(&known.identity.id))
            .exec(change.connection())
            .await?;
        Ok(user)
    }

    /// The name that the provider gives, as far as it can be seen, or the front of the address.
    fn name(&self) -> String {
        let given = self.claims.name.as_deref().unwrap_or_default();
        let clean = shortened(given, LONGEST_NAME);
        let clean = clean.trim();
        if clean.is_empty() { self.email.local_part().to_owned() } else { clean.to_owned() }
    }
}

/// While there is one organization, it knows people by the address of their account. Where there are many, each knows
/// them by the address by which they joined, and none was looked up.
async fn follow(change: &Change<FromOutside>, user: &user::Model) -> Result<()> {
    membership::Entity::update_many()
        .col_expr(membership::Column::Email, Expr::value(user.email.as_str()))
        .filter(membership::Column::UserId.eq(&user.id))
        .filter(membership::Column::Email.ne(user.email.as_str()))
        .exec(change.connection())
        .await?;
    Ok(())
}
