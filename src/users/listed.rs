//! A person as the list shows them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait, Func, Query};

use super::sort::{By, Key, Sort, UserKeyset};
use crate::authority::columns;
use crate::entity::identity;
use crate::entity::membership::{self, Column, SecondFactor, Status};
use crate::role::Role;
use crate::tenancy::Tenancy;

columns! {
    /// A person in the list.
    #[derive(Clone, Debug)]
    pub struct ListedUser of membership::Entity {
        membership: i64 = Column::Id,
        pub id: String = Column::UserId,
        pub name: String = Column::Name,
        pub email: String = Column::Email,
        pub role: Role = Column::Role,
        pub status: Status = Column::Status,
        pub second_factor: SecondFactor = Column::SecondFactor,
        #[serde(with = "chrono::serde::ts_milliseconds")]
        pub joined_at: DateTime<Utc> = Column::JoinedAt,
        #[serde(with = "chrono::serde::ts_milliseconds")]
        pub last_seen_at: DateTime<Utc> = Column::LastSeenAt,
        /// Names of providers, each with the address that it has verified, with commas between them.
        methods: Option<String> = methods(),
    }
}

/// The ways to sign in are looked up row by row: a join would leave it to the planner whom to look up first.
fn methods() -> Expr {
    let of = |column: identity::Column| Expr::col((identity::Entity, column));
    let way = of(identity::Column::Provider).binary(BinOper::Custom("||"), Expr::val(" "));
    let way = way.binary(BinOper::Custom("||"), of(identity::Column::Email));
    let methods = Query::select()
        .expr(Func::cust("string_agg").args([way, Expr::val(",")]))
        .from(identity::Entity)
        .and_where(of_the_same_person())
        .to_owned();
    Expr::from(methods)
}

/// Ties accounts at providers to the member whose row it is.
pub fn of_the_same_person() -> Expr {
    Expr::col((identity::Entity, identity::Column::UserId)).equals((membership::Entity, Column::UserId))
}

/// The same for those that their organization knows of.
pub fn known_here(tenancy: Tenancy) -> Expr {
    if !tenancy.is_multi() {
        return of_the_same_person();
    }
    let email = Expr::col((identity::Entity, identity::Column::Email));
    of_the_same_person().and(email.equals((membership::Entity, Column::Email)))
}

/// A column of the list.
pub fn column(column: Column) -> Expr {
    Expr::col((membership::Entity, column))
}

impl ListedUser {
    /// The providers with which the person signs in, each once. Where there are many organizations, this one knows of
    /// those that vouch for the address by which they joined.
    pub fn methods(&self, tenancy: Tenancy) -> BTreeSet<&str> {
        let ways = self.methods.iter().flat_map(|ways| ways.split(',')).filter_map(|way| way.split_once(' '));
        ways.filter(|(_, email)| !tenancy.is_multi() || *email == self.email).map(|(name, _)| name).collect()
    }

    /// The place of the person in a list of this order.
    pub fn keyset(&self, sort: Sort) -> UserKeyset {
        let key = match sort.by {
            By::Name => Key::Text(self.name.clone()),
            By::Joined => Key::Milliseconds(self.joined_at.timestamp_millis()),
            By::Seen => Key::Milliseconds(self.last_seen_at.timestamp_millis()),
        };
        UserKeyset { key, id: self.membership }
    }
}
