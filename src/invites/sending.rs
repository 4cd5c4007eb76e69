//! Sending invites, sending them again, and taking them back.

use std::collections::{HashMap, HashSet};

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{LIFETIME, Status};
use crate::access::{Admin, Change, Organization, Role};
use crate::address::EmailAddress;
use crate::app::Services;
use crate::audit::Event;
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::entity::{Timestamp, invite, invite_batch, membership};
use crate::error::{Error, Result};
use crate::mail::{self, Letter};
use crate::random;

/// How long the results of a form are kept.
const RESULTS_KEPT: Duration = Duration::days(1);
/// As many addresses as one statement names.
const CHUNK: usize = 500;

/// Why an invite is not sent.
pub const ABOVE: &str = "Nobody can give a role above their own.";
/// Why an invite that is over is neither sent again nor taken back.
const CLOSED: &str = "This invite is accepted or revoked already.";

/// What came of one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub email: EmailAddress,
    pub outcome: Outcome,
    /// The invite, if there is one now.
    pub invite: Option<String>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Invited,
    /// There was an open invite; its link is a new one now.
    Resent,
    /// Is a member already.
    Member,
}

/// What came of a form.
pub struct Sent {
    pub lines: Vec<Line>,
    /// Whether this very form was sent before; then nothing was done.
    pub before: bool,
}

/// Invites `addresses` as `role`. The form named `batch` does so once, however often it is sent (rule 3.6).
///
/// # Errors
/// 422 when the role is above the admin's own (rule 1.3).
pub async fn send(admin: &Admin, batch: &str, addresses: &[EmailAddress], role: Role) -> Result<Sent> {
    let change = admin.change().await?;
    if role > change.role() {
        return Err(Error::invalid("role", ABOVE));
    }
    if let Some(lines) = results_inside(&change, batch).await? {
        return Ok(Sent { lines, before: true });
    }
    let members = members(&change, addresses).await?;
    let mut open = open(&change, addresses).await?;
    let sender = Sender { admin, change: &change, batch, role };
    let mut lines = Vec::new();
    for email in addresses {
        let line = if members.contains(email.as_str()) {
            Line { email: email.clone(), outcome: Outcome::Member, invite: None }
        } else {
            sender.invite(email, open.remove(email.as_str())).await?
        };
        lines.push(line);
    }
    keep_results(&change, batch, &lines).await?;
    change.commit(event(&lines, role)).await?;
    Ok(Sent { lines, before: false })
}

/// What came of the lines of a form.
pub async fn results(admin: &Admin, batch: &str) -> Result<Option<Vec<Line>>> {
    let rows = admin.scope().find::<invite_batch::Entity>();
    let found = rows.narrow(|ours| ours.filter(invite_batch::Column::Id.eq(batch))).all().await?;
    found.into_iter().next().map(|row| read(row.results)).transpose()
}

/// Sends an open or expired invite once more, with a new link; the old one ends.
///
/// # Errors
/// 404; 409 when it is accepted or revoked; 422 when its role is above the admin's own.
pub async fn resend(admin: &Admin, id: &str) -> Result<()> {
    let change = admin.change().await?;
    let row = one(&change, id).await?;
    if row.state != Stage::Open {
        return Err(Error::Conflict(CLOSED));
    }
    if row.role > change.role() {
        return Err(Error::invalid("role", ABOVE));
    }
    let email = EmailAddress::stored(&row.email)?;
    let batch = random::id();
    Sender { admin, change: &change, batch: &batch, role: row.role }.renew(&email, &row).await?;
    change.commit(Event::done("invite.resent", row.email)).await
}

/// Takes an open invite back: its link ends at once.
///
/// # Errors
/// 404; 409 when it is accepted.
pub async fn revoke(admin: &Admin, id: &str) -> Result<()> {
    let change = admin.change().await?;
    let row = one(&change, id).await?;
    match row.state {
        Stage::Revoked => return Ok(()),
        Stage::Accepted | Stage::Lapsed => return Err(Error::Conflict(CLOSED)),
        Stage::Open => {}
    }
    change
        .update::<Entity>(|ours| {
            ours.col_expr(Column::State, Expr::value(Stage::Revoked))
                .col_expr(Column::Generation, Expr::value(row.generation + 1))
                .col_expr(Column::ClosedAt, Expr::value(change.at()))
                .col_expr(Column::ClosedBy, Expr::value(admin.visitor().name.as_str()))
                .filter(Column::Id.eq(id))
        })
        .await?;
    change.commit(Event::done("invite.revoked", row.email)).await
}

/// Forgets the results of forms that are older than a day.
pub async fn forget_old_batches(services: &Services) -> Result<()> {
    let old = invite_batch::Column::CreatedAt.lte(Timestamp::from(services.clock.now() - RESULTS_KEPT));
    let connection = services.db.write_outside_any_organization();
    invite_batch::Entity::delete_many().filter(old).exec(connection).await?;
    Ok(())
}

/// An admin who invites, with one form.
struct Sender<'a> {
    admin: &'a Admin,
    change: &'a Change<Organization>,
    batch: &'a str,
    role: Role,
}

