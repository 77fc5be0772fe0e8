//! The only source of time. Expiry, stream retention, iterator life and transient statuses all follow it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock: the system's, or one that a test moves by hand. Cheap to clone; clones share their hands.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stands until it is moved; holds milliseconds since the epoch.
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that stands at `now` milliseconds since the epoch.
    pub fn manual(now: u64) -> Clock {
        Clock::Manual(Arc::new(AtomicU64::new(now)))
    }

    /// Milliseconds since the epoch.
    #[allow(clippy::disallowed_methods)] // the one place that asks the system
    pub fn now_ms(&self) -> u64 {
        match self {
            // A system clock before 1970 is taken as 1970.
            Clock::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| {
                    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
                }),
            Clock::Manual(now) => now.load(Ordering::SeqCst),
        }
    }

    /// Moves a manual clock forward; the system's clock does not move.
    pub fn advance(&self, milliseconds: u64) {
        if let Clock::Manual(now) = self {
            now.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }
}
