//! Constraints of one text: length, pattern, words, and a table's name or ARN.
//!
//! Owns the patterns of the model, each matched by hand; a test asks that every pattern of the table is known here.
//! Lengths are counted as the service counts them, in UTF-16 units.

use super::shape::{Length, Shape};
use crate::error::Rule;
use crate::limits::ATTRIBUTE_NAME_BYTES;

/// The pattern of table, index and backup names.
const NAME: &str = "[a-zA-Z0-9_.-]+";

/// Bounds of a table's name; its ARN may be longer.
const TABLE_NAME: Length = Length { min: 3, max: 255 };

/// Most characters of a table's ARN.
const TABLE_ARN: u64 = 1024;

/// The constraints that a text breaks, in the order they are told.
pub(super) fn broken(shape: &Shape, text: &str) -> Vec<Rule> {
    match shape {
        Shape::Table => broken_table(text),
        Shape::Text {
            length,
            pattern,
            words,
        } => {
            let mut rules = Vec::new();
            if !words.is_empty() && !words.contains(&text) {
                rules.push(Rule::Words(words));
            }
            if !matches(pattern, text) {
                rules.push(Rule::Pattern(pattern));
            }
            rules.extend(broken_length(*length, text));
            rules
        }
        _ => Vec::new(),
    }
}

/// Whether a text breaks any constraint.
pub(super) fn is_broken(shape: &Shape, text: &str) -> bool {
    match shape {
        Shape::Text {
            length,
            pattern: "",
            words: [],
        } => broken_length(*length, text).is_some(),
        _ => !broken(shape, text).is_empty(),
    }
}

/// All constraints of a text, in the order the service lists them for elements, keys and values.
pub(super) fn rules(shape: &Shape) -> Vec<Rule> {
    let (length, pattern, words): (_, _, &'static [_]) = match shape {
        Shape::Table => (TABLE_NAME, NAME, &[]),
        Shape::Text {
            length,
            pattern,
            words,
        } => (*length, *pattern, words),
        _ => return Vec::new(),
    };
    let mut rules = Vec::new();
    if length.max != u64::MAX {
        rules.push(Rule::MaxLength(length.max));
    }
    if length.min != 0 {
        rules.push(Rule::MinLength(length.min));
    }
    if !pattern.is_empty() {
        rules.push(Rule::Pattern(pattern));
    }
    if !words.is_empty() {
        rules.push(Rule::Words(words));
    }
    rules
}

fn broken_length(length: Length, text: &str) -> Option<Rule> {
    // A UTF-16 unit stands for one to three bytes.
    let bytes = text.len() as u64;
    if bytes <= length.max && bytes >= length.min.saturating_mul(3) {
        return None;
    }
    let units = text.encode_utf16().count() as u64;
    if units < length.min {
        Some(Rule::MinLength(length.min))
    } else if units > length.max && length.max != ATTRIBUTE_NAME_BYTES as u64 {
        // Names of attributes are measured in bytes where values are read, and told in words of their own.
        // Observed: fixtures/conformance/update_item/limits.json
        Some(Rule::MaxLength(length.max))
    } else {
        None
    }
}

/// A name has the constraints of names, an ARN only a length, and the name inside it those of names again.
fn broken_table(text: &str) -> Vec<Rule> {
    if text.is_empty() {
        return vec![Rule::MinLength(1)];
    }
    let name = if text.starts_with("arn:") {
        if text.len() as u64 > TABLE_ARN {
            return vec![Rule::MaxLength(TABLE_ARN)];
        }
        match text.split_once(":table/") {
            Some((_, rest)) => rest.split('/').next().unwrap_or(rest),
            // Not a table's ARN: the operation refuses it in its own words.
            None => return Vec::new(),
        }
    } else {
        text
    };
    let mut rules = Vec::new();
    if !matches(NAME, name) {
        rules.push(Rule::Pattern(NAME));
    }
    rules.extend(broken_length(TABLE_NAME, name));
    rules
}

