//! What can go wrong with a request and how the service words it.
//!
//! `fault` says what is wrong, structured; `violation`, `value` and `reason` hold its larger parts; `kind` maps exceptions to the
//! wire; `voice` is the only renderer. Invariants: nothing above this layer builds an error body, and nothing anywhere
//! branches on message text.

pub mod fault;
pub mod kind;
pub mod reason;
pub mod value;
pub mod violation;
pub mod voice;

pub use fault::{Cause, Fault};
pub use kind::Kind;
pub use reason::Reason;
pub use value::{SetKind, ValueError};
pub use violation::{Form, Rule, Violation};
pub use voice::{Reply, Voice};
