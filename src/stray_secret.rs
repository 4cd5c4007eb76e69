//! Secrets that were typed where everyone reads them: a key as the name of a provider, a token as a reason. They are
//! refused wherever text is typed, and the form comes back without them.

use crate::llm::Family;

/// What is said of them.
pub const LOOKS_SECRET: &str = "This looks like a secret key. It wasn’t saved: others can read this field.";

/// What no name or reason has: so many letters and digits in one piece, that change so often.
const LONGEST_PIECE: usize = 32;
const MOST_CHANGES: usize = 4;
/// The shortest key that its beginning gives away, and its shortest piece with a digit in it, in bytes.
const SHORTEST_KEY: usize = 16;
const SHORTEST_PIECE: usize = 8;
/// What keys and tokens begin with that say nothing of who gave them out: OpenAI's first ones, and JSON Web Tokens.
const BEGINNINGS: [&str; 2] = ["sk-", "eyJ"];
/// What a private key in text begins with (RFC 7468).
const PEM: &str = "-----BEGIN ";

/// Whether something in a text looks like a secret.
pub fn is_in(text: &str) -> bool {
    text.contains(PEM) || words(text).any(is_secret)
}

/// Refuses a text in which something looks like a secret.
///
/// # Errors
/// [`LOOKS_SECRET`].
pub fn refuse(text: &str) -> Result<(), &'static str> {
    if is_in(text) { Err(LOOKS_SECRET) } else { Ok(()) }
}

/// A text without what looks like a secret in it, for the form that comes back.
pub fn kept(text: impl AsRef<str>) -> String {
    let text = text.as_ref();
    if text.contains(PEM) {
        return String::new();
    }
    words(text).filter(|word| is_secret(word)).fold(text.to_owned(), |kept, word| kept.replace(word, ""))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || ",;:=/?&@\"'`()<>[]{}|".contains(c))
}

fn is_secret(word: &str) -> bool {
    let is_key = Family::of(word).is_some() || BEGINNINGS.iter().any(|start| word.starts_with(start));
    is_key && word.len() >= SHORTEST_KEY && pieces(word).any(is_of_key) || pieces(word).any(is_random)
}

fn pieces(word: &str) -> impl Iterator<Item = &str> {
    word.split(|c: char| !c.is_ascii_alphanumeric())
}

fn is_of_key(piece: &str) -> bool {
    piece.len() >= SHORTEST_PIECE && piece.contains(|c: char| c.is_ascii_digit())
}

fn is_random(piece: &str) -> bool {
    let is_digit = |at: usize| piece.as_bytes()[at].is_ascii_digit();
    let changes = (1..piece.len()).filter(|at| is_digit(*at) != is_digit(at - 1)).count();
    piece.len() >= LONGEST_PIECE && changes >= MOST_CHANGES
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRETS: [&str; 12] = [
        "sk-ant-api03-AbC_dEf-0123456789AA",
        "sk-proj-0123456789abcdefghijklmn",
        "sk-0123456789abcdefghijklmnopqrst",
        "gsk_0123456789abcdefghij",
        "AIzaSyA0123456789-_bcdef0123456789ab",
        "xai-0123456789abcdef",
        "hf_0123456789abcdefgh",
        "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
        "AKIA0123456789ABCDEF",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "3f2a9c0d1b4e5f60718293a4b5c6d7e8",
        "a8Fk29dLq0ZxB7mN3vC5tY1wR6uE4pQs",
    ];

    #[test]
    fn a_secret_is_found_wherever_it_stands_and_does_not_come_back() {
        for secret in SECRETS {
            for text in [
                secret.to_owned(),
                format!("Our {secret} key"),
                format!("OPENAI_API_KEY={secret}"),
                format!("https://h.test/{secret}/v1?key={secret}"),
                format!("ana@acme.com, \"{secret}\";\nben@acme.com"),
            ] {
                assert!(is_in(&text), "{text}");
                assert!(!kept(&text).contains(secret), "{text}");
                assert!(!is_in(&kept(&text)), "{text}");
            }
        }
        assert_eq!(kept(format!("a@b.test\n{}\nc@d.test", SECRETS[0])), "a@b.test\n\nc@d.test");
        assert_eq!(kept("-----BEGIN PRIVATE KEY-----\nMIIE"), "");
    }

    #[test]
    fn what_people_call_things_is_none() {
        for text in [
            "",
            "Acme Inc.",
            "sk-learn platform team 2026",
            "sk-slovakia-office-2026",
            "hf_team_europe_2026",
            "International Organization 2026 Research",
            "InternationalOrganization2026ResearchTeam",
            "0192f0c1-4b7e-7c3a-9d52-8f0e6a1b2c3d",
            "5f50c31b7e9a4c0017a3b2d1",
            "12345678+ana@users.noreply.github.com",
            "https://acme.openai.azure.com/openai/deployments/gpt4o/v1beta2",
            "Ticket 2026-10-14/8812: rotated keys of team 4",
            "日本語の名前",
        ] {
            assert!(!is_in(text), "{text}");
            assert_eq!(kept(text), text);
        }
    }
}
