//! Trying a key, and taking the time.

use std::time::Instant;

use tokio::join;
use url::Url;

use super::answer::{is_proof, read};
use super::finding::{Finding, Verdict};
use super::request::{headers, target};
use crate::llm::{ApiKey, Probe};
use crate::llm_keys::resolution::Usable;
use crate::outbound::{Answer, Failure, Outbound};

/// Tries the key of the provider that people call `label`.
pub async fn probe(outbound: &Outbound, probe: &Probe, label: &str, usable: &Usable) -> Finding {
    let begun = Instant::now();
    let Some(url) = usable.address.as_ref().map(|base| target(base, probe)) else {
        let sentence = format!("The address of {label} is unknown: nothing was sent.");
        return Finding { verdict: Verdict::Unreachable, sentence, millis: 0 };
    };
    let (answer, is_public) =
        join!(ask(outbound, probe, &url, Some(&usable.key)), is_public(outbound, probe, &url));
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (verdict, sentence) = match answer {
        Ok(answer) if is_public && is_proof(probe, &answer) => (
            Verdict::Unchecked,
            format!(
                "{label} answers in {millis} ms, but lists its models without a key, too. The key wasn't tested."
            ),
        ),
        Ok(answer) => read(probe, label, &answer, millis),
        Err(failure) => (Verdict::Unreachable, failure.sentence(&url)),
    };
    Finding { verdict, sentence, millis }
}

async fn ask(outbound: &Outbound, probe: &Probe, url: &Url, key: Option<&ApiKey>) -> Result<Answer, Failure> {
    let headers = headers(probe, key).ok_or(Failure::Broken)?;
    outbound.get(url, headers).await
}

/// Whether a good key's answer is had without one.
async fn is_public(outbound: &Outbound, probe: &Probe, url: &Url) -> bool {
    probe.may_be_public && ask(outbound, probe, url, None).await.is_ok_and(|answer| is_proof(probe, &answer))
}
