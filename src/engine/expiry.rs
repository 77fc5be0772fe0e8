//! Time to live: when items expire, and the rows by which those that have expired are found.
//!
//! An item whose TTL attribute tells a second has an expiry row under it, written in the commit that writes the item, so
//! that the first rows tell what has expired. Every item that may expire has its row, once older items are filled in; a row
//! may also be left over from a setting that is off or was of another attribute. So whoever meets a row asks the item.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::engine::commit::Txn;
use crate::engine::table::Table;
use crate::limits::EXPIRED_SECONDS;
use crate::storage::{StoreError, codec, keys};
use crate::types::{Attr, Number};

/// The latest time-to-live setting of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeToLive {
    /// Number of the setting, never given out again.
    pub number: u64,
    /// The attribute that tells when an item expires.
    pub attribute: String,
    /// Whether items expire.
    pub enabled: bool,
    /// Milliseconds since the epoch at which being enabled or disabled is over.
    pub settled_ms: u64,
    /// Whether expiry rows of items older than the setting are still being made.
    pub backfilling: bool,
}

impl TimeToLive {
    /// Status in the API.
    pub fn status(&self, now_ms: u64) -> &'static str {
        match (self.enabled, self.settled_ms <= now_ms) {
            (true, true) => "ENABLED",
            (true, false) => "ENABLING",
            (false, true) => "DISABLED",
            (false, false) => "DISABLING",
        }
    }

    /// The second at which a stored item expires, if its attribute tells one.
    pub fn second_of(&self, item: &[u8]) -> Result<Option<u64>, StoreError> {
        Ok(match codec::lookup(item, &self.attribute)? {
            Some(Attr::N(number)) => whole_second(number),
            _ => None,
        })
    }
}

/// How a second stands to the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not over yet.
    Ahead,
    /// Over: an item of that second is deleted.
    Over,
    /// Over for so long that the item is taken to mean something else and stays.
    TooOld,
}

/// How a second stands to the time.
pub fn standing(second: u64, now_ms: u64) -> Standing {
    match (now_ms / 1000).checked_sub(second) {
        None | Some(0) => Standing::Ahead,
        Some(1..=EXPIRED_SECONDS) => Standing::Over,
        Some(_) => Standing::TooOld,
    }
}

/// The second without its fraction; none for a time before 1970 or beyond counting.
fn whole_second(number: Number) -> Option<u64> {
    let power = 10_i128.checked_pow(number.exponent().unsigned_abs().into());
    let whole = match (number.exponent() < 0, power) {
        (true, power) => power.map_or(0, |power| number.coefficient() / power),
        (false, power) => number.coefficient().checked_mul(power?)?,
    };
    u64::try_from(whole).ok().filter(|_| !number.is_negative())
}

/// Brings the expiry row from the old item to the new one.
pub fn apply(
    txn: &mut Txn<'_>,
    table: &Table,
    row_key: &[u8],
    old: Option<&Bytes>,
    new: Option<&Bytes>,
) -> Result<(), StoreError> {
    let Some(ttl) = table.time_to_live() else {
        return Ok(());
    };
    let second = |item: Option<&Bytes>| item.map_or(Ok(None), |item| ttl.second_of(item));
    let (before, after) = (second(old)?, second(new)?);
    if before == after {
        return Ok(());
    }
    if let Some(second) = before {
        txn.delete(keys::expiry(second, row_key));
    }
    if let Some(second) = after {
        txn.put(keys::expiry(second, row_key), Bytes::new());
    }
    Ok(())
}

/// Makes the expiry row of an item that is older than the setting; does nothing where there is one.
pub fn backfill(
    txn: &mut Txn<'_>,
    ttl: &TimeToLive,
    row_key: &[u8],
    item: &Bytes,
) -> Result<(), StoreError> {
    if let Some(second) = ttl.second_of(item)? {
        let key = keys::expiry(second, row_key);
        if txn.get(&key)?.is_none() {
            txn.put(key, Bytes::new());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ExponentWidth;

    #[test]
    fn numbers_tell_whole_seconds() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1762000000", Some(1_762_000_000)),
            ("1762000000.999", Some(1_762_000_000)),
            ("1.762e9", Some(1_762_000_000)),
            ("1e19", Some(10_000_000_000_000_000_000)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("1e125", None),
            ("9e37", None),
            ("1e-130", Some(0)),
            ("-1", None),
            ("-0.5", None),
            ("-1e-130", None),
        ] {
            let number = Number::parse(text, ExponentWidth::Bits64).expect("it is a number");
            assert_eq!(whole_second(number), expected, "{text}");
        }
    }

    #[test]
    fn items_expire_once_their_second_is_over_and_not_when_it_is_long_over() {
        let (second, ms) = (1_762_000_000, 1_762_000_000_000);
        for (now_ms, expected) in [
            (0, Standing::Ahead),
            (ms, Standing::Ahead),
            (ms + 999, Standing::Ahead),
            (ms + 1000, Standing::Over),
            (ms + EXPIRED_SECONDS * 1000, Standing::Over),
            (ms + EXPIRED_SECONDS * 1000 + 1000, Standing::TooOld),
        ] {
            assert_eq!(standing(second, now_ms), expected, "{now_ms}");
        }
        assert_eq!(standing(u64::MAX, ms), Standing::Ahead);
    }

    #[test]
    fn statuses_follow_the_clock() {
        let ttl = |enabled| TimeToLive {
            number: 1,
            attribute: "a".to_owned(),
            enabled,
            settled_ms: 10,
            backfilling: false,
        };
        assert_eq!(
            [9, 10].map(|now| ttl(true).status(now)),
            ["ENABLING", "ENABLED"]
        );
        assert_eq!(
            [9, 10].map(|now| ttl(false).status(now)),
            ["DISABLING", "DISABLED"]
        );
    }
}
