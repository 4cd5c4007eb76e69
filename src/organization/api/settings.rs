//! `/api/admin/settings`, and what a change of them would mean (rules 2.3, 2.4).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::api::AccessPreview;
use crate::access::form::{
    DomainRules, Doubt, MOST_DOMAINS, parse_address, parse_domain_rule, public_suffix,
};
use crate::access::settings::{Saved, refuse_rules, rules_and_ended, settle, write_rules};
use crate::access::{Consent, is_own};
use crate::address::EmailAddress;
use crate::authority::{Admin, Change, Event, OfOrganization};
use crate::entity::{org_settings, organization};
use crate::error::{Error, FieldErrors, Result};
use crate::gate::{self, DomainRule, Rules};
use crate::name::Name;
use crate::organization::{show, write_name};
use crate::stray_secret;
use crate::tokens::form::most_days;
use crate::tokens::write_token_life;
use crate::web::api::{Body, Shown, json};

/// Why no one's access is ended that was not looked at before.
const PREVIEW_FIRST: &str = "Preview these rules, and send the preview’s digest as `previewDigest`.";
/// Why it isn't, when others would lose it by now.
const OTHERS_BY_NOW: &str = "These rules concern other people by now. Preview them again.";
/// Why an admin does not leave themselves out by mistake.
const WITHOUT_YOU: &str =
    "These rules would refuse you as a new user. To confirm, send your own email as `confirmedEmail`.";

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    name: String,
    allowed_email_domains: Vec<String>,
    domain_gating_enabled: bool,
    allowed_emails: Vec<String>,
    email_allowlist_enabled: bool,
    open_sign_up: bool,
    /// In days.
    token_max_days: i64,
}

/// What an admin sends: only what should change.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "allowedEmailDomains": ["example.com"], "domainGatingEnabled": true })))]
pub struct SettingsPatch {
    #[schema(min_length = 2, max_length = 60)]
    name: Option<String>,
    /// `example.com`, or `*.example.com` with its subdomains.
    #[schema(max_items = 500)]
    allowed_email_domains: Option<Vec<String>>,
    domain_gating_enabled: Option<bool>,
    allowed_emails: Option<Vec<String>>,
    email_allowlist_enabled: Option<bool>,
    open_sign_up: Option<bool>,
    /// In days.
    #[schema(minimum = 1, maximum = 3650)]
    token_max_days: Option<i64>,
    /// Doubtful domains that are meant: free mail, look-alikes.
    #[serde(default)]
    confirmed_domains: Vec<String>,
    /// Whether the access of members whom the rules would refuse ends now.
    #[serde(default)]
    end_access: bool,
    /// With `endAccess`: the `digest` of the preview that shows whose access ends.
    preview_digest: Option<String>,
    /// With `endAccess`: your own email, where the rules would refuse you, too.
    #[schema(format = "email", max_length = 254)]
    confirmed_email: Option<String>,
}

/// `GET /api/admin/settings`.
pub async fn settings(admin: Admin) -> Result<Shown<Settings>> {
    current(&admin).await
}

async fn current(admin: &Admin) -> Result<Shown<Settings>> {
    let row = show(admin).await?;
    let rules = crate::access::settings(admin).await?;
    json(Settings {
        name: row.name,
        allowed_email_domains: rules.allowed_domains.0.iter().map(ToString::to_string).collect(),
        domain_gating_enabled: rules.domain_gating_enabled,
        allowed_emails: rules.allowed_emails.0.iter().map(ToString::to_string).collect(),
        email_allowlist_enabled: rules.email_allowlist_enabled,
        open_sign_up: rules.open_sign_up,
        token_max_days: rules.token_max_days,
    })
}

/// `POST /api/admin/access/preview`: what the same change of the settings would mean for those who are in. Changes
/// nothing.
pub async fn preview(admin: Admin, patch: Body<SettingsPatch>) -> Result<Shown<AccessPreview>> {
    let (wishes, errors) = patch.into_inner().read();
    let in_force = Rules::from(&crate::access::settings(&admin).await?);
    let (_, rules) = wishes.apply(in_force.clone(), errors)?;
    json(AccessPreview::of(&admin, &rules, &in_force).await?)
}

