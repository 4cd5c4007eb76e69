//! What happens to a person whom a provider vouches for: known or new, first or late, in or out; decided and
//! written in one transaction.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::flow::Purpose;
use super::standing::{self, Comer, Known};
use super::{Claims, Provider, Refusal};
use crate::access::{Arrival, Change, Role, SINGLE_ORGANIZATION};
use crate::address::EmailAddress;
use crate::app::Services;
use crate::audit::{Actor, Event, Origin};
use crate::config::Config;
use crate::entity::user::Status;
use crate::entity::{identity, instance, membership, org_settings, user};
use crate::error::{Error, Result};
use crate::gate::{self, Answer, Person, Rule, Rules, Standing};
use crate::organization::awaited;
use crate::organization::form::is_invisible;
use crate::random;

/// As much of a name as is kept, in characters.
const LONGEST_NAME: usize = 100;
/// As much of an address as is kept of somebody who is refused, in characters (RFC 5321).
const LONGEST_ADDRESS: usize = 254;

/// How a sign-in ended.
pub enum Admission {
    /// The id of the person who is in.
    In(String),
    Out(Refusal),
}

/// A sign-in that has come back from its provider.
pub struct Visit<'a> {
    pub services: &'a Services,
    pub origin: &'a Origin,
    pub claims: &'a Claims,
    pub purpose: Purpose,
}

/// Decides and writes. Two sign-ins of the same new person at once meet at a unique index: the second then
/// finds what the first has written.
pub async fn admit(visit: &Visit<'_>) -> Result<Admission> {
    match visit.attempt().await {
        Err(Error::Database(error)) if error.sql_err().is_some() => visit.attempt().await,
        other => other,
    }
}

impl Visit<'_> {
    async fn attempt(&self) -> Result<Admission> {
        let change = self.open().await?;
        let rules = rules(&change).await?;
        let Some(email) = self.claims.email.as_deref().and_then(|text| EmailAddress::parse(text).ok()) else {
            return self.refuse(change, &Answer::no_address()).await;
        };
        let known = self.known(&change).await?;
        let person = self.person(&change, known.as_ref(), email).await?;
        let answer = gate::decide(&self.services.config.instance, &rules, &person);
        let Some(role) = answer.admitted else {
            drop(change);
            // A claim of the instance must not survive a refusal: what was written so far is undone first.
            return self.refuse(self.open().await?, &answer).await;
        };
        let asked = answer.decided_by() == Rule::OpenInvite;
        let newcomer = Newcomer { claims: self.claims, person: &person, role, asked };
        newcomer.enter(change, known).await.map(Admission::In)
    }

    async fn open(&self) -> Result<Change<Arrival>> {
        Change::<Arrival>::arrival(&self.services.db, &self.services.clock, self.origin.clone()).await
    }

    /// The person whom the account leads to, held until the sign-in is written; read once more, because they may have
    /// let go of the account before.
    async fn known(&self, change: &Change<Arrival>) -> Result<Option<Known>> {
        let Some(known) = standing::by_account(change.connection(), self.claims).await? else {
            return Ok(None);
        };
        change.hold(&known.user.id).await?;
        standing::by_account(change.connection(), self.claims).await
    }

    /// Who stands at the gate.
    async fn person(
        &self,
        change: &Change<Arrival>,
        known: Option<&Known>,
        email: EmailAddress,
    ) -> Result<Person> {
        let connection = change.connection();
        let Comer { standing, account, invited } = match known {
            Some(known) => standing::of_known(self.services, connection, known, &email).await?,
            None => standing::of_newcomer(self.services, connection, &email).await?,
        };
        let is_first = standing == Standing::Stranger
            && self.claims.email_verified
            && claim(change, &self.services.config, self.purpose, &email).await?;
        Ok(Person {
            account,
            email_verified: self.claims.email_verified,
            method_is_on: standing::is_on(connection, &self.claims.provider).await?,
            standing: if is_first { Standing::First } else { standing },
            invited,
            email,
        })
    }

    async fn refuse(&self, change: Change<Arrival>, answer: &Answer) -> Result<Admission> {
        let email = self.claims.email.as_deref().unwrap_or_default();
        let shown = visible(email, LONGEST_ADDRESS);
        let shown = EmailAddress::parse(&shown).map_or(shown, String::from);
        gate::denials::count(&change, &shown, &self.claims.provider, answer).await?;
        let refusal = Refusal::of(&change, answer, &shown).await?;
        let detail = json!({
            "provider": self.claims.provider,
            "reason": refusal.code(),
            "decidedBy": answer.decided_by(),
        });
        let target = if shown.is_empty() { "no address".to_owned() } else { shown };
        let event = Event::refused("sign_in.refused", target).resulting_in(detail);
        change.commit(SINGLE_ORGANIZATION, Actor::nobody(), event).await?;
        Ok(Admission::Out(refusal))
    }
}

