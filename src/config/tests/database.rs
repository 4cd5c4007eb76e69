//! The address of the database, in every form that people write.

use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use secrecy::ExposeSecret;
use url::form_urlencoded::{byte_serialize, parse};

use super::cast::{complaint, read};
use crate::config::error::Result;
use crate::config::{database, sqlite_must_exist, sqlite_path};

/// With nothing in the environment.
pub(super) fn canonical(url: &str) -> Result<String> {
    database::canonical(url, |_| None)
}

pub(super) fn parameters(url: &str) -> Vec<(String, String)> {
    let canonical = canonical(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    let query = canonical.strip_prefix("postgres:///?").expect("parameters");
    parse(query.as_bytes()).into_owned().collect()
}

/// Host, port, user, password and database.
fn parts(url: &str) -> [String; 5] {
    let all = parameters(url);
    let last = |wanted: &str| all.iter().rfind(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    ["host", "port", "user", "password", "dbname"].map(|name| last(name).unwrap_or_default())
}

#[test]
fn hosts_sockets_and_users_are_read_as_libpq_reads_them() {
    let socket = "/var/run/postgresql";
    for (url, expected) in [
        ("postgres://ada:pw@db.acme.test:5433/gate", ["db.acme.test", "5433", "ada", "pw", "gate"]),
        ("postgresql://ada@db/gate", ["db", "", "ada", "", "gate"]),
        ("POSTGRES://db", ["db", "", "", "", ""]),
        ("postgres://db:/gate", ["db", "", "", "", "gate"]),
        ("postgres://[::1]:5433/gate", ["::1", "5433", "", "", "gate"]),
        ("postgres://ada@[2001:db8::1]/gate", ["2001:db8::1", "", "ada", "", "gate"]),
        ("postgres:///gate", ["", "", "", "", "gate"]),
        ("postgres://", ["", "", "", "", ""]),
        ("postgres:///gate?host=/var/run/postgresql", [socket, "", "", "", "gate"]),
        ("postgres://ada@/gate?host=/var/run/postgresql", [socket, "", "ada", "", "gate"]),
        ("postgres://ada:pw@:5433/gate?host=/var/run/postgresql", [socket, "5433", "ada", "pw", "gate"]),
        ("postgres://%2Fvar%2Frun%2Fpostgresql/gate", [socket, "", "", "", "gate"]),
        ("postgres://ada:pw@%2Fvar%2Frun%2Fpostgresql:5433/gate", [socket, "5433", "ada", "pw", "gate"]),
        ("postgres://ada%40acme:p%40%3A%2F%23%25@db/gate", ["db", "", "ada@acme", "p@:/#%", "gate"]),
        ("postgres://ada@acme:p@w@db/gate", ["db", "", "ada@acme", "p@w", "gate"]),
        ("postgres://ada:p:w+x@db/gate", ["db", "", "ada", "p:w+x", "gate"]),
        ("postgres://db/gate?user=ada&password=pw&port=5433", ["db", "5433", "ada", "pw", "gate"]),
        ("postgres://a:1@db/gate?user=b&password=2&dbname=x", ["db", "", "b", "2", "x"]),
        ("postgres:///gate?host=/run/postgresql&host=db", ["db", "", "", "", "gate"]),
        ("postgres://db/gate?host=", ["", "", "", "", "gate"]),
    ] {
        assert_eq!(parts(url), expected, "{url}");
    }
}

#[test]
fn parameters_of_the_driver_pass_and_a_named_authority_is_asked_for() {
    for mode in ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] {
        let url = format!("postgres://db/gate?sslmode={mode}");
        assert!(parameters(&url).contains(&("sslmode".to_owned(), mode.to_owned())), "{url}");
    }
    let all = parameters("postgres://db/gate?application_name=gate&options=-c%20search_path%3Dgate");
    assert!(all.contains(&("application_name".to_owned(), "gate".to_owned())));
    assert!(all.contains(&("options".to_owned(), "-c search_path=gate".to_owned())));
    let file = tempfile::NamedTempFile::new().expect("a file");
    let url = format!("postgres://db/gate?sslmode=require&sslrootcert={}", file.path().display());
    assert!(parameters(&url).contains(&("sslmode".to_owned(), "verify-ca".to_owned())), "as libpq does");
}

#[test]
fn parameters_that_only_tune_are_passed_over_and_others_are_taken_as_they_are_written() {
    let all = parameters(
        "postgres://db/gate?channel_binding=require&connect_timeout=10&pgbouncer=true&sslmode=Require&user=ada@srv\
         &password=p+w&statement-cache-capacity=0",
    );
    let of =
        |name: &str| all.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str()).collect();
    let values: Vec<Vec<&str>> =
        ["sslmode", "user", "password", "statement-cache-capacity", "channel_binding", ""].map(of).to_vec();
    assert_eq!(values, [vec!["require"], vec!["ada@srv"], vec!["p+w"], vec!["0"], vec![], vec![]]);
    assert!(
        parameters("postgres://db/gate?ssl=true").contains(&("sslmode".to_owned(), "require".to_owned()))
    );
}

