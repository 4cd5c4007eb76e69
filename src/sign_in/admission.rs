//! What happens to a person whom a provider vouches for: known or new, first or late, in or out; decided and
//! written in one transaction.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::Claims;
use crate::access::{Arrival, Change, Role, SINGLE_ORGANIZATION};
use crate::address::EmailAddress;
use crate::app::Services;
use crate::audit::{Actor, Event, Origin};
use crate::config::Config;
use crate::entity::user::Status;
use crate::entity::{identity, instance, membership, org_settings, user};
use crate::error::{Error, Result};
use crate::gate::{self, Answer, Person, Rule, Rules, Standing};
use crate::random;

/// As much of a name as is kept, in characters.
const LONGEST_NAME: usize = 100;

/// How a sign-in ended.
pub enum Admission {
    /// The id of the person who is in.
    In(String),
    Out(Refusal),
}

/// Why somebody is not let in, as far as they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The provider names no usable address.
    NoAddress,
    /// The provider does not vouch for the address.
    Unverified,
    /// The address belongs to a person who signs in elsewhere (rule 2.6).
    KnownElsewhere,
    /// The rules leave the person out, or their account is deactivated: the same words for both.
    NotAdmitted,
}

impl Refusal {
    /// The short name, as shown and recorded.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::Unverified => "unverified",
            Self::KnownElsewhere => "known_elsewhere",
            Self::NotAdmitted => "not_admitted",
        }
    }
}

/// Decides and writes. Two sign-ins of the same new person at once meet at a unique index: the second then
/// finds what the first has written.
pub async fn admit(services: &Services, origin: &Origin, claims: &Claims) -> Result<Admission> {
    match attempt(services, origin, claims).await {
        Err(Error::Database(error)) if error.sql_err().is_some() => attempt(services, origin, claims).await,
        other => other,
    }
}

async fn attempt(services: &Services, origin: &Origin, claims: &Claims) -> Result<Admission> {
    let change = Change::<Arrival>::arrival(&services.db, &services.clock, origin.clone()).await?;
    let Some(email) = claims.email.as_deref().and_then(|text| EmailAddress::parse(text).ok()) else {
        return refuse(change, claims, Refusal::NoAddress, None).await;
    };
    let known = find(&change, claims).await?;
    if known.is_none() && claims.email_verified && holder_of(&change, &email).await?.is_some() {
        return refuse(change, claims, Refusal::KnownElsewhere, None).await;
    }
    let standing = standing(&change, &services.config, known.as_ref(), &email).await?;
    let settings = org_settings::Entity::find_by_id(SINGLE_ORGANIZATION).one(change.connection()).await?;
    let settings = settings.ok_or_else(|| Error::Unavailable("the access rules are missing".to_owned()))?;
    let person = Person { email: email.clone(), email_verified: claims.email_verified, standing };
    let answer = gate::decide(&services.config.instance, &Rules::from(&settings), &person);
    let Some(role) = answer.admitted else {
        drop(change);
        // A claim of the instance must not survive a refusal: what was written so far is undone first.
        let change = Change::<Arrival>::arrival(&services.db, &services.clock, origin.clone()).await?;
        return refuse(change, claims, refusal(&answer), Some(&answer)).await;
    };
    let newcomer = Newcomer { claims, email: &email, role, standing };
    newcomer.enter(change, known).await.map(Admission::In)
}

/// A person whom the provider's account leads to.
struct Known {
    identity: identity::Model,
    user: user::Model,
    role: Option<Role>,
}

async fn find(change: &Change<Arrival>, claims: &Claims) -> Result<Option<Known>> {
    let found = identity::Entity::find()
        .filter(identity::Column::Issuer.eq(&claims.issuer))
        .filter(identity::Column::Subject.eq(&claims.subject))
        .one(change.connection())
        .await?;
    let Some(identity) = found else { return Ok(None) };
    let user = user::Entity::find_by_id(&identity.user_id).one(change.connection()).await?;
    let user = user.ok_or_else(|| Error::Internal("an identity without a person".to_owned()))?;
    let membership = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(SINGLE_ORGANIZATION))
        .filter(membership::Column::UserId.eq(&user.id))
        .one(change.connection())
        .await?;
    Ok(Some(Known { identity, user, role: membership.map(|m| m.role) }))
}

async fn holder_of(change: &Change<Arrival>, email: &EmailAddress) -> Result<Option<user::Model>> {
    Ok(user::Entity::find().filter(user::Column::Email.eq(email.as_str())).one(change.connection()).await?)
}

async fn standing(
    change: &Change<Arrival>,
    config: &Config,
    known: Option<&Known>,
    email: &EmailAddress,
) -> Result<Standing> {
    match known {
        Some(known) if known.user.status == Status::Deactivated => Ok(Standing::Deactivated),
        Some(Known { role: Some(role), .. }) => Ok(Standing::Member(*role)),
        _ if claim(change, config, email).await? => Ok(Standing::First),
        _ => Ok(Standing::Stranger),
    }
}

