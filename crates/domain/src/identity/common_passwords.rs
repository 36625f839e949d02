//! Passwords that everybody thinks of, and every guesser first.
//!
//! Most of them are a word that is on everybody's mind, with a capital, a digit for a letter that
//! looks like it, and a number or a mark at the end because a rule asks for one. So words are listed
//! here, and what was done to them is taken back before they are looked up.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that passwords are made from; lower case, one a line.
static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common_words.txt").lines().collect());

/// Walks over the keyboard and through the alphabet. A beginning of one is as common as the whole.
const WALKS: &[&str] = &[
    "0987654321qwertyuiop",
    "123456789abcdefghi",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "1234qwerasdfzxcv",
    "123qweasdzxc",
    "12qwaszx",
    "1a2b3c4d5e6f7g8h9i0j",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1qazxsw23edcvfr4",
    "a1b2c3d4e5f6g7h8i9j0",
    "a1s2d3f4g5h6j7k8l9",
    "aa112233",
    "aaa111bbb222",
    "abc123abc123",
    "abc123def456ghi789",
    "q1w2e3r4t5y6u7i8o9p0",
    "qaz123wsx456edc789",
    "qwe123asd456zxc789",
    "qwer1234asdf5678zxcv",
    "zaq12wsxcde34rfvbgt56yhn",
    "zxcv1234asdf5678qwer",
];

/// Whether somebody who guesses would try this early. Case does not matter.
pub(super) fn is_common(text: &str) -> bool {
    let text = text.to_lowercase();
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    if WALKS.iter().any(|walk| walk.starts_with(text)) {
        return true;
    }
    let decorated = |c: char| !c.is_alphabetic();
    let without_end = text.trim_end_matches(decorated);
    let bare = without_end.trim_start_matches(decorated);
    [text, without_end, bare].into_iter().any(|text| is_word(text) || is_one_letter(text))
}

/// Whether it is a listed word, once or several times over, spelt plainly or with the digits and
/// marks that look like letters.
fn is_word(text: &str) -> bool {
    ['i', 'l'].into_iter().any(|one| {
        let plain: String = text.chars().map(|c| letter_like(c, one)).collect();
        [plain.as_str(), text].into_iter().any(|text| WORDS.contains(unrepeated(text)))
    })
}

/// What is said over and over, said once.
fn unrepeated(text: &str) -> &str {
    let fits = |length: &usize| text.len().is_multiple_of(*length) && text.is_char_boundary(*length);
    let lengths = (1..=text.len() / 2).filter(fits);
    let mut parts = lengths.map(|length| &text[..length]);
    parts.find(|part| part.repeat(text.len() / part.len()) == text).unwrap_or(text)
}

fn is_one_letter(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| letters.all(|c| c == first))
}

/// The letter that a digit or mark stands for; 1 stands for `one`.
fn letter_like(c: char, one: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' | '€' => 'e',
        '1' | '!' | '|' => one,
        '0' => 'o',
        '$' | '5' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_under_what_people_do_to_them() {
        for text in [
            "Password1",
            "PASSWORD1",
            "P@ssw0rd",
            "pa$$w0rd123!",
            "Passw0rd2024",
            "Welcome1",
            "We1come1",
            "Qwerty123",
            "Summer2024!",
            "12345Admin",
            "Adm1n1234",
            "L3tm31n99",
            "Abcd1234",
            "Monkey12",
            "AdminAdmin1",
            "Changeme1!",
            "Aaaaaaa1",
            "Stoa2026",
            "2024Winter",
            "Iloveyou1",
        ] {
            assert!(is_common(text), "{text}");
        }
    }

    #[test]
    fn walks_over_the_keyboard_are_found_wherever_they_end() {
        for text in ["1Q2w3e4r", "1q2w3e4r5T6y", "1Qaz2wsx", "Zaq12wsx", "A1b2c3d4!", "Qwe123asd", "123qweASD"] {
            assert!(is_common(text), "{text}");
        }
    }

    #[test]
    fn what_only_holds_a_common_word_is_not_common() {
        for text in
            ["Correct-Horse-1", "Wrong-Horse-1", "Summer-in-Busan-7", "kX9#mmQ2vL", "Пароль-1234", "1Qaz-on-Tuesday"]
        {
            assert!(!is_common(text), "{text}");
        }
    }

    #[test]
    fn the_list_is_lower_case_sorted_and_without_repetition() {
        let words: Vec<_> = include_str!("common_words.txt").lines().collect();
        assert!(words.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(words.iter().all(|word| !word.is_empty() && word.to_lowercase() == *word));
        assert!(words.len() > 800, "{}", words.len());
    }
}
