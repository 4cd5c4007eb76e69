//! Recovery codes: ten at a time, shown once, each good for one sign-in (rule 7.3). What is stored opens nothing.

use data_encoding::BASE32_NOPAD;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::code::RECOVERY_BYTES;
use crate::authority::{Change, OfPerson};
use crate::entity::recovery_code::{ActiveModel, Column, Entity};
use crate::error::Result;
use crate::random;

/// As many as are made at a time.
pub const CODES: usize = 10;
/// Characters between two hyphens.
const GROUP: usize = 4;

/// A recovery code, as it is shown: once.
pub struct RecoveryCode(String);

impl RecoveryCode {
    fn new() -> Result<Self> {
        Ok(Self(BASE32_NOPAD.encode(&random::bytes()?[..RECOVERY_BYTES])))
    }

    /// In groups of four, in small letters.
    pub fn shown(&self) -> String {
        let groups: Vec<&str> =
            (0..self.0.len()).step_by(GROUP).filter_map(|at| self.0.get(at..at + GROUP)).collect();
        groups.join("-").to_ascii_lowercase()
    }
}

/// What is stored of a code. The person is in it: no row of one is worth anything as another's.
fn hash(person: &str, code: &str) -> String {
    random::hash(&format!("{person} {code}"))
}

/// Makes the person's recovery codes, in place of those from before.
///
/// # Errors
/// When there is no randomness, or the database can't keep them.
pub async fn renew(change: &Change<OfPerson>) -> Result<Vec<RecoveryCode>> {
    change.delete::<Entity>(|own| own).await?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let code = RecoveryCode::new()?;
        let row = ActiveModel {
            hash: Set(hash(&change.person().id, &code.0)),
            created_at: Set(change.at()),
            used_at: Set(None),
            ..Default::default()
        };
        change.insert(row).await?;
        codes.push(code);
    }
    Ok(codes)
}

/// Uses a code, once: of many at once the database lets one have it. How many are left; none where it was not one.
///
/// # Errors
/// When the database can't be asked.
pub async fn take(change: &Change<OfPerson>, code: &str) -> Result<Option<u64>> {
    let person = change.person().id.as_str();
    let taken = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(change.at()))
        .filter(Column::Hash.eq(hash(person, code)))
        .filter(Column::UserId.eq(person))
        .filter(Column::UsedAt.is_null())
        .exec(change.connection())
        .await?;
    if taken.rows_affected != 1 {
        return Ok(None);
    }
    let left = Entity::find().filter(Column::UserId.eq(person)).filter(Column::UsedAt.is_null());
    Ok(Some(left.count(change.connection()).await?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::second_factor::code::Code;

    // F08
    #[test]
    fn a_code_is_read_as_it_is_shown_and_no_two_are_alike() {
        let mut seen = HashSet::new();
        for _ in 0..1000 {
            let code = RecoveryCode::new().expect("randomness");
            let shown = code.shown();
            assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4], "{shown}");
            let Ok(Code::Recovery(read)) = Code::parse(&shown) else { unreachable!("{shown} is one") };
            assert_eq!(read, code.0);
            assert!(seen.insert(shown));
        }
    }

    #[test]
    fn what_is_stored_is_another_persons_to_no_one() {
        assert_ne!(hash("ada", "ABCDEFGHIJKLMNOP"), hash("ben", "ABCDEFGHIJKLMNOP"));
        assert!(!hash("ada", "ABCDEFGHIJKLMNOP").contains("ABCD"));
    }
}
