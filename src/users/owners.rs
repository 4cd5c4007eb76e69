//! An organization always has an owner who can come in (rule 1.5): decided here, for every way to lose one.

use std::collections::HashSet;

use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::access::{Change, Organization, Role, Scope};
use crate::address::EmailAddress;
use crate::config::Config;
use crate::entity::membership::Status;
use crate::entity::{identity, membership, switched_off_provider};
use crate::error::Result;
use crate::gate::InstanceLists;

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
}

/// An owner with one of their ways, or with none: person, address, status; identity, provider, address there, and the
/// provider once more if it is switched off.
type Row = (String, String, Status, Option<String>, Option<String>, Option<String>, Option<String>);
/// How many columns [`select`] gives.
const COLUMNS: usize = 7;

impl<'a> Owners<'a> {
    /// As they are inside a change that others to the organization wait for.
    pub async fn inside(change: &Change<Organization>, entrance: Entrance<'a>) -> Result<Self> {
        Ok(Self::new(entrance, change.rows(COLUMNS, select).await?))
    }

    /// The same inside a change of a person or an operator.
    pub async fn of(
        connection: &impl ConnectionTrait,
        organization: &str,
        entrance: Entrance<'a>,
    ) -> Result<Self> {
        let ours = membership::Entity::find().filter(membership::Column::OrganizationId.eq(organization));
        Ok(Self::new(entrance, select(ours).into_tuple().all(connection).await?))
    }

    /// As a page shows them.
    pub async fn shown(scope: Scope<'_>, entrance: Entrance<'a>) -> Result<Self> {
        Ok(Self::new(entrance, scope.find().narrow(select).rows(COLUMNS).await?))
    }

    /// Nobody: for those who see no controls.
    pub fn none(entrance: Entrance<'a>) -> Self {
        Self::new(entrance, Vec::new())
    }

