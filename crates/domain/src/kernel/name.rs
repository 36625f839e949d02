//! Names that people give to themselves and to things.

use std::fmt;

use super::text::text;

text! {
    /// A name: trimmed, 1 to 200 characters, no control characters.
    Name: 200 characters
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
