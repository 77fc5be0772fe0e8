//! Reads a request body through a shape: the type pass.
//!
//! Owns the JSON visitors. Members that the shape does not know are skipped without being kept. The first type error in
//! document order is remembered and from then on everything is skipped, so that a later syntax error still wins and a wrong
//! request costs no memory. Recursion ends at `MAX_DEPTH` levels; what is skipped is skipped without recursion.

use super::json::{Entries, Json, Value};
use super::keys::{MemberName, Name, Tag, TagName, keep_last};
use super::scalar::{MISPLACED_OBJECT, Place, Scalar, convert, misplaced_array};
use super::shape::{Member, Shape, VALUE};
use crate::error::Fault;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

/// Most levels of JSON that are read: values nested 110 deep still come through, the stack stays small.
const MAX_DEPTH: u16 = 224;

/// A body read through its shape.
pub(super) struct Body<'a> {
    /// The tree; a structure.
    pub(super) tree: Json<'a>,
    /// How many levels of arrays and objects the known members have, the body itself included.
    pub(super) depth: u16,
}

/// Reads a body.
pub(super) fn read<'a>(input: &'static Shape, body: &'a [u8]) -> Result<Body<'a>, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| Fault::syntax())?;
    let reader = Reader::default();
    let mut json = serde_json::Deserializer::from_str(text);
    json.disable_recursion_limit();
    let seed = reader.seed(input, Place::Member, 1);
    let tree = seed.deserialize(&mut json).map_err(|_| Fault::syntax())?;
    json.end().map_err(|_| Fault::syntax())?;
    if !matches!(tree, Json::Structure(_)) {
        return Err(Fault::syntax());
    }
    match reader.refusal.into_inner() {
        Some(text) => Err(Fault::serialization(text)),
        None => Ok(Body {
            tree,
            depth: reader.deepest.get(),
        }),
    }
}

/// Whether a body is JSON at all.
pub(super) fn is_json(body: &[u8]) -> bool {
    let mut json = serde_json::Deserializer::from_slice(body);
    IgnoredAny::deserialize(&mut json).is_ok() && json.end().is_ok()
}

/// What one reading shares: the first type error and the depth reached.
#[derive(Default)]
struct Reader {
    refusal: RefCell<Option<String>>,
    deepest: Cell<u16>,
}

impl Reader {
    fn seed(&self, shape: &'static Shape, place: Place, depth: u16) -> Seed<'_> {
        Seed {
            reader: self,
            shape,
            place,
            depth,
        }
    }

    fn refuse<'a>(&self, text: String) -> Json<'a> {
        self.refusal.borrow_mut().get_or_insert(text);
        Json::Null
    }

    fn has_refused(&self) -> bool {
        self.refusal.borrow().is_some()
    }

    fn enter<E: Error>(&self, depth: u16) -> Result<(), E> {
        if depth > MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        self.deepest.set(self.deepest.get().max(depth));
        Ok(())
    }
}

/// Reads one value of a shape; also the visitor that does it.
#[derive(Clone, Copy)]
struct Seed<'r> {
    reader: &'r Reader,
    shape: &'static Shape,
    place: Place,
    depth: u16,
}

