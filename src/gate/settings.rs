//! The rules in the database.

use sea_orm::{ActiveValue::Set, ColumnTrait, QueryFilter};
use serde_json::json;

use super::{AllowedDomains, AllowedEmails, Rules};
use crate::access::{Admin, Change, Organization};
use crate::audit::Event;
use crate::entity::org_settings;
use crate::error::{Error, Result};

/// The rules as they are stored, with their version.
pub async fn settings(admin: &Admin) -> Result<org_settings::Model> {
    admin.scope().find::<org_settings::Entity>().one().await
}

/// Saves another rule set.
///
/// # Errors
/// [`Error::Stale`] when it was changed since `version`.
pub async fn save(admin: &Admin, rules: &Rules, version: i64) -> Result<()> {
    let change = admin.change().await?;
    let before = write_rules(&change, admin, rules, Some(version)).await?;
    let event = Event::done("access.rules_changed", rules.in_a_sentence());
    change.commit(event.with(json!(before), json!(rules))).await
}

/// Writes the rules as a part of a change; returns the ones before.
pub(crate) async fn write_rules(
    change: &Change<Organization>,
    admin: &Admin,
    rules: &Rules,
    version: Option<i64>,
) -> Result<Rules> {
    let before = change.the::<org_settings::Entity>().await?;
    if version.is_some_and(|version| version != before.version) {
        return Err(Error::Stale);
    }
    let row = org_settings::ActiveModel {
        allowed_domains: Set(AllowedDomains(rules.allowed_domains.clone())),
        domain_gating_enabled: Set(rules.domain_gating),
        allowed_emails: Set(AllowedEmails(rules.allowed_emails.clone())),
        email_allowlist_enabled: Set(rules.email_allowlist),
        open_sign_up: Set(rules.open_sign_up),
        version: Set(before.version + 1),
        updated_at: Set(change.at()),
        updated_by: Set(Some(admin.visitor().name.clone())),
        ..Default::default()
    };
    let written = change
        .update::<org_settings::Entity>(|ours| {
            ours.set(row).filter(org_settings::Column::Version.eq(before.version))
        })
        .await?;
    if written == 0 { Err(Error::Stale) } else { Ok(Rules::from(&before)) }
}
