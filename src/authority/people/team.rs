//! A member in a team of their organization.

use std::ops::Deref;

use actix_web::HttpRequest;
use sea_orm::{ColumnTrait, QueryFilter};

use super::member::Member;
use crate::authority::change::{Change, OfOrganization};
use crate::authority::places::{TeamRight, right_in_team};
use crate::entity::team;
use crate::error::{Error, Forbidden, Result};
use crate::id::Id;
use crate::links::{TEAM_IN_PATH, is_api};

#[derive(Clone)]
/// A member who may see the team that the address means; it is in none for everyone else (rule 6.2).
pub struct TeamViewer {
    member: Member,
    team: team::Model,
    right: TeamRight,
}

impl Deref for TeamViewer {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.member
    }
}

impl TeamViewer {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let member = Member::of(request).await?;
        let named = request.match_info().get(TEAM_IN_PATH).unwrap_or_default();
        let named = Id::parse(named).map_err(|_| Error::NotFound)?;
        let column = if is_api(request.path()) { team::Column::Id } else { team::Column::Slug };
        let team = member.scope().find::<team::Entity>().filter(|all| all.filter(column.eq(&*named)));
        let team = team.one().await?;
        let connection = member.services().db.reader();
        match right_in_team(connection, member.somebody(), &team).await? {
            Some(right) => Ok(Self { member, team, right }),
            None => Err(Error::NotFound),
        }
    }

    /// The team.
    pub fn team(&self) -> &team::Model {
        &self.team
    }

    /// Whether the controls of its manager are for this member.
    pub fn manages(&self) -> bool {
        self.right == TeamRight::Manages
    }
}

/// The manager of the team that the address means, or an admin of the organization.
pub struct TeamManager(TeamViewer);

impl Deref for TeamManager {
    type Target = TeamViewer;

    fn deref(&self) -> &TeamViewer {
        &self.0
    }
}

impl TeamManager {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let viewer = TeamViewer::of(request).await?;
        if viewer.manages() {
            return Ok(Self(viewer));
        }
        Err(Error::Forbidden(Forbidden::NeedsTeamManager))
    }

    /// Begins a change to the organization's rows, which someone who has stopped managing the team while waiting does
    /// not.
    ///
    /// # Errors
    /// 403 for anyone who does not manage it any more, 404 where the team is gone, too.
    pub async fn change(&self) -> Result<Change<OfOrganization>> {
        self.change_in_team(&self.team().id).await
    }
}

impl TeamManager {
    /// The same person, if they are admin of the organization, too.
    ///
    /// # Errors
    /// 403 for who is none.
    pub fn as_admin(&self) -> Result<TeamAdmin> {
        if self.is_admin() {
            return Ok(TeamAdmin(self.0.clone()));
        }
        Err(Error::Forbidden(Forbidden::NeedsAdmin))
    }
}

/// An admin of the organization, at the team that the address means.
pub struct TeamAdmin(TeamViewer);

impl Deref for TeamAdmin {
    type Target = TeamViewer;

    fn deref(&self) -> &TeamViewer {
        &self.0
    }
}

impl TeamAdmin {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let viewer = TeamViewer::of(request).await?;
        if viewer.is_admin() {
            return Ok(Self(viewer));
        }
        Err(Error::Forbidden(Forbidden::NeedsAdmin))
    }

    /// Begins a change to the organization.
    ///
    /// # Errors
    /// 403 for anyone who has stopped being admin of the organization while waiting.
    pub async fn change(&self) -> Result<Change<OfOrganization>> {
        Change::by_admin(self.beginning()).await
    }
}
