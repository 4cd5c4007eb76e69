//! Changes to an organization's rows, by one of its admins.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnAsExpr, ColumnTrait, DeleteMany, EntityTrait, JoinType, QueryFilter, QuerySelect,
    RelationDef, Select, UpdateMany,
};
use serde::de::DeserializeOwned;

use super::begin::{Beginning, Change};
use crate::authority::columns::{self, Columns};
use crate::authority::event::Event;
use crate::authority::places::{Somebody, TeamRight, right_in_team, role_in_project};
use crate::authority::roster::{self, MemberAccount};
use crate::authority::scope::guard;
use crate::entity::{
    Personal, Tenant, Timestamp, membership, operator_entry, organization, project, session, team, user,
};
use crate::error::{Error, Forbidden, Result};
use crate::project_role::ProjectRole;
use crate::role::Role;

/// Marks a change to one organization's rows.
pub struct OfOrganization {
    /// The organization's id.
    id: String,
    /// The role of the person who makes the change, as it is inside it.
    role: Role,
}

impl Change<OfOrganization> {
    /// Begins a change to an organization by one of its admins. Changes to the same one wait for each other, so
    /// that what one has checked (that an owner stays, that a sign-in method is left) still holds when it commits;
    /// and anyone who has stopped being an admin while waiting is refused. One that is being deleted meanwhile is gone:
    /// 404.
    pub(in crate::authority) async fn by_admin(beginning: Beginning<'_>) -> Result<Self> {
        let change = Self::by_member(beginning, Forbidden::NeedsAdmin).await?;
        if change.role() >= Role::Admin { Ok(change) } else { Err(Error::Forbidden(Forbidden::NeedsAdmin)) }
    }

    /// The same by an admin of the project of this id, which is gone for anyone who has no right in it any more.
    pub(in crate::authority) async fn by_project_admin(
        beginning: Beginning<'_>,
        project: &str,
    ) -> Result<Self> {
        let change = Self::by_member(beginning, Forbidden::NeedsProjectAdmin).await?;
        let project = change.ours::<project::Entity>(|ours| ours.filter(project::Column::Id.eq(project)));
        let project = project.one(&change.tx).await?.ok_or(Error::NotFound)?;
        match role_in_project(&change.tx, change.somebody(), &project).await? {
            Some(ProjectRole::Admin) => Ok(change),
            Some(ProjectRole::Viewer) => Err(Error::Forbidden(Forbidden::NeedsProjectAdmin)),
            None => Err(Error::NotFound),
        }
    }

    /// The same by the manager of the team of this id, or by one of the organization's admins.
    pub(in crate::authority) async fn by_team_manager(beginning: Beginning<'_>, team: &str) -> Result<Self> {
        let change = Self::by_member(beginning, Forbidden::NeedsTeamManager).await?;
        let team = change.ours::<team::Entity>(|ours| ours.filter(team::Column::Id.eq(team)));
        let team = team.one(&change.tx).await?.ok_or(Error::NotFound)?;
        match right_in_team(&change.tx, change.somebody(), &team).await? {
            Some(TeamRight::Manages) => Ok(change),
            Some(TeamRight::Sees) => Err(Error::Forbidden(Forbidden::NeedsTeamManager)),
            None => Err(Error::NotFound),
        }
    }

    /// The same by someone who is still a member; others hear `otherwise`.
    pub(in crate::authority) async fn by_member(
        beginning: Beginning<'_>,
        otherwise: Forbidden,
    ) -> Result<Self> {
        let id = beginning.organization.unwrap_or_default().to_owned();
        let entry = beginning.entry.map(str::to_owned);
        let of = OfOrganization { id, role: Role::Member };
        let mut change = Self::begin(beginning, of, LockType::Update).await?;
        change.refuse_repeated().await?;
        change.origin.precondition.require().await?;
        if !change.is_there(change.organization()).await? {
            return Err(Error::NotFound);
        }
        let role = match entry {
            Some(entry) => change.role_by_entry(&entry).await?,
            None => change.present_role().await?,
        };
        change.of.role = role.ok_or(Error::Forbidden(otherwise))?;
        Ok(change)
    }

