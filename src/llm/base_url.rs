//! Where an API is, as people paste it: often the whole address of one of its endpoints.

use url::Url;

use super::known_provider::KnownProvider;
use super::provider::LlmProvider;

/// What the paths of endpoints begin with, behind the version.
const FIRST: [&str; 24] = [
    "assistants",
    "async",
    "audio",
    "batches",
    "chat",
    "complete",
    "completions",
    "embed",
    "embeddings",
    "files",
    "fim",
    "fine_tuning",
    "generate",
    "images",
    "messages",
    "models",
    "moderations",
    "realtime",
    "rerank",
    "responses",
    "tasks",
    "threads",
    "uploads",
    "vector_stores",
];
/// Endpoints that are known without a version before them, the longest first.
const LAST: [&[&str]; 8] = [
    &["async", "chat", "completions"],
    &["chat", "completions"],
    &["completions"],
    &["embeddings"],
    &["messages"],
    &["models"],
    &["rerank"],
    &["responses"],
];

/// The address of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// Without credentials, query and fragment, without the path of an endpoint, and without a slash at the end.
    pub url: Url,
    /// Whether more was pasted than that.
    pub is_cut: bool,
}

/// A pasted text without what may be a secret in it, for a form that comes back: name and password, query and fragment.
/// Read by eye, for it may be no address at all.
pub fn without_secrets(pasted: &str) -> String {
    let (scheme, rest) = pasted.split_once("//").map_or(("", pasted), |(scheme, rest)| (scheme, rest));
    let slashes = if rest.len() < pasted.len() { "//" } else { "" };
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let end = place.find(['?', '#']).unwrap_or(place.len());
    format!("{scheme}{slashes}{}", &place[..end])
}

impl LlmProvider {
    /// The address of its API, from what was pasted: of a known provider without the version, which its requests add.
    ///
    /// # Errors
    /// A sentence, when it isn't an address of a server.
    pub fn base_url(&self, pasted: &str) -> Result<BaseUrl, &'static str> {
        match self.known() {
            Some(known) => known.base_url(pasted),
            None => read(pasted),
        }
    }
}

impl KnownProvider {
    /// As [`LlmProvider::base_url`].
    ///
    /// # Errors
    /// As there.
    pub fn base_url(&self, pasted: &str) -> Result<BaseUrl, &'static str> {
        let BaseUrl { mut url, is_cut } = read(pasted)?;
        let mut segments = segments(&url);
        let version = self.probe.version.trim_start_matches('/');
        let at = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case(version));
        match at {
            Some(at) if segments.get(at + 1).is_none_or(|behind| is_behind_version(behind)) => {
                segments.truncate(at);
            }
            _ if segments.last().is_some_and(|last| is_version(last)) => drop(segments.pop()),
            _ => {}
        }
        set_path(&mut url, &segments);
        Ok(BaseUrl { url, is_cut })
    }
}

/// The address without what belongs to one of its endpoints. Whether it may be reached is not asked here.
fn read(pasted: &str) -> Result<BaseUrl, &'static str> {
    let mut url =
        Url::parse(pasted.trim()).map_err(|_| "Use an address such as https://llm.example.com/v1.")?;
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Err("Use an address that begins with https://.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave name and password out of the address. The key goes into its own field.");
    }
    let all = segments(&url);
    let base = without_endpoint(&all);
    let is_cut = base.len() < all.len() || url.query().is_some() || url.fragment().is_some();
    set_path(&mut url, base);
    url.set_query(None);
    url.set_fragment(None);
    Ok(BaseUrl { url, is_cut })
}

fn set_path(url: &mut Url, segments: &[String]) {
    url.set_path(&segments.join("/"));
}

