//! What is sealed, what opens, and what is never printed.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use secrecy::SecretString;

use super::error::VaultError;
use super::keyring::Keyring;
use super::sealed_value::{NONCE, NONCE_TEXT, key_id};

fn ring(text: &str) -> Result<Keyring, VaultError> {
    Keyring::parse(&SecretString::from(text))
}

fn key(seed: u8) -> String {
    BASE64.encode(&(0..32).map(|n| n ^ seed).collect::<Vec<u8>>())
}

#[test]
fn what_the_first_key_sealed_opens_when_it_has_become_the_second() {
    let before = ring(&format!("old:{}", key(1))).expect("a ring");
    let after = ring(&format!("new:{},old:{}", key(2), key(1))).expect("a ring");
    let sealed = before.seal(b"secret", "here").expect("sealed");
    assert_eq!(after.open(&sealed, "here").expect("opened").as_slice(), b"secret");
    assert!(after.seal(b"secret", "here").expect("sealed").starts_with("new:"));
}

#[test]
fn moved_damaged_and_foreign_values_do_not_open() {
    let ours = ring(&format!("k:{}", key(1))).expect("a ring");
    let sealed = ours.seal(b"secret", "here").expect("sealed");
    assert_eq!(ours.open(&sealed, "there"), Err(VaultError::Unreadable("k".into())));
    let other = if sealed.ends_with('A') { "B" } else { "A" };
    let damaged = format!("{}{other}", &sealed[..sealed.len() - 5]);
    assert_eq!(ours.open(&damaged, "here"), Err(VaultError::Unreadable("k".into())));
    let theirs = ring(&format!("k:{}", key(2))).expect("a ring");
    assert_eq!(theirs.open(&sealed, "here"), Err(VaultError::Unreadable("k".into())));
    let renamed = ring(&format!("j:{}", key(1))).expect("a ring");
    assert_eq!(renamed.open(&sealed, "here"), Err(VaultError::KeyMissing("k".into())));
}

#[test]
fn a_token_is_for_one_purpose_and_outlives_a_new_first_key() {
    let before = ring(&format!("old:{}", key(1))).expect("a ring");
    let after = ring(&format!("new:{},old:{}", key(2), key(1))).expect("a ring");
    let token = before.token("claim").expect("a token");
    assert_eq!(token.len(), 43);
    assert!(before.is_token(&token, "claim") && after.is_token(&token, "claim"));
    assert!(!before.is_token(&token, "invite") && !before.is_token("", "claim"));
    assert!(!before.is_token(&token.to_lowercase(), "claim"));
    assert_ne!(after.token("claim"), before.token("claim"));
}

// L11
#[test]
fn weak_keys_are_refused() {
    let zeros = BASE64.encode(&[0; 32]);
    let short = BASE64.encode(&[7; 31]);
    let long = BASE64.encode(&[7; 33]);
    let truncated = &key(1)[..40];
    let bad = ["", "secret", "k:", "k:secret", ":x", "k:not base64, k"];
    let more = [&short, &long, &zeros, truncated].map(|key| format!("k:{key}"));
    for text in bad.into_iter().chain(more.iter().map(String::as_str)) {
        assert!(ring(text).is_err(), "{text}");
        assert!(ring(&format!("good:{},{text}", key(1))).is_err(), "behind a good one: {text}");
    }
    assert_eq!(ring(&format!("k:{0},k:{0}", key(1))).err(), Some(VaultError::Twice("k".into())));
    for second in ["secret", ":x"] {
        let error = ring(&format!("good:{},{second}", key(1))).err();
        assert_eq!(error, Some(VaultError::NotAnEntry(2)), "counted as people count: {second}");
    }
}

#[test]
fn an_id_is_of_letters_digits_hyphens_and_underscores() {
    for id in ["k", "Key9", "2026-11", "new_key", "-", "_"] {
        let ring = ring(&format!("{id}:{}", key(1))).expect(id);
        let sealed = ring.seal(b"secret", "here").expect("sealed");
        assert_eq!((ring.ids(), key_id(&sealed)), (vec![id], Some(id)));
        assert!(ring.open(&sealed, "here").is_ok(), "{id}");
    }
    for id in ["a b", "k.1", "ä", "k/1", ""] {
        assert_eq!(ring(&format!("{id}:{}", key(1))).err(), Some(VaultError::NotAnEntry(1)), "{id}");
    }
}

// L20
#[test]
fn no_key_is_printed_not_even_one_that_is_written_where_its_id_belongs() {
    let both = ring(&format!("new:{},old:{}", key(2), key(1))).expect("a ring");
    assert_eq!(format!("{both:?}"), r#"Keyring(["new", "old"])"#);
    let swapped = [format!("{}:k", key(1)), format!("{}:k", key(1).trim_end_matches('='))];
    for text in swapped {
        let error = ring(&text).expect_err("a refusal");
        assert_eq!(error, VaultError::NotAnEntry(1));
        assert!(!format!("{error} {error:?}").contains(&key(1)[..8]), "{error}");
    }
    let opened = both.open(&both.seal(b"CANARY", "here").expect("sealed"), "there");
    assert!(!format!("{opened:?}").contains("CANARY"));
}

// L08
#[test]
fn ten_thousand_seals_of_one_value_have_as_many_nonces() {
    let ring = ring(&format!("k:{}", key(1))).expect("a ring");
    let nonce = |_| ring.seal(b"the same", "here").expect("sealed")[2..2 + NONCE_TEXT].to_owned();
    let nonces: std::collections::HashSet<String> = (0..10_000).map(nonce).collect();
    assert_eq!(nonces.len(), 10_000);
}

#[test]
fn whatever_is_cut_short_or_made_up_does_not_open_and_nothing_falls_over() {
    let ring = ring(&format!("k:{}", key(1))).expect("a ring");
    let sealed = ring.seal(b"secret", "here").expect("sealed");
    for length in 0..sealed.len() {
        assert!(ring.open(&sealed[..length], "here").is_err(), "{length}");
    }
    for text in ["k:ä", "k:====", "ä:x", "k:k:k", &format!("{sealed}A"), &sealed.replace(':', "")] {
        assert!(ring.open(text, "here").is_err(), "{text}");
    }
    let empty = ring.seal(b"", "here").expect("sealed");
    assert!(ring.open(&empty, "here").expect("opened").is_empty());
}

#[test]
fn the_form_that_is_stored_stays() {
    let ring = ring(&format!("k:{}", key(1))).expect("a ring");
    let stored = "k:ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7wlsbrgorO10kAhALz2A-cczn-a1vzw";
    assert_eq!(ring.open(stored, "instance/cookie_key").expect("opened").as_slice(), b"secret");
    let sealed = ring.seal(b"secret", "here").expect("sealed");
    let bytes = BASE64URL_NOPAD.decode(&sealed.as_bytes()[2..]).expect("base64url");
    assert_eq!(bytes.len(), NONCE + b"secret".len() + 16);
    assert_eq!(key_id(&sealed), Some("k"));
    assert_eq!([key_id("none"), key_id(":x"), key_id("k\u{1}:x")], [None; 3]);
}
