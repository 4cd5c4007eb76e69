//! Work in the background, done for one organization: one that fails stops no one else's, and operators see it.

use std::future::Future;

use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;

use crate::authority::Services;
use crate::entity::Timestamp;
use crate::entity::failing_work::{ActiveModel, Column, Entity};
use crate::error::Result;

/// Does `work`, which is called `task`, and tells whether it went well; what goes wrong is logged and written down until it
/// goes well again.
pub async fn for_organization(
    services: &Services,
    organization: &str,
    task: &str,
    work: impl Future<Output = Result<()>>,
) -> bool {
    let done = work.await;
    let noted = match &done {
        Ok(()) => forget(services, organization, task).await,
        Err(error) => {
            tracing::error!(organization, task, %error, "failed; tried again later");
            note(services, organization, task, &error.to_string()).await
        }
    };
    if let Err(error) = noted {
        tracing::warn!(organization, task, %error, "could not record how the task went");
    }
    done.is_ok()
}

async fn note(services: &Services, organization: &str, task: &str, problem: &str) -> Result<()> {
    let row = ActiveModel {
        organization_id: Set(organization.to_owned()),
        task: Set(task.to_owned()),
        since: Set(Timestamp::from(services.clock.now())),
        problem: Set(problem.to_owned()),
    };
    let key = [Column::OrganizationId, Column::Task];
    Entity::insert(row)
        .on_conflict(OnConflict::columns(key).update_column(Column::Problem).to_owned())
        .exec_without_returning(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}

async fn forget(services: &Services, organization: &str, task: &str) -> Result<()> {
    let key = (organization.to_owned(), task.to_owned());
    if Entity::find_by_id(key.clone()).one(services.db.outside_any_organization()).await?.is_some() {
        Entity::delete_by_id(key).exec(services.db.write_outside_any_organization()).await?;
    }
    Ok(())
}
