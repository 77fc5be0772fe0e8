//! The functions that can be invoked, by name, and the two ways to reach one.
//!
//! [`Functions`] knows them and keeps the turns of their invocations. `url` asks somebody who speaks Lambda's invoke API;
//! `runtime` is asked by a runtime client that polls. `failure` makes and recognizes error objects for both.

mod failure;
mod registry;
mod runtime;
mod setting;
mod url;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use registry::{Described, FunctionFault, Functions};

/// Invocations in flight at once when nothing is said: the Runtime Interface Emulator breaks on two.
pub const DEFAULT_CONCURRENCY: u32 = 1;
/// How long an invocation may take when nothing is said.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes of the longest response of a function.
pub const RESPONSE_BYTES: usize = 6_291_556;

/// How a function is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// By the invoke API at this URL.
    Url(String),
    /// By a runtime client that polls this port of ours; 0: one that is free.
    Runtime {
        /// The port.
        port: u16,
    },
}

/// A function as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionSetting {
    /// Its name.
    pub name: String,
    /// How it is reached.
    pub target: Target,
    /// Invocations in flight at once; the Runtime Interface Emulator breaks on two.
    pub concurrency: u32,
    /// How long one invocation may take.
    pub timeout: Duration,
}

/// One call of a function.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Request id that the function sees.
    pub request_id: String,
    /// ARN that the function sees.
    pub function_arn: String,
    /// The event.
    pub payload: Bytes,
    /// `X-Amz-Client-Context` as it was sent.
    pub client_context: Option<String>,
    /// Whether it has left for the function.
    pub begun: Begun,
}

/// Tells whoever waits for an invocation whether the function has it: before that it can be taken back.
#[derive(Clone, Debug, Default)]
pub struct Begun(Arc<AtomicBool>);

impl Begun {
    /// Whether the function has it.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered.
    Success(Bytes),
    /// The function failed: `Unhandled` or `Handled`, and the error object.
    FunctionError {
        /// What `X-Amz-Function-Error` says.
        kind: String,
        /// An object with errorType and errorMessage, usually.
        payload: Bytes,
    },
    /// The function took too long.
    TimedOut,
    /// Whoever should run it could not be reached, or refused: why, for people.
    Unreachable(String),
}

#[cfg(test)]
mod tests;
