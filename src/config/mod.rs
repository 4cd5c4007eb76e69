//! Environment and file, once, into a typed [`Config`]. Whatever is missing, unknown or malformed is said in
//! one line that names the variable and the cure.

mod llm;
mod mail;
mod source;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use crate::address::{Domain, EmailAddress};
use crate::gate::InstanceLists;
use crate::outbound::HostPort;
use crate::vault::Keyring;
use source::Source;
pub use source::environment;

pub use llm::LlmConfig;
pub use mail::{Login, MailConfig, Security, SmtpServer};

/// Everything that an operator decides.
pub struct Config {
    /// The only source of links.
    pub base_url: BaseUrl,
    pub bind: SocketAddr,
    pub database_url: SecretString,
    pub master_key: Keyring,
    pub providers: Vec<ProviderConfig>,
    pub instance: InstanceLists,
    /// How mail goes out; without it people hand links on themselves.
    pub mail: Option<MailConfig>,
    /// What the environment knows of LLM providers.
    pub llm: LlmConfig,
    /// What requests may be sent to although it is private, or speaks no TLS.
    pub outbound_allow: Vec<HostPort>,
    /// Who may be the first owner (rule 1.4).
    pub owner_email: Option<EmailAddress>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where Prometheus may read metrics.
    pub metrics_bind: Option<SocketAddr>,
    pub log: LogConfig,
}

/// How to log; readable before the rest, because the rest may fail.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// `tracing` filter directives.
    pub filter: String,
    pub json: bool,
}

/// An identity provider that people sign in with.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// The `{provider}` of the addresses.
    pub name: String,
    pub label: String,
    pub kind: ProviderKind,
    /// The namespace of its subjects; for GitHub, which is no OpenID provider, where its pages are.
    pub issuer: Url,
    pub client_id: String,
    pub client_secret: SecretString,
}

/// What sort of provider it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    Google,
    Microsoft,
    GitHub {
        /// Where its REST API is.
        api: Url,
    },
    GitLab,
    Oidc,
}

impl ProviderKind {
    /// As the configuration spells it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::GitHub { .. } => "github",
            Self::GitLab => "gitlab",
            Self::Oidc => "oidc",
        }
    }
}

/// Where people reach this installation: scheme, host, port and no path.
#[derive(Clone, Debug)]
pub struct BaseUrl(Url);

/// A setting that is missing, unknown or malformed. The process ends with code 78 (`EX_CONFIG`).
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    pub variable: String,
    pub problem: String,
}

type Result<T> = std::result::Result<T, ConfigError>;

impl Config {
    /// Reads the environment and, if there is one, the file. The environment wins.
    ///
    /// # Errors
    /// When a setting is missing, unknown or malformed.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        Self::read(Source::load(file, environment()?)?)
    }

    /// Reads settings given as `NAME`, `value`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_pairs<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Result<Self> {
        Self::read(Source::load(None, pairs)?)
    }

    fn read(mut source: Source) -> Result<Self> {
        let log = log_config(&mut source)?;
        let database_url = database_url(&mut source)?;
        let base_url = source.parsed("BASE_URL", "http://localhost:8080", BaseUrl::parse)?;
        refuse_multi_tenancy(&mut source)?;
        let config = Self {
            bind: source.parsed("BIND", "127.0.0.1:8080", socket_address)?,
            database_url,
            master_key: master_key(&mut source)?,
            providers: providers(&mut source)?,
            mail: mail::read(&mut source)?,
            llm: llm::read(&mut source)?,
            outbound_allow: source.list("OUTBOUND_ALLOW", HostPort::parse)?,
            instance: instance_lists(&mut source)?,
            owner_email: source
                .optional("OWNER_EMAIL", |text| EmailAddress::parse(text).map_err(sentence))?,
            trusted_proxies: source.list("TRUSTED_PROXIES", network)?,
            metrics_bind: source.optional("METRICS_BIND", socket_address)?,
            base_url,
            log,
        };
        source.refuse_leftovers()?;
        Ok(config)
    }
}

impl BaseUrl {
    /// Parses `https://host` or `http://host:port`.
    ///
    /// # Errors
    /// When it is not http(s), or has a path, a query, a fragment or credentials.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let url = Url::parse(text).map_err(|e| e.to_string())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare || !anonymous || url.host().is_none() {
            return Err(
                "must be a scheme, a host and perhaps a port, such as https://gatehouse.example.com".into()
            );
        }
        Ok(Self(url))
    }

    /// The address itself.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The full address of a local path that begins with `/`.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// Scheme, host and port, as browsers send it in `Origin`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether browsers reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// Whether a URL's host is this machine by name or number.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// The database alone, for commands that need nothing else.
