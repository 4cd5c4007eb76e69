//! What is pasted where a key belongs, and is none.

use crate::visible_text::is_hidden;

/// The longest that is taken, in bytes: the longest of today's have some two hundred.
const LONGEST: usize = 4096;
/// So many of the same sign in a row are no chance: a key has one of some sixty at each place.
const RUN: usize = 6;
/// What a masked key has where its middle was; or `...`, or `**`.
const DOTS: [char; 10] = ['…', '⋯', '•', '●', '∙', '·', '⁎', '∗', '＊', '█'];
/// What stands around a key in code, settings and prose.
const QUOTES: [char; 12] = ['"', '\'', '`', '“', '”', '„', '‘', '’', '‚', '«', '»', '´'];
/// What documentation and templates say in place of a key, without the signs in it.
const PLACEHOLDERS: [&str; 9] = [
    "apikey",
    "myapikey",
    "secretkey",
    "changeme",
    "replaceme",
    "placeholder",
    "redacted",
    "null",
    "undefined",
];

/// Why a text is no key, in a sentence that has nothing of it but a sign's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    #[error("Paste the key.")]
    Nothing,
    #[error("This is too long for a key.")]
    TooLong,
    #[error("This is a web address. Paste the key.")]
    Address,
    #[error("Paste only the key, without its name.")]
    Named,
    #[error("Paste only the key, without “Bearer”.")]
    Scheme,
    #[error("This key is masked: part of it is hidden. Copy the whole key, or create a new one.")]
    Masked,
    #[error("This is a placeholder. Paste a real key.")]
    Placeholder,
    #[error("Paste only the key, without quotes, commas or semicolons around it.")]
    Wrapped,
    #[error("Keys can't contain line breaks. Paste one key.")]
    Lines,
    #[error("Keys can't contain spaces.")]
    Spaces,
    #[error("This contains an invisible character (U+{0:04X}). Copy the key again.")]
    Invisible(u32),
    #[error(
        "Keys contain only plain letters, digits and signs. This contains U+{0:04X}. Copy the key again."
    )]
    Foreign(u32),
}

/// What was pasted, without the blanks and the invisible characters around it.
///
/// # Errors
/// What it is instead of a key.
pub fn read(pasted: &str) -> Result<&str, NotAKey> {
    let text = pasted.trim_matches(|c: char| c.is_whitespace() || is_hidden(c));
    found(text).map_or(Ok(text), Err)
}

/// What can be told of it, the most telling first.
fn found(text: &str) -> Option<NotAKey> {
    match text {
        "" => Some(NotAKey::Nothing),
        _ if text.len() > LONGEST => Some(NotAKey::TooLong),
        _ if is_address(text) => Some(NotAKey::Address),
        _ if is_assignment(text) => Some(NotAKey::Named),
        _ if has_scheme(text) => Some(NotAKey::Scheme),
        _ if is_masked(text) => Some(NotAKey::Masked),
        _ if is_placeholder(text) => Some(NotAKey::Placeholder),
        _ if is_wrapped(text) => Some(NotAKey::Wrapped),
        _ if text.contains(['\n', '\r']) => Some(NotAKey::Lines),
        _ if text.contains(char::is_whitespace) => Some(NotAKey::Spaces),
        _ => text.chars().find(|c| !c.is_ascii_graphic()).map(strange),
    }
}

fn strange(c: char) -> NotAKey {
    if c.is_control() || is_hidden(c) { NotAKey::Invisible(c.into()) } else { NotAKey::Foreign(c.into()) }
}

/// `OPENAI_API_KEY=sk-…`, with or without `export`; `"apiKey": "sk-…"`, `Authorization: Bearer sk-…`.
fn is_assignment(text: &str) -> bool {
    let Some((name, value)) = text.split_once(['=', ':']) else { return false };
    let name = name.split_whitespace().last().unwrap_or_default();
    let name = name.trim_start_matches("$env").trim_matches(|c| QUOTES.contains(&c) || "{[(,?".contains(c));
    let named = ["key", "token", "secret", "authorization"];
    let is_named = named.iter().any(|end| name.to_ascii_lowercase().ends_with(end)) && is_word(name);
    // What a key in base64 ends with is no value.
    let is_variable = is_variable(name) && text[text.len() - value.len() - 1..].starts_with('=');
    (is_named || is_variable) && !value.trim_start_matches('=').trim().is_empty()
        || text.starts_with("$env:")
        || text.starts_with('{') && !text.contains('\n')
}

