//! What commands say on standard output.

use std::io::{self, ErrorKind, Write};

use crate::log;
use crate::numbers::grouped;

/// Says a line to the person who called. One who has gone misses it: what was done is done all the same.
macro_rules! say {
    ($($line:tt)*) => {
        $crate::cli::output::say(&format!($($line)*))
    };
}

/// What [`say!`] does.
pub fn say(line: &str) {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            log::say(&format!("gatehouse: standard output: {error}"));
        }
        _ => {}
    }
}

/// `1 member`, `12,000 members`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}