///
/// # Errors
/// When the setting can't be read.
pub fn database_only(file: Option<&Path>) -> Result<(SecretString, LogConfig)> {
    let mut source = Source::load(file, environment()?)?;
    Ok((database_url(&mut source)?, log_config(&mut source)?))
}

/// How mail goes out, for commands that need little else.
///
/// # Errors
/// When the settings can't be read.
pub fn mail_only(file: Option<&Path>) -> Result<Option<MailConfig>> {
    mail::read(&mut Source::load(file, environment()?)?)
}

/// Names of the providers, and the instance's lists: who can come in, for commands that need little else.
///
/// # Errors
/// When the settings can't be read, or name no provider.
pub fn entrance_only(file: Option<&Path>) -> Result<(Vec<String>, InstanceLists)> {
    let mut source = Source::load(file, environment()?)?;
    let providers = source.groups("PROVIDERS");
    if providers.is_empty() {
        return Err(problem("PROVIDERS__<NAME>__KIND", "is missing: give this shell the server's settings"));
    }
    Ok((providers, instance_lists(&mut source)?))
}

fn instance_lists(source: &mut Source) -> Result<InstanceLists> {
    let domain = |text: &str| Domain::parse(text).map_err(sentence);
    let email = |text: &str| EmailAddress::parse(text).map_err(sentence);
    Ok(InstanceLists {
        allowed_domains: source.list("ALLOWED_DOMAINS", domain)?,
        blocked_domains: source.list("BLOCKED_DOMAINS", domain)?,
        allowed_emails: source.list("ALLOWED_EMAILS", email)?,
        blocked_emails: source.list("BLOCKED_EMAILS", email)?,
    })
}

fn database_url(source: &mut Source) -> Result<SecretString> {
    let url = source.secret("DATABASE_URL")?.unwrap_or_else(|| "sqlite://data/gatehouse.db".to_owned());
    if ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Ok(SecretString::from(url));
    }
    Err(problem("DATABASE_URL", "must begin with sqlite:// or postgres://"))
}

fn log_config(source: &mut Source) -> Result<LogConfig> {
    let filter = source.parsed("LOG", "info", |text| Ok(text.to_owned()))?;
    let json = source.parsed("LOG_FORMAT", "text", |text| match text {
        "text" => Ok(false),
        "json" => Ok(true),
        _ => Err("must be text or json".to_owned()),
    })?;
    Ok(LogConfig { filter, json })
}

fn master_key(source: &mut Source) -> Result<Keyring> {
    let Some(text) = source.secret("MASTER_KEY")? else {
        return Err(problem(
            "MASTER_KEY",
            "is missing. Make one with `echo \"k1:$(openssl rand -base64 32)\"` and keep it safe",
        ));
    };
    Keyring::parse(&SecretString::from(text)).map_err(|e| problem("MASTER_KEY", &e.to_string()))
}

/// One organization is what this version serves; a setting that promises more must not pass silently.
fn refuse_multi_tenancy(source: &mut Source) -> Result<()> {
    source.parsed("TENANCY", "single", |text| match text {
        "single" => Ok(()),
        "multi" => Err("`multi` is not available in this version; leave it out or set `single`".to_owned()),
        _ => Err("must be `single`".to_owned()),
    })?;
    let creators = source.list("ORG_CREATORS", |text| Ok(text.to_owned()))?;
    if creators.is_empty() {
        return Ok(());
    }
    Err(problem("ORG_CREATORS", "has no meaning while GATEHOUSE_TENANCY is single; leave it out"))
}

fn providers(source: &mut Source) -> Result<Vec<ProviderConfig>> {
    let providers: Vec<_> =
        source.groups("PROVIDERS").into_iter().map(|name| provider(source, name)).collect::<Result<_>>()?;
    if providers.is_empty() {
        return Err(problem(
            "PROVIDERS__<NAME>__KIND",
            "is missing: nobody could sign in. Set GATEHOUSE_PROVIDERS__GOOGLE__KIND=google, …__CLIENT_ID and \
             …__CLIENT_SECRET, or another KIND (microsoft, github, gitlab; oidc with …__ISSUER); or try `gatehouse demo`, which needs nothing",
        ));
    }
    Ok(providers)
}

