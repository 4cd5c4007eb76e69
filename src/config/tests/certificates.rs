//! Files of certificate authorities.

use std::ffi::OsStr;
use std::path::Path;

use crate::config::certificates::check_named;

/// Of an authority that has verified no one.
const AUTHORITY: &str = include_str!("../../../tests/house/authority.pem");

fn complaint(file: Option<&Path>, folders: Option<&OsStr>) -> String {
    check_named(file.map(Path::as_os_str), folders).expect_err("a complaint").to_string()
}

#[test]
fn a_file_without_a_certificate_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    let not_one = "-----BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----\n";
    let cut_off = &AUTHORITY[..AUTHORITY.len() / 2];
    let key = AUTHORITY.replace("CERTIFICATE", "PUBLIC KEY");
    for (content, says) in [
        ("", "holds no certificate"),
        ("gate", "holds no certificate"),
        (key.as_str(), "holds no certificate"),
        (not_one, "no certificate that can be read"),
        (cut_off, "is damaged"),
    ] {
        std::fs::write(&file, content).expect("written");
        let complaint = complaint(Some(&file), None);
        assert!(
            complaint.starts_with("SSL_CERT_FILE: ") && complaint.contains(says),
            "{content}: {complaint}"
        );
        assert!(complaint.contains(file.to_str().expect("text")), "{complaint}");
    }
    for (path, says) in
        [("/nowhere/ca.pem", "/nowhere/ca.pem can't be read"), ("/", "/ can't be read"), ("", "is empty")]
    {
        let complaint = complaint(Some(Path::new(path)), None);
        assert!(complaint.contains(says), "{complaint}");
    }
}

#[test]
fn of_a_bundle_the_good_certificates_count_and_the_damage_is_one_line() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let lines = |content: &str| {
        std::fs::write(file.path(), content).expect("written");
        check_named(Some(file.path().as_os_str()), None).expect("good")
    };
    let not_one = "-----BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----\n";
    let not_base64 = "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n";
    let cut_off = &AUTHORITY[..AUTHORITY.len() / 2];
    assert!(lines(&format!("# ours\r\n{AUTHORITY}")).is_empty());
    for bundle in [
        format!("{AUTHORITY}{not_one}"),
        format!("{not_base64}{AUTHORITY}"),
        format!("{AUTHORITY}{not_base64}{AUTHORITY}"),
        format!("{AUTHORITY}{cut_off}"),
    ] {
        let lines = lines(&bundle);
        let name = file.path().to_str().expect("text");
        assert_eq!(lines.len(), 1, "{bundle}: {lines:?}");
        assert!(lines[0].starts_with(&format!("SSL_CERT_FILE: {name} is damaged: 1 of")), "{lines:?}");
    }
}

#[test]
fn what_is_bad_beside_something_good_is_named_and_stops_nothing() {
    let [good, bad, empty] = [0, 1, 2].map(|_| tempfile::tempdir().expect("a folder"));
    let ours = good.path().join("ca.pem");
    std::fs::write(&ours, AUTHORITY).expect("written");
    std::fs::write(bad.path().join("ca.der"), b"\x30\x82").expect("written");
    let nowhere = Path::new("/nowhere");
    let folders = [bad.path(), good.path(), empty.path(), nowhere];
    let folders = std::env::join_paths(folders).expect("paths");
    let lines = check_named(None, Some(&folders)).expect("one of them is good");
    let [bad, empty] = [bad.path(), empty.path()].map(|folder| folder.to_str().expect("text"));
    for (line, says) in lines.iter().zip([
        format!("{bad}/ca.der holds no certificate"),
        format!("{empty} holds no files"),
        "/nowhere can't be read".to_owned(),
    ]) {
        assert!(line.starts_with(&format!("SSL_CERT_DIR: {says}")), "{lines:?}");
    }
    assert_eq!(lines.len(), 3, "{lines:?}");
    let beside_the_file = check_named(Some(ours.as_os_str()), Some(OsStr::new(empty))).expect("a good file");
    assert_eq!(beside_the_file.len(), 1, "{beside_the_file:?}");
    let beside_the_folder = check_named(Some(nowhere.as_os_str()), Some(good.path().as_os_str()));
    let lines = beside_the_folder.expect("a good folder");
    assert!(lines[0].starts_with("SSL_CERT_FILE: /nowhere can't be read"), "{lines:?}");
}

#[test]
fn of_a_folder_the_useless_files_are_named_and_one_that_is_good_is_enough() {
    let [good, bad] = [0, 1].map(|_| tempfile::tempdir().expect("a folder"));
    std::fs::write(good.path().join("ca.pem"), AUTHORITY).expect("written");
    std::fs::write(good.path().join("README"), "ours").expect("written");
    std::fs::create_dir(good.path().join("java")).expect("a folder");
    std::os::unix::fs::symlink("/nowhere", good.path().join("gone.pem")).expect("a link");
    let lines = check_named(None, Some(good.path().as_os_str())).expect("good");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].starts_with("SSL_CERT_DIR: ") && lines[0].contains("README holds no certificate"),
        "{lines:?}"
    );
    assert!(lines[1].contains("gone.pem can't be read"), "{lines:?}");
    std::fs::write(bad.path().join("ca.der"), b"\x30\x82").expect("written");
    std::os::unix::fs::symlink(bad.path().join("ca.der"), bad.path().join("0a1b2c3d.0")).expect("a link");
    let complaint = |folders: &OsStr| complaint(None, Some(folders));
    assert!(complaint(bad.path().as_os_str()).contains("0a1b2c3d.0 holds no certificate"));
    let both = std::env::join_paths([good.path(), bad.path()]).expect("paths");
    assert_eq!(check_named(None, Some(&both)).expect("good").len(), 3, "a file with two names is named once");
    assert!(complaint(OsStr::new("/nowhere")).contains("SSL_CERT_DIR: /nowhere can't be read"));
    assert!(check_named(None, Some(OsStr::new(""))).expect("as if it were not set").is_empty());
}
