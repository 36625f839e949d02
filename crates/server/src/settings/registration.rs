//! How strangers come in.

use stoa_domain::identity::registration::RegistrationMode;

use super::reader::Reader;
use super::table::{ENABLE_REGISTRATION, REGISTRATION};

/// The mode of either setting; two that contradict each other are refused.
pub(super) fn read(reader: &mut Reader) -> RegistrationMode {
    use RegistrationMode::{Approval, Closed, InviteOnly, Open};

    let words = [("open", Open), ("approval", Approval), ("invite_only", InviteOnly), ("closed", Closed)];
    let mode = reader.choice(&REGISTRATION, &words);
    let enabled = reader.switch(&ENABLE_REGISTRATION);
    match (mode, enabled) {
        (Some(mode), Some(enabled)) if enabled != matches!(mode, Open | Approval) => {
            reader.refuse(&ENABLE_REGISTRATION, "a value that does not contradict REGISTRATION");
            mode
        }
        (Some(mode), _) => mode,
        (None, Some(false)) => InviteOnly,
        (None, Some(true) | None) => Open,
    }
}
