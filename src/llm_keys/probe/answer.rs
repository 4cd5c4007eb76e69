//! What an answer says of the key.

use serde_json::Value;

use super::body::Body;
use super::finding::Verdict;
use super::sign::Sign;
use crate::llm::{Expected, Probe};
use crate::outbound::Answer;

/// A verdict, and a sentence for people. Nothing of what was sent is in it: providers repeat the key.
type Meaning = (Verdict, String);

pub(super) fn read(probe: &Probe, label: &str, answer: &Answer, millis: u64) -> Meaning {
    let (status, body) = (answer.status, Body::read(&answer.body));
    if let Some(proof) = proof(&probe.expected, status, &body) {
        return proof.meaning(label, millis);
    }
    let status = body.status_inside().filter(|_| is_success(status)).unwrap_or(status);
    let (verdict, sentence) = sign(status, &body).map_or_else(|| untold(status, &body), told);
    // The name comes last: people choose it.
    (verdict, sentence.replace("{status}", &status.to_string()).replace("{label}", label))
}

/// Whether it is what a good key gets.
pub(super) fn is_proof(probe: &Probe, answer: &Answer) -> bool {
    proof(&probe.expected, answer.status, &Body::read(&answer.body)).is_some()
}

/// What only a good key gets.
enum Proof {
    /// So many models.
    Models(usize),
    Other,
}

impl Proof {
    fn meaning(&self, label: &str, millis: u64) -> Meaning {
        match self {
            Self::Models(0) => (
                Verdict::Restricted,
                format!("{label} accepts this key but lists no models. Check what the key can use."),
            ),
            Self::Models(1) => (Verdict::Valid, format!("Works: 1 model, {millis} ms.")),
            Self::Models(count) => (Verdict::Valid, format!("Works: {count} models, {millis} ms.")),
            Self::Other => (Verdict::Valid, format!("Works: {millis} ms.")),
        }
    }
}

fn proof(expected: &Expected, status: u16, body: &Body) -> Option<Proof> {
    let Body::Json(json) = body else { return None };
    match expected {
        Expected::Models { lists, field } if is_success(status) && !body.is_error() => {
            lists.iter().find_map(|list| count(json, list, field)).map(Proof::Models)
        }
        Expected::At { status: right, pointer } if status == *right => {
            let is_fine = !is_success(status) || !body.is_error();
            json.pointer(pointer).filter(|value| is_fine && !value.is_null()).map(|_| Proof::Other)
        }
        _ => None,
    }
}

/// How many models the list of this name has; none where there is no such list, or nothing of it is a model.
fn count(json: &Value, list: &str, field: &str) -> Option<usize> {
    let found = if list.is_empty() { json } else { json.get(list)? };
    // Ollama without models has no list, but says that it would be one.
    if found.is_null() && json.get("object").is_some_and(|kind| kind == "list") {
        return Some(0);
    }
    let items = found.as_array()?;
    let is_model = |item: &&Value| item.get(field).and_then(Value::as_str).is_some_and(|id| !id.is_empty());
    let models = items.iter().filter(is_model).count();
    (models > 0 || items.is_empty()).then_some(models)
}

/// What the provider says is wrong, by its words or by its status. A page comes from something in between; only that the
/// key is refused (401) and that there is too much to do is said in pages, too: by Perplexity, and by proxies.
fn sign(status: u16, body: &Body) -> Option<Sign> {
    match (status, body) {
        (300..=399, _) | (400 | 402 | 403, Body::Page) => None,
        _ if is_success(status) && !matches!(body, Body::Json(_)) => None,
        _ => Sign::of(&body.complaint())
            .filter(|sign| !sign.refuses_the_key() || !is_about_load(status))
            .or_else(|| Sign::of_status(status)),
    }
}

/// A verdict, and its sentence with places for the provider's name and the status.
fn told(sign: Sign) -> (Verdict, &'static str) {
    use Verdict::{Busy, Disabled, OutOfCredit, OutOfRegion, RateLimited, Refused, Restricted, Unexplained};
    match sign {
        Sign::BadKey => (Refused, "Rejected by {label} ({status}). Check whether the key was revoked."),
        Sign::ExpiredKey => (Refused, "Rejected by {label} ({status}). The key has expired."),
        Sign::LeakedKey => {
            (Refused, "Rejected by {label} ({status}). The key was reported as leaked. Create a new one.")
        }
        Sign::Permission => (
            Restricted,
            "{label} accepts this key but gives it no permission ({status}) to list models. It works for what it is \
             allowed.",
        ),
        Sign::Forbidden => (
            Unexplained,
            "{label} refused without saying why ({status}). We don’t know whether the key works.",
        ),
        Sign::Network => (
            Restricted,
            "{label} accepts this key only from certain networks, websites or apps ({status}). It can't be tested from \
             here.",
        ),
        Sign::Region => (
            OutOfRegion,
            "{label} doesn't serve the region or network of this server ({status}). The key wasn't tested.",
        ),
        Sign::Account => {
            (Disabled, "The {label} account or organization of this key is disabled ({status}).")
        }
        Sign::Service => (Disabled, "The API isn't enabled for this {label} key or its project ({status})."),
        Sign::Credit => (OutOfCredit, "{label} says that credit or quota is used up ({status})."),
        Sign::Rate => (RateLimited, "{label} is limiting the rate of requests ({status}). Try again later."),
        Sign::Load => (Busy, "{label} is overloaded ({status}). Try again later."),
    }
}

/// The same of an answer that says nothing of the key.
fn untold(status: u16, body: &Body) -> (Verdict, &'static str) {
    use Verdict::{Busy, Unreachable, Unrecognized};
    match (status, body) {
        (300..=399, _) => (
            Unreachable,
            "{label} answered with a redirect ({status}), which is not followed. Check the address.",
        ),
        (407 | 511, _) => (
            Unreachable,
            "Something between this server and {label} asks for a sign-in ({status}). Nothing was tested.",
        ),
        (404, _) => (Unreachable, "{label} says that this address doesn't exist ({status}). Check it."),
        (408 | 500..=599, _) => (Busy, "{label} failed ({status}). Try again later."),
        (_, Body::Page) => (
            Unrecognized,
            "A web page came back ({status}), not an answer from {label}. Check the address and any proxy.",
        ),
        (200..=299, Body::Nothing) => {
            (Unrecognized, "{label} answered with nothing ({status}). Check the address.")
        }
        (200..=299, _) if body.is_error() => {
            (Unrecognized, "{label} answered with an error inside ({status}). The key wasn't tested.")
        }
        (200..=299, _) => (
            Unrecognized,
            "{label} didn't answer as its API does ({status}). Check the address and any proxy.",
        ),
        _ => (Unrecognized, "{label} answered with something unexpected ({status})."),
    }
}

/// Who has too much to do, or wants money, refuses no key, whatever the text.
fn is_about_load(status: u16) -> bool {
    matches!(status, 402 | 408 | 429 | 500..=599)
}

fn is_success(status: u16) -> bool {
    (200..=299).contains(&status)
}
