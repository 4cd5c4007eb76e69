//! What is looked for, and where.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};
use reqwest::{Method, Request};
use url::form_urlencoded::byte_serialize;

use super::people::Person;
use crate::web::support::Answer;

/// How much of a secret's end is enough to know it again.
const TAIL: usize = 12;
/// What a link of an invite is called, which may be in some places.
pub const INVITE_LINK: &str = "the link of an invite";
/// What four characters of a key are called, which admins may see.
pub const LAST_FOUR: &str = "the last four characters of a key";

/// A secret that was planted, in all forms by which it would be known again.
struct Canary {
    name: &'static str,
    forms: BTreeSet<Vec<u8>>,
}

impl Canary {
    /// What is encoded as a whole holds its encoded end.
    fn of(name: &'static str, secret: &[u8]) -> Self {
        let end = &secret[secret.len().saturating_sub(TAIL)..];
        let percent: String = byte_serialize(end).collect();
        let texts = [percent, HEXLOWER.encode(end), HEXUPPER.encode(end)];
        let in_groups =
            (0..3).flat_map(|before| [BASE64_NOPAD, BASE64URL_NOPAD].map(|base| within(&base, end, before)));
        let encoded = texts.into_iter().chain(in_groups).map(String::into_bytes);
        Self { name, forms: encoded.chain([end.to_vec()]).collect() }
    }
}

/// What `secret` looks like in the middle of base64, behind `before` bytes of a group of three.
fn within(base: &Encoding, secret: &[u8], before: usize) -> String {
    let bytes = [&vec![0; before][..], secret].concat();
    let (start, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    base.encode(&bytes)[start..end].to_owned()
}

/// What a token is called, which is shown where it is made.
pub const TOKEN: &str = "a token";
/// What a recovery code is called, which is shown where it is made.
pub const RECOVERY_CODE: &str = "a recovery code";
/// What the keys are called that programs get.
const SERVED: [&str; 7] = [
    "the mark",
    LAST_FOUR,
    "the environment's key of OpenAI",
    "the environment's key of Groq",
    "the third key of Anthropic",
    "the key of a custom provider",
    "the key of Azure",
];

/// Something that is searched.
pub struct Place {
    pub name: String,
    pub bytes: Vec<u8>,
    /// What belongs there.
    pub meant: Vec<&'static str>,
}

impl Place {
    /// Where nothing belongs.
    pub fn closed(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), meant: Vec::new() }
    }

    pub fn file(path: &Path) -> Self {
        let bytes = std::fs::read(path).expect("a file");
        Self::closed(path.display().to_string(), bytes).with(LAST_FOUR)
    }

    pub fn with(mut self, name: &'static str) -> Self {
        self.meant.push(name);
        self
    }
}

/// Something that was found.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Find {
    pub place: String,
    pub canary: &'static str,
    /// Whether it belongs there.
    pub meant: bool,
}

/// Whatever came back, and the secrets that were there or came up on the way.
#[derive(Default)]
pub struct Heard {
    places: Mutex<Vec<Place>>,
    canaries: Mutex<Vec<Canary>>,
    answers: Mutex<Vec<(Method, String, u16)>>,
}

impl Heard {
    pub fn plant(&self, name: &'static str, secret: &[u8]) {
        self.canaries.lock().expect("canaries").push(Canary::of(name, secret));
    }

    /// What is too short to be told from chance in any other form.
    pub fn plant_as_it_is(&self, name: &'static str, secret: &[u8]) {
        let forms = BTreeSet::from([secret.to_vec()]);
        self.canaries.lock().expect("canaries").push(Canary { name, forms });
    }

    pub fn add(&self, place: Place) {
        self.places.lock().expect("places").push(place);
    }

    /// Method, path and status of each answer.
    pub fn answers(&self) -> Vec<(Method, String, u16)> {
        self.answers.lock().expect("answers").clone()
    }

