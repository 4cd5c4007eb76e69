//! Who is in, and in what order they make room for others.
//!
//! What decides is kept as connections come and go: anyone who comes when all is full costs no look at everyone who is
//! there.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use super::room::Room;

/// Who is in by connections with these sockets.
pub(super) struct Guests<Socket> {
    room: Room,
    all: HashMap<u64, Guest<Socket>>,
    /// Those that are not being answered.
    waiting: BTreeSet<Turn>,
    clients: HashMap<IpAddr, OfClient>,
}

/// The connections of one client.
#[derive(Default)]
struct OfClient {
    count: usize,
    waiting: BTreeSet<Turn>,
}

/// One connection.
pub(super) struct Guest<Socket> {
    pub socket: Socket,
    /// Whose it is, unless it is one of many clients.
    pub client: Option<IpAddr>,
    pub standing: Standing,
}

/// What there is to know of one. Times are in microseconds after the first of all could come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    /// Whether the head of a request has come: of the others we may be late, not their clients.
    pub has_asked: bool,
    pub is_answered: bool,
    pub is_signed_in: bool,
    pub waits_since: u64,
    /// When it ends, whatever comes.
    pub ends_at: Option<u64>,
}

/// Who makes room first: those who have asked as no one; then whose request may only wait for us to read it; then
/// people who are signed in. Of each, the one that has waited longest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    is_signed_in: bool,
    has_not_asked: bool,
    waits_since: u64,
    number: u64,
}

impl Standing {
    /// None for anyone who makes room for nobody.
    fn turn(self, number: u64) -> Option<Turn> {
        let Self { has_asked, is_answered, is_signed_in, waits_since, .. } = self;
        (!is_answered).then_some(Turn { is_signed_in, has_not_asked: !has_asked, waits_since, number })
    }

    /// Whether it ends by `now`, or its client has kept us waiting since before `since`.
    fn is_overdue(self, now: u64, since: u64) -> bool {
        self.ends_at.is_some_and(|end| end <= now) || !self.is_answered && self.waits_since < since
    }
}

impl<Socket> Guests<Socket> {
    /// None yet; as many as there is `room` for.
    pub fn new(room: Room) -> Self {
        Self { room, all: HashMap::new(), waiting: BTreeSet::new(), clients: HashMap::new() }
    }

    /// Takes one in. Gives the socket of the one that has to leave for it; its own, if nobody makes room.
    pub fn let_in(&mut self, number: u64, guest: Guest<Socket>) -> Option<Socket> {
        let first = self.if_full(guest.client).map(|waiting| waiting.first().map(|turn| turn.number));
        let left = match first {
            Some(None) => return Some(guest.socket),
            Some(Some(first)) => self.remove(first),
            None => None,
        };
        self.line_up(guest.client, None, guest.standing.turn(number));
        if let Some(client) = guest.client {
            self.clients.entry(client).or_default().count += 1;
        }
        self.all.insert(number, guest);
        left
    }

    /// When there is no room for one more of `client`: those of whom one has to make some.
    fn if_full(&self, client: Option<IpAddr>) -> Option<&BTreeSet<Turn>> {
        let theirs = client.and_then(|client| self.clients.get(&client));
        let too_many = theirs.filter(|theirs| theirs.count >= self.room.of_one);
        let is_full = self.all.len() >= self.room.in_all;
        too_many.map(|theirs| &theirs.waiting).or_else(|| is_full.then_some(&self.waiting))
    }

    /// Notes what has become of one, if it is still in.
    pub fn note(&mut self, number: u64, change: impl FnOnce(&mut Standing)) {
        let Some(guest) = self.all.get_mut(&number) else { return };
        let before = guest.standing.turn(number);
        change(&mut guest.standing);
        let (client, after) = (guest.client, guest.standing.turn(number));
        if before != after {
            self.line_up(client, before, after);
        }
    }

    /// Has one wait elsewhere than before, beside all others and beside those of its client.
    fn line_up(&mut self, client: Option<IpAddr>, before: Option<Turn>, after: Option<Turn>) {
        let theirs = client.map(|client| &mut self.clients.entry(client).or_default().waiting);
        for waiting in std::iter::once(&mut self.waiting).chain(theirs) {
            if let Some(turn) = before {
                waiting.remove(&turn);
            }
            waiting.extend(after);
        }
    }

    /// One is in no more; gives its socket if it was.
    pub fn remove(&mut self, number: u64) -> Option<Socket> {
        let guest = self.all.remove(&number)?;
        self.line_up(guest.client, guest.standing.turn(number), None);
        if let Some(Entry::Occupied(mut theirs)) = guest.client.map(|client| self.clients.entry(client)) {
            theirs.get_mut().count -= 1;
            if theirs.get().count == 0 {
                theirs.remove();
            }
        }
        Some(guest.socket)
    }

