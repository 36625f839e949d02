//! Password hashes by Argon2id; those of bcrypt are compared and replaced.

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{Error, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::ports::{HashingError, PasswordHasher, Verification};
use stoa_domain::kernel::field::Parsed as _;
use stoa_domain::kernel::secret::Secret;

/// Cost of a hash. The default is what OWASP recommends for Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
}

impl Default for HashingCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2 }
    }
}

/// A [`PasswordHasher`] by Argon2id with one lane.
pub struct Argon2idHasher {
    argon2: Argon2<'static>,
    /// A hash of the present cost that no password has.
    decoy: String,
}

impl Argon2idHasher {
    /// A hasher of this cost.
    ///
    /// # Errors
    /// [`HashingError`] for a cost that Argon2 does not know.
    pub fn new(cost: HashingCost) -> Result<Self, HashingError> {
        let params =
            Params::new(cost.memory_kib, cost.iterations, 1, None).map_err(|error| HashingError(error.to_string()))?;
        let decoy = format!(
            "$argon2id$v=19$m={},t={},p=1$c3RvYS1kZWNveS1zYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            cost.memory_kib, cost.iterations
        );
        Ok(Self { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), decoy })
    }

    fn is_outdated(&self, hash: &Phc) -> bool {
        let current = self.argon2.params();
        hash.algorithm.as_str() != "argon2id"
            || hash.version != Some(Version::V0x13.into())
            || Params::try_from(hash).map_or(true, |params| {
                (params.m_cost(), params.t_cost(), params.p_cost())
                    != (current.m_cost(), current.t_cost(), current.p_cost())
            })
    }
}

impl PasswordHasher for Argon2idHasher {
    fn hash(&self, password: &Secret) -> Result<PasswordHash, HashingError> {
        let phc: Phc =
            self.argon2.hash_password(password.expose().as_bytes()).map_err(|error| HashingError(error.to_string()))?;
        Ok(PasswordHash::from_phc(phc.to_string()))
    }

    fn verify(&self, password: &Secret, hash: Option<PasswordHash>) -> Result<Verification, HashingError> {
        if let Some(hash) = &hash
            && let Ok(foreign) = PasswordHash::parse(hash.as_phc())
        {
            return verify_bcrypt(password, &foreign);
        }
        let readable = hash.as_ref().and_then(|hash| Phc::new(hash.as_phc()).ok());
        let known = readable.is_some();
        let phc = match readable {
            Some(phc) => phc,
            None => Phc::new(&self.decoy).map_err(|error| HashingError(error.to_string()))?,
        };
        match self.argon2.verify_password(password.expose().as_bytes(), &phc) {
            Ok(()) if known && self.is_outdated(&phc) => Ok(Verification::Outdated),
            Ok(()) if known => Ok(Verification::Right),
            Ok(()) | Err(Error::PasswordInvalid) => Ok(Verification::Wrong),
            Err(error) => Err(HashingError(error.to_string())),
        }
    }
}

/// Right ones are outdated by definition: they are hashed anew at once. Like all programs that made
/// such hashes, this one looks at the first 72 bytes.
fn verify_bcrypt(password: &Secret, hash: &PasswordHash) -> Result<Verification, HashingError> {
    match bcrypt::verify(password.expose(), hash.as_phc()) {
        Ok(true) => Ok(Verification::Outdated),
        Ok(false) => Ok(Verification::Wrong),
        Err(error) => Err(HashingError(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(memory_kib: u32) -> Argon2idHasher {
        Argon2idHasher::new(HashingCost { memory_kib, iterations: 1 }).unwrap()
    }

    #[test]
    fn the_right_password_is_right_and_another_is_wrong() {
        let hasher = hasher(64);
        let hash = hasher.hash(&"Correct-Horse-1".into()).unwrap();
        assert!(hash.as_phc().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert_eq!(hasher.verify(&"Correct-Horse-1".into(), Some(hash.clone())), Ok(Verification::Right));
        assert_eq!(hasher.verify(&"Correct-Horse-2".into(), Some(hash)), Ok(Verification::Wrong));
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let hasher = hasher(64);
        assert_ne!(hasher.hash(&"Correct-Horse-1".into()).unwrap(), hasher.hash(&"Correct-Horse-1".into()).unwrap());
    }

    #[test]
    fn a_hash_of_another_cost_is_outdated() {
        let hash = hasher(64).hash(&"Correct-Horse-1".into()).unwrap();
        assert_eq!(hasher(128).verify(&"Correct-Horse-1".into(), Some(hash)), Ok(Verification::Outdated));
    }

    #[test]
    fn without_a_readable_hash_the_decoy_is_compared() {
        let hasher = hasher(64);
        assert!(Phc::new(&hasher.decoy).is_ok(), "the decoy must cost what a hash costs");
        assert_eq!(hasher.verify(&"Correct-Horse-1".into(), None), Ok(Verification::Wrong));
        let broken = PasswordHash::from_phc("plain text".into());
        assert_eq!(hasher.verify(&"plain text".into(), Some(broken)), Ok(Verification::Wrong));
    }

    #[test]
    fn a_hash_of_bcrypt_is_compared_and_outdated() {
        let made = bcrypt::hash_with_salt("Correct-Horse-1", 4, [7; 16]).unwrap();
        for version in [bcrypt::Version::TwoA, bcrypt::Version::TwoB, bcrypt::Version::TwoY] {
            let hash = PasswordHash::from_phc(made.format_for_version(version));
            let verify = |password: &str| hasher(64).verify(&password.into(), Some(hash.clone()));
            assert_eq!(verify("Correct-Horse-1"), Ok(Verification::Outdated));
            assert_eq!(verify("Correct-Horse-2"), Ok(Verification::Wrong));
        }
    }

    #[test]
    fn the_default_cost_is_the_recommended_one() {
        assert_eq!(HashingCost::default(), HashingCost { memory_kib: 19 * 1024, iterations: 2 });
    }
}
