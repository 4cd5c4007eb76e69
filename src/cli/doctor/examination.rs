//! Everything that is tried, in its order.

use std::path::Path;

use clap::Args;

use super::address::addresses;
use super::certificates::certificates;
use super::clock::clock;
use super::database::database;
use super::mail::mail;
use super::providers::providers;
use super::proxies::proxies;
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
        Ok(config) => examine(&mut report, &config, options.mail.as_ref()).await,
        Err(error) => report.bad("configuration", error),
    }
    report.finish()
}

async fn examine(report: &mut Report, config: &Config, to: Option<&EmailAddress>) {
    if let Err(error) = crate::cli::opening::start_log(&config.log) {
        return report.bad("configuration", error);
    }
    report.good("configuration", format!("this Gatehouse's address is {}", config.base_url.origin()));
    config.passed_over.iter().for_each(|line| Report::none("configuration", line));
    if let Some(sentence) = config.instance.public_suffixes() {
        Report::none("domains", sentence);
    }
    certificates(report, config);
    addresses(report, config).await;
    proxies(report, config);
    database(report, config).await;
    providers(report, config).await;
    mail(report, config, to).await;
    clock(report, config).await;
}
