//! What servers say when they mean us and their codes don't tell. Collected from their documentation and from reports.

/// About us, as whole words and in lower case.
const OF_US: &[&str] = &[
    // We can't send through this server.
    "relay",
    "relaying",
    "rcpthosts",
    "authentication",
    "not authenticated",
    "authenticate first",
    "must authenticate",
    "log in first",
    "not allowed to send",
    "not permitted to send",
    "permission to send",
    "no permission",
    "authorized to send",
    "authorized user",
    "authorization user",
    "authorized recipients",
    "not verified",
    "unverified",
    "test domains",
    // Not as this sender.
    "mail from",
    "from address",
    "envelope sender",
    "sender address",
    "sender domain",
    "sender identity",
    "sender signature",
    "sender verify",
    "sender verification",
    "sender is",
    "sender not",
    "sender rejected",
    "sender denied",
    "sender blocked",
    "invalid sender",
    "bad sender",
    "unknown sender",
    "send as",
    "sendasdenied",
    "spf",
    "dkim",
    "dmarc",
    // Not from this machine.
    "helo",
    "ehlo",
    "client host",
    "your host",
    "your ip",
    "your server",
    "your network",
    "ip address",
    "reverse dns",
    "rdns",
    "ptr",
    "reputation",
    "banned",
    "blacklist",
    "blacklisted",
    "blocklist",
    "blocklisted",
    "block list",
    "dnsbl",
    "rbl",
    "spamhaus",
    "spamcop",
    "barracuda",
    // Not so much.
    "daily",
    "hourly",
    "per day",
    "per hour",
    "per minute",
    "24-hour",
    "24 hours",
    "emails per",
    "messages per",
    "sending limit",
    "sending limits",
    "sending quota",
    "message quota",
    "rate limit",
    "rate limited",
    "too many",
    "too fast",
    "frequency",
    "throttled",
    "throttling",
    "credits",
    "message size",
    "message too big",
    "message too large",
    // Not any more.
    "your account",
    "your domain",
    "outgoing",
    "outbound",
    "unusual sending",
    "sending suspended",
    "suspended from sending",
];
/// About a mailbox, although it sounds otherwise.
const OF_THEM: &[&str] = &["resolver.rst", "may not exist", "relay recipient table"];

/// Whether a text in lower case is about us.
pub(super) fn speaks_of_us(text: &str) -> bool {
    let words = words(text);
    let is_of_them = OF_THEM.iter().any(|phrase| words.contains(phrase));
    !is_of_them && OF_US.iter().any(|phrase| words.contains(&format!(" {phrase} ")))
}

/// Words without punctuation around them, with a space on each side: `relay.acme.test` is one word.
fn words(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '/' | '|' | '='));
    let bare =
        words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    format!(" {} ", bare.collect::<Vec<_>>().join(" "))
}
