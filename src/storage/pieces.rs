//! Large values in pieces: how the store on disk keeps its pages small.
//!
//! sled keeps up to sixteen rows in a page, writes whole pages and counts cached pages rather than their bytes. With rows of
//! 400 KB a page is 6 MB: it would land in a file of its own that sled never syncs, and the cache would hold gigabytes. So a
//! value above [`PIECE_BYTES`] is cut up: its row holds a number and a length, its pieces are rows of the namespace
//! [`NAMESPACE`], which no other key may use. A number is never used twice while a reader could know it, so pieces of one
//! number never change: a reader that misses one was overtaken by a write and looks at the row again.

use std::ops::Range;

/// First byte of the keys of pieces; above every namespace of `keys`.
pub(super) const NAMESPACE: u8 = 0xFF;

/// The longest value, or piece of one, in a single row.
pub(super) const PIECE_BYTES: usize = 8 * 1024;

const WHOLE: u8 = 0;
const CUT: u8 = 1;
const CUT_ROW_BYTES: usize = 1 + 8 + 4;
const PIECE_KEY_BYTES: usize = 1 + 8 + 4;

/// What a row says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored<'a> {
    /// The value itself.
    Whole(&'a [u8]),
    /// The value is elsewhere.
    Cut(CutValue),
}

/// A value that is kept in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CutValue {
    pub(super) number: u64,
    pub(super) length: u32,
}

impl<'a> Stored<'a> {
    /// Reads a row; `None` when it is damaged.
    pub(super) fn of(row: &'a [u8]) -> Option<Self> {
        match row.split_first()? {
            (&WHOLE, value) => Some(Self::Whole(value)),
            (&CUT, rest) if row.len() == CUT_ROW_BYTES => {
                let (number, length) = rest.split_at(8);
                Some(Self::Cut(CutValue {
                    number: u64::from_be_bytes(number.try_into().ok()?),
                    length: u32::from_be_bytes(length.try_into().ok()?),
                }))
            }
            _ => None,
        }
    }
}

impl CutValue {
    /// Keys of the pieces, in order.
    pub(super) fn keys(self) -> impl Iterator<Item = [u8; PIECE_KEY_BYTES]> {
        let pieces = (self.length as usize).div_ceil(PIECE_BYTES) as u32;
        (0..pieces).map(move |piece| self.key(piece))
    }

    /// The range that holds all pieces and nothing else.
    pub(super) fn range(self) -> Range<[u8; PIECE_KEY_BYTES]> {
        self.key(0)..self.key(u32::MAX)
    }

    /// The row that stands for the value.
    pub(super) fn row(self) -> Vec<u8> {
        let mut row = Vec::with_capacity(CUT_ROW_BYTES);
        row.push(CUT);
        row.extend_from_slice(&self.number.to_be_bytes());
        row.extend_from_slice(&self.length.to_be_bytes());
        row
    }

    fn key(self, piece: u32) -> [u8; PIECE_KEY_BYTES] {
        let mut key = [NAMESPACE; PIECE_KEY_BYTES];
        key[1..9].copy_from_slice(&self.number.to_be_bytes());
        key[9..].copy_from_slice(&piece.to_be_bytes());
        key
    }
}

/// The row of a value that is not cut.
pub(super) fn whole_row(value: &[u8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(1 + value.len());
    row.push(WHOLE);
    row.extend_from_slice(value);
    row
}

/// The number in the key of a piece.
pub(super) fn number_in(key: &[u8]) -> Option<u64> {
    let (NAMESPACE, rest) = key.split_first().map(|(first, rest)| (*first, rest))? else {
        return None;
    };
    Some(u64::from_be_bytes(*rest.first_chunk()?))
}
