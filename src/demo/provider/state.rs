//! What the provider remembers: what clients asked for, and who someone said to be.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use actix_web::HttpRequest;
use data_encoding::BASE64;
use openidconnect::IssuerUrl;

use super::client::Client;
use super::signing_key::SigningKey;

/// As many requests, codes and tokens as are remembered; then all are forgotten.
const MOST_REMEMBERED: usize = 10_000;

pub(super) struct State {
    pub(super) issuer: IssuerUrl,
    pub(super) client: Client,
    pub(super) key: SigningKey,
    pub(super) memory: Mutex<Memory>,
}

#[derive(Default)]
pub(super) struct Memory {
    pub(super) requests: HashMap<String, Request>,
    pub(super) codes: HashMap<String, Grant>,
    pub(super) tokens: HashMap<String, Claimed>,
}

/// What a client asked for.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) challenge: String,
}

/// What a code stands for.
pub(super) struct Grant {
    pub(super) request: Request,
    pub(super) claimed: Claimed,
    pub(super) made: Instant,
}

/// What someone said of themselves.
#[derive(Clone)]
pub(super) struct Claimed {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) verified: bool,
}

impl State {
    pub(super) fn remember(&self) -> MutexGuard<'_, Memory> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.requests.len() + memory.codes.len() + memory.tokens.len() > MOST_REMEMBERED {
            *memory = Memory::default();
        }
        memory
    }

    /// HTTP Basic, as RFC 6749, section 2.3.1 has it.
    pub(super) fn is_client(&self, request: &HttpRequest) -> bool {
        let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let credentials = header.and_then(|value| value.strip_prefix("Basic "));
        let decoded = credentials.and_then(|text| BASE64.decode(text.as_bytes()).ok());
        decoded.is_some_and(|bytes| bytes == format!("{}:{}", self.client.id, self.client.secret).as_bytes())
    }
}
