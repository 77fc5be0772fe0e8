//! The walker over a request: first the types, then the constraints of every member.
//!
//! Owns the order of the two passes, the aggregation of constraint errors and the choice of layer. Rules that need two
//! members, the inside of an attribute value or a table are checked later, by the operation. A sound request is walked
//! once and builds no text; only a refused one is walked again in the order the service tells its errors.

use super::echo::Notation;
use super::json::Json;
use super::names::{Casing, Path, Step};
use super::overrides::{self, CURRENT_DEPTH, FALLING_BACK, Standing};
use super::read;
use super::shape::{Length, Member, Need, Shape};
use super::text;
use crate::error::{Fault, Form, Rule, Violation, Voice};
use std::borrow::Cow;

/// Most violations that are told.
const TOLD: usize = 10;

/// A request whose members have the right types and meet their constraints.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    body: Json<'a>,
    layer: Layer,
}

/// The layer in which the service reads a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    /// The operation's own.
    Usual,
    /// The older one, for requests that the current layer cannot read.
    Older,
}

impl<'a> Checked<'a> {
    /// A member; absent when the request has `null` there or nothing.
    pub fn member(&self, name: &str) -> Option<&Json<'a>> {
        self.body.member(name)
    }

    /// Takes a member out.
    pub fn take(&mut self, name: &str) -> Option<Json<'a>> {
        self.body.take(name)
    }

    /// The whole request.
    pub fn body(&self) -> &Json<'a> {
        &self.body
    }

    /// The whole request, by value.
    pub fn into_body(self) -> Json<'a> {
        self.body
    }

    /// The voice for the faults of later stages: the operation's own, or that of the older layer for a very deep request.
    #[must_use]
    pub fn voice(&self, usual: Voice) -> Voice {
        match self.layer {
            Layer::Usual => usual,
            Layer::Older => usual.lowered(),
        }
    }
}

/// Whether a body is JSON at all; this is asked before the operation and the signature are looked at.
pub fn check_syntax(body: &[u8]) -> Result<(), Fault> {
    if read::is_json(body) {
        Ok(())
    } else {
        Err(Fault::syntax())
    }
}

/// Reads a body as the input of an operation.
pub fn check<'a>(
    operation: &str,
    input: &'static Shape,
    body: &'a [u8],
) -> Result<Checked<'a>, Fault> {
    let read::Body { tree, depth } = read::read(input, body)?;
    let layer = layer(operation, input.members(), &tree, depth);
    let mut walk = Walk {
        operation,
        layer,
        most: 1,
        found: Vec::new(),
    };
    walk.members(None, input.members().iter(), &tree);
    if walk.found.is_empty() {
        return Ok(Checked { body: tree, layer });
    }
    walk.most = TOLD;
    walk.found.clear();
    walk.members(None, ranked(operation, input.members()), &tree);
    Err(verdict(walk.found))
}

fn layer(operation: &str, members: &[Member], tree: &Json<'_>, depth: u16) -> Layer {
    let incomplete = || {
        let mut members = members.iter();
        members.any(|member| member.need == Need::Required && tree.member(member.name).is_none())
    };
    if FALLING_BACK.contains(&operation) && (depth > CURRENT_DEPTH || incomplete()) {
        Layer::Older
    } else {
        Layer::Usual
    }
}

