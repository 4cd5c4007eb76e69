//! The mails that came, the last two hundred, in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::caught::Caught;

/// As many as are kept.
const MOST: usize = 200;

/// What came, the latest first.
#[derive(Default)]
pub struct Store(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    count: u64,
    mails: VecDeque<Arc<Caught>>,
}

impl Store {
    /// Keeps a mail; the oldest makes room.
    pub fn keep(&self, recipients: Vec<String>, raw: Vec<u8>) {
        let mut kept = self.kept();
        kept.count += 1;
        let caught = Arc::new(Caught::read(kept.count, recipients, raw));
        kept.mails.push_front(caught);
        kept.mails.truncate(MOST);
    }

    /// All that are kept, the latest first.
    pub fn all(&self) -> Vec<Arc<Caught>> {
        self.kept().mails.iter().cloned().collect()
    }

    /// The mail with this number.
    pub fn find(&self, id: u64) -> Option<Arc<Caught>> {
        self.kept().mails.iter().find(|mail| mail.id == id).cloned()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: Ana <ana@acme.test>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
        See <http://localhost:8080/x> and http://localhost:8080/x, not javascript:x\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<b>Hi</b>\r\n--b--\r\n";

    #[test]
    fn a_mail_is_read_and_its_links_are_found() {
        let store = Store::default();
        store.keep(vec!["sam@acme.test".to_owned()], MAIL.into());
        let mail = store.find(1).expect("a mail");
        assert_eq!((mail.from.as_str(), mail.subject.as_str()), ("Ana", "Grüße"));
        assert_eq!(mail.links, ["http://localhost:8080/x"]);
        assert_eq!(mail.html.as_deref().map(str::trim), Some("<b>Hi</b>"));
    }

    #[test]
    fn the_last_two_hundred_are_kept_whatever_they_hold() {
        let store = Store::default();
        for n in 0..250_u8 {
            store.keep(Vec::new(), vec![n; usize::from(n)]);
        }
        let all = store.all();
        assert_eq!((all.len(), all[0].id), (MOST, 250));
        assert!(store.find(1).is_none());
    }
}