    fn new(entrance: Entrance<'a>, rows: Vec<Row>) -> Self {
        let mut all: Vec<Owner> = Vec::new();
        for (id, email, status, identity, provider, address, off) in rows {
            if all.last().is_none_or(|owner| owner.id != id) {
                all.push(Owner { id, email, status, ways: Vec::new() });
            }
            let way = identity.zip(provider).zip(address);
            let way = way.map(|((identity, provider), email)| Way {
                identity,
                provider,
                email,
                is_switched_on: off.is_none(),
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
        let kinds =
            [Owner::can_come_in, |owner: &Owner, _: &Entrance| owner.is_in(), |_: &Owner, _: &Entrance| true];
        kinds.into_iter().all(|counts| {
            let any = |owners: &[Owner]| owners.iter().any(|owner| counts(owner, &self.entrance));
            !any(&self.all) || any(&left)
        })
    }
}

impl Owner {
    /// Asked in the order of the gate: a sign-in by one of their accounts would get through to what a member is told.
    /// The instance's lists judge the address of the account here and that of the account there, as they do there.
    fn can_come_in(&self, entrance: &Entrance) -> bool {
        let is_open = |way: &Way| {
            way.is_switched_on
                && entrance.providers.contains(way.provider.as_str())
                && entrance.admits(&way.email)
        };
        self.is_in() && entrance.admits(&self.email) && self.ways.iter().any(is_open)
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
        }
    }

    /// The owner after a loss; none who is none any more.
    fn without(&self, loss: Loss) -> Option<Self> {
        let mut owner = self.clone();
        match loss {
            Loss::People(leaving) if leaving.contains(&self.id.as_str()) => return None,
            Loss::People(_) => {}
            Loss::Identity(id) => owner.ways.retain(|way| way.identity != id),
            Loss::Method(name) => owner.ways.retain(|way| way.provider != name),
        }
        Some(owner)
    }
}

/// Of memberships, the owners' with their ways to sign in: the columns of a [`Row`].
fn select(ours: Select<membership::Entity>) -> Select<membership::Entity> {
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
    ours.select_only()
        .column_as(membership::Column::UserId, "c0")
        .column_as(membership::Column::Email, "c1")
        .column_as(membership::Column::Status, "c2")
        .column_as(identity::Column::Id, "c3")
        .column_as(identity::Column::Provider, "c4")
        .column_as(identity::Column::Email, "c5")
        .column_as(switched_off_provider::Column::Provider, "c6")
        .join(JoinType::LeftJoin, ways)
        .join(JoinType::LeftJoin, off)
        .filter(membership::Column::Role.eq(Role::Owner))
        .order_by_asc(membership::Column::UserId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Domain;

    static NOBODY: InstanceLists = InstanceLists {
        allowed_domains: Vec::new(),
        blocked_domains: Vec::new(),
        allowed_emails: Vec::new(),
        blocked_emails: Vec::new(),
    };

    fn owner(name: &str, providers: &[&str]) -> Owner {
        let way = |provider: &&str| Way {
            identity: format!("{name} at {provider}"),
            provider: (*provider).to_owned(),
            email: format!("{name}@acme.test"),
            is_switched_on: true,
        };
        let (email, ways) = (format!("{name}@acme.test"), providers.iter().map(way).collect());
        Owner { id: name.to_owned(), email, status: Status::Active, ways }
    }

    fn owners<'a>(lists: &'a InstanceLists, all: &[&Owner]) -> Owners<'a> {
        let entrance = Entrance { providers: HashSet::from(["idp", "okta"]), lists };
        Owners { entrance, all: all.iter().map(|owner| (*owner).clone()).collect() }
    }

    #[test]
    fn the_last_owner_stays_and_anybody_else_may_go() {
        let (ada, ben) = (owner("ada", &["idp"]), owner("ben", &["idp"]));
        let allows = |all: &[&Owner], leaving: &[&str]| owners(&NOBODY, all).can_spare(Loss::People(leaving));
        assert!(!allows(&[&ada], &["ada"]));
        assert!(!allows(&[&ada, &ben], &["ben", "ada", "sam"]));
        assert!(allows(&[&ada, &ben], &["ada"]));
        assert!(allows(&[&ada], &["sam"]));
        assert!(allows(&[], &["sam"]), "an organization without any is no worse for it");
    }

    #[test]
    fn an_owner_who_can_t_come_in_is_no_reason_to_let_the_other_go() {
        let ada = owner("ada", &["idp"]);
        let deactivated = Owner { status: Status::Deactivated, ..owner("ben", &["idp"]) };
        let locked_out = Owner { status: Status::LockedOut, ..owner("ben", &["idp"]) };
        let mut switched_off = owner("ben", &["okta"]);
        switched_off.ways[0].is_switched_on = false;
        let mut blocked_there = owner("ben", &["okta"]);
        blocked_there.ways[0].email = "ben@evil.test".to_owned();
        let blocked_here = Owner { email: "ben@evil.test".to_owned(), ..owner("ben", &["okta"]) };
        let without_a_way = owner("ben", &[]);
        let not_configured = owner("ben", &["github"]);
        let lists = InstanceLists {
            blocked_domains: vec![Domain::parse("evil.test").expect("a domain")],
            ..NOBODY.clone()
        };
        for ben in [
            deactivated,
            locked_out,
            switched_off,
            blocked_there,
            blocked_here,
            without_a_way,
            not_configured,
        ] {
            let both = owners(&lists, &[&ada, &ben]);
            assert_eq!(both.who_can_come_in(), 1);
            assert!(!both.can_spare(Loss::People(&["ada"])));
            assert!(both.can_spare(Loss::People(&["ben"])), "who does not count is not missed");
        }
    }

    #[test]
    fn a_way_in_may_go_while_an_owner_is_left_another() {
        let (ada, ben) = (owner("ada", &["idp", "okta"]), owner("ben", &["okta"]));
        let ada_alone = owners(&NOBODY, &[&ada]);
        assert!(
            ada_alone.can_spare(Loss::Method("idp")) && ada_alone.can_spare(Loss::Identity("ada at okta"))
        );
        let ben_alone = owners(&NOBODY, &[&ben]);
        assert!(
            !ben_alone.can_spare(Loss::Method("okta")) && !ben_alone.can_spare(Loss::Identity("ben at okta"))
        );
        assert!(ben_alone.can_spare(Loss::Method("idp")));
        assert!(owners(&NOBODY, &[&ada, &ben]).can_spare(Loss::Identity("ben at okta")));
    }

    #[test]
    fn where_nobody_can_come_in_the_last_who_might_again_stays() {
        let (blocked, gone) =
            (owner("ada", &["github"]), Owner { status: Status::Deactivated, ..owner("ben", &["idp"]) });
        let both = owners(&NOBODY, &[&blocked, &gone]);
        assert!(!both.can_spare(Loss::People(&["ada"])), "the configuration may let her in again");
        assert!(both.can_spare(Loss::People(&["ben"])));
        assert!(both.can_spare(Loss::Method("idp")), "there is nothing to lose");
        assert!(!owners(&NOBODY, &[&gone]).can_spare(Loss::People(&["ben"])), "nor an owner at all");
    }
}
