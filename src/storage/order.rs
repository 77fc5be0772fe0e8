//! Order-preserving bytes for the three key types.
//!
//! Owns the code of one key value: codes of one type compare as bytes exactly as the values do, and no code is a prefix of
//! another, so several can follow each other. Strings and binaries: bytes with `00` written as `00 FF`, ended by `00 01`; a
//! prefix of the value stays a prefix of the code (without its end), which makes `begins_with` a range. Numbers: zero is
//! `02`; a positive one is `03`, the decimal exponent plus 129 (value as `0.d1d2.. x 10^e`), digit pairs plus one, `00`; a
//! negative one is `01` and the same bytes inverted; at most 22 bytes. Codes do not carry their type: a schema does.

use std::borrow::Cow;

use crate::types::{Attr, AttrType, Number};

const ESCAPE: u8 = 0x00;
const ESCAPED_ZERO: u8 = 0xFF;
const END: u8 = 0x01;

const NEGATIVE: u8 = 0x01;
const ZERO: u8 = 0x02;
const POSITIVE: u8 = 0x03;
const EXPONENT_BIAS: i16 = 129;
const NUMBER_END: u8 = 0x00;
const MAX_PAIRS: usize = 19;

/// A value that may be part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyValue<'a> {
    /// A string.
    S(&'a str),
    /// A number.
    N(Number),
    /// Binary.
    B(&'a [u8]),
}

impl<'a> KeyValue<'a> {
    /// The key value of an attribute, if its type can be one.
    pub fn of(attr: &'a Attr) -> Option<Self> {
        match attr {
            Attr::S(text) => Some(Self::S(text)),
            Attr::N(number) => Some(Self::N(*number)),
            Attr::B(bytes) => Some(Self::B(bytes)),
            _ => None,
        }
    }

    /// The attribute that holds this value.
    pub fn to_attr(self) -> Attr {
        match self {
            Self::S(text) => Attr::S(text.to_owned()),
            Self::N(number) => Attr::N(number),
            Self::B(bytes) => Attr::B(bytes.to_vec()),
        }
    }
}

/// Appends the code of a key value.
pub fn encode_key_value(out: &mut Vec<u8>, value: KeyValue<'_>) {
    match value {
        KeyValue::S(text) => encode_bytes(out, text.as_bytes()),
        KeyValue::B(bytes) => encode_bytes(out, bytes),
        KeyValue::N(number) => encode_number(out, number),
    }
}

/// Appends the code of a string or binary.
pub fn encode_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    encode_bytes_prefix(out, bytes);
    out.extend_from_slice(&[ESCAPE, END]);
}

/// Appends what the codes of all strings (or binaries) that begin with `bytes` begin with, and no others.
pub fn encode_bytes_prefix(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() + 2);
    for (position, run) in bytes.split(|byte| *byte == ESCAPE).enumerate() {
        if position > 0 {
            out.extend_from_slice(&[ESCAPE, ESCAPED_ZERO]);
        }
        out.extend_from_slice(run);
    }
}

/// Appends the code of a number.
pub fn encode_number(out: &mut Vec<u8>, number: Number) {
    let digits = number.digits();
    if digits.as_slice().is_empty() {
        out.push(ZERO);
        return;
    }
    let flip = if digits.negative { 0xFF } else { 0x00 };
    out.push(if digits.negative { NEGATIVE } else { POSITIVE });
    // A stored number has an exponent of -129..=126, which fits one byte exactly.
    let exponent = u8::try_from(digits.point + EXPONENT_BIAS).unwrap_or(u8::MAX);
    out.push(exponent ^ flip);
    for pair in digits.as_slice().chunks(2) {
        let low = pair.get(1).copied().unwrap_or(0);
        out.push((pair[0] * 10 + low + 1) ^ flip);
    }
    out.push(NUMBER_END ^ flip);
}

/// The first key value of `bytes`, of the given type, and what follows it; `None` when the bytes are no such code.
pub fn decode_key_value(bytes: &[u8], kind: AttrType) -> Option<(Attr, &[u8])> {
    match kind {
        AttrType::S => {
            let (raw, rest) = decode_bytes(bytes)?;
            let text = String::from_utf8(raw.into_owned()).ok()?;
            Some((Attr::S(text), rest))
        }
        AttrType::B => {
            let (raw, rest) = decode_bytes(bytes)?;
            Some((Attr::B(raw.into_owned()), rest))
        }
        AttrType::N => {
            let (number, rest) = decode_number(bytes)?;
            Some((Attr::N(number), rest))
        }
        _ => None,
    }
}

/// The first string or binary of `bytes` and what follows it.
pub fn decode_bytes(bytes: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let mut plain: Option<Vec<u8>> = None;
    let mut start = 0;
    loop {
        let zero = start
            + bytes
                .get(start..)?
                .iter()
                .position(|byte| *byte == ESCAPE)?;
        match *bytes.get(zero + 1)? {
            END => {
                let rest = &bytes[zero + 2..];
                let last = &bytes[start..zero];
                return Some(match plain {
                    None => (Cow::Borrowed(last), rest),
                    Some(mut plain) => {
                        plain.extend_from_slice(last);
                        (Cow::Owned(plain), rest)
                    }
                });
            }
            ESCAPED_ZERO => {
                let plain = plain.get_or_insert_default();
                plain.extend_from_slice(&bytes[start..=zero]);
                start = zero + 2;
            }
            _ => return None,
        }
    }
}

/// The first number of `bytes` and what follows it.
pub fn decode_number(bytes: &[u8]) -> Option<(Number, &[u8])> {
    let (sign, rest) = bytes.split_first()?;
    let flip = match *sign {
        ZERO => return Some((Number::ZERO, rest)),
        POSITIVE => 0x00,
        NEGATIVE => 0xFF,
        _ => return None,
    };
    let (exponent, rest) = rest.split_first()?;
    let exponent = i16::from(exponent ^ flip) - EXPONENT_BIAS;
    let length = rest.iter().position(|byte| byte ^ flip == NUMBER_END)?;
    if length == 0 || length > MAX_PAIRS {
        return None;
    }
    let mut coefficient = 0i128;
    for byte in &rest[..length] {
        let pair = (byte ^ flip) - 1;
        if pair > 99 {
            return None;
        }
        coefficient = coefficient * 100 + i128::from(pair);
    }
    let first = rest[0] ^ flip;
    let last = rest[length - 1] ^ flip;
    if first <= 10 || last == 1 {
        return None; // a leading zero digit or a trailing zero pair: not the one code of this number
    }
    if flip == 0xFF {
        coefficient = -coefficient;
    }
    let scale = i16::try_from(length * 2).ok()?;
    let number = Number::from_parts(coefficient, exponent - scale)?;
    Some((number, &rest[length + 1..]))
}

/// The least byte string above all that begin with `prefix`; `None` when there is none.
pub fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut above = prefix[..=last].to_vec();
    above[last] += 1;
    Some(above)
}

#[cfg(test)]
mod tests;
