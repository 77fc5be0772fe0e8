//! Deletes client request tokens that are over, a few at a time.

use std::ops::ControlFlow;

use super::Context;
use crate::engine::tokens;
use crate::error::Fault;
use crate::storage::Order;
use crate::storage::keys::{self, Namespace};

/// Tokens that are looked at before some are deleted.
const TOKENS: usize = 1024;

/// Deletes every token that is over, or stops with the server. Tokens that cannot be read are left alone.
pub(super) fn delete_old_tokens(context: &Context) -> Result<(), Fault> {
    let now_ms = context.shared.clock.now_ms();
    let mut range = keys::whole_namespace(Namespace::Token);
    while !context.is_stopping() {
        let (mut seen, mut last, mut old) = (0, Vec::new(), Vec::new());
        let (from, to) = range.bounds();
        context
            .shared
            .store
            .range(from, to, Order::Forward, &mut |key, row| {
                if tokens::is_over(row, now_ms).unwrap_or(false) {
                    old.push(key.to_vec());
                }
                seen += 1;
                if seen < TOKENS {
                    return ControlFlow::Continue(());
                }
                last = key.to_vec();
                ControlFlow::Break(())
            })?;
        if !old.is_empty() {
            context.queue.commit_blocking(move |txn| {
                for key in old {
                    // One that is over may have been used again since it was looked at.
                    let is_over = match txn.get(&key)? {
                        Some(row) => tokens::is_over(&row, now_ms)?,
                        None => false,
                    };
                    if is_over {
                        txn.delete(key);
                    }
                }
                Ok(())
            })?;
        }
        if last.is_empty() {
            break;
        }
        range = range.resumed(Order::Forward, &last);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::engine::tokens::Token;
    use crate::engine::{Durability, Engine, NamespaceMode, Options};
    use crate::limits::TOKEN_LIFE_MS;
    use crate::storage::MemoryStore;

    #[test]
    fn only_tokens_that_are_over_are_deleted() {
        let clock = Clock::manual(1);
        let options = Options {
            durability: Durability::Always,
            status_delay: Duration::ZERO,
            account: "000000000000".to_owned(),
            namespace: NamespaceMode::Shared,
            ttl_interval: None,
            clock: clock.clone(),
        };
        let engine = Engine::open(Arc::new(MemoryStore::new()), options).expect("memory opens");
        let context = Context {
            shared: Arc::clone(&engine.shared),
            queue: engine.queue.clone(),
            stopping: Arc::default(),
        };
        let remember = |scope: &'static str, tokens: usize| {
            let job = context.queue.commit_blocking(move |txn| {
                for token in 0..tokens {
                    Token::new(scope, &token.to_string(), [0; 32]).remember(txn);
                }
                Ok(())
            });
            job.expect("the store takes them");
        };
        let count = || {
            let (mut tokens, range) = (0, keys::whole_namespace(Namespace::Token));
            let (from, to) = range.bounds();
            let mut count = |_: &[u8], _: &[u8]| {
                tokens += 1;
                ControlFlow::Continue(())
            };
            let read = engine
                .shared
                .store
                .range(from, to, Order::Forward, &mut |key, row| count(key, row));
            read.expect("memory can be read");
            tokens
        };
        remember("old", TOKENS + 1);
        clock.advance(1);
        remember("new", 3);
        clock.advance(TOKEN_LIFE_MS - 2);
        delete_old_tokens(&context).expect("nothing is over");
        assert_eq!(count(), TOKENS + 4);
        clock.advance(1);
        delete_old_tokens(&context).expect("the old ones are over");
        assert_eq!(count(), 3);
        clock.advance(1);
        delete_old_tokens(&context).expect("all are over");
        assert_eq!(count(), 0);
    }
}
