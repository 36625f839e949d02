//! The flags of the table, as arguments of a command.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use stoa_domain::kernel::secret::Secret;

use super::table::{self, Preset, Setting};

const CONFIG: &str = "config";

/// What the command line says about settings; flatten it into a clap command.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The settings file to read instead of `./stoa.toml`.
    pub config: Option<PathBuf>,
    /// The settings given, each at most once. Masked, since a URL may hold a password.
    pub(super) given: Vec<(&'static Setting, Secret)>,
}

impl Flags {
    /// The same flags and one more.
    #[must_use]
    pub fn with(mut self, setting: &'static Setting, text: &str) -> Self {
        self.given.push((setting, text.into()));
        self
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.config = matches.get_one::<PathBuf>(CONFIG).cloned();
        let offered = table::ALL.iter().filter(|setting| setting.flag.is_some());
        self.given = offered
            .filter_map(|setting| Some((*setting, matches.get_one::<String>(setting.name)?.as_str().into())))
            .collect();
        Ok(())
    }
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new(CONFIG)
            .long(CONFIG)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Settings file [default: stoa.toml, when there is one]");
        let settings = table::ALL.iter().filter_map(|setting| {
            Some(Arg::new(setting.name).long(setting.flag?).value_name("VALUE").help(help(setting)))
        });
        // Global, so that they stand before or after the subcommand.
        command.args(std::iter::once(config).chain(settings).map(|arg| arg.global(true).help_heading("Settings")))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn help(setting: &Setting) -> String {
    match setting.default {
        Preset::Text("") => setting.about.to_owned(),
        Preset::Text(text) | Preset::Words(text) => format!("{} [default: {text}]", setting.about),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &[&str]) -> Result<Flags, clap::Error> {
        let command = Flags::augment_args(Command::new("stoa")).subcommand(Command::new("migrate"));
        command.try_get_matches_from(line).and_then(|matches| Flags::from_arg_matches(&matches))
    }

    #[test]
    fn flags_stand_before_or_after_the_subcommand() {
        for line in [["stoa", "--log-level", "warn", "migrate"], ["stoa", "migrate", "--log-level", "warn"]] {
            let flags = parsed(&line).unwrap();
            let given: Vec<_> = flags.given.iter().map(|(setting, text)| (setting.name, text.expose())).collect();
            assert_eq!(given, [("LOG_LEVEL", "warn")]);
        }
        let flags = parsed(&["stoa", "--config", "other.toml"]).unwrap();
        assert_eq!(flags.config, Some("other.toml".into()));
    }

    #[test]
    fn a_secret_cannot_be_given_on_the_command_line() {
        assert!(parsed(&["stoa", "--jwt-secret-key", "x"]).is_err());
    }

    #[test]
    fn debug_does_not_show_what_was_given() {
        let flags = parsed(&["stoa", "--database-url", "postgres://kim:hunter2@db/stoa"]).unwrap();
        assert!(!format!("{flags:?}").contains("hunter2"));
    }
}
