//! Which bytes are which answer: the code alone decides.

use proptest::prelude::*;

use crate::smtp::incoming::Incoming;
use crate::smtp::reply::Reply;

/// What the bytes are for an answer, once no more come.
fn read(bytes: &[u8]) -> Result<Reply, Option<String>> {
    let mut incoming = Incoming::default();
    incoming.take(bytes);
    incoming.finish()
}

fn code(bytes: &[u8]) -> Option<u16> {
    read(bytes).ok().map(|reply| reply.code)
}

#[test]
fn every_shape_of_250_is_250() {
    for shape in [
        &b"250\r\n"[..],
        b"250 \r\n",
        b"250\n",
        b"250 ok\n",
        b"250",
        b"250 ok",
        b"250-",
        b"250-ok\r\n250\r\n",
        b"250-ok\r\n250-\r\n250 done\r\n",
        b"250-ok\r\nnot a code\r\n\r\n250 done\r\n",
        b"\r\n250 ok\r\n",
        b" \t250 ok\r\n",
        b"\xef\xbb\xbf250 ok\r\n",
        b"250\tok\r\n",
        b"250_ok\r\n",
        b"250:ok\r\n",
        b"250ok\r\n",
        b"250\0ok\r\n",
        b"250 n\xe4chste Mail\r\n",
        b"250 \xd3\xca\xbc\xfe\xd2\xd1\xbd\xd3\xca\xd5\r\n",
        b"250 \xff\xfe\x00\x01\r\n",
        b"250-\xff\r\n250 ok\r\n",
        b"250 2.0.0 Ok: queued as 4F1\r\n",
        b"250 554 5.7.1 is not the code\r\n",
    ] {
        assert_eq!(code(shape), Some(250), "{}", shape.escape_ascii());
    }
    let long = [&b"250 "[..], &b"x".repeat(100_000), b"\r\n"].concat();
    assert_eq!(read(&long), Ok(Reply { code: 250, lines: Vec::new() }), "and no end of text is kept");
    let many = b"250-x\r\n".repeat(10_000);
    assert_eq!(read(&many).map(|reply| reply.lines.len()), Ok(50));
}

#[test]
fn every_code_of_three_digits_is_one() {
    for known in [220, 235, 334, 354, 421, 450, 523, 550, 571, 590, 666, 100, 999] {
        assert_eq!(code(format!("{known} said\r\n").as_bytes()), Some(known));
    }
    for other in
        ["2500 ok\r\n", "25\r\n", "ok\r\n", "", "\r\n", "SSH-2.0-x\r\n", "HTTP/1.1 400 Bad\r\n", "+OK\r\n"]
    {
        assert_eq!(code(other.as_bytes()), None, "{other:?}");
    }
    assert_eq!(read(b"\r\nSSH-2.0-x\r\nmore\r\n"), Err(Some("SSH-2.0-x".to_owned())));
    assert_eq!(read(b"\r\n \r\n"), Err(None));
}

#[test]
fn the_last_line_counts_where_codes_differ() {
    assert_eq!(code(b"250-ok\r\n550 no\r\n"), Some(550));
    assert_eq!(code(b"550-no\r\n250 ok\r\n"), Some(250));
}

#[test]
fn what_was_sent_together_is_one_answer_although_the_hyphens_are_missing() {
    let mut incoming = Incoming::default();
    let mut rest = &b"250 mail.acme.test\r\n250 STARTTLS\r\n250 AUTH LOGIN\r\n421 bye\r\n"[..];
    while !incoming.is_whole() {
        rest = &rest[incoming.take(rest)..];
        incoming.go_on_with(rest);
    }
    assert_eq!(rest, b"421 bye\r\n");
    let lines = ["mail.acme.test", "STARTTLS", "AUTH LOGIN"].map(str::to_owned).to_vec();
    assert_eq!(incoming.finish(), Ok(Reply { code: 250, lines }));
}

/// A line end, and any text without one.
fn line_end() -> impl Strategy<Value = &'static [u8]> {
    prop::sample::select(vec![&b"\r\n"[..], b"\n"])
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>().prop_filter("no end", |byte| *byte != b'\n'), 0..700)
}

proptest! {
    #[test]
    fn no_text_changes_a_code(code in 200_u16..600, texts in prop::collection::vec(text(), 1..5), end in line_end()) {
        let mut bytes = Vec::new();
        for (n, text) in texts.iter().enumerate() {
            let separator = if n + 1 < texts.len() { '-' } else { ' ' };
            bytes.extend_from_slice(format!("{code}{separator}").as_bytes());
            bytes.extend_from_slice(text);
            bytes.extend_from_slice(end);
        }
        let mut incoming = Incoming::default();
        prop_assert_eq!(incoming.take(&bytes), bytes.len());
        prop_assert!(incoming.is_whole());
        prop_assert_eq!(incoming.finish().map(|reply| reply.code), Ok(code));
    }

    #[test]
    fn it_does_not_matter_how_bytes_are_split(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..300) {
        let (whole, cut) = (read(&bytes), cut.min(bytes.len()));
        let mut incoming = Incoming::default();
        let taken = incoming.take(&bytes[..cut]);
        prop_assert!(taken == cut || incoming.is_whole());
        if !incoming.is_whole() {
            incoming.take(&bytes[cut..]);
        }
        prop_assert_eq!(incoming.finish(), whole);
    }
}
