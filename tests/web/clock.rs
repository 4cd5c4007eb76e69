//! The machine's clock is put ahead by two hours and back again, as a wrong time server does: what is over stays over,
//! and what lasts goes on.

use std::time::Duration as Real;

use chrono::Duration;
use gatehouse::role::Role;

use super::support::{TestApp, Visitor, on_both_databases};

/// Whether someone may do what takes a sign-in of the last ten minutes.
async fn is_fresh(app: &TestApp, owner: &Visitor) -> bool {
    let id = app.id_of("sam@acme.test").await;
    let answer = owner.post(&format!("/settings/admin/users/{id}/role"), &[("role", "owner")]).await;
    app.change_role("sam@acme.test", "member").await;
    answer.location().starts_with("/settings/admin/users")
}

/// Waits for what is written in the background of an answer.
async fn last_seen_moves(app: &TestApp, email: &str) {
    let moved = format!(
        "SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE u.email = '{email}' AND s.last_seen_at > s.created_at"
    );
    while app.count(&moved).await == 0 {
        actix_web::rt::time::sleep(Real::from_millis(20)).await;
    }
}

on_both_databases!(
    a_sign_in_is_fresh_for_ten_minutes_also_when_the_clock_is_put_back,
    a_session_that_ended_does_not_live_again_and_one_that_lives_goes_on,
    an_age_below_nothing_is_not_fresh,
    events_stay_in_the_order_of_their_changes_whosever_clock_is_behind
);

async fn a_sign_in_is_fresh_for_ten_minutes_also_when_the_clock_is_put_back(app: &TestApp) {
    app.enroll("sam@acme.test", "default", Role::Member).await;
    let ada = app.person("ada@acme.test", Role::Owner).await;
    app.skip(Duration::minutes(5));
    assert!(is_fresh(app, &ada).await);
    app.skip(-Duration::hours(2));
    assert!(is_fresh(app, &ada).await);
    app.services.clock.pass_for_tests(Real::from_mins(6));
    assert!(!is_fresh(app, &ada).await, "more than ten minutes ago");
    app.skip(Duration::hours(2) - Duration::minutes(11));
    let again = app.person("eve@acme.test", Role::Owner).await;
    assert!(is_fresh(app, &again).await, "a sign-in now is fresh at once");
}

async fn a_session_that_ended_does_not_live_again_and_one_that_lives_goes_on(app: &TestApp) {
    let (old, new) =
        (app.person("old@acme.test", Role::Member).await, app.person("new@acme.test", Role::Member).await);
    app.skip(Duration::days(6) + Duration::hours(23));
    assert!(new.is_signed_in().await);
    last_seen_moves(app, "new@acme.test").await;
    app.skip(Duration::hours(2));
    assert!(!old.is_signed_in().await && new.is_signed_in().await);
    app.skip(-Duration::hours(2));
    assert!(!old.is_signed_in().await, "it was over");
    assert!(new.is_signed_in().await);
}

async fn an_age_below_nothing_is_not_fresh(app: &TestApp) {
    app.enroll("sam@acme.test", "default", Role::Member).await;
    let ada = app.person("ada@acme.test", Role::Owner).await;
    let ahead = (app.services.clock.now() + Duration::hours(1)).timestamp_millis();
    app.run("UPDATE sessions SET authenticated_at = $1, created_at = $1", [ahead.into()]).await;
    assert!(!is_fresh(app, &ada).await);
}

async fn events_stay_in_the_order_of_their_changes_whosever_clock_is_behind(app: &TestApp) {
    let ada = app.owner().await;
    let open =
        async |on: bool| ada.patch("/api/admin/settings", &serde_json::json!({ "openSignUp": on })).await;
    let order =
        "SELECT CAST(number AS TEXT) FROM events WHERE organization_id = 'default' ORDER BY at, number";
    // As an instance has left it whose clock is two hours ahead.
    app.run("UPDATE events SET at = at + 7200000", []).await;
    app.run("UPDATE event_heads SET at = at + 7200000", []).await;
    for on in [true, false, true] {
        assert_eq!(open(on).await.status, 200);
    }
    let count = app.count("SELECT count(*) FROM events WHERE organization_id = 'default'").await;
    let numbers: Vec<String> = (1..=count).map(|number| number.to_string()).collect();
    assert_eq!(app.texts(order).await, numbers, "without gaps, none below an older one");
    // A clock that was wrong by days is not believed for ever.
    app.run("UPDATE event_heads SET at = at + 864000000", []).await;
    assert_eq!(open(false).await.status, 200);
    let latest = app.count("SELECT at FROM event_heads WHERE organization_id = 'default'").await;
    assert!(latest <= app.services.clock.now().timestamp_millis());
}
