//! Which origins' pages may call.

use url::Url;

use super::environment::Environment;
use super::reader::{Expected, Reader};
use super::table::CORS_ORIGINS;

/// The origins whose pages may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsOrigins {
    /// These, each as a browser writes it in `Origin`; an empty list means none.
    Listed(Vec<String>),
    /// All of them; never in production.
    Any,
}

impl CorsOrigins {
    pub(super) fn read(reader: &mut Reader, environment: Environment) -> Self {
        let origins = reader.read(&CORS_ORIGINS, parse).unwrap_or(Self::Listed(Vec::new()));
        if origins == Self::Any && environment.is_production() {
            reader.refuse(&CORS_ORIGINS, "the origins one by one in production");
        }
        origins
    }
}

/// Reads a comma-separated or a JSON list. Brackets and quotes are simply taken off, because a
/// shell that loads an env file has often eaten the quotes of the JSON already.
fn parse(text: &str) -> Result<CorsOrigins, Expected> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let items: Vec<_> =
        inner.split(',').map(|item| item.trim().trim_matches(['"', '\''])).filter(|item| !item.is_empty()).collect();
    if items.contains(&"*") {
        return Ok(CorsOrigins::Any);
    }
    let origins = items.into_iter().map(origin).collect::<Option<Vec<_>>>();
    origins.map(CorsOrigins::Listed).ok_or_else(|| "a list of origins such as https://app.example.com".to_owned())
}

/// The normal form of `http(s)://HOST[:PORT]`: lower case, without the scheme's own port.
fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(origins: &[&str]) -> CorsOrigins {
        CorsOrigins::Listed(origins.iter().map(|origin| (*origin).to_owned()).collect())
    }

    #[test]
    fn lists_are_read_with_commas_as_json_and_as_a_shell_leaves_json() {
        let both = listed(&["http://localhost:3000", "https://app.example.com"]);
        for text in [
            "http://localhost:3000, https://app.example.com",
            r#"["http://localhost:3000", "https://app.example.com"]"#,
            "[http://localhost:3000,https://app.example.com]",
        ] {
            assert_eq!(parse(text).as_ref(), Ok(&both), "{text}");
        }
        assert_eq!(parse(""), Ok(listed(&[])));
        assert_eq!(parse("[]"), Ok(listed(&[])));
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        assert_eq!(parse("HTTPS://App.Example.com:443/"), Ok(listed(&["https://app.example.com"])));
        assert_eq!(parse("http://[::1]:3000"), Ok(listed(&["http://[::1]:3000"])));
    }

    #[test]
    fn a_star_means_all() {
        assert_eq!(parse(r#"["*"]"#), Ok(CorsOrigins::Any));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in ["localhost:3000", "https://", "https://a.example/path", "https://kim@a.example", "ftp://a.example"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
