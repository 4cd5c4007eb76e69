//! What can be done for accounts.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::SecondsFormat;
use clap::{Args, Subcommand};
use serde_json::json;

use super::telling::{
    show_relinking, tell, tell_deactivation, tell_end_of_wait, tell_promotion, tell_reactivation, tell_reset,
    warn_of_lock_out,
};
use crate::address::EmailAddress;
use crate::authority::Shell;
use crate::authority::operator::Refusal;
use crate::cli::opening::{mailer, shell, shell_of_account};
use crate::config::{self, Config};
use crate::db::Db;
use crate::entity::membership::Status;
use crate::log;
use crate::numbers::people;
use crate::role::Role;
use crate::sign_in::link::LIFETIME;
use crate::sign_in::operator::make_link;
use crate::sign_in::relinking::{self, Relinked, Whom};
use crate::slug::Slug;
use crate::users::operator::{self, Account};

#[derive(Subcommand)]
pub enum Task {
    /// Everyone who has an account, by address: role, status (active, deactivated, locked out) and when they were
    /// last seen, in UTC.
    List(ListOptions),
    /// Raise someone to a role, and let them in again if the access rules have left them out.
    Promote {
        #[command(flatten)]
        person: AccountArgument,
        /// owner, admin or member.
        #[arg(long, default_value = "owner", value_parser = role)]
        role: Role,
    },
    /// Lower someone to a role.
    Demote {
        #[command(flatten)]
        person: AccountArgument,
        /// admin or member.
        #[arg(long, default_value = "member", value_parser = role)]
        role: Role,
    },
    /// End someone's access at once: their account can't be used, and their sessions are over.
    Deactivate(AccountArgument),
    /// Let someone use their account again.
    Reactivate(AccountArgument),
    /// Put someone's new account at a provider in the place of the one that they had there: after the provider was
    /// registered again, or its issuer has another address, and they have tried to sign in. Without --yes it only shows
    /// what would change.
    Relink(RelinkOptions),
    /// Take away someone's second factor, which they have lost: they sign in without a code, and their sessions are over.
    SecondFactorReset {
        #[command(flatten)]
        person: AccountArgument,
        /// Only let them enter codes again at once, after too many wrong ones. Their second factor stays.
        #[arg(long)]
        only_wait: bool,
    },
    /// Print a link that signs someone in: once, within ten minutes.
    SignInLink(AccountArgument),
}

#[derive(Args)]
pub struct ListOptions {
    /// Only those with this role: owner, admin or member.
    #[arg(long, value_parser = role)]
    role: Option<Role>,
    /// One JSON document on each line.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct AccountArgument {
    /// Their address.
    #[arg(value_name = "EMAIL", value_parser = crate::cli::arguments::email)]
    email: EmailAddress,
}

#[derive(Args)]
pub struct RelinkOptions {
    /// Their address; everyone who has tried, if --provider names a provider.
    #[arg(value_name = "EMAIL", value_parser = crate::cli::arguments::email, required_unless_present = "provider")]
    email: Option<EmailAddress>,
    /// Only at the provider of this name.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Which of several accounts that have come: its id at the provider.
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// Do it.
    #[arg(long)]
    yes: bool,
}

pub(super) fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "use owner, admin or member".to_owned())
}

pub async fn run(file: Option<&Path>, org: Option<Slug>, task: Task) -> anyhow::Result<()> {
    if let Task::SignInLink(person) = task {
        return sign_in_link(file, org, &person.email).await;
    }
    let db = crate::cli::opening::open_configured(file).await?;
    let outcome = within(&db, org.as_ref(), file, task).await;
    db.close().await;
    outcome
}

/// Roles are an organization's, accounts are the installation's.
async fn within(db: &Db, org: Option<&Slug>, file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    let is_of_account = matches!(
        task,
        Task::Deactivate(_) | Task::Reactivate(_) | Task::SecondFactorReset { .. } | Task::Relink(_)
    );
    let shell =
        if is_of_account { shell_of_account(db, file, org).await? } else { shell(db, file, org).await? };
    perform(&shell, file, task).await
}