/// `PATCH /api/admin/settings`: changes name and rules together, with one event. Rules are for new people: no one who is in
/// loses access by this, unless that is asked for.
pub async fn change_settings(admin: Admin, patch: Body<SettingsPatch>) -> Result<Shown<Settings>> {
    let (wishes, errors) = patch.into_inner().read();
    let consent = wishes.consent(&admin);
    let change = admin.change().await?;
    let row = change.single::<org_settings::Entity>().await?;
    let (rules_before, life_before) = (Rules::from(&row), row.token_max_days);
    let life = wishes.token_max_days.unwrap_or(life_before);
    let name_before = change.single::<organization::Entity>().await?.name;
    let (name, rules) = wishes.apply(rules_before.clone(), errors)?;
    let name = name.filter(|name| name.as_str() != name_before);
    if rules != rules_before {
        write_rules(&change, &admin, &rules, None).await?;
    }
    let ended = match end_access(&change, &admin, [&rules, &rules_before], consent).await {
        Err(Error::LastOwner) => {
            drop(change);
            return Err(refuse_rules(&admin, &rules).await?);
        }
        ended => ended?,
    };
    if let Some(name) = &name {
        write_name(&change, &admin, name, None).await?;
    }
    if life != life_before {
        write_token_life(&change, life).await?;
    }
    if name.is_some() || rules != rules_before || life != life_before || !ended.is_empty() {
        let name_after = name.as_ref().map_or(name_before.as_str(), Name::as_str);
        let event = Event::done("organization.settings_changed", name_after).with(
            serde_json::json!({ "name": name_before, "rules": rules_before, "tokenMaxDays": life_before }),
            serde_json::json!({ "name": name_after, "rules": rules_and_ended(&rules, &ended), "tokenMaxDays": life }),
        );
        change.commit(event).await?;
    } else {
        drop(change);
    }
    current(&admin).await
}

/// Ends the access of those whom the rules leave out, as far as that is asked for and they were looked at; tells their
/// addresses.
async fn end_access(
    change: &Change<OfOrganization>,
    admin: &Admin,
    [rules, before]: [&Rules; 2],
    consent: Option<Consent>,
) -> Result<Vec<String>> {
    let Some(consent) = consent else { return Ok(Vec::new()) };
    match settle(change, admin, [rules, before], &consent).await? {
        Saved::Done { ended } => Ok(ended),
        Saved::Look { preview, .. } if preview.digest.is_of_other_members(&consent.digest) => {
            Err(Error::Conflict(OTHERS_BY_NOW))
        }
        Saved::Look { preview, .. } if preview.is_unseen(&consent.digest) => {
            Err(Error::invalid("previewDigest", PREVIEW_FIRST))
        }
        Saved::Look { .. } => Err(Error::invalid("confirmedEmail", WITHOUT_YOU)),
    }
}

/// What an admin wants, read.
struct Wishes {
    name: Option<Name>,
    allowed_domains: Option<Vec<DomainRule>>,
    domain_gating: Option<bool>,
    allowed_emails: Option<Vec<EmailAddress>>,
    email_allowlist: Option<bool>,
    open_sign_up: Option<bool>,
    token_max_days: Option<i64>,
    confirmed_domains: HashSet<String>,
    end_access: bool,
    preview_digest: String,
    confirmed_email: String,
}

impl SettingsPatch {
    fn read(self) -> (Wishes, FieldErrors) {
        let mut errors = FieldErrors::new();
        let mut note =
            |field: &str, sentence: String| errors.entry(field.to_owned()).or_default().push(sentence);
        let name = self
            .name
            .and_then(|text| Name::parse(&text).map_err(|sentence| note("name", sentence.to_owned())).ok());
        let allowed_domains =
            self.allowed_email_domains.map(|texts| domains(&texts, |s| note("allowedEmailDomains", s)));
        let allowed_emails = self.allowed_emails.map(|texts| addresses(&texts, |s| note("allowedEmails", s)));
        let token_max_days = self
            .token_max_days
            .and_then(|days| most_days(&days.to_string()).map_err(|s| note("tokenMaxDays", s)).ok());
        if let Some(Err(sentence)) = self.confirmed_email.as_deref().map(parse_address) {
            note("confirmedEmail", sentence);
        }
        let wishes = Wishes {
            name,
            allowed_domains,
            domain_gating: self.domain_gating_enabled,
            allowed_emails,
            email_allowlist: self.email_allowlist_enabled,
            open_sign_up: self.open_sign_up,
            token_max_days,
            confirmed_domains: self.confirmed_domains.into_iter().collect(),
            end_access: self.end_access,
            preview_digest: self.preview_digest.unwrap_or_default(),
            confirmed_email: self.confirmed_email.unwrap_or_default(),
        };
        (wishes, errors)
    }
}

