//! `gatehouse doctor`: what this installation needs, each tried, a line each with its cure.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;
use secrecy::ExposeSecret;

use crate::access::{Db, Fault};
use crate::address::EmailAddress;
use crate::clock::Clock;
use crate::config::{self, Config, MailConfig};
use crate::mail::{Delivery, Trouble, letter, message};
use crate::sign_in::Providers;
use crate::vault::Keyring;
use crate::vault::survey::{survey, values};
use crate::{app, instance, random};

/// How long a provider may take to tell the time.
const PATIENCE: Duration = Duration::from_secs(5);
/// As far as the clock may be off: ID tokens are believed for so long before and after (X36).
const TOLERANCE: i64 = 30;

#[derive(Args)]
pub struct Options {
    /// Send a test mail to this address, too.
    #[arg(long, value_name = "ADDRESS", value_parser = super::email)]
    mail: Option<EmailAddress>,
}

/// What was tried, and how it went.
#[derive(Default)]
struct Report {
    tried: usize,
    failed: usize,
}

impl Report {
    fn good(&mut self, what: &str, sentence: impl std::fmt::Display) {
        self.tried += 1;
        say!("ok    {what:<14} {sentence}");
    }

    fn bad(&mut self, what: &str, sentence: impl std::fmt::Display) {
        self.tried += 1;
        self.failed += 1;
        say!("FAIL  {what:<14} {sentence}");
    }

    /// Nothing to try, which is no fault.
    fn none(what: &str, sentence: impl std::fmt::Display) {
        say!("--    {what:<14} {sentence}");
    }

    fn finish(self) -> anyhow::Result<()> {
        let Self { tried, failed } = self;
        if failed == 0 {
            return Ok(());
        }
        anyhow::bail!("{failed} of {tried} checks failed")
    }
}

pub async fn run(file: Option<&Path>, options: Options) -> anyhow::Result<()> {
    let mut report = Report::default();
    match Config::load(file) {
        Ok(config) => examine(&mut report, &config, options.mail.as_ref()).await?,
        Err(error) => report.bad("configuration", error),
    }
    report.finish()
}

async fn examine(report: &mut Report, config: &Config, to: Option<&EmailAddress>) -> anyhow::Result<()> {
    super::start_log(&config.log)?;
    report.good("configuration", format!("people reach this Gatehouse at {}", config.base_url.origin()));
    if let Some(db) = database(report, config).await {
        master_key(report, config, &db).await;
        db.close().await;
    }
    providers(report, config).await;
    mail(report, config, to).await;
    clock(report, config).await;
    Ok(())
}

/// The database, if it can be asked and has this binary's schema.
async fn database(report: &mut Report, config: &Config) -> Option<Db> {
    let url = config.database_url.expose_secret();
    // An SQLite file is not made here: it would hide that the path is wrong.
    if let Some(path) = config::sqlite_path(url).filter(|path| !path.exists()) {
        let path = path.display();
        let cure = "run `gatehouse migrate up`, or check GATEHOUSE_DATABASE_URL";
        report.bad("database", format!("there is none at {path} yet: {cure}"));
        return None;
    }
    let db = app::connect(url).await.inspect_err(|error| report.bad("database", error)).ok()?;
    match newest_step(&db).await {
        Ok(newest) => match is_sound(&db).await {
            Ok(()) => {
                let sentence = format!("takes changes, and its schema is current ({newest})");
                report.good("database", sentence);
            }
            Err(fault) => report.bad("database", fault),
        },
        Err(sentence) => {
            report.bad("database", sentence);
            db.close().await;
            return None;
        }
    }
    Some(db)
}

/// The newest step of a schema that is current.
async fn newest_step(db: &Db) -> Result<String, String> {
    let status = db.schema_status().await.map_err(|failure| db.fault_of(&failure).to_string())?;
    if let Some(refusal) = status.refusal() {
        return Err(refusal);
    }
    if !status.is_current() {
        let pending = status.pending.join(", ");
        return Err(format!("the schema lacks {pending}: run `gatehouse migrate up`"));
    }
    Ok(status.applied.last().cloned().unwrap_or_default())
}

/// Whether its file is whole, and what is written can be read back.
async fn is_sound(db: &Db) -> Result<(), Fault> {
    match db.damage().await {
        Ok(None) => {
            db.beat(&Clock::default()).await?;
            db.take_back_beat().await.map_err(|failure| db.fault_of(&failure))
        }
        Ok(Some(damage)) => Err(damage),
        Err(failure) => Err(db.fault_of(&failure)),
    }
}

async fn master_key(report: &mut Report, config: &Config, db: &Db) {
    match open_all(db, &config.master_key).await {
        Ok(0) => Report::none("master key", "nothing is sealed yet"),
        Ok(sealed) => {
            report.good("master key", format!("opens what this database has sealed: {}", values(sealed)));
        }
        Err(error) => report.bad("master key", error),
    }
}

