//! `/api/org` and `/api/admin/settings`.

use actix_web::web;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::form::Name;
use crate::access::{Admin, Member, Role};
use crate::audit::Event;
use crate::entity::{org_settings, organization};
use crate::error::{Error, FieldErrors, Result};
use crate::gate::form::{parse_address, parse_domain_rule};
use crate::gate::{self, DomainRule, Doubt, Rules};
use crate::web::Reply;
use crate::web::api::json as answer;

#[derive(Serialize)]
struct Organization {
    id: String,
    slug: String,
    name: String,
    role: Role,
}

/// What members may read of their organization.
pub async fn show(member: Member) -> Reply {
    let row = super::show(&member).await?;
    answer(&Organization { id: row.id, slug: row.slug, name: row.name, role: member.role() })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    name: String,
    allowed_email_domains: Vec<String>,
    domain_gating_enabled: bool,
    allowed_emails: Vec<String>,
    email_allowlist_enabled: bool,
    open_sign_up: bool,
}

/// What an admin sends: only what should change.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsPatch {
    name: Option<String>,
    allowed_email_domains: Option<Vec<String>>,
    domain_gating_enabled: Option<bool>,
    allowed_emails: Option<Vec<String>>,
    email_allowlist_enabled: Option<bool>,
    open_sign_up: Option<bool>,
    /// Doubtful domains that are meant: free mail, look-alikes.
    #[serde(default)]
    confirmed_domains: Vec<String>,
}

/// `GET /api/admin/settings`.
pub async fn settings(admin: Admin) -> Reply {
    current(&admin).await
}

async fn current(admin: &Admin) -> Reply {
    let row = super::show(admin).await?;
    let rules = gate::settings(admin).await?;
    answer(&Settings {
        name: row.name,
        allowed_email_domains: rules.allowed_domains.0.iter().map(ToString::to_string).collect(),
        domain_gating_enabled: rules.domain_gating_enabled,
        allowed_emails: rules.allowed_emails.0.iter().map(ToString::to_string).collect(),
        email_allowlist_enabled: rules.email_allowlist_enabled,
        open_sign_up: rules.open_sign_up,
    })
}

/// Changes name and rules together, with one event.
pub async fn change_settings(admin: Admin, patch: web::Json<SettingsPatch>) -> Reply {
    let change = admin.change().await?;
    let before = change.the::<org_settings::Entity>().await?;
    let name_before = change.the::<organization::Entity>().await?.name;
    let (name, rules) = patch.into_inner().apply(Rules::from(&before))?;
    gate::write_rules(&change, &admin, &rules, None).await?;
    if let Some(name) = &name {
        super::write_name(&change, &admin, name, None).await?;
    }
    let name_after = name.as_ref().map_or(name_before.as_str(), Name::as_str);
    let event = Event::done("organization.settings_changed", name_after).with(
        json!({ "name": name_before, "rules": Rules::from(&before) }),
        json!({ "name": name_after, "rules": rules }),
    );
    change.commit(event).await?;
    current(&admin).await
}

impl SettingsPatch {
    fn apply(self, mut rules: Rules) -> Result<(Option<Name>, Rules)> {
        let mut errors = FieldErrors::new();
        let mut note =
            |field: &str, sentence: String| errors.entry(field.to_owned()).or_default().push(sentence);
        let name = self
            .name
            .and_then(|text| Name::parse(&text).map_err(|sentence| note("name", sentence.to_owned())).ok());
        if let Some(domains) = self.allowed_email_domains {
            let before = std::mem::take(&mut rules.allowed_domains);
            rules.allowed_domains = each(&domains, parse_domain_rule, |s| note("allowedEmailDomains", s));
            for rule in rules.allowed_domains.iter().filter(|rule| is_new(rule, &before)) {
                let confirmed = self.confirmed_domains.iter().any(|domain| domain == rule.domain.as_str());
                if let Some(doubt) = Doubt::about(&rule.domain).filter(|_| !confirmed) {
                    let sentence = doubt.sentence(&rule.domain);
                    let cure = "If you mean it, name the domain in `confirmedDomains`, too.";
                    note("allowedEmailDomains", format!("{sentence} {cure}"));
                }
            }
        }
        if let Some(emails) = self.allowed_emails {
            rules.allowed_emails = each(&emails, parse_address, |s| note("allowedEmails", s));
        }
        rules.domain_gating = self.domain_gating_enabled.unwrap_or(rules.domain_gating);
        rules.email_allowlist = self.email_allowlist_enabled.unwrap_or(rules.email_allowlist);
        rules.open_sign_up = self.open_sign_up.unwrap_or(rules.open_sign_up);
        if errors.is_empty() && rules.is_on_but_empty() {
            let field = if rules.domain_gating { "allowedEmailDomains" } else { "allowedEmails" };
            errors.insert(field.to_owned(), vec![gate::NOBODY_COULD_JOIN.to_owned()]);
        }
        if errors.is_empty() { Ok((name, rules)) } else { Err(Error::Invalid(errors)) }
    }
}

fn is_new(rule: &DomainRule, before: &[DomainRule]) -> bool {
    before.iter().all(|known| known.domain != rule.domain)
}

/// Parses each text; what can't be is noted with its reason. Doubles are merged.
fn each<T: PartialEq>(
    texts: &[String],
    parse: impl Fn(&str) -> std::result::Result<T, String>,
    mut note: impl FnMut(String),
) -> Vec<T> {
    let mut values = Vec::new();
    for text in texts {
        match parse(text) {
            Ok(value) if values.contains(&value) => {}
            Ok(value) => values.push(value),
            Err(sentence) => note(format!("`{text}`: {sentence}")),
        }
    }
    values
}
