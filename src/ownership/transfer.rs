//! Handing an organization over: the receiver becomes its owner, the giver an admin (rule 6.3).

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use crate::address::EmailAddress;
use crate::authority::{Event, Owner};
use crate::entity::membership::{self, Column, Entity, Status};
use crate::error::{Error, Result};
use crate::mail::{self, MailKind};
use crate::membership::owners::{Entrance, Owners, addresses_inside};
use crate::role::Role;

/// Why no one else gets it.
const NO_MEMBER: &str = "Choose an active member of this organization.";

/// The member of this address to whom the organization could be given.
///
/// # Errors
/// 422 when there is none.
pub async fn receiver(owner: &Owner, email: &str) -> Result<membership::Model> {
    let no_email = |_| Error::invalid("email", "Enter the email of an active member.");
    let email = EmailAddress::parse(email.trim()).map_err(no_email)?;
    let found = owner.scope().find::<Entity>().filter(|ours| ours.filter(Column::Email.eq(email.as_str())));
    let found = found.all().await?.into_iter().next();
    let found = found.filter(|member| member.status == Status::Active).ok_or_else(|| {
        let organization = &owner.organization().name;
        Error::invalid("email", format!("{email} isn’t an active member of {organization}."))
    })?;
    if found.user_id == owner.visitor().id {
        return Err(Error::invalid("email", "You already own it. Enter another member’s email."));
    }
    Ok(found)
}

/// Gives the organization to a member, by the id of their account. All owners hear of it by mail.
///
/// # Errors
/// 403 when the owner has not signed in a moment ago; 422 when it is no active member; 409 when the receiver could not
/// come in, and no other owner would be left.
pub async fn transfer(owner: &Owner, to: &str) -> Result<()> {
    let change = owner.change().await?;
    let found = change.all::<Entity>(|ours| ours.filter(Column::UserId.eq(to))).await?;
    let (giver, receiver) = (owner.visitor().id.as_str(), found.into_iter().next());
    let receiver = receiver.filter(|member| member.status == Status::Active && member.user_id != giver);
    let Some(receiver) = receiver else {
        change
            .commit(Event::refused("organization.transferred", "someone who is not an active member"))
            .await?;
        return Err(Error::invalid("email", NO_MEMBER));
    };
    if let Err(why) = owner.person().need_fresh_sign_in() {
        change.commit(Event::refused("organization.transferred", receiver.email.as_str())).await?;
        return Err(why);
    }
    let former = Owners::inside(&change, Entrance::from(&owner.services().config)).await?;
    // One statement: there is no moment without an owner.
    let role = CaseStatement::new()
        .case(Expr::col(Column::UserId).eq(receiver.user_id.as_str()), Expr::value(Role::Owner))
        .finally(Expr::value(Role::Admin));
    change
        .update::<Entity>(|ours| {
            ours.col_expr(Column::Role, role.into())
                .filter(Column::UserId.is_in([receiver.user_id.as_str(), giver]))
        })
        .await?;
    let owners = Owners::inside(&change, Entrance::from(&owner.services().config)).await?;
    if !owners.can_replace(&former) {
        drop(change);
        let target = receiver.email.as_str();
        owner.change().await?.commit(Event::refused("organization.transferred", target)).await?;
        return Err(Error::LastOwner);
    }
    let mut told = addresses_inside(&change).await?;
    told.push(EmailAddress::stored(owner.email())?);
    let letter =
        MailKind::OrganizationTransferred { by: owner.email().to_owned(), to: receiver.email.clone() };
    for email in told {
        mail::queue(&owner.services().mail, &change, &email, &letter).await?;
    }
    let event = Event::done("organization.transferred", receiver.email.as_str());
    let (before, after) = (json!({ "owner": owner.email() }), json!({ "owner": receiver.email }));
    change.commit(event.with(before, after)).await
}
