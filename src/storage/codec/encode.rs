//! Items to bytes.
//!
//! One pass: the length of a list, map or set is put before it once it is written, in a byte that was left for it; a longer
//! length moves the content up.

use super::VERSION;
use super::number;
use super::reader::{
    TAG_B, TAG_BS, TAG_FALSE, TAG_L, TAG_M, TAG_N, TAG_NS, TAG_NULL, TAG_S, TAG_SS, TAG_TRUE,
};
use crate::types::{Attr, Item};

const MAX_VARINT_BYTES: usize = 5;
pub(super) const MAX_HEADER_BYTES: usize = 1 + 2 * MAX_VARINT_BYTES;

/// The stored form of an item.
pub fn encode_item(item: &Item) -> Vec<u8> {
    let size = item.byte_size();
    let mut out = Vec::with_capacity(MAX_HEADER_BYTES + size + 6 * item.len());
    push_header(&mut out, size, item.len());
    push_entries(&mut out, item);
    out.shrink_to_fit();
    out
}

pub(super) fn push_header(out: &mut Vec<u8>, size: usize, count: usize) {
    out.push(VERSION);
    push_varint(out, size);
    push_varint(out, count);
}

fn push_entries(out: &mut Vec<u8>, item: &Item) {
    for (name, value) in item.iter() {
        push_prefixed(out, name.as_bytes());
        push_value(out, value);
    }
}

/// Recursion ends where the item's nesting does, which whoever built it has bounded.
fn push_value(out: &mut Vec<u8>, value: &Attr) {
    match value {
        Attr::Null => out.push(TAG_NULL),
        Attr::Bool(false) => out.push(TAG_FALSE),
        Attr::Bool(true) => out.push(TAG_TRUE),
        Attr::S(text) => {
            out.push(TAG_S);
            push_prefixed(out, text.as_bytes());
        }
        Attr::N(number) => {
            out.push(TAG_N);
            number::encode(out, *number);
        }
        Attr::B(bytes) => {
            out.push(TAG_B);
            push_prefixed(out, bytes);
        }
        Attr::L(list) => push_elements(out, TAG_L, list.len(), |out| {
            for element in list {
                push_value(out, element);
            }
        }),
        Attr::M(map) => push_elements(out, TAG_M, map.len(), |out| push_entries(out, map)),
        Attr::Ss(set) => push_elements(out, TAG_SS, set.len(), |out| {
            for member in set {
                push_prefixed(out, member.as_bytes());
            }
        }),
        Attr::Ns(set) => push_elements(out, TAG_NS, set.len(), |out| {
            for member in set {
                number::encode(out, *member);
            }
        }),
        Attr::Bs(set) => push_elements(out, TAG_BS, set.len(), |out| {
            for member in set {
                push_prefixed(out, member);
            }
        }),
    }
}

fn push_elements(out: &mut Vec<u8>, tag: u8, count: usize, push: impl FnOnce(&mut Vec<u8>)) {
    out.push(tag);
    let place = out.len();
    out.push(0);
    push_varint(out, count);
    push(out);
    let length = out.len() - place - 1;
    if length < 0x80 {
        out[place] = length as u8;
        return;
    }
    let mut prefix = Vec::with_capacity(MAX_VARINT_BYTES);
    push_varint(&mut prefix, length);
    out.splice(place..=place, prefix);
}

fn push_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    push_varint(out, bytes.len());
    out.extend_from_slice(bytes);
}

#[inline]
fn push_varint(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
