//! How many organizations there are, and what people may do who belong to none.

use super::error::{Result, problem};
use super::lists::sentence;
use super::source::Source;
use crate::address::{Domain, EmailAddress};
use crate::gate::{OrgCreators, SignUp};
use crate::tenancy::Tenancy;

/// Stands for everyone among those who may create organizations.
const EVERYBODY: &str = "*";

/// Reads the settings. Those of many organizations mean nothing where there is one, and must not pass silently.
///
/// # Errors
/// When one is malformed, or doesn't fit the others.
pub fn read(source: &mut Source) -> Result<(Tenancy, OrgCreators, SignUp)> {
    let tenancy = source.parsed("TENANCY", "single", Tenancy::parse)?;
    let creators = creators(source)?;
    let sign_up = source.optional("SIGN_UP", SignUp::parse)?;
    if !tenancy.is_multi() {
        let set = [("ORG_CREATORS", creators != OrgCreators::default()), ("SIGN_UP", sign_up.is_some())];
        if let Some((name, _)) = set.into_iter().find(|(_, is_set)| *is_set) {
            return Err(problem(name, "has no meaning while GATEHOUSE_TENANCY is single; leave it out"));
        }
    }
    let sign_up = sign_up.unwrap_or_default();
    if creators.everybody && !sign_up.is_open() {
        let sentence = "is `*`, which needs GATEHOUSE_SIGN_UP to be `open` or `personal`";
        return Err(problem("ORG_CREATORS", sentence));
    }
    Ok((tenancy, creators, sign_up))
}

/// The tenancy alone, for commands that need little else.
///
/// # Errors
/// When it is malformed.
pub fn tenancy(source: &mut Source) -> Result<Tenancy> {
    source.parsed("TENANCY", "single", Tenancy::parse)
}

fn creators(source: &mut Source) -> Result<OrgCreators> {
    enum Creator {
        Everybody,
        Domain(Domain),
        Email(EmailAddress),
    }
    let listed = source.list("ORG_CREATORS", |text| match text.strip_prefix('@') {
        _ if text == EVERYBODY => Ok(Creator::Everybody),
        Some(domain) => Domain::parse(domain).map(Creator::Domain).map_err(sentence),
        None => EmailAddress::parse(text).map(Creator::Email).map_err(sentence),
    })?;
    let mut creators = OrgCreators::default();
    for creator in listed {
        match creator {
            Creator::Everybody => creators.everybody = true,
            Creator::Domain(domain) => creators.domains.push(domain),
            Creator::Email(email) => creators.emails.push(email),
        }
    }
    Ok(creators)
}
