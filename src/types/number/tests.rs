//! Tables of texts, and properties against a plain big-decimal oracle.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Number {
    Number::parse(text, ExponentWidth::Bits64).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn check_print(text: &str, expected: &str) {
    assert_eq!(read(text).to_string(), expected, "{text}");
}

fn check_error(text: &str, expected: NumberError) {
    assert_eq!(
        Number::parse(text, ExponentWidth::Bits64),
        Err(expected),
        "{text}"
    );
}

#[test]
fn prints_canonically() {
    for (text, expected) in [
        ("0", "0"),
        ("-0", "0"),
        ("+1", "1"),
        ("0042", "42"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.e5", "100000"),
        ("1e3", "1000"),
        ("1.200", "1.2"),
        ("-123.4560", "-123.456"),
        ("100.5", "100.5"),
        ("0e125", "0"),
        ("0.0e126", "0"),
        ("0.1e126", &format!("1{}", "0".repeat(125))),
        ("1E125", &format!("1{}", "0".repeat(125))),
        ("1e-130", &format!("0.{}1", "0".repeat(129))),
        (
            "99999999999999999999999999999999999999",
            "99999999999999999999999999999999999999",
        ),
    ] {
        check_print(text, expected);
    }
}

#[test]
fn refuses_what_the_service_refuses() {
    use NumberError::*;
    for text in [
        "",
        "+",
        "-",
        ".",
        "e5",
        "1e",
        "1e+",
        "+e2",
        "1+2",
        "1.2.3",
        "0x10",
        " 1",
        "1 ",
        "NaN",
        "Infinity",
        "--1",
        "1e9223372036854775808",
    ] {
        check_error(text, NotANumber);
    }
    for text in [
        "1e126",
        "0e126",
        "10e125",
        "-1e126",
        "1e2147483647",
        "1e99999999999",
    ] {
        check_error(text, Overflow);
    }
    for text in ["1e-131", "0e-131", "0.1e-130", "1e-99999999999"] {
        check_error(text, Underflow);
    }
    for text in [
        "100000000000000000000000000000000000001",
        "0.100000000000000000000000000000000000001",
        "1234567890123456789012345678901234567.89",
    ] {
        check_error(text, TooManyDigits);
    }
}

#[test]
fn the_older_layer_reads_exponents_of_32_bits() {
    let older = |text| Number::parse(text, ExponentWidth::Bits32);
    assert_eq!(older("1e2147483647"), Err(NumberError::Underflow));
    assert_eq!(older("1e99999999999"), Err(NumberError::NotANumber));
    assert_eq!(older("1e126"), Err(NumberError::Overflow));
}

#[test]
fn costs_the_bytes_of_the_table_in_the_notes() {
    for (text, bytes) in [
        ("0", 1),
        ("1", 2),
        ("12", 2),
        ("123", 3),
        ("1234", 3),
        ("0042", 2),
        ("100", 2),
        ("1010", 3),
        ("0.0000001", 2),
        ("1E125", 2),
        ("1E-100", 2),
        ("1.5", 3),
        ("15", 2),
        ("1.200", 3),
        ("1.234", 4),
        ("3.14159", 5),
        ("123456", 4),
        ("100.5", 4),
        ("0.15", 2),
        ("-42", 3),
        ("-0", 1),
        ("12345678901234567890123456789012345678", 20),
    ] {
        assert_eq!(read(text).byte_size(), bytes, "{text}");
    }
}

#[test]
fn adds_exactly_or_overflows() {
    let plus = |a: &str, b: &str| read(a).plus(read(b)).map(|sum| sum.to_string());
    assert_eq!(plus("0.1", "0.2"), Ok("0.3".into()));
    assert_eq!(
        plus("1e37", "1"),
        Ok("10000000000000000000000000000000000001".into())
    );
    assert_eq!(plus("1e38", "1"), Err(NumberError::Overflow));
    assert_eq!(plus("1e50", "1"), Err(NumberError::Overflow));
    assert_eq!(plus("9.9e125", "1e125"), Err(NumberError::Overflow));
    assert_eq!(
        plus("99999999999999999999999999999999999999", "1"),
        Ok(format!("1{}", "0".repeat(38)))
    );
    assert_eq!(read("5").minus(read("5")), Ok(Number::ZERO));
    assert_eq!(
        read("1e-130")
            .minus(read("1.1e-129"))
            .map(|n| n.to_string()),
        Ok(format!("-0.{}1", "0".repeat(128)))
    );
}

/// Any number of the service, as coefficient and exponent.
pub(crate) fn any_number() -> impl Strategy<Value = Number> {
    let digits = prop_oneof![0u128..1000, 0u128..TEN_POW_38];
    (digits, -130i16..126, any::<bool>()).prop_filter_map(
        "out of range",
        |(digits, exponent, negative)| {
            let coefficient = i128::try_from(digits).ok()?;
            Number::from_parts(if negative { -coefficient } else { coefficient }, exponent)
        },
    )
}

/// Big-decimal oracle: every number of the service as base-10 digits, the first for 10^130.
fn oracle(number: Number) -> (bool, Vec<u8>) {
    let digits = number.digits();
    let mut text = vec![0u8; 340];
    let first = usize::try_from(131 - i32::from(digits.point)).expect("a point is at most 126");
    for (place, digit) in digits.as_slice().iter().enumerate() {
        text[first + place] = *digit;
    }
    (digits.negative, text)
}

fn oracle_add(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut sum = vec![0; a.len()];
    let mut carry = 0;
    for place in (0..a.len()).rev() {
        let digit = a[place] + b[place] + carry;
        sum[place] = digit % 10;
        carry = digit / 10;
    }
    sum
}

fn oracle_subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut difference = vec![0; a.len()];
    let mut borrow = 0i8;
    for place in (0..a.len()).rev() {
        let digit = a[place] as i8 - b[place] as i8 - borrow;
        borrow = i8::from(digit < 0);
        difference[place] = (digit + 10 * borrow) as u8;
    }
    difference
}

