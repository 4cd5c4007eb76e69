//! This machine's clock, compared with a provider's.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::report::Report;
use crate::clock::Clock;
use crate::config::Config;

/// How long a provider may take to tell the time.
const PATIENCE: Duration = Duration::from_secs(5);
/// As far as the clock may be off: ID tokens are believed for so long before and after (X36).
const TOLERANCE: i64 = 30;

/// Against the first provider that tells the time.
pub(super) async fn clock(report: &mut Report, config: &Config) {
    for provider in &config.providers {
        let Some(theirs) = time_at(provider.issuer.as_str()).await else { continue };
        let (ours, label) = (Clock::default().wall(), &provider.label);
        let apart = (ours - theirs).num_seconds();
        let direction = if apart > 0 { "ahead of" } else { "behind" };
        if apart.abs() <= TOLERANCE {
            return report.good("clock", format!("matches {label}'s within {TOLERANCE} seconds"));
        }
        let apart = apart.abs();
        return report
            .bad("clock", format!("is {apart} seconds {direction} {label}'s. Synchronize it with NTP"));
    }
    Report::none("clock", "no provider sent a time to compare with");
}

/// What the `Date` header says (RFC 9110, section 6.6.1), whatever else the answer is.
async fn time_at(url: &str) -> Option<DateTime<Utc>> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
    let answer = client.build().ok()?.get(url).send().await.ok()?;
    let date = answer.headers().get("date")?.to_str().ok()?;
    DateTime::parse_from_rfc2822(date).ok().map(|at| at.to_utc())
}
