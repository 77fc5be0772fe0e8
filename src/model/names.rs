//! Names as the service prints them: classes in type errors, member paths in constraint errors.
//!
//! Owns the two casings of a path and the generic class names. A path is a chain of borrowed steps on the stack, so a
//! request without violations builds no text for it.

use super::shape::Shape;

const PACKAGE: &str = "com.amazonaws.dynamodb.v20120810";

/// The class that the service reads a shape into.
pub(super) fn class(shape: &Shape) -> String {
    match shape {
        Shape::Structure { name, .. } => format!("{PACKAGE}.{name}"),
        Shape::Value => format!("{PACKAGE}.AttributeValue"),
        Shape::List { element, .. } => format!("java.util.List<{}>", class(element)),
        Shape::Map { value, .. } => format!("java.util.Map<java.lang.String, {}>", class(value)),
        Shape::Text { .. } | Shape::Table => "java.lang.String".to_owned(),
        Shape::Integer { .. } => "java.lang.Integer".to_owned(),
        Shape::Long { .. } => "java.lang.Long".to_owned(),
        Shape::Double => "java.lang.Double".to_owned(),
        Shape::Flag => "java.lang.Boolean".to_owned(),
        Shape::Bytes => "java.nio.ByteBuffer".to_owned(),
        Shape::Timestamp => "java.util.Date".to_owned(),
    }
}

/// One step from the request to a member.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'p> {
    /// A member of a structure.
    Member(&'static str),
    /// An element of a list, counted from one.
    Element(usize),
    /// An entry of a map.
    Entry(&'p str),
}

/// Where the walker is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path<'p> {
    /// The path without its last step.
    pub(super) parent: Option<&'p Path<'p>>,
    /// The last step.
    pub(super) step: Step<'p>,
}

/// How member names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Casing {
    /// `requestItems`.
    Camel,
    /// `RequestItems`, as requests write them.
    Pascal,
}

impl Path<'_> {
    /// The path as constraint errors print it.
    pub(super) fn print(&self, casing: Casing) -> String {
        let mut out = match self.parent {
            Some(parent) => parent.print(casing) + ".",
            None => String::new(),
        };
        match self.step {
            Step::Member(name) if casing == Casing::Camel => push_camel(&mut out, name),
            Step::Member(name) => out.push_str(name),
            Step::Element(at) => {
                out.push_str(&at.to_string());
                out.push_str(".member");
            }
            Step::Entry(name) => {
                out.push_str(name);
                out.push_str(".member");
            }
        }
        out
    }

    /// Whether the member names of the path, elements and entries left out, are `names` joined by dots.
    pub(super) fn is(&self, names: &str) -> bool {
        match (self.step, self.parent) {
            (Step::Member(name), None) => names == name,
            (Step::Member(name), Some(parent)) => names
                .strip_suffix(name)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|rest| parent.is(rest)),
            (Step::Element(_) | Step::Entry(_), Some(parent)) => parent.is(names),
            (Step::Element(_) | Step::Entry(_), None) => false,
        }
    }
}

/// Appends a member name with its first letter in lower case.
pub(super) fn push_camel(out: &mut String, name: &str) {
    let mut letters = name.chars();
    out.extend(letters.next().map(|first| first.to_ascii_lowercase()));
    out.push_str(letters.as_str());
}
