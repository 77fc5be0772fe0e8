//! The rules about a function's setting, whoever says it.

use std::time::Duration;

use super::{DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT, FunctionSetting, Target};
use crate::triggers::outbound::check_url;

const NAME_LENGTH: usize = 64;
/// Most invocations in flight at once, as many as an account of AWS has.
const CONCURRENCY: u32 = 1000;
/// As long as a function of Lambda may run.
pub(super) const LONGEST: Duration = Duration::from_secs(15 * 60);

impl FunctionSetting {
    /// A function with the usual turns and time.
    pub fn new(name: impl Into<String>, target: Target) -> FunctionSetting {
        FunctionSetting {
            name: name.into(),
            target,
            concurrency: DEFAULT_CONCURRENCY,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Whether it can be one; a sentence for people if not.
    pub fn check(&self) -> Result<(), String> {
        check_name(&self.name)?;
        if let Target::Url(url) = &self.target {
            check_url(url)?;
        }
        if !(1..=CONCURRENCY).contains(&self.concurrency) {
            return Err(format!(
                "{} invocations at once are not possible; use 1 to {CONCURRENCY}",
                self.concurrency
            ));
        }
        if self.timeout.is_zero() || self.timeout > LONGEST {
            return Err(format!(
                "an invocation cannot take {:?}; use more than nothing and at most {} seconds",
                self.timeout,
                LONGEST.as_secs()
            ));
        }
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let letters = name
        .bytes()
        .all(|letter| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter));
    if letters && (1..=NAME_LENGTH).contains(&name.len()) {
        return Ok(());
    }
    Err(format!(
        "{name:?} cannot be a function's name; use 1 to {NAME_LENGTH} of a-z A-Z 0-9 - _ ."
    ))
}