/// Claims the instance for its first owner, if nobody has and this person may (rule 1.4). Of many at once the
/// database lets one update the row; it stays claimed for good, even when all people are gone.
async fn claim(change: &Change<Arrival>, config: &Config, email: &EmailAddress) -> Result<bool> {
    let may = match &config.owner_email {
        Some(owner) => owner == email,
        None => config.base_url.is_loopback(),
    };
    let row = instance::Entity::find().one(change.connection()).await?;
    let row = row.ok_or_else(|| Error::Unavailable("the instance's row is missing".to_owned()))?;
    if !may || row.claimed_at.is_some() {
        return Ok(false);
    }
    let claimed = instance::Entity::update_many()
        .col_expr(instance::Column::ClaimedAt, Expr::value(change.at()))
        .filter(instance::Column::ClaimedAt.is_null())
        .exec(change.connection())
        .await?;
    Ok(claimed.rows_affected == 1)
}

fn refusal(answer: &Answer) -> Refusal {
    match answer.decided_by() {
        Rule::VerifiedAddress => Refusal::Unverified,
        _ => Refusal::NotAdmitted,
    }
}

async fn refuse(
    change: Change<Arrival>,
    claims: &Claims,
    refusal: Refusal,
    answer: Option<&Answer>,
) -> Result<Admission> {
    let email = claims.email.as_deref().unwrap_or("no address");
    let shown: String = email.chars().filter(|c| !c.is_control()).take(254).collect();
    let detail = json!({
        "provider": claims.provider,
        "reason": refusal.code(),
        "decidedBy": answer.map(Answer::decided_by),
    });
    let event = Event::refused("sign_in.refused", shown).resulting_in(detail);
    change.commit(SINGLE_ORGANIZATION, Actor::nobody(), event).await?;
    Ok(Admission::Out(refusal))
}

/// Somebody whom the gate has admitted.
struct Newcomer<'a> {
    claims: &'a Claims,
    email: &'a EmailAddress,
    role: Role,
    standing: Standing,
}

impl Newcomer<'_> {
    async fn enter(&self, change: Change<Arrival>, known: Option<Known>) -> Result<String> {
        let user = match known {
            Some(known) => self.freshen(&change, known).await?,
            None => self.register(&change).await?,
        };
        let joins = !matches!(self.standing, Standing::Member(_));
        if joins {
            self.join(&change, &user).await?;
        }
        let action = if joins { "person.joined" } else { "sign_in.completed" };
        let detail = json!({ "provider": self.claims.provider, "role": self.role.name() });
        let event = Event::done(action, user.email.as_str()).resulting_in(detail);
        let actor = Actor { id: Some(user.id.clone()), name: user.email };
        change.commit(SINGLE_ORGANIZATION, actor, event).await?;
        Ok(user.id)
    }

    async fn register(&self, change: &Change<Arrival>) -> Result<user::Model> {
        let user = user::Model {
            id: random::id(),
            email: self.email.to_string(),
            name: self.name(),
            status: Status::Active,
            created_at: change.at(),
        };
        change.insert(user::ActiveModel::from(user.clone())).await?;
        let identity = identity::ActiveModel {
            id: Set(random::id()),
            user_id: Set(user.id.clone()),
            provider: Set(self.claims.provider.clone()),
            issuer: Set(self.claims.issuer.clone()),
            subject: Set(self.claims.subject.clone()),
            email: Set(self.email.to_string()),
            created_at: Set(change.at()),
            last_sign_in_at: Set(change.at()),
        };
        change.insert(identity).await?;
        Ok(user)
    }

    /// Takes over what the provider now says. An address that somebody else has is left alone.
    async fn freshen(&self, change: &Change<Arrival>, known: Known) -> Result<user::Model> {
        let mut user = known.user;
        identity::Entity::update_many()
            .col_expr(identity::Column::Email, Expr::value(self.email.as_str()))
            .col_expr(identity::Column::LastSignInAt, Expr::value(change.at()))
            .filter(identity::Column::Id.eq(&known.identity.id))
            .exec(change.connection())
            .await?;
        membership::Entity::update_many()
            .col_expr(membership::Column::LastSeenAt, Expr::value(change.at()))
            .filter(membership::Column::UserId.eq(&user.id))
            .exec(change.connection())
            .await?;
        let free = holder_of(change, self.email).await?.is_none();
        if !free && user.email != self.email.as_str() {
            tracing::warn!(
                person = user.id,
                "the provider's new address belongs to somebody else; not taken over"
            );
        }
        let email = if free { self.email.to_string() } else { user.email.clone() };
        let name = if self.claims.name.is_some() { self.name() } else { user.name.clone() };
        if (&email, &name) != (&user.email, &user.name) {
            user::Entity::update_many()
                .col_expr(user::Column::Email, Expr::value(email.as_str()))
                .col_expr(user::Column::Name, Expr::value(name.as_str()))
                .filter(user::Column::Id.eq(&user.id))
                .exec(change.connection())
                .await?;
        }
        (user.email, user.name) = (email, name);
        Ok(user)
    }

    async fn join(&self, change: &Change<Arrival>, user: &user::Model) -> Result<()> {
        let membership = membership::ActiveModel {
            organization_id: Set(SINGLE_ORGANIZATION.to_owned()),
            user_id: Set(user.id.clone()),
            role: Set(self.role),
            name: Set(user.name.clone()),
            email: Set(user.email.clone()),
            joined_at: Set(change.at()),
            last_seen_at: Set(change.at()),
            ..Default::default()
        };
        change.insert(membership).await
    }

    /// The name that the provider gives, without control characters, or the front of the address.
    fn name(&self) -> String {
        let given = self.claims.name.as_deref().unwrap_or_default();
        let clean: String = given.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        let clean = clean.trim();
        if clean.is_empty() { self.email.local_part().to_owned() } else { clean.to_owned() }
    }
}
