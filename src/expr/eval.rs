//! A condition against an item. Nothing is cloned and nothing can fail: what does not fit is false.

use std::cmp::Ordering;

use crate::expr::ast::{Comparator, Condition, Operand};
use crate::types::{Attr, Item, Number};

/// What a condition is as a value.
static TRUE: Attr = Attr::Bool(true);
static FALSE: Attr = Attr::Bool(false);

/// What an operand is, for one item.
#[derive(Clone, Copy)]
enum Found<'a> {
    Attr(&'a Attr),
    Size(Number),
}

impl Condition {
    /// Whether the condition holds for an item; a missing item is an empty one.
    pub fn holds(&self, item: &Item) -> bool {
        match self {
            Condition::And(parts) => parts.iter().all(|part| part.holds(item)),
            Condition::Or(parts) => parts.iter().any(|part| part.holds(item)),
            Condition::Not(inner) => !inner.holds(item),
            Condition::Compare {
                left,
                comparator,
                right,
            } => compare(left.find(item), *comparator, right.find(item)),
            Condition::Between {
                operand,
                lower,
                upper,
            } => {
                let operand = operand.find(item);
                compare(operand, Comparator::GreaterOrEqual, lower.find(item))
                    && compare(operand, Comparator::LessOrEqual, upper.find(item))
            }
            Condition::In { operand, choices } => {
                let operand = operand.find(item);
                choices
                    .iter()
                    .any(|choice| compare(operand, Comparator::Equal, choice.find(item)))
            }
            Condition::Exists(path) => path.get(item).is_some(),
            Condition::Missing(path) => path.get(item).is_none(),
            Condition::TypeIs { operand, kind } => match operand.find(item) {
                Some(Found::Attr(value)) => value.kind() == *kind,
                Some(Found::Size(_)) => *kind == crate::types::AttrType::N,
                None => false,
            },
            Condition::BeginsWith { operand, prefix } => {
                match (operand.find(item), prefix.find(item)) {
                    (Some(Found::Attr(value)), Some(Found::Attr(prefix))) => {
                        begins_with(value, prefix)
                    }
                    _ => false,
                }
            }
            Condition::Contains { container, member } => {
                match (container.find(item), member.find(item)) {
                    (Some(Found::Attr(container)), Some(Found::Attr(member))) => {
                        contains(container, member)
                    }
                    (Some(Found::Attr(container)), Some(Found::Size(size))) => {
                        contains(container, &Attr::N(size))
                    }
                    _ => false,
                }
            }
        }
    }
}

impl Operand {
    fn find<'a>(&'a self, item: &'a Item) -> Option<Found<'a>> {
        match self {
            Operand::Path(path) => path.get(item).map(Found::Attr),
            Operand::Value(value) => Some(Found::Attr(value)),
            Operand::Size(inner) => match inner.find(item)? {
                Found::Attr(value) => size(value).map(Found::Size),
                Found::Size(_) => None,
            },
            Operand::Truth(condition) => {
                let value = if condition.holds(item) { &TRUE } else { &FALSE };
                Some(Found::Attr(value))
            }
        }
    }
}

/// Different types and missing operands are unequal and without order.
fn compare(left: Option<Found<'_>>, comparator: Comparator, right: Option<Found<'_>>) -> bool {
    let (Some(left), Some(right)) = (left, right) else {
        // Two missing attributes are not equal either.
        return comparator == Comparator::NotEqual;
    };
    match comparator {
        Comparator::Equal => equal(left, right),
        Comparator::NotEqual => !equal(left, right),
        Comparator::Less => order(left, right).is_some_and(Ordering::is_lt),
        Comparator::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        Comparator::Greater => order(left, right).is_some_and(Ordering::is_gt),
        Comparator::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
    }
}

fn equal(left: Found<'_>, right: Found<'_>) -> bool {
    match (left, right) {
        (Found::Attr(one), Found::Attr(two)) => one == two,
        _ => order(left, right) == Some(Ordering::Equal),
    }
}

fn order(left: Found<'_>, right: Found<'_>) -> Option<Ordering> {
    match (left, right) {
        (Found::Attr(one), Found::Attr(two)) => one.compare(two),
        (Found::Size(one), Found::Size(two)) => Some(one.cmp(&two)),
        (Found::Size(one), Found::Attr(Attr::N(two))) => Some(one.cmp(two)),
        (Found::Attr(Attr::N(one)), Found::Size(two)) => Some(one.cmp(&two)),
        _ => None,
    }
}

/// Length of strings, in UTF-16 as the service's language counts it; bytes of binaries; members of sets, lists and maps.
/// Other types have no size.
// Observed: fixtures/conformance/scan/size_of_text.json
fn size(value: &Attr) -> Option<Number> {
    let size = match value {
        Attr::S(text) => text.encode_utf16().count(),
        Attr::B(bytes) => bytes.len(),
        Attr::L(list) => list.len(),
        Attr::M(map) => map.len(),
        Attr::Ss(set) => set.len(),
        Attr::Ns(set) => set.len(),
        Attr::Bs(set) => set.len(),
        Attr::N(_) | Attr::Bool(_) | Attr::Null => return None,
    };
    Some(Number::from(size as u64))
}

fn begins_with(value: &Attr, prefix: &Attr) -> bool {
    match (value, prefix) {
        (Attr::S(value), Attr::S(prefix)) => value.starts_with(prefix.as_str()),
        (Attr::B(value), Attr::B(prefix)) => value.starts_with(prefix),
        _ => false,
    }
}

fn contains(container: &Attr, member: &Attr) -> bool {
    match (container, member) {
        (Attr::S(text), Attr::S(part)) => text.contains(part.as_str()),
        (Attr::B(bytes), Attr::B(part)) => contains_bytes(bytes, part),
        (Attr::Ss(set), Attr::S(member)) => set.binary_search(member).is_ok(),
        (Attr::Ns(set), Attr::N(member)) => set.binary_search(member).is_ok(),
        (Attr::Bs(set), Attr::B(member)) => set.binary_search(member).is_ok(),
        (Attr::L(list), member) => list.contains(member),
        _ => false,
    }
}

/// Knuth, Morris and Pratt: linear in both lengths, whatever a client stores.
fn contains_bytes(bytes: &[u8], part: &[u8]) -> bool {
    if part.len() > bytes.len() {
        return false;
    }
    // fallback[n]: how much of the part is still matched when byte n of it does not follow.
    let mut fallback = vec![0; part.len()];
    let mut matched = 0;
    for (place, byte) in part.iter().enumerate().skip(1) {
        while matched > 0 && part[matched] != *byte {
            matched = fallback[matched - 1];
        }
        if part[matched] == *byte {
            matched += 1;
        }
        fallback[place] = matched;
    }
    matched = 0;
    for byte in bytes {
        if matched == part.len() {
            break;
        }
        while matched > 0 && part[matched] != *byte {
            matched = fallback[matched - 1];
        }
        if part[matched] == *byte {
            matched += 1;
        }
    }
    matched == part.len()
}

#[cfg(test)]
mod tests;