/// Whether a text matches a pattern of the model in full; a pattern that is not known accepts everything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern {
        NAME => {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        }
        r"^[^\$]+$" => !text.is_empty() && !text.contains('$'),
        r"([0-9a-f]{16})+" => {
            !text.is_empty() && text.len().is_multiple_of(16) && text.bytes().all(is_lower_hex)
        }
        r"[0-9]{12}" => text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()),
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}" => is_uuid(text),
        r"^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$" => is_framed(text, 2, |byte| b"_.-".contains(&byte)),
        r"[A-Za-z0-9][A-Za-z0-9\-\_\.]{0,126}[A-Za-z0-9]" => {
            text.len() <= 128 && is_framed(text, 2, |byte| b"_.-".contains(&byte))
        }
        r"[,;:|\t ]" => text.len() == 1 && text.bytes().all(|byte| b",;:|\t ".contains(&byte)),
        r"[\x20-\x21\x23-\x2B\x2D-\x7E]*" => text
            .bytes()
            .all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b','),
        r"\p{Print}+" => !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
        r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*" => {
            text.chars().all(|char| {
                char >= ' ' && !"\u{FFFE}\u{FFFF}".contains(char) || "\r\n\t".contains(char)
            })
        }
        _ => true,
    }
}

fn is_lower_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

fn is_uuid(text: &str) -> bool {
    let mut groups = text.split('-');
    let lengths = [8, 4, 4, 4, 12];
    let all = lengths.iter().all(|length| {
        let group = groups.next();
        group.is_some_and(|group| group.len() == *length && group.bytes().all(is_lower_hex))
    });
    all && groups.next().is_none()
}

/// Letters and digits at both ends, `inner` allowed between them.
fn is_framed(text: &str, least: usize, inner: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    bytes.len() >= least
        && ends.into_iter().flatten().all(u8::is_ascii_alphanumeric)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || inner(*byte))
}

#[cfg(test)]
mod tests {
    use super::super::table::INPUTS;
    use super::*;

    /// Texts that match and texts that do not, for every pattern of the table.
    const SAMPLES: &[(&str, &[&str], &[&str])] = &[
        (NAME, &["a", "A-z_0.9"], &["", "a b", "é", "a!"]),
        (r"^[^\$]+$", &["a"], &["", "a$"]),
        (
            r"([0-9a-f]{16})+",
            &["0123456789abcdef"],
            &["", "0", "0123456789abcdeF"],
        ),
        (r"[0-9]{12}", &["012345678901"], &["", "0123456789012"]),
        (
            r"^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$",
            &["ab", "a.b-c_d"],
            &["", "a", ".ab", "ab-"],
        ),
        (r"[,;:|\t ]", &[",", "\t"], &["", "a", ",,"]),
        (
            r"[\x20-\x21\x23-\x2B\x2D-\x7E]*",
            &["", "a b!"],
            &["\"", ",", "\t", "é"],
        ),
        (r"\p{Print}+", &["a b"], &["", "\t"]),
        (
            r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*",
            &["", "a\r\n\té"],
            &["\u{1}", "\u{FFFF}"],
        ),
    ];

    fn collect(shape: &'static Shape, into: &mut Vec<&'static str>) {
        match shape {
            Shape::Structure { members, .. } => {
                members
                    .iter()
                    .for_each(|member| collect(member.shape, into));
            }
            Shape::List { element, .. } => collect(element, into),
            Shape::Map { key, value, .. } => {
                collect(key, into);
                collect(value, into);
            }
            Shape::Text { pattern, .. } if !pattern.is_empty() => into.push(pattern),
            _ => {}
        }
    }

    #[test]
    fn every_pattern_of_the_table_is_known() {
        let mut patterns = Vec::new();
        for (_, input) in INPUTS {
            collect(input, &mut patterns);
        }
        for pattern in patterns {
            let known = SAMPLES.iter().find(|(sample, ..)| *sample == pattern);
            let (_, good, bad) = known.unwrap_or_else(|| panic!("{pattern} is not known"));
            assert!(good.iter().all(|text| matches(pattern, text)), "{pattern}");
            assert!(!bad.iter().any(|text| matches(pattern, text)), "{pattern}");
        }
    }
}
