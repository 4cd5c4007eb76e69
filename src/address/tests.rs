//! What is an address, what is a domain, and which are the same.

use proptest::prelude::*;

use super::domain::Domain;
use super::email::EmailAddress;
use super::error::AddressError;
use super::public_suffix::is_public_suffix;

fn email(text: &str) -> Result<String, AddressError> {
    EmailAddress::parse(text).map(String::from)
}

#[test]
fn case_is_folded_and_domains_are_canonical() {
    assert_eq!(email("Ada.L@ACME.Test").as_deref(), Ok("ada.l@acme.test"));
    assert_eq!(email("u@bücher.example").as_deref(), Ok("u@xn--bcher-kva.example"));
    assert_eq!(email("u@xn--bcher-kva.example").as_deref(), Ok("u@xn--bcher-kva.example"));
}

#[test]
fn quoting_comments_and_second_ats_are_refused() {
    for text in [
        "\"u@acme.com\"@evil.com",
        "u@acme.com@evil.com",
        "u@evil.com (@acme.com)",
        "<u@acme.com>u@evil.com",
        "u@evil.com?acme.com",
        "u@[127.0.0.1]",
        "u@127.0.0.1",
        "a@acme.com, b@evil.com",
        "@acme.com",
        "u@",
        "u..v@acme.com",
        "u@acme",
        "u@acme..com",
        "u@acme.com.",
        "u@-acme.com",
    ] {
        assert_eq!(email(text), Err(AddressError::NotAnAddress), "{text}");
    }
}

#[test]
fn white_space_and_control_characters_are_refused() {
    for text in
        ["u@acme.com\t", "u@acme.com\u{a0}", "u\0@acme.com", "u@acme.com\r\nBcc: x@evil.com", " u@acme.com"]
    {
        assert!(email(text).is_err(), "{text:?}");
    }
}

#[test]
fn letters_that_only_look_plain_are_refused() {
    // Full-width letters, KELVIN SIGN and the ideographic full stop all map to ASCII.
    for text in ["u@ａcme.com", "u@\u{212a}de.com", "u@acme\u{3002}com"] {
        assert!(email(text).is_err(), "{text}");
    }
    assert_eq!(Domain::parse("\u{212a}de.com"), Err(AddressError::Disguised));
    // A Cyrillic letter stays another domain.
    assert_ne!(email("u@\u{430}cme.com"), email("u@acme.com"));
    assert!(email("\u{212a}im@acme.com").is_err());
}

#[test]
fn domains_that_look_like_others_are_noticed() {
    let is_look_alike = |text| Domain::parse(text).expect("a domain").is_look_alike();
    for text in ["\u{430}cme.com", "xn--cme-5cd.com", "\u{430}\u{441}\u{435}.com", "acm\u{e9}\u{430}.com"] {
        assert!(is_look_alike(text), "{text}");
    }
    for text in ["acme.com", "bücher.example", "россия.рф", "例え.jp", "xn--bcher-kva.example"] {
        assert!(!is_look_alike(text), "{text}");
    }
}

#[test]
fn subdomains_count_only_when_asked_for() {
    let domain = |text| Domain::parse(text).expect("a domain");
    assert!(domain("acme.com").is_within(&domain("acme.com"), false));
    assert!(!domain("hr.acme.com").is_within(&domain("acme.com"), false));
    assert!(domain("hr.acme.com").is_within(&domain("acme.com"), true));
    assert!(!domain("notacme.com").is_within(&domain("acme.com"), true));
    assert!(!domain("acme.com.evil.com").is_within(&domain("acme.com"), true));
}

#[test]
fn a_domain_below_which_anyone_registers_is_a_public_suffix() {
    for text in [
        "com",
        "uk",
        "рф",
        "xn--p1ai",
        "co.uk",
        "CO.UK",
        "com.au",
        "foo.ck",
        "github.io",
        "vercel.app",
        "uk.com",
        "s3.amazonaws.com",
        "公司.cn",
    ] {
        assert!(is_public_suffix(text), "{text}");
    }
    for text in
        ["acme.com", "acme.co.uk", "acme.github.io", "www.ck", "test", "acme.test", "intranet", "", ".", "*"]
    {
        assert!(!is_public_suffix(text), "{text}");
    }
}

proptest! {
    #[test]
    fn parsing_what_was_parsed_changes_nothing(text in "\\PC{0,20}@\\PC{0,20}") {
        if let Ok(once) = EmailAddress::parse(&text) {
            prop_assert_eq!(EmailAddress::parse(once.as_str()), Ok(once));
        }
    }
}
