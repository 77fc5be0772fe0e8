//! WHERE clauses to the conditions of expressions, with parameters put in.
//!
//! Owns what a statement's condition means where the two languages differ: types behind IS, conditions that are compared,
//! and `MISSING`, with which nothing is equal. Literals were checked with the statement; parameters are held to the same
//! rules here. Recursion ends where the parser ended a tree.

use std::sync::Arc;

use crate::error::Fault;
use crate::expr::check::{check_attribute_type, check_between, check_in, check_size};
use crate::expr::{self, Condition, ExprErrorKind, Operand};
use crate::partiql::check::{check_ordered, check_prefix};
use crate::partiql::{Comparator, Expr, ExprKind, Function, PartiqlError, TypeName, resolve_value};
use crate::types::{Attr, AttrType, Path};

/// The condition that an expression is.
pub(super) fn lower_condition(expr: &Expr, parameters: &[Attr]) -> Result<Condition, Fault> {
    Lowering { parameters }.condition(expr)
}

struct Lowering<'p> {
    parameters: &'p [Attr],
}

impl Lowering<'_> {
    fn condition(&self, expr: &Expr) -> Result<Condition, Fault> {
        match &expr.kind {
            ExprKind::And(parts) => Ok(Condition::And(self.conditions(parts)?)),
            ExprKind::Or(parts) => Ok(Condition::Or(self.conditions(parts)?)),
            ExprKind::Not(inner) => Ok(Condition::Not(Box::new(self.condition(inner)?))),
            ExprKind::Compare(comparator, operands) => self.compare(*comparator, operands),
            ExprKind::Between(operands) => self.between(operands),
            ExprKind::In(operand, choices) => self.one_of(operand, choices),
            ExprKind::Is(operand, name) => Ok(is_type(self.operand(operand)?, *name)),
            ExprKind::Call(function, arguments) => self.test(function, arguments, expr),
            other => Err(PartiqlError::UnsupportedOperation(other.operation_name()).into()),
        }
    }

    fn conditions(&self, parts: &[Expr]) -> Result<Vec<Condition>, Fault> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    fn compare(&self, comparator: Comparator, operands: &[Expr; 2]) -> Result<Condition, Fault> {
        let (left, right) = (self.operand(&operands[0])?, self.operand(&operands[1])?);
        if comparator.is_ordering() {
            for operand in [&left, &right].into_iter().flatten() {
                check_constant(operand, |kind| check_ordered(comparator.symbol(), kind))?;
            }
        }
        let (Some(left), Some(right)) = (left, right) else {
            return Ok(always(comparator == Comparator::NotEqual));
        };
        Ok(Condition::Compare {
            left,
            comparator: comparator_of(comparator),
            right,
        })
    }

    fn between(&self, operands: &[Expr; 3]) -> Result<Condition, Fault> {
        let [operand, lower, upper] = operands;
        let operand = self.operand(operand)?;
        let (lower, upper) = (self.operand(lower)?, self.operand(upper)?);
        let (Some(operand), Some(lower), Some(upper)) = (operand, lower, upper) else {
            return Ok(always(false));
        };
        check_between(&operand, &lower, &upper).map_err(refusal)?;
        Ok(Condition::Between {
            operand,
            lower,
            upper,
        })
    }

    fn one_of(&self, operand: &Expr, choices: &[Expr]) -> Result<Condition, Fault> {
        let operand = self.operand(operand)?;
        let choices: Result<Vec<_>, _> = choices
            .iter()
            .map(|choice| self.operand(choice))
            .filter_map(Result::transpose)
            .collect();
        let choices = choices?;
        check_in(&choices).map_err(refusal)?;
        Ok(match operand {
            Some(operand) => Condition::In { operand, choices },
            None => always(false),
        })
    }

    /// A function that is a condition. Counts of arguments were checked with the statement.
    fn test(
        &self,
        function: &Function,
        arguments: &[Expr],
        expr: &Expr,
    ) -> Result<Condition, Fault> {
        match (function, arguments) {
            (Function::AttributeExists, [path]) => {
                path_of(path, "attribute_exists").map(|path| Condition::Exists(path.clone()))
            }
            (Function::AttributeNotExists, [path]) => {
                path_of(path, "attribute_not_exists").map(|path| Condition::Missing(path.clone()))
            }
            (Function::AttributeType, [operand, name]) => {
                let (operand, name) = (self.operand(operand)?, self.operand(name)?);
                let (Some(operand), Some(name)) = (operand, name) else {
                    return Ok(always(false));
                };
                let kind = check_attribute_type(&operand, &name).map_err(refusal)?;
                Ok(Condition::TypeIs { operand, kind })
            }
            (Function::BeginsWith, [operand, prefix]) => {
                let (operand, prefix) = (self.operand(operand)?, self.operand(prefix)?);
                for operand in [&operand, &prefix].into_iter().flatten() {
                    check_constant(operand, check_prefix)?;
                }
                let (Some(operand), Some(prefix)) = (operand, prefix) else {
                    return Ok(always(false));
                };
                Ok(Condition::BeginsWith { operand, prefix })
            }
            (Function::Contains, [container, member]) => {
                let (container, member) = (self.operand(container)?, self.operand(member)?);
                let (Some(container), Some(member)) = (container, member) else {
                    return Ok(always(false));
                };
                Ok(Condition::Contains { container, member })
            }
            (Function::Size, [_]) => Err(refusal(ExprErrorKind::MisusedFunction("size"))),
            _ => {
                let name = function.name().to_owned();
                Err(PartiqlError::UnknownFunction(name, expr.span).into())
            }
        }
    }

    /// What is compared; nothing for what is missing in every item.
    fn operand(&self, expr: &Expr) -> Result<Option<Operand>, Fault> {
        Ok(match &expr.kind {
            ExprKind::Path(path) => Some(Operand::Path(path.clone())),
            ExprKind::Missing => None,
            ExprKind::Call(Function::Size, arguments) if arguments.len() == 1 => {
                match self.operand(&arguments[0])? {
                    Some(Operand::Size(_)) => {
                        return Err(PartiqlError::OperandType("size", AttrType::N).into());
                    }
                    Some(operand) => {
                        check_size(&operand).map_err(refusal)?;
                        Some(Operand::Size(Box::new(operand)))
                    }
                    None => None,
                }
            }
            kind if kind.is_value() => {
                let value = resolve_value(expr, self.parameters)?;
                Some(Operand::Value(Arc::new(value)))
            }
            _ => Some(Operand::Truth(Box::new(self.condition(expr)?))),
        })
    }
}

