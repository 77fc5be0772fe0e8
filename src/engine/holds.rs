//! What transactions in flight hold: the items they name and their client request tokens.
//!
//! A transaction holds from when it is accepted until its commit is over, all it names or nothing. Another one that names
//! one of the items meanwhile is canceled for a conflict, and so is a transactional read; a single write of such an item is
//! refused. Nothing depends on holds for being right, since the commit thread runs one job after another: they make
//! conflicts happen as the service has them, and only between requests that overlap in time. Where no transaction is in
//! flight a write looks at one counter.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::tokens::{self, Token};
use crate::error::{Fault, Kind, Reason};

/// All holds of an engine.
#[derive(Debug, Default)]
pub(super) struct Holds {
    /// How many items are held.
    items: AtomicUsize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// Storage keys.
    items: HashSet<Vec<u8>>,
    tokens: HashMap<Vec<u8>, Token>,
}

/// The hold of one transaction, or of a test; dropping it lets go.
#[derive(Debug)]
pub struct Hold {
    holds: Arc<Holds>,
    items: Vec<Vec<u8>>,
    token: Option<Token>,
}

/// Why a hold is refused.
#[derive(Debug)]
pub enum Refusal {
    /// Some items are held: a reason for each item asked for.
    Items(Vec<Reason>),
    /// The token is.
    Token(Fault),
}

impl Holds {
    /// Holds all of the items, which are different ones, and the token.
    pub(super) fn take(
        self: &Arc<Self>,
        items: Vec<Vec<u8>>,
        token: Option<Token>,
    ) -> Result<Hold, Refusal> {
        let mut held = self.held();
        if let Some(token) = &token
            && let Some(other) = held.tokens.get(token.key())
        {
            return Err(Refusal::Token(if other.is_same_request(token) {
                in_progress()
            } else {
                tokens::mismatch()
            }));
        }
        if let Some(reasons) = held.conflicts(&items) {
            return Err(Refusal::Items(reasons));
        }
        held.items.extend(items.iter().cloned());
        held.tokens.extend(
            token
                .iter()
                .map(|token| (token.key().to_vec(), token.clone())),
        );
        self.items.store(held.items.len(), Ordering::Relaxed);
        Ok(Hold {
            holds: Arc::clone(self),
            items,
            token,
        })
    }

    /// The reasons of a transaction that names held items; nothing when it names none.
    pub(super) fn conflicts(&self, items: &[Vec<u8>]) -> Option<Vec<Reason>> {
        if self.is_empty() {
            None
        } else {
            self.held().conflicts(items)
        }
    }

    /// Whether an item is held.
    pub(super) fn has(&self, item: &[u8]) -> bool {
        !self.is_empty() && self.held().items.contains(item)
    }

    fn is_empty(&self) -> bool {
        // Who reads an older count overlaps with the transaction in time and may as well have come before it.
        self.items.load(Ordering::Relaxed) == 0
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn conflicts(&self, items: &[Vec<u8>]) -> Option<Vec<Reason>> {
        let is_held = |item: &Vec<u8>| self.items.contains(item);
        if !items.iter().any(is_held) {
            return None;
        }
        Some(
            items
                .iter()
                .map(|item| {
                    if is_held(item) {
                        Reason::Conflict
                    } else {
                        Reason::None
                    }
                })
                .collect(),
        )
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = self.holds.held();
        for item in &self.items {
            held.items.remove(item);
        }
        if let Some(token) = &self.token {
            held.tokens.remove(token.key());
        }
        self.holds.items.store(held.items.len(), Ordering::Relaxed);
    }
}

fn in_progress() -> Fault {
    Fault::service(
        Kind::TransactionInProgress,
        "The transaction with the given request token is already in progress.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(names: &[&str]) -> Vec<Vec<u8>> {
        names.iter().map(|name| name.as_bytes().to_vec()).collect()
    }

    fn token(digest: u8) -> Token {
        Token::new("", "t", [digest; 32])
    }

    #[test]
    fn items_are_held_together_and_let_go_together() {
        let holds = Arc::new(Holds::default());
        let first = holds
            .take(items(&["a", "b"]), None)
            .expect("nothing is held");
        assert!(holds.has(b"b") && !holds.has(b"c"));
        let Err(Refusal::Items(reasons)) = holds.take(items(&["c", "b"]), None) else {
            panic!("b is held")
        };
        assert_eq!(reasons, [Reason::None, Reason::Conflict]);
        assert!(!holds.has(b"c"), "what was refused holds nothing");
        let other = holds.take(items(&["c"]), None).expect("c is free");
        assert_eq!(holds.conflicts(&items(&["d"])), None);
        drop(first);
        assert!(holds.has(b"c") && !holds.has(b"a"));
        drop(other);
        assert!(holds.is_empty() && holds.held().items.is_empty());
    }

    #[test]
    fn a_token_is_in_progress_or_misused() {
        let holds = Arc::new(Holds::default());
        let kind = |refusal| match refusal {
            Err(Refusal::Token(fault)) => crate::error::Voice::Older.message(&fault).0,
            other => panic!("{other:?}"),
        };
        let first = holds
            .take(items(&["a"]), Some(token(1)))
            .expect("nothing is held");
        assert_eq!(
            kind(holds.take(items(&["a"]), Some(token(1)))),
            Kind::TransactionInProgress
        );
        assert_eq!(
            kind(holds.take(items(&["b"]), Some(token(2)))),
            Kind::IdempotentParameterMismatch
        );
        drop(first);
        assert!(holds.take(items(&["a"]), Some(token(1))).is_ok());
    }
}
