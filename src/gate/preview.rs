//! Who would be locked out: the rules as they are about to be, asked about every member (rules 2.2, 2.4).

use std::fmt;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Gate, InstanceLists, Person, Rules, decide};
use crate::access::Role;
use crate::address::EmailAddress;
use crate::entity::{Timestamp, invite, membership};
use crate::random;
use crate::users::who_can_come_in;

/// A member, as far as the preview looks at one.
#[derive(Clone, Debug, Deserialize)]
pub struct Seated {
    pub id: String,
    pub email: EmailAddress,
    pub name: String,
    pub role: Role,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub last_seen_at: DateTime<Utc>,
}

/// How many columns [`seated`] gives.
pub(super) const COLUMNS: usize = 5;

/// The members who are in: active, and not locked out already.
pub(super) fn seated(ours: Select<membership::Entity>) -> Select<membership::Entity> {
    use membership::Column;
    who_can_come_in(ours)
        .select_only()
        .column_as(Column::UserId, "c0")
        .column_as(Column::Email, "c1")
        .column_as(Column::Name, "c2")
        .column_as(Column::Role, "c3")
        .column_as(Column::LastSeenAt, "c4")
        .order_by_asc(Column::Email)
}

/// The addresses of the invites that wait to be accepted at `now`.
pub(super) fn invited(now: Timestamp) -> impl FnOnce(Select<invite::Entity>) -> Select<invite::Entity> {
    move |ours| {
        ours.select_only()
            .column_as(invite::Column::Email, "c0")
            .filter(invite::Column::State.eq(invite::Stage::Open))
            .filter(invite::Column::ExpiresAt.gt(now))
    }
}

/// A member whom the rules would not let in if they came new.
#[derive(Clone, Debug)]
pub struct Loser {
    pub member: Seated,
    /// Why the access of this one can't be ended by whoever saves; none when it can.
    pub protected: Option<&'static str>,
}

/// What a rule set would mean for those who are in.
#[derive(Clone, Debug)]
pub struct Preview {
    /// How many the rules would let in.
    pub keeps: usize,
    /// Those whom they would not, in the order of their addresses.
    pub losers: Vec<Loser>,
    /// How many invites wait to be accepted: they pass the organization's rules (rule 2.1).
    pub open_invites: usize,
    /// How many of them the installation's lists shut out.
    pub blocked_invites: usize,
    /// Names exactly this outcome.
    pub digest: Digest,
}

/// Names a preview, so that what is saved is what was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    rules: String,
    members: String,
}

/// Who saves the rules.
pub struct Saver {
    pub id: String,
    pub role: Role,
}

impl Preview {
    /// Asks `rules` about each member. Nobody can end their own access here, nor that of somebody above them.
    pub fn new(
        instance: &InstanceLists,
        rules: &Rules,
        members: Vec<Seated>,
        invited: &[EmailAddress],
        saver: &Saver,
    ) -> Self {
        let (gate, all) = (Gate::new(instance, rules), members.len());
        let outside =
            |member: &Seated| gate.decide(&Person::stranger(member.email.clone())).admitted.is_none();
        let losers: Vec<Loser> = members
            .into_iter()
            .filter(outside)
            .map(|member| Loser { protected: protection(&member, saver), member })
            .collect();
        let keeps = all - losers.len();
        let shut_out = |email: &&EmailAddress| {
            let person = Person { invited: Some(Role::Member), ..Person::stranger((*email).clone()) };
            gate.decide(&person).admitted.is_none()
        };
        Self {
            keeps,
            digest: Digest::of(rules, keeps, &losers),
            losers,
            open_invites: invited.len(),
            blocked_invites: invited.iter().filter(shut_out).count(),
        }
    }

    /// Whether somebody's access is in question.
    pub fn is_losing(&self) -> bool {
        !self.losers.is_empty()
    }

    /// Those whose access saving can end.
    pub fn exposed(&self) -> impl Iterator<Item = &Seated> {
        self.losers.iter().filter(|loser| loser.protected.is_none()).map(|loser| &loser.member)
    }

    /// Whether `person` is among those whom the rules would not let in.
    pub fn leaves_out(&self, person: &str) -> bool {
        self.losers.iter().any(|loser| loser.member.id == person)
    }
}

/// What the rules say to somebody who comes new with this address.
pub fn would_be_let_in(instance: &InstanceLists, rules: &Rules, email: &EmailAddress) -> Answer {
    decide(instance, rules, &Person::stranger(email.clone()))
}

fn protection(member: &Seated, saver: &Saver) -> Option<&'static str> {
    if member.id == saver.id {
        Some("You")
    } else if member.role > saver.role {
        Some("Above your role")
    } else {
        None
    }
}

impl Digest {
    fn of(rules: &Rules, keeps: usize, losers: &[Loser]) -> Self {
        let mut people: Vec<_> =
            losers.iter().map(|loser| (loser.member.id.as_str(), loser.protected)).collect();
        people.sort_unstable();
        let (rules, members) = (json!(rules), json!([keeps, people]));
        Self { rules: random::hash(&rules.to_string()), members: random::hash(&members.to_string()) }
    }

    /// Whether `shown` names the same outcome.
    pub fn is(&self, shown: &str) -> bool {
        self.to_string() == shown
    }

    /// Whether `shown` names what the same rules meant for other members.
    pub fn is_of_other_members(&self, shown: &str) -> bool {
        !self.is(shown) && shown.split_once('-').is_some_and(|(rules, _)| rules == self.rules)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.rules, self.members)
    }
}
