//! Request ids: 52 characters that look like the service's, or a UUID where Lambda answers.
//!
//! They only need to be different, so a small generator per thread is enough; it is seeded from the standard library's
//! random hash keys and touches no shared state.

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};

use bytes::Bytes;
use hyper::header::HeaderValue;

/// The length of an id.
pub(super) const LENGTH: usize = 52;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const CHARACTERS_PER_WORD: usize = 12;

thread_local! {
    static STATE: Cell<u64> = Cell::new(RandomState::new().build_hasher().finish());
}

/// The next number of this thread (the splitmix64 sequence).
fn next_word() -> u64 {
    STATE.with(|state| {
        let next = state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        state.set(next);
        let mixed = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    })
}

/// A fresh id.
pub(super) fn next() -> HeaderValue {
    let mut id = [0_u8; LENGTH];
    for chunk in id.chunks_mut(CHARACTERS_PER_WORD) {
        let mut word = next_word();
        for character in chunk {
            *character = ALPHABET[(word & 31) as usize];
            word >>= 5;
        }
    }
    HeaderValue::from_maybe_shared(Bytes::copy_from_slice(&id))
        .unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A fresh id in the form that Lambda's have.
pub(super) fn next_uuid() -> HeaderValue {
    let words = u128::from(next_word()) << 64 | u128::from(next_word());
    let id = uuid::Builder::from_random_bytes(words.to_be_bytes()).into_uuid();
    HeaderValue::from_maybe_shared(Bytes::from(id.hyphenated().to_string()))
        .unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_service_s_form_and_differ() {
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| next()).collect();
        assert_eq!(ids.len(), 1000);
        for id in &ids {
            let text = id.to_str().unwrap();
            assert_eq!(text.len(), LENGTH);
            assert!(
                text.bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
                "{text}"
            );
        }
        let id = next_uuid();
        assert_eq!(id.to_str().unwrap().split('-').count(), 5);
        assert_ne!(id, next_uuid());
    }
}