impl<'r> Seed<'r> {
    fn inner(self, shape: &'static Shape, place: Place) -> Seed<'r> {
        self.reader.seed(shape, place, self.depth + 1)
    }

    fn scalar(self, scalar: Scalar<'_>) -> Json<'_> {
        convert(self.shape, scalar, self.place).unwrap_or_else(|text| self.reader.refuse(text))
    }

    fn read_structure<'de, A>(
        self,
        members: &'static [Member],
        mut map: A,
    ) -> Result<Json<'de>, A::Error>
    where
        A: MapAccess<'de>,
    {
        let mut found: Vec<(&'static Member, Json<'de>)> = Vec::new();
        while let Some(member) = map.next_key_seed(MemberName(members))? {
            let Some(member) = member else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = map.next_value_seed(self.inner(member.shape, Place::Member))?;
            found.retain(|(other, _)| !std::ptr::eq(*other, member));
            if !value.is_null() {
                found.push((member, value));
            }
        }
        Ok(Json::Structure(found))
    }

    fn read_map<'de, A>(self, value: &'static Shape, mut map: A) -> Result<Json<'de>, A::Error>
    where
        A: MapAccess<'de>,
    {
        let mut entries = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            let value = map.next_value_seed(self.inner(value, Place::Element))?;
            if !value.is_null() {
                entries.push((name, value));
            }
        }
        Ok(Json::Map(keep_last(entries)))
    }

    fn read_values<'de, A>(self, mut map: A) -> Result<Json<'de>, A::Error>
    where
        A: MapAccess<'de>,
    {
        let mut entries: Entries<'de> = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            if let Json::Value(value) = map.next_value_seed(self.inner(&VALUE, Place::Element))? {
                push(&mut entries, (name, value));
            }
        }
        Ok(Json::Values(keep_last(entries)))
    }

    fn read_value<'de, A>(self, mut map: A) -> Result<Json<'de>, A::Error>
    where
        A: MapAccess<'de>,
    {
        let mut value = Value::Untyped;
        let mut found = None;
        let mut many = false;
        while let Some(TagName(tag)) = map.next_key()? {
            let Some(tag) = tag else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let inner = self.inner(tag.shape(), Place::Member);
            let content = match tag {
                Tag::S => map.next_value_seed(TextSeed(inner))?.map(Value::S),
                Tag::N => map.next_value_seed(TextSeed(inner))?.map(Value::N),
                _ => self.tagged(tag, map.next_value_seed(inner)?),
            };
            if let Some(content) = content {
                many |= found.is_some_and(|other| other != tag);
                found = Some(tag);
                value = content;
            }
        }
        Ok(Json::Value(if many { Value::Many } else { value }))
    }

    /// The content of a datatype, which the tag's shape has already brought to the right type; absent for `null`.
    fn tagged(self, tag: Tag, content: Json<'_>) -> Option<Value<'_>> {
        Some(match (tag, content) {
            (Tag::B, Json::Bytes(bytes)) => Value::B(bytes),
            (Tag::Bool, Json::Flag(flag)) => Value::Bool(flag),
            (Tag::Null, Json::Flag(flag)) => Value::Null(flag),
            (Tag::M, Json::Values(entries)) => Value::M(entries),
            (Tag::L, Json::List(elements)) => {
                let elements = elements.into_iter();
                Value::L(
                    elements
                        .map(|element| element.into_value().unwrap_or(Value::Untyped))
                        .collect(),
                )
            }
            (Tag::Ss, Json::List(elements)) => Value::Ss(self.texts(elements)),
            (Tag::Ns, Json::List(elements)) => Value::Ns(self.texts(elements)),
            (Tag::Bs, Json::List(elements)) => Value::Bs(self.binaries(elements)),
            _ => return None,
        })
    }

    fn binaries(self, elements: Vec<Json<'_>>) -> Vec<Vec<u8>> {
        let binaries = elements.into_iter().map(|element| match element {
            Json::Bytes(bytes) => bytes,
            _ => self.null_in_set(),
        });
        binaries.collect()
    }

    fn texts(self, elements: Vec<Json<'_>>) -> Vec<Cow<'_, str>> {
        let texts = elements.into_iter().map(|element| match element {
            Json::Text(text) => text,
            _ => self.null_in_set(),
        });
        texts.collect()
    }

    fn null_in_set<T: Default>(self) -> T {
        self.reader.refuse("Unexpected field type".to_owned());
        T::default()
    }
}

/// Pushes without the spare room a vector starts with: nested lists of one would take four times their size.
fn push<T>(all: &mut Vec<T>, one: T) {
    if all.is_empty() {
        all.reserve_exact(1);
    }
    all.push(one);
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn deserialize<D>(self, deserializer: D) -> Result<Json<'de>, D::Error>
    where
        D: Deserializer<'de>,
    {
        if self.reader.has_refused() {
            IgnoredAny::deserialize(deserializer)?;
            return Ok(Json::Null);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(self.scalar(Scalar::Flag(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(self.scalar(Scalar::Integer(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(self.scalar(Scalar::Integer(i64::try_from(number).unwrap_or(i64::MAX))))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(self.scalar(Scalar::Double(number)))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(self.scalar(Scalar::Text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(self.scalar(Scalar::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_seq<A>(self, mut seq: A) -> Result<Json<'de>, A::Error>
    where
        A: SeqAccess<'de>,
    {
        self.reader.enter(self.depth)?;
        let Shape::List { element, .. } = self.shape else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(self.reader.refuse(misplaced_array(self.shape)));
        };
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(self.inner(element, Place::Element))? {
            if !self.reader.has_refused() {
                push(&mut elements, element);
            }
        }
        Ok(Json::List(elements))
    }

    fn visit_map<A>(self, mut map: A) -> Result<Json<'de>, A::Error>
    where
        A: MapAccess<'de>,
    {
        self.reader.enter(self.depth)?;
        match self.shape {
            Shape::Structure { members, .. } => self.read_structure(members, map),
            Shape::Map {
                value: Shape::Value,
                ..
            } => self.read_values(map),
            Shape::Map { value, .. } => self.read_map(value, map),
            Shape::Value => self.read_value(map),
            _ => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(self.reader.refuse(MISPLACED_OBJECT.to_owned()))
            }
        }
    }
}

/// Reads a text straight into its place: most values are texts, and the way through `Json` costs a third of their time.
struct TextSeed<'r>(Seed<'r>);

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D>(self, deserializer: D) -> Result<Self::Value, D::Error>
    where
        D: Deserializer<'de>,
    {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        self.0.scalar(Scalar::Flag(flag));
        Ok(None)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        self.0.scalar(Scalar::Integer(number));
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        self.0.scalar(Scalar::Integer(0));
        Ok(None)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        self.0.scalar(Scalar::Double(number));
        Ok(None)
    }

    fn visit_seq<A>(self, seq: A) -> Result<Self::Value, A::Error>
    where
        A: SeqAccess<'de>,
    {
        self.0.visit_seq(seq)?;
        Ok(None)
    }

    fn visit_map<A>(self, map: A) -> Result<Self::Value, A::Error>
    where
        A: MapAccess<'de>,
    {
        self.0.visit_map(map)?;
        Ok(None)
    }
}
