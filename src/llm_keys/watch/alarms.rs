//! What admins have to know of their keys, in a sentence.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::in_use::in_use;
use super::readable::Readable;
use crate::authority::Services;
use crate::entity::{llm_key, llm_key_health, organization, project};
use crate::error::Result;
use crate::llm::LlmProvider;
use crate::llm::catalog::PROVIDERS;
use crate::llm_keys::probe::Standing;
use crate::llm_keys::resolution::{Resolution, resolution};

/// Keys that are read at once.
const BATCH: u64 = 200;

/// What is wrong with a key: its provider's name, and a sentence.
type Trouble = (String, String);

/// Rows of health by organization and subject.
type Failing = HashMap<(String, String), llm_key_health::Model>;

/// By organization.
type Troubles = HashMap<String, Vec<Trouble>>;

/// Finds keys that fail or can't be opened.
pub(super) async fn raise_alarms(services: &Services, readable: &mut Readable) -> Result<()> {
    let rows = services.db.outside_any_organization();
    let failing = llm_key_health::Entity::find().filter(llm_key_health::Column::FailingSince.is_not_null());
    let by_subject =
        |health: llm_key_health::Model| ((health.organization_id.clone(), health.subject.clone()), health);
    let failing: Failing = failing.all(rows).await?.into_iter().map(by_subject).collect();
    let mut troubles = of_stored(services, readable, &failing).await?;
    let with_fallback = organizations_with_fallback(services).await?;
    for known in &PROVIDERS {
        let in_environment = resolution(services, &LlmProvider::Known(known), None, true)?;
        let Some(usable) = in_environment.usable() else { continue };
        for ((organization, _), row) in failing.iter().filter(|((_, subject), _)| *subject == usable.subject)
        {
            if with_fallback.contains(organization) && !has_own(services, organization, known.id).await? {
                let trouble = (known.label.to_owned(), failure(known.label, "", row));
                troubles.entry(organization.clone()).or_default().push(trouble);
            }
        }
    }
    let alarms = troubles.into_iter().map(|(organization, troubles)| (organization, alarm(&troubles)));
    services.key_alarms.tell(alarms.collect());
    Ok(())
}

/// Of stored keys, read bit by bit: a thousand organizations have many.
async fn of_stored(services: &Services, readable: &mut Readable, failing: &Failing) -> Result<Troubles> {
    let (mut troubles, mut look) = (Troubles::new(), readable.look());
    let mut after = (String::new(), String::new());
    loop {
        let mut keys = in_use().cursor_by((llm_key::Column::Provider, llm_key::Column::Id));
        let keys = keys.after(after).first(BATCH);
        let batch = keys.all(services.db.outside_any_organization()).await?;
        let Some(last) = batch.last() else { return Ok(troubles) };
        after = (last.provider.clone(), last.id.clone());
        for key in &batch {
            let is_readable = look.is_readable(key, |key| opens(services, key))?;
            let project = project_name(services, key, is_readable, failing).await?;
            if let Some(trouble) = trouble(key, &project, is_readable, failing) {
                troubles.entry(key.organization_id.clone()).or_default().push(trouble);
            }
        }
    }
}

/// Whether the organization has stored a key of this provider.
async fn has_own(services: &Services, organization: &str, provider: &str) -> Result<bool> {
    let own = in_use()
        .filter(llm_key::Column::OrganizationId.eq(organization))
        .filter(llm_key::Column::ProjectId.is_null())
        .filter(llm_key::Column::Provider.eq(provider));
    Ok(own.one(services.db.outside_any_organization()).await?.is_some())
}

/// The ids of the organizations for which the environment's keys stand in.
async fn organizations_with_fallback(services: &Services) -> Result<HashSet<String>> {
    let rows = organization::Entity::find().filter(organization::Column::EnvFallback.eq(true));
    let rows = rows.all(services.db.outside_any_organization()).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Whether a key can be opened; one of a provider that no one knows any more is none of our business.
fn opens(services: &Services, key: &llm_key::Model) -> Result<bool> {
    let Some(provider) = LlmProvider::parse(&key.provider) else { return Ok(true) };
    let resolution = resolution(services, &provider, Some(key), false)?;
    Ok(!matches!(resolution, Resolution::Unreadable(_)))
}

/// What the project of a key in trouble is called, if it is a project's; asked for no other.
async fn project_name(
    services: &Services,
    key: &llm_key::Model,
    is_readable: bool,
    failing: &Failing,
) -> Result<String> {
    let is_fine = is_readable && !failing.contains_key(&(key.organization_id.clone(), key.id.clone()));
    let Some(id) = key.project_id.as_deref().filter(|_| !is_fine) else { return Ok(String::new()) };
    let project = project::Entity::find_by_id(id).one(services.db.outside_any_organization()).await?;
    Ok(project.map(|project| project.name).unwrap_or_default())
}

fn trouble(key: &llm_key::Model, project: &str, is_readable: bool, failing: &Failing) -> Option<Trouble> {
    let label = LlmProvider::parse(&key.provider)?.label(key.name.as_deref());
    let of_project = if project.is_empty() { String::new() } else { format!(" of the project {project}") };
    let sentence = if is_readable {
        failure(&label, &of_project, failing.get(&(key.organization_id.clone(), key.id.clone()))?)
    } else {
        format!("The {label} key{of_project} can't be decrypted.")
    };
    Some((label, sentence))
}

fn failure(label: &str, of_project: &str, row: &llm_key_health::Model) -> String {
    // That its provider was busy at the last try is no reason.
    let reason = row.finding().filter(|finding| finding.verdict.standing() == Standing::Failing);
    let sentence = reason.map(|finding| finding.sentence).unwrap_or_default();
    format!("The {label} key{of_project} is failing. {sentence}").trim_end().to_owned()
}

/// One sentence for one key, and the names where there are several.
fn alarm(troubles: &[Trouble]) -> String {
    if let [(_, sentence)] = troubles {
        return sentence.clone();
    }
    let labels: Vec<&str> = troubles.iter().map(|(label, _)| label.as_str()).collect();
    format!("{} LLM keys need attention: {}.", labels.len(), labels.join(", "))
}