/// A condition that holds for every item, or for none.
fn always(holds: bool) -> Condition {
    if holds {
        Condition::And(Vec::new())
    } else {
        Condition::Or(Vec::new())
    }
}

fn is_type(operand: Option<Operand>, name: TypeName) -> Condition {
    let Some(operand) = operand else {
        return always(name == TypeName::Missing);
    };
    if name == TypeName::Missing {
        return match operand {
            Operand::Path(path) => Condition::Missing(path),
            size @ Operand::Size(_) => Condition::Not(Box::new(Condition::TypeIs {
                operand: size,
                kind: AttrType::N,
            })),
            Operand::Value(_) | Operand::Truth(_) => always(false),
        };
    }
    let mut kinds = name.attr_types().iter().map(|kind| Condition::TypeIs {
        operand: operand.clone(),
        kind: *kind,
    });
    match (kinds.next(), kinds.len()) {
        (Some(only), 0) => only,
        (first, _) => Condition::Or(first.into_iter().chain(kinds).collect()),
    }
}

fn comparator_of(comparator: Comparator) -> expr::Comparator {
    match comparator {
        Comparator::Equal => expr::Comparator::Equal,
        Comparator::NotEqual => expr::Comparator::NotEqual,
        Comparator::Less => expr::Comparator::Less,
        Comparator::LessOrEqual => expr::Comparator::LessOrEqual,
        Comparator::Greater => expr::Comparator::Greater,
        Comparator::GreaterOrEqual => expr::Comparator::GreaterOrEqual,
    }
}

/// Applies a rule to the type of an operand that does not depend on the item.
fn check_constant(
    operand: &Operand,
    rule: impl Fn(AttrType) -> Result<(), PartiqlError>,
) -> Result<(), PartiqlError> {
    match operand {
        Operand::Path(_) => Ok(()),
        Operand::Value(value) => rule(value.kind()),
        Operand::Size(_) => rule(AttrType::N),
        Operand::Truth(_) => rule(AttrType::Bool),
    }
}

fn path_of<'e>(expr: &'e Expr, name: &'static str) -> Result<&'e Path, Fault> {
    match &expr.kind {
        ExprKind::Path(path) => Ok(path),
        _ => Err(PartiqlError::NeedsPath(name).into()),
    }
}

/// A rule that statements share with expressions; statements name no clause.
#[allow(clippy::needless_pass_by_value)] // it maps errors
pub(super) fn refusal(kind: ExprErrorKind) -> Fault {
    Fault::schema(kind.to_string())
}
