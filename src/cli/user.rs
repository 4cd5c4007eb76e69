//! `gatehouse user list | promote | demote | deactivate | reactivate | sign-in-link`.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::SecondsFormat;
use clap::{Args, Subcommand};
use serde_json::json;

use super::counted;
use crate::access::{Db, Role};
use crate::address::EmailAddress;
use crate::config::{self, Config};
use crate::log;
use crate::mail::Mail;
use crate::sign_in::link;
use crate::users::Status;
use crate::users::shell::{self, Account, Outcome};

#[derive(Subcommand)]
pub enum Task {
    /// Everybody who has an account, by address: role, status (active, deactivated, locked out) and when they were
    /// last seen, in UTC.
    List(ListOptions),
    /// Raise somebody to a role, and let them in again if the access rules have left them out.
    Promote {
        #[command(flatten)]
        person: Person,
        /// owner, admin or member.
        #[arg(long, default_value = "owner", value_parser = role)]
        role: Role,
    },
    /// Lower somebody to a role.
    Demote {
        #[command(flatten)]
        person: Person,
        /// admin or member.
        #[arg(long, default_value = "member", value_parser = role)]
        role: Role,
    },
    /// End somebody's access at once: their account can't be used, and their sessions are over.
    Deactivate(Person),
    /// Let somebody use their account again.
    Reactivate(Person),
    /// Print a link that signs somebody in: once, within ten minutes.
    SignInLink(Person),
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
pub struct Person {
    /// Their address.
    #[arg(value_name = "EMAIL", value_parser = super::email)]
    email: EmailAddress,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "the role is owner, admin or member".to_owned())
}

pub async fn run(file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    if let Task::SignInLink(person) = task {
        return make_link(file, &person.email).await;
    }
    let db = super::open_configured(file).await?;
    let outcome = perform(&db, file, task).await;
    db.close().await;
    outcome
}

async fn perform(db: &Db, file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    let clock = db.clock().await?;
    match task {
        Task::List(options) => list(db, &options).await?,
        Task::Promote { person, role } => {
            let outcome = shell::promote(db, &clock, &mail(file), &person.email, role).await?;
            tell_promotion(&outcome, role);
        }
        Task::Demote { person, role } => {
            let entrance = config::entrance_only(file);
            let outcome = shell::demote(db, &clock, &mail(file), entrance, &person.email, role).await?;
            tell(&outcome, &format!("is {} now", role.name()));
        }
        Task::Deactivate(person) => {
            let entrance = config::entrance_only(file);
            tell_deactivation(&shell::deactivate(db, &clock, entrance, &person.email).await?);
        }
        Task::Reactivate(person) => tell_reactivation(&shell::reactivate(db, &clock, &person.email).await?),
        Task::SignInLink(_) => {}
    }
    Ok(())
}

/// Where mails are queued, if the configuration has a server for them. A way back in must not hang on that.
fn mail(file: Option<&Path>) -> Mail {
    let configured = config::mail_only(file).map_err(anyhow::Error::from);
    configured.and_then(|config| Mail::new(config.as_ref())).unwrap_or_else(|error| {
        log::say(&format!("No mail will tell them: {error:#}"));
        Mail::none()
    })
}

fn tell(outcome: &Outcome, news: &str) {
    let email = &outcome.email;
    if outcome.changed {
        say!("{email} {news}.");
    } else {
        say!("{email} is as you say already. Nothing was changed.");
    }
    if outcome.told {
        say!("A mail tells them.");
    }
}

fn tell_promotion(outcome: &Outcome, role: Role) {
    let let_in = if outcome.was_locked_out { ", and no longer left out by the access rules" } else { "" };
    tell(outcome, &format!("is {} now{let_in}", role.name()));
}

fn tell_deactivation(outcome: &Outcome) {
    let ended = counted(outcome.sessions_ended, "session");
    tell(outcome, &format!("can't sign in any more. {ended} ended"));
}

fn tell_reactivation(outcome: &Outcome) {
    tell(outcome, "can sign in again");
    warn_of_lock_out(outcome.was_locked_out, &outcome.email);
}

fn warn_of_lock_out(is_locked_out: bool, email: &str) {
    if is_locked_out {
        log::say(&format!(
            "The access rules leave {email} out. `gatehouse user promote {email} --role member` lets them in again, \
             `gatehouse access reset` everybody."
        ));
    }
}

async fn make_link(file: Option<&Path>, email: &EmailAddress) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    super::start_log(&config.log)?;
    let db = super::open(&config.database_url).await?;
    let made = link::make(&db, &db.clock().await?, &config, email).await;
    db.close().await;
    let made = made?;
    say!("{}", made.address);
    let minutes = link::LIFETIME.num_minutes();
    log::say(&format!("It signs in {}: once, within {minutes} minutes.", made.email));
    warn_of_lock_out(made.is_locked_out, &made.email);
    Ok(())
}

/// Writes the list as it is read; somebody who has seen enough, such as `head`, ends it.
async fn list(db: &Db, options: &ListOptions) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut after = String::new();
    loop {
        let accounts = shell::accounts(db, options.role, &after).await?;
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
