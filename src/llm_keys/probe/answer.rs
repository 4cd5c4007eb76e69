//! What an answer says of the key.

use serde::Deserialize;

use super::finding::Verdict;
use crate::llm::Probe;
use crate::outbound::Answer;

pub(super) fn read(probe: &Probe, label: &str, answer: &Answer, millis: u64) -> (Verdict, String) {
    let status = answer.status;
    match status {
        200..=299 => {
            let models = models(&answer.body).map(|count| format!("{count}, ")).unwrap_or_default();
            (Verdict::Valid, format!("Works: {models}{millis} ms."))
        }
        _ if probe.good.contains(&status) => (Verdict::Valid, format!("Works: {millis} ms.")),
        401 => rejected(label, status),
        _ if probe.bad.contains(&status) => rejected(label, status),
        403 => (Verdict::Refused, format!("{label} gives this key no permission (403).")),
        402 | 429 => (Verdict::Refused, format!("{label} says that credit or quota is used up ({status}).")),
        300..=399 => (
            Verdict::Unreachable,
            format!("{label} answered with a redirect ({status}), which is not followed. Check the address."),
        ),
        404 => (Verdict::Unreachable, format!("{label} has nothing there (404). Check the address.")),
        500..=599 => (Verdict::Unreachable, format!("{label} failed ({status}). Try again later.")),
        _ => (Verdict::Unreachable, format!("{label} answered with something unexpected ({status}).")),
    }
}

fn rejected(label: &str, status: u16) -> (Verdict, String) {
    (Verdict::Refused, format!("Rejected by {label} ({status}). Check whether the key was revoked."))
}

/// How many models the answer lists: `data` is what most call the list, `models` what the others do.
pub(super) fn models(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Listing {
        Data { data: Vec<serde::de::IgnoredAny> },
        Models { models: Vec<serde::de::IgnoredAny> },
        Bare(Vec<serde::de::IgnoredAny>),
    }
    let count = match serde_json::from_slice(body).ok()? {
        Listing::Data { data: list } | Listing::Models { models: list } | Listing::Bare(list) => list.len(),
    };
    Some(if count == 1 { "1 model".to_owned() } else { format!("{count} models") })
}
