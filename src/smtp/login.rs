//! How we log in (RFC 4954). What the server says is not repeated: it can be what we sent (M10).

use data_encoding::BASE64;
use secrecy::ExposeSecret;

use super::awaited::Awaited;
use super::conversation::Conversation;
use super::deadline::Deadline;
use super::failure::{Failure, setup};
use super::hello::Offers;
use super::reply::Reply;
use crate::config::Login;

/// The longest command that every server accepts, in bytes without its end (RFC 5321, section 4.5.3.1.4).
const LONGEST_COMMAND: usize = 510;
/// Cancels a login that has begun (RFC 4954, section 4).
const CANCEL: &str = "*";

/// A way to log in: how it begins, and what we answer, in order, each time the server asks for more. What it asks doesn't
/// matter: it can be nothing, or in any language.
struct Mechanism {
    command: String,
    answers: Vec<String>,
}

/// Logs in by what the server offers: with PLAIN, or with LOGIN if PLAIN is not offered or not supported after all.
pub(super) async fn log_in(
    conversation: &mut Conversation,
    offers: Offers,
    login: &Login,
) -> Result<(), Failure> {
    let reply = match (offers.plain, offers.login) {
        (false, false) => {
            return Err(setup("the server supports no login method that we know"));
        }
        (true, false) => attempt(conversation, by_plain(login)).await?,
        (false, true) => attempt(conversation, by_login(login)).await?,
        (true, true) => by_either(conversation, login).await?,
    };
    if reply.is_good() {
        return Ok(());
    }
    let code = reply.code;
    Err(setup(&if reply.is_for_now() {
        format!("the server can't check our login right now ({code})")
    } else {
        format!("the server rejected our user name and password ({code})")
    }))
}

/// Tries LOGIN only if it can help. If the server hangs up on it, the answer to PLAIN stands.
async fn by_either(conversation: &mut Conversation, login: &Login) -> Result<Reply, Failure> {
    let reply = attempt(conversation, by_plain(login)).await?;
    if !refuses_the_mechanism(&reply) {
        return Ok(reply);
    }
    Ok(attempt(conversation, by_login(login)).await.unwrap_or(reply))
}

/// Whether a refusal is about the mechanism, and not about the user name and password (RFC 4954, section 6).
///
/// A wrong password sent a second time counts as a second failed attempt, and servers lock accounts for those. So a 535
/// is about the password, with 5.7.8 or any other enhanced code or none: that is what its number means, and Exchange says
/// 5.7.3 and qmail 5.7.0 for a wrong password. Only an enhanced code that names the mechanism says otherwise.
fn refuses_the_mechanism(reply: &Reply) -> bool {
    match (reply.code, reply.enhanced()) {
        (_, Some((7, 8))) => false,
        // Not implemented with this parameter; not supported; too weak; only in TLS.
        (535, Some((5, 4) | (7, 4 | 9 | 11))) => true,
        (code, _) => matches!(code, 500..=504 | 534 | 538),
    }
}

async fn attempt(conversation: &mut Conversation, mechanism: Mechanism) -> Result<Reply, Failure> {
    let deadline = Deadline::new(Awaited::Answer("AUTH"), conversation.patience.command);
    let mut reply = conversation.say(&line(&mechanism.command), deadline).await?;
    let answers = mechanism.answers.iter().map(String::as_str).chain([CANCEL]);
    for answer in answers {
        if reply.asks_for_more() {
            reply = conversation.say(&line(answer), deadline).await?;
        }
    }
    Ok(reply)
}

fn line(text: &str) -> Vec<u8> {
    format!("{text}\r\n").into_bytes()
}

/// AUTH PLAIN (RFC 4616), in one line if that is short enough. A server that accepts no more than the command itself asks for
/// the rest.
fn by_plain(Login { user, password }: &Login) -> Mechanism {
    let token = BASE64.encode(format!("\0{user}\0{}", password.expose_secret()).as_bytes());
    let whole = format!("AUTH PLAIN {token}");
    let command = if whole.len() <= LONGEST_COMMAND { whole } else { "AUTH PLAIN".to_owned() };
    Mechanism { command, answers: vec![token] }
}

/// AUTH LOGIN, of which there is only a draft (draft-murchison-sasl-login).
fn by_login(Login { user, password }: &Login) -> Mechanism {
    let answers = [user.as_str(), password.expose_secret()].map(|text| BASE64.encode(text.as_bytes()));
    Mechanism { command: "AUTH LOGIN".to_owned(), answers: answers.into() }
}