impl Sender<'_> {
    async fn invite(&self, email: &EmailAddress, open: Option<Model>) -> Result<Line> {
        let now = *self.change.at();
        let (outcome, id) = match open {
            Some(row) if Status::of(&row, now) == Status::Pending => {
                self.renew(email, &row).await?;
                (Outcome::Resent, row.id)
            }
            Some(row) => {
                self.lapse(&row).await?;
                (Outcome::Invited, self.begin(email).await?)
            }
            None => (Outcome::Invited, self.begin(email).await?),
        };
        Ok(Line { email: email.clone(), outcome, invite: Some(id) })
    }

    async fn begin(&self, email: &EmailAddress) -> Result<String> {
        let id = random::id();
        let mail_id = self.queue(email, &id, 1).await?;
        let visitor = self.admin.visitor();
        let row = invite::ActiveModel {
            id: Set(id.clone()),
            email: Set(email.to_string()),
            role: Set(self.role),
            state: Set(Stage::Open),
            generation: Set(1),
            invited_by: Set(visitor.id.clone()),
            invited_by_name: Set(visitor.name.clone()),
            mail_id: Set(mail_id),
            batch: Set(self.batch.to_owned()),
            created_at: Set(self.change.at()),
            expires_at: Set(self.expiry()),
            ..Default::default()
        };
        self.change.insert(row).await?;
        Ok(id)
    }

    async fn renew(&self, email: &EmailAddress, row: &Model) -> Result<()> {
        let generation = row.generation + 1;
        let mail_id = self.queue(email, &row.id, generation).await?;
        let visitor = self.admin.visitor();
        let renewed = invite::ActiveModel {
            role: Set(self.role),
            generation: Set(generation),
            invited_by: Set(visitor.id.clone()),
            invited_by_name: Set(visitor.name.clone()),
            mail_id: Set(mail_id),
            batch: Set(self.batch.to_owned()),
            expires_at: Set(self.expiry()),
            asked_at: Set(None),
            ..Default::default()
        };
        self.change.update::<Entity>(|ours| ours.set(renewed).filter(Column::Id.eq(row.id.as_str()))).await?;
        Ok(())
    }

    /// An invite that is over makes room for another and stays in the list.
    async fn lapse(&self, row: &Model) -> Result<()> {
        self.change
            .update::<Entity>(|ours| {
                ours.col_expr(Column::State, Expr::value(Stage::Lapsed))
                    .col_expr(Column::ClosedAt, Expr::value(self.change.at()))
                    .filter(Column::Id.eq(row.id.as_str()))
            })
            .await?;
        Ok(())
    }

    async fn queue(&self, email: &EmailAddress, invite: &str, generation: i64) -> Result<Option<String>> {
        let letter = Letter::Invite { invite: invite.to_owned(), generation };
        mail::queue(&self.admin.services().mail, self.change, email, &letter).await
    }

    fn expiry(&self) -> Timestamp {
        Timestamp::from(*self.change.at() + LIFETIME)
    }
}

async fn one(change: &Change<Organization>, id: &str) -> Result<Model> {
    let found = change.all::<Entity>(|ours| ours.filter(Column::Id.eq(id))).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

async fn members(change: &Change<Organization>, addresses: &[EmailAddress]) -> Result<HashSet<String>> {
    let mut members = HashSet::new();
    for chunk in addresses.chunks(CHUNK) {
        let emails = chunk.iter().map(EmailAddress::as_str);
        let among = |ours: Select<membership::Entity>| {
            ours.select_only()
                .column_as(membership::Column::Email, "c0")
                .filter(membership::Column::Email.is_in(emails))
                .filter(membership::Column::LockedOutAt.is_null())
        };
        let rows: Vec<(String,)> = change.rows(1, among).await?;
        members.extend(rows.into_iter().map(|(email,)| email));
    }
    Ok(members)
}

async fn open(change: &Change<Organization>, addresses: &[EmailAddress]) -> Result<HashMap<String, Model>> {
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

async fn results_inside(change: &Change<Organization>, batch: &str) -> Result<Option<Vec<Line>>> {
    let this = invite_batch::Column::Id.eq(batch);
    let found = change
        .all::<invite_batch::Entity>(|ours| ours.filter(this).order_by_asc(invite_batch::Column::CreatedAt));
    found.await?.into_iter().next().map(|row| read(row.results)).transpose()
}

async fn keep_results(change: &Change<Organization>, batch: &str, lines: &[Line]) -> Result<()> {
    let row = invite_batch::ActiveModel {
        id: Set(batch.to_owned()),
        results: Set(json!(lines)),
        created_at: Set(change.at()),
        ..Default::default()
    };
    change.insert(row).await
}

fn read(results: sea_orm::JsonValue) -> Result<Vec<Line>> {
    serde_json::from_value(results).map_err(|e| Error::Internal(format!("results of invites: {e}")))
}

fn event(lines: &[Line], role: Role) -> Event {
    let emails: Vec<&str> = lines.iter().map(|line| line.email.as_str()).collect();
    let target = match emails.as_slice() {
        [one] => (*one).to_owned(),
        many => format!("{} addresses", many.len()),
    };
    Event::done("invites.sent", target).resulting_in(json!({ "role": role.name(), "lines": lines }))
}
