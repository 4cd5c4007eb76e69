//! Addresses of databases, tried at the real thing.

use std::process::Output;

use super::authorities::TlsServer;
use super::cluster::Cluster;
use super::commands::{complaint, folder, gatehouse};

fn status(settings: &[(&str, &str)]) -> Output {
    let folder = folder();
    gatehouse(&folder).args(["migrate", "status"]).envs(settings.iter().copied()).output().expect("run")
}

fn reaches(url: &str, more: &[(&str, &str)]) {
    let output = status(&[&[("GATEHOUSE_DATABASE_URL", url)], more].concat());
    assert_eq!(output.status.code(), Some(0), "{url}: {}", complaint(&output));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("pending  m0001"), "{url}");
}

/// What is said where it comes to nothing, at once.
fn refusal(url: &str) -> String {
    let output = status(&[("GATEHOUSE_DATABASE_URL", url)]);
    assert_eq!(output.status.code(), Some(1), "{url}: {}", complaint(&output));
    complaint(&output)
}

#[test]
fn every_address_that_libpq_takes_leads_there() {
    let Some(tls) = TlsServer::start() else { return };
    let Some(cluster) = Cluster::start(tls.folder.path()) else { return };
    let role = "CREATE ROLE \"ada@acme\" LOGIN PASSWORD 'p@:/#?% \"''+'";
    actix_web::rt::System::new().block_on(cluster.run(&[role, "CREATE DATABASE gate"]));
    let (port, folder) = (cluster.port, cluster.folder());
    let encoded = folder.replace('/', "%2F");
    let password = "p%40%3A%2F%23%3F%25%20%22%27%2B";
    for url in [
        format!("postgres:///gate?host={folder}&port={port}&user=postgres"),
        format!("postgres://postgres@/gate?host={folder}&port={port}"),
        format!("postgres://postgres@:{port}/gate?host={folder}"),
        format!("postgresql://postgres@{encoded}:{port}/gate"),
        format!("postgres://postgres@{encoded}:{port}/gate?sslmode=require"),
        format!("postgres://postgres@[::1]:{port}/gate"),
        format!("postgres://postgres@/gate?hostaddr=127.0.0.1&port={port}"),
        format!("postgres://ada%40acme:{password}@127.0.0.1:{port}/gate"),
        format!("postgres://ada@acme:p@%3A%2F%23%3F%25 \"'+@127.0.0.1:{port}/gate"),
        format!(
            "postgres://postgres@127.0.0.1:{port}/gate?application_name=gate&options=-c%20search_path%3Dpublic"
        ),
    ] {
        reaches(&url, &[]);
    }
    let wrong = refusal(&format!("postgres://ada%40acme:CANARY@127.0.0.1:{port}/gate"));
    assert!(wrong.contains("Check user and password") && !wrong.contains("CANARY"), "{wrong}");
    let port = port.to_string();
    let environment = [("PGHOST", folder), ("PGPORT", &port), ("PGUSER", "postgres"), ("PGDATABASE", "gate")];
    reaches("postgres://", &environment);
    let one_place =
        format!("postgres://postgres@127.0.0.1:{port}/gate?hostaddr=127.0.0.1&host=db&host=127.0.0.1");
    reaches(&one_place, &[]);
}

#[test]
fn the_variable_that_is_wrong_is_named_wherever_the_value_comes_from() {
    for (url, variable, value) in [
        ("postgres://db", "PGPORT", "port"),
        ("postgres://", "PGHOST", "a,b"),
        ("postgres://db", "PGSSLMODE", "verify_full"),
        ("postgres://db/gate?hostaddr=127.0.0.1", "GATEHOUSE_DATABASE_URL", ""),
    ] {
        let output = status(&[(variable, value), ("GATEHOUSE_DATABASE_URL", url)]);
        let said = complaint(&output);
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.starts_with(&format!("gatehouse: {variable}: ")), "{said}");
    }
}

#[test]
fn each_sslmode_means_what_it_means_to_libpq() {
    let Some(tls) = TlsServer::start() else { return };
    let Some(cluster) = Cluster::start(tls.folder.path()) else { return };
    let roles = ["CREATE ROLE tls_only LOGIN", "CREATE ROLE plain_only LOGIN", "CREATE DATABASE gate"];
    actix_web::rt::System::new().block_on(cluster.run(&roles));
    let url = |user: &str, host: &str, tail: &str| {
        format!("postgres://{user}@{host}:{}/gate?sslmode={tail}", cluster.port)
    };
    let authority = tls.file("ca.pem");
    let named = |mode: &str| format!("{mode}&sslrootcert={}", authority.display());
    for mode in ["allow", "prefer", "require", &named("require"), &named("verify-ca"), &named("verify-full")]
    {
        reaches(&url("tls_only", "localhost", mode), &[]);
    }
    for mode in ["disable", "allow", "prefer"] {
        reaches(&url("plain_only", "localhost", mode), &[]);
    }
    let trusting = [("SSL_CERT_FILE", authority.to_str().expect("text"))];
    reaches(&url("tls_only", "localhost", "verify-full"), &trusting);
    // The certificate is for the name.
    reaches(&url("tls_only", "127.0.0.1", &named("verify-ca")), &[]);
    for (user, host, mode, says) in [
        ("tls_only", "localhost", "disable", "no encryption"),
        ("plain_only", "localhost", "require", "SSL encryption"),
        ("tls_only", "localhost", "verify-ca", "SSL_CERT_FILE"),
        ("tls_only", "localhost", "verify-full", "SSL_CERT_FILE"),
        ("tls_only", "127.0.0.1", &named("verify-full"), "not valid for name"),
    ] {
        let said = refusal(&url(user, host, mode));
        assert!(said.contains(says), "{user} {mode}: {said}");
    }
}