impl Wishes {
    /// What the admin agrees to; none where no one's access ends.
    fn consent(&self, admin: &Admin) -> Option<Consent> {
        self.end_access.then(|| Consent {
            digest: self.preview_digest.clone(),
            end_access: true,
            without_me: is_own(admin, &self.confirmed_email),
            opens: true,
        })
    }

    /// The rules as they would be; doubtful domains that are new have to be confirmed.
    fn apply(self, mut rules: Rules, mut errors: FieldErrors) -> Result<(Option<Name>, Rules)> {
        if let Some(domains) = self.allowed_domains {
            let doubts = doubts(&domains, &rules.allowed_domains, &self.confirmed_domains);
            if !doubts.is_empty() {
                errors.entry("allowedEmailDomains".to_owned()).or_default().extend(doubts);
            }
            rules.allowed_domains = domains;
        }
        let was_gated = rules.domain_gating;
        rules.allowed_emails = self.allowed_emails.unwrap_or(rules.allowed_emails);
        rules.domain_gating = self.domain_gating.unwrap_or(rules.domain_gating);
        rules.email_allowlist = self.email_allowlist.unwrap_or(rules.email_allowlist);
        rules.open_sign_up = self.open_sign_up.unwrap_or(rules.open_sign_up);
        if errors.is_empty() && rules.domain_gating && !was_gated {
            errors.extend(refused_today(&rules));
        }
        if errors.is_empty() && rules.is_on_but_empty() {
            let field = if rules.domain_gating { "allowedEmailDomains" } else { "allowedEmails" };
            errors.insert(field.to_owned(), vec![gate::NOBODY_COULD_JOIN.to_owned()]);
        }
        if errors.is_empty() { Ok((self.name, rules)) } else { Err(Error::Invalid(errors)) }
    }
}

/// Rules of before that are not switched on again: they are refused when they are typed.
fn refused_today(rules: &Rules) -> Option<(String, Vec<String>)> {
    let refused = rules.allowed_domains.iter().filter(|rule| rule.is_anybodys());
    let sentences: Vec<String> =
        refused.map(|rule| format!("`{rule}`: {}", public_suffix(&rule.domain.to_unicode()))).collect();
    (!sentences.is_empty()).then(|| ("allowedEmailDomains".to_owned(), sentences))
}

fn doubts(domains: &[DomainRule], before: &[DomainRule], confirmed: &HashSet<String>) -> Vec<String> {
    let known: HashSet<_> = before.iter().map(|rule| &rule.domain).collect();
    let open = domains.iter().map(|rule| &rule.domain);
    let open = open.filter(|domain| !known.contains(domain) && !confirmed.contains(domain.as_str()));
    let cure = "To confirm, name the domain in `confirmedDomains`, too.";
    open.filter_map(|domain| Some(format!("{} {cure}", Doubt::about(domain)?.sentence(domain)))).collect()
}

fn domains(texts: &[String], mut note: impl FnMut(String)) -> Vec<DomainRule> {
    let mut rules = DomainRules::default();
    if texts.len() > MOST_DOMAINS {
        note(format!("Use up to {MOST_DOMAINS} domains."));
        return rules.rules;
    }
    for text in texts {
        match parse_domain_rule(text) {
            Ok(rule) => rules.add(rule),
            Err(sentence) => note(format!("`{}`: {sentence}", stray_secret::kept(text))),
        }
    }
    rules.rules
}

/// Parses each text; what can't be is noted with its reason. Doubles are merged.
fn addresses(texts: &[String], mut note: impl FnMut(String)) -> Vec<EmailAddress> {
    let (mut seen, mut addresses) = (HashSet::new(), Vec::new());
    for text in texts {
        match parse_address(text) {
            Ok(address) if !seen.insert(address.clone()) => {}
            Ok(address) => addresses.push(address),
            Err(sentence) => note(format!("`{}`: {sentence}", stray_secret::kept(text))),
        }
    }
    addresses
}
