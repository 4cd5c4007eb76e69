//! Adding, renaming and removing one's own passkeys, and asking browsers for a proof of one.

use data_encoding::BASE64URL_NOPAD;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use webauthn_rs::prelude::{AuthenticationResult, PublicKeyCredential, RegisterPublicKeyCredential};

use super::mails::{self, News};
use super::recovery::RecoveryCode;
use super::relying_party::{self, RelyingParty};
use super::{ceremony, factors};
use crate::authority::session::NewId;
use crate::authority::{Change, Event, HalfSignedIn, OfPerson, Services, SignedIn};
use crate::entity::passkey::{ActiveModel, Column, Entity, Model};
use crate::entity::passkey_ceremony::Purpose;
use crate::error::{Error, Result};
use crate::membership::passkeys::passkeys;
use crate::name::Name;
use crate::random;

/// As many as a person has at most.
const MOST: usize = 10;
/// Why there is no room.
const TOO_MANY: &str = "You already have 10 passkeys. Remove one first.";
/// What a passkey is called that no one has named.
pub const UNNAMED: &str = "Passkey";
/// Why none proves anything.
const NONE: &str = "You have no passkey, so none confirms that it’s you.";

pub use super::relying_party::takes_passkeys;

/// Whether there is room for another passkey, and it can be added now.
///
/// # Errors
/// 403 without a fresh sign-in; 409 when there are too many, and where browsers take none.
pub async fn can_add(person: &SignedIn) -> Result<()> {
    person.need_fresh_sign_in()?;
    RelyingParty::at(&person.services.config.base_url)?;
    if passkeys(person).await?.len() < MOST { Ok(()) } else { Err(Error::Conflict(TOO_MANY)) }
}

/// What the person's browser is asked, to make a passkey: it counts once the browser has answered. Takes a fresh sign-in.
///
/// # Errors
/// As [`can_add`].
pub async fn ask_for_new(person: &SignedIn) -> Result<Value> {
    can_add(person).await?;
    let (services, visitor) = (&person.services, &person.visitor);
    let party = RelyingParty::at(&services.config.base_url)?;
    let own = passkeys(person).await?;
    let question = party.ask_for_new(&visitor.id, &visitor.email, &visitor.name, &own)?;
    ceremony::keep(services, &visitor.id, &visitor.session, Purpose::Making, question.state).await?;
    Ok(question.options)
}

/// What came of a browser's answer.
pub enum Added {
    /// The passkey counts. The recovery codes, if it is the first factor; the session's new id.
    In(Vec<RecoveryCode>, NewId),
    /// It is no answer to what was asked.
    Wrong,
    /// Nothing was asked of late.
    Late,
    /// It is in use, by this person or another.
    Known,
}

/// Adds the passkey that the person's browser has made. Other sessions of the person are asked for a factor on their next
/// request, if it is the first. Takes a fresh sign-in.
///
/// # Errors
/// 403 without a fresh sign-in; 409 when there are too many.
pub async fn add(person: &SignedIn, answer: &RegisterPublicKeyCredential, name: &Name) -> Result<Added> {
    person.need_fresh_sign_in()?;
    let party = RelyingParty::at(&person.services.config.base_url)?;
    let (change, session) = (person.change().await?, person.visitor.session.as_str());
    let Some(state) = ceremony::take(&change, session, Purpose::Making).await? else {
        return Ok(Added::Late);
    };
    let Some(key) = party.made(answer, &state)? else {
        refuse(change, "wrong").await?;
        return Ok(Added::Wrong);
    };
    let credential_id = BASE64URL_NOPAD.encode(key.cred_id());
    if is_known(&change, &credential_id).await? {
        refuse(change, "known").await?;
        return Ok(Added::Known);
    }
    if change.all::<Entity>().await?.len() >= MOST {
        return Err(Error::Conflict(TOO_MANY));
    }
    let is_first = !change.person().own_factor;
    let row = ActiveModel {
        id: Set(random::id()),
        name: Set(name.as_str().to_owned()),
        credential_id: Set(credential_id),
        credential: Set(relying_party::text(&key)?),
        counter: Set(0),
        created_at: Set(change.at()),
        last_used_at: Set(None),
        ..Default::default()
    };
    change.insert(row).await?;
    let codes = if is_first { factors::begin(&change).await? } else { Vec::new() };
    let new_id = change.second_factor_given(session, false).await?;
    mails::tell(&person.services, &change, News::PasskeyAdded { name: name.as_str().to_owned() }).await?;
    change.commit(Event::done("second_factor.added", name.as_str())).await?;
    Ok(Added::In(codes, new_id))
}

async fn refuse(change: Change<OfPerson>, reason: &'static str) -> Result<()> {
    let event = Event::refused("second_factor.refused", change.person().email.clone());
    change.commit_once(event.resulting_in(json!({ "reason": reason, "by": "passkey" }))).await
}