    pub fn note(&self, person: &Person<'_>, request: &Request, answer: &Answer) {
        let path = request.url().path().to_owned();
        let name = format!("{} {path} for {}: {}", request.method(), person.name, answer.status);
        let mut place = Place::closed(name, [&self.headers(answer), answer.body.as_bytes()].concat());
        if person.is_admin {
            place = place.with(LAST_FOUR);
        }
        if answer.status == 201 && (path.ends_with("/tokens") || path.ends_with("/roll")) {
            place = place.with(TOKEN);
        }
        if answer.status == 201 && path.starts_with("/settings/security") {
            place = place.with(RECOVERY_CODE);
        }
        if answer.status == 200 && path.starts_with("/api/keys") {
            place.meant.extend(SERVED);
        }
        let is_bearers = path.starts_with("/invites/") || path.ends_with("/callback");
        if is_bearers || person.is_admin && path.starts_with("/settings/admin/invites") {
            place = place.with(INVITE_LINK);
        }
        self.add(place);
        self.answers.lock().expect("answers").push((request.method().clone(), path, answer.status));
    }

    /// The headers without sessions, which are handed out there and are secrets everywhere else.
    fn headers(&self, answer: &Answer) -> Vec<u8> {
        let mut lines = Vec::new();
        for (name, value) in &answer.headers {
            let session = value.as_bytes().strip_prefix(b"session=").filter(|_| name == "set-cookie");
            match session.and_then(|rest| rest.split(|byte| *byte == b';').next()) {
                Some(session) if session.len() > TAIL => self.plant("a session", session),
                _ => lines.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"].concat()),
            }
        }
        lines
    }

    /// All that was found.
    pub fn finds(&self) -> BTreeSet<Find> {
        let (places, canaries) =
            (self.places.lock().expect("places"), self.canaries.lock().expect("canaries"));
        let needles = Needles::of(&canaries);
        let find = |place: &Place, canary| Find {
            place: place.name.clone(),
            canary,
            meant: place.meant.contains(&canary),
        };
        places
            .iter()
            .flat_map(|place| needles.find_in(&place.bytes).into_iter().map(|canary| find(place, canary)))
            .collect()
    }
}

/// All forms of all canaries by their first two bytes, so that one pass over a text is enough.
struct Needles<'a>(Vec<Vec<(&'static str, &'a [u8])>>);

impl<'a> Needles<'a> {
    fn of(canaries: &'a [Canary]) -> Self {
        let mut by_start = vec![Vec::new(); 1 << 16];
        for canary in canaries {
            for form in &canary.forms {
                by_start[start(form)].push((canary.name, form.as_slice()));
            }
        }
        Self(by_start)
    }

    fn find_in(&self, bytes: &[u8]) -> BTreeSet<&'static str> {
        let mut found = BTreeSet::new();
        for (at, pair) in bytes.windows(2).enumerate() {
            let here = self.0[start(pair)].iter().filter(|(_, form)| bytes[at..].starts_with(form));
            found.extend(here.map(|(name, _)| *name));
        }
        found
    }
}

fn start(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

// The search itself must be able to find.
#[test]
fn a_canary_is_found_in_every_disguise() {
    let (heard, secret) = (Heard::default(), "sk-CANARY+/0123456789abcdef~x!");
    heard.plant("it", secret.as_bytes());
    let percent: String = byte_serialize(secret.as_bytes()).collect();
    let basic = BASE64_NOPAD.encode(format!("gatehouse:{secret}").as_bytes());
    let lines =
        [BASE64URL_NOPAD.encode(format!("\0ada\0{secret}.").as_bytes()), HEXLOWER.encode(secret.as_bytes())];
    let ends = [secret[secret.len() - TAIL..].to_owned(), HEXUPPER.encode(secret.as_bytes())];
    let disguises = [secret.to_owned(), percent, basic]
        .into_iter()
        .chain(lines)
        .chain(ends)
        .chain([format!("x{secret}y")]);
    for (n, disguise) in disguises.clone().enumerate() {
        heard.add(Place::closed(n.to_string(), format!("<p>{disguise}</p>")));
    }
    heard.add(Place::closed("elsewhere", "sk-CANARY+/0123456789"));
    let found: Vec<String> = heard.finds().into_iter().map(|find| find.place).collect();
    assert_eq!(found, (0..disguises.count()).map(|n| n.to_string()).collect::<Vec<_>>());
}
