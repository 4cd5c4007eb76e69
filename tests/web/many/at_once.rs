//! A scene in which several people do something at once, at two instances, and that is as it was before each round.

use std::time::Duration;

use actix_web::rt::time::sleep;
use futures_util::future::join;
use gatehouse::ownership::purge_due;
use gatehouse::role::Role;

use super::cast::{MULTI, Two};
use crate::web::support::{Belongings, Dice, Instance, Visitor};

/// What is as it was, those that others point to first.
const KEPT: [&str; 8] = [
    "organizations",
    "organization_slugs",
    "org_settings",
    "users",
    "identities",
    "memberships",
    "invites",
    "sessions",
];

/// Two instances on one database, and people with a session.
pub struct Scene {
    pub two: Two,
    pub dice: Dice,
    other: Instance,
    belongings: Belongings,
    people: Vec<(&'static str, String)>,
    again: String,
}

impl Scene {
    /// Signs these people in, and keeps in mind what there is.
    pub async fn of(two: Two, settings: &[(&str, &str)], people: &[&'static str]) -> Self {
        let other = two.app.instance(&[&[MULTI], settings].concat()).await;
        let mut sessions = Vec::new();
        for email in people {
            let answer = two.come(&two.app.visitor(), email, "/").await;
            assert_eq!(answer.status, 303, "{email} signs in: {}", answer.body);
            sessions.push((*email, answer.session()));
        }
        two.app.enroll("own@default.test", "default", Role::Owner).await;
        let belongings = Belongings::of(&two.app).await;
        let again = keep(&two).await;
        Self { two, dice: Dice::seeded(), other, belongings, people: sessions, again }
    }

    /// All is as it was, and anyone who signed in has just done so.
    pub async fn again(&self) {
        self.two.app.script(&self.again).await;
        let now = chrono::Utc::now().timestamp_millis();
        let fresh = format!("UPDATE sessions SET authenticated_at = {now}, last_seen_at = {now}");
        self.two.app.run(&fresh, []).await;
    }

    /// One of the people, at either instance.
    pub fn somewhere(&mut self, email: &str) -> Visitor {
        let there = self.people.iter().find(|person| person.0 == email).expect("somebody of these");
        let bases = [&self.two.app.base, &self.other.base];
        Visitor::with_session(bases[self.dice.roll(2)], &there.1)
    }

    /// Whether everyone is let in, this time, before anyone gets to write.
    pub fn is_held(&mut self) -> bool {
        self.dice.roll(3) == 0
    }

    /// Does all of it at once; held, anyone who writes waits a moment.
    pub async fn at_once<T>(&self, is_held: bool, acts: impl Future<Output = T>) -> T {
        if !is_held {
            return acts.await;
        }
        let holder = self.two.app.hold().await;
        let release = async {
            sleep(Duration::from_millis(40)).await;
            holder.commit().await;
        };
        join(acts, release).await.0
    }

    /// Purges what is due, by both instances.
    pub async fn purge(&self) {
        let (first, second) = (purge_due(&self.two.app.services), purge_due(&self.other.services));
        join(Box::pin(first), Box::pin(second)).await;
    }

    /// The same after a moment, of whatever is being deleted by then.
    pub async fn purge_after(&self, moment: u64) {
        sleep(Duration::from_millis(moment)).await;
        self.two.app.run("UPDATE organizations SET purge_at = 1 WHERE state = 'deleting'", []).await;
        self.purge().await;
    }

    /// Nothing points to nothing, every organization has an owner, and no one was told of a failure.
    pub async fn holds(&self, round: usize, what: &str, done: &[u16]) {
        let missing = self.belongings.missing(&self.two.app).await;
        let is_whole = missing.is_empty() && done.iter().all(|status| *status < 500);
        assert!(is_whole, "SEED={}, round {round}, {what}: {done:?} {missing:?}", self.dice.seed);
    }

    pub async fn close(self) {
        self.other.handle.stop(false).await;
        self.other.services.db.close().await;
        self.two.close().await;
    }
}

/// Copies what there is; gives the statements that bring it back.
async fn keep(two: &Two) -> String {
    let is_sqlite = two.app.is_sqlite();
    let mut again = vec![if is_sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" }.to_owned()];
    let emptied = KEPT.iter().rev().chain(&["events", "event_heads"]);
    again.extend(emptied.map(|table| format!("DELETE FROM {table}")));
    for table in KEPT {
        two.app.run(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"), []).await;
        let columns = columns(two, table).await.join(", ");
        // Triggers have written some of it.
        again.push(format!(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_{table} WHERE TRUE ON CONFLICT DO NOTHING"
        ));
    }
    again.push("COMMIT".to_owned());
    again.join("; ")
}

/// Those that are written, not computed; members are numbered again.
async fn columns(two: &Two, table: &str) -> Vec<String> {
    let sql = if two.app.is_sqlite() {
        format!("SELECT name FROM pragma_table_info('{table}')")
    } else {
        format!(
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = '{table}' AND is_generated = 'NEVER'"
        )
    };
    let columns = two.app.texts(&sql).await;
    columns.into_iter().filter(|column| table != "memberships" || column != "id").collect()
}
