//! The texts of API keys: `stoa_live_`, a public part, `_`, 256 random bits and a checksum, all of
//! letters and digits, so that a double click selects a key and a scanner knows one.

use aws_lc_rs::rand;
use sha2::{Digest, Sha256};
use stoa_domain::access::api_key::{IssuedKey, KEY_PREFIX};
use stoa_domain::access::ports::ApiKeySource;
use stoa_domain::identity::token::{SigningError, TokenDigest};

/// Digits of the public part: enough to tell the keys of an organization apart.
const PUBLIC: usize = 8;
/// Digits that hold 256 bits.
const SECRET: usize = 43;
/// Digits that hold 32 bits.
const CHECKSUM: usize = 6;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// An [`ApiKeySource`] on the machine's randomness. A digest without salt is enough for a text
/// that cannot be guessed.
pub struct RandomApiKeys;

impl ApiKeySource for RandomApiKeys {
    fn issue(&self) -> Result<IssuedKey, SigningError> {
        let (mut public, mut secret) = ([0; 6], [0; 32]);
        for bytes in [&mut public[..], &mut secret[..]] {
            rand::fill(bytes).map_err(|_| SigningError("the machine has no randomness".into()))?;
        }
        let prefix = format!("{KEY_PREFIX}{}", &base62(&public, PUBLIC + 1)[1..]);
        let body = format!("{prefix}_{}", base62(&secret, SECRET));
        let text = format!("{body}{}", checksum(&body));
        Ok(IssuedKey { prefix, digest: digest(&text), text: text.into() })
    }

    fn digest(&self, text: &str) -> Option<TokenDigest> {
        let rest = text.strip_prefix(KEY_PREFIX)?;
        let is_key = rest.len() == PUBLIC + 1 + SECRET + CHECKSUM
            && rest
                .bytes()
                .enumerate()
                .all(|(at, byte)| if at == PUBLIC { byte == b'_' } else { DIGITS.contains(&byte) });
        if !is_key {
            return None;
        }
        let (body, sum) = text.split_at(text.len() - CHECKSUM);
        (checksum(body) == sum).then(|| digest(text))
    }
}

fn digest(text: &str) -> TokenDigest {
    TokenDigest(Sha256::digest(text.as_bytes()).into())
}

/// The first 32 bits of SHA-256 of what stands before it. It guards nothing: it tells a key from a
/// text that only looks like one.
fn checksum(body: &str) -> String {
    base62(&Sha256::digest(body.as_bytes())[..4], CHECKSUM)
}

/// These bytes as one number to the base 62, in so many digits.
fn base62(bytes: &[u8], digits: usize) -> String {
    let mut number = bytes.to_vec();
    let mut text = vec![b'0'; digits];
    for place in text.iter_mut().rev() {
        let mut rest = 0_u32;
        for byte in &mut number {
            let value = (rest << 8) | u32::from(*byte);
            // Both fit: the rest is below 62, so the value is below 62 * 256.
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        *place = DIGITS[rest as usize];
    }
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_form_and_no_two_are_alike() {
        let (one, other) = (RandomApiKeys.issue().unwrap(), RandomApiKeys.issue().unwrap());
        let text = one.text.expose();
        assert_eq!((text.len(), one.prefix.len()), (10 + 8 + 1 + 43 + 6, 18));
        assert!(text.starts_with(&format!("{}_", one.prefix)));
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{text}");
        assert_ne!(one.prefix, other.prefix);
        assert_ne!(one.digest, other.digest);
        assert_eq!(RandomApiKeys.digest(text), Some(one.digest));
    }

    #[test]
    fn a_text_that_only_looks_like_a_key_is_none() {
        let issued = RandomApiKeys.issue().unwrap();
        let text = issued.text.expose();
        let last = if text.ends_with('0') { '1' } else { '0' };
        for wrong in [
            format!("{}{last}", &text[..text.len() - 1]),
            text.replacen('_', "-", 3),
            text[1..].to_owned(),
            format!("{text}0"),
            text.replace("stoa_live_", "stoa_test_"),
            format!("stoa_live_{}", "é".repeat(29)),
            "stoa_live_".to_owned(),
            String::new(),
        ] {
            assert_eq!(RandomApiKeys.digest(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_written_to_the_base_62() {
        assert_eq!(base62(&[0], 2), "00");
        assert_eq!(base62(&[61], 2), "0z");
        assert_eq!(base62(&[62], 2), "10");
        assert_eq!(base62(&[0xff; 4], 6), "4gfFC3");
        assert_eq!(base62(&[0xff; 32], 43).len(), 43);
        assert_ne!(&base62(&[0xff; 32], 43)[..1], "0", "256 bits need all digits");
    }
}
