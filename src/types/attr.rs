//! `Attr`: one attribute value of any of the ten types, its type names, equality, ordering and byte cost.
//!
//! Sets are kept sorted (bytes, or numeric value) and without repeats by whoever builds one, so the derived
//! equality is the service's own: sets without order, numbers by value, maps by content, lists in order.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::types::item::Item;
use crate::types::number::Number;

/// An attribute value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attr {
    /// String.
    S(String),
    /// Number.
    N(Number),
    /// Binary.
    B(Vec<u8>),
    /// Boolean.
    Bool(bool),
    /// The null value.
    Null,
    /// List.
    L(Vec<Attr>),
    /// Map.
    M(Item),
    /// String set: sorted by bytes, unique, not empty.
    Ss(Vec<String>),
    /// Number set: sorted by value, unique, not empty.
    Ns(Vec<Number>),
    /// Binary set: sorted by bytes, unique, not empty.
    Bs(Vec<Vec<u8>>),
}

/// The ten types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AttrType {
    /// String.
    S,
    /// Number.
    N,
    /// Binary.
    B,
    /// Boolean.
    Bool,
    /// Null.
    Null,
    /// List.
    L,
    /// Map.
    M,
    /// String set.
    Ss,
    /// Number set.
    Ns,
    /// Binary set.
    Bs,
}

impl AttrType {
    /// Every type, with its tag on the wire and the long name that some messages use.
    const NAMES: [(AttrType, &'static str, &'static str); 10] = [
        (AttrType::S, "S", "STRING"),
        (AttrType::N, "N", "NUMBER"),
        (AttrType::B, "B", "BINARY"),
        (AttrType::Bool, "BOOL", "BOOLEAN"),
        (AttrType::Null, "NULL", "NULL"),
        (AttrType::L, "L", "LIST"),
        (AttrType::M, "M", "MAP"),
        (AttrType::Ss, "SS", "STRING_SET"),
        (AttrType::Ns, "NS", "NUMBER_SET"),
        (AttrType::Bs, "BS", "BINARY_SET"),
    ];

    /// The tag on the wire: `S`, `BOOL`, `NS` and so on.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// The long name of update errors: `STRING`, `NUMBER`, `LIST` and so on.
    pub fn long_name(self) -> &'static str {
        Self::NAMES[self as usize].2
    }

    /// The type of a wire tag.
    pub fn from_name(name: &str) -> Option<AttrType> {
        Self::NAMES
            .iter()
            .find(|row| row.1 == name)
            .map(|row| row.0)
    }

    /// Whether values of this type can be key attributes and be ordered.
    pub fn is_scalar_key(self) -> bool {
        matches!(self, AttrType::S | AttrType::N | AttrType::B)
    }
}

impl Attr {
    /// The type of this value.
    pub fn kind(&self) -> AttrType {
        match self {
            Attr::S(_) => AttrType::S,
            Attr::N(_) => AttrType::N,
            Attr::B(_) => AttrType::B,
            Attr::Bool(_) => AttrType::Bool,
            Attr::Null => AttrType::Null,
            Attr::L(_) => AttrType::L,
            Attr::M(_) => AttrType::M,
            Attr::Ss(_) => AttrType::Ss,
            Attr::Ns(_) => AttrType::Ns,
            Attr::Bs(_) => AttrType::Bs,
        }
    }

    /// Bytes that the service charges for this value. Lists and maps cost 3 and 1 an element besides their
    /// content; sets cost their members alone.
    pub fn byte_size(&self) -> usize {
        match self {
            Attr::S(text) => text.len(),
            Attr::N(number) => number.byte_size(),
            Attr::B(bytes) => bytes.len(),
            Attr::Bool(_) | Attr::Null => 1,
            Attr::L(list) => {
                3 + list
                    .iter()
                    .map(|element| 1 + element.byte_size())
                    .sum::<usize>()
            }
            Attr::M(map) => 3 + map.len() + map.byte_size(),
            Attr::Ss(set) => set.iter().map(String::len).sum(),
            Attr::Ns(set) => set.iter().map(|member| member.byte_size()).sum(),
            Attr::Bs(set) => set.iter().map(Vec::len).sum(),
        }
    }

    /// The order of two values of one type among S, N and B; `None` for every other pair.
    pub fn compare(&self, other: &Attr) -> Option<Ordering> {
        match (self, other) {
            (Attr::S(a), Attr::S(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Attr::N(a), Attr::N(b)) => Some(a.cmp(b)),
            (Attr::B(a), Attr::B(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Levels of nesting: 1 for a scalar or a set, one more for each list or map around one.
    /// Recursion is bounded: every reader refuses values beyond a fixed depth before one is built.
    pub fn depth(&self) -> usize {
        match self {
            Attr::L(list) => 1 + list.iter().map(Attr::depth).max().unwrap_or(0),
            Attr::M(map) => {
                1 + map
                    .iter()
                    .map(|(_, value)| value.depth())
                    .max()
                    .unwrap_or(0)
            }
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_enum() {
        for (place, (kind, name, _)) in AttrType::NAMES.iter().enumerate() {
            assert_eq!(*kind as usize, place);
            assert_eq!(AttrType::from_name(name), Some(*kind));
        }
        assert_eq!(AttrType::from_name("string"), None);
    }

    #[test]
    fn documents_cost_three_and_one_an_element() {
        let list = Attr::L(vec![Attr::N(Number::from(1u64)), Attr::S("ab".into())]);
        assert_eq!(list.byte_size(), 3 + (1 + 2) + (1 + 2));
        let map = Attr::M(Item::from_iter([("k".to_owned(), Attr::Bool(true))]));
        assert_eq!(map.byte_size(), 3 + 1 + 1 + 1);
    }
}
