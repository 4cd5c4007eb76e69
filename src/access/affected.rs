//! Those whom rules would concern: who is in, who is invited, and whom the rules would not let in.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, Select};

use crate::address::EmailAddress;
use crate::authority::columns;
use crate::entity::{Timestamp, invite, membership};
use crate::membership::who_can_come_in;
use crate::role::Role;

columns! {
    /// A member, as far as the preview looks at one.
    #[derive(Clone, Debug)]
    pub struct Seated of membership::Entity {
        pub id: String = membership::Column::UserId,
        pub email: EmailAddress = membership::Column::Email,
        pub name: String = membership::Column::Name,
        pub role: Role = membership::Column::Role,
        #[serde(with = "chrono::serde::ts_milliseconds")]
        pub last_seen_at: DateTime<Utc> = membership::Column::LastSeenAt,
    }
}

/// The members who are in: active, and not locked out already.
pub(super) fn seated(ours: Select<membership::Entity>) -> Select<membership::Entity> {
    who_can_come_in(ours).order_by_asc(membership::Column::Email)
}

/// The invites that wait to be accepted at `now`.
pub(super) fn invited(now: Timestamp) -> impl FnOnce(Select<invite::Entity>) -> Select<invite::Entity> {
    move |ours| {
        ours.filter(invite::Column::State.eq(invite::Stage::Open)).filter(invite::Column::ExpiresAt.gt(now))
    }
}

/// A member whom the rules would not let in if they came new.
#[derive(Clone, Debug)]
pub struct AffectedMember {
    pub member: Seated,
    /// Whether the rules in force would let them in.
    pub is_new: bool,
    /// Why the access of this one can't be ended by the person who saves; none when it can.
    pub protected: Option<&'static str>,
}
