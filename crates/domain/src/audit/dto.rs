//! What answers about the audit look like.

use serde::Serialize;

use super::verification::Verdict;

/// Whether the chain of an organization is as it was sealed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationResponse {
    /// Whether it is.
    pub valid: bool,
    /// Entries that were read.
    pub entries: u64,
    /// Number of the first entry that is not as it was sealed; absent when all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_broken_seq: Option<i64>,
    /// What was done there: `edited`, `inserted`, `deleted`, `reordered`, `tail_cut`, `end_edited` (the record of
    /// where the chain ends was changed) or `unknown_key` (it was sealed by another key); absent when all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
}

impl From<Verdict> for VerificationResponse {
    fn from(Verdict { entries, broken }: Verdict) -> Self {
        Self {
            valid: broken.is_none(),
            entries,
            first_broken_seq: broken.map(|broken| broken.seq),
            problem: broken.map(|broken| broken.problem.as_str()),
        }
    }
}
