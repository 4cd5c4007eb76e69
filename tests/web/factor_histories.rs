//! Histories of a required second factor on two instances: whatever is done at once and in whatever order, an owner who can
//! come in is left (rules 1.5, 7.2).

use futures_util::future::join_all;
use gatehouse::role::Role;
use serde_json::json;

use super::support::{Database, Dice, TestApp, Visitor, rounds};

const PEOPLE: [&str; 4] = ["ada@acme.test", "ben@acme.test", "cy@acme.test", "dan@acme.test"];

/// Who does what: indexes of [`PEOPLE`].
#[derive(Clone, Copy, Debug)]
enum Act {
    Requires(usize, bool),
    Trusts(usize, bool),
    Enrols(usize),
    RemovesTheirApp(usize),
    Demotes(usize, usize),
    Promotes(usize, usize),
    StepsDown(usize),
}

impl Act {
    fn throw(dice: &mut Dice) -> Self {
        let (who, whom) = (dice.roll(PEOPLE.len()), dice.roll(PEOPLE.len()));
        match dice.roll(9) {
            0 | 1 => Self::Requires(who, true),
            2 => Self::Requires(who, false),
            3 => Self::Trusts(who, dice.roll(2) == 0),
            4 => Self::Enrols(who),
            5 => Self::RemovesTheirApp(who),
            6 => Self::Demotes(who, whom),
            7 => Self::Promotes(who, whom),
            _ => Self::StepsDown(who),
        }
    }
}

struct Cast<'a> {
    app: &'a TestApp,
    people: Vec<Visitor>,
    ids: Vec<String>,
}

impl<'a> Cast<'a> {
    /// Half of them come by the second instance.
    async fn assemble(app: &'a TestApp, second: &str) -> Self {
        let mut people = vec![app.owner().await];
        for email in &PEOPLE[1..] {
            people.push(app.person(email, Role::Owner).await);
        }
        let people = people.into_iter().enumerate();
        let people = people.map(|(n, person)| if n % 2 == 0 { person } else { person.at(second) });
        let ids = join_all(PEOPLE.map(|email| app.id_of(email))).await;
        Self { app, people: people.collect(), ids }
    }

    /// Owners and admins, with an app or without, where nothing is required yet.
    async fn begin(&self, dice: &mut Dice) {
        self.app
            .run("UPDATE organizations SET second_factor_from = NULL, trusts_provider_factor = FALSE", [])
            .await;
        self.app.run("DELETE FROM authenticator_apps", []).await;
        self.app.run("UPDATE sessions SET second_factor_at = 1, renewal_due = FALSE", []).await;
        for (n, email) in PEOPLE.into_iter().enumerate() {
            let role = if n == 0 { "owner" } else { dice.one_of(&["owner", "admin"]) };
            self.app.change_role(email, role).await;
            if dice.roll(2) == 0 {
                self.enrol(n).await;
            }
        }
        self.app.run("UPDATE sessions SET renewal_due = FALSE", []).await;
    }

    async fn enrol(&self, who: usize) {
        let add =
            "INSERT INTO authenticator_apps (id, user_id, name, sealed_secret, created_at, confirmed_at)
            VALUES ($1, $1, 'Phone', '', 0, 0) ON CONFLICT DO NOTHING";
        self.app.run(add, [self.ids[who].clone().into()]).await;
    }

    async fn does(&self, act: Act) -> u16 {
        let role = async |who: usize, whom: usize, role: &str| {
            let user = format!("/api/admin/users/{}", self.ids[whom]);
            self.people[who].patch(&user, &json!({ "role": role })).await.status
        };
        let security =
            async |who: usize, patch| self.people[who].patch("/api/admin/security", &patch).await.status;
        match act {
            Act::Requires(who, required) => security(who, json!({ "require2fa": required })).await,
            Act::Trusts(who, trusted) => security(who, json!({ "trustProviderMfa": trusted })).await,
            Act::Enrols(who) => {
                self.enrol(who).await;
                200
            }
            Act::RemovesTheirApp(who) => {
                let removal = format!("/settings/security/apps/{}/removal", self.ids[who]);
                self.people[who].post(&removal, &[]).await.status
            }
            Act::Demotes(who, whom) => role(who, whom, "member").await,
            Act::Promotes(who, whom) => role(who, whom, "owner").await,
            Act::StepsDown(who) => role(who, who, "member").await,
        }
    }
}

async fn owners_who_can_come_in(app: &TestApp) -> i64 {
    app.count(
        "SELECT count(*) FROM memberships m
         JOIN organizations o ON o.id = m.organization_id
         WHERE m.role = 'owner' AND m.status = 'active' AND (
             o.second_factor_from IS NULL OR m.second_factor = 'own'
             OR m.second_factor = 'provider' AND o.trusts_provider_factor
         )",
    )
    .await
}

#[actix_web::test]
async fn an_owner_who_can_come_in_is_left_after_every_history_of_a_required_second_factor() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        let (second, handle) = app.second_instance().await;
        let cast = Cast::assemble(&app, &second).await;
        let mut dice = Dice::seeded();
        let seed = dice.seed;
        let (mut required, mut refused) = (0, 0);
        for round in 0..rounds() * 5 / 2 {
            cast.begin(&mut dice).await;
            for _ in 0..2 {
                let acts = [(); 4].map(|()| Act::throw(&mut dice));
                let done = join_all(acts.map(|act| cast.does(act))).await;
                assert!(
                    owners_who_can_come_in(&app).await >= 1,
                    "SEED={seed}, round {round}: {acts:?} {done:?}"
                );
                assert!(
                    done.iter().all(|status| *status < 500),
                    "SEED={seed}, round {round}: {acts:?} {done:?}"
                );
                refused += done.iter().filter(|status| **status == 409).count();
            }
            required +=
                app.count("SELECT count(*) FROM organizations WHERE second_factor_from IS NOT NULL").await;
        }
        assert!(required > 0 && refused > 0, "SEED={seed}: {required} were required, {refused} refused");
        handle.stop(false).await;
        app.close().await;
    }
}
