//! A log that nobody reads.

use std::io::{PipeReader, Read, pipe};
use std::process::Stdio;

use super::commands::{folder, gatehouse, wait_for};
use super::serving::Serving;
use crate::web::support::free_port;

/// What makes a server say much, in JSON, and count on a port of its own.
fn talkative(metrics: &str) -> [(&str, &str); 3] {
    [("GATEHOUSE_LOG", "trace"), ("GATEHOUSE_LOG_FORMAT", "json"), ("GATEHOUSE_METRICS_BIND", metrics)]
}

fn ask(serving: &Serving, times: usize) {
    actix_web::rt::System::new().block_on(async {
        let client = reqwest::Client::new();
        for n in 0..times {
            let answer = client.get(serving.url("/sign-in")).send().await;
            assert_eq!(answer.expect("an answer").status(), 200, "request {n}");
        }
    });
}

fn dropped(metrics: &str) -> u64 {
    let text = actix_web::rt::System::new().block_on(async {
        let answer = reqwest::get(format!("http://{metrics}/metrics")).await.expect("an answer");
        answer.text().await.expect("a body")
    });
    let line = text.lines().find_map(|line| line.strip_prefix("gatehouse_log_lines_dropped_total "));
    line.unwrap_or_else(|| panic!("{text}")).parse().expect("a number")
}

/// Lines as they come, until one says how many were dropped.
fn dropped_as_the_log_says(mut log: PipeReader) -> u64 {
    let (mut text, mut part) = (String::new(), [0; 8192]);
    loop {
        let read = log.read(&mut part).expect("the log");
        assert!(read > 0, "the log ends without a word of what is missing");
        text.push_str(&String::from_utf8_lossy(&part[..read]));
        while let Some((line, rest)) = text.split_once('\n') {
            let line: serde_json::Value = serde_json::from_str(line).expect("whole lines only");
            if line["message"].as_str().is_some_and(|message| message.contains("were dropped")) {
                return line["lines"].as_u64().expect("a number");
            }
            text = rest.to_owned();
        }
    }
}

#[test]
fn a_log_that_nobody_reads_holds_no_request_up_and_later_says_what_is_missing() {
    let (log, stderr) = pipe().expect("a pipe");
    let metrics = format!("127.0.0.1:{}", free_port());
    let mut serving = Serving::start(&talkative(&metrics), stderr);
    ask(&serving, 1000);
    let counted = dropped(&metrics);
    assert!(counted > 0);
    assert!(dropped_as_the_log_says(log) >= counted);
    serving.signal("-TERM");
    serving.signal("-TERM");
    assert_eq!(serving.child.wait().expect("an end").code(), Some(0), "whose reader is gone by now");
}

#[test]
fn a_log_whose_reader_is_gone_fails_no_request() {
    let (log, stderr) = pipe().expect("a pipe");
    drop(log);
    let metrics = format!("127.0.0.1:{}", free_port());
    let serving = Serving::start(&talkative(&metrics), stderr);
    ask(&serving, 50);
    wait_for(|| dropped(&metrics) > 0);
}

#[test]
fn commands_whose_reader_is_gone_end_as_they_would() {
    let folder = folder();
    let gone = || {
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        Stdio::from(writer)
    };
    for (arguments, code) in [(&["migrate", "up"][..], 0), (&["org", "list"], 0), (&["serve"], 78)] {
        let mut command = gatehouse(&folder);
        let status = command.args(arguments).stdout(gone()).stderr(gone()).status().expect("run");
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn a_command_ends_although_its_complaint_finds_no_room() {
    let (_log, mut stderr) = pipe().expect("a pipe");
    let filled = stderr.try_clone().expect("the pipe");
    // Blocks when the pipe is full, and stays so.
    std::thread::spawn(move || std::io::Write::write_all(&mut stderr, &vec![b'x'; 1 << 20]));
    std::thread::sleep(std::time::Duration::from_millis(200));
    let status = gatehouse(&folder()).arg("serve").stderr(filled).status().expect("run");
    assert_eq!(status.code(), Some(78));
}
