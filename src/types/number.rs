//! `Number`: the service's exact decimal of 38 significant digits.
//!
//! Owns reading, canonical printing, ordering, addition and the byte cost. A value is
//! `coefficient * 10^exponent`; the coefficient carries no trailing zero and zero is `(0, 0)`, so two equal
//! numbers have equal fields whatever their spelling was. Magnitudes run from 1E-130 to 9.99..E+125.
//! Key bytes are made in `storage::order`.

use std::cmp::Ordering;
use std::fmt;

use crate::limits::{NUMBER_DIGITS, NUMBER_MAX_EXPONENT, NUMBER_MIN_EXPONENT};

const TEN_POW_38: u128 = 10u128.pow(38);

/// An exact decimal. Copy, 24 bytes; the coefficient is split in two words to keep the alignment at eight.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    high: i64,
    low: u64,
    exponent: i16,
}

/// Why a text is not a number of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// Not of the grammar, or its exponent does not fit the reader's width.
    NotANumber,
    /// Magnitude above 9.99..E+125, or an arithmetic result of more than 38 digits.
    Overflow,
    /// Magnitude below 1E-130.
    Underflow,
    /// More than 38 significant digits.
    TooManyDigits,
}

/// How wide an exponent a reader accepts: the service's validation layers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExponentWidth {
    /// The current layer: range-checked up to 64 bits, "cannot be converted" beyond.
    Bits64,
    /// The older layer, which reads like Java's `BigDecimal`: a scale that leaves 32 bits is no number, and
    /// the largest exponent wraps into an underflow.
    Bits32,
}

impl Number {
    /// Zero.
    pub const ZERO: Number = Number {
        high: 0,
        low: 0,
        exponent: 0,
    };

    /// Reads a number as the wire carries it: sign, digits with an optional point, optional exponent.
    pub fn parse(text: &str, width: ExponentWidth) -> Result<Number, NumberError> {
        let scanned = Scanned::of(text.as_bytes())?;
        let exponent = scanned.exponent_value(width)?;
        // `0e126` overflows and `0e-131` underflows although both are zero: the service checks the exponent
        // of the first digit as written.
        let Some((first, last)) = scanned.significant() else {
            let leading = exponent.saturating_sub(i64::from(scanned.zero_fraction()));
            return check_magnitude(leading).map(|()| Number::ZERO);
        };
        let leading = exponent.saturating_add(scanned.power_of(first));
        check_magnitude(leading)?;
        if scanned.digits_between(first, last) > NUMBER_DIGITS {
            return Err(NumberError::TooManyDigits);
        }
        let magnitude = scanned.coefficient(first, last);
        let lowest = exponent.saturating_add(scanned.power_of(last));
        let signed = i128::try_from(magnitude).expect("38 digits fit 127 bits");
        let exponent = i16::try_from(lowest).map_err(|_| NumberError::NotANumber)?;
        Ok(Number::raw(
            if scanned.negative { -signed } else { signed },
            exponent,
        ))
    }

    /// The number `coefficient * 10^exponent`, or `None` where the service could not hold it.
    pub fn from_parts(coefficient: i128, exponent: i16) -> Option<Number> {
        normalise(coefficient, i32::from(exponent)).ok()
    }

    /// Exact sum. More than 38 digits count as an overflow, as the service words it.
    pub fn plus(self, other: Number) -> Result<Number, NumberError> {
        if self.is_zero() {
            return Ok(other);
        }
        if other.is_zero() {
            return Ok(self);
        }
        let (upper, lower) = if self.exponent >= other.exponent {
            (self, other)
        } else {
            (other, self)
        };
        let shift = u32::try_from(i32::from(upper.exponent) - i32::from(lower.exponent))
            .expect("the upper exponent is not below the lower");
        // A coefficient of at most 38 digits moved by more than 38 places cannot meet the other's lowest digit
        // within 38 digits. Operands of up to twice that size can still add up to 38 digits, so magnitudes are unsigned.
        let scaled = 10u128
            .checked_pow(shift)
            .and_then(|ten| upper.coefficient().unsigned_abs().checked_mul(ten))
            .ok_or(NumberError::Overflow)?;
        let added = lower.coefficient().unsigned_abs();
        let (is_negative, magnitude) = if (upper.coefficient() < 0) == (lower.coefficient() < 0) {
            (upper.coefficient() < 0, scaled.checked_add(added))
        } else if scaled >= added {
            (upper.coefficient() < 0, Some(scaled - added))
        } else {
            (lower.coefficient() < 0, Some(added - scaled))
        };
        let magnitude = magnitude.ok_or(NumberError::Overflow)?;
        normalise_parts(is_negative, magnitude, i32::from(lower.exponent))
    }