    /// Takes out those that end by `now`, and those that have waited for their clients since before `since`.
    pub fn take_overdue(&mut self, now: u64, since: u64) -> Vec<Socket> {
        let overdue = self.all.iter().filter(|(_, guest)| guest.standing.is_overdue(now, since));
        let numbers: Vec<u64> = overdue.map(|(number, _)| *number).collect();
        numbers.into_iter().filter_map(|number| self.remove(number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROOM: Room = Room { in_all: 6, of_one: 3, between: 1 };

    /// What can happen at the door. Whom it happens to is one of the latest who came.
    #[derive(Clone, Debug)]
    enum Step {
        Comes { client: Option<u8> },
        Asks(u64),
        IsAnswered(u64),
        SignsIn(u64),
        Waits(u64),
        Goes(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let ago = 1..10_u64;
        prop_oneof![
            6 => prop::option::of(0..3_u8).prop_map(|client| Step::Comes { client }),
            2 => ago.clone().prop_map(Step::Asks),
            2 => ago.clone().prop_map(Step::IsAnswered),
            1 => ago.clone().prop_map(Step::SignsIn),
            1 => ago.clone().prop_map(Step::Waits),
            1 => ago.prop_map(Step::Goes),
        ]
    }

    fn guest(number: u64, client: Option<u8>, now: u64) -> Guest<u64> {
        let client = client.map(|n| IpAddr::from([10, 0, 0, n]));
        Guest { socket: number, client, standing: Standing { waits_since: now, ..Standing::default() } }
    }

    /// Of whom a look at everyone finds that they make room for one more of `client`: the number of one, or that nobody does.
    #[expect(clippy::option_option, reason = "whether someone has to go, and whether anyone can")]
    fn found_by_a_look_at_all(guests: &Guests<u64>, client: Option<IpAddr>) -> Option<Option<u64>> {
        let is_theirs = |guest: &Guest<u64>| client.is_some() && guest.client == client;
        let theirs = guests.all.values().filter(|guest| is_theirs(guest)).count() >= ROOM.of_one;
        let is_full = theirs || guests.all.len() >= ROOM.in_all;
        let may = guests
            .all
            .iter()
            .filter(|(_, guest)| !guest.standing.is_answered && (!theirs || is_theirs(guest)));
        let worth = |number: u64, Standing { has_asked, is_signed_in, waits_since, .. }: Standing| {
            (is_signed_in, !has_asked, waits_since, number)
        };
        let first =
            may.min_by_key(|(number, guest)| worth(**number, guest.standing)).map(|(number, _)| *number);
        is_full.then_some(first)
    }

    fn counted(guests: &Guests<u64>) -> HashMap<IpAddr, usize> {
        let mut counted = HashMap::new();
        for client in guests.all.values().filter_map(|guest| guest.client) {
            *counted.entry(client).or_default() += 1;
        }
        counted
    }

    proptest! {
        #[test]
        fn the_one_who_leaves_is_whom_a_look_at_all_would_choose(steps in prop::collection::vec(step(), 1..200)) {
            let (mut guests, mut came) = (Guests::new(ROOM), 0_u64);
            for (now, step) in (0_u64..).zip(steps) {
                let mut note = |ago: u64, change: fn(&mut Standing, u64)| {
                    guests.note(came.saturating_sub(ago), |standing| change(standing, now));
                };
                match step {
                    Step::Comes { client } => {
                        let guest = guest(came, client, now);
                        let chosen = found_by_a_look_at_all(&guests, guest.client);
                        prop_assert_eq!(guests.let_in(came, guest), chosen.map(|first| first.unwrap_or(came)));
                        came += 1;
                    }
                    Step::Asks(ago) => note(ago, |standing, _| standing.has_asked = true),
                    Step::IsAnswered(ago) => note(ago, |standing, _| standing.is_answered = true),
                    Step::SignsIn(ago) => note(ago, |standing, _| standing.is_signed_in = true),
                    Step::Waits(ago) => note(ago, |standing, now| {
                        *standing = Standing { is_answered: false, waits_since: now, ..*standing };
                    }),
                    Step::Goes(ago) => drop(guests.remove(came.saturating_sub(ago))),
                }
                let counts = guests.clients.iter().map(|(client, theirs)| (*client, theirs.count));
                prop_assert_eq!(counts.collect::<HashMap<_, _>>(), counted(&guests));
                prop_assert!(guests.all.len() <= ROOM.in_all);
            }
            for number in 0..came {
                guests.remove(number);
            }
            prop_assert!(guests.all.is_empty() && guests.waiting.is_empty() && guests.clients.is_empty());
        }
    }

    #[test]
    fn nobody_whose_request_is_being_answered_makes_room() {
        let mut guests = Guests::new(ROOM);
        for number in 0..3 {
            assert_eq!(guests.let_in(number, guest(number, Some(1), number)), None);
            guests.note(number, |standing| standing.is_answered = true);
        }
        assert_eq!(guests.let_in(3, guest(3, Some(1), 3)), Some(3), "anyone who comes is turned away");
        guests.note(1, |standing| standing.is_answered = false);
        assert_eq!(guests.let_in(4, guest(4, Some(1), 4)), Some(1));
    }

    #[test]
    fn anyone_who_keeps_us_waiting_and_anyone_who_was_sent_away_are_taken_out_once() {
        let mut guests = Guests::new(ROOM);
        for number in 0..4 {
            guests.let_in(number, guest(number, None, number));
        }
        guests.note(0, |standing| standing.is_answered = true);
        guests.note(3, |standing| standing.ends_at = Some(30));
        assert_eq!(guests.take_overdue(29, 2), [1]);
        assert_eq!(guests.take_overdue(30, 2), [3]);
        assert!(guests.take_overdue(31, 2).is_empty());
    }
}
