//! The only source of time. Expiry, stream retention, iterator life and transient statuses all follow it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

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

    /// Waits until it is `moment`, in milliseconds since the epoch. A system clock that is set back meanwhile does not make
    /// that longer.
    pub async fn wait_until(&self, moment: u64) {
        let began = Instant::now();
        let longest = moment.saturating_sub(self.now_ms());
        loop {
            let moved = match self {
                Clock::System => None,
                Clock::Manual(hands) => Some(hands.moved.notified()),
            };
            let left = moment.saturating_sub(self.now_ms());
            if left == 0 {
                return;
            }
            let Some(moved) = moved else {
                let left = left.min(longest.saturating_sub(began.elapsed().as_millis() as u64));
                if left == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(left.min(LONGEST_SLEEP_MS))).await;
                continue;
            };
            moved.await;
        }
    }
}

/// A moment as text, in UTC: `2026-10-07T12:34:56.789`.
pub fn render_moment(ms: u64) -> String {
    let (days, of_day) = (ms / 86_400_000, ms % 86_400_000);
    let (year, month, day) = civil_date(days);
    let (hour, minute, second, ms) = (
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1000 % 60,
        of_day % 1000,
    );
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}")
}

/// A moment as text to the second, with its zone: `2026-10-07T12:34:56Z`.
pub fn render_second(ms: u64) -> String {
    let mut text = render_moment(ms);
    text.truncate(text.len() - ".789".len());
    text.push('Z');
    text
}

/// Year, month and day of a day since 1970, in the Gregorian calendar: eras of 400 years that begin in March.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// Reads a span of time: a number with `ms`, `s` (also when there is no unit), `m` or `h`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let seconds_per_unit = match unit.trim() {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("use a number with ms, s, m or h, such as 200ms".to_owned()),
    };
    let seconds = number
        .parse::<f64>()
        .map_err(|_| "use a number with ms, s, m or h, such as 200ms".to_owned())?;
    Duration::try_from_secs_f64(seconds * seconds_per_unit)
        .map_err(|_| "this is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_numbers_with_a_unit() {
        for (text, milliseconds) in [
            ("0", 0),
            ("200ms", 200),
            ("1s", 1000),
            ("1.5", 1500),
            ("2m", 120_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "s",
            "-1s",
            "1d",
            "1e300h",
            "1.2.3",
            "99999999999999999999999h",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn moments_are_dates() {
        for (ms, expected) in [
            (0, "1970-01-01T00:00:00.000"),
            (951_826_154_007, "2000-02-29T12:09:14.007"),
            (1_791_376_496_789, "2026-10-07T12:34:56.789"),
        ] {
            assert_eq!(render_moment(ms), expected);
        }
        assert_eq!(render_second(1_791_376_496_789), "2026-10-07T12:34:56Z");
    }
}
