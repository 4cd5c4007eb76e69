//! Environment and file, once, into a typed [`Config`]. Whatever is missing, unknown or malformed is said in
//! one line that names the variable and the cure.

mod base_url;
mod certificates;
mod database;
mod environment;
mod error;
mod file;
mod given;
mod hello_name;
mod issuers;
mod lists;
mod llm;
mod log;
mod mail;
mod names;
mod partial;
mod postgres_url;
mod provider;
mod providers;
mod service_links;
mod settings;
mod smtp_patience;
mod smtp_server;
mod source;
mod sqlite_url;
mod tenancy;
#[cfg(test)]
mod tests;

pub use base_url::{BaseUrl, is_loopback};
pub use database::{sqlite_must_exist, sqlite_path};
pub use environment::{OF_CLIENTS, environment};
pub use error::ConfigError;
pub use given::bare;
pub use hello_name::HelloName;
pub use llm::LlmConfig;
pub use log::LogConfig;
pub use mail::MailConfig;
pub use partial::{database_only, entrance_only, mail_only, tenancy_only};
pub use provider::{ProviderConfig, ProviderKind};
pub use settings::Config;
pub use smtp_patience::Patience;
pub use smtp_server::{Login, Security, SmtpServer};