fn is_address(text: &str) -> bool {
    let start = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    start.starts_with("https://") || start.starts_with("http://")
}

fn is_word(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// `OPENAI_API_KEY`.
fn is_variable(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(fits) && name.contains('_')
}

/// `Bearer sk-…`.
fn has_scheme(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_scheme = |word: &str| ["bearer", "basic", "token"].contains(&&*word.to_ascii_lowercase());
    words.next().is_some_and(is_scheme) && words.next().is_some()
}

/// `sk-…a1b2`, `sk-***`, `••••`.
fn is_masked(text: &str) -> bool {
    text.contains(DOTS) || text.contains("...") || text.contains("**") || text == "*"
}

/// `your-api-key`, `sk-xxxxxxxx`, `<key>`, `${OPENAI_API_KEY}`.
fn is_placeholder(text: &str) -> bool {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    let speaks_of_it = ["key", "token", "secret"].iter().any(|word| plain.contains(word));
    let last = text.rsplit(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty());
    let addresses_somebody =
        plain.contains("your") || last.is_some_and(|word| word.eq_ignore_ascii_case("here"));
    is_reference(text)
        || PLACEHOLDERS.contains(&plain.as_str())
        || speaks_of_it && addresses_somebody
        || has_nothing_in_it(text)
}

/// The name of a key, where a template or a shell would put the key.
fn is_reference(text: &str) -> bool {
    let code = ["process.env", "os.environ", "os.getenv", "import.meta.env"];
    let is_name = |name: &str| name.split_whitespace().all(is_word) && name.contains(char::is_alphabetic);
    let around = [("<", ">"), ("{", "}"), ("${", "}"), ("{{", "}}"), ("${{", "}}"), ("[", "]"), ("%", "%")];
    around.iter().any(|(start, end)| {
        text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).is_some_and(is_name)
    }) || text.strip_prefix('$').is_some_and(is_variable)
        || code.iter().any(|start| text.starts_with(start))
}

/// `xxx` behind its last hyphen, or a long run of what stands for any letter.
fn has_nothing_in_it(text: &str) -> bool {
    let last = text.rsplit(['-', '_']).next().unwrap_or_default();
    let is_crossed_out = last.len() >= 3 && last.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x'));
    is_crossed_out || "xX#_-?".chars().any(|c| text.contains(&String::from(c).repeat(RUN)))
}

