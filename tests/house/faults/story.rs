//! One story of ordinary changes, in which one call to the disk fails: what was answered as done is there after
//! kill -9, whichever it was, and the process goes on as if nothing had been (rules P1, P5).

use futures_util::{StreamExt, stream};

use super::disk::{BROKEN, Disk, FULL, Fault, RENAME, SYNC, TORN, TRUNCATE, UNLINK, UNSYNCED, WRITE};
use super::server::Server;
use super::team::{Step, Team, Visit, in_short, is_done, says_nothing_was_saved};
use super::{is_ci, sample};

const STORY: [Step; 6] = [
    Step::SetKey("groq", "aaaa"),
    Step::Demote("ben@acme.test"),
    Step::Rename("Acme while it fails"),
    Step::Remove("cy@acme.test"),
    Step::Invite("one@other.test"),
    Step::SignOut("dee@acme.test"),
];

/// When the disk is well again.
const SEQUEL: [Step; 6] = [
    Step::SetKey("mistral", "bbbb"),
    Step::Demote("eve@acme.test"),
    Step::Rename("Acme afterwards"),
    Step::Remove("fay@acme.test"),
    Step::Invite("two@other.test"),
    Step::SignOut("gil@acme.test"),
];

/// What is wrong with the disk, and when.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// Nothing; calls of these kinds are counted while the story is told.
    CountInStory(u32),
    /// The same while the process stops.
    CountAtEnd(u32),
    InStory(Fault, u32),
    AtEnd(Fault, u32),
}

/// How many calls there were, and how many of them failed.
#[derive(Clone, Copy)]
struct Told {
    calls: u32,
    failed: u32,
}

impl Told {
    fn by(disk: &Disk) -> Self {
        Self { calls: disk.calls(), failed: disk.failed() }
    }
}

/// Tells the story once.
async fn tell(team: &Team, trouble: Trouble) -> Told {
    let mut server = team.server().expect("a disk that can fail");
    server.start().await;
    let mut visit = Visit::begin(team, &server).await;
    let disk = server.disk();
    match trouble {
        Trouble::InStory(fault, n) => disk.fails_at(fault, n),
        Trouble::CountInStory(kinds) => disk.counts(kinds),
        Trouble::AtEnd(..) | Trouble::CountAtEnd(_) => {}
    }
    let mut answered = Vec::new();
    for step in STORY {
        answered.push((step, visit.ask(step).await));
        let refused = visit.ask_for_nobody().await;
        assert!([404, 503].contains(&refused.status), "{trouble:?}: {}", in_short(&refused));
    }
    let told = Told::by(disk);
    disk.is_well();
    visit.look().await;
    for step in SEQUEL {
        let answer = visit.ask(step).await;
        assert!(is_done(&answer), "{trouble:?}: it heals, but {step:?}: {}", in_short(&answer));
        answered.push((step, answer));
    }
    drop(visit);
    let told = end(&mut server, trouble).await.unwrap_or(told);
    server.start().await;
    let visit = Visit::begin(team, &server).await;
    for (step, answer) in &answered {
        if is_done(answer) {
            assert!(visit.shows(*step).await, "{trouble:?}: {step:?} was answered {}", in_short(answer));
        } else {
            assert_eq!(answer.status, 503, "{trouble:?}: {step:?}: {}", in_short(answer));
            let is_true = !says_nothing_was_saved(answer) || !visit.shows(*step).await;
            assert!(is_true, "{trouble:?}: {step:?} was saved, and answered {}", in_short(answer));
        }
    }
    told
}

/// By kill -9, or by SIGTERM on a disk that fails while the database is closed.
async fn end(server: &mut Server, trouble: Trouble) -> Option<Told> {
    match trouble {
        Trouble::InStory(..) | Trouble::CountInStory(_) => {
            server.kill();
            return None;
        }
        Trouble::AtEnd(fault, n) => server.disk().fails_at(fault, n),
        Trouble::CountAtEnd(kinds) => server.disk().counts(kinds),
    }
    server.terminate().await;
    let told = Told::by(server.disk());
    server.disk().is_well();
    Some(told)
}

/// Every call of these kinds fails once, each in one of these ways; how many there are.
async fn fail_each(team: &Team, faults: &[Fault], kinds: u32, at_end: bool) -> u32 {
    let count = if at_end { Trouble::CountAtEnd(kinds) } else { Trouble::CountInStory(kinds) };
    let Told { calls, .. } = tell(team, count).await;
    let troubles = sample(calls).into_iter().map(|n| {
        let fault = faults[n as usize % faults.len()];
        if at_end { Trouble::AtEnd(fault, n) } else { Trouble::InStory(fault, n) }
    });
    let stories = stream::iter(troubles).map(|trouble| tell(team, trouble)).buffer_unordered(3);
    let told: Vec<Told> = stories.collect().await;
    let spared = told.iter().filter(|told| told.failed == 0).count();
    // What the process does by itself meanwhile moves the number of a call by a few: of few calls, that is many.
    assert!(spared <= 1 + told.len() / 4, "{count:?}: {spared} of {} stories met no fault", told.len());
    calls
}

#[actix_web::test]
async fn whichever_write_fails_once_nothing_that_was_answered_is_lost_and_the_process_heals() {
    let team = Team::assemble().await.with_a_long_log().await;
    if team.server().is_none() {
        return;
    }
    let writes = fail_each(&team, &[FULL, BROKEN, TORN], WRITE, false).await;
    assert!(writes > 40, "a story of {writes} writes");
}

#[actix_web::test]
async fn whichever_other_call_fails_once_nothing_that_was_answered_is_lost_and_the_process_heals() {
    let team = Team::assemble().await.with_a_long_log().await;
    if team.server().is_none() {
        return;
    }
    let syncs = fail_each(&team, &[UNSYNCED], SYNC, false).await;
    assert!(syncs >= 6, "one for each change: {syncs}");
    for kind in [TRUNCATE, RENAME, UNLINK] {
        fail_each(&team, &[BROKEN.of(kind)], kind, false).await;
    }
    let all = WRITE | SYNC | TRUNCATE | RENAME | UNLINK;
    let at_end = fail_each(&team, &[BROKEN.of(all), FULL.of(all)], all, true).await;
    assert!(at_end > 0 || !is_ci(), "the database is closed");
}

/// What has failed may still be found in SQLite's log after a crash: then no one has said that it was not saved.
#[actix_web::test]
async fn what_is_said_of_a_change_that_fails_is_true_after_kill_9_at_once() {
    let team = Team::assemble().await;
    if team.server().is_none() {
        return;
    }
    let steps = if is_ci() { &STORY[..] } else { &STORY[3..] };
    for fault in [FULL, TORN, BROKEN, UNSYNCED] {
        for step in steps {
            let mut server = team.server().expect("a disk that can fail");
            server.start().await;
            let visit = Visit::begin(&team, &server).await;
            server.disk().fails(fault);
            let answer = visit.ask(*step).await;
            server.disk().is_well();
            assert_eq!(answer.status, 503, "{fault:?}, {step:?}: {}", in_short(&answer));
            drop(visit);
            server.restart().await;
            let is_there = Visit::begin(&team, &server).await.shows(*step).await;
            let is_true = !says_nothing_was_saved(&answer) || !is_there;
            assert!(is_true, "{fault:?}: {step:?} was saved, and answered {}", in_short(&answer));
        }
    }
}
