//! Bytes to values, and the size of a value from its bytes.
//!
//! Owns the checks of content: UTF-8, number form, sorted names and members, depth.

use super::reader::{
    RawValue, Reader, TAG_B, TAG_BS, TAG_FALSE, TAG_L, TAG_M, TAG_N, TAG_NS, TAG_NULL, TAG_S,
    TAG_SS, TAG_TRUE, text,
};
use super::{CodecError, MAX_DEPTH, number};
use crate::types::{Attr, Item};

/// The value of a top-level attribute.
pub(super) fn decode(value: RawValue<'_>) -> Result<Attr, CodecError> {
    decode_at(value, MAX_DEPTH)
}

fn decode_at(value: RawValue<'_>, levels: usize) -> Result<Attr, CodecError> {
    Ok(match value.tag {
        TAG_NULL => Attr::Null,
        TAG_FALSE => Attr::Bool(false),
        TAG_TRUE => Attr::Bool(true),
        TAG_S => Attr::S(text(value.content)?.to_owned()),
        TAG_N => Attr::N(number::decode(value.content)?),
        TAG_B => Attr::B(value.content.to_vec()),
        TAG_L => Attr::L(decode_list(value, deeper(levels)?)?),
        TAG_M => Attr::M(decode_map(value, deeper(levels)?)?),
        TAG_SS => Attr::Ss(decode_set(value, |reader| {
            Ok(text(reader.prefixed()?)?.to_owned())
        })?),
        TAG_NS => Attr::Ns(decode_set(value, |reader| {
            number::decode(reader.number()?)
        })?),
        TAG_BS => Attr::Bs(decode_set(value, |reader| Ok(reader.prefixed()?.to_vec()))?),
        other => return Err(CodecError::Tag(other)),
    })
}

fn decode_list(value: RawValue<'_>, levels: usize) -> Result<Vec<Attr>, CodecError> {
    let (mut reader, count) = value.elements()?;
    let mut list = Vec::with_capacity(count);
    for _ in 0..count {
        list.push(decode_at(reader.value()?, levels)?);
    }
    reader.finish()?;
    Ok(list)
}

fn decode_map(value: RawValue<'_>, levels: usize) -> Result<Item, CodecError> {
    let (mut reader, count) = value.elements()?;
    let mut entries: Vec<(String, Attr)> = Vec::with_capacity(count);
    for _ in 0..count {
        let name = text(reader.prefixed()?)?;
        if entries
            .last()
            .is_some_and(|(previous, _)| previous.as_str() >= name)
        {
            return Err(CodecError::Order);
        }
        entries.push((name.to_owned(), decode_at(reader.value()?, levels)?));
    }
    reader.finish()?;
    Ok(Item::from_sorted(entries))
}

fn decode_set<'a, T: Ord>(
    value: RawValue<'a>,
    mut member: impl FnMut(&mut Reader<'a>) -> Result<T, CodecError>,
) -> Result<Vec<T>, CodecError> {
    let (mut reader, count) = value.elements()?;
    let mut set = Vec::with_capacity(count);
    for _ in 0..count {
        let next = member(&mut reader)?;
        if set.last().is_some_and(|previous| *previous >= next) {
            return Err(CodecError::Order);
        }
        set.push(next);
    }
    reader.finish()?;
    if set.is_empty() {
        Err(CodecError::Order)
    } else {
        Ok(set)
    }
}

/// The size that the service charges for a top-level value, as `Attr::byte_size` has it.
pub(super) fn byte_size(value: RawValue<'_>) -> Result<usize, CodecError> {
    byte_size_at(value, MAX_DEPTH)
}

fn byte_size_at(value: RawValue<'_>, levels: usize) -> Result<usize, CodecError> {
    match value.tag {
        TAG_NULL | TAG_FALSE | TAG_TRUE => Ok(1),
        TAG_S | TAG_B => Ok(value.content.len()),
        TAG_N => Ok(number::decode(value.content)?.byte_size()),
        TAG_L => {
            let levels = deeper(levels)?;
            sum_elements(value, 3, |reader| {
                Ok(1 + byte_size_at(reader.value()?, levels)?)
            })
        }
        TAG_M => {
            let levels = deeper(levels)?;
            sum_elements(value, 3, |reader| {
                let name = reader.prefixed()?.len();
                Ok(1 + name + byte_size_at(reader.value()?, levels)?)
            })
        }
        TAG_SS | TAG_BS => sum_elements(value, 0, |reader| Ok(reader.prefixed()?.len())),
        TAG_NS => sum_elements(value, 0, |reader| {
            Ok(number::decode(reader.number()?)?.byte_size())
        }),
        other => Err(CodecError::Tag(other)),
    }
}

fn sum_elements<'a>(
    value: RawValue<'a>,
    start: usize,
    mut size: impl FnMut(&mut Reader<'a>) -> Result<usize, CodecError>,
) -> Result<usize, CodecError> {
    let (mut reader, count) = value.elements()?;
    let mut sum = start;
    for _ in 0..count {
        sum += size(&mut reader)?;
    }
    reader.finish()?;
    Ok(sum)
}

/// The levels left inside a list or map.
pub(super) fn deeper(levels: usize) -> Result<usize, CodecError> {
    levels
        .checked_sub(1)
        .filter(|left| *left > 0)
        .ok_or(CodecError::Depth)
}