/// `"sk-…"`, or `sk-…",`.
fn is_wrapped(text: &str) -> bool {
    text.starts_with(QUOTES) || text.ends_with(QUOTES) || text.ends_with([',', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was pasted, and the answer.
    const PASTED: &[(&str, NotAKey)] = &[
        ("", NotAKey::Nothing),
        ("  ", NotAKey::Nothing),
        ("\u{feff}\u{200b}\n", NotAKey::Nothing),
        ("https://api.openai.com/v1", NotAKey::Address),
        ("OPENAI_API_KEY=sk-CANARY", NotAKey::Named),
        ("export OPENAI_API_KEY=sk-CANARY", NotAKey::Named),
        ("export OPENAI_API_KEY=\"sk-CANARY\"", NotAKey::Named),
        ("set OPENAI_API_KEY=sk-CANARY", NotAKey::Named),
        ("$env:OPENAI_API_KEY = \"sk-CANARY\"", NotAKey::Named),
        ("OPENAI_API_KEY: sk-CANARY", NotAKey::Named),
        ("\"apiKey\": \"sk-CANARY\",", NotAKey::Named),
        ("{\"api_key\":\"sk-CANARY\"}", NotAKey::Named),
        ("api_key = 'sk-CANARY'", NotAKey::Named),
        ("const apiKey = 'sk-CANARY'", NotAKey::Named),
        ("x-api-key: sk-CANARY", NotAKey::Named),
        ("Authorization: Bearer sk-CANARY", NotAKey::Named),
        ("API_BASE=sk-CANARY", NotAKey::Named),
        ("Bearer sk-CANARY", NotAKey::Scheme),
        ("bearer\tsk-CANARY", NotAKey::Scheme),
        ("sk-…CANARY", NotAKey::Masked),
        ("sk-...CANARY", NotAKey::Masked),
        ("sk-CANARY••••••", NotAKey::Masked),
        ("sk-***", NotAKey::Masked),
        ("****", NotAKey::Masked),
        ("••••", NotAKey::Masked),
        ("your-api-key", NotAKey::Placeholder),
        ("YOUR_OPENAI_API_KEY", NotAKey::Placeholder),
        ("sk-your-key-here", NotAKey::Placeholder),
        ("your api key", NotAKey::Placeholder),
        ("insert-key-here", NotAKey::Placeholder),
        ("sk-xxxxxxxx", NotAKey::Placeholder),
        ("sk-ant-api03-xxx", NotAKey::Placeholder),
        ("gsk_XXXX", NotAKey::Placeholder),
        ("sk-xxxxxxxxCANARY", NotAKey::Placeholder),
        ("<key>", NotAKey::Placeholder),
        ("${OPENAI_API_KEY}", NotAKey::Placeholder),
        ("$OPENAI_API_KEY", NotAKey::Placeholder),
        ("%OPENAI_API_KEY%", NotAKey::Placeholder),
        ("{{ secrets.OPENAI }}", NotAKey::Placeholder),
        ("${{ secrets.OPENAI_API_KEY }}", NotAKey::Placeholder),
        ("process.env.OPENAI_API_KEY", NotAKey::Placeholder),
        ("changeme", NotAKey::Placeholder),
        ("[REDACTED]", NotAKey::Placeholder),
        ("\"sk-CANARY\"", NotAKey::Wrapped),
        ("'sk-CANARY'", NotAKey::Wrapped),
        ("`sk-CANARY`", NotAKey::Wrapped),
        ("“sk-CANARY”", NotAKey::Wrapped),
        ("sk-CANARY\",", NotAKey::Wrapped),
        ("sk-CANARY\"", NotAKey::Wrapped),
        ("sk-CANARY,", NotAKey::Wrapped),
        ("sk-CANARY;", NotAKey::Wrapped),
        ("sk-CANARY\nsk-other", NotAKey::Lines),
        ("{\n\"type\": \"service_account\",\n\"id\": \"CANARY\"\n}", NotAKey::Lines),
        ("sk-CANARY\r\nsk-other", NotAKey::Lines),
        ("HTTPS://api.openai.com", NotAKey::Address),
        ("{\"type\":\"service_account\",\"id\":\"CANARY\"}", NotAKey::Named),
        ("sk CANARY", NotAKey::Spaces),
        ("sk-\u{a0}CANARY", NotAKey::Spaces),
        ("sk-\u{200b}CANARY", NotAKey::Invisible(0x200b)),
        ("sk-\u{ad}CANARY", NotAKey::Invisible(0xad)),
        ("sk-CANARY\u{0}", NotAKey::Invisible(0)),
        ("sk–CANARY", NotAKey::Foreign(0x2013)),
        ("sk-\u{421}ANARY", NotAKey::Foreign(0x421)),
        ("sk-CANARYé", NotAKey::Foreign(0xe9)),
    ];

    #[test]
    fn what_is_not_a_key_is_told_apart() {
        for (text, expected) in PASTED {
            assert_eq!(read(text), Err(*expected), "{text:?}");
        }
        assert_eq!(read(&"k".repeat(LONGEST + 1)), Err(NotAKey::TooLong));
    }

    #[test]
    fn no_sentence_has_anything_of_what_was_pasted() {
        for (_, problem) in PASTED {
            let sentence = problem.to_string();
            assert!(sentence.ends_with('.') && !sentence.contains("CANARY"), "{sentence}");
        }
    }

    #[test]
    fn keys_are_taken_without_what_is_unseen_around_them() {
        let keys = [
            "sk-ant-api03-AbC_dEf-0123456789AA",
            "sk-proj-abcxxxdef",
            "AIzaSyA0123456789-_bcdef",
            "0123456789abcdef0123456789abcdef",
            "abc=b==",
            "S0VZX2tleQ==",
            "12345678-90ab-cdef:0123456789abcdef",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "fw_3ZxYw",
            "ollama",
            "EMPTY",
            "none",
            "not-needed",
            "p@ss*word!",
            "p@ss..word",
            "my-secret-key-over-there",
            "MY_USER:pass",
        ];
        for key in keys {
            assert_eq!(read(key), Ok(key));
            assert_eq!(read(&format!("\u{feff} \t{key}\u{200b}\r\n")), Ok(key));
        }
    }
}
