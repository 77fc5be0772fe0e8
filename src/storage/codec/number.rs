//! The stored form of a number, and its printing.
//!
//! Head byte: bit 7 the sign, bits 5-6 how many bytes of exponent follow (0 for exponent zero, 1, 2), bits 0-4 how many
//! bytes of coefficient after them; both little-endian, as short as they can be, the coefficient without trailing decimal
//! zeros. So a number has one form, and its length is known from its first byte.

use super::CodecError;
use crate::types::Number;

const SIGN: u8 = 0x80;
const EXPONENT_SHIFT: u8 = 5;
const EXPONENT_MASK: u8 = 0x03;
const COEFFICIENT_MASK: u8 = 0x1F;
const MAX_COEFFICIENT_BYTES: usize = 16;

/// Zeros to print from: more than any exponent asks for.
const ZEROS: [u8; 192] = [b'0'; 192];

/// Bytes of the number that starts with this head byte.
#[inline]
pub(super) fn length(head: u8) -> usize {
    let exponent = (head >> EXPONENT_SHIFT) & EXPONENT_MASK;
    1 + usize::from(exponent) + usize::from(head & COEFFICIENT_MASK)
}

/// Appends a number.
pub(super) fn encode(out: &mut Vec<u8>, number: Number) {
    let coefficient = number.coefficient();
    let exponent = number.exponent();
    let magnitude = coefficient.unsigned_abs().to_le_bytes();
    let used = magnitude
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let exponent_bytes = exponent.to_le_bytes();
    let exponent_used = match exponent {
        0 => 0,
        _ if i8::try_from(exponent).is_ok() => 1,
        _ => 2,
    };
    let sign = if coefficient < 0 { SIGN } else { 0 };
    out.push(sign | (exponent_used as u8) << EXPONENT_SHIFT | used as u8);
    out.extend_from_slice(&exponent_bytes[..exponent_used]);
    out.extend_from_slice(&magnitude[..used]);
}

/// The parts of a stored number, in their one form.
#[derive(Clone, Copy)]
struct Parts {
    negative: bool,
    magnitude: u128,
    exponent: i16,
}

#[inline]
fn read(bytes: &[u8]) -> Result<Parts, CodecError> {
    let (head, rest) = bytes.split_first().ok_or(CodecError::Truncated)?;
    let negative = head & SIGN != 0;
    let (exponent, rest) = match ((head >> EXPONENT_SHIFT) & EXPONENT_MASK, rest) {
        (0, rest) => (0, rest),
        (1, [low, rest @ ..]) => (i16::from(low.cast_signed()), rest),
        (2, [low, high, rest @ ..]) => (i16::from_le_bytes([*low, *high]), rest),
        _ => return Err(CodecError::Number),
    };
    let magnitude = if let Some(short) = rest.first_chunk::<8>().filter(|_| rest.len() == 8) {
        u128::from(u64::from_le_bytes(*short))
    } else if rest.len() < 8 {
        let value = rest
            .iter()
            .rev()
            .fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        u128::from(value)
    } else if rest.len() <= MAX_COEFFICIENT_BYTES {
        let mut long = [0; MAX_COEFFICIENT_BYTES];
        long[..rest.len()].copy_from_slice(rest);
        u128::from_le_bytes(long)
    } else {
        return Err(CodecError::Number);
    };
    let is_shortest = rest.last().is_none_or(|last| *last != 0);
    let is_reduced = match magnitude {
        0 => !negative && exponent == 0,
        _ => !is_multiple_of_ten(magnitude),
    };
    if is_shortest && is_reduced && (-200..=200).contains(&exponent) {
        Ok(Parts {
            negative,
            magnitude,
            exponent,
        })
    } else {
        Err(CodecError::Number)
    }
}

#[inline]
fn is_multiple_of_ten(value: u128) -> bool {
    if value & 1 == 1 {
        return false;
    }
    // 2^64 leaves 1 when divided by 5, so the two halves may be added.
    let high = (value >> 64) as u64;
    (high % 5 + value as u64 % 5).is_multiple_of(5)
}

/// The number that was encoded.
pub(super) fn decode(bytes: &[u8]) -> Result<Number, CodecError> {
    let parts = read(bytes)?;
    let magnitude = i128::try_from(parts.magnitude).map_err(|_| CodecError::Number)?;
    let coefficient = if parts.negative {
        -magnitude
    } else {
        magnitude
    };
    Number::from_parts(coefficient, parts.exponent).ok_or(CodecError::Number)
}

/// Appends a number in plain decimal, without an exponent, as `Number` displays it.
#[inline]
pub(super) fn write_plain(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), CodecError> {
    let parts = read(bytes)?;
    if parts.negative {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = match u64::try_from(parts.magnitude) {
        Ok(short) => buffer.format(short),
        Err(_) => buffer.format(parts.magnitude),
    };
    let digits = digits.as_bytes();
    if parts.exponent >= 0 {
        out.extend_from_slice(digits);
        return write_zeros(out, usize::from(parts.exponent.unsigned_abs()));
    }
    let fraction = usize::from(parts.exponent.unsigned_abs());
    if let Some(point) = digits
        .len()
        .checked_sub(fraction)
        .filter(|point| *point > 0)
    {
        out.extend_from_slice(&digits[..point]);
        out.push(b'.');
        out.extend_from_slice(&digits[point..]);
        return Ok(());
    }
    out.extend_from_slice(b"0.");
    write_zeros(out, fraction - digits.len())?;
    out.extend_from_slice(digits);
    Ok(())
}

#[inline]
fn write_zeros(out: &mut Vec<u8>, count: usize) -> Result<(), CodecError> {
    out.extend_from_slice(ZEROS.get(..count).ok_or(CodecError::Number)?);
    Ok(())
}
