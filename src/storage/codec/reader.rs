//! Reading stored bytes piece by piece, with checks.
//!
//! Owns the tags, varints and the skipping of values. A `RawValue` is a value whose extent is known and whose content is
//! not checked yet.

use super::CodecError;

pub(super) const TAG_NULL: u8 = 0;
pub(super) const TAG_FALSE: u8 = 1;
pub(super) const TAG_TRUE: u8 = 2;
pub(super) const TAG_S: u8 = 3;
pub(super) const TAG_N: u8 = 4;
pub(super) const TAG_B: u8 = 5;
pub(super) const TAG_L: u8 = 6;
pub(super) const TAG_M: u8 = 7;
pub(super) const TAG_SS: u8 = 8;
pub(super) const TAG_NS: u8 = 9;
pub(super) const TAG_BS: u8 = 10;

/// A value that was delimited but not read.
#[derive(Clone, Copy)]
pub(super) struct RawValue<'a> {
    pub(super) tag: u8,
    /// Content without tag and length.
    pub(super) content: &'a [u8],
}

impl<'a> RawValue<'a> {
    /// A reader of the content and, for lists, maps and sets, the number of elements it starts with.
    pub(super) fn elements(self) -> Result<(Reader<'a>, usize), CodecError> {
        let mut reader = Reader::new(self.content);
        let count = reader.varint()?;
        // Every element takes a byte at least, so a count is never a reason to allocate more than the bytes at hand.
        if count > reader.rest.len() {
            return Err(CodecError::Truncated);
        }
        Ok((reader, count))
    }
}

/// What is left of stored bytes.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, CodecError> {
        let (first, rest) = self.rest.split_first().ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(*first)
    }

    #[inline]
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A length, count or size.
    #[inline]
    pub(super) fn varint(&mut self) -> Result<usize, CodecError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(usize::from(first));
        }
        self.varint_after(first)
    }

    fn varint_after(&mut self, first: u8) -> Result<usize, CodecError> {
        let mut value = u64::from(first & 0x7F);
        for shift in [7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                let is_shortest = byte != 0;
                return if is_shortest {
                    usize::try_from(value).map_err(|_| CodecError::Varint)
                } else {
                    Err(CodecError::Varint)
                };
            }
        }
        Err(CodecError::Varint)
    }

    /// Bytes with their length before them.
    #[inline]
    pub(super) fn prefixed(&mut self) -> Result<&'a [u8], CodecError> {
        let length = self.varint()?;
        self.take(length)
    }

    /// The next value, delimited.
    #[inline]
    pub(super) fn value(&mut self) -> Result<RawValue<'a>, CodecError> {
        let tag = self.byte()?;
        let content = match tag {
            TAG_NULL | TAG_FALSE | TAG_TRUE => &[],
            TAG_N => self.number()?,
            TAG_S | TAG_B | TAG_L | TAG_M | TAG_SS | TAG_NS | TAG_BS => self.prefixed()?,
            other => return Err(CodecError::Tag(other)),
        };
        Ok(RawValue { tag, content })
    }

    /// The next number, delimited.
    #[inline]
    pub(super) fn number(&mut self) -> Result<&'a [u8], CodecError> {
        let head = *self.rest.first().ok_or(CodecError::Truncated)?;
        self.take(super::number::length(head))
    }

    /// Checks that everything was read.
    pub(super) fn finish(self) -> Result<(), CodecError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(CodecError::Trailing)
        }
    }
}

pub(super) fn text(bytes: &[u8]) -> Result<&str, CodecError> {
    std::str::from_utf8(bytes).map_err(|_| CodecError::Utf8)
}
