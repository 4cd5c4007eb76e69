//! Sending invites, many at once.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, QueryFilter, Select};
use serde_json::json;

use super::results::{self, InviteLine, InviteOutcome};
use super::sender::Sender;
use crate::address::EmailAddress;
use crate::authority::{Admin, Change, Event, OfOrganization};
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::entity::{membership, suspension};
use crate::error::{Error, Result};
use crate::role::Role;

/// As many addresses as one statement names.
const CHUNK: usize = 500;
/// Why an invite is not sent.
pub const ABOVE: &str = "Nobody can give a role above their own.";

/// What came of a form.
pub struct Sent {
    pub lines: Vec<InviteLine>,
    /// Whether this very form was sent before; then nothing was done.
    pub before: bool,
}

/// Invites `addresses` as `role`. The form named `batch` does so once, however often it is sent (rule 3.6).
///
/// # Errors
/// 422 when the role is above the admin's own (rule 1.3).
pub async fn send(admin: &Admin, batch: &str, addresses: &[EmailAddress], role: Role) -> Result<Sent> {
    let change = admin.change_as_own().await?;
    if role > change.role() {
        return Err(Error::invalid("role", ABOVE));
    }
    if let Some(lines) = results::inside(&change, batch).await? {
        return Ok(Sent { lines, before: true });
    }
    let members = members(&change, addresses).await?;
    let mut open = open(&change, addresses).await?;
    end_suspensions(&change, addresses).await?;
    let sender = Sender { admin, change: &change, batch, role };
    let mut lines = Vec::new();
    for email in addresses {
        let line = if members.contains(email.as_str()) {
            InviteLine { email: email.clone(), outcome: InviteOutcome::Member, invite: None }
        } else {
            sender.invite(email, open.remove(email.as_str())).await?
        };
        lines.push(line);
    }
    results::keep(&change, batch, &lines).await?;
    change.commit(event(&lines, role)).await?;
    Ok(Sent { lines, before: false })
}

async fn members(change: &Change<OfOrganization>, addresses: &[EmailAddress]) -> Result<HashSet<String>> {
    let mut members = HashSet::new();
    for chunk in addresses.chunks(CHUNK) {
        let emails = chunk.iter().map(EmailAddress::as_str);
        let among = |ours: Select<membership::Entity>| {
            ours.filter(membership::Column::Email.is_in(emails))
                .filter(membership::Column::LockedOutAt.is_null())
        };
        members.extend(change.column::<_, String>(membership::Column::Email, among).await?);
    }
    Ok(members)
}

/// Whom an admin invites is to come in: who was suspended and has deleted their account since is kept out no more. Of
/// members a suspension is ended by reactivating them.
async fn end_suspensions(change: &Change<OfOrganization>, addresses: &[EmailAddress]) -> Result<()> {
    for chunk in addresses.chunks(CHUNK) {
        let emails = chunk.iter().map(EmailAddress::as_str);
        let these = suspension::Column::Email.is_in(emails);
        change.delete::<suspension::Entity>(|ours| ours.filter(these)).await?;
    }
    Ok(())
}

async fn open(change: &Change<OfOrganization>, addresses: &[EmailAddress]) -> Result<HashMap<String, Model>> {
    let mut open = HashMap::new();
    for chunk in addresses.chunks(CHUNK) {
        let emails = chunk.iter().map(EmailAddress::as_str);
        let rows = change.all::<Entity>(|ours| {
            ours.filter(Column::State.eq(Stage::Open)).filter(Column::Email.is_in(emails))
        });
        open.extend(rows.await?.into_iter().map(|row| (row.email.clone(), row)));
    }
    Ok(open)
}

fn event(lines: &[InviteLine], role: Role) -> Event {
    let emails: Vec<&str> = lines.iter().map(|line| line.email.as_str()).collect();
    let target = match emails.as_slice() {
        [one] => (*one).to_owned(),
        many => format!("{} addresses", many.len()),
    };
    Event::done("invites.sent", target).resulting_in(json!({ "role": role.name(), "lines": lines }))
}
