//! Whom one can be.

/// Someone to sign in as.
#[derive(Clone, Debug)]
pub struct DemoPerson {
    pub name: &'static str,
    pub email: &'static str,
    pub verified: bool,
}

/// The people on offer.
pub const PEOPLE: [DemoPerson; 3] = [
    DemoPerson { name: "Ada Lovelace", email: "ada@acme.test", verified: true },
    DemoPerson { name: "Grace Hopper", email: "grace@acme.test", verified: true },
    DemoPerson { name: "Mallory Doe", email: "mallory@evil.test", verified: true },
];