fn segments(url: &Url) -> Vec<String> {
    url.path().split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

/// What the address of an API never has behind its version: endpoints, Azure's deployments and its own version, and what
/// speaks OpenAI's language at Google.
fn is_behind_version(segment: &str) -> bool {
    is_first(segment) || ["deployments", "openai", "v1"].iter().any(|word| segment.eq_ignore_ascii_case(word))
}

fn is_first(segment: &str) -> bool {
    FIRST.iter().any(|word| segment.eq_ignore_ascii_case(word))
}

fn without_endpoint(all: &[String]) -> &[String] {
    let is = |segment: &String, word: &str| segment.eq_ignore_ascii_case(word);
    let behind_version = all.windows(2).rposition(|pair| is_version(&pair[0]) && is_first(&pair[1]));
    if let Some(at) = behind_version {
        return &all[..=at];
    }
    let ends = |end: &&&[&str]| {
        let start = all.len().checked_sub(end.len());
        start.is_some_and(|start| all[start..].iter().zip(**end).all(|(segment, word)| is(segment, word)))
    };
    LAST.iter().find(ends).map_or(all, |end| &all[..all.len() - end.len()])
}

/// `v1`, `v1beta`, `v2`.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix(['v', 'V']);
    number.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(id: &str, pasted: &str) -> (String, bool) {
        let provider = LlmProvider::parse(id).expect("a provider");
        let base = provider.base_url(pasted).unwrap_or_else(|sentence| panic!("{pasted}: {sentence}"));
        (base.url.to_string(), base.is_cut)
    }

    /// What was pasted, what is left of it, and whether that is told.
    const OF_ONES_OWN: &[(&str, &str, bool)] = &[
        ("https://h.test/v1", "https://h.test/v1", false),
        (" https://h.test/v1\n", "https://h.test/v1", false),
        ("https://h.test/v1/", "https://h.test/v1", false),
        ("https://h.test//v1//", "https://h.test/v1", false),
        ("https://h.test", "https://h.test/", false),
        ("https://h.test/api/v3", "https://h.test/api/v3", false),
        ("https://h.test/v1/chat/completions", "https://h.test/v1", true),
        ("https://h.test/v1/chat/completions/", "https://h.test/v1", true),
        ("https://h.test/V1/Chat/Completions", "https://h.test/V1", true),
        ("https://h.test/v1/completions", "https://h.test/v1", true),
        ("https://h.test/v1/models", "https://h.test/v1", true),
        ("https://h.test/v1/models/gpt-4o", "https://h.test/v1", true),
        ("https://h.test/v1/messages", "https://h.test/v1", true),
        ("https://h.test/v1/messages/count_tokens", "https://h.test/v1", true),
        ("https://h.test/v1/responses", "https://h.test/v1", true),
        ("https://h.test/v1/embeddings", "https://h.test/v1", true),
        ("https://h.test/v1/audio/speech", "https://h.test/v1", true),
        ("https://h.test/v1?api-version=2", "https://h.test/v1", true),
        ("https://h.test/v1/chat/completions?key=CANARY#x", "https://h.test/v1", true),
        ("https://h.test/v1#top", "https://h.test/v1", true),
        ("https://h.test/chat/completions", "https://h.test/", true),
        ("https://h.test/models", "https://h.test/", true),
        ("https://h.test:8443/llm/v1/responses", "https://h.test:8443/llm/v1", true),
        ("http://127.0.0.1:11434/v1/chat/completions", "http://127.0.0.1:11434/v1", true),
        ("http://[::1]:8000/v1/models", "http://[::1]:8000/v1", true),
        ("https://h.test/v1beta/openai/chat/completions", "https://h.test/v1beta/openai", true),
        ("https://h.test/models/meta/llama/v1/chat/completions", "https://h.test/models/meta/llama/v1", true),
        ("https://h.test/chat", "https://h.test/chat", false),
        ("https://h.test/models/llama", "https://h.test/models/llama", false),
    ];

    #[test]
    fn of_an_endpoint_of_ones_own_server_the_base_is_taken() {
        for (pasted, expected, is_cut) in OF_ONES_OWN {
            assert_eq!(base("custom-mine", pasted), ((*expected).to_owned(), *is_cut), "{pasted}");
            assert_eq!(base("custom-mine", expected), ((*expected).to_owned(), false), "once is enough");
        }
    }

    #[test]
    fn of_a_known_provider_the_version_goes_too() {
        for (id, pasted, expected) in [
            ("openai", "https://h.test/x/v1", "https://h.test/x"),
            ("openai", "https://h.test/x", "https://h.test/x"),
            ("openai", "https://h.test/v1/chat/completions", "https://h.test/"),
            ("openai", "https://h.test/v1/acme/gateway/openai", "https://h.test/v1/acme/gateway/openai"),
            ("anthropic", "https://h.test/v1/messages?beta=true", "https://h.test/"),
            ("google", "https://h.test/v1beta/models/gemini-pro:generateContent", "https://h.test/"),
            ("google", "https://h.test/v1beta/openai/", "https://h.test/"),
            ("cohere", "https://h.test/v2/chat", "https://h.test/"),
            ("groq", "https://h.test/openai/v1/chat/completions", "https://h.test/openai"),
            ("fireworks", "https://h.test/inference/v1", "https://h.test/inference"),
            ("openrouter", "https://h.test/api/v1/chat/completions", "https://h.test/api"),
            ("perplexity", "https://h.test/chat/completions", "https://h.test/"),
            ("azure-openai", "https://acme.test/openai/v1/", "https://acme.test/"),
            ("azure-openai", "https://acme.test/openai", "https://acme.test/"),
            ("azure-openai", "https://acme.test/openai/files", "https://acme.test/"),
            ("azure-openai", "https://acme.test/openai/models?api-version=2024-10-21", "https://acme.test/"),
            ("azure-openai", "https://acme.test/OpenAI/Files/file-1/content#x", "https://acme.test/"),
            ("azure-openai", "https://acme.test/openai/fine_tuning/jobs", "https://acme.test/"),
            (
                "azure-openai",
                "https://acme.test/openai/v1/responses?api-version=preview",
                "https://acme.test/",
            ),
            (
                "azure-openai",
                "https://acme.test/eu/openai/deployments/gpt/images/generations",
                "https://acme.test/eu",
            ),
            (
                "azure-openai",
                "https://acme.test/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
                "https://acme.test/",
            ),
        ] {
            assert_eq!(base(id, pasted).0, expected, "{id}: {pasted}");
            assert_eq!(base(id, expected), (expected.to_owned(), false), "{id}: once is enough");
        }
    }

    #[test]
    fn of_what_is_not_an_address_no_secret_comes_back() {
        for (pasted, expected) in [
            ("https://u:CANARY@h.test/v1", "https://h.test/v1"),
            ("https://CANARY@h.test", "https://h.test"),
            ("https://u:CAN@ARY@h.test/v1", "https://h.test/v1"),
            ("https://u:CAN/ARY@h.test/v1", "https://h.test/v1"),
            ("https://u:CAN?ARY#@h.test/v1?key=CANARY", "https://h.test/v1"),
            ("u:CANARY@h.test/v1", "h.test/v1"),
            ("u://CANARY//CANARY@h.test", "u://h.test"),
            ("h.test/v1?key=CANARY#CANARY", "h.test/v1"),
            ("ftp://h.test/x", "ftp://h.test/x"),
            ("h.test/v1", "h.test/v1"),
            ("", ""),
        ] {
            assert_eq!(without_secrets(pasted), expected, "{pasted}");
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused_in_a_sentence() {
        for pasted in
            ["", "h.test", "localhost:8000/v1", "ftp://h.test", "https://u:CANARY@h.test", "file:///etc"]
        {
            let sentence = read(pasted).expect_err(pasted);
            assert!(sentence.ends_with('.') && !sentence.contains("CANARY"), "{sentence}");
        }
    }
}
