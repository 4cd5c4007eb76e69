//! The request by which a key is tried.

/// One cheap, authenticated request that spends nothing (rule 4.5): a GET.
#[derive(Debug)]
pub struct Probe {
    /// What every path of the API begins with.
    pub version: &'static str,
    pub path: &'static str,
    pub authentication: Authentication,
    /// Other headers that the API wants.
    pub headers: &'static [(&'static str, &'static str)],
    /// Answers beside 2xx that only a good key gets.
    pub good: &'static [u16],
    /// Answers beside 401 by which it refuses a bad key.
    pub bad: &'static [u16],
}

/// How a request shows its key.
#[derive(Clone, Copy, Debug)]
pub enum Authentication {
    /// RFC 6750.
    Bearer,
    /// A header of the provider's own.
    Header(&'static str),
}

/// Lists models, with a bearer token, under `/v1`: what most of them do.
pub(super) const MODELS: Probe = Probe {
    version: "/v1",
    path: "/models",
    authentication: Authentication::Bearer,
    headers: &[],
    good: &[],
    bad: &[],
};

/// What an OpenAI-compatible server of one's own is tried with; its address has the version in it.
pub const CUSTOM: Probe = Probe { version: "", ..MODELS };
