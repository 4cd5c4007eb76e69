//! An organization always has an owner who can come in (rule 1.5): decided here, for every way to lose one.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, Select,
};

use crate::address::EmailAddress;
use crate::authority::{Change, Columns, OfOrganization, Scope, columns};
use crate::config::Config;
use crate::entity::membership::{self, SecondFactor, Status};
use crate::entity::{identity, organization, switched_off_provider, user};
use crate::error::Result;
use crate::gate::InstanceLists;
use crate::role::Role;

/// What the configuration says about who can come in.
pub struct Entrance<'a> {
    /// Names of the providers.
    pub providers: HashSet<&'a str>,
    pub lists: &'a InstanceLists,
}

impl<'a> From<&'a Config> for Entrance<'a> {
    fn from(config: &'a Config) -> Self {
        let providers = config.providers.iter().map(|provider| provider.name.as_str()).collect();
        Self { providers, lists: &config.instance }
    }
}

impl Entrance<'_> {
    fn admits(&self, email: &str) -> bool {
        EmailAddress::stored(email).is_ok_and(|email| self.lists.admits(&email))
    }
}

/// An organization's owners, whether they can come in or not: few.
pub struct Owners<'a> {
    entrance: Entrance<'a>,
    all: Vec<Owner>,
}

#[derive(Clone)]
struct Owner {
    id: String,
    email: String,
    status: Status,
    /// Whether the organization requires a second factor (rule 7.2).
    needs_factor: bool,
    /// Whether they have one of their own: their provider's is not theirs to keep.
    has_factor: bool,
    ways: Vec<Way>,
}

/// An account at a provider that an owner signs in with.
#[derive(Clone)]
struct Way {
    identity: String,
    provider: String,
    email: String,
    is_switched_on: bool,
}

