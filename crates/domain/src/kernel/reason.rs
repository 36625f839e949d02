//! Why somebody did something, in their own words.

use super::text::text;

text! {
    /// A reason: trimmed, 1 to 500 characters, no control characters but line breaks.
    Reason: 500 characters in lines
}
