//! Sending invites, many at once.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::known::{CHUNK, members_at};
use super::places::{ChosenPlaces, Places};
use super::quota::Counted;
use super::results::{self, BatchResults, Choices, InviteLine, InviteOutcome};
use super::sender::Sender;
use crate::address::EmailAddress;
use crate::authority::{Admin, Change, Event, OfOrganization};
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::entity::{membership, suspension};
use crate::error::{Error, Forbidden, Result};
use crate::membership::invited::Status;
use crate::pasted::Bad;
use crate::role::Role;

/// Why an invite is not sent.
const ABOVE: &str = "You can’t give a role above your own.";

/// Whom to invite as what.
pub struct InviteRequest<'a> {
    /// The form's own name.
    pub batch: &'a str,
    pub addresses: &'a [EmailAddress],
    /// What was typed beside them and isn't an address.
    pub left: &'a [Bad],
    pub role: Role,
    pub chosen: &'a ChosenPlaces,
}

/// What came of a form.
pub struct Sent {
    /// Of the addresses that it had not named before.
    pub lines: Vec<InviteLine>,
    /// Whether it was sent before, with all of them; then nothing was done.
    pub before: bool,
}

impl Sent {
    /// How many invites were sent: members get none.
    pub fn count(&self) -> usize {
        self.lines.iter().filter(|line| line.invite.is_some()).count()
    }
}

/// Invites addresses. A form does so once with each, however often it is sent (rule 3.6): when one of its lines is
/// corrected and it is sent again, that line is all that is new.
///
/// # Errors
/// 422 when the role is above the admin's own (rule 1.3), or a team or project is not there; 403 when all of them are
/// invited with such a role already; 429 when they are too many.
pub async fn send(admin: &Admin, request: &InviteRequest<'_>) -> Result<Sent> {
    let change = admin.change_as_own().await?;
    if request.role > change.role() {
        return Err(above(admin));
    }
    let before = results::inside(&change, request.batch).await?;
    let new = new_among(request.addresses, before.as_ref());
    if before.is_some() && new.is_empty() {
        return Ok(Sent { lines: Vec::new(), before: true });
    }
    let counted = Counted::of(admin, new.len())?;
    let lines = invite(admin, &change, request, &new).await?;
    if !lines.is_empty() && lines.iter().all(|line| line.outcome == InviteOutcome::Above) {
        return Err(Error::Forbidden(Forbidden::NeedsOwner));
    }
    keep(&change, request, before, &lines).await?;
    let event = event(&lines, request.role);
    let sent = Sent { lines, before: false };
    counted.settle(sent.count(), change.commit(event).await)?;
    Ok(sent)
}

/// Refuses a role above the admin's own (rule 1.3), by a sentence beside the form.
pub(super) fn above(admin: &Admin) -> Error {
    admin.person().note_refusal(Forbidden::NeedsOwner);
    Error::invalid("role", ABOVE)
}

fn new_among(addresses: &[EmailAddress], before: Option<&BatchResults>) -> Vec<EmailAddress> {
    let done: HashSet<&EmailAddress> =
        before.iter().flat_map(|results| results.lines.iter().map(|line| &line.email)).collect();
    addresses.iter().filter(|email| !done.contains(email)).cloned().collect()
}

async fn keep(
    change: &Change<OfOrganization>,
    request: &InviteRequest<'_>,
    before: Option<BatchResults>,
    lines: &[InviteLine],
) -> Result<()> {
    let chosen = Choices { role: Some(request.role), places: request.chosen.clone() };
    let results = |lines| BatchResults { lines, left: request.left.to_vec(), chosen };
    match before {
        None => results::keep(change, request.batch, &results(lines.to_vec())).await,
        Some(BatchResults { lines: mut all, .. }) => {
            all.extend_from_slice(lines);
            results::keep_more(change, request.batch, &results(all)).await
        }
    }
}

async fn invite(
    admin: &Admin,
    change: &Change<OfOrganization>,
    request: &InviteRequest<'_>,
    addresses: &[EmailAddress],
) -> Result<Vec<InviteLine>> {
    let places = Places::read(change, request.chosen).await?;
    let members = members(change, addresses).await?;
    let mut open = open(change, addresses).await?;
    let above = above_the_admin(change, &open);
    let ours: Vec<EmailAddress> =
        addresses.iter().filter(|email| !above.contains(email.as_str())).cloned().collect();
    end_suspensions(change, &ours).await?;
    let sender = Sender { admin, change, batch: request.batch, role: request.role, places };
    let not_sent = |email: &EmailAddress, outcome| InviteLine { email: email.clone(), outcome, invite: None };
    let mut lines = Vec::new();
    for email in addresses {
        let line = if members.contains(email.as_str()) {
            not_sent(email, InviteOutcome::Member)
        } else if above.contains(email.as_str()) {
            admin.person().note_refusal(Forbidden::NeedsOwner);
            not_sent(email, InviteOutcome::Above)
        } else {
            sender.invite(email, open.remove(email.as_str())).await?
        };
        lines.push(line);
    }
    Ok(lines)
}

/// Whose invites can still be accepted, with a role above the admin's own (rule 1.3).
fn above_the_admin(change: &Change<OfOrganization>, open: &HashMap<String, Model>) -> HashSet<String> {
    let is_above =
        |row: &&Model| row.role > change.role() && Status::of(row, *change.at()) == Status::Pending;
    open.values().filter(is_above).map(|row| row.email.clone()).collect()
}

async fn members(change: &Change<OfOrganization>, addresses: &[EmailAddress]) -> Result<HashSet<String>> {
    let mut members = HashSet::new();
    for chunk in addresses.chunks(CHUNK) {
        let among = |ours| members_at(ours, chunk);
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
