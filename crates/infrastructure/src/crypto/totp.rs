//! Codes of authenticators by RFC 6238: SHA-1, six digits, 30 seconds, which is what all of them speak.

use aws_lc_rs::rand;
use chrono::{DateTime, Utc};
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use sha2::{Digest, Sha256};
use stoa_domain::identity::ports::OneTimeCodes;
use stoa_domain::identity::second_factor::{
    Enrolment, RECOVERY_CODES, RecoveryCode, SealedSecret, SecondFactorError, Totp,
};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::secret::Secret;
use totp_rs::Builder;

use super::sealing::{Sealer, SealingError, SealingKeys};

/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;
/// Bytes of a recovery code: sixteen characters in base 32.
const RECOVERY: usize = 10;

/// [`OneTimeCodes`] whose secrets are stored encrypted.
pub struct TotpCodes {
    sealer: Sealer,
    issuer: String,
}

impl TotpCodes {
    /// With secrets under keys derived from these. The issuer is what an authenticator shows beside
    /// the address.
    ///
    /// # Errors
    /// [`SealingError`] if the machine cannot.
    pub fn new(keys: &SealingKeys, issuer: &str) -> Result<Self, SealingError> {
        Ok(Self { sealer: Sealer::new(keys, "totp")?, issuer: issuer.to_owned() })
    }
}

fn broken(error: &impl ToString) -> SecondFactorError {
    SecondFactorError(error.to_string())
}

fn random<const N: usize>() -> Result<[u8; N], SecondFactorError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| SecondFactorError("the machine has no randomness".into()))?;
    Ok(bytes)
}

impl OneTimeCodes for TotpCodes {
    fn enrol(&self, user: UserId, email: &Email) -> Result<Enrolment, SecondFactorError> {
        let secret: [u8; SECRET] = random()?;
        let builder = Builder::new().with_secret(secret).with_issuer(Some(self.issuer.as_str()));
        let builder = builder.with_account_name(email.as_str());
        let totp = builder.build().map_err(|error| broken(&error))?;
        let uri = totp.to_url().map_err(|error| broken(&error))?;
        let qr = QRBuilder::new(uri.as_str()).build().map_err(|error| broken(&format!("{error:?}")))?;
        let sealed = self.sealer.seal(user.as_uuid().as_bytes(), &secret).map_err(|error| broken(&error))?;
        Ok(Enrolment {
            secret: totp.secret().to_base32().into(),
            uri: uri.into(),
            qr_svg: SvgBuilder::default().to_str(&qr).into(),
            sealed: SealedSecret(sealed),
        })
    }

