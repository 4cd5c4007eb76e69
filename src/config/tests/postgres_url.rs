//! Which parameter of PostgreSQL's address counts, and what the environment adds.

use super::database::{canonical, parameters};
use crate::config::database;

#[test]
fn of_a_parameter_that_comes_twice_the_last_one_alone_is_used() {
    let all = parameters("postgres://a/gate?host=/run/postgresql&host=b&sslmode=require&ssl-mode=disable");
    for (name, value) in [("host", "b"), ("sslmode", "disable")] {
        let values: Vec<&str> =
            all.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, [value], "{name}");
    }
}

#[test]
fn a_host_and_an_address_beside_it_are_refused_unless_they_are_the_same() {
    for url in [
        "postgres://db/gate?hostaddr=10.0.0.1",
        "postgres://db/gate?hostaddr=10.0.0.1&sslmode=verify-full",
        "postgres:///gate?hostaddr=10.0.0.1&host=db",
    ] {
        let complaint = canonical(url).expect_err(url).to_string();
        assert!(complaint.starts_with("GATEHOUSE_DATABASE_URL: names an address (hostaddr)"), "{complaint}");
    }
    for url in ["postgres://10.0.0.1/gate?hostaddr=10.0.0.1", "postgres:///gate?hostaddr=10.0.0.1"] {
        assert!(parameters(url).contains(&("hostaddr".to_owned(), "10.0.0.1".to_owned())), "{url}");
    }
}

#[test]
fn what_the_address_does_not_say_comes_from_the_environment_whose_variable_is_named_when_it_is_bad() {
    let read = |url: &str, variable: &str, value: &str| {
        database::canonical(url, |asked| (asked == variable).then(|| value.to_owned()))
    };
    for (url, variable, value, says) in [
        ("postgres://", "PGHOST", "a,b", "names several hosts"),
        ("postgres://", "PGHOST", "db host", "is not a host"),
        ("postgres://db", "PGPORT", "port", "is not a port"),
        ("postgres://db", "PGPORT", "0", "is not a port"),
        ("postgres://db", "PGPORT", "5432,5433", "names several hosts"),
        ("postgres://", "PGHOSTADDR", "db", "is not an IP address"),
        ("postgres://db", "PGHOSTADDR", "10.0.0.1", "beside the host"),
        ("postgres://db", "PGPASSWORD", "CANARY\n", "a control character in its password"),
        ("postgres://db", "PGSSLMODE", "verify_full", "none of disable, allow, prefer"),
        ("postgres://db", "PGSSLROOTCERT", "/nowhere", "can't be read"),
    ] {
        let complaint = read(url, variable, value).expect_err(value).to_string();
        assert!(complaint.starts_with(&format!("{variable}: ")) && complaint.contains(says), "{complaint}");
        assert!(!complaint.contains("CANARY") && !complaint.contains("postgres://"), "{complaint}");
    }
    let beside =
        read("postgres:///gate?hostaddr=10.0.0.1", "PGHOST", "db").expect_err("two places").to_string();
    assert!(
        beside.starts_with("GATEHOUSE_DATABASE_URL: ") && beside.contains("the host of PGHOST"),
        "{beside}"
    );
    for (url, variable, value) in [
        ("postgres://db:5433/gate", "PGPORT", "port"),
        ("postgres://db/gate?sslmode=require", "PGSSLMODE", "verify_full"),
        ("postgres://db/gate", "PGDATABASE", "a\nb"),
        ("postgres://db", "PGPORT", ""),
    ] {
        assert!(read(url, variable, value).is_ok(), "{url} says it: {variable}");
    }
    let socket = read("postgres://", "PGHOST", "/run/postgresql").expect("an address");
    assert!(socket.contains("host=%2Frun%2Fpostgresql"), "{socket}");
}
