//! Texts that people write.

/// A kind of text: trimmed, 1 to so many characters, without control characters; where it is said, in lines.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident: $max:literal characters) => {
        $crate::kernel::text::text!(@ $(#[$doc])* $name, $max, char::is_control);
    };
    ($(#[$doc:meta])* $name:ident: $max:literal characters in lines) => {
        $crate::kernel::text::text!(@ $(#[$doc])* $name, $max, |c: char| c.is_control() && c != '\n');
    };
    (@ $(#[$doc:meta])* $name:ident, $max:literal, $is_forbidden:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Most characters.
            pub const MAX: usize = $max;

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// A text that was checked when it was stored.
            pub fn from_store(text: String) -> Self {
                Self(text)
            }
        }

        impl $crate::kernel::field::Parsed for $name {
            fn parse(text: &str) -> Result<Self, $crate::kernel::field::Flaw> {
                use $crate::kernel::field::Flaw;

                let text = text.trim();
                if text.is_empty() || text.chars().count() > Self::MAX {
                    return Err(Flaw { code: "length", message: concat!("must have 1 to ", $max, " characters") });
                }
                if text.contains($is_forbidden) {
                    return Err(Flaw { code: "control_characters", message: "must not contain control characters" });
                }
                Ok(Self(text.to_owned()))
            }
        }
    };
}

pub(crate) use text;

#[cfg(test)]
mod tests {
    use crate::kernel::field::Parsed as _;
    use crate::kernel::name::Name;
    use crate::kernel::reason::Reason;

    #[test]
    fn a_text_is_trimmed_and_counted_in_characters() {
        assert_eq!(Name::parse("  서울 Cold \n").unwrap().as_str(), "서울 Cold");
        assert!(Name::parse(&"é".repeat(Name::MAX)).is_ok());
        for text in ["", " \n ", &"é".repeat(Name::MAX + 1)] {
            let flaw = Name::parse(text).unwrap_err();
            assert_eq!((flaw.code, flaw.message), ("length", "must have 1 to 200 characters"));
        }
    }

    #[test]
    fn only_what_is_in_lines_has_line_breaks_and_nothing_has_other_control_characters() {
        assert_eq!(Name::parse("a\nb").unwrap_err().code, "control_characters");
        assert_eq!(
            Reason::parse(" Unpaid since May.\nThird letter. ").unwrap().as_str(),
            "Unpaid since May.\nThird letter."
        );
        for text in ["a\u{0}b", "a\tb", "a\r\nb"] {
            assert_eq!(Reason::parse(text).unwrap_err().code, "control_characters");
        }
    }
}
