//! What happens when a provider presents someone as someone new: it was registered again, and gives everyone another
//! subject, or its issuer has another address. Such an account is remembered, and an operator can put it in the place of
//! the one that the person had there (rule 2.6: nothing is linked by an address alone).

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::address::EmailAddress;
use crate::authority::operator::{Acted, Refusal};
use crate::authority::{Change, Event, FromOutside, Services, Shell};
use crate::entity::unlinked_identity::{ActiveModel, Column, Entity, Model};
use crate::entity::user::{self, Status};
use crate::entity::{Timestamp, identity};
use crate::error::{Error, Result};
use crate::identity_providers::Claims;
use crate::mail::{self, MailKind};
use crate::membership::holder::holder;
use crate::membership::identities::identities_of;
use crate::smtp::Mailer;

/// How long an account that came is remembered.
const REMEMBERED: Duration = Duration::days(30);

/// Remembers the account of `claims`, which came with the verified address of `holder`.
pub(super) async fn remember(
    change: &Change<FromOutside>,
    claims: &Claims,
    holder: &user::Model,
    email: &EmailAddress,
) -> Result<()> {
    let row = ActiveModel {
        user_id: Set(holder.id.clone()),
        provider: Set(claims.provider.clone()),
        issuer: Set(claims.issuer.clone()),
        subject: Set(claims.subject.clone()),
        email: Set(email.to_string()),
        tried_at: Set(change.at()),
    };
    let key = [Column::UserId, Column::Provider, Column::Issuer, Column::Subject];
    let again = OnConflict::columns(key).update_columns([Column::Email, Column::TriedAt]).to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(change.connection()).await?;
    Ok(())
}

/// Forgets accounts that came long ago.
pub async fn forget_old(services: &Services) -> Result<()> {
    let old = Column::TriedAt.lte(Timestamp::from(services.clock.now() - REMEMBERED));
    Entity::delete_many().filter(old).exec(services.db.write_outside_any_organization()).await?;
    Ok(())
}

/// Whom an operator means.
pub struct Whom {
    /// None for everyone at the provider.
    pub email: Option<EmailAddress>,
    /// None for any provider.
    pub provider: Option<String>,
    /// None where only one account has come.
    pub subject: Option<String>,
}

/// A person's account at a provider, and the one that is to take its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Relinking {
    /// The address of the person's account here.
    pub email: String,
    pub old: identity::Model,
    pub new: Model,
}

/// What `whom` have to be relinked with, in the order of their tries.
///
/// # Errors
/// When no one has the address, the person is deactivated, there is nothing to relink, or several accounts have come for
/// one person, of which none is named.
pub async fn waiting(shell: &Shell, whom: &Whom) -> Acted<Vec<Relinking>> {
    let connection = shell.db().outside_any_organization();
    let mut tried = Entity::find().order_by_asc(Column::TriedAt).order_by_asc(Column::UserId);
    if let Some(email) = &whom.email {
        let user = holder(connection, email).await?.ok_or_else(|| Refusal::Unknown(email.clone()))?;
        if user.status == Status::Deactivated {
            return Err(Refusal::Deactivated(user.email));
        }
        tried = tried.filter(Column::UserId.eq(user.id));
    }
    if let Some(provider) = &whom.provider {
        tried = tried.filter(Column::Provider.eq(provider));
    }
    if let Some(subject) = &whom.subject {
        tried = tried.filter(Column::Subject.eq(subject));
    }
    let mut waiting: Vec<Relinking> = Vec::new();
    for new in tried.all(connection).await.map_err(Error::from)? {
        let Some(found) = of(connection, new).await? else { continue };
        if let Some(other) = waiting.iter().find(|other| other.old.id == found.old.id) {
            let both = format!("{} and {}", other.new.subject, found.new.subject);
            return Err(Refusal::SeveralHaveCome(found.email, both));
        }
        waiting.push(found);
    }
    if waiting.is_empty() { Err(Refusal::NothingToRelink) } else { Ok(waiting) }
}

/// Puts the new account in the place of the old one, if both are still as they were shown; the person hears of it.
///
/// # Errors
/// When something has changed since.
pub async fn relink(shell: &Shell, mailer: &Mailer, relinking: &Relinking) -> Acted<()> {
    let change = shell.change().await?;
    change.hold(&relinking.old.user_id).await?;
    if of(change.connection(), relinking.new.clone()).await?.as_ref() != Some(relinking) {
        return Err(Refusal::ChangedMeanwhile(relinking.email.clone()));
    }
    write(&change, relinking).await?;
    let to = EmailAddress::stored(&relinking.email)?;
    let provider = relinking.new.provider.clone();
    mail::queue_for_installation(mailer, &change, &to, &MailKind::AccountConnected { provider }).await?;
    let event = Event::done("account.relinked", relinking.email.as_str());
    change
        .commit(event.with(
            about(&relinking.old.issuer, &relinking.old.subject),
            about(&relinking.new.issuer, &relinking.new.subject),
        ))
        .await?;
    Ok(())
}

/// The same for many. One for whom something has changed since keeps no one else out.
///
/// # Errors
/// When the database can't do it.
pub async fn relink_all(shell: &Shell, mailer: &Mailer, waiting: &[Relinking]) -> Acted<Relinked> {
    let mut relinked = Relinked::default();
    for one in waiting {
        match relink(shell, mailer, one).await {
            Ok(()) => relinked.done += 1,
            Err(Refusal::ChangedMeanwhile(email)) => relinked.left_out.push(email),
            Err(other) => return Err(other),
        }
    }
    Ok(relinked)
}

/// How many were relinked, and who was not, because something has changed since.
#[derive(Default)]
pub struct Relinked {
    pub done: usize,
    pub left_out: Vec<String>,
}

fn about(issuer: &str, subject: &str) -> serde_json::Value {
    json!({ "issuer": issuer, "subject": subject })
}

async fn write(change: &Change<FromOutside>, relinking: &Relinking) -> Result<()> {
    identity::Entity::update_many()
        .col_expr(identity::Column::Issuer, Expr::value(&relinking.new.issuer))
        .col_expr(identity::Column::Subject, Expr::value(&relinking.new.subject))
        .filter(identity::Column::Id.eq(&relinking.old.id))
        .exec(change.connection())
        .await?;
    let of_person = Entity::delete_many().filter(Column::UserId.eq(&relinking.new.user_id));
    of_person.filter(Column::Provider.eq(&relinking.new.provider)).exec(change.connection()).await?;
    Ok(())
}

/// What `new` would take the place of: the account of the same person at the same provider, with the same address. None
/// when there is none, or it was used since: then nothing was registered again; when the account is someone's by now; and
/// when the person is deactivated.
async fn of(connection: &impl ConnectionTrait, new: Model) -> Result<Option<Relinking>> {
    let Some(user) = user::Entity::find_by_id(&new.user_id).one(connection).await? else { return Ok(None) };
    let is_somebodys = identity::Entity::find()
        .filter(identity::Column::Issuer.eq(&new.issuer))
        .filter(identity::Column::Subject.eq(&new.subject));
    if user.status == Status::Deactivated || is_somebodys.one(connection).await?.is_some() {
        return Ok(None);
    }
    let accounts = identities_of(connection, &user.id).await?;
    let is_same = |own: &identity::Model| own.provider == new.provider && own.email == new.email;
    let old = accounts.into_iter().filter(is_same).max_by_key(|own| *own.last_sign_in_at);
    let unused = old.filter(|old| *old.last_sign_in_at < *new.tried_at);
    Ok(unused.map(|old| Relinking { email: user.email, old, new }))
}