/// Whether it is anyone's: a device makes each for one account.
async fn is_known(change: &Change<OfPerson>, credential_id: &str) -> Result<bool> {
    let same = Entity::find().filter(Column::CredentialId.eq(credential_id));
    Ok(same.one(change.connection()).await?.is_some())
}

/// One of the person's passkeys.
///
/// # Errors
/// 404 for anyone else's.
pub async fn passkey(person: &SignedIn, id: &str) -> Result<Model> {
    person.own::<Entity>().filter(|own| own.filter(Column::Id.eq(id))).one().await
}

/// Gives a passkey another name.
///
/// # Errors
/// 404 for anyone else's.
pub async fn rename(person: &SignedIn, id: &str, name: &Name) -> Result<()> {
    let change = person.change().await?;
    let before = own(&change, id).await?.name;
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

/// Removes a passkey; with the last factor go the recovery codes. Its name. Takes a fresh sign-in.
///
/// # Errors
/// 403 without a fresh sign-in; 404 for anyone else's; 409 for the last, while an organization of theirs requires one.
pub async fn remove(person: &SignedIn, id: &str) -> Result<String> {
    person.need_fresh_sign_in()?;
    let change = person.change().await?;
    let name = own(&change, id).await?.name;
    change.delete::<Entity>(|own| own.filter(Column::Id.eq(id))).await?;
    let (change, is_off) = factors::end_if_none_is_left(person, change, &name).await?;
    mails::tell(&person.services, &change, News::PasskeyRemoved { name: name.clone(), is_off }).await?;
    change.commit(Event::done("second_factor.removed", name.as_str())).await?;
    Ok(name)
}

async fn own(change: &Change<OfPerson>, id: &str) -> Result<Model> {
    change.all::<Entity>().await?.into_iter().find(|key| key.id == id).ok_or(Error::NotFound)
}

/// What the browser of someone is asked who finishes a sign-in by a passkey.
///
/// # Errors
/// 409 for someone who has none, and where browsers take none.
pub async fn ask_half(half: &HalfSignedIn) -> Result<Value> {
    let own = half.own::<Entity>().all().await?;
    ask_for_proof(half.services(), half.id(), half.session(), &own).await
}

/// What the browser of someone is asked who confirms by a passkey that it is them.
///
/// # Errors
/// As [`ask_half`].
pub async fn ask(person: &SignedIn) -> Result<Value> {
    let (own, visitor) = (passkeys(person).await?, &person.visitor);
    ask_for_proof(&person.services, &visitor.id, &visitor.session, &own).await
}

async fn ask_for_proof(services: &Services, person: &str, session: &str, own: &[Model]) -> Result<Value> {
    let party = RelyingParty::at(&services.config.base_url)?;
    if own.is_empty() {
        return Err(Error::Conflict(NONE));
    }
    let question = party.ask_for_proof(own)?;
    ceremony::keep(services, person, session, Purpose::Proving, question.state).await?;
    Ok(question.options)
}

/// What came of a proof.
pub enum Proven {
    Good,
    Wrong,
    /// Nothing was asked of late, or it was answered already.
    Late,
}

/// Judges the proof that a browser has given in this session of the person of this change: the question is used up by it.
///
/// # Errors
/// When the database can't be asked, or what is stored can't be read: then no proof is taken (rule 2.5).
pub async fn prove(
    change: &Change<OfPerson>,
    services: &Services,
    session: &str,
    answer: &PublicKeyCredential,
) -> Result<Proven> {
    let party = RelyingParty::at(&services.config.base_url)?;
    let Some(state) = ceremony::take(change, session, Purpose::Proving).await? else {
        return Ok(Proven::Late);
    };
    let Some(proof) = party.proven(answer, &state)? else { return Ok(Proven::Wrong) };
    Ok(if use_up(change, &proof).await? { Proven::Good } else { Proven::Wrong })
}

/// Notes that a passkey was used; not one that was removed meanwhile, nor one that counts less than it did: then there are
/// two of it, and one is a thief's (WebAuthn, 6.1.1).
async fn use_up(change: &Change<OfPerson>, proof: &AuthenticationResult) -> Result<bool> {
    let id = BASE64URL_NOPAD.encode(proof.cred_id());
    let own = change.all::<Entity>().await?;
    let Some(key) = own.iter().find(|key| key.credential_id == id) else { return Ok(false) };
    let counter = i64::from(proof.counter());
    if (counter, key.counter) != (0, 0) && counter <= key.counter {
        return Ok(false);
    }
    let mut credential = relying_party::stored(key)?;
    credential.update_credential(proof);
    Entity::update_many()
        .col_expr(Column::Credential, Expr::value(relying_party::text(&credential)?))
        .col_expr(Column::Counter, Expr::value(counter))
        .col_expr(Column::LastUsedAt, Expr::value(change.at()))
        .filter(Column::Id.eq(&key.id))
        .filter(Column::UserId.eq(&key.user_id))
        .exec(change.connection())
        .await?;
    Ok(true)
}