/// As a start does, and every other value, too; how many there are.
async fn open_all(db: &Db, ring: &Keyring) -> anyhow::Result<u64> {
    instance::refuse_missing_keys(db, ring).await?;
    instance::opens(db, ring).await?;
    let columns = survey(db, ring).await?;
    let unreadable: usize = columns.iter().map(|found| found.unreadable.len()).sum();
    let sealed = columns.iter().flat_map(|found| found.by_key.values()).sum();
    anyhow::ensure!(
        unreadable == 0,
        "{unreadable} of {} can't be opened: run `gatehouse keys status`, which names them",
        values(sealed)
    );
    Ok(sealed)
}

async fn providers(report: &mut Report, config: &Config) {
    let providers = match Providers::new(config, &Clock::default()) {
        Ok(providers) => providers,
        Err(error) => return report.bad("providers", format!("{error:#}")),
    };
    for provider in providers.iter() {
        let what = format!("provider {}", provider.name);
        for finding in provider.test().await {
            if finding.good {
                report.good(&what, finding.sentence);
                continue;
            }
            let names_its_cure = finding.sentence.contains("GATEHOUSE_");
            let cure = format!(" Check GATEHOUSE_PROVIDERS__{}__…", provider.name.to_uppercase());
            report.bad(&what, finding.sentence + if names_its_cure { "" } else { &cure });
        }
    }
}

async fn mail(report: &mut Report, config: &Config, to: Option<&EmailAddress>) {
    let Some(mail) = &config.mail else {
        return match to {
            Some(_) => report.bad("mail", "is not set up: set GATEHOUSE_SMTP_URL and GATEHOUSE_MAIL_FROM"),
            None => Report::none("mail", "is not set up, so that people hand links on (GATEHOUSE_SMTP_URL)"),
        };
    };
    let server = format!("{}:{}", mail.smtp.host, mail.smtp.port);
    let cure = "Check GATEHOUSE_SMTP_URL, and that this machine may reach the server";
    match try_server(mail).await {
        Ok(()) => report.good("mail", format!("{server} lets us in")),
        Err(reason) => return report.bad("mail", format!("{server}: {reason}. {cure}")),
    }
    let Some(to) = to else { return };
    match send_test(config, mail, to).await {
        Ok(()) => report.good("test mail", format!("{server} has taken a mail to {to}")),
        Err(reason) => {
            let cure = "Check the address, and that the server lets us send as GATEHOUSE_MAIL_FROM";
            report.bad("test mail", format!("{server}: {reason}. {cure}"));
        }
    }
}

async fn try_server(mail: &MailConfig) -> Result<(), String> {
    let delivery = Delivery::new(&mail.smtp).map_err(|e| format!("{e:#}"))?;
    delivery.test().await
}

async fn send_test(config: &Config, mail: &MailConfig, to: &EmailAddress) -> Result<(), String> {
    let unwritten = |e: crate::error::Error| e.to_string();
    let composed = letter::test(&config.base_url, to).map_err(unwritten)?;
    let id = format!("<{}@{}>", random::id(), mail.from.email.domain());
    let message = message(&mail.from, to, &id, Clock::default().wall(), &composed).map_err(unwritten)?;
    let delivery = Delivery::new(&mail.smtp).map_err(|e| format!("{e:#}"))?;
    let sent = delivery.deliver(&message).await;
    delivery.close().await;
    sent.map_err(|trouble| match trouble {
        Trouble::Later(reason) | Trouble::Never(reason) => reason,
    })
}

/// Against the first provider that tells the time.
async fn clock(report: &mut Report, config: &Config) {
    for provider in &config.providers {
        let Some(theirs) = time_at(provider.issuer.as_str()).await else { continue };
        let (ours, label) = (Clock::default().wall(), &provider.label);
        let apart = (ours - theirs).num_seconds();
        let direction = if apart > 0 { "ahead of" } else { "behind" };
        if apart.abs() <= TOLERANCE {
            return report.good("clock", format!("agrees with {label}'s within {TOLERANCE} seconds"));
        }
        let apart = apart.abs();
        return report.bad("clock", format!("is {apart} seconds {direction} {label}'s: set it by NTP"));
    }
    Report::none("clock", "no provider told the time to compare it with");
}

/// What the `Date` header says (RFC 9110, section 6.6.1), whatever else the answer is.
async fn time_at(url: &str) -> Option<DateTime<Utc>> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
    let answer = client.build().ok()?.get(url).send().await.ok()?;
    let date = answer.headers().get("date")?.to_str().ok()?;
    DateTime::parse_from_rfc2822(date).ok().map(|at| at.to_utc())
}
