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
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub(super) use failure::headline;
pub(super) use registry::{Described, FunctionFault, Functions};

/// Invocations in flight at once when nothing is said: the Runtime Interface Emulator breaks on two.
pub(super) const DEFAULT_CONCURRENCY: u32 = 1;
/// How long an invocation may take when nothing is said.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes of the longest response of a function.
pub(super) const RESPONSE_BYTES: usize = 6_291_556;

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
pub(super) struct Invocation {
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

/// Settles once between who waits for an invocation and the function: one takes it back, or the other has it.
/// Each attempt has its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Begun(Arc<AtomicU8>);

const WAITING: u8 = 0;
const BEGUN: u8 = 1;
const WITHDRAWN: u8 = 2;

impl Begun {
    /// Takes the invocation back; `false`: the function has it.
    pub(super) fn withdraw(&self) -> bool {
        self.leave(WITHDRAWN)
    }

    /// Gives it to the function; `false`: it was taken back.
    fn begin(&self) -> bool {
        self.leave(BEGUN)
    }

    fn leave(&self, state: u8) -> bool {
        let left = self
            .0
            .compare_exchange(WAITING, state, Ordering::SeqCst, Ordering::SeqCst);
        left.is_ok()
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
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
