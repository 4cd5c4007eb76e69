//! The keys of the token's project, from the server.

use anyhow::{Context, bail};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::api_token::TokenText;
use crate::config::BaseUrl;
use crate::links::Site;
use crate::outbound::{Failure, TIMEOUT, body};

/// The largest answer that is read, in bytes: more than a thousand keys.
const LARGEST: usize = 4_000_000;

/// A key, and what is needed to use it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    pub provider: String,
    #[serde(rename = "key")]
    pub secret: SecretString,
    pub base_url: Option<String>,
}

#[derive(Deserialize)]
struct Keys {
    items: Vec<Key>,
}

/// What the server says of a refusal (RFC 9457).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: String,
    detail: String,
}

/// Fetches all keys that the token's project uses.
///
/// # Errors
/// When the server can't be reached, refuses, or can't read one of them.
pub async fn fetch(server: &BaseUrl, token: &TokenText) -> anyhow::Result<Vec<Key>> {
    let request = client(server)?.get(server.link(&Site.served_keys())).header(AUTHORIZATION, bearer(token)?);
    let (status, text) = answer(request).await.map_err(|error| not_reached(server, error))?;
    let Some(text) = text else { bail!("{} answered with more than keys: check --url", server.origin()) };
    if status != StatusCode::OK {
        let problem = serde_json::from_slice(&text).unwrap_or_default();
        bail!("{} Nothing was started.", refusal(server, status, &problem).trim_end());
    }
    // What serde says of an answer could hold a part of it.
    let keys = serde_json::from_slice::<Keys>(&text).ok();
    let unlike =
        || format!("{} doesn't answer like Gatehouse: check --url. Nothing was started.", server.origin());
    keys.map(|keys| keys.items).with_context(unlike)
}

fn client(server: &BaseUrl) -> reqwest::Result<Client> {
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .user_agent(concat!("gatehouse/", env!("CARGO_PKG_VERSION")));
    if server.is_https() {
        return client.build();
    }
    // A proxy would carry the token off this machine, unencrypted; and no one shows a certificate.
    client.no_proxy().tls_built_in_root_certs(false).build()
}

fn bearer(token: &TokenText) -> anyhow::Result<HeaderValue> {
    let text = Zeroizing::new(format!("Bearer {}", token.expose()));
    let mut value =
        HeaderValue::from_str(&text).map_err(|_| anyhow::anyhow!("the token can't be sent as a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The status, and the body unless it is too large.
async fn answer(
    request: reqwest::RequestBuilder,
) -> reqwest::Result<(StatusCode, Option<Zeroizing<Vec<u8>>>)> {
    let mut answer = request.send().await?;
    Ok((answer.status(), body(&mut answer, LARGEST).await?.map(Zeroizing::new)))
}

fn not_reached(server: &BaseUrl, error: reqwest::Error) -> anyhow::Error {
    anyhow::anyhow!("{} Nothing was started.", Failure::from(error).sentence(server.url()))
}

fn refusal(server: &BaseUrl, status: StatusCode, problem: &Problem) -> String {
    match (status.as_u16(), problem.code.as_str()) {
        (401, _) => "The token doesn't work: it was revoked or replaced, has expired, or belongs to another \
            Gatehouse. Create a new one on the project's page."
            .to_owned(),
        (403, "insufficient_scope") => {
            "The token can't fetch keys: that takes a project's token with the scope keys:resolve.".to_owned()
        }
        (409, "key_unreadable") => format!("{} Replace it on the LLM keys page.", plain(&problem.detail)),
        (300..=399, _) => format!("{} answered with a redirect: check --url.", server.origin()),
        (code, _) => format!("{} answered HTTP {code}. {}", server.origin(), plain(&problem.detail)),
    }
}

/// Without what a terminal would act on.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, problem: &str) -> String {
        let server = BaseUrl::parse("https://gate.acme.test").expect("an address");
        let problem = serde_json::from_str(problem).unwrap_or_default();
        refusal(&server, StatusCode::from_u16(status).expect("a status"), &problem)
    }

    #[test]
    fn each_refusal_is_a_sentence_with_a_cure() {
        let unreadable = r#"{"code": "key_unreadable", "detail": "This key can't be decrypted: OpenAI."}"#;
        for (status, problem, expected) in [
            (401, r#"{"code": "unauthenticated"}"#, "Create a new one"),
            (403, r#"{"code": "insufficient_scope"}"#, "the scope keys:resolve"),
            (409, unreadable, "can't be decrypted: OpenAI. Replace it on the LLM keys page."),
            (302, "", "https://gate.acme.test answered with a redirect: check --url."),
            (
                503,
                r#"{"detail": "Not now.\u001b[2J"}"#,
                "https://gate.acme.test answered HTTP 503. Not now.[2J",
            ),
            (502, "<html>", "https://gate.acme.test answered HTTP 502."),
            (409, "[1]", "https://gate.acme.test answered HTTP 409."),
        ] {
            let said = said(status, problem);
            assert!(said.contains(expected), "{said}");
        }
    }

    #[test]
    fn a_key_and_a_token_print_nothing_of_themselves() {
        let token = TokenText::generate().expect("a token");
        let header = format!("{:?}", bearer(&token).expect("a header"));
        assert!(!header.contains("gh_"), "{header}");
        let keys: Keys =
            serde_json::from_str(r#"{"items": [{"provider": "openai", "key": "sk-CANARY"}]}"#).expect("keys");
        assert!(!format!("{:?}", keys.items[0].secret).contains("CANARY"));
    }
}
