//! Deletes items that have expired, a few at a time, as changes of the service's own.
//!
//! Expiry rows are in order of their seconds, so what is read is what has expired. An item is asked again on the commit
//! thread before it goes; rows that no item stands behind any more go without one. Every row that is met is taken away, so
//! the first rows are always new ones.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use super::Context;
use crate::engine::commit::Txn;
use crate::engine::expiry::{Standing, standing};
use crate::engine::table::Table;
use crate::engine::write;
use crate::error::Fault;
use crate::storage::keys::{self, Space};
use crate::storage::{Order, StoreError};

/// Expiry rows of one commit.
const ROWS: usize = 128;
/// Bytes of deleted items after which a commit ends.
const BYTES: usize = 256 * 1024;

/// An expiry row whose second is over.
struct Due {
    key: Vec<u8>,
    second: u64,
    row_key: Vec<u8>,
    /// The table of the item; none when it was dropped.
    table: Option<Arc<Table>>,
}

/// Deletes everything that has expired, or stops with the server; how many items it deleted.
pub(super) fn delete_expired(context: &Context) -> Result<u64, Fault> {
    let mut deleted = 0;
    while !context.is_stopping() {
        let mut rows = some_rows(context)?;
        if rows.is_empty() {
            break;
        }
        // After the rows were read: a table that is not found now was dropped.
        find_tables(context, &mut rows);
        deleted += context.queue.commit_blocking(move |txn| {
            let (mut items, mut bytes) = (0, 0);
            for row in rows {
                if let Some(size) = take(txn, row)? {
                    items += 1;
                    bytes += size;
                }
                if bytes >= BYTES {
                    break;
                }
            }
            Ok(items)
        })?;
    }
    Ok(deleted)
}