/// The members of an input in the order their errors are told.
fn ranked(operation: &str, members: &'static [Member]) -> impl Iterator<Item = &'static Member> {
    let first = overrides::ranking(operation);
    let named = first
        .iter()
        .filter_map(|name| members.iter().find(|member| member.name == *name));
    named.chain(
        members
            .iter()
            .filter(|member| !first.contains(&member.name)),
    )
}

/// What is told of everything that was found.
fn verdict(found: Vec<Found>) -> Fault {
    let standing =
        |wanted: &[Standing]| found.iter().position(|one| wanted.contains(&one.standing));
    let single = standing(&[Standing::Alone, Standing::Bare]).or_else(|| {
        let others = standing(&[Standing::Together]);
        if others.is_some() {
            None
        } else {
            standing(&[Standing::Last])
        }
    });
    let mut found = found;
    let Some(at) = single else {
        found.retain(|one| one.standing == Standing::Together);
        return Fault::constraints(found.into_iter().map(|one| one.violation).collect());
    };
    let Found {
        violation,
        standing,
        sentence,
    } = found.swap_remove(at);
    match sentence {
        Some(sentence) => Fault::parameter(sentence),
        None if standing == Standing::Bare => Fault::lone(violation),
        None => Fault::constraints(vec![violation]),
    }
}

struct Found {
    violation: Violation,
    standing: Standing,
    sentence: Option<&'static str>,
}

struct Walk<'o> {
    operation: &'o str,
    layer: Layer,
    most: usize,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn members(
        &mut self,
        parent: Option<&Path<'_>>,
        members: impl Iterator<Item = &'static Member>,
        structure: &Json<'_>,
    ) {
        for member in members {
            if self.found.len() >= self.most {
                return;
            }
            let step = Step::Member(member.name);
            let path = Path { parent, step };
            match structure.member(member.name) {
                Some(value) => self.value(&path, member.shape, value),
                None if member.need == Need::Required => {
                    self.tell(&path, member.shape, &Json::Null, Rule::NotNull);
                }
                None => {}
            }
        }
    }

    fn value(&mut self, path: &Path<'_>, shape: &'static Shape, value: &Json<'_>) {
        match (shape, value) {
            (_, Json::Null) => self.tell(path, shape, value, Rule::NotNull),
            (Shape::Structure { members, .. }, _) => {
                self.members(Some(path), members.iter(), value);
            }
            (Shape::List { element, length }, Json::List(elements)) => {
                self.length(path, shape, value, *length, elements.len());
                self.elements(path, shape, element, value);
            }
            (Shape::Map { key, length, .. }, Json::Values(entries)) => {
                self.length(path, shape, value, *length, entries.len());
                self.keys(path, shape, key, value, entries);
            }
            (Shape::Map { key, length, .. }, Json::Map(entries)) => {
                self.length(path, shape, value, *length, entries.len());
                self.keys(path, shape, key, value, entries);
                self.entries(path, shape, value, entries);
            }
            (Shape::Text { .. } | Shape::Table, Json::Text(text)) => {
                for rule in text::broken(shape, text) {
                    self.tell(path, shape, value, rule);
                }
            }
            (Shape::Integer { min, max } | Shape::Long { min, max }, Json::Integer(number)) => {
                let max = self
                    .most(path)
                    .map_or(*max, |most| i64::from(most).min(*max));
                if number < min {
                    self.tell(path, shape, value, Rule::MinValue(*min));
                } else if *number > max {
                    self.tell(path, shape, value, Rule::MaxValue(max));
                }
            }
            _ => {}
        }
    }

    fn length(
        &mut self,
        path: &Path<'_>,
        shape: &'static Shape,
        value: &Json<'_>,
        length: Length,
        count: usize,
    ) {
        let count = count as u64;
        let max = self
            .most(path)
            .map_or(length.max, |most| u64::from(most).min(length.max));
        if count < length.min {
            self.tell(path, shape, value, Rule::MinLength(length.min));
        } else if count > max {
            self.tell(path, shape, value, Rule::MaxLength(max));
        }
    }

    fn most(&self, path: &Path<'_>) -> Option<u32> {
        overrides::most(self.operation, |names| path.is(names))
    }

    fn elements(
        &mut self,
        path: &Path<'_>,
        shape: &'static Shape,
        element: &'static Shape,
        list: &Json<'_>,
    ) {
        match element {
            Shape::Value => {}
            Shape::Text { .. } => {
                let texts = list.elements().iter().filter_map(Json::text);
                if texts.into_iter().any(|one| text::is_broken(element, one)) {
                    self.tell(path, shape, list, Rule::Elements(text::rules(element)));
                }
            }
            _ => {
                for (at, one) in list.elements().iter().enumerate() {
                    if self.found.len() >= self.most {
                        return;
                    }
                    let step = Step::Element(at + 1);
                    let parent = Some(path);
                    self.value(&Path { parent, step }, element, one);
                }
            }
        }
    }

    fn keys<T>(
        &mut self,
        path: &Path<'_>,
        shape: &'static Shape,
        key: &'static Shape,
        map: &Json<'_>,
        entries: &[(Cow<'_, str>, T)],
    ) {
        if entries.iter().any(|(name, _)| text::is_broken(key, name)) {
            self.tell(path, shape, map, Rule::Keys(text::rules(key)));
        }
    }

    fn entries(
        &mut self,
        path: &Path<'_>,
        shape: &'static Shape,
        map: &Json<'_>,
        entries: &[(Cow<'_, str>, Json<'_>)],
    ) {
        let Shape::Map { value: inner, .. } = shape else {
            return;
        };
        // A list directly inside a map answers for its length as the map's value.
        if let Shape::List { length, .. } = inner {
            let counts = entries.iter().map(|(_, one)| one.elements().len() as u64);
            if counts
                .into_iter()
                .any(|count| count < length.min || count > length.max)
            {
                let rules = vec![Rule::MaxLength(length.max), Rule::MinLength(length.min)];
                self.tell(path, shape, map, Rule::Values(rules));
            }
        }
        for (name, one) in entries {
            if self.found.len() >= self.most {
                return;
            }
            let step = Step::Entry(name);
            let parent = Some(path);
            let path = Path { parent, step };
            match (inner, one) {
                (Shape::List { element, .. }, Json::List(_)) => {
                    self.elements(&path, inner, element, one);
                }
                _ => self.value(&path, inner, one),
            }
        }
    }

    fn tell(&mut self, path: &Path<'_>, shape: &'static Shape, value: &Json<'_>, rule: Rule) {
        if self.found.len() >= self.most {
            return;
        }
        let row = overrides::row(self.operation, &rule, |names| path.is(names));
        // In the older layer only rows with a sentence of their own are left: they are not about wording.
        let row = row.filter(|row| self.layer == Layer::Usual || row.sentence.is_some());
        let form = row.map_or(Form::Echoed, |row| row.form);
        let rule = match (row.and_then(|row| row.words), rule, path.step) {
            (Some(words), Rule::Words(_), _) => Rule::Words(words),
            (None, Rule::Words(model), Step::Member(member)) => {
                Rule::Words(overrides::words(member, model))
            }
            (_, rule, _) => rule,
        };
        let casing = if form == Form::Located {
            Casing::Pascal
        } else {
            Casing::Camel
        };
        let notation = row.map_or(Notation::Record, |row| row.notation);
        let echo = match value {
            _ if form != Form::Echoed => None,
            Json::Null => None,
            value => Some(notation.print(shape, value)),
        };
        let path = path.print(casing);
        self.found.push(Found {
            violation: Violation {
                form,
                path,
                echo,
                rule,
            },
            standing: row.map_or(Standing::Together, |row| row.standing),
            sentence: row.and_then(|row| row.sentence),
        });
    }
}

#[cfg(test)]
mod tests;
