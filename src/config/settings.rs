//! Everything that an operator decides, read at once.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;

use ipnet::IpNet;
use secrecy::SecretString;

use super::base_url::BaseUrl;
use super::database::database_url;
use super::environment::environment;
use super::error::{Result, problem};
use super::llm::{self, LlmConfig};
use super::log::{self, LogConfig};
use super::mail::{self, MailConfig};
use super::provider::ProviderConfig;
use super::source::Source;
use super::{certificates, lists, providers, tenancy};
use crate::address::EmailAddress;
use crate::gate::{InstanceLists, OrgCreators, SignUp};
use crate::outbound::HostPort;
use crate::tenancy::Tenancy;
use crate::vault::Keyring;

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
    /// How many organizations there are.
    pub tenancy: Tenancy,
    /// Who may create organizations (rule 6.3).
    pub org_creators: OrgCreators,
    /// Whom an installation with many organizations lets in whom no one has invited.
    pub sign_up: SignUp,
    /// How many sign-ins a minute may fail, or be under way, from one address.
    pub sign_in_rate: NonZeroU32,
    /// Who may be the first owner (rule 1.4).
    pub owner_email: Option<EmailAddress>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where Prometheus may read metrics.
    pub metrics_bind: Option<SocketAddr>,
    pub log: LogConfig,
    /// What is not used although it is there, a line each.
    pub passed_over: Vec<String>,
}

impl Config {
    /// Reads the environment and, if there is one, the file. The environment wins.
    ///
    /// # Errors
    /// When a setting is missing, unknown or malformed.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let mut config = Self::read(Source::load(file, environment()?)?)?;
        config.passed_over.extend(certificates::check()?);
        Ok(config)
    }

    /// Reads settings given as `NAME`, `value`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_pairs<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Result<Self> {
        Self::read(Source::load(None, pairs)?)
    }

    pub(super) fn read(mut source: Source) -> Result<Self> {
        source.refuse_unknown()?;
        let log = log::read(&mut source)?;
        let database_url = database_url(&mut source)?;
        let base_url = BaseUrl::read(&mut source)?;
        let (tenancy, org_creators, sign_up) = tenancy::read(&mut source)?;
        let mut config = Self {
            bind: source.parsed("BIND", "127.0.0.1:8080", socket_address)?,
            database_url,
            master_key: master_key(&mut source)?,
            providers: providers::read(&mut source)?,
            mail: mail::read(&mut source, &base_url)?,
            llm: llm::read(&mut source)?,
            tenancy,
            org_creators,
            sign_up,
            outbound_allow: source.list("OUTBOUND_ALLOW", HostPort::parse)?,
            instance: lists::read(&mut source)?,
            owner_email: source
                .optional("OWNER_EMAIL", |text| EmailAddress::parse(text).map_err(lists::sentence))?,
            sign_in_rate: source.parsed("SIGN_IN_RATE", "60", rate)?,
            trusted_proxies: source.list("TRUSTED_PROXIES", network)?,
            metrics_bind: source.optional("METRICS_BIND", socket_address)?,
            passed_over: source.remark().into_iter().collect(),
            base_url,
            log,
        };
        config.passed_over.extend(config.llm.placeholders());
        source.refuse_leftovers()?;
        Ok(config)
    }
}

fn master_key(source: &mut Source) -> Result<Keyring> {
    let Some(text) = source.secret_list("MASTER_KEY")? else {
        return Err(problem(
            "MASTER_KEY",
            "is missing. Make one with `echo \"k1:$(openssl rand -base64 32)\"` and keep it safe",
        ));
    };
    Keyring::parse(&SecretString::from(text)).map_err(|e| problem("MASTER_KEY", &e.to_string()))
}

fn socket_address(text: &str) -> std::result::Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:8080".to_owned())
}

fn rate(text: &str) -> std::result::Result<NonZeroU32, String> {
    text.parse().map_err(|_| "must be a whole number, and at least 1".to_owned())
}

fn network(text: &str) -> std::result::Result<IpNet, String> {
    let address = |_| text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(address)
        .map_err(|_| format!("`{text}` is not a network, such as 10.0.0.0/8"))
}