    fn step_of(&self, totp: &Totp, code: &Secret, now: DateTime<Utc>) -> Result<Option<i64>, SecondFactorError> {
        let owner = totp.user_id.as_uuid();
        let secret = self.sealer.open(owner.as_bytes(), &totp.secret.0).map_err(|error| broken(&error))?;
        let codes = Builder::new().with_secret(secret).build().map_err(|error| broken(&error))?;
        let step = codes.check(code.expose(), now.timestamp().unsigned_abs());
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    fn seal_anew(&self, user: UserId, secret: &SealedSecret) -> Result<Option<SealedSecret>, SecondFactorError> {
        if self.sealer.is_present(&secret.0) {
            return Ok(None);
        }
        let owner = user.as_uuid();
        let plain = self.sealer.open(owner.as_bytes(), &secret.0).map_err(|error| broken(&error))?;
        let sealed = self.sealer.seal(owner.as_bytes(), &plain).map_err(|error| broken(&error))?;
        Ok(Some(SealedSecret(sealed)))
    }

    fn recovery_codes(&self) -> Result<Vec<RecoveryCode>, SecondFactorError> {
        let code = || {
            let text = totp_rs::Secret::from(random::<RECOVERY>()?.to_vec()).to_base32().to_lowercase();
            let groups: Vec<_> = [0..4, 4..8, 8..12, 12..16].into_iter().map(|range| &text[range]).collect();
            let text = Secret::from(groups.join("-"));
            Ok(RecoveryCode { digest: self.recovery_digest(&text), text })
        };
        (0..RECOVERY_CODES).map(|_| code()).collect()
    }

    /// A digest without salt is enough for 80 random bits.
    fn recovery_digest(&self, code: &Secret) -> TokenDigest {
        let plain = code.expose().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
        TokenDigest(Sha256::digest(plain.collect::<String>().as_bytes()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stoa_domain::kernel::field::Parsed as _;
    use uuid::Uuid;

    fn codes(key: &str) -> TotpCodes {
        ring(key, Vec::new())
    }

    fn ring(present: &str, previous: Vec<Secret>) -> TotpCodes {
        TotpCodes::new(&SealingKeys { present: present.into(), previous }, "Stoa").unwrap()
    }

    #[test]
    fn a_secret_is_sealed_anew_once_and_its_codes_stay_the_same() {
        let old = codes("old").enrol(user(1), &email()).unwrap();
        let both = ring("new", vec!["old".into()]);
        let anew = both.seal_anew(user(1), &old.sealed).unwrap().expect("it was under the old key");
        assert_eq!(both.seal_anew(user(1), &anew).unwrap(), None);
        let code = totp_rs::Secret::try_from_base32(old.secret.expose()).unwrap();
        let code = Builder::new().with_secret(code).build().unwrap().generate(90).to_string();
        for codes in [&both, &codes("new")] {
            assert_eq!(codes.step_of(&totp(anew.clone()), &code.as_str().into(), at(90)).unwrap(), Some(3));
        }
        assert!(codes("old").step_of(&totp(anew), &code.as_str().into(), at(90)).is_err());
        assert!(both.seal_anew(user(2), &old.sealed).is_err(), "it is somebody else's");
        assert!(codes("new").seal_anew(user(1), &old.sealed).is_err());
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn user(n: u128) -> UserId {
        Uuid::from_u128(n).into()
    }

    fn email() -> Email {
        Email::parse("kim@example.com").unwrap()
    }

    fn totp(secret: SealedSecret) -> Totp {
        Totp { user_id: user(1), secret, begun_at: at(0), confirmed_at: None }
    }

    /// The secret of the test vectors of RFC 6238.
    fn of_the_rfc() -> Totp {
        let sealed = codes("key").sealer.seal(user(1).as_uuid().as_bytes(), b"12345678901234567890").unwrap();
        totp(SealedSecret(sealed))
    }

    fn step(code: &str, seconds: i64) -> Option<i64> {
        codes("key").step_of(&of_the_rfc(), &code.into(), at(seconds)).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step(code, seconds), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_and_one_late() {
        let found = [28, 29, 30, 59, 60, 89, 90].map(|seconds| step("287082", seconds));
        let now = Some(1);
        assert_eq!(found, [now, now, now, now, now, now, None], "its step is from 30 to 59");
        assert_eq!(step("081804", 1_111_111_109 - 60), None);
        for wrong in ["287083", "28708", "2870820", "", "abcdef", " 287082"] {
            assert_eq!(step(wrong, 59), None, "{wrong}");
        }
    }

    #[test]
    fn an_enrolment_shows_one_secret_in_three_ways_and_keeps_it_sealed() {
        let enrolment = codes("key").enrol(user(1), &email()).unwrap();
        let (secret, uri) = (enrolment.secret.expose(), enrolment.uri.expose());
        assert_eq!(secret.len(), 32);
        assert!(uri.starts_with("otpauth://totp/Stoa:kim%40example.com?"), "{uri}");
        assert!(uri.contains(&format!("secret={secret}")) && uri.contains("issuer=Stoa"), "{uri}");
        assert!(enrolment.qr_svg.expose().starts_with("<svg"));
        let shown = totp_rs::Totp::from_url(uri).unwrap();
        let code = shown.generate(1_000_000).to_string();
        let found = codes("key").step_of(&totp(enrolment.sealed.clone()), &code.as_str().into(), at(1_000_000));
        assert_eq!(found, Ok(Some(33_333)));
        let other = codes("key").enrol(user(1), &email()).unwrap();
        assert_ne!(other.secret, enrolment.secret);
        assert!(!enrolment.sealed.0.windows(SECRET).any(|bytes| bytes == shown.secret().as_ref()));
    }

    #[test]
    fn under_another_key_or_for_somebody_else_nothing_is_read() {
        let of_another = Totp { user_id: user(2), ..of_the_rfc() };
        assert!(codes("key").step_of(&of_another, &"287082".into(), at(59)).is_err());
        assert!(codes("other").step_of(&of_the_rfc(), &"287082".into(), at(59)).is_err());
    }

    #[test]
    fn recovery_codes_differ_and_are_known_however_they_are_written() {
        let codes = codes("key");
        let made = codes.recovery_codes().unwrap();
        assert_eq!(made.len(), RECOVERY_CODES);
        for (n, code) in made.iter().enumerate() {
            let text = code.text.expose();
            assert_eq!((text.len(), text.matches('-').count()), (19, 3), "{text}");
            assert!(made[n + 1..].iter().all(|other| other.digest != code.digest));
            for written in [text.to_uppercase(), text.replace('-', ""), format!(" {} ", text.replace('-', " "))] {
                assert_eq!(codes.recovery_digest(&written.into()), code.digest);
            }
        }
    }
}
