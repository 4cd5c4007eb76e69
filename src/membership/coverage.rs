//! Who has a second factor, and who doesn't.

use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Select};

use crate::authority::{Member, columns};
use crate::entity::membership::{Column, Entity, SecondFactor, Status};
use crate::error::Result;
use crate::role::Role;

/// As many as are named.
const NAMED: u64 = 50;

/// How many of those who can come in have a second factor that counts.
pub struct Coverage {
    pub have: u64,
    pub lack: u64,
    /// The first of those who don't, by name.
    pub without: Vec<Without>,
}

columns! {
    /// Someone without.
    pub struct Without of Entity {
        pub id: String = Column::UserId,
        pub name: String = Column::Name,
        pub email: String = Column::Email,
        pub role: Role = Column::Role,
    }
}

columns! {
    struct Count of Entity {
        factor: SecondFactor = Column::SecondFactor,
        people: i64 = Expr::from(Func::count(Expr::col((Entity, Column::Id)))),
    }
}

/// Who has one, where a provider's counts or doesn't.
///
/// # Errors
/// When the database can't be asked.
pub async fn coverage(member: &Member, trusts_provider: bool) -> Result<Coverage> {
    let counts = member.scope().find::<Entity>().filter(|ours| present(ours).group_by(Column::SecondFactor));
    let (mut have, mut lack) = (0, 0);
    for Count { factor, people } in counts.rows().await? {
        let people = u64::try_from(people).unwrap_or_default();
        if factor.counts(trusts_provider) { have += people } else { lack += people }
    }
    let without = member.scope().find::<Entity>().filter(|ours| {
        let ours = lacking(present(ours), trusts_provider);
        ours.order_by_asc(Column::Name).order_by_asc(Column::Id).limit(NAMED)
    });
    Ok(Coverage { have, lack, without: without.rows().await? })
}

/// How many have none that counts, up to one more than `most`.
///
/// # Errors
/// When the database can't be asked.
pub async fn lacking_up_to(member: &Member, trusts_provider: bool, most: u64) -> Result<u64> {
    let some = member.scope().find::<Entity>();
    some.filter(|ours| lacking(present(ours), trusts_provider)).count(most + 1).await
}

/// Those who can come in.
fn present(ours: Select<Entity>) -> Select<Entity> {
    ours.filter(Expr::col((Entity, Column::Status)).eq(Status::Active))
}

/// Those who have no second factor that counts.
pub fn lacking(ours: Select<Entity>, trusts_provider: bool) -> Select<Entity> {
    let lack = SecondFactor::ALL.into_iter().filter(|factor| !factor.counts(trusts_provider));
    ours.filter(Expr::col((Entity, Column::SecondFactor)).is_in(lack))
}
