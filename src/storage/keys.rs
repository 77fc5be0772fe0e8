//! The key of every row that is kept, and the ranges over them.
//!
//! One ordered map holds everything. The first byte is the namespace; integers are big-endian. This is format 1; a change
//! of this table or of [`order`](super::order) raises [`FORMAT`](super::directory::FORMAT).
//!
//! | Namespace | Key after it | Value |
//! |---|---|---|
//! | `00` meta | name | counters of the whole store |
//! | `01` table | scope and `00 01` (see [`table`]), table name | descriptor |
//! | `02` statistics | space (4) | row count, bytes |
//! | `03` reclaim | space (4) | empty: rows of a dropped table or index still to delete |
//! | `10` row | space (4), hash (4), partition values, sort values [, base partition, base sort] | item |
//! | `20` stream | stream (8), sequence (8) | record |
//! | `21` stream head | stream (8) | state |
//! | `30` expiry | epoch second (8), row key without its namespace | empty |
//! | `31` token | scope and `00 01`, client token | request digest, expiry |
//! | `40` trigger | `function/` and name, `mapping/` or `position/` and id | what `triggers` keeps of it, as JSON |
//! | `FF` | | kept free: the store on disk puts pieces of large values there |
//!
//! `hash` is the start of the MD5 digest of `Outliers` and the partition key's bytes, by which DynamoDB itself orders
//! partitions in a Scan; so a parallel-scan segment is a contiguous range. Base rows and index rows have one layout.

use md5::{Digest, Md5};

use super::order::{KeyValue, encode_bytes, encode_key_value};
use crate::types::Number;

mod ranges;
#[cfg(test)]
mod tests;

pub use ranges::{
    KeyRange, SortRange, expired_before, segment, sort_range, stream_from, whole_namespace,
    whole_scope, whole_space, whole_stream,
};

/// First byte of every key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Namespace {
    /// Counters of the whole store.
    Meta = 0x00,
    /// Table descriptors.
    Table = 0x01,
    /// Row count and bytes of a space.
    Statistics = 0x02,
    /// Spaces whose rows are to be deleted.
    Reclaim = 0x03,
    /// Items and index entries.
    Row = 0x10,
    /// Stream records.
    Stream = 0x20,
    /// Stream states.
    StreamHead = 0x21,
    /// Items by the time they expire.
    Expiry = 0x30,
    /// Client request tokens.
    Token = 0x31,
    /// Functions, mappings and their positions.
    Trigger = 0x40,
}

/// The number of a table or an index: it prefixes all its rows and is never used again.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Space(pub u32);

const SPACE_END: usize = 1 + size_of::<u32>();
const HASH_END: usize = SPACE_END + size_of::<u32>();

/// Key of a counter of the whole store.
pub fn meta(name: &str) -> Vec<u8> {
    named(Namespace::Meta, name.as_bytes())
}

/// Key of a table descriptor. `scope` says which set of tables the name belongs to; names of one scope are listed in byte
/// order by [`whole_scope`].
pub fn table(scope: &str, name: &str) -> Vec<u8> {
    let mut key = scoped(Namespace::Table, scope);
    key.extend_from_slice(name.as_bytes());
    key
}

/// The scope and name in the key of a table descriptor or token.
pub fn parse_scoped(key: &[u8]) -> Option<(String, String)> {
    let (scope, name) = super::order::decode_bytes(key.get(1..)?)?;
    let scope = String::from_utf8(scope.into_owned()).ok()?;
    Some((scope, String::from_utf8(name.to_vec()).ok()?))
}

/// Key of a space's row count and bytes.
pub fn statistics(space: Space) -> Vec<u8> {
    named(Namespace::Statistics, &space.0.to_be_bytes())
}

/// Key that says a space's rows are to be deleted.
pub fn reclaim(space: Space) -> Vec<u8> {
    named(Namespace::Reclaim, &space.0.to_be_bytes())
}

/// The space in a statistics, reclaim or row key.
pub fn parse_space(key: &[u8]) -> Option<Space> {
    let bytes = key.get(1..SPACE_END)?;
    Some(Space(u32::from_be_bytes(bytes.try_into().ok()?)))
}

