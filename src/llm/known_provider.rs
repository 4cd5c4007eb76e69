//! What is known of a provider that everyone knows.

use super::probe::Probe;

/// A provider that everyone knows.
#[derive(Debug)]
pub struct KnownProvider {
    /// Its name in addresses, the API and the database.
    pub id: &'static str,
    pub label: &'static str,
    /// SVG markup.
    pub icon: &'static str,
    /// The environment's key, where an organization has none (rule 4.2).
    pub variable: &'static str,
    /// Where its API is.
    pub address: Address,
    /// How its own SDK is told another address.
    pub base_url_variable: Option<BaseUrlVariable>,
    /// How its keys begin, as far as they tell it apart, the usual way first; for hints and questions only, because such
    /// things change.
    pub prefixes: &'static [&'static str],
    /// Where people make keys.
    pub console: &'static str,
    pub probe: Probe,
}

/// Where a provider's API is.
#[derive(Debug)]
pub enum Address {
    /// The same for everyone; without the version, which the probe adds.
    Fixed(&'static str),
    /// Each organization's own, called so.
    Own(&'static str),
}

/// The variable in which a provider's SDK looks for the address of its API.
#[derive(Debug)]
pub struct BaseUrlVariable {
    pub name: &'static str,
    /// Whether the version of the API belongs to the address, as in `OPENAI_BASE_URL`.
    pub has_version: bool,
}

impl KnownProvider {
    /// How settings spell it: `AZURE_OPENAI` in `GATEHOUSE_LLM__AZURE_OPENAI__BASE_URL`.
    pub fn setting(&self) -> String {
        self.id.to_ascii_uppercase().replace('-', "_")
    }
}
