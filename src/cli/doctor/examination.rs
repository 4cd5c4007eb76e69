//! Everything that is tried, in its order.

use std::path::Path;

use clap::Args;

use super::clock::clock;
use super::database::database;
use super::mail::mail;
use super::master_key::master_key;
use super::providers::providers;
use super::report::Report;
use crate::address::EmailAddress;
use crate::config::Config;

#[derive(Args)]
pub struct Options {
    /// Send a test mail to this address, too.
    #[arg(long, value_name = "ADDRESS", value_parser = crate::cli::arguments::email)]
    mail: Option<EmailAddress>,
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
    crate::cli::opening::start_log(&config.log)?;
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
