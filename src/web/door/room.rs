//! For how many connections there is room.

use std::ops::RangeInclusive;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// File descriptors for everything else: the database's connections, requests of ours, the log, files.
const OTHERS: usize = 96;
/// A connection has two: its own, and one to end it by.
const OF_CONNECTION: usize = 2;
/// More than these need more memory than a front office is given.
const MOST: usize = 8192;
const FEWEST: usize = 16;
/// Connections that are accepted while others make room: so few, or more where descriptors are left, for with few of them each
/// waits until one has gone. More wait in the system: accepted faster than they are looked at, they would use up the
/// descriptors.
const BETWEEN: RangeInclusive<usize> = 32..=256;
/// File descriptors that it asks for where there is no limit, which some systems take for a number too high.
const MANY: u64 = 10_240;
/// What one client may have: a company behind one address, with some connections for each browser.
const OF_ONE: usize = 512;

/// For how many connections there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub in_all: usize,
    /// For those of one address, or of the /64 of one IPv6 subscriber.
    pub of_one: usize,
    /// For those that are accepted while others make room.
    pub between: usize,
}

impl Room {
    /// As much as the process has file descriptors for, of which it takes as many as it is allowed to.
    pub fn of_process() -> Self {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        // What it has is what it goes on with.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum.or(Some(MANY)), maximum });
        let descriptors = getrlimit(Resource::Nofile).current.and_then(|most| usize::try_from(most).ok());
        Self::within(descriptors.unwrap_or(usize::MAX))
    }

    /// How many each of these workers may have at once.
    pub fn of_worker(self, workers: usize) -> usize {
        (self.in_all + self.between).div_ceil(workers)
    }

    fn within(descriptors: usize) -> Self {
        let pairs = descriptors.saturating_sub(OTHERS) / OF_CONNECTION;
        let in_all = pairs.clamp(FEWEST, MOST);
        let between = pairs.saturating_sub(in_all).clamp(*BETWEEN.start(), *BETWEEN.end());
        Self { in_all, of_one: OF_ONE.min(in_all / 2), between }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_as_many_as_there_are_descriptors_for() {
        assert_eq!(Room::within(160), Room { in_all: 32, of_one: 16, between: 32 });
        assert_eq!(Room::within(1024), Room { in_all: 464, of_one: 232, between: 32 });
        assert_eq!(Room::within(524_288), Room { in_all: 8192, of_one: 512, between: 256 });
        assert_eq!(Room::within(16_680), Room { in_all: 8192, of_one: 512, between: 100 });
        assert_eq!(Room::within(1024).of_worker(2), 248);
        assert_eq!(Room::within(10), Room { in_all: 16, of_one: 8, between: 32 });
    }
}