async fn perform(shell: &Shell, file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    match task {
        Task::List(options) => list(shell, &options).await?,
        Task::Promote { person, role } => {
            let outcome = operator::promote(shell, &mailer(file), &person.email, role).await?;
            tell_promotion(&outcome, role);
        }
        Task::Demote { person, role } => {
            let entrance = config::entrance_only(file);
            let outcome = operator::demote(shell, &mailer(file), entrance, &person.email, role).await?;
            tell(&outcome, &format!("is now {}", role.with_article()));
        }
        Task::Deactivate(person) => {
            let entrance = config::entrance_only(file);
            tell_deactivation(&operator::deactivate(shell, entrance, &person.email).await?);
        }
        Task::Reactivate(person) => tell_reactivation(&operator::reactivate(shell, &person.email).await?),
        Task::SecondFactorReset { person, only_wait: true } => {
            let outcome = operator::end_wait_for_codes(shell, &person.email).await?;
            tell_end_of_wait(&outcome);
        }
        Task::SecondFactorReset { person, only_wait: false } => {
            let outcome = operator::reset_second_factor(shell, &mailer(file), &person.email).await?;
            tell_reset(&outcome);
        }
        Task::Relink(options) => relink(shell, file, options).await?,
        Task::SignInLink(_) => {}
    }
    Ok(())
}

async fn relink(shell: &Shell, file: Option<&Path>, options: RelinkOptions) -> anyhow::Result<()> {
    let whom = Whom { email: options.email, provider: options.provider, subject: options.subject };
    let waiting = relinking::waiting(shell, &whom).await?;
    waiting.iter().for_each(show_relinking);
    if !options.yes {
        say!("Nothing changed. Run this again with --yes to link {}.", people(waiting.len()));
        return Ok(());
    }
    let Relinked { done, left_out } = relinking::relink_all(shell, &mailer(file), &waiting).await?;
    if done > 0 {
        say!("{} can sign in again.", people(done));
    }
    if left_out.is_empty() { Ok(()) } else { Err(Refusal::ChangedMeanwhile(left_out.join(", ")).into()) }
}

async fn sign_in_link(file: Option<&Path>, org: Option<Slug>, email: &EmailAddress) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    crate::cli::opening::start_log(&config.log)?;
    let db = crate::cli::opening::open(&config.database_url).await?;
    let made = make_link(&shell_of_account(&db, file, org.as_ref()).await?, &config, email).await;
    db.close().await;
    let made = made?;
    say!("{}", made.address);
    let minutes = LIFETIME.num_minutes();
    log::say(&format!("It signs in {}: once, within {minutes} minutes.", made.email));
    warn_of_lock_out(made.is_locked_out, &made.email);
    Ok(())
}

/// Writes the list as it is read; someone who has seen enough, such as `head`, ends it.
async fn list(shell: &Shell, options: &ListOptions) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut after = String::new();
    loop {
        let accounts = operator::accounts(shell, options.role, &after).await?;
        let Some(last) = accounts.last() else { break };
        after.clone_from(&last.email);
        let written =
            accounts.iter().try_for_each(|account| writeln!(out, "{}", line(account, options.json)));
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            other => other?,
        }
    }
    Ok(())
}

fn line(account: &Account, as_json: bool) -> String {
    let (role, status) = (account.role.map(Role::name), account.status());
    let seen = account.last_seen_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    if as_json {
        let Account { id, email, name, .. } = account;
        let status = status.name();
        return json!({ "id": id, "email": email, "name": name, "role": role, "status": status, "lastSeenAt": seen })
            .to_string();
    }
    let (role, seen) = (role.unwrap_or("-"), seen.as_deref().unwrap_or("-"));
    format!("{:<40} {role:<7} {:<12} {seen}", account.email, words(status))
}

fn words(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Deactivated => "deactivated",
        Status::LockedOut => "locked out",
    }
}
