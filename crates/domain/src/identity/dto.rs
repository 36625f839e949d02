//! What requests and responses about identity look like.

mod external_identities;
mod keys;
mod passwords;
mod people;
mod registering;
mod second_factors;
mod sessions;
mod signing_in;
mod verification;

pub use external_identities::*;
pub use keys::*;
pub use passwords::*;
pub use people::*;
pub use registering::*;
pub use second_factors::*;
pub use sessions::*;
pub use signing_in::*;
pub use verification::*;
