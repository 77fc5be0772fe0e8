//! What stands before a colon: free names, the members of a structure, the datatypes of a value.
//!
//! Owns their visitors, none of which keeps a text it does not need, what each datatype holds, and the rule that of two
//! entries with one name the last counts.

use super::shape::{BYTES, FLAG, Length, Member, Shape, TEXT, VALUE};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Drops all but the last of entries that share a name; the order of the rest stays.
pub(super) fn keep_last<T>(mut entries: Vec<(Cow<'_, str>, T)>) -> Vec<(Cow<'_, str>, T)> {
    /// Up to here comparing each pair is quicker than sorting.
    const FEW: usize = 24;
    let mut stale = vec![];
    if entries.len() <= FEW {
        for (at, (name, _)) in entries.iter().enumerate() {
            if entries[at + 1..].iter().any(|(later, _)| later == name) {
                stale.push(at);
            }
        }
    } else {
        let mut order: Vec<u32> = (0..entries.len() as u32).collect();
        order.sort_by(|left, right| entries[*left as usize].0.cmp(&entries[*right as usize].0));
        for pair in order.windows(2) {
            if entries[pair[0] as usize].0 == entries[pair[1] as usize].0 {
                stale.push(pair[0] as usize);
            }
        }
        stale.sort_unstable();
    }
    if !stale.is_empty() {
        let mut at = 0;
        let mut stale = stale.into_iter().peekable();
        entries.retain(|_| {
            let drop = stale.next_if_eq(&at).is_some();
            at += 1;
            !drop
        });
    }
    entries
}

/// An object's name, borrowed where it holds no escapes.
pub(super) struct Name<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D>(deserializer: D) -> Result<Self, D::Error>
    where
        D: Deserializer<'de>,
    {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// Finds the member of a name; absent for unknown names.
pub(super) struct MemberName(pub(super) &'static [Member]);

impl<'de> DeserializeSeed<'de> for MemberName {
    type Value = Option<&'static Member>;

    fn deserialize<D>(self, deserializer: D) -> Result<Self::Value, D::Error>
    where
        D: Deserializer<'de>,
    {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for MemberName {
    type Value = Option<&'static Member>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|member| member.name == name))
    }
}

/// The name of a datatype.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    S,
    N,
    B,
    Bool,
    Null,
    L,
    M,
    Ss,
    Ns,
    Bs,
}

static TEXTS: Shape = Shape::List {
    element: &TEXT,
    length: Length::ANY,
};
static BINARIES: Shape = Shape::List {
    element: &BYTES,
    length: Length::ANY,
};
static VALUES: Shape = Shape::List {
    element: &VALUE,
    length: Length::ANY,
};
static ENTRIES: Shape = Shape::Map {
    key: &TEXT,
    value: &VALUE,
    length: Length::ANY,
};

impl Tag {
    /// What the datatype holds.
    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Self::S | Self::N => &TEXT,
            Self::B => &BYTES,
            Self::Bool | Self::Null => &FLAG,
            Self::L => &VALUES,
            Self::M => &ENTRIES,
            Self::Ss | Self::Ns => &TEXTS,
            Self::Bs => &BINARIES,
        }
    }
}

/// A member name of a value; absent when it is no datatype.
pub(super) struct TagName(pub(super) Option<Tag>);

impl<'de> Deserialize<'de> for TagName {
    fn deserialize<D>(deserializer: D) -> Result<Self, D::Error>
    where
        D: Deserializer<'de>,
    {
        deserializer.deserialize_str(TagVisitor)
    }
}

struct TagVisitor;

impl Visitor<'_> for TagVisitor {
    type Value = TagName;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a datatype")
    }

    fn visit_str<E>(self, name: &str) -> Result<TagName, E> {
        Ok(TagName(match name {
            "S" => Some(Tag::S),
            "N" => Some(Tag::N),
            "B" => Some(Tag::B),
            "BOOL" => Some(Tag::Bool),
            "NULL" => Some(Tag::Null),
            "L" => Some(Tag::L),
            "M" => Some(Tag::M),
            "SS" => Some(Tag::Ss),
            "NS" => Some(Tag::Ns),
            "BS" => Some(Tag::Bs),
            _ => None,
        }))
    }
}