#[test]
fn what_cannot_be_read_is_said_without_the_address_or_its_password() {
    for (url, says) in [
        ("postgres://ada:CANARY/x@db/gate", "percent-encode the password"),
        ("postgres://ada:CANARY#x@db/gate", "percent-encode the password"),
        ("postgres://ada:12#CANARY@db/gate", "percent-encode the password"),
        ("postgres://ada:12?CANARY@db/gate", "percent-encode the password"),
        ("postgres://ada:12?CANARY&port@db/gate", "percent-encode the password"),
        ("postgres://ada:12/CANARY@db/gate", "percent-encode the password"),
        ("postgres:ada:CANARY@db/gate", "percent-encode the password"),
        ("postgres://ada:CANARY@db:port/gate", "percent-encode the password"),
        ("postgres://ada:CANARY@db:0/gate", "percent-encode the password"),
        ("postgres://ada:CANARY@db:99999/gate", "percent-encode the password"),
        ("postgres://ada:CANARY@[::1/gate", "percent-encode the password"),
        ("postgres://ada:CANARY@d b/gate", "percent-encode the password"),
        ("postgres://ada:CANARY%ff@db/gate", "not UTF-8"),
        ("postgres://ada:CANARY%00@db/gate", "control character in its password"),
        ("postgres://ada:CANARY@a,b/gate", "several hosts"),
        ("postgres://ada:CANARY@a:5432,b:5432/gate", "several hosts"),
        ("postgres://ada:CANARY@/gate?host=a,b", "several hosts"),
        ("postgres://ada:CANARY@db/gate?hostaddr=10.0.0.1,10.0.0.2", "several hosts"),
        ("postgres://ada:CANARY@db/gate?port=5432,5433", "several hosts"),
        ("postgres://ada:CANARY@db/gate?sslmode=verify_full", "none of disable, allow, prefer"),
        ("postgres://ada:CANARY@db/gate?sslmod=require", "Did you mean `sslmode`?"),
        ("postgres://ada:CANARY@db/gate?ssl=maybe", "ssl=… which is not true"),
        ("postgres://ada:CANARY@db/gate?statement-cache-capacity=CANARY", "not a number"),
        ("postgres://ada:CANARY@db/gate?secret=1", "a parameter that is unknown"),
        ("postgres://ada:CANARY@db/gate?sslrootcert=/nowhere", "sslrootcert that can't be read"),
        ("postgres://ada:CANARY@db/gate?sslrootcert=system", "sslrootcert=system. Leave it out"),
        ("mysql://ada:CANARY@db/gate", "must begin with sqlite:// or postgres://"),
        ("jdbc:postgresql://ada:CANARY@db/gate", "must begin with"),
        ("host=db password=CANARY", "must begin with"),
        ("sqlite://", "names no file"),
        ("sqlite://data/", "names no file"),
        ("sqlite::memory:", "in memory"),
        ("sqlite://data/x.db?mode=memory", "in memory"),
        ("sqlite://data/x.db?mode=ro", "neither rwc nor rw"),
        ("sqlite://data/x.db?cache=shared", "an option that is not ?mode"),
        ("/data/gatehouse.db", "must begin with"),
    ] {
        let complaint = complaint(&[("DATABASE_URL", url)]);
        assert!(
            complaint.starts_with("GATEHOUSE_DATABASE_URL: ") && complaint.contains(says),
            "{url}: {complaint}"
        );
        assert!(
            !complaint.contains("CANARY") && !complaint.contains("secret") && !complaint.contains('\n'),
            "{complaint}"
        );
    }
}

#[test]
fn a_file_of_sqlite_is_named_in_several_ways() {
    for (url, path, must_exist) in [
        ("sqlite:gate.db", "gate.db", false),
        ("sqlite:///srv/gate.db", "/srv/gate.db", false),
        ("SQLite://data/gate.db?mode=rwc", "data/gate.db", false),
        ("sqlite://data/gate.db?mode=rw", "data/gate.db", true),
        ("sqlite://data/my%20gate%3F.db", "data/my gate?.db", false),
        ("sqlite://data/a#b.db", "data/a#b.db", false),
    ] {
        let config = read(&[("DATABASE_URL", url)]).expect(url);
        let url = config.database_url.expose_secret();
        assert_eq!((sqlite_path(url), sqlite_must_exist(url)), (Some(path.into()), must_exist), "{url}");
    }
    assert_eq!(sqlite_path("postgres:///?dbname=gate"), None);
}

fn printable() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>().prop_filter("printable", |c| !c.is_control()), 1..12)
        .prop_map(|letters| letters.into_iter().collect())
}

proptest! {
    #[test]
    fn whatever_is_percent_encoded_arrives(user in printable(), password in printable(), name in printable()) {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        let url = format!("postgres://{}:{}@db/{}", encoded(&user), encoded(&password), encoded(&name));
        let read = parts(&url);
        prop_assert_eq!(&read[2..4], &[user, password][..]);
        prop_assert_eq!(&read[4], &name);
    }

    #[test]
    fn no_password_is_in_a_complaint(password in "[ -~]{0,6}CANARY[ -~]{0,6}", tail in "[ -~]{0,8}") {
        if let Err(error) = canonical(&format!("postgres://ada:{password}@db/gate{tail}")) {
            prop_assert!(!error.to_string().contains("CANARY"), "{}", error);
        }
    }
}
