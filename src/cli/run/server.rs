//! Where Gatehouse is, as someone says who fetches keys.

use crate::config::{BaseUrl, ConfigError, bare};

const OPTION: &str = "--url";
const VARIABLE: &str = "GATEHOUSE_BASE_URL";
const DEFAULT: &str = "http://localhost:8080";

/// The address that is given, else the environment's, else that of a server on this machine.
///
/// # Errors
/// When it is none, or one to which the token would travel unencrypted.
pub fn address(given: Option<String>, environment: Option<String>) -> Result<BaseUrl, ConfigError> {
    let environment = environment.filter(|text| !text.is_empty());
    let (variable, text) = match (given, environment) {
        (Some(text), _) => (OPTION, text),
        (None, Some(text)) => (VARIABLE, text),
        (None, None) => (OPTION, DEFAULT.to_owned()),
    };
    let wrong = |problem: String| ConfigError { variable: variable.to_owned(), problem };
    let url = BaseUrl::parse(bare(&text)).map_err(wrong)?;
    if !url.is_https() && !url.is_loopback() {
        let host = url.url().host_str().unwrap_or_default();
        return Err(wrong(format!(
            "begins with http://, so anyone between here and {host} could read the token and the keys. Use https://"
        )));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(given: Option<&str>, environment: Option<&str>) -> Result<String, String> {
        let url = address(given.map(ToOwned::to_owned), environment.map(ToOwned::to_owned));
        url.map(|url| url.origin()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_given_goes_before_the_environment_and_this_machine() {
        let (a, b) = (Some("https://a.test/"), Some("https://b.test"));
        assert_eq!(origin(a, b).as_deref(), Ok("https://a.test"));
        assert_eq!(origin(None, b).as_deref(), Ok("https://b.test"));
        for nothing in [None, Some("")] {
            assert_eq!(origin(None, nothing).as_deref(), Ok("http://localhost:8080"));
        }
    }

    #[test]
    fn a_token_leaves_this_machine_only_encrypted() {
        for url in ["http://127.0.0.1:8080", "http://[::1]:8080", "https://10.0.0.5"] {
            assert!(origin(Some(url), None).is_ok(), "{url}");
        }
        for url in ["http://gate.acme.test", "http://10.0.0.5:8080", "http://localhost.acme.test"] {
            let said = origin(None, Some(url)).expect_err("a refusal");
            assert!(said.starts_with("GATEHOUSE_BASE_URL: begins with http://"), "{said}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_named_by_where_it_was_given() {
        for url in ["gate.acme.test", "ftp://gate.acme.test", "https://ada:pw@gate.acme.test"] {
            assert!(origin(Some(url), None).expect_err("a refusal").starts_with("--url: "), "{url}");
        }
    }
}
