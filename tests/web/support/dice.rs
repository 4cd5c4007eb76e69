//! Chance that can be had again: the same for the same seed.

/// Small (xorshift).
pub struct Dice {
    /// What a failure has to name, so that it can be seen again with `SEED=…`.
    pub seed: u64,
    state: u64,
}

impl Dice {
    /// Begins with `SEED`, or with whatever time it is.
    pub fn seeded() -> Self {
        let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(a_seed);
        Self { seed, state: seed }
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).expect("31 bits") % sides
    }

    pub fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.roll(things.len())]
    }
}

fn a_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    u64::from(now.subsec_nanos()) | 1
}

/// How often a race is run: all rounds in CI, and some elsewhere.
pub fn rounds() -> usize {
    if std::env::var_os("CI").is_some() { 200 } else { 40 }
}
