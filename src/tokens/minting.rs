//! Making a token.

use chrono::Duration;
use sea_orm::{ActiveModelTrait, ColumnTrait, QueryFilter};
use serde_json::json;

use super::form::TokenForm;
use super::whose::Whose;
use crate::api_token::{Scopes, TokenText};
use crate::authority::{Change, Event, OfOrganization};
use crate::entity::token::{ActiveModel, Column, Entity, Model};
use crate::entity::{Timestamp, org_settings};
use crate::error::{Error, Result};
use crate::random;

/// A token that has just been made: the only moment at which its text is there.
pub struct Minted {
    pub text: TokenText,
    pub token: Model,
}

/// Makes a token.
///
/// # Errors
/// 422 with sentences by field; 409 for a project that is archived.
pub async fn mint(whose: Whose<'_>, form: &TokenForm) -> Result<Minted> {
    whose.refuse_archived()?;
    let change = whose.change().await?;
    let most = change.single::<org_settings::Entity>().await?.token_max_days;
    let request = form.read(whose.offered(), most).map_err(Error::Invalid)?;
    refuse_one_too_many(&change, whose).await?;
    let expires_at = Timestamp::from(*change.at() + Duration::days(request.days));
    let minted = write(&change, whose, request.name.as_str(), &request.scopes, expires_at).await?;
    let event = Event::done("token.created", request.name.as_str());
    change.commit(event.resulting_in(told(whose, &minted.token))).await?;
    Ok(minted)
}

pub(super) async fn refuse_one_too_many(change: &Change<OfOrganization>, whose: Whose<'_>) -> Result<()> {
    let live = change.column::<Entity, String>(Column::Id, |ours| {
        ours.filter(whose.rows())
            .filter(Column::RevokedAt.is_null())
            .filter(Column::ExpiresAt.gt(change.at()))
    });
    if live.await?.len() < whose.most() {
        return Ok(());
    }
    let sentence = format!("Up to {} tokens fit. Revoke one you don’t need.", whose.most());
    Err(Error::invalid("name", sentence))
}

/// Writes the row of a new token.
pub(super) async fn write(
    change: &Change<OfOrganization>,
    whose: Whose<'_>,
    name: &str,
    scopes: &Scopes,
    expires_at: Timestamp,
) -> Result<Minted> {
    let text = TokenText::generate()?;
    let (project_id, user_id) = whose.ids();
    let visitor = whose.member().visitor();
    let token = Model {
        id: random::id(),
        organization_id: change.organization().to_owned(),
        project_id,
        user_id,
        name: name.to_owned(),
        prefix: text.prefix().to_owned(),
        hash: text.hash(),
        scopes: scopes.stored(),
        created_at: change.at(),
        created_by: visitor.id.clone(),
        created_by_name: visitor.name.clone(),
        expires_at,
        last_used_at: None,
        last_used_from: None,
        replaced_by: None,
        revoked_at: None,
        told_hour: None,
    };
    change.insert(ActiveModel::from(token.clone()).reset_all()).await?;
    Ok(Minted { text, token })
}

/// What the audit tells of a token.
pub(super) fn told(whose: Whose<'_>, token: &Model) -> serde_json::Value {
    json!({
        "prefix": token.prefix,
        "project": whose.project_name(),
        "scopes": token.scopes,
        "expiresAt": token.expires_at.to_rfc3339(),
    })
}
