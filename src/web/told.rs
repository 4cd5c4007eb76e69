//! What the log was told lately, so that it is not told the same with every request.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

/// How long the same is not said again.
const WHILE: Duration = Duration::hours(1);
/// As many different things as are said in that time: anyone who sends requests can make names up.
const MOST: usize = 5;

/// What was said lately.
#[derive(Default)]
pub struct Told(Mutex<Lately>);

#[derive(Default)]
struct Lately {
    since: DateTime<Utc>,
    names: HashSet<String>,
    /// Whether it was said that there are more.
    more: bool,
}

/// What is to be said of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It was not said lately.
    New,
    /// Enough was said lately: only that there is more.
    More,
    Nothing,
}

impl Told {
    /// What is to be said now of `what`; it then has been.
    pub fn news(&self, what: &str, now: DateTime<Utc>) -> News {
        let mut lately = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now - lately.since >= WHILE {
            *lately = Lately { since: now, ..Lately::default() };
        }
        if lately.names.contains(what) {
            News::Nothing
        } else if lately.names.len() < MOST {
            lately.names.insert(what.to_owned());
            News::New
        } else if !std::mem::replace(&mut lately.more, true) {
            News::More
        } else {
            News::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_said_once_an_hour_and_not_endlessly_many() {
        let (told, now) = (Told::default(), DateTime::UNIX_EPOCH + Duration::days(1));
        assert_eq!(told.news("a", now), News::New);
        assert_eq!(told.news("a", now + WHILE / 2), News::Nothing);
        assert_eq!(told.news("b", now), News::New);
        assert_eq!(told.news("a", now + WHILE), News::New, "an hour later");
        let said: Vec<News> = (0..10_000).map(|n| told.news(&n.to_string(), now + WHILE)).collect();
        let count = |news| said.iter().filter(|said| **said == news).count();
        assert_eq!((count(News::New), count(News::More)), (MOST - 1, 1));
        assert_eq!(told.0.lock().expect("the names").names.len(), MOST, "no more are kept");
        assert_eq!(told.news("9999", now + WHILE * 2), News::New);
    }
}
