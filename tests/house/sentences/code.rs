//! What the code says: its texts that read as sentences, without those for machines.

use proc_macro2::{TokenStream, TokenTree};

/// What texts for machines hold.
const OF_SQL: [&str; 20] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "CREATE ",
    "ALTER ",
    "DROP ",
    "PRAGMA ",
    "VACUUM",
    "COALESCE(",
    " FROM ",
    " AND ",
    " OR ",
    " IN (",
    " IS NULL",
    " IS NOT ",
    " DESC",
    "ORDER BY",
    " = $",
    "BEGIN ",
];
/// Signs that no sentence has.
const OF_MARKUP: [&str; 5] = ["</", "/>", "=\"", "{\"", "::"];

/// The sentences of a source, in order.
pub fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(text.parse().expect("tokens"), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (n, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Literal(literal) => found.extend(said(&literal.to_string())),
            TokenTree::Group(group) if !is_for_others(&tokens[..n], group.stream()) => {
                collect(group.stream(), found);
            }
            _ => {}
        }
    }
}

/// Tests, and attributes that no person reads: of errors they are the sentence.
fn is_for_others(before: &[TokenTree], inside: TokenStream) -> bool {
    let text = |token: &TokenTree| token.to_string();
    let last = |n: usize| before.len().checked_sub(n).map(|at| text(&before[at])).unwrap_or_default();
    let is_attribute = last(1) == "#" || last(1) == "!" && last(2) == "#";
    let name = inside.into_iter().next().as_ref().map(text);
    last(2) == "mod" && last(1) == "tests" || is_attribute && name.as_deref() != Some("error")
}

/// What a literal says, if that is a sentence.
fn said(literal: &str) -> Option<String> {
    let start = literal.find('"').filter(|at| literal[..*at].trim_matches(['r', '#']).is_empty())?;
    let text = literal[start + 1..].trim_end_matches('#').strip_suffix('"')?;
    let text = super::on_one_line(&text.replace("\\\n", " ").replace("\\\"", "\"").replace("\\n", "\n"));
    is_sentence(&text).then_some(text)
}

/// Two words with a space between, one of them of letters alone.
pub(super) fn is_sentence(text: &str) -> bool {
    let is_word = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let words = text.split_whitespace().filter(is_word).count();
    words >= 2
        && !OF_SQL.iter().any(|sign| text.contains(sign))
        && !OF_MARKUP.iter().any(|sign| text.contains(sign))
}

#[test]
fn sentences_are_told_from_texts_for_machines() {
    let text = r##"
        /// A docstring is no sentence of the product.
        #[error("the key is gone")]
        #[expect(clippy::x, reason = "of no interest")]
        struct A;
        fn f() {
            say("Remove \"Acme\"?\
                 Nobody can undo this.");
            say(format!("{n} people"), "user.removed", 'c', r#"raw words"#);
            query("SELECT id FROM users");
            html("<b>bold words</b>");
        }
        #[cfg(test)]
        mod tests { fn g() { say("not this one"); } }
    "##;
    assert_eq!(sentences(text), ["the key is gone", "Remove \"Acme\"? Nobody can undo this.", "raw words"]);
}
