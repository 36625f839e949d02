//! `.env.example`, written from the table.

use super::table::{self, Preset, Setting};

const HEAD: &str = "\
# Every setting of Stoa. Copy this file to .env, remove the # before what you change, and start with
#     set -a; . ./.env; set +a
#
# Rising order of what counts: default, environment, stoa.toml (or --config FILE), flag. In stoa.toml
# a setting has the same name in lower case, and STOA_ may be left out: bind = \"127.0.0.1:8080\".
# In the environment every name may also be written with STOA_ in front. --help lists the flags.
";

/// The text of the file.
pub fn env_example() -> String {
    table::ALL.iter().fold(HEAD.to_owned(), |text, setting| text + &section(setting))
}

fn section(setting: &Setting) -> String {
    let secret = if setting.secret { "# Secret: never logged.\n" } else { "" };
    let aliases = match setting.aliases {
        [] => String::new(),
        names => format!("# Also read as {}.\n", names.join(", ")),
    };
    let (words, value) = match setting.default {
        Preset::Text(value) => (String::new(), value),
        Preset::Words(words) => (format!("# Default: {words}.\n"), ""),
    };
    format!("\n# {}\n{secret}{aliases}{words}# {}={value}\n", setting.about, setting.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.env.example");

    #[test]
    fn the_committed_file_is_what_the_table_says() {
        if std::env::var_os("STOA_TEST_UPDATE").is_some() {
            std::fs::write(COMMITTED, env_example()).unwrap();
        }
        let committed = std::fs::read_to_string(COMMITTED).unwrap();
        assert_eq!(committed, env_example(), "STOA_TEST_UPDATE=1 cargo test -p stoa-server env_example rewrites it");
    }
}
