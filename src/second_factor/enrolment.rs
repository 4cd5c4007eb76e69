//! Adding, renaming and removing one's own authenticator apps, and making recovery codes.

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::acceptance::step_of;
use super::factors;
use super::mails::{self, News};
use super::recovery::{self, RecoveryCode};
use super::totp::Secret;
use crate::authority::session::NewId;
use crate::authority::{Change, Event, OfPerson, SignedIn};
use crate::entity::authenticator_app::{ActiveModel, Column, Entity, Model};
use crate::error::{Error, Result};
use crate::name::Name;
use crate::random;

/// As many as a person has at most.
const MOST: usize = 10;
/// How long one may take from seeing the secret to giving a code of it.
const PATIENCE: Duration = Duration::hours(1);
/// Why there is no room.
const TOO_MANY: &str = "You already have 10 authenticator apps. Remove one first.";
/// What an app is called that no one has named.
const UNNAMED: &str = "Authenticator app";

/// Begins to add an app: it counts once a code of it is given, and what was there before counts until it is removed. Its
/// id. Takes a fresh sign-in.
///
/// # Errors
/// 403 without a fresh sign-in; 409 when there are too many.
pub async fn begin(person: &SignedIn) -> Result<String> {
    person.need_fresh_sign_in()?;
    let change = person.change().await?;
    change.delete::<Entity>(|own| own.filter(Column::ConfirmedAt.is_null())).await?;
    if change.all::<Entity>().await?.len() >= MOST {
        return Err(Error::Conflict(TOO_MANY));
    }
    let id = random::id();
    let row = ActiveModel {
        id: Set(id.clone()),
        name: Set(UNNAMED.to_owned()),
        sealed_secret: Set(Secret::new()?.seal(&person.services, &change.person().id, &id)?),
        last_step: Set(None),
        created_at: Set(change.at()),
        confirmed_at: Set(None),
        last_used_at: Set(None),
        ..Default::default()
    };
    change.insert(row).await?;
    let event = Event::done("second_factor.begun", change.person().email.clone());
    change.commit_once(event).await?;
    Ok(id)
}

/// One of the person's apps, whether it counts yet or not. Of one that doesn't yet, the secret is shown: that takes a
/// fresh sign-in.
///
/// # Errors
/// 404 for anyone else's, and for one that was begun too long ago; 403 for one that doesn't count yet, without a fresh
/// sign-in.
pub async fn app(person: &SignedIn, id: &str) -> Result<Model> {
    let app = person.own::<Entity>().filter(|own| own.filter(Column::Id.eq(id))).one().await?;
    let oldest = person.services.clock.now() - PATIENCE;
    if app.confirmed_at.is_some() {
        return Ok(app);
    }
    if *app.created_at <= oldest {
        return Err(Error::NotFound);
    }
    person.need_fresh_sign_in().map(|()| app)
}

/// What came of a code that was to confirm an app.
pub enum Confirmed {
    /// It counts now. The recovery codes, if it is the first; the session's new id.
    Added(Vec<RecoveryCode>, NewId),
    Wrong,
}

/// Makes an app count: by a code that it shows now. Other sessions of the person are asked for one on their next request.
/// Takes a fresh sign-in: who made the secret, a moment ago, has proven nothing more by its code.
///
/// # Errors
/// 403 without a fresh sign-in; 404 as [`app`]; 409 when it counts already.
pub async fn confirm(person: &SignedIn, id: &str, code: &str, name: &Name) -> Result<Confirmed> {
    person.need_fresh_sign_in()?;
    app(person, id).await?;
    let change = person.change().await?;
    let apps = change.all::<Entity>().await?;
    let this = apps.iter().find(|app| app.id == id).ok_or(Error::NotFound)?;
    if this.confirmed_at.is_some() {
        return Err(Error::Stale);
    }
    let Some(step) = step_of(&person.services, this, code)? else {
        let event = Event::refused("second_factor.refused", change.person().email.clone());
        change.commit_once(event.resulting_in(json!({ "reason": "wrong" }))).await?;
        return Ok(Confirmed::Wrong);
    };
    let is_first = !change.person().own_factor;
    let now = Expr::value(change.at());
    let confirmed = Entity::update_many()
        .col_expr(Column::ConfirmedAt, now.clone())
        .col_expr(Column::LastUsedAt, now)
        .col_expr(Column::LastStep, Expr::value(step))
        .col_expr(Column::Name, Expr::value(name.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::UserId.eq(&change.person().id));
    confirmed.exec(change.connection()).await?;
    let codes = if is_first { factors::begin(&change).await? } else { Vec::new() };
    let new_id = change.second_factor_given(&person.visitor.session, false).await?;
    mails::tell(&person.services, &change, News::AppAdded { name: name.as_str().to_owned() }).await?;
    change.commit(Event::done("second_factor.added", name.as_str())).await?;
    Ok(Confirmed::Added(codes, new_id))
}

/// Gives an app another name.
///
/// # Errors
/// 404 for anyone else's.
pub async fn rename(person: &SignedIn, id: &str, name: &Name) -> Result<()> {
    let change = person.change().await?;
    let before = counting(&change, id).await?.name;
    if before == name.as_str() {
        return Ok(());
    }
    let renamed = Entity::update_many()
        .col_expr(Column::Name, Expr::value(name.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::UserId.eq(&change.person().id));
    renamed.exec(change.connection()).await?;
    let event = Event::done("second_factor.renamed", name.as_str());
    change.commit_once(event.with(json!({ "name": before }), json!({ "name": name.as_str() }))).await
}

/// Removes an app; with the last factor go the recovery codes. Its name. Takes a fresh sign-in.
///
/// # Errors
/// 403 without a fresh sign-in; 404 for anyone else's; 409 for the last, while an organization of theirs requires one.
pub async fn remove(person: &SignedIn, id: &str) -> Result<String> {
    person.need_fresh_sign_in()?;
    let change = person.change().await?;
    let name = counting(&change, id).await?.name;
    change.delete::<Entity>(|own| own.filter(Column::Id.eq(id))).await?;
    let (change, is_off) = factors::end_if_none_is_left(person, change, &name).await?;
    mails::tell(&person.services, &change, News::AppRemoved { name: name.clone(), is_off }).await?;
    change.commit(Event::done("second_factor.removed", name.as_str())).await?;
    Ok(name)
}

/// Makes new recovery codes; those from before work no more. Takes a fresh sign-in.
///
/// # Errors
/// 403 without a fresh sign-in; 409 for someone who has no second factor.
pub async fn renew_codes(person: &SignedIn) -> Result<Vec<RecoveryCode>> {
    person.need_fresh_sign_in()?;
    let change = person.change().await?;
    if !change.person().own_factor {
        return Err(Error::Conflict("Recovery codes come with a second factor. Add one first."));
    }
    let codes = recovery::renew(&change).await?;
    mails::tell(&person.services, &change, News::CodesRenewed).await?;
    let event = Event::done("second_factor.codes_renewed", change.person().email.clone());
    change.commit(event).await?;
    Ok(codes)
}

async fn counting(change: &Change<OfPerson>, id: &str) -> Result<Model> {
    let apps = change.all::<Entity>().await?;
    apps.into_iter().find(|app| app.id == id && app.confirmed_at.is_some()).ok_or(Error::NotFound)
}
