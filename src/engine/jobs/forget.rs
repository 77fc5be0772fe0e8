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
        context.shared.store.range(from, to, Order::Forward, &mut |key, row| {
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
