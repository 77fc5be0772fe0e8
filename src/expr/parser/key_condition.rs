//! `KeyConditionExpression`: parsed as a condition, then held to the few forms that keys support.
//!
//! Owns every rule that needs no table. Which attributes are keys, and of what type, the engine knows.

use std::sync::Arc;

use crate::expr::ast::{Comparator, Condition, KeyClause, KeyCondition, KeyTest, Operand};
use crate::expr::error::{Clause, ExprError, ExprErrorKind, KeyFormError};
use crate::expr::names::Placeholders;
use crate::expr::parser::condition::parse_condition;
use crate::types::{Attr, Path};

/// Parses a key condition: tests of distinct attributes, joined by AND, in written order.
pub fn parse_key_condition(
    text: &str,
    placeholders: &mut Placeholders,
) -> Result<KeyCondition, ExprError> {
    let condition = parse_condition(text, Clause::KeyCondition, placeholders)?;
    let mut clauses = Vec::new();
    match collect(condition, &mut clauses) {
        Ok(()) => Ok(KeyCondition { clauses }),
        Err(error) => Err(ExprError {
            clause: Some(Clause::KeyCondition),
            kind: ExprErrorKind::KeyForm(error),
            range: 0..text.len(),
        }),
    }
}

impl KeyClause {
    /// The test of a key that a condition is, if it has one of the forms that keys support.
    pub fn of(condition: &Condition) -> Option<KeyClause> {
        match condition {
            Condition::Compare { .. }
            | Condition::Between { .. }
            | Condition::BeginsWith { .. } => clause_of(condition.clone()).ok(),
            _ => None,
        }
    }
}

/// Adds the tests of a condition, left to right.
fn collect(condition: Condition, clauses: &mut Vec<KeyClause>) -> Result<(), KeyFormError> {
    if let Condition::And(parts) = condition {
        return parts
            .into_iter()
            .try_for_each(|part| collect(part, clauses));
    }
    let clause = clause_of(condition)?;
    if clauses.iter().any(|earlier| earlier.name == clause.name) {
        return Err(KeyFormError::RepeatedKey);
    }
    clauses.push(clause);
    Ok(())
}

fn clause_of(condition: Condition) -> Result<KeyClause, KeyFormError> {
    match condition {
        Condition::Compare {
            left,
            comparator,
            right,
        } => comparison(left, comparator, right),
        Condition::Between {
            operand,
            lower,
            upper,
        } => {
            let path = key_first("BETWEEN", operand)?;
            check_depth(&path)?;
            let lower = constant(lower)?;
            let upper = constant(upper)?;
            Ok(KeyClause {
                name: path.root,
                test: KeyTest::Between(lower, upper),
            })
        }
        Condition::BeginsWith { operand, prefix } => {
            let path = key_first("begins_with", operand)?;
            check_depth(&path)?;
            let prefix = constant(prefix)?;
            Ok(KeyClause {
                name: path.root,
                test: KeyTest::BeginsWith(prefix),
            })
        }
        Condition::And(_) | Condition::Or(_) => Err(KeyFormError::Operator("OR")),
        Condition::Not(_) => Err(KeyFormError::Operator("NOT")),
        Condition::In { .. } => Err(KeyFormError::Operator("IN")),
        Condition::Exists(_) => Err(KeyFormError::Operator("attribute_exists")),
        Condition::Missing(_) => Err(KeyFormError::Operator("attribute_not_exists")),
        Condition::TypeIs { .. } => Err(KeyFormError::Operator("attribute_type")),
        Condition::Contains { .. } => Err(KeyFormError::Operator("contains")),
    }
}

/// A comparison with the attribute on either side; `:v < a` is `a > :v`.
fn comparison(
    left: Operand,
    comparator: Comparator,
    right: Operand,
) -> Result<KeyClause, KeyFormError> {
    if comparator == Comparator::NotEqual {
        return Err(KeyFormError::Operator("<>"));
    }
    let (name, value, comparator) = match left {
        Operand::Path(path) => {
            check_depth(&path)?;
            (path.root, constant(right)?, comparator)
        }
        Operand::Size(_) | Operand::Truth(_) => return Err(KeyFormError::NestedOperation),
        Operand::Value(value) => match right {
            Operand::Path(path) => {
                check_depth(&path)?;
                (path.root, value, reversed(comparator))
            }
            Operand::Size(_) | Operand::Truth(_) => return Err(KeyFormError::NestedOperation),
            Operand::Value(_) => return Err(KeyFormError::NoName),
        },
    };
    let test = match comparator {
        Comparator::Equal | Comparator::NotEqual => KeyTest::Equal(value),
        Comparator::Less => KeyTest::Less(value),
        Comparator::LessOrEqual => KeyTest::LessOrEqual(value),
        Comparator::Greater => KeyTest::Greater(value),
        Comparator::GreaterOrEqual => KeyTest::GreaterOrEqual(value),
    };
    Ok(KeyClause { name, test })
}

fn reversed(comparator: Comparator) -> Comparator {
    match comparator {
        Comparator::Less => Comparator::Greater,
        Comparator::LessOrEqual => Comparator::GreaterOrEqual,
        Comparator::Greater => Comparator::Less,
        Comparator::GreaterOrEqual => Comparator::LessOrEqual,
        same => same,
    }
}

fn key_first(operator: &'static str, operand: Operand) -> Result<Path, KeyFormError> {
    match operand {
        Operand::Path(path) => Ok(path),
        _ => Err(KeyFormError::KeyNotFirst(operator)),
    }
}

fn check_depth(path: &Path) -> Result<(), KeyFormError> {
    if path.steps.is_empty() {
        Ok(())
    } else {
        Err(KeyFormError::NestedAttribute)
    }
}

fn constant(operand: Operand) -> Result<Arc<Attr>, KeyFormError> {
    match operand {
        Operand::Value(value) => Ok(value),
        Operand::Path(_) => Err(KeyFormError::SeveralNames),
        Operand::Size(_) | Operand::Truth(_) => Err(KeyFormError::NestedOperation),
    }
}
