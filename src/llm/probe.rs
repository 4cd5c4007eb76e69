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
    /// What a good key gets there.
    pub expected: Expected,
    /// Whether some servers answer this to everyone: then it's asked without a key, too.
    pub may_be_public: bool,
}

/// What an endpoint answers to a good key, and nothing in between would.
#[derive(Debug)]
pub enum Expected {
    /// Models, in a list of one of these names, each with this field; nameless, the list is the whole answer.
    Models { lists: &'static [&'static str], field: &'static str },
    /// With this status, JSON that has something there (RFC 6901).
    At { status: u16, pointer: &'static str },
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
    expected: Expected::Models { lists: &["data"], field: "id" },
    may_be_public: false,
};

/// What an OpenAI-compatible server of one's own is tried with; its address has the version in it.
pub const CUSTOM: Probe = Probe {
    version: "",
    expected: Expected::Models { lists: &["data", ""], field: "id" },
    may_be_public: true,
    ..MODELS
};
