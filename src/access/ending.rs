//! The access of those whom new rules leave out: whether it can be ended, and ending it.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};

use super::preview::Preview;
use crate::authority::{Admin, Change, OfOrganization};
use crate::entity::membership;
use crate::error::Result;
use crate::membership::owners::{Entrance, Loss, Owners};

/// As many rows as one statement names.
const CHUNK: usize = 500;

/// Whether an owner who can come in is left without those whom the preview exposes: the person who saves stays, and may
/// be one who can't (rule 1.5).
pub(super) async fn can_spare(
    change: &Change<OfOrganization>,
    admin: &Admin,
    preview: &Preview,
) -> Result<bool> {
    let leaving: Vec<&str> = preview.exposed().map(|member| member.id.as_str()).collect();
    let owners = Owners::inside(change, Entrance::from(&admin.services().config)).await?;
    Ok(owners.can_spare(Loss::People(&leaving)))
}

/// Ends the access of those whom the preview exposes; tells their addresses.
pub(super) async fn end_access(change: &Change<OfOrganization>, preview: &Preview) -> Result<Vec<String>> {
    let people: Vec<_> = preview.exposed().collect();
    for chunk in people.chunks(CHUNK) {
        let ids = chunk.iter().map(|member| member.id.as_str());
        change
            .update::<membership::Entity>(|ours| {
                ours.col_expr(membership::Column::LockedOutAt, Expr::value(change.at()))
                    .filter(membership::Column::UserId.is_in(ids))
            })
            .await?;
    }
    Ok(people.into_iter().map(|member| member.email.to_string()).collect())
}