    fn somebody(&self) -> Somebody<'_> {
        let person = self.actor.id.as_deref().unwrap_or_default();
        Somebody { organization: self.organization(), person, role: self.role() }
    }

    async fn present_role(&self) -> Result<Option<Role>> {
        let person = self.actor.id.as_deref().unwrap_or_default();
        let membership = membership::Entity::find()
            .filter(membership::Column::OrganizationId.eq(self.organization()))
            .filter(membership::Column::UserId.eq(person))
            .filter(membership::Column::LockedOutAt.is_null())
            .filter(membership::Column::SuspendedAt.is_null());
        let user = user::Entity::find_by_id(person).one(&self.tx).await?;
        let is_active = user.is_some_and(|user| user.status == user::Status::Active);
        let membership = membership.one(&self.tx).await?.filter(|_| is_active);
        Ok(membership.map(|membership| membership.role))
    }

    /// Whether the person who makes the change owns another organization that is not being deleted, and can come in
    /// there. Their row is held from here on: of two changes that each leave them the other's organization, the second
    /// sees what the first has done.
    pub async fn is_by_owner_of_another(&self) -> Result<bool> {
        let person = self.actor.id.as_deref().unwrap_or_default();
        self.hold(person).await?;
        let another = membership::Entity::find()
            .join(JoinType::InnerJoin, to_organization())
            .filter(organization::Column::State.eq(organization::State::Active))
            .filter(membership::Column::OrganizationId.ne(self.organization()))
            .filter(membership::Column::UserId.eq(person))
            .filter(membership::Column::Role.eq(Role::Owner))
            .filter(membership::Column::Status.eq(membership::Status::Active));
        Ok(another.one(&self.tx).await?.is_some())
    }

    /// An operator is as an admin, as long as the entry holds: neither left nor over, of a session that stands (rule 6.4).
    async fn role_by_entry(&self, entry: &str) -> Result<Option<Role>> {
        let person = self.actor.id.as_deref().unwrap_or_default();
        let entry = operator_entry::Entity::find_by_id(entry)
            .filter(operator_entry::Column::OrganizationId.eq(self.organization()))
            .filter(operator_entry::Column::UserId.eq(person))
            .filter(operator_entry::Column::LeftAt.is_null())
            .filter(operator_entry::Column::ExpiresAt.gt(self.at()));
        let Some(entry) = entry.one(&self.tx).await? else { return Ok(None) };
        let session = session::Entity::find().filter(session::Column::Id.eq(entry.session_id));
        let stands = session.one(&self.tx).await?.is_some();
        let user = user::Entity::find_by_id(person).one(&self.tx).await?;
        let may = user.is_some_and(|user| user.operator && user.status == user::Status::Active);
        Ok((stands && may).then_some(Role::Admin))
    }

    /// The organization's id.
    pub fn organization(&self) -> &str {
        &self.of.id
    }

    /// The role of the person who makes the change, as it is inside it.
    pub fn role(&self) -> Role {
        self.of.role
    }

    /// Inserts a row, which is the organization's.
    pub async fn insert<E>(&self, row: impl ActiveModelTrait<Entity = E>) -> Result<()>
    where
        E: Tenant,
    {
        let mut row = row;
        row.set(E::ORGANIZATION, self.organization().into());
        E::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// The organization's rows that `filter` leaves, as they are inside this change.
    pub async fn all<E: Tenant>(&self, filter: impl FnOnce(Select<E>) -> Select<E>) -> Result<Vec<E::Model>> {
        Ok(self.ours(filter).all(&self.tx).await?)
    }

    fn ours<E: Tenant>(&self, filter: impl FnOnce(Select<E>) -> Select<E>) -> Select<E> {
        let ours = filter(E::find().filter(E::ORGANIZATION.eq(self.organization())));
        guard(ours, E::ORGANIZATION, Some(self.organization()))
    }

    /// What `T` reads of the organization's rows, as they are inside this change.
    pub async fn rows<E: Tenant, T: Columns<E>>(
        &self,
        filter: impl FnOnce(Select<E>) -> Select<E>,
    ) -> Result<Vec<T>> {
        columns::rows(&self.tx, self.ours(filter)).await
    }

    /// One column of the organization's rows, as they are inside this change.
    pub async fn column<E: Tenant, T: DeserializeOwned>(
        &self,
        column: impl ColumnAsExpr,
        filter: impl FnOnce(Select<E>) -> Select<E>,
    ) -> Result<Vec<T>> {
        columns::column(&self.tx, self.ours(filter), column).await
    }

    /// Updates the organization's rows that `which` leaves; tells how many there were.
    pub async fn update<E: Tenant>(&self, which: impl FnOnce(UpdateMany<E>) -> UpdateMany<E>) -> Result<u64> {
        let ours = E::update_many().filter(E::ORGANIZATION.eq(self.organization()));
        Ok(which(ours).exec(&self.tx).await?.rows_affected)
    }

    /// Deletes the organization's rows that `which` leaves; tells how many there were.
    pub async fn delete<E: Tenant>(&self, which: impl FnOnce(DeleteMany<E>) -> DeleteMany<E>) -> Result<u64> {
        let ours = E::delete_many().filter(E::ORGANIZATION.eq(self.organization()));
        Ok(which(ours).exec(&self.tx).await?.rows_affected)
    }

    /// Members and the accounts behind the memberships, as they are inside this change; a non-member is left
    /// out.
    pub async fn members(&self, ids: &[&str]) -> Result<Vec<MemberAccount>> {
        roster::members(&self.tx, self.organization(), ids).await
    }

    /// Deletes members' own rows that `which` leaves; tells how many there were.
    pub async fn delete_of<E: Personal>(
        &self,
        members: &[membership::Model],
        which: impl FnOnce(DeleteMany<E>) -> DeleteMany<E>,
    ) -> Result<u64> {
        let ids = members.iter().map(|member| member.user_id.as_str());
        let own = E::delete_many().filter(E::PERSON.is_in(ids));
        Ok(which(own).exec(&self.tx).await?.rows_affected)
    }

    /// Lets members use their accounts, or not.
    pub async fn set_status(&self, members: &[membership::Model], status: user::Status) -> Result<()> {
        user::Entity::update_many()
            .col_expr(user::Column::Status, Expr::value(status))
            .filter(user::Column::Id.is_in(members.iter().map(|member| member.user_id.as_str())))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Keeps members out of the organization until [`Self::end_suspension`]; their accounts are their own.
    pub async fn suspend(&self, members: &[membership::Model]) -> Result<()> {
        self.set_suspension(members, Some(self.at())).await
    }

    /// Undoes [`Self::suspend`].
    pub async fn end_suspension(&self, members: &[membership::Model]) -> Result<()> {
        self.set_suspension(members, None).await
    }

    async fn set_suspension(&self, members: &[membership::Model], since: Option<Timestamp>) -> Result<()> {
        let ids = members.iter().map(|member| member.user_id.as_str());
        let these = membership::Column::UserId.is_in(ids);
        let since = Expr::value(since);
        let column = membership::Column::SuspendedAt;
        self.update::<membership::Entity>(|ours| ours.col_expr(column, since).filter(these)).await?;
        Ok(())
    }

    /// The organization's only row of a table, as it is inside this change.
    pub async fn single<E: Tenant>(&self) -> Result<E::Model> {
        let ours = E::find().filter(E::ORGANIZATION.eq(self.organization()));
        ours.one(&self.tx).await?.ok_or(Error::NotFound)
    }

    /// Makes the change durable together with its event.
    pub async fn commit(self, event: Event) -> Result<()> {
        let organization = self.of.id.clone();
        self.finish(Some(organization), event).await
    }
}

fn to_organization() -> RelationDef {
    membership::Entity::belongs_to(organization::Entity)
        .from(membership::Column::OrganizationId)
        .to(organization::Column::Id)
        .into()
}
