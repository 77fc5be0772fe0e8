//! The only source of time. Expiry, stream retention, iterator life and transient statuses all follow it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

/// The longest time that is slept at once, so that a system clock that is set forward is noticed.
const LONGEST_SLEEP_MS: u64 = 1000;

/// A clock: the system's, or one that a test moves by hand. Cheap to clone; clones share their hands.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stands until it is moved.
    Manual(Arc<Hands>),
}

/// Where a manual clock stands, and who waits for it to move.
#[derive(Debug)]
pub struct Hands {
    /// Milliseconds since the epoch.
    now: AtomicU64,
    moved: Notify,
}

impl Clock {
    /// A clock that stands at `now` milliseconds since the epoch.
    pub fn manual(now: u64) -> Clock {
        Clock::Manual(Arc::new(Hands {
            now: AtomicU64::new(now),
            moved: Notify::new(),
        }))
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
            Clock::Manual(hands) => hands.now.load(Ordering::SeqCst),
        }
    }

    /// Moves a manual clock forward; the system's clock does not move.
    pub fn advance(&self, milliseconds: u64) {
        if let Clock::Manual(hands) = self {
            hands.now.fetch_add(milliseconds, Ordering::SeqCst);
            hands.moved.notify_waiters();
        }
    }

    /// Waits until it is `moment`, in milliseconds since the epoch.
    pub async fn wait_until(&self, moment: u64) {
        loop {
            let moved = match self {
                Clock::System => None,
                Clock::Manual(hands) => Some(hands.moved.notified()),
            };
            let left = moment.saturating_sub(self.now_ms());
            if left == 0 {
                return;
            }
            match moved {
                Some(moved) => moved.await,
                None => {
                    tokio::time::sleep(Duration::from_millis(left.min(LONGEST_SLEEP_MS))).await;
                }
            }
        }
    }
}
