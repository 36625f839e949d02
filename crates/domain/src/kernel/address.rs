//! Postal addresses.

use super::text::text;

text! {
    /// A postal address as people write it: trimmed, 1 to 500 characters, in lines.
    Address: 500 characters in lines
}
