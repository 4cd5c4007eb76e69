//! Whom refusals speak of, as servers word them.

use lettre::address::Envelope;

use crate::smtp::blame::is_ours;
use crate::smtp::failure::Step;
use crate::smtp::reply::Reply;

fn speaks_of_us(step: Step, answer: &str) -> bool {
    let address = |text: &str| text.parse().expect("an address");
    let mail = Envelope::new(Some(address("gatehouse@acme.test")), vec![address("sam@beta.test")]);
    let (code, text) = answer.split_once([' ', '-']).unwrap_or((answer, ""));
    let reply = Reply { code: code.parse().expect("a code"), lines: vec![text.to_owned()] };
    is_ours(step, &reply, &mail.expect("an envelope"))
}

#[test]
fn a_refused_sender_or_a_refused_client_is_ours() {
    for step in [Step::Hello, Step::Sender] {
        for answer in ["550 5.1.1 user unknown", "553 no", "554", "571 x", "552 5.2.2 mailbox full"] {
            assert!(speaks_of_us(step, answer), "{step:?} {answer}");
        }
    }
}

#[test]
fn what_we_may_not_do_is_ours_at_whichever_command_it_is_said() {
    for answer in [
        // Limits.
        "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to",
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
        "554 Daily message quota exceeded",
        "550 User gatehouse@acme.test has exceeded its 24-hour sending limit.",
        "550 Domain acme.test has exceeded the max emails per hour (101/100 (101%)) allowed. Message discarded.",
        "550 5.4.6 Unusual sending activity detected. Please try after sometime",
        "554 5.7.1 <sam@beta.test>: Recipient address rejected: Policy rejection, rate limit exceeded",
        "550 Connection frequency limited",
        "552 5.3.4 Message size exceeds fixed limit",
        // The sender.
        "553 5.7.1 <gatehouse@acme.test>: Sender address rejected: not owned by user ada",
        "550 5.1.8 <gatehouse@acme.test>: Sender address rejected: Domain not found",
        "553 5.1.7 bad address",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "554 5.2.252 SendAsDenied; gatehouse@acme.test not allowed to send as",
        "550 The from address does not match a verified Sender Identity.",
        "554 Message rejected: Email address is not verified. The following identities failed the check",
        "553 Mail from must equal authorized user",
        "550 gatehouse@acme.test \u{ac31}",
        "550-Verification failed for <gatehouse@acme.test> No such user here; Sender verify failed",
        "550 5.7.26 This mail has been blocked because the sender is unauthenticated",
        "550 5.7.509 Access denied, sending domain does not pass DMARC verification",
        // Relaying.
        "554 5.7.1 <sam@beta.test>: Relay access denied",
        "550 5.7.1 Unable to relay",
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
        "550 relay not permitted",
        "550 5.7.64 TenantAttribution; Relay Access Denied",
        "553 Relaying disallowed as gatehouse@acme.test",
        // Who we are.
        "530 5.7.0 Must issue a STARTTLS command first",
        "530 5.7.57 Client not authenticated to send mail",
        "550 5.7.1 Authentication required",
        "535 no",
        "538 5.7.11 Encryption required",
        "525 5.7.13 User Account Disabled",
        "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "550 5.7.1 [192.0.2.1] is on our blocklist",
        "550 5.7.25 The IP address sending this message does not have a PTR record setup",
        "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
        "550 5.7.501 Service unavailable. Access denied, spam abuse detected",
        "550 5.7.1 Your account has been suspended",
        "554 5.1.8 Email Outgoing Blocked",
        "503 5.5.1 RCPT first",
        "550 5.3.2 system not accepting network messages",
    ] {
        for step in [Step::Recipient, Step::Data, Step::End] {
            assert!(speaks_of_us(step, answer), "{step:?} {answer}");
        }
    }
}

#[test]
fn what_is_said_of_a_mailbox_is_not_ours() {
    for answer in [
        "550",
        "550 5.1.1 <sam@beta.test>: Recipient address rejected: User unknown in relay recipient table",
        "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking",
        "550 mailbox unavailable",
        "550 No such user here",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 5.2.1 The email account that you tried to reach is disabled.",
        "552 5.2.2 The email account that you tried to reach is over quota",
        "552 mailbox full",
        "550 5.4.1 Recipient address rejected: Access denied",
        "550 5.4.4 Unable to route: no mail hosts for domain",
        "551 User not local",
        "553 mailbox name not allowed",
        "555 5.5.2 Syntax error",
        "556 5.1.10 Recipient address has null MX",
        "550 #5.1.0 Address rejected by relay1.beta.test",
        "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required",
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        "550 5.7.17 Mailbox owner has changed",
        "550 5.7.1 <sam@beta.test>: Recipient address rejected: Access denied",
        "550 The mail server could not deliver mail to sam@beta.test. The account or domain may not exist, they may \
         be blacklisted, or missing the proper dns entries.",
        "571 sam@beta.test prohibited",
    ] {
        assert!(!speaks_of_us(Step::Recipient, answer), "{answer}");
        assert!(!speaks_of_us(Step::End, answer), "{answer}");
    }
}

#[test]
fn a_refused_content_is_not_tried_again_and_a_refused_data_is() {
    for answer in
        ["554 5.7.1 we think this is spam", "550 5.6.0 bad content", "554 Transaction failed", "554"]
    {
        assert!(!speaks_of_us(Step::End, answer), "{answer}");
    }
    assert!(speaks_of_us(Step::Data, "554 5.7.1 <DATA>: Data command rejected"));
    assert!(!speaks_of_us(Step::Data, "550 5.1.1 user unknown"));
}