/// Records a sign-in that did not get as far as the gate.
pub async fn note_failure(
    services: &Services,
    origin: &Origin,
    provider: &Provider,
    code: &'static str,
) -> Result<()> {
    let change = Change::<Arrival>::arrival(&services.db, &services.clock, origin.clone()).await?;
    let event = Event::refused("sign_in.failed", provider.label.as_str());
    change.commit(SINGLE_ORGANIZATION, Actor::nobody(), event.resulting_in(json!({ "reason": code }))).await
}

/// As much of a text as is kept, without what could not be seen or would turn what follows.
fn visible(text: &str, longest: usize) -> String {
    text.chars().filter(|c| !c.is_control() && !is_invisible(*c)).take(longest).collect()
}

/// The rules, which hold until the sign-in is written: whoever changes them waits, and then sees who came.
async fn rules(change: &Change<Arrival>) -> Result<Rules> {
    let row = org_settings::Entity::find_by_id(SINGLE_ORGANIZATION).one(change.connection()).await?;
    row.as_ref().map(Rules::from).ok_or_else(|| Error::Unavailable("the access rules are missing".to_owned()))
}

/// Claims the instance for its first owner, if nobody has and this person may (rule 1.4). Of many at once the
/// database lets one update the row; it stays claimed for good, even when all people are gone.
async fn claim(
    change: &Change<Arrival>,
    config: &Config,
    purpose: Purpose,
    email: &EmailAddress,
) -> Result<bool> {
    let may = match &config.owner_email {
        Some(owner) => owner == email,
        None => config.base_url.is_loopback() || purpose == Purpose::Claim,
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

/// Somebody whom the gate has admitted.
struct Newcomer<'a> {
    claims: &'a Claims,
    person: &'a Person,
    role: Role,
    /// Whether an invite has let them in: they are asked before they join, not adopted.
    asked: bool,
}

impl Newcomer<'_> {
    async fn enter(&self, change: Change<Arrival>, known: Option<Known>) -> Result<String> {
        let is_member = known.as_ref().is_some_and(|known| known.membership.is_some());
        let user = match known {
            Some(known) => self.freshen(&change, known).await?,
            None => self.register(&change).await?,
        };
        match (self.asked, is_member) {
            (true, _) => {}
            (false, true) => self.stay(&change, &user).await?,
            (false, false) => change.seat(SINGLE_ORGANIZATION, &user, self.role).await?,
        }
        if self.person.standing == Standing::Awaited && !self.asked {
            awaited::fulfil(change.connection(), &[self.person.email.as_str()]).await?;
        }
        let detail = json!({ "provider": self.claims.provider, "role": self.role.name() });
        let event = Event::done(self.action(), user.email.as_str()).resulting_in(detail);
        let actor = Actor { id: Some(user.id.clone()), name: user.email };
        change.commit(SINGLE_ORGANIZATION, actor, event).await?;
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

    async fn register(&self, change: &Change<Arrival>) -> Result<user::Model> {
        let user = user::Model {
            id: random::id(),
            email: self.person.email.to_string(),
            name: self.name(),
            status: Status::Active,
            created_at: change.at(),
        };
        change.insert(user::ActiveModel::from(user.clone())).await?;
        let account = new_account(self.claims, &self.person.email, change.at());
        change.insert(identity::ActiveModel { user_id: Set(user.id.clone()), ..account }).await?;
        Ok(user)
    }

    /// Takes over what the provider now says, where the person's name and address come from there. People before
    /// their accounts, as everywhere: who locks in one order never waits in a circle.
    async fn freshen(&self, change: &Change<Arrival>, known: Known) -> Result<user::Model> {
        let leads = known.leads();
        let Known { identity, mut user, .. } = known;
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
        let vouched = if refused { identity.email.as_str() } else { self.person.email.as_str() };
        identity::Entity::update_many()
            .col_expr(identity::Column::Email, Expr::value(vouched))
            .col_expr(identity::Column::LastSignInAt, Expr::value(change.at()))
            .filter(identity::Column::Id.eq(&identity.id))
            .exec(change.connection())
            .await?;
        Ok(user)
    }

    /// A member who is here again, perhaps let in again.
    async fn stay(&self, change: &Change<Arrival>, user: &user::Model) -> Result<()> {
        let mut update = membership::Entity::update_many()
            .col_expr(membership::Column::LastSeenAt, Expr::value(change.at()))
            .filter(membership::Column::OrganizationId.eq(SINGLE_ORGANIZATION))
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

/// The row of an account at a provider, which still needs its person.
pub(super) fn new_account(
    claims: &Claims,
    email: &EmailAddress,
    at: crate::entity::Timestamp,
) -> identity::ActiveModel {
    identity::ActiveModel {
        id: Set(random::id()),
        provider: Set(claims.provider.clone()),
        issuer: Set(claims.issuer.clone()),
        subject: Set(claims.subject.clone()),
        email: Set(email.to_string()),
        created_at: Set(at),
        last_sign_in_at: Set(at),
        ..Default::default()
    }
}