fn provider(source: &mut Source, name: String) -> Result<ProviderConfig> {
    let prefix = format!("PROVIDERS__{}", name.to_uppercase());
    let field = |field: &str| format!("{prefix}__{field}");
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(problem(&field("KIND"), "the provider's name may have letters, digits and `-` only"));
    }
    let (kind, issuer) = kind_and_issuer(source, &field)?;
    let client_secret = source.secret(&field("CLIENT_SECRET"))?;
    let client_secret = client_secret.ok_or_else(|| problem(&field("CLIENT_SECRET"), "is missing"))?;
    let label = source.optional(&field("LABEL"), |text| Ok(text.to_owned()))?;
    Ok(ProviderConfig {
        label: label.unwrap_or_else(|| default_label(&kind, &name)),
        client_id: source.required(&field("CLIENT_ID"), |text| Ok(text.to_owned()))?,
        client_secret: SecretString::from(client_secret),
        name,
        kind,
        issuer,
    })
}

fn kind_and_issuer(source: &mut Source, field: &impl Fn(&str) -> String) -> Result<(ProviderKind, Url)> {
    let kind = source.required(&field("KIND"), |text| match text {
        "google" | "microsoft" | "github" | "gitlab" | "oidc" => Ok(text.to_owned()),
        _ => Err("must be google, microsoft, github, gitlab or oidc".to_owned()),
    })?;
    let variable = field("ISSUER");
    Ok(match kind.as_str() {
        "google" => {
            (ProviderKind::Google, source.parsed(&variable, "https://accounts.google.com", google_issuer)?)
        }
        "microsoft" => {
            let everybody = "https://login.microsoftonline.com/common/v2.0";
            (ProviderKind::Microsoft, source.parsed(&variable, everybody, microsoft_issuer)?)
        }
        "gitlab" => (ProviderKind::GitLab, source.parsed(&variable, "https://gitlab.com", provider_address)?),
        "github" => github(source, field)?,
        _ => (ProviderKind::Oidc, source.required(&variable, provider_address)?),
    })
}

/// github.com has its API on a host of its own, Enterprise Server in a folder.
fn github(source: &mut Source, field: &impl Fn(&str) -> String) -> Result<(ProviderKind, Url)> {
    source.optional::<()>(&field("ISSUER"), |_| {
        Err(format!(
            "has no meaning for github; leave it out (Enterprise Server: GATEHOUSE_{})",
            field("BASE_URL")
        ))
    })?;
    let base = source.parsed(&field("BASE_URL"), "https://github.com", provider_address)?;
    let api = match base.as_str() {
        "https://github.com/" => "https://api.github.com".to_owned(),
        other => format!("{}/api/v3", other.trim_end_matches('/')),
    };
    let api = source.parsed(&field("API_URL"), &api, provider_address)?;
    Ok((ProviderKind::GitHub { api }, base))
}

fn default_label(kind: &ProviderKind, name: &str) -> String {
    match kind {
        ProviderKind::Google => "Google",
        ProviderKind::Microsoft => "Microsoft",
        ProviderKind::GitHub { .. } => "GitHub",
        ProviderKind::GitLab => "GitLab",
        ProviderKind::Oidc => name,
    }
    .to_owned()
}

fn provider_address(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text).map_err(|e| e.to_string())?;
    let bare = url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if !bare || !anonymous {
        return Err("must be an address without credentials, `?` and `#`".to_owned());
    }
    if url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url) {
        return Ok(url);
    }
    Err("must be an https address (http is for loopback only)".to_owned())
}

fn google_issuer(text: &str) -> std::result::Result<Url, String> {
    match text.trim_end_matches('/') {
        "https://accounts.google.com" => provider_address(text),
        _ => Err("is fixed for google; leave it out".to_owned()),
    }
}

/// A tenant by its id, or all of them: a tenant by its domain would answer with its id, which nobody configured.
fn microsoft_issuer(text: &str) -> std::result::Result<Url, String> {
    let url = provider_address(&text.to_ascii_lowercase())?;
    let path: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    match path.as_slice() {
        ["common" | "organizations", "v2.0"] => Ok(url),
        [tenant, "v2.0"] if uuid::Uuid::try_parse(tenant).is_ok_and(|id| id.to_string() == *tenant) => {
            Ok(url)
        }
        _ => Err(
            "must be https://login.microsoftonline.com/<tenant id>/v2.0, or …/organizations/v2.0 for every \
                  organization, or …/common/v2.0 for everybody"
                .to_owned(),
        ),
    }
}

fn socket_address(text: &str) -> std::result::Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:8080".to_owned())
}

fn network(text: &str) -> std::result::Result<IpNet, String> {
    let address = |_| text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(address)
        .map_err(|_| format!("`{text}` is not a network, such as 10.0.0.0/8"))
}

fn sentence(error: crate::address::AddressError) -> String {
    error.to_string()
}

fn problem(name: &str, problem: &str) -> ConfigError {
    ConfigError { variable: format!("GATEHOUSE_{name}"), problem: problem.to_owned() }
}

/// The path of an `sqlite://` URL, so that its folder can be made.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://")?;
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && !path.starts_with(':')).then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests;
