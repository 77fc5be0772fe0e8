//! Client request tokens: what makes a transaction that is sent twice happen once.
//!
//! A token is remembered for ten minutes, in the commit of the transaction that brought it, with a digest of what was
//! asked; a transaction that fails leaves none behind. Owns the row of a token and what a token that comes again means;
//! `jobs::forget` deletes rows that are over.
//!
//! ```text
//! row = digest (32), milliseconds since the epoch at which it is over (8, big-endian)
//! ```

use bytes::Bytes;

use crate::engine::commit::Txn;
use crate::error::{Fault, Kind};
use crate::limits::TOKEN_LIFE_MS;
use crate::storage::{StoreError, keys};

/// Tells two payloads apart.
pub type Digest = [u8; 32];

/// A client request token with the digest of what is asked under it.
#[derive(Clone, Debug)]
pub struct Token {
    key: Vec<u8>,
    digest: Digest,
}

/// What a token says about its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is to be done.
    New,
    /// It was done before.
    Done,
}

impl Token {
    /// The token that a request brings; `scope` says which set of tables it acts on.
    pub fn new(scope: &str, token: &str, digest: Digest) -> Token {
        Token {
            key: keys::token(scope, token),
            digest,
        }
    }

    /// Storage key of its row.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Whether the same is asked under both.
    pub fn is_same_request(&self, other: &Token) -> bool {
        self.digest == other.digest
    }

    /// What the row under its key, if there is one, says at that time.
    pub fn standing(&self, row: Option<&[u8]>, now_ms: u64) -> Result<Standing, Fault> {
        let Some(row) = row else {
            return Ok(Standing::New);
        };
        let (digest, over_ms) = decode(row)?;
        match (over_ms <= now_ms, digest == self.digest) {
            (true, _) => Ok(Standing::New),
            (false, true) => Ok(Standing::Done),
            (false, false) => Err(mismatch()),
        }
    }

    /// Remembers the token from this commit on.
    pub fn remember(&self, txn: &mut Txn<'_>) {
        let mut row = Vec::with_capacity(40);
        row.extend_from_slice(&self.digest);
        row.extend_from_slice(&(txn.now_ms + TOKEN_LIFE_MS).to_be_bytes());
        txn.put(self.key.clone(), Bytes::from(row));
    }
}

/// Whether a row is over.
pub(super) fn is_over(row: &[u8], now_ms: u64) -> Result<bool, StoreError> {
    decode(row).map(|(_, over_ms)| over_ms <= now_ms)
}

/// The fault of a token that comes again with another payload.
pub(super) fn mismatch() -> Fault {
    Fault::service(
        Kind::IdempotentParameterMismatch,
        "The request was rejected because its payload differs from an earlier one with the same client request token.",
    )
}

fn decode(row: &[u8]) -> Result<(Digest, u64), StoreError> {
    let parts = row
        .split_first_chunk::<32>()
        .and_then(|(digest, over)| Some((*digest, over.try_into().ok()?)));
    let (digest, over) = parts
        .ok_or_else(|| StoreError::Corrupt("a client request token cannot be read".to_owned()))?;
    Ok((digest, u64::from_be_bytes(over)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_for_its_payload_until_it_is_over() {
        let token = Token::new("scope", "t", [7; 32]);
        let row = |digest: u8, over: u64| [&[digest; 32][..], &over.to_be_bytes()].concat();
        let standing = |row: Option<&[u8]>| token.standing(row, 1000).map_err(drop);
        assert_eq!(standing(None), Ok(Standing::New));
        assert_eq!(standing(Some(&row(7, 1001))), Ok(Standing::Done));
        assert_eq!(standing(Some(&row(8, 1001))), Err(()));
        assert_eq!(standing(Some(&row(8, 1000))), Ok(Standing::New));
        assert!(is_over(&row(7, 1000), 1000).expect("a row"));
        for length in [0, 32, 39, 41] {
            assert!(decode(&vec![0; length]).is_err(), "{length}");
        }
    }
}
