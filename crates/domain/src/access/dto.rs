//! What requests and responses about permissions, roles and API keys look like.

mod assignments;
mod explanations;
mod keys;
mod permissions;
mod reviews;
mod roles;
mod settings;
mod simulations;

pub use assignments::*;
pub use explanations::*;
pub use keys::*;
pub use permissions::*;
pub use reviews::*;
pub use roles::*;
pub use settings::*;
pub use simulations::*;