    /// Exact difference; errors as [`Number::plus`].
    pub fn minus(self, other: Number) -> Result<Number, NumberError> {
        self.plus(Number::raw(-other.coefficient(), other.exponent))
    }

    /// The integer coefficient, without trailing zeros.
    pub fn coefficient(self) -> i128 {
        (i128::from(self.high) << 64) | i128::from(self.low)
    }

    /// The power of ten of the coefficient's last digit.
    pub fn exponent(self) -> i16 {
        self.exponent
    }

    /// Whether this is zero.
    pub fn is_zero(self) -> bool {
        self.high == 0 && self.low == 0
    }

    /// Whether this is below zero.
    pub fn is_negative(self) -> bool {
        self.high < 0
    }

    /// The significant digits and the place of the point.
    pub fn digits(self) -> Digits {
        let mut digits = Digits {
            negative: self.is_negative(),
            point: 0,
            length: 0,
            buffer: [0; 38],
        };
        let mut rest = self.coefficient().unsigned_abs();
        if rest == 0 {
            return digits;
        }
        let length = decimal_length(rest);
        for slot in digits.buffer[..length].iter_mut().rev() {
            *slot = (rest % 10) as u8;
            rest /= 10;
        }
        digits.length = length as u8;
        digits.point = self.exponent + i16::from(digits.length);
        digits
    }

    /// Bytes that the service charges for this number: one, one per started pair of digits on either side of
    /// the point, one for a minus sign.
    pub fn byte_size(self) -> usize {
        if self.is_zero() {
            return 1;
        }
        let digits = decimal_length(self.coefficient().unsigned_abs()) as i32;
        let point = digits + i32::from(self.exponent);
        let (integer, fraction) = if point <= 0 {
            (0, digits) // leading zeros of a pure fraction are free
        } else if self.exponent >= 0 {
            (digits, 0) // trailing zeros of an integer are free
        } else {
            (point, digits - point)
        };
        let pairs = (integer + 1) / 2 + (fraction + 1) / 2;
        1 + pairs as usize + usize::from(self.is_negative())
    }

    fn raw(coefficient: i128, exponent: i16) -> Number {
        Number {
            high: (coefficient >> 64) as i64,
            low: coefficient as u64,
            exponent,
        }
    }

    /// The power of ten of the first digit.
    fn leading_power(self) -> i32 {
        decimal_length(self.coefficient().unsigned_abs()) as i32 + i32::from(self.exponent) - 1
    }
}

/// The significant digits of a number: its value is `0.d1d2d3... * 10^point`, negated when `negative`.
#[derive(Clone, Debug)]
pub struct Digits {
    /// Whether the number is below zero.
    pub negative: bool,
    /// Power of ten by which the fraction `0.d1d2...` is multiplied; 0 for zero.
    pub point: i16,
    length: u8,
    buffer: [u8; 38],
}

