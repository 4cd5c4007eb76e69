//! Letting one more address join, with one click.

use serde_json::json;

use super::settings::write_rules;
use crate::address::EmailAddress;
use crate::authority::{Admin, Event};
use crate::entity::org_settings;
use crate::error::Result;
use crate::gate::Rules;

/// What came of allowing an address.
pub enum Allowed {
    /// It may join now; perhaps because the list, which was empty, is switched on.
    Done { switched_on: bool },
    /// Nothing was saved: the list is switched off and holds others, who could join, too.
    Dormant,
}

/// Lists an address, so that its owner may join; switches an empty list on.
pub async fn allow_address(admin: &Admin, email: EmailAddress) -> Result<Allowed> {
    let change = admin.change_as_own().await?;
    let mut rules = Rules::from(&change.single::<org_settings::Entity>().await?);
    let is_listed = rules.allowed_emails.contains(&email);
    if !rules.email_allowlist && rules.allowed_emails.iter().any(|listed| *listed != email) {
        return Ok(Allowed::Dormant);
    }
    if rules.email_allowlist && is_listed {
        return Ok(Allowed::Done { switched_on: false });
    }
    let switched_on = !rules.email_allowlist;
    rules.email_allowlist = true;
    if !is_listed {
        rules.allowed_emails.push(email.clone());
    }
    let before = write_rules(&change, admin, &rules, None).await?;
    let event = Event::done("access.address_allowed", email.as_str());
    change.commit(event.with(json!(before), json!(rules))).await?;
    Ok(Allowed::Done { switched_on })
}
