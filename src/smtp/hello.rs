//! How the server is greeted, and what it offers.

use super::conversation::Conversation;
use super::failure::{Failure, Step};
use super::reply::Reply;

/// What a server offers. One that doesn't know EHLO offers nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub starttls: bool,
    /// AUTH PLAIN (RFC 4616).
    pub plain: bool,
    /// AUTH LOGIN.
    pub login: bool,
}

impl Offers {
    /// Reads the answer to EHLO. Case doesn't matter (RFC 5321, section 2.4), and old servers write `AUTH=LOGIN`.
    fn of(reply: &Reply) -> Self {
        let mut offers = Self::default();
        for line in &reply.lines {
            let line = line.to_ascii_uppercase();
            let mut words =
                line.split(|c: char| c.is_whitespace() || c == '=').filter(|word| !word.is_empty());
            match words.next() {
                Some("STARTTLS") => offers.starttls = true,
                Some("AUTH") => words.for_each(|mechanism| offers.add(mechanism)),
                _ => {}
            }
        }
        offers
    }

    fn add(&mut self, mechanism: &str) {
        self.plain |= mechanism == "PLAIN";
        self.login |= mechanism == "LOGIN";
    }
}

/// Says EHLO.
pub(super) async fn ehlo(conversation: &mut Conversation, name: &str) -> Result<Offers, Failure> {
    Ok(Offers::of(&hello(conversation, "EHLO", name).await?))
}

/// Says EHLO, or HELO if the server refuses that (RFC 5321, section 3.2).
pub(super) async fn ehlo_or_helo(conversation: &mut Conversation, name: &str) -> Result<Offers, Failure> {
    match ehlo(conversation, name).await {
        Err(Failure::Answer(_, reply)) if reply.is_final() => {
            hello(conversation, "HELO", name).await?;
            Ok(Offers::default())
        }
        answered => answered,
    }
}

/// Passes over a greeting that came twice or late: 220 doesn't answer EHLO.
async fn hello(conversation: &mut Conversation, verb: &'static str, name: &str) -> Result<Reply, Failure> {
    conversation.ask_past(verb, name, |reply| reply.code == 220).await?.good(Step::Hello)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_in_whatever_form_they_are_made() {
        let (nothing, all) = (Offers::default(), Offers { starttls: true, plain: true, login: true });
        for (lines, offers) in [
            (&["mail.acme.test", "STARTTLS", "AUTH PLAIN LOGIN"][..], all),
            (&["mail.acme.test", "starttls", "auth login plain cram-md5"], all),
            (&["StartTls ", "AUTH=PLAIN", "AUTH =LOGIN"], all),
            (&["AUTH=LOGIN"], Offers { login: true, ..nothing }),
            (&["AUTH\tPLAIN"], Offers { plain: true, ..nothing }),
            (&["auth.acme.test", "XSTARTTLS", "AUTH", "AUTH XOAUTH2", "HELP AUTH PLAIN"], nothing),
            (&[], nothing),
        ] {
            let reply = Reply { code: 250, lines: lines.iter().map(|line| (*line).to_owned()).collect() };
            assert_eq!(Offers::of(&reply), offers, "{lines:?}");
        }
    }
}
