//! Writing one invite: a new one, or a new link for the one there is.

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};

use super::places::Places;
use super::results::{InviteLine, InviteOutcome};
use crate::address::EmailAddress;
use crate::authority::{Admin, Change, OfOrganization};
use crate::entity::Timestamp;
use crate::entity::invite::{self, Column, Entity, Model, Stage};
use crate::error::Result;
use crate::mail::{self, MailKind};
use crate::membership::invited::Status;
use crate::project_role::ProjectRole;
use crate::random;
use crate::role::Role;

/// How long an invite is open.
pub const LIFETIME: Duration = Duration::days(7);

/// An admin who invites, with one form.
pub struct Sender<'a> {
    pub admin: &'a Admin,
    pub change: &'a Change<OfOrganization>,
    pub batch: &'a str,
    pub role: Role,
    pub places: Places,
}

impl Sender<'_> {
    /// Invites an address, of which `open` is the invite that there is.
    pub async fn invite(&self, email: &EmailAddress, open: Option<Model>) -> Result<InviteLine> {
        let (outcome, id) = match open {
            Some(row) if Status::of(&row, *self.change.at()) == Status::Pending => {
                self.renew(email, &row).await?;
                (InviteOutcome::Resent, row.id)
            }
            Some(row) => {
                self.lapse(&row).await?;
                (InviteOutcome::Invited, self.begin(email).await?)
            }
            None => (InviteOutcome::Invited, self.begin(email).await?),
        };
        Ok(InviteLine { email: email.clone(), outcome, invite: Some(id) })
    }

    async fn begin(&self, email: &EmailAddress) -> Result<String> {
        let id = random::id();
        let mail_id = self.queue(email, &id, 1).await?;
        let visitor = self.admin.visitor();
        let row = invite::ActiveModel {
            id: Set(id.clone()),
            email: Set(email.to_string()),
            role: Set(self.role),
            team_id: Set(self.team()),
            project_id: Set(self.project()),
            project_role: Set(self.project_role()),
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

    /// Sends an invite once more: its old link ends.
    pub async fn renew(&self, email: &EmailAddress, row: &Model) -> Result<()> {
        let generation = row.generation + 1;
        let mail_id = self.queue(email, &row.id, generation).await?;
        let visitor = self.admin.visitor();
        let renewed = invite::ActiveModel {
            role: Set(self.role),
            team_id: Set(self.team()),
            project_id: Set(self.project()),
            project_role: Set(self.project_role()),
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
        let letter = MailKind::Invite { invite: invite.to_owned(), generation };
        mail::queue(&self.admin.services().mail, self.change, email, &letter).await
    }

    fn team(&self) -> Option<String> {
        self.places.team.clone()
    }

    fn project(&self) -> Option<String> {
        self.places.project.as_ref().map(|(project, _)| project.clone())
    }

    fn project_role(&self) -> Option<ProjectRole> {
        self.places.project.as_ref().map(|(_, role)| *role)
    }

    fn expiry(&self) -> Timestamp {
        Timestamp::from(*self.change.at() + LIFETIME)
    }
}
