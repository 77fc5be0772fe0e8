//! Constants of a statement to attribute values.
//!
//! Every constant is its own `root`: the attributes of an inserted item, the operands of a condition, the values of an
//! update. Paths in messages begin there. Limits of size and depth are not looked at.

use std::collections::BTreeSet;
use std::fmt;

use crate::partiql::ast::{Expr, ExprKind, NumberLiteral};
use crate::partiql::error::PartiqlError;
use crate::types::{Attr, Item, Number};

/// The value of a constant, with parameters put in. Not for paths and operators: see [`ExprKind::is_value`].
pub fn resolve_value(expr: &Expr, parameters: &[Attr]) -> Result<Attr, PartiqlError> {
    let mut walk = Walk {
        parameters: Some(parameters),
        path: Vec::new(),
    };
    walk.value(expr)
}

/// Tests all of a constant that does not depend on parameters.
pub(super) fn check_value(expr: &Expr) -> Result<(), PartiqlError> {
    let mut walk = Walk {
        parameters: None,
        path: Vec::new(),
    };
    walk.value(expr).map(drop)
}

/// A way through a constant.
struct Walk<'e, 'p> {
    /// Without parameters, any value stands in for each.
    parameters: Option<&'p [Attr]>,
    path: Vec<Part<'e>>,
}

/// One step from the root of a constant.
enum Part<'e> {
    Entry(&'e str),
    Element(usize),
}

impl<'e> Walk<'e, '_> {
    fn value(&mut self, expr: &'e Expr) -> Result<Attr, PartiqlError> {
        let value = match &expr.kind {
            ExprKind::Null => Attr::Null,
            ExprKind::Bool(value) => Attr::Bool(*value),
            ExprKind::Text(text) => Attr::S(text.clone()),
            ExprKind::Number(literal) => Attr::N(self.number(literal)?),
            ExprKind::Parameter(place) => match self.parameters {
                None => Attr::Null,
                Some(parameters) => {
                    let value = parameters.get(*place).cloned();
                    value.ok_or(PartiqlError::ParameterCount)?
                }
            },
            ExprKind::List(elements) => {
                let mut list = Vec::with_capacity(elements.len());
                for (place, element) in elements.iter().enumerate() {
                    list.push(self.within(Part::Element(place), element)?);
                }
                Attr::L(list)
            }
            ExprKind::Tuple(members) => {
                let mut map = Item::new();
                for member in members {
                    let value = self.within(Part::Entry(&member.name), &member.value)?;
                    map.insert(member.name.clone(), value);
                }
                Attr::M(map)
            }
            ExprKind::Set(members) => self.set(members)?,
            ExprKind::Call(function, _) => {
                let name = function.name().to_owned();
                return Err(self.unsupported(name, expr));
            }
            ExprKind::Path(path) => return Err(self.unsupported(path.root.to_string(), expr)),
            other => return Err(self.unsupported(other.operation_name().to_owned(), expr)),
        };
        Ok(value)
    }

    fn within(&mut self, part: Part<'e>, expr: &'e Expr) -> Result<Attr, PartiqlError> {
        self.path.push(part);
        let value = self.value(expr)?;
        self.path.pop();
        Ok(value)
    }

    fn number(&self, literal: &NumberLiteral) -> Result<Number, PartiqlError> {
        let number = literal.value();
        number.map_err(|error| PartiqlError::Number(error, self.to_string()))
    }

    fn unsupported(&self, name: String, expr: &Expr) -> PartiqlError {
        PartiqlError::UnsupportedValue(name, self.to_string(), expr.span)
    }

    /// A set of strings or of numbers. Parameters are no members; whole sets come as one parameter.
    fn set(&mut self, members: &'e [Expr]) -> Result<Attr, PartiqlError> {
        let mut texts = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        for (place, member) in members.iter().enumerate() {
            match &member.kind {
                ExprKind::Text(text) => {
                    texts.insert(text.clone());
                }
                ExprKind::Number(literal) => {
                    self.path.push(Part::Element(place));
                    numbers.insert(self.number(literal)?);
                    self.path.pop();
                }
                _ => return Err(PartiqlError::SetMember),
            }
        }
        match (texts.len(), numbers.len()) {
            (0, 0) => Err(PartiqlError::EmptySet),
            (count, 0) if count == members.len() => Ok(Attr::Ss(texts.into_iter().collect())),
            (0, count) if count == members.len() => Ok(Attr::Ns(numbers.into_iter().collect())),
            (_, 0) => Err(PartiqlError::DuplicateTexts(written(members))),
            (0, _) => Err(PartiqlError::DuplicateNumbers(
                written(members),
                self.to_string(),
            )),
            _ => Err(PartiqlError::MixedSet),
        }
    }
}

/// The members of a set as they are written.
fn written(members: &[Expr]) -> Vec<String> {
    let texts = members.iter().filter_map(|member| match &member.kind {
        ExprKind::Text(text) => Some(text.clone()),
        ExprKind::Number(literal) => Some(literal.text.to_string()),
        _ => None,
    });
    texts.collect()
}

/// The path of the walk: `root.name[0]`.
impl fmt::Display for Walk<'_, '_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("root")?;
        for part in &self.path {
            match part {
                Part::Entry(name) => write!(out, ".{name}")?,
                Part::Element(place) => write!(out, "[{place}]")?,
            }
        }
        Ok(())
    }
}
