//! The history of the schema, one file per step, each with a way back.
//!
//! The same steps run on SQLite and on PostgreSQL. Times are milliseconds since the epoch, so that
//! no database's own clock text is ever compared (rule: time is a bound parameter).

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod dialect;
mod m0001_organizations_and_people;
mod m0002_sign_in;
mod m0003_audit;
mod m0004_member_lists;
mod m0005_access_explained;
mod m0006_outbox;
mod m0007_invites;
mod m0008_llm_keys;
mod m0009_audit_page;
mod m0010_sign_in_links;
mod m0011_member_filters;
mod m0012_session_renewal;
mod m0013_heartbeats;
mod m0014_event_numbers;
mod m0015_many_organizations;
mod m0016_organization_life;
mod m0017_operator;
mod m0018_teams_and_projects;
mod m0019_default_teams;
mod m0020_projects_in_teams;
mod m0021_tokens;
mod m0022_unlinked_identities;
mod m0023_finished_sign_ins;
mod m0024_mails_by_kind;
mod m0025_kept_answers;
mod m0026_second_factor;
mod m0027_people_of_places;
mod m0028_required_factor;
mod m0029_passkeys;

/// Runs the steps in order. Wrap it in one transaction: the whole run happens or none of it does.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_organizations_and_people::Migration),
            Box::new(m0002_sign_in::Migration),
            Box::new(m0003_audit::Migration),
            Box::new(m0004_member_lists::Migration),
            Box::new(m0005_access_explained::Migration),
            Box::new(m0006_outbox::Migration),
            Box::new(m0007_invites::Migration),
            Box::new(m0008_llm_keys::Migration),
            Box::new(m0009_audit_page::Migration),
            Box::new(m0010_sign_in_links::Migration),
            Box::new(m0011_member_filters::Migration),
            Box::new(m0012_session_renewal::Migration),
            Box::new(m0013_heartbeats::Migration),
            Box::new(m0014_event_numbers::Migration),
            Box::new(m0015_many_organizations::Migration),
            Box::new(m0016_organization_life::Migration),
            Box::new(m0017_operator::Migration),
            Box::new(m0018_teams_and_projects::Migration),
            Box::new(m0019_default_teams::Migration),
            Box::new(m0020_projects_in_teams::Migration),
            Box::new(m0021_tokens::Migration),
            Box::new(m0022_unlinked_identities::Migration),
            Box::new(m0023_finished_sign_ins::Migration),
            Box::new(m0024_mails_by_kind::Migration),
            Box::new(m0025_kept_answers::Migration),
            Box::new(m0026_second_factor::Migration),
            Box::new(m0027_people_of_places::Migration),
            Box::new(m0028_required_factor::Migration),
            Box::new(m0029_passkeys::Migration),
        ]
    }
}
