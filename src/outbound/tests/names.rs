//! Names that lead elsewhere, to several places, or nowhere (N07).

use super::*;

#[actix_web::test]
async fn a_name_that_turns_to_this_machine_after_the_check_is_not_followed() {
    let client = outbound(&[], names_lead_to(&[&[NOBODY], &["127.0.0.1"]]));
    assert_eq!(verdict(&client, "https://rebound.test").await, None);
    assert_eq!(failure(&client, "https://rebound.test").await, Failure::Blocked(Blocked::Private));
}

#[actix_web::test]
async fn of_a_name_with_both_only_the_public_address_is_connected_to() {
    let server = Server::start(Habit::Hangs).await;
    for both in [[NOBODY, "127.0.0.1"], ["127.0.0.1", NOBODY]] {
        let client = outbound(&[], names_lead_to(&[&both]));
        assert_eq!(verdict(&client, "https://both.test").await, None);
        // Below the rule about ports, because no one may listen on 443 here.
        let request = client.guarded.get(format!("https://both.test:{}/", server.port()));
        let answer = timeout(Duration::from_millis(500), request.send()).await;
        assert!(!matches!(answer, Ok(Ok(_))));
    }
    assert_eq!(server.visits(), 0);
}

#[actix_web::test]
async fn a_name_that_is_not_known_now_passes_the_check() {
    for client in [outbound(&[], Unknown), outbound(&[], names_lead_to(&[&[]]))] {
        assert_eq!(verdict(&client, "https://api.test/").await, None);
    }
    let mut client = outbound(&[], Silent);
    client.check = Duration::from_millis(50);
    assert_eq!(verdict(&client, "https://api.test/").await, None);
}

#[actix_web::test]
async fn the_operating_system_knows_this_machine() {
    let found = System.addresses("localhost").await.expect("addresses");
    assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
}