/// What an organization is about to lose.
#[derive(Clone, Copy)]
pub enum Loss<'a> {
    /// These people are owners no more, or can't come in: their ids.
    People(&'a [&'a str]),
    /// An account at a provider is disconnected: the identity's id.
    Identity(&'a str),
    /// A sign-in method is switched off: the provider's name.
    Method(&'a str),
    /// A person's second factor is taken away: their id.
    Factor(&'a str),
}

columns! {
    /// An owner with one of their ways, or with none.
    #[derive(FromQueryResult)]
    struct OwnerRow of membership::Entity {
        person: String = membership::Column::UserId,
        /// Of the account, by which the installation judges anyone who comes.
        email: String = user::Column::Email,
        status: Status = membership::Column::Status,
        second_factor: SecondFactor = membership::Column::SecondFactor,
        /// From when on the organization requires one.
        required: Option<i64> = organization::Column::SecondFactorFrom,
        identity: Option<String> = identity::Column::Id,
        provider: Option<String> = identity::Column::Provider,
        /// The address of the account at the provider.
        address: Option<String> = identity::Column::Email,
        /// The provider once more if it is switched off.
        switched_off: Option<String> = switched_off_provider::Column::Provider,
    }
}

impl<'a> Owners<'a> {
    /// As they are inside a change that others to the organization wait for.
    pub async fn inside(change: &Change<OfOrganization>, entrance: Entrance<'a>) -> Result<Self> {
        Ok(Self::new(entrance, change.rows(with_their_ways).await?))
    }

    /// The same inside a change of a person or an operator.
    pub async fn of(
        connection: &impl ConnectionTrait,
        organization: &str,
        entrance: Entrance<'a>,
    ) -> Result<Self> {
        let ours = membership::Entity::find().filter(membership::Column::OrganizationId.eq(organization));
        let rows = OwnerRow::select(with_their_ways(ours));
        Ok(Self::new(entrance, rows.into_model().all(connection).await?))
    }

    /// As a page shows them.
    pub async fn shown(scope: Scope<'_>, entrance: Entrance<'a>) -> Result<Self> {
        Ok(Self::new(entrance, scope.planned_once().find().filter(with_their_ways).rows().await?))
    }

    /// No one: for those who see no controls.
    pub fn none(entrance: Entrance<'a>) -> Self {
        Self::new(entrance, Vec::new())
    }

    fn new(entrance: Entrance<'a>, mut rows: Vec<OwnerRow>) -> Self {
        // Here and not by the database: to have that order, SQLite would walk all members.
        rows.sort_by(|one, other| one.person.cmp(&other.person));
        let mut all: Vec<Owner> = Vec::new();
        for row in rows {
            if all.last().is_none_or(|owner| owner.id != row.person) {
                all.push(Owner::of(&row));
            }
            let way = row.identity.zip(row.provider).zip(row.address);
            let way = way.map(|((identity, provider), email)| Way {
                identity,
                provider,
                email,
                is_switched_on: row.switched_off.is_none(),
            });
            if let Some(owner) = all.last_mut() {
                owner.ways.extend(way);
            }
        }
        Self { entrance, all }
    }

    /// How many of them can come in.
    pub fn who_can_come_in(&self) -> usize {
        self.all.iter().filter(|owner| owner.can_come_in(&self.entrance)).count()
    }

    /// How many are active, whether the configuration lets them come in or not.
    pub fn who_are_active(&self) -> usize {
        self.all.iter().filter(|owner| owner.is_in()).count()
    }

    /// Whether the organization is no worse for a loss: where there was an owner who can come in, there still is one.
    /// Where there was none, one whom only the configuration keeps out is kept, or else one who is an owner at all.
    /// Those who don't count are not missed.
    pub fn can_spare(&self, loss: Loss) -> bool {
        // Of a list of people few are owners: nothing is copied for the others.
        if !self.all.iter().any(|owner| owner.is_hit_by(loss)) {
            return true;
        }
        let left: Vec<Owner> = self.all.iter().filter_map(|owner| owner.without(loss)).collect();
        self.is_no_worse_with(&left)
    }

    /// Whether an owner who can come in would be left if the organization required a second factor.
    pub fn can_require_factor(&self) -> bool {
        let required = self.all.iter().map(|owner| Owner { needs_factor: true, ..owner.clone() });
        self.is_no_worse_with(&required.collect::<Vec<_>>())
    }

    /// The same for a change that has been made: whether these owners can take the place of `former`.
    pub fn can_replace(&self, former: &Self) -> bool {
        former.is_no_worse_with(&self.all)
    }

    fn is_no_worse_with(&self, left: &[Owner]) -> bool {
        let kinds =
            [Owner::can_come_in, |owner: &Owner, _: &Entrance| owner.is_in(), |_: &Owner, _: &Entrance| true];
        kinds.into_iter().all(|counts| {
            let any = |owners: &[Owner]| owners.iter().any(|owner| counts(owner, &self.entrance));
            !any(&self.all) || any(left)
        })
    }
}

impl Owner {
    /// Without their ways.
    fn of(row: &OwnerRow) -> Self {
        Self {
            id: row.person.clone(),
            email: row.email.clone(),
            status: row.status,
            needs_factor: row.required.is_some(),
            has_factor: row.second_factor == SecondFactor::Own,
            ways: Vec::new(),
        }
    }

    /// Asked in the order of the gate: a sign-in by one of their accounts would get through to what a member is told.
    /// The instance's lists judge the address of the account here and that of the account there, as they do there.
    fn can_come_in(&self, entrance: &Entrance) -> bool {
        let is_open = |way: &Way| {
            way.is_switched_on
                && entrance.providers.contains(way.provider.as_str())
                && entrance.admits(&way.email)
        };
        let is_through = self.has_factor || !self.needs_factor;
        is_through && self.is_in() && entrance.admits(&self.email) && self.ways.iter().any(is_open)
    }

    /// Neither deactivated nor left out by the organization's rules.
    fn is_in(&self) -> bool {
        self.status == Status::Active
    }

    /// Whether it is theirs to lose.
    fn is_hit_by(&self, loss: Loss) -> bool {
        match loss {
            Loss::People(leaving) => leaving.contains(&self.id.as_str()),
            Loss::Identity(id) => self.ways.iter().any(|way| way.identity == id),
            Loss::Method(name) => self.ways.iter().any(|way| way.provider == name),
            Loss::Factor(id) => self.has_factor && self.id == id,
        }
    }

    /// The owner after a loss; none who is none any more.
    fn without(&self, loss: Loss) -> Option<Self> {
        let mut owner = self.clone();
        match loss {
            Loss::People(leaving) if leaving.contains(&self.id.as_str()) => return None,
            Loss::Identity(id) => owner.ways.retain(|way| way.identity != id),
            Loss::Method(name) => owner.ways.retain(|way| way.provider != name),
            Loss::Factor(_) if self.is_hit_by(loss) => owner.has_factor = false,
            Loss::People(_) | Loss::Factor(_) => {}
        }
        Some(owner)
    }
}

/// The addresses of the organization's owners whom nothing keeps out, to tell them something.
///
/// # Errors
/// When the database can't be asked.
pub async fn addresses(connection: &impl ConnectionTrait, organization: &str) -> Result<Vec<EmailAddress>> {
    let ours = membership::Entity::find().filter(membership::Column::OrganizationId.eq(organization));
    let emails: Vec<String> =
        active(ours).select_only().column(membership::Column::Email).into_tuple().all(connection).await?;
    emails.iter().map(|email| EmailAddress::stored(email)).collect()
}

/// The same inside a change that others to the organization wait for.
///
/// # Errors
/// When the database can't be asked.
pub async fn addresses_inside(change: &Change<OfOrganization>) -> Result<Vec<EmailAddress>> {
    let emails: Vec<String> = change.column(membership::Column::Email, active).await?;
    emails.iter().map(|email| EmailAddress::stored(email)).collect()
}

fn active(ours: Select<membership::Entity>) -> Select<membership::Entity> {
    ours.filter(membership::Column::Role.eq(Role::Owner))
        .filter(membership::Column::Status.eq(Status::Active))
}

/// Of memberships, the owners' with their ways to sign in, in no order.
fn with_their_ways(ours: Select<membership::Entity>) -> Select<membership::Entity> {
    let ways = membership::Entity::belongs_to(identity::Entity)
        .from(membership::Column::UserId)
        .to(identity::Column::UserId)
        .into();
    let ours_too = |_, off| {
        let organization = (membership::Entity, membership::Column::OrganizationId);
        Expr::col((off, switched_off_provider::Column::OrganizationId)).equals(organization).into_condition()
    };
    let off = identity::Entity::belongs_to(switched_off_provider::Entity)
        .from(identity::Column::Provider)
        .to(switched_off_provider::Column::Provider)
        .on_condition(ours_too)
        .into();
    let account = membership::Entity::belongs_to(user::Entity)
        .from(membership::Column::UserId)
        .to(user::Column::Id)
        .into();
    let organization = membership::Entity::belongs_to(organization::Entity)
        .from(membership::Column::OrganizationId)
        .to(organization::Column::Id)
        .into();
    // Not bound: a plan that is made once has to know that owners are few.
    let owner = Expr::Constant(Role::Owner.into());
    ours.join(JoinType::InnerJoin, account)
        .join(JoinType::InnerJoin, organization)
        .join(JoinType::LeftJoin, ways)
        .join(JoinType::LeftJoin, off)
        .filter(membership::Column::Role.into_expr().eq(owner))
}
