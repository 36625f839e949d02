//! Letters as they lie in the folder of a server.

use std::fs;
use std::time::{Duration, Instant};

use crate::server::Server;
use crate::stage::Stage;

/// Nobody waits longer than this for the worker.
const PATIENCE: Duration = Duration::from_secs(20);

impl Server {
    /// The letters to this address that lead to this page, in the order in which they were left, as
    /// soon as there are so many. The worker goes its own pace: this looks until it has what it came
    /// for.
    pub async fn letters_to(&self, email: &str, page: &str, count: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let letters = self.letters_now(email, page);
            if letters.len() >= count {
                return letters;
            }
            assert!(begun.elapsed() < PATIENCE, "{count} letters to {email} are awaited, there are {}", letters.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Those that are there already.
    pub fn letters_now(&self, email: &str, page: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.letters()) else { return Vec::new() };
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
        paths.sort();
        let letters = paths.iter().map(|path| fs::read_to_string(path).expect("a whole letter"));
        let (to, link) = (format!("To: {email}\r\n"), format!("/{page}?token="));
        letters.filter(|letter| letter.contains(&to) && letter.contains(&link)).collect()
    }

    /// The token in the last of them, as soon as there are so many.
    pub async fn token_for(&self, email: &str, page: &str, count: usize) -> String {
        let letters = self.letters_to(email, page, count).await;
        token_in(letters.last().expect("a letter"), page)
    }
}

impl Stage {
    /// Looks until this query has these texts: what the worker does is seen in the database alone.
    pub async fn comes_to(&self, sql: &str, expected: &[&str]) {
        let begun = Instant::now();
        loop {
            let found = self.database.texts(sql);
            if found == expected {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{sql} says {found:?} and not {expected:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The token in the link to this page.
pub fn token_in(letter: &str, page: &str) -> String {
    let (_, rest) = letter.split_once(&format!("/{page}?token=")).unwrap_or_else(|| panic!("no link: {letter}"));
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}
