//! Trying a key, and taking the time.

use std::time::Instant;

use super::answer::read;
use super::finding::{Finding, Verdict};
use super::request::{headers, target};
use crate::llm::Probe;
use crate::llm_keys::resolution::Usable;
use crate::outbound::{Failure, Outbound};

/// Tries the key of the provider that people call `label`.
pub async fn probe(outbound: &Outbound, probe: &Probe, label: &str, usable: &Usable) -> Finding {
    let begun = Instant::now();
    let Some(url) = usable.address.as_ref().and_then(|base| target(base, probe)) else {
        let sentence = format!("The address of {label} is not known: nothing was sent.");
        return Finding { verdict: Verdict::Unreachable, sentence, millis: 0 };
    };
    let answer = match headers(probe, usable) {
        Some(headers) => outbound.get(&url, headers).await,
        None => Err(Failure::Broken),
    };
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (verdict, sentence) = match answer {
        Ok(answer) => read(probe, label, &answer, millis),
        Err(failure) => (Verdict::Unreachable, failure.sentence(&url)),
    };
    Finding { verdict, sentence, millis }
}
