//! Refresh tokens: 256 random bits, stored as their SHA-256.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use stoa_domain::identity::ports::RefreshTokenSource;
use stoa_domain::identity::token::{SigningError, TokenDigest};
use stoa_domain::kernel::secret::Secret;

/// A [`RefreshTokenSource`] on the machine's randomness. A digest without salt is enough for a
/// text that cannot be guessed.
pub struct RandomRefreshTokens;

impl RefreshTokenSource for RandomRefreshTokens {
    fn generate(&self) -> Result<Secret, SigningError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| SigningError("the machine has no randomness".into()))?;
        Ok(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    fn digest(&self, token: &Secret) -> TokenDigest {
        TokenDigest(Sha256::digest(token.expose().as_bytes()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_a_token_has_one_digest() {
        let source = RandomRefreshTokens;
        let (one, other) = (source.generate().unwrap(), source.generate().unwrap());
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one, other);
        assert_eq!(source.digest(&one), source.digest(&one.clone()));
        assert_ne!(source.digest(&one), source.digest(&other));
    }
}
