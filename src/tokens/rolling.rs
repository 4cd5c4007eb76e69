//! Rolling a token: another takes its place, and the old one works for a while yet.

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::minting::{Minted, refuse_one_too_many, told, write};
use super::status::{Status, status};
use super::whose::Whose;
use crate::api_token::Scopes;
use crate::authority::Event;
use crate::entity::token::{Column, Entity};
use crate::entity::{Timestamp, org_settings};
use crate::error::{Error, Result};

/// How long the old token works beside the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    None,
    Day,
    Week,
}

impl Overlap {
    /// All of them, as a form offers them.
    pub const ALL: [Self; 3] = [Self::None, Self::Day, Self::Week];

    /// How long that is, in hours, by which the API and forms know it.
    pub fn hours(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Day => 24,
            Self::Week => 168,
        }
    }

    /// What a form says.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "Now",
            Self::Day => "In 24 hours",
            Self::Week => "In 7 days",
        }
    }

    /// The one of so many hours.
    pub fn parse(hours: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|overlap| overlap.hours().to_string() == hours.trim())
    }
}

/// Makes a token that takes the place of the one of this id: of the same name, for the same, living as long as that one
/// was to live.
///
/// # Errors
/// 404 when there is none of this id; 409 when it does not work any more, or another has taken its place already.
pub async fn roll(whose: Whose<'_>, id: &str, overlap: Overlap) -> Result<Minted> {
    whose.refuse_archived()?;
    let change = whose.change().await?;
    let this = |rows: sea_orm::Select<Entity>| rows.filter(whose.rows()).filter(Column::Id.eq(id));
    let old = change.all::<Entity>(this).await?.pop().ok_or(Error::NotFound)?;
    match status(&old, *change.at()) {
        Status::Active => {}
        Status::Replaced => return Err(Error::Conflict("Another token has already replaced it.")),
        Status::Expired | Status::Revoked => {
            return Err(Error::Conflict("This token no longer works. Create a new one."));
        }
    }
    if overlap != Overlap::None {
        refuse_one_too_many(&change, whose).await?;
    }
    let most = Duration::days(change.single::<org_settings::Entity>().await?.token_max_days);
    let life = (*old.expires_at - *old.created_at).min(most);
    let expires_at = Timestamp::from(*change.at() + life);
    let minted = write(&change, whose, &old.name, &Scopes::read(&old.scopes), expires_at).await?;
    let end = Timestamp::from((*change.at() + Duration::hours(overlap.hours())).min(*old.expires_at));
    let revoked = (overlap == Overlap::None).then(|| change.at());
    change
        .update::<Entity>(|ours| {
            ours.col_expr(Column::ReplacedBy, Expr::value(minted.token.id.as_str()))
                .col_expr(Column::ExpiresAt, Expr::value(end))
                .col_expr(Column::RevokedAt, Expr::value(revoked))
                .filter(Column::Id.eq(id))
        })
        .await?;
    let before = json!({ "prefix": old.prefix, "worksUntil": end.to_rfc3339() });
    let event = Event::done("token.rolled", old.name.as_str()).with(before, told(whose, &minted.token));
    change.commit(event).await?;
    Ok(minted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_is_one_of_three() {
        for overlap in Overlap::ALL {
            assert_eq!(Overlap::parse(&overlap.hours().to_string()), Some(overlap));
        }
        assert_eq!(Overlap::parse("1"), None);
        assert_eq!(Overlap::parse(""), None);
    }
}
