//! An answer of the server (RFC 5321, section 4.2). **The code alone decides**: the text after it can be missing, in any
//! encoding and in any form, and changes nothing.

/// An answer: three digits, and what was said with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub code: u16,
    pub lines: Vec<String>,
}

impl Reply {
    /// 2xx: done.
    pub fn is_good(&self) -> bool {
        self.code / 100 == 2
    }

    /// 3xx: the server waits for more.
    pub fn asks_for_more(&self) -> bool {
        self.code / 100 == 3
    }

    /// 4xx: not now.
    pub fn is_for_now(&self) -> bool {
        self.code / 100 == 4
    }

    /// 5xx: not in this way.
    pub fn is_final(&self) -> bool {
        self.code / 100 == 5
    }

    /// Everything that was said, on one line.
    pub fn text(&self) -> String {
        self.lines.join(" ")
    }

    /// Subject and detail of the enhanced code (RFC 3463): 7 and 1 for `5.7.1`. qmail puts it at the end, after a `#`.
    pub fn enhanced(&self) -> Option<(u16, u16)> {
        self.lines.iter().flat_map(|line| line.split_whitespace()).find_map(|word| {
            let (class, subject, detail) = enhanced_code(word)?;
            (class == self.code / 100).then_some((subject, detail))
        })
    }
}

/// Reads `5.7.1`, also as `#5.7.1`, `(#5.7.1)` or `5.7.1:`.
pub(super) fn enhanced_code(word: &str) -> Option<(u16, u16, u16)> {
    let mut parts = word.trim_matches(['(', '[', '#', ')', ']', ':', ',', ';']).split('.');
    let mut number = || {
        let part = parts.next()?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let code = (number()?, number()?, number()?);
    parts.next().is_none().then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_behind_the_code_is_found_wherever_it_is_put() {
        for (text, code) in [
            ("5.7.1 Relay access denied", Some((7, 1))),
            ("#5.1.0 Address rejected.", Some((1, 0))),
            ("sorry, not in my list of allowed rcpthosts (#5.7.1)", Some((7, 1))),
            ("4.7.1 is of another class, 5.4.5 is not", Some((4, 5))),
            ("see 10.0.0.1, version 5.7, or 5.7.x", None),
            ("5..1 5.7.99999 .5.7.1.", None),
            ("", None),
        ] {
            let reply = Reply { code: 550, lines: vec![text.to_owned()] };
            assert_eq!(reply.enhanced(), code, "{text}");
        }
    }
}