/// What the keys of all rows of one partition begin with. An index may have several partition attributes.
pub fn partition(space: Space, partition: &[KeyValue<'_>]) -> Vec<u8> {
    let mut key = Vec::with_capacity(64);
    key.push(Namespace::Row as u8);
    key.extend_from_slice(&space.0.to_be_bytes());
    key.extend_from_slice(&partition_hash(partition).to_be_bytes());
    append_values(&mut key, partition);
    key
}

/// Key of an item: partition and, where the table has one, sort value.
pub fn row(space: Space, partition_value: KeyValue<'_>, sort: Option<KeyValue<'_>>) -> Vec<u8> {
    let mut key = partition(space, &[partition_value]);
    append_values(&mut key, sort.as_slice());
    key
}

/// Key of an index entry: the index's own key, then the key of the item it stands for.
pub fn index_row(
    space: Space,
    partition_values: &[KeyValue<'_>],
    sort: &[KeyValue<'_>],
    base_partition: KeyValue<'_>,
    base_sort: Option<KeyValue<'_>>,
) -> Vec<u8> {
    let mut key = partition(space, partition_values);
    append_values(&mut key, sort);
    append_values(&mut key, &[base_partition]);
    append_values(&mut key, base_sort.as_slice());
    key
}

/// Appends key values to a partition or row prefix.
pub fn append_values(key: &mut Vec<u8>, values: &[KeyValue<'_>]) {
    for value in values {
        encode_key_value(key, *value);
    }
}

/// The hash in a row key: what a scan's segment is chosen by.
pub fn row_hash(key: &[u8]) -> Option<u32> {
    let bytes = key.get(SPACE_END..HASH_END)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// Key of a stream record.
pub fn stream_record(stream: u64, sequence: u64) -> Vec<u8> {
    let mut key = named(Namespace::Stream, &stream.to_be_bytes());
    key.extend_from_slice(&sequence.to_be_bytes());
    key
}

/// The stream and sequence in the key of a stream record.
pub fn parse_stream_record(key: &[u8]) -> Option<(u64, u64)> {
    let (stream, sequence) = key.get(1..)?.split_at_checked(size_of::<u64>())?;
    Some((
        u64::from_be_bytes(stream.try_into().ok()?),
        u64::from_be_bytes(sequence.try_into().ok()?),
    ))
}

/// Key of a stream's state.
pub fn stream_head(stream: u64) -> Vec<u8> {
    named(Namespace::StreamHead, &stream.to_be_bytes())
}

/// Key that says when the item at `row_key` expires.
pub fn expiry(epoch_second: u64, row_key: &[u8]) -> Vec<u8> {
    let mut key = named(Namespace::Expiry, &epoch_second.to_be_bytes());
    key.extend_from_slice(row_key.get(1..).unwrap_or_default());
    key
}

/// The epoch second and row key in an expiry key.
pub fn parse_expiry(key: &[u8]) -> Option<(u64, Vec<u8>)> {
    let (second, rest) = key.get(1..)?.split_at_checked(size_of::<u64>())?;
    let mut row_key = Vec::with_capacity(rest.len() + 1);
    row_key.push(Namespace::Row as u8);
    row_key.extend_from_slice(rest);
    Some((u64::from_be_bytes(second.try_into().ok()?), row_key))
}

/// Key of what is remembered about a client request token.
pub fn token(scope: &str, token: &str) -> Vec<u8> {
    let mut key = scoped(Namespace::Token, scope);
    key.extend_from_slice(token.as_bytes());
    key
}

/// Key of something that triggers keep.
pub fn trigger(name: &str) -> Vec<u8> {
    named(Namespace::Trigger, name.as_bytes())
}

/// The place of a partition in a Scan.
pub fn partition_hash(partition: &[KeyValue<'_>]) -> u32 {
    let mut digest = Md5::new();
    digest.update(b"Outliers");
    for value in partition {
        match value {
            KeyValue::S(text) => digest.update(text.as_bytes()),
            KeyValue::B(bytes) => digest.update(bytes),
            KeyValue::N(number) => {
                let mut form = [0; HASHED_NUMBER_BYTES];
                let length = fill_hashed_number(&mut form, *number);
                digest.update(&form[..length]);
            }
        }
    }
    let digest = digest.finalize();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// Exponent, twenty digit pairs, closing byte.
const HASHED_NUMBER_BYTES: usize = 22;
const FULL_PAIRS: usize = 20;

/// Writes the base-100 form in which the service hashes numbers, the one of Oracle's NUMBER, and returns its length.
fn fill_hashed_number(out: &mut [u8; HASHED_NUMBER_BYTES], number: Number) -> usize {
    let digits = number.digits();
    let mut rest = digits.as_slice();
    if rest.is_empty() {
        out[0] = 0x80;
        return 1;
    }
    // Pairs are counted from the point: with an odd number of digits before it the first pair has a leading zero.
    let odd = digits.point.rem_euclid(2) == 1;
    let exponent = (digits.point + i16::from(odd)).div_euclid(2);
    let first = (0xC0 + exponent) as u8;
    out[0] = if digits.negative { !first } else { first };
    let mut length = 1;
    let mut leading_zero = odd;
    while !rest.is_empty() {
        let taken = if leading_zero { 1 } else { rest.len().min(2) };
        let (pair, after) = rest.split_at(taken);
        let value = match (leading_zero, pair) {
            (true, [low]) => *low,
            (_, [high]) => high * 10,
            (_, pair) => pair[0] * 10 + pair[1],
        };
        out[length] = if digits.negative {
            101 - value
        } else {
            value + 1
        };
        length += 1;
        leading_zero = false;
        rest = after;
    }
    if digits.negative && length - 1 < FULL_PAIRS {
        out[length] = 102;
        length += 1;
    }
    length
}

fn named(namespace: Namespace, name: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + name.len() + size_of::<u64>());
    key.push(namespace as u8);
    key.extend_from_slice(name);
    key
}

fn scoped(namespace: Namespace, scope: &str) -> Vec<u8> {
    let mut key = named(namespace, &[]);
    encode_bytes(&mut key, scope.as_bytes());
    key
}