/// The first rows whose second is over.
fn some_rows(context: &Context) -> Result<Vec<Due>, StoreError> {
    let mut rows = Vec::new();
    let range = keys::expired_before(context.shared.clock.now_ms() / 1000);
    let (from, to) = range.bounds();
    context
        .shared
        .store
        .range(from, to, Order::Forward, &mut |key, _| {
            if let Some((second, row_key)) = keys::parse_expiry(key) {
                rows.push(Due {
                    key: key.to_vec(),
                    second,
                    row_key,
                    table: None,
                });
            }
            if rows.len() < ROWS {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
    Ok(rows)
}

fn find_tables(context: &Context, rows: &mut [Due]) {
    let mut found: HashMap<Space, Option<Arc<Table>>> = rows
        .iter()
        .filter_map(|row| Some((keys::parse_space(&row.row_key)?, None)))
        .collect();
    {
        let catalog = context
            .shared
            .catalog
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        for table in catalog.all_tables() {
            if let Some(place) = found.get_mut(&table.space) {
                *place = Some(Arc::clone(table));
            }
        }
    }
    for row in rows {
        let space = keys::parse_space(&row.row_key);
        row.table = space.and_then(|space| found.get(&space)?.clone());
    }
}

/// Takes a row away, and its item if that has expired; the bytes of the item.
fn take(txn: &mut Txn<'_>, row: Due) -> Result<Option<usize>, Fault> {
    let standing = standing(row.second, txn.now_ms);
    if standing == Standing::Ahead {
        return Ok(None); // the clock was set back
    }
    txn.delete(row.key);
    let table = row.table.and_then(|table| txn.current(&table).ok());
    let Some((table, item)) = table.zip(txn.get(&row.row_key)?) else {
        return Ok(None);
    };
    let second = match table.time_to_live() {
        Some(ttl) => ttl.second_of(&item)?,
        None => None,
    };
    if standing == Standing::TooOld || second != Some(row.second) {
        return Ok(None);
    }
    let size = item.len();
    write::expire(txn, &table, &row.row_key, item)?;
    Ok(Some(size))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::clock::Clock;
    use crate::engine::{Durability, Engine, NamespaceMode, Options};
    use crate::ops::{Caller, dispatch};
    use crate::storage::MemoryStore;
    use crate::storage::keys::Namespace;

    const NOW: u64 = 1_762_000_000;

    fn engine(clock: &Clock, ttl_interval: Option<Duration>) -> Engine {
        let options = Options {
            durability: Durability::Always,
            status_delay: Duration::ZERO,
            account: "000000000000".to_owned(),
            namespace: NamespaceMode::Shared,
            ttl_interval,
            clock: clock.clone(),
        };
        Engine::open(Arc::new(MemoryStore::new()), options).expect("memory opens")
    }

    async fn call(engine: &Engine, operation: &str, request: Value) {
        let caller = Caller {
            access_key: "k".to_owned(),
            region: "us-east-1".to_owned(),
            host: None,
        };
        let target = format!("DynamoDB_20120810.{operation}");
        let body = request.to_string();
        let reply = dispatch(engine, Some(&target), body.as_bytes(), Ok(caller)).await;
        if let Err(reply) = reply {
            panic!("{body}: {}", String::from_utf8_lossy(&reply.body));
        }
    }

    async fn create(engine: &Engine) {
        let table = json!({
            "TableName": "tab",
            "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "N"}],
            "BillingMode": "PAY_PER_REQUEST",
        });
        call(engine, "CreateTable", table).await;
        set(engine, true).await;
    }

    async fn set(engine: &Engine, enabled: bool) {
        let specification = json!({"Enabled": enabled, "AttributeName": "t"});
        let request = json!({"TableName": "tab", "TimeToLiveSpecification": specification});
        call(engine, "UpdateTimeToLive", request).await;
    }

    async fn put(engine: &Engine, p: u64, second: u64) {
        let item = json!({"p": {"N": p.to_string()}, "t": {"N": second.to_string()}});
        call(engine, "PutItem", json!({"TableName": "tab", "Item": item})).await;
    }

    fn keys_of(engine: &Engine, namespace: Namespace) -> Vec<(Vec<u8>, Vec<u8>)> {
        let (mut found, range) = (Vec::new(), keys::whole_namespace(namespace));
        let (from, to) = range.bounds();
        let mut visit = |key: &[u8], value: &[u8]| {
            found.push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        };
        let read = engine
            .shared
            .store
            .range(from, to, Order::Forward, &mut visit);
        read.expect("memory can be read");
        found
    }

    #[tokio::test]
    async fn every_item_has_its_row_and_every_row_its_item() {
        let clock = Clock::manual(NOW * 1000);
        let engine = engine(&clock, None);
        create(&engine).await;
        let mut dice = 1_u64;
        for _ in 0..400 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(7);
            let (p, second) = (dice >> 60, NOW + (dice >> 40) % 5);
            match (dice >> 50) % 3 {
                0 => {
                    let key = json!({"p": {"N": p.to_string()}});
                    let request = json!({"TableName": "tab", "Key": key});
                    call(&engine, "DeleteItem", request).await;
                }
                _ => put(&engine, p, second).await,
            }
        }
        let items = keys_of(&engine, Namespace::Row);
        let table = engine.find_table("", "tab").expect("it is there");
        let ttl = table.time_to_live().expect("it is on");
        let expected: BTreeSet<Vec<u8>> = items
            .iter()
            .map(|(key, item)| {
                let second = ttl.second_of(item).expect("it is sound");
                keys::expiry(second.expect("all have one"), key)
            })
            .collect();
        let rows: BTreeSet<Vec<u8>> = keys_of(&engine, Namespace::Expiry)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert!(!items.is_empty());
        assert_eq!(rows, expected);
    }

    #[tokio::test]
    async fn rows_that_nothing_stands_behind_are_dropped_when_met() {
        let clock = Clock::manual(NOW * 1000);
        let engine = engine(&clock, None);
        create(&engine).await;
        for p in 0..200 {
            put(&engine, p, NOW + 10).await;
        }
        put(&engine, 1000, NOW + 100).await;
        put(&engine, 1001, 1000).await;
        set(&engine, false).await;
        clock.advance(60_000);
        assert_eq!(keys_of(&engine, Namespace::Expiry).len(), 202);
        assert_eq!(engine.delete_expired().await.expect("memory takes it"), 0);
        assert_eq!(keys_of(&engine, Namespace::Expiry).len(), 1);
        assert_eq!(keys_of(&engine, Namespace::Row).len(), 202);
        call(&engine, "DeleteTable", json!({"TableName": "tab"})).await;
        clock.advance(60_000);
        assert_eq!(engine.delete_expired().await.expect("memory takes it"), 0);
        assert!(keys_of(&engine, Namespace::Expiry).is_empty());
    }

    #[tokio::test]
    async fn items_go_by_themselves() {
        let clock = Clock::manual(NOW * 1000);
        let engine = engine(&clock, Some(Duration::from_millis(5)));
        create(&engine).await;
        for p in 0..300 {
            put(&engine, p, NOW + 10).await;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(keys_of(&engine, Namespace::Row).len(), 300);
        clock.advance(11_000);
        for _ in 0..500 {
            if keys_of(&engine, Namespace::Row).is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("expired items stay");
    }
}
