//! Trees back to text, for tests that parse what was printed and compare.
//!
//! Every name and constant becomes a placeholder of its own, so that any tree can be printed, and the printed text
//! never has redundant parentheses.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::expr::ast::{
    Action, Condition, KeyCondition, KeyTest, Operand, Projection, SetValue, Update,
};
use crate::expr::names::Placeholders;
use crate::types::{Attr, Path, Step};

/// An expression's text and what its placeholders stand for.
#[derive(Clone, Debug, Default)]
pub struct Printed {
    /// The expression.
    pub text: String,
    /// `ExpressionAttributeNames`.
    pub names: Vec<(String, String)>,
    /// `ExpressionAttributeValues`.
    pub values: Vec<(String, Attr)>,
}

impl Printed {
    /// The placeholders to parse the text with.
    pub fn placeholders(&self) -> Placeholders {
        Placeholders::new(self.names.clone(), self.values.clone())
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn name(&mut self, name: &str) {
        let known = self.names.iter().position(|(_, target)| target == name);
        let place = known.unwrap_or_else(|| {
            let key = format!("#{}", self.names.len());
            self.names.push((key, name.to_owned()));
            self.names.len() - 1
        });
        // Writing to a string cannot fail.
        write!(self.text, "#{place}").unwrap_or_default();
    }

    fn path(&mut self, path: &Path) {
        self.name(&path.root);
        for step in &path.steps {
            match step {
                Step::Name(name) => {
                    self.push(".");
                    self.name(name);
                }
                Step::Index(index) => write!(self.text, "[{index}]").unwrap_or_default(),
            }
        }
    }

    fn value(&mut self, value: &Attr) {
        let key = format!(":{}", self.values.len());
        self.push(&key);
        self.values.push((key, value.clone()));
    }

    fn list<T>(&mut self, list: &[T], separator: &str, print: fn(&mut Printed, &T)) {
        for (place, element) in list.iter().enumerate() {
            if place > 0 {
                self.push(separator);
            }
            print(self, element);
        }
    }

    fn call(&mut self, name: &str, operands: &[&Operand]) {
        self.push(name);
        self.push("(");
        self.list(operands, ", ", |out, operand| out.operand(operand));
        self.push(")");
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Path(path) => self.path(path),
            Operand::Value(value) => self.value(value),
            Operand::Size(inner) => self.call("size", &[inner]),
            // No text parses to this; it is printed for the reader.
            Operand::Truth(condition) => {
                self.push("(");
                self.condition(condition);
                self.push(")");
            }
        }
    }

    /// A part of a chain, or what NOT applies to: chains within need parentheses.
    fn part(&mut self, condition: &Condition) {
        if matches!(condition, Condition::And(_) | Condition::Or(_)) {
            self.push("(");
            self.condition(condition);
            self.push(")");
        } else {
            self.condition(condition);
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::And(parts) => self.list(parts, " AND ", Printed::part),
            Condition::Or(parts) => self.list(parts, " OR ", |out, part| match part {
                Condition::And(_) => out.condition(part),
                _ => out.part(part),
            }),
            Condition::Not(inner) => {
                self.push("NOT ");
                self.part(inner);
            }
            Condition::Compare {
                left,
                comparator,
                right,
            } => {
                self.operand(left);
                write!(self.text, " {} ", comparator.symbol()).unwrap_or_default();
                self.operand(right);
            }
            Condition::Between {
                operand,
                lower,
                upper,
            } => {
                self.operand(operand);
                self.push(" BETWEEN ");
                self.operand(lower);
                self.push(" AND ");
                self.operand(upper);
            }
            Condition::In { operand, choices } => {
                self.operand(operand);
                self.push(" IN (");
                self.list(choices, ", ", Printed::operand);
                self.push(")");
            }
            Condition::Exists(path) => {
                self.push("attribute_exists(");
                self.path(path);
                self.push(")");
            }
            Condition::Missing(path) => {
                self.push("attribute_not_exists(");
                self.path(path);
                self.push(")");
            }
            Condition::TypeIs { operand, kind } => {
                let name = Operand::Value(Arc::new(Attr::S(kind.name().to_owned())));
                self.call("attribute_type", &[operand, &name]);
            }
            Condition::BeginsWith { operand, prefix } => {
                self.call("begins_with", &[operand, prefix]);
            }
            Condition::Contains { container, member } => {
                self.call("contains", &[container, member]);
            }
        }
    }

    fn set_value(&mut self, value: &SetValue) {
        match value {
            SetValue::Path(path) => self.path(path),
            SetValue::Value(value) => self.value(value),
            SetValue::Sum(operands) => self.list(operands.as_slice(), " + ", Printed::set_value),
            SetValue::Difference(operands) => {
                self.list(operands.as_slice(), " - ", Printed::set_value);
            }
            SetValue::IfNotExists(path, otherwise) => {
                self.push("if_not_exists(");
                self.path(path);
                self.push(", ");
                self.set_value(otherwise);
                self.push(")");
            }
            SetValue::ListAppend(operands) => {
                self.push("list_append(");
                self.list(operands.as_slice(), ", ", Printed::set_value);
                self.push(")");
            }
        }
    }
}

impl Condition {
    /// The condition as text.
    pub fn print(&self) -> Printed {
        let mut out = Printed::default();
        out.condition(self);
        out
    }
}

impl Projection {
    /// The projection as text.
    pub fn print(&self) -> Printed {
        let mut out = Printed::default();
        out.list(&self.paths, ", ", Printed::path);
        out
    }
}

impl KeyCondition {
    /// The key condition as text.
    pub fn print(&self) -> Printed {
        let mut out = Printed::default();
        out.list(&self.clauses, " AND ", |out, clause| {
            let symbol = match &clause.test {
                KeyTest::Equal(_) => " = ",
                KeyTest::Less(_) => " < ",
                KeyTest::LessOrEqual(_) => " <= ",
                KeyTest::Greater(_) => " > ",
                KeyTest::GreaterOrEqual(_) => " >= ",
                KeyTest::Between(..) => " BETWEEN ",
                KeyTest::BeginsWith(prefix) => {
                    out.push("begins_with(");
                    out.name(&clause.name);
                    out.push(", ");
                    out.value(prefix);
                    out.push(")");
                    return;
                }
            };
            out.name(&clause.name);
            out.push(symbol);
            let values: Vec<_> = clause.test.values().collect();
            out.list(&values, " AND ", |out, value| out.value(value));
        });
        out
    }
}

impl Update {
    /// The update as text: sections in the order in which they first occur.
    pub fn print(&self) -> Printed {
        let mut out = Printed::default();
        let mut section = "";
        for action in &self.actions {
            let name = match action {
                Action::Set { .. } => "SET ",
                Action::Remove { .. } => "REMOVE ",
                Action::Add { .. } => "ADD ",
                Action::Delete { .. } => "DELETE ",
            };
            if name == section {
                out.push(", ");
            } else {
                if !section.is_empty() {
                    out.push(" ");
                }
                out.push(name);
                section = name;
            }
            out.path(action.target());
            match action {
                Action::Set { value, .. } => {
                    out.push(" = ");
                    out.set_value(value);
                }
                Action::Remove { .. } => {}
                Action::Add { value, .. } | Action::Delete { value, .. } => {
                    out.push(" ");
                    out.value(value);
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
