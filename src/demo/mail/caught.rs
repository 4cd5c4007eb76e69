//! A mail that came, as it is read.

use chrono::{DateTime, Utc};
use mail_parser::MessageParser;
use url::Url;

/// A mail that came.
pub struct Caught {
    pub id: u64,
    pub at: DateTime<Utc>,
    /// Whom the envelope names.
    pub recipients: Vec<String>,
    pub from: String,
    pub subject: String,
    pub text: String,
    /// Someone else's markup: shown in a sandbox only.
    pub html: Option<String>,
    /// The web addresses in its text, each once.
    pub links: Vec<String>,
    pub raw: Vec<u8>,
}

impl Caught {
    pub(super) fn read(id: u64, recipients: Vec<String>, raw: Vec<u8>) -> Self {
        let parsed = MessageParser::default().parse(&raw);
        let sender = parsed.as_ref().and_then(|mail| mail.from()?.first());
        let name = sender.and_then(|sender| sender.name().or(sender.address()));
        let text = parsed.as_ref().and_then(|mail| mail.body_text(0)).unwrap_or_default().into_owned();
        let has_html = parsed.as_ref().is_some_and(|mail| {
            mail.html_bodies().next().is_some_and(mail_parser::MessagePart::is_text_html)
        });
        let html = parsed.as_ref().filter(|_| has_html).and_then(|mail| mail.body_html(0));
        Self {
            id,
            at: Utc::now(),
            from: name.unwrap_or("nobody").to_owned(),
            subject: parsed.as_ref().and_then(|mail| mail.subject()).unwrap_or("(no subject)").to_owned(),
            html: html.map(std::borrow::Cow::into_owned),
            links: links(&text),
            text,
            recipients,
            raw,
        }
    }

    /// When it came.
    pub fn moment(&self) -> String {
        self.at.format("%H:%M:%S UTC").to_string()
    }

    /// Whom it is for, in one line.
    pub fn to(&self) -> String {
        self.recipients.join(", ")
    }

    /// Raw source.
    pub fn source(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }
}

fn links(text: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = word.trim_matches(|c| "<>()\"',;".contains(c));
        let is_link = Url::parse(word).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if is_link && !links.iter().any(|known| known == word) {
            links.push(word.to_owned());
        }
    }
    links
}
