//! What opening a sealed key costs on one core, beside the bare cipher on the same bytes:
//!
//! ```text
//! cargo bench --bench vault
//! ```
//! Both have their turn in each of several rounds, so that whatever else the machine does falls on both; each figure
//! is the median of the rounds, the ratio that of the rounds' ratios.
#![allow(clippy::print_stdout, reason = "a table is what this is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Context;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use gatehouse::vault::{Keyring, sealed};
use secrecy::SecretString;

const ROUNDS: usize = 25;
const TURN: Duration = Duration::from_millis(100);
/// Opened between two looks at the clock.
const STRIDE: u32 = 256;
/// As long as a provider's key.
const PLAIN: [u8; 100] = [b'x'; 100];
/// Our time, of the cipher's.
const RATIO: f64 = 2.0;
/// Per second.
const OPENED: f64 = 100_000.0;

fn main() -> anyhow::Result<()> {
    let key: [u8; 32] = std::array::from_fn(|n| u8::try_from(n).unwrap_or_default());
    // The second of the ring, as while keys are changed.
    let text = format!("k2:{},k1:{}", BASE64.encode(&[key, key].concat()[16..48]), BASE64.encode(&key));
    let ring = Keyring::parse(&SecretString::from(text))?;
    let before = Keyring::parse(&SecretString::from(format!("k1:{}", BASE64.encode(&key))))?;
    let place =
        sealed::LLM_KEY.place(&["default", "0193f2a0-0000-7000-8000-000000000001", "anthropic", ""], &[]);
    let sealed = before.seal(&PLAIN, &place)?;

    let bound = format!("gatehouse/{place}/k1");
    let bytes = BASE64URL_NOPAD.decode(sealed.split_once(':').context("a key id")?.1.as_bytes())?;
    let (nonce, ciphertext) = bytes.split_first_chunk::<24>().context("a nonce")?;
    let (cipher, nonce) = (XChaCha20Poly1305::new(&Key::from(key)), XNonce::from(*nonce));
    let bare = || {
        let payload = Payload { msg: black_box(ciphertext), aad: black_box(bound.as_bytes()) };
        cipher.decrypt(&nonce, payload).is_ok_and(|plain| black_box(&plain).len() == PLAIN.len())
    };
    let ours = || {
        let opened = ring.open(black_box(&sealed), black_box(&place));
        opened.is_ok_and(|plain| black_box(&plain).len() == PLAIN.len())
    };
    anyhow::ensure!(bare() && ours(), "what was sealed must open");

    let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (per_second(&bare), per_second(&ours))).collect();
    let cipher = median(rounds.iter().map(|(cipher, _)| *cipher));
    let vault = median(rounds.iter().map(|(_, vault)| *vault));
    let ratio = median(rounds.iter().map(|(cipher, vault)| cipher / vault));
    println!("A value of {} bytes, one core.\n", PLAIN.len());
    println!("| | decrypts/s | ns each |\n|---|--:|--:|");
    println!("| XChaCha20-Poly1305 | {cipher:.0} | {:.0} |", 1e9 / cipher);
    println!("| Keyring::open | {vault:.0} | {:.0} |\n", 1e9 / vault);
    goal(&format!("Keyring::open takes {ratio:.2} times as long as the cipher"), "≤ 2", ratio <= RATIO);
    goal(&format!("Keyring::open: {vault:.0}/s"), "≥ 100,000/s", vault >= OPENED);
    Ok(())
}

fn per_second(open: &impl Fn() -> bool) -> f64 {
    let (began, mut opened) = (Instant::now(), 0_u32);
    while began.elapsed() < TURN {
        opened += (0..STRIDE).map(|_| u32::from(open())).sum::<u32>();
    }
    f64::from(opened) / began.elapsed().as_secs_f64()
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

fn goal(what: &str, goal: &str, met: bool) {
    println!("{} {what} (goal {goal})", if met { "met    " } else { "NOT MET" });
}