#[test]
fn sums_of_38_digits_have_operands_beyond_127_bits() {
    for (a, b, expected) in [
        (
            "0.0017014118346046923173168730371588410573",
            "-0.00070141183460469639438951781377060980641",
            "0.00099999999999999592292735522338823125089",
        ),
        (
            "99999999999999999999999999999999999995",
            "99999999999999999999999999999999999995",
            "199999999999999999999999999999999999990",
        ),
    ] {
        assert_eq!(read(a).plus(read(b)), Ok(read(expected)));
    }
}

proptest! {
    #[test]
    fn text_round_trips(number in any_number()) {
        prop_assert_eq!(read(&number.to_string()), number);
    }

    #[test]
    fn order_is_the_oracles(a in any_number(), b in any_number()) {
        let ((a_negative, a_digits), (b_negative, b_digits)) = (oracle(a), oracle(b));
        let expected = match (a_negative, b_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => a_digits.cmp(&b_digits),
            (true, true) => b_digits.cmp(&a_digits),
        };
        prop_assert_eq!(a.cmp(&b), expected);
    }

    #[test]
    fn sums_are_the_oracles(a in any_number(), b in any_number()) {
        let ((a_negative, a_digits), (b_negative, b_digits)) = (oracle(a), oracle(b));
        let (negative, digits) = if a_negative == b_negative {
            (a_negative, oracle_add(&a_digits, &b_digits))
        } else if a_digits >= b_digits {
            (a_negative, oracle_subtract(&a_digits, &b_digits))
        } else {
            (b_negative, oracle_subtract(&b_digits, &a_digits))
        };
        let significant = digits.iter().position(|&d| d != 0).map_or(0, |first| {
            digits.iter().rposition(|&d| d != 0).expect("one digit is not zero") - first + 1
        });
        match a.plus(b) {
            Ok(sum) if sum.is_zero() => prop_assert_eq!(significant, 0),
            Ok(sum) => prop_assert_eq!(oracle(sum), (negative, digits)),
            Err(NumberError::Overflow) => prop_assert!(significant > 38 || digits[4] != 0, "{} {}", a, b),
            Err(error) => prop_assert!(false, "{:?}", error),
        }
    }
}
