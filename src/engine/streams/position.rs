//! Places in a stream: sequence numbers as the API writes them, and shard iterators.
//!
//! A sequence number is 21 digits, a 1 before the 20 of the counter, so that numbers compare as text and as
//! integers. An iterator says all that a reader needs and is good for 15 minutes; nothing is kept for it.

use crate::limits::ITERATOR_LIFE_MS;

/// A sequence number as the API writes it.
pub fn sequence_number(sequence: u64) -> String {
    format!("1{sequence:020}")
}

/// The counter in a sequence number; `None` for text that is none. Numbers of another make are taken as they are, so
/// that one from before or after this stream is found to be so.
pub fn parse_sequence_number(text: &str) -> Option<u64> {
    let number: u128 = text
        .parse()
        .ok()
        .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(u64::try_from(number.saturating_sub(100_000_000_000_000_000_000)).unwrap_or(u64::MAX))
}

/// A shard iterator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardIterator {
    /// Number of the stream.
    pub stream: u64,
    /// First sequence number to read.
    pub next: u64,
    /// Milliseconds since the epoch.
    pub issued_ms: u64,
}

impl ShardIterator {
    /// The text that a client hands back.
    pub fn render(self, stream_arn: &str) -> String {
        let check = self.check(stream_arn);
        format!(
            "{stream_arn}|1|{:016x}{:016x}{:016x}{check:016x}",
            self.stream, self.next, self.issued_ms
        )
    }

    /// Reads an iterator that this or an earlier process handed out.
    pub fn parse(text: &str) -> Option<ShardIterator> {
        let (stream_arn, token) = text.rsplit_once("|1|")?;
        if token.len() != 64 || !token.is_ascii() {
            return None;
        }
        let word = |at: usize| u64::from_str_radix(&token[at * 16..at * 16 + 16], 16).ok();
        let iterator = ShardIterator {
            stream: word(0)?,
            next: word(1)?,
            issued_ms: word(2)?,
        };
        (word(3)? == iterator.check(stream_arn)).then_some(iterator)
    }

    /// Whether it is too old to be used.
    pub fn is_expired(self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.issued_ms) > ITERATOR_LIFE_MS
    }

    /// Tells a mangled iterator from a real one; no secret.
    fn check(self, stream_arn: &str) -> u64 {
        let words = [self.stream, self.next, self.issued_ms];
        words
            .into_iter()
            .chain(stream_arn.bytes().map(u64::from))
            .fold(0x6479_6e61_736c_6564, |check: u64, word| {
                (check ^ word)
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                    .rotate_left(29)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_have_the_length_that_clients_check() {
        for sequence in [0, 7, u64::MAX] {
            let text = sequence_number(sequence);
            assert!((21..=40).contains(&text.len()));
            assert_eq!(parse_sequence_number(&text), Some(sequence));
        }
        for text in ["", "x", "-1", "+1", &"9".repeat(60)] {
            assert_eq!(parse_sequence_number(text), None, "{text}");
        }
        assert_eq!(parse_sequence_number("000000000000000000001"), Some(0));
    }

    #[test]
    fn iterators_round_trip_and_are_checked() {
        let iterator = ShardIterator {
            stream: 3,
            next: 9,
            issued_ms: 1_000,
        };
        let text = iterator.render("arn:aws:dynamodb:r:0:table/t/stream/l");
        assert_eq!(ShardIterator::parse(&text), Some(iterator));
        let twice = format!("{text}{text}");
        for mangled in [
            text.replace('9', "8"),
            text.replace("table/t", "table/u"),
            text.replacen('a', "", 1),
            twice,
        ] {
            assert_eq!(ShardIterator::parse(&mangled), None, "{mangled}");
        }
        for text in ["", "|1|", "a|1|b", &format!("|1|{}", "é".repeat(32))] {
            assert_eq!(ShardIterator::parse(text), None, "{text}");
        }
        assert!(!iterator.is_expired(1_000 + ITERATOR_LIFE_MS));
        assert!(iterator.is_expired(1_001 + ITERATOR_LIFE_MS));
    }
}
