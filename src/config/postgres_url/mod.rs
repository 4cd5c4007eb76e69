//! `postgres://user:password@host:port/database?…`, as libpq reads it
//! (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>). Everything becomes a parameter:
//! the driver reads those alike whether they name a host, an IPv6 address or the folder of a socket.

mod check;
mod environment;
mod names;
mod parameter;
mod parts;

use url::form_urlencoded;

use super::error::Result;
use check::check;
use environment::add_environment;
use parameter::Parameter;

/// What follows `postgres:`, with everything as a parameter: what the address does not say comes from `environment`.
///
/// # Errors
/// A sentence that holds nothing of the address but the names of parameters.
pub(super) fn canonical(rest: &str, environment: impl Fn(&str) -> Option<String>) -> Result<String> {
    let mut parameters = parts::read(rest).map_err(|sentence| parameter::wrong_address(&sentence))?;
    keep_last(&mut parameters);
    parameters.retain(|parameter| !parameter.value.is_empty());
    add_environment(&mut parameters, environment);
    check(&parameters)?;
    verify_if_named(&mut parameters);
    let pairs = parameters.iter().map(|parameter| (&parameter.name, &parameter.value));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Ok(format!("postgres:///?{query}"))
}

/// Of a parameter that is given twice the last one counts, as in libpq; `options` add up, as the driver has it.
fn keep_last(parameters: &mut Vec<Parameter>) {
    let all = std::mem::take(parameters);
    for (n, parameter) in all.iter().enumerate() {
        let is_last = all[n + 1..].iter().all(|later| later.name != parameter.name);
        if is_last || parameter.name == "options" {
            parameters.push(parameter.clone());
        }
    }
}

/// `require` with an authority verifies, as it does in libpq; the driver would not.
fn verify_if_named(parameters: &mut [Parameter]) {
    let has_authority = parameters.iter().any(|parameter| parameter.name == "sslrootcert");
    let modes = parameters.iter_mut().filter(|parameter| parameter.name == "sslmode");
    for mode in modes.filter(|mode| has_authority && mode.value == "require") {
        "verify-ca".clone_into(&mut mode.value);
    }
}
