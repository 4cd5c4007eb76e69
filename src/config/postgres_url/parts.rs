//! The parts of an address: login, host, port, database, and the parameters behind the `?`.

use percent_encoding::percent_decode_str;

use super::names::{Known, known};
use super::parameter::Parameter;

pub(super) const SHAPE: &str = "can't be read. It must look like postgres://user:password@host:5432/database; \
                                percent-encode the password (and the user): @ is %40, : is %3A, / is %2F, ? is %3F, \
                                # is %23, % is %25";

/// All of them, in their order.
///
/// # Errors
/// A sentence that holds nothing of the address but the names of parameters.
pub(super) fn read(rest: &str) -> Result<Vec<Parameter>, String> {
    let rest = rest.strip_prefix("//").ok_or(SHAPE)?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    // What belongs to a password that is not encoded ends up here.
    if path.contains('@') || tail.contains('#') {
        return Err(SHAPE.to_owned());
    }
    let mut parameters = of_authority(authority)?;
    parameters.push(Parameter::new("dbname", decoded(path.trim_start_matches('/'))?));
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        parameters.extend(of_pair(pair, query)?);
    }
    Ok(parameters)
}

fn of_authority(authority: &str) -> Result<Vec<Parameter>, String> {
    let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    refuse_several(place)?;
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, port) = match place.strip_prefix('[') {
        Some(place) => place.split_once(']').ok_or(SHAPE)?,
        None => place.split_at(place.find(':').unwrap_or(place.len())),
    };
    let port = port.strip_prefix(':').unwrap_or(port);
    let given = [("user", user), ("password", password), ("host", host), ("port", port)];
    given.into_iter().map(|(name, text)| Ok(Parameter::new(name, decoded(text)?))).collect()
}

/// One behind the `?`: `+` is itself, but for the driver's habit with options.
fn of_pair(pair: &str, query: &str) -> Result<Option<Parameter>, String> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = decoded(name)?;
    let parameter = match known(&name) {
        Ok(Known::Foreign) => return Ok(None),
        Ok(Known::Ssl) if value == "true" => Parameter::new("sslmode", "require".to_owned()),
        Ok(Known::Ssl) => return Err("has ssl=… which is not true. Use sslmode".to_owned()),
        Ok(Known::Driver("sslmode")) => Parameter::new("sslmode", decoded(value)?.to_lowercase()),
        Ok(Known::Driver(name)) if name.starts_with("options") => {
            Parameter::new(name, decoded(&value.replace('+', " "))?)
        }
        Ok(Known::Driver(name)) => Parameter::new(name, decoded(value)?),
        Err(_) if query.contains('@') => return Err(SHAPE.to_owned()),
        Err(sentence) => return Err(sentence),
    };
    Ok(Some(parameter))
}

/// Refuses a list of hosts, of which libpq takes the first that answers.
///
/// # Errors
/// A sentence without them.
pub(super) fn refuse_several(hosts: &str) -> Result<(), String> {
    if !hosts.contains(',') {
        return Ok(());
    }
    Err("names several hosts. Name one: the primary, or a name or proxy that leads there".to_owned())
}

fn decoded(text: &str) -> Result<String, String> {
    let text = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| "has percent-encoded letters that are not UTF-8")?;
    Ok(text.into_owned())
}
