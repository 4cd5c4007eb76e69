//! How many organizations an installation serves.

/// One organization, of which no address and no page speaks, or many, each with its own address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tenancy {
    #[default]
    Single,
    Multi,
}

impl Tenancy {
    /// Reads the setting.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "single" => Ok(Self::Single),
            "multi" => Ok(Self::Multi),
            _ => Err("must be `single` or `multi`".to_owned()),
        }
    }

    /// Whether there can be several organizations.
    pub fn is_multi(self) -> bool {
        self == Self::Multi
    }
}
