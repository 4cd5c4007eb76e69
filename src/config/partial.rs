//! A part of the configuration, for commands that need little else.

use std::path::Path;

use secrecy::SecretString;

use super::base_url::BaseUrl;
use super::database::database_url;
use super::environment::environment;
use super::error::{Result, problem};
use super::lists;
use super::log::{self, LogConfig};
use super::mail::{self, MailConfig};
use super::source::Source;
use super::tenancy;
use crate::gate::InstanceLists;
use crate::tenancy::Tenancy;

/// The database alone, for commands that need nothing else.
///
/// # Errors
/// When the setting can't be read.
pub fn database_only(file: Option<&Path>) -> Result<(SecretString, LogConfig)> {
    let mut source = Source::load(file, environment()?)?;
    Ok((database_url(&mut source)?, log::read(&mut source)?))
}

/// How many organizations there are, for commands that need little else.
///
/// # Errors
/// When the setting can't be read.
pub fn tenancy_only(file: Option<&Path>) -> Result<Tenancy> {
    tenancy::tenancy(&mut Source::load(file, environment()?)?)
}

/// How mail goes out, for commands that need little else.
///
/// # Errors
/// When the settings can't be read.
pub fn mail_only(file: Option<&Path>) -> Result<Option<MailConfig>> {
    let mut source = Source::load(file, environment()?)?;
    let base_url = BaseUrl::read(&mut source)?;
    mail::read(&mut source, &base_url)
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
    Ok((providers, lists::read(&mut source)?))
}
