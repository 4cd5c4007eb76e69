//! The rules in the database.

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};

use super::affected::{MOST_NAMED, Seated, invited, seated};
use super::consent::{Asks, Consent};
use super::ending::{can_spare, end_access};
use super::preview::{Preview, Saver};
use crate::address::EmailAddress;
use crate::authority::{Admin, Change, Event, OfOrganization};
use crate::entity::{Timestamp, invite, membership, org_settings};
use crate::error::{Error, Forbidden, Result};
use crate::gate::{AllowedDomains, AllowedEmails, Rules};
use crate::role::Role;

/// What came of saving.
pub enum Saved {
    /// The rules are in force; the addresses of those whose access has ended by them.
    Done { ended: Vec<String> },
    /// Nothing was saved: this has to be looked at first.
    Look { preview: Preview, asks: Asks },
}

/// The rules as they are stored, with their version.
pub async fn settings(admin: &Admin) -> Result<org_settings::Model> {
    admin.scope().find::<org_settings::Entity>().one().await
}

/// What `rules` would mean for those who are in, where others are `in_force`.
pub async fn preview(admin: &Admin, rules: &Rules, in_force: &Rules) -> Result<Preview> {
    let members = admin.scope().find::<membership::Entity>().filter(seated).rows().await?;
    let now = Timestamp::from(admin.services().clock.now());
    let waiting = admin.scope().find::<invite::Entity>().filter(invited(now));
    let invited = waiting.column(invite::Column::Email).await?;
    compute(admin, [rules, in_force], members, invited, admin.role()).await
}

/// Asks the gate about all members, which takes its time with a hundred thousand: not where requests are served.
async fn compute(
    admin: &Admin,
    [rules, in_force]: [&Rules; 2],
    members: Vec<Seated>,
    invited: Vec<EmailAddress>,
    role: Role,
) -> Result<Preview> {
    let (rules, in_force) = (rules.clone(), in_force.clone());
    let instance = admin.services().config.instance.clone();
    let saver = Saver { id: admin.visitor().id.clone(), role };
    let computed = tokio::task::spawn_blocking(move || {
        Preview::new(&instance, &rules, &in_force, members, &invited, &saver)
    });
    computed.await.map_err(|e| Error::Internal(e.to_string()))
}

/// Saves another rule set, unless members are left out by it and the admin has not seen which (rule 2.4), or it lets anyone
/// in and that was not confirmed.
///
/// # Errors
/// [`Error::Stale`] when the rules were changed since `version`; [`Error::LastOwner`] when no owner who can come in would
/// be left.
pub async fn save(admin: &Admin, rules: &Rules, version: i64, consent: &Consent) -> Result<Saved> {
    let change = admin.change().await?;
    let before = write_rules(&change, admin, rules, Some(version)).await?;
    let ended = match settle(&change, admin, [rules, &before], consent).await {
        Ok(Saved::Done { ended }) => ended,
        Ok(look) => return Ok(look),
        Err(Error::LastOwner) => {
            drop(change);
            return Err(refuse_rules(admin, rules).await?);
        }
        Err(other) => return Err(other),
    };
    let event = Event::done("access.rules_changed", rules.in_a_sentence(&admin.services().config.instance));
    change.commit(event.with(json!(before), rules_and_ended(rules, &ended))).await?;
    Ok(Saved::Done { ended })
}

/// Settles what rules that come after those `before` mean for those who are in: with the admin's consent the access of
/// those whom they leave out ends (rule 2.4).
///
/// # Errors
/// [`Error::LastOwner`] when no owner who can come in would be left (rule 1.5).
pub async fn settle(
    change: &Change<OfOrganization>,
    admin: &Admin,
    [rules, before]: [&Rules; 2],
    consent: &Consent,
) -> Result<Saved> {
    let members = change.rows(seated).await?;
    let invited = change.column(invite::Column::Email, invited(change.at())).await?;
    let preview = compute(admin, [rules, before], members, invited, change.role()).await?;
    let asks = Asks::of(admin, rules, before);
    if preview.is_unseen(&consent.digest) || !asks.are_met(consent) {
        return Ok(Saved::Look { preview, asks });
    }
    if !consent.end_access {
        return Ok(Saved::Done { ended: Vec::new() });
    }
    if !can_spare(change, admin, &preview).await? {
        return Err(Error::LastOwner);
    }
    Ok(Saved::Done { ended: end_access(change, &preview).await? })
}

/// Records the refusal in a change of its own: the rules have been written in the one that is dropped.
///
/// # Errors
/// When it can't be recorded.
pub async fn refuse_rules(admin: &Admin, rules: &Rules) -> Result<Error> {
    let sentence = rules.in_a_sentence(&admin.services().config.instance);
    admin.change().await?.commit(Event::refused("access.rules_changed", sentence)).await?;
    Ok(Error::LastOwner)
}

/// What an event says of rules that have come, and of those whose access has ended by them.
pub fn rules_and_ended(rules: &Rules, ended: &[String]) -> Value {
    let mut after = json!(rules);
    if !ended.is_empty() {
        after["accessEnded"] = json!(ended.len());
        after["accessEndedOf"] = json!(ended.iter().take(MOST_NAMED).collect::<Vec<_>>());
    }
    after
}

/// Writes the rules as a part of a change; returns the ones before. Operators who have entered can let no one in (rule
/// 6.4).
pub(crate) async fn write_rules(
    change: &Change<OfOrganization>,
    admin: &Admin,
    rules: &Rules,
    version: Option<i64>,
) -> Result<Rules> {
    let before = change.single::<org_settings::Entity>().await?;
    if version.is_some_and(|version| version != before.version) {
        return Err(Error::Stale);
    }
    if admin.entered().is_some() && rules.let_in_more_than(&Rules::from(&before)) {
        return Err(Error::Forbidden(Forbidden::NotForOperators));
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
