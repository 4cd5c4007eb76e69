//! `gatehouse access show | reset`.

use std::path::Path;

use clap::Subcommand;

use super::output::counted;
use crate::access::form::public_suffix;
use crate::access::operator::{self, Access};
use crate::config::Config;
use crate::gate::{InstanceLists, Rules};
use crate::slug::Slug;

#[derive(Subcommand)]
pub enum Task {
    /// Say who can join, which sign-in methods are switched off, and how many members the rules leave out.
    Show,
    /// Go back to "only invited people": domains, addresses and open sign-up let no one in any more (the lists are
    /// kept), every sign-in method is on, and every member whom the rules have left out is let in again.
    Reset,
}

pub async fn run(file: Option<&Path>, org: Option<Slug>, task: Task) -> anyhow::Result<()> {
    match task {
        Task::Show => show(file, org).await,
        Task::Reset => reset(file, org).await,
    }
}

async fn show(file: Option<&Path>, org: Option<Slug>) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    super::opening::start_log(&config.log)?;
    let db = super::opening::open(&config.database_url).await?;
    let access = operator::show(&super::opening::shell(&db, file, org.as_ref()).await?).await;
    db.close().await;
    let access = access?;
    say!("{}", access.rules.in_a_sentence(&config.instance));
    for rule in access.rules.allowed_domains.iter().filter(|rule| rule.is_anybodys()) {
        say!("Warning, rule {rule}: {}", public_suffix(&rule.domain.to_unicode()));
    }
    let lists = lists(&config.instance);
    if !lists.is_empty() {
        say!("The server's lists come first, whatever the rules say: {}.", lists.join(", "));
    }
    say!("{}", methods(&access, &config));
    say!("{} refused by the access rules.", members(access.locked_out));
    Ok(())
}

/// The variables that limit who may ever come in.
fn lists(instance: &InstanceLists) -> Vec<&'static str> {
    let lists = [
        ("GATEHOUSE_ALLOWED_DOMAINS", instance.allowed_domains.is_empty()),
        ("GATEHOUSE_ALLOWED_EMAILS", instance.allowed_emails.is_empty()),
        ("GATEHOUSE_BLOCKED_DOMAINS", instance.blocked_domains.is_empty()),
        ("GATEHOUSE_BLOCKED_EMAILS", instance.blocked_emails.is_empty()),
    ];
    lists.into_iter().filter(|(_, is_empty)| !is_empty).map(|(name, _)| name).collect()
}

fn methods(access: &Access, config: &Config) -> String {
    let label = |name: &String| {
        let provider = config.providers.iter().find(|provider| provider.name == *name);
        provider.map_or(name.clone(), |provider| provider.label.clone())
    };
    let off: Vec<String> = access.methods_off.iter().map(label).collect();
    if off.is_empty() {
        return "Every sign-in method is switched on.".to_owned();
    }
    format!("Switched off as sign-in methods: {}.", off.join(", "))
}

fn members(count: u64) -> String {
    format!("{} {}", counted(count, "member"), if count == 1 { "is" } else { "are" })
}

async fn reset(file: Option<&Path>, org: Option<Slug>) -> anyhow::Result<()> {
    let db = super::opening::open_configured(file).await?;
    let before = operator::reset(&super::opening::shell(&db, file, org.as_ref()).await?).await;
    db.close().await;
    match before? {
        Some(before) => tell_reset(&before),
        None => say!("Access is already reset. Nothing changed."),
    }
    say!("{}", Rules::default().in_a_sentence(&InstanceLists::default()));
    Ok(())
}

fn tell_reset(before: &Access) {
    let rules = [
        ("allowed domains", before.rules.domain_gating),
        ("listed addresses", before.rules.email_allowlist),
        ("open sign-up", before.rules.open_sign_up),
    ];
    let off: Vec<&str> = rules.into_iter().filter(|(_, on)| *on).map(|(rule, _)| rule).collect();
    if !off.is_empty() {
        say!("Switched off: {}. The lists are kept.", off.join(", "));
    }
    if !before.methods_off.is_empty() {
        say!("Switched on again as sign-in methods: {}.", before.methods_off.join(", "));
    }
    if before.locked_out > 0 {
        say!("{} let in again.", members(before.locked_out));
    }
}
