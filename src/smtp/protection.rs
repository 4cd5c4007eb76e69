//! How the server is greeted and the connection protected, as configured.

use std::io;

use super::awaited::Awaited;
use super::conversation::{Conversation, Wire};
use super::deadline::Deadline;
use super::delivery::Delivery;
use super::failure::{Failure, Step, setup};
use super::hello::{Offers, ehlo, ehlo_or_helo};
use super::reason;
use crate::config::Security;

/// A server that has been greeted.
pub(super) struct Greeted {
    pub conversation: Conversation,
    pub offers: Offers,
    pub protection: Protection,
}

/// Whether TLS is spoken, or why not.
#[derive(Clone, Copy, Debug)]
pub(super) enum Protection {
    Tls,
    SwitchedOff,
    NotOffered,
    /// Offered, but STARTTLS was answered with this code.
    Refused(u16),
}

impl Protection {
    /// Why there is no TLS; none if there is.
    pub fn lack(self) -> Option<String> {
        match self {
            Self::Tls => None,
            Self::SwitchedOff => Some("TLS is switched off by ?tls=none".to_owned()),
            Self::NotOffered => Some("the server doesn't offer TLS".to_owned()),
            Self::Refused(code) => Some(format!("the server offers TLS but refused to start it ({code})")),
        }
    }
}

impl Delivery {
    pub(super) async fn protect(&self, conversation: Conversation) -> Result<Greeted, Failure> {
        match self.security {
            Security::StartTls => self.greet_with_starttls(conversation).await,
            Security::Opportunistic => self.greet_with_starttls_if_offered(conversation).await,
            Security::Tls => self.greet(conversation, Protection::Tls).await,
            Security::None => self.greet(conversation, Protection::SwitchedOff).await,
        }
    }

    async fn greet(
        &self,
        mut conversation: Conversation,
        protection: Protection,
    ) -> Result<Greeted, Failure> {
        let offers = ehlo_or_helo(&mut conversation, &self.hello).await?;
        Ok(Greeted { conversation, offers, protection })
    }

    /// A server that should offer STARTTLS (RFC 3207) and doesn't is told nothing more (M09). The same goes for one that
    /// refuses EHLO, whose answer would offer it.
    async fn greet_with_starttls(&self, mut conversation: Conversation) -> Result<Greeted, Failure> {
        let offers = match ehlo(&mut conversation, &self.hello).await {
            Err(Failure::Answer(_, reply)) if reply.is_final() => {
                let sentence = "the server rejects EHLO, so STARTTLS isn't available and nothing was sent";
                return Err(setup(&format!("{sentence} ({})", reply.code)));
            }
            answered => answered?,
        };
        if !offers.starttls {
            return Err(setup("the server doesn't offer STARTTLS, so nothing was sent"));
        }
        conversation.ask("STARTTLS", "").await?.good(Step::Hello)?;
        self.begin_tls(conversation).await
    }

    /// In clear if the server offers no TLS or can't speak it right now. An invalid certificate is still an error.
    async fn greet_with_starttls_if_offered(
        &self,
        mut conversation: Conversation,
    ) -> Result<Greeted, Failure> {
        let offers = ehlo_or_helo(&mut conversation, &self.hello).await?;
        if !offers.starttls {
            return Ok(Greeted { conversation, offers, protection: Protection::NotOffered });
        }
        let reply = conversation.ask("STARTTLS", "").await?;
        if reply.is_good() {
            return self.begin_tls(conversation).await;
        }
        Ok(Greeted { conversation, offers, protection: Protection::Refused(reply.code) })
    }

    /// What was offered in clear no longer counts.
    async fn begin_tls(&self, conversation: Conversation) -> Result<Greeted, Failure> {
        let patience = conversation.patience;
        let Some(wire) = conversation.into_wire() else {
            return Err(setup("the server sent unexpected data before TLS, so nothing was sent"));
        };
        let wire = self.encrypt(wire, reason::of_tls).await?;
        self.greet(Conversation::on(wire, patience), Protection::Tls).await
    }

    /// Speaks TLS from here on; `explain` says why if that fails.
    pub(super) async fn encrypt(
        &self,
        wire: Box<dyn Wire>,
        explain: fn(&io::Error) -> String,
    ) -> Result<Box<dyn Wire>, Failure> {
        let Some(tls) = &self.tls else { return Err(setup("TLS is switched off by ?tls=none")) };
        let deadline = Deadline::new(Awaited::Tls, self.patience.greeting);
        deadline.wait(tls.wrap(wire)).await?.map_err(|error| setup(&explain(&error)))
    }
}
