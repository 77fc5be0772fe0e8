//! Stored bytes to DynamoDB JSON, in one pass and without building an item.
//!
//! Owns the fast path of GetItem, Query and Scan. The output equals `types::wire::write_item` of the decoded item, byte for
//! byte. After an error the output is as it was before.

use super::reader::{
    RawValue, Reader, TAG_B, TAG_BS, TAG_FALSE, TAG_L, TAG_M, TAG_N, TAG_NS, TAG_NULL, TAG_S,
    TAG_SS, TAG_TRUE,
};
use super::value::deeper;
use super::{CodecError, Fields, MAX_DEPTH, number, reader};
use crate::types::wire;

/// Appends the item as `{"name":{"S":"value"},...}`.
pub fn write_json(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), CodecError> {
    write_fields(bytes, out, |_| true)
}

/// Appends the item's top-level attributes whose names pass, as an object.
pub fn write_json_some(
    bytes: &[u8],
    out: &mut Vec<u8>,
    mut keep: impl FnMut(&str) -> bool,
) -> Result<(), CodecError> {
    write_fields(bytes, out, |name| reader::text(name).is_ok_and(&mut keep))
}

fn write_fields(
    bytes: &[u8],
    out: &mut Vec<u8>,
    keep: impl FnMut(&[u8]) -> bool,
) -> Result<(), CodecError> {
    let start = out.len();
    out.reserve(bytes.len() + bytes.len() / 4);
    let result = try_write_fields(bytes, out, keep);
    if result.is_err() {
        out.truncate(start);
    }
    result
}

fn try_write_fields(
    bytes: &[u8],
    out: &mut Vec<u8>,
    mut keep: impl FnMut(&[u8]) -> bool,
) -> Result<(), CodecError> {
    let mut fields = Fields::of(bytes)?;
    let mut lead: &[u8] = b"{";
    while let Some((name, value)) = fields.next_raw()? {
        if keep(name) {
            out.extend_from_slice(lead);
            lead = b",";
            write_text(out, name)?;
            out.push(b':');
            write_value(out, value, MAX_DEPTH)?;
        }
    }
    out.extend_from_slice(if lead == b"{" { b"{}" } else { b"}" });
    Ok(())
}

fn write_value(out: &mut Vec<u8>, value: RawValue<'_>, levels: usize) -> Result<(), CodecError> {
    match value.tag {
        TAG_S => {
            out.extend_from_slice(b"{\"S\":");
            write_text(out, value.content)?;
        }
        TAG_N => {
            out.extend_from_slice(b"{\"N\":");
            write_number(out, value.content)?;
        }
        TAG_B => {
            out.extend_from_slice(b"{\"B\":");
            wire::write_base64(out, value.content);
        }
        TAG_NULL => out.extend_from_slice(b"{\"NULL\":true"),
        TAG_FALSE => out.extend_from_slice(b"{\"BOOL\":false"),
        TAG_TRUE => out.extend_from_slice(b"{\"BOOL\":true"),
        TAG_L => {
            out.extend_from_slice(b"{\"L\":[");
            let levels = deeper(levels)?;
            write_elements(out, value, |out, reader| {
                write_value(out, reader.value()?, levels)
            })?;
            out.push(b']');
        }
        TAG_M => {
            out.extend_from_slice(b"{\"M\":{");
            let levels = deeper(levels)?;
            write_elements(out, value, |out, reader| {
                write_text(out, reader.prefixed()?)?;
                out.push(b':');
                write_value(out, reader.value()?, levels)
            })?;
            out.push(b'}');
        }
        TAG_SS => write_set(out, b"{\"SS\":[", value, |out, reader| {
            write_text(out, reader.prefixed()?)
        })?,
        TAG_NS => write_set(out, b"{\"NS\":[", value, |out, reader| {
            write_number(out, reader.number()?)
        })?,
        TAG_BS => write_set(out, b"{\"BS\":[", value, |out, reader| {
            wire::write_base64(out, reader.prefixed()?);
            Ok(())
        })?,
        other => return Err(CodecError::Tag(other)),
    }
    out.push(b'}');
    Ok(())
}

fn write_set<'a>(
    out: &mut Vec<u8>,
    lead: &[u8],
    value: RawValue<'a>,
    write: impl FnMut(&mut Vec<u8>, &mut Reader<'a>) -> Result<(), CodecError>,
) -> Result<(), CodecError> {
    out.extend_from_slice(lead);
    write_elements(out, value, write)?;
    out.push(b']');
    Ok(())
}

fn write_elements<'a>(
    out: &mut Vec<u8>,
    value: RawValue<'a>,
    mut write: impl FnMut(&mut Vec<u8>, &mut Reader<'a>) -> Result<(), CodecError>,
) -> Result<(), CodecError> {
    let (mut reader, count) = value.elements()?;
    for place in 0..count {
        if place > 0 {
            out.push(b',');
        }
        write(out, &mut reader)?;
    }
    reader.finish()
}

#[inline]
fn write_number(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), CodecError> {
    out.push(b'"');
    number::write_plain(out, bytes)?;
    out.push(b'"');
    Ok(())
}

/// Bytes that cannot stand in a JSON string as they are.
const ESCAPE: u8 = 0x01;
/// Bytes above ASCII: the text is checked to be UTF-8 when there are any.
const WIDE: u8 = 0x80;

#[inline]
fn write_text(out: &mut Vec<u8>, text: &[u8]) -> Result<(), CodecError> {
    let kinds = kinds_in(text);
    if kinds & WIDE != 0 {
        reader::text(text)?;
    }
    out.push(b'"');
    if kinds & ESCAPE == 0 {
        out.extend_from_slice(text);
    } else {
        write_escaped(out, text);
    }
    out.push(b'"');
    Ok(())
}

#[inline]
fn kind_of(byte: u8) -> u8 {
    let escape = u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    escape | (byte & WIDE)
}

/// The kinds of all bytes, joined: a loop without branches, which becomes vector instructions, as long as the compiler does
/// not see which bits of the result are used.
#[inline(never)]
fn kinds_in(text: &[u8]) -> u8 {
    text.iter().fold(0, |kinds, byte| kinds | kind_of(*byte))
}

#[cold]
fn write_escaped(out: &mut Vec<u8>, text: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut start = 0;
    for (place, byte) in text.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => *byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0C => b'f',
            b'\r' => b'r',
            0x00..=0x1F => b'u',
            _ => continue,
        };
        out.extend_from_slice(&text[start..place]);
        out.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            let digit = |nibble: u8| HEX[usize::from(nibble & 0x0F)];
            out.extend_from_slice(&[b'0', b'0', digit(byte >> 4), digit(*byte)]);
        }
        start = place + 1;
    }
    out.extend_from_slice(&text[start..]);
}