impl Digits {
    /// The digits 0-9, first and last not zero; empty for zero.
    pub fn as_slice(&self) -> &[u8] {
        &self.buffer[..usize::from(self.length)]
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        let sign = |number: &Number| number.coefficient().signum();
        match sign(self).cmp(&sign(other)) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
        if self.is_zero() {
            return Ordering::Equal;
        }
        let magnitude = match self.leading_power().cmp(&other.leading_power()) {
            Ordering::Equal => {
                // Equal leading powers: bring both to 38 digits and compare.
                let full = |number: &Number| {
                    let magnitude = number.coefficient().unsigned_abs();
                    magnitude * 10u128.pow(38 - decimal_length(magnitude) as u32)
                };
                full(self).cmp(&full(other))
            }
            unequal => unequal,
        };
        if self.is_negative() {
            magnitude.reverse()
        } else {
            magnitude
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        normalise(i128::from(value), 0).expect("19 digits are in range")
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Number {
        normalise(i128::from(value), 0).expect("20 digits are in range")
    }
}

/// Plain decimal, never an exponent; the service prints numbers so wherever they appear.
impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        if self.exponent == 0 {
            return write!(out, "{}", self.coefficient());
        }
        let digits = self.digits();
        if digits.negative {
            out.write_char('-')?;
        }
        let text = digits.as_slice();
        if digits.point <= 0 {
            out.write_str("0.")?;
            for _ in digits.point..0 {
                out.write_char('0')?;
            }
            return text
                .iter()
                .try_for_each(|digit| out.write_char(char::from(b'0' + digit)));
        }
        for (place, digit) in text.iter().enumerate() {
            if place as i16 == digits.point {
                out.write_char('.')?;
            }
            out.write_char(char::from(b'0' + digit))?;
        }
        for _ in i16::from(digits.length)..digits.point {
            out.write_char('0')?;
        }
        Ok(())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A text split into its parts; digits stay where they are.
struct Scanned<'a> {
    negative: bool,
    /// Digits and at most one point.
    mantissa: &'a [u8],
    /// Index of the point in `mantissa`, or its length.
    point: usize,
    exponent_negative: bool,
    exponent: &'a [u8],
}

impl<'a> Scanned<'a> {
    fn of(text: &'a [u8]) -> Result<Scanned<'a>, NumberError> {
        let (negative, rest) = split_sign(text);
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b'e' | b'E'))
            .unwrap_or(rest.len());
        let mantissa = &rest[..end];
        let (exponent_negative, exponent) = match rest.get(end + 1..) {
            Some(after) => {
                let (sign, digits) = split_sign(after);
                if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
                    return Err(NumberError::NotANumber);
                }
                (sign, digits)
            }
            None => (false, &rest[rest.len()..]),
        };
        let point = mantissa
            .iter()
            .position(|&byte| byte == b'.')
            .unwrap_or(mantissa.len());
        let after_point = mantissa.get(point + 1..).unwrap_or_default();
        let all_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        if point + after_point.len() == 0
            || !all_digits(&mantissa[..point])
            || !all_digits(after_point)
        {
            return Err(NumberError::NotANumber);
        }
        Ok(Scanned {
            negative,
            mantissa,
            point,
            exponent_negative,
            exponent,
        })
    }

    /// The written exponent, saturated: what counts is on which side of the range it lies.
    fn exponent_value(&self, width: ExponentWidth) -> Result<i64, NumberError> {
        let mut value: i64 = 0;
        for digit in self.exponent {
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(i64::from(digit - b'0')))
                .ok_or(NumberError::NotANumber)?;
        }
        let value = if self.exponent_negative {
            -value
        } else {
            value
        };
        if width == ExponentWidth::Bits32 {
            if i32::try_from(value).is_err() {
                return Err(NumberError::NotANumber);
            }
            if value == i64::from(i32::MAX) {
                return Err(NumberError::Underflow);
            }
        }
        Ok(value)
    }

    /// Indices of the first and last digit that is not zero.
    fn significant(&self) -> Option<(usize, usize)> {
        let counts = |byte: &u8| matches!(byte, b'1'..=b'9');
        let first = self.mantissa.iter().position(counts)?;
        let last = self.mantissa.iter().rposition(counts)?;
        Some((first, last))
    }

    /// Power of ten of the digit at `index`, the written exponent left out.
    fn power_of(&self, index: usize) -> i64 {
        if index < self.point {
            (self.point - index - 1) as i64
        } else {
            self.point as i64 - index as i64
        }
    }

    /// For a written zero: 1 when it has no digit but the fraction's or a leading `0.`, since then the
    /// exponent of its first fraction digit counts (`0.0e126` is accepted, `0e126` is not).
    fn zero_fraction(&self) -> u8 {
        u8::from(self.point + 1 < self.mantissa.len())
    }

    fn digits_between(&self, first: usize, last: usize) -> usize {
        last - first + 1 - usize::from(first < self.point && self.point < last)
    }

    /// The digits from `first` to `last` as an integer; at most 38 of them.
    fn coefficient(&self, first: usize, last: usize) -> u128 {
        self.mantissa[first..=last]
            .iter()
            .filter(|&&byte| byte != b'.')
            .fold(0, |value, digit| value * 10 + u128::from(digit - b'0'))
    }
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn check_magnitude(leading_power: i64) -> Result<(), NumberError> {
    if leading_power > i64::from(NUMBER_MAX_EXPONENT) {
        Err(NumberError::Overflow)
    } else if leading_power < i64::from(NUMBER_MIN_EXPONENT) {
        Err(NumberError::Underflow)
    } else {
        Ok(())
    }
}

/// Drops trailing zeros and checks digits and range.
fn normalise(coefficient: i128, exponent: i32) -> Result<Number, NumberError> {
    normalise_parts(coefficient < 0, coefficient.unsigned_abs(), exponent)
}

fn normalise_parts(
    is_negative: bool,
    mut magnitude: u128,
    mut exponent: i32,
) -> Result<Number, NumberError> {
    if magnitude == 0 {
        return Ok(Number::ZERO);
    }
    while magnitude.is_multiple_of(10) {
        magnitude /= 10;
        exponent += 1;
    }
    if magnitude >= TEN_POW_38 {
        return Err(NumberError::Overflow);
    }
    check_magnitude(i64::from(exponent) + decimal_length(magnitude) as i64 - 1)?;
    let signed = i128::try_from(magnitude).expect("38 digits fit 127 bits");
    let exponent = i16::try_from(exponent).expect("the range check bounds the exponent");
    Ok(Number::raw(
        if is_negative { -signed } else { signed },
        exponent,
    ))
}

fn decimal_length(magnitude: u128) -> usize {
    magnitude.checked_ilog10().map_or(1, |log| log as usize + 1)
}

#[cfg(test)]
mod tests;
