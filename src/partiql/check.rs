//! Rules that need no more than the statement: literals, functions and their operands, what a clause may hold.
//!
//! Parsing ends with `check_statement`. Types of literals are looked at here, types of parameters where statements meet
//! them, by the same rules: [`check_ordered`] and [`check_prefix`].

use std::collections::HashSet;

use crate::partiql::ast::{
    Change, Column, Delete, Expr, ExprKind, Projection, Returning, Select, Span, Statement,
    StatementKind, Update,
};
use crate::partiql::error::PartiqlError;
use crate::partiql::value::check_value;
use crate::partiql::words::Function;
use crate::types::AttrType;

type Outcome = Result<(), PartiqlError>;

/// Tests a whole statement and reports the first problem in written order.
pub(super) fn check_statement(statement: &Statement) -> Outcome {
    match &statement.kind {
        StatementKind::Select(select) | StatementKind::Exists(select) => check_select(select),
        StatementKind::Insert(insert) => {
            let mut values = insert.members.iter().map(|member| &member.value);
            values.try_for_each(check_value)
        }
        StatementKind::Update(update) => check_update(update),
        StatementKind::Delete(delete) => check_delete(delete),
    }
}

/// Tests that an operator of order is given values that have one: `<` and its kin, or `BETWEEN`.
pub fn check_ordered(name: &'static str, kind: AttrType) -> Outcome {
    if kind.is_scalar_key() {
        Ok(())
    } else {
        Err(PartiqlError::OperandType(name, kind))
    }
}

/// Tests that `begins_with` is given strings or binaries.
pub fn check_prefix(kind: AttrType) -> Outcome {
    match kind {
        AttrType::S | AttrType::B => Ok(()),
        _ => Err(PartiqlError::OperandType("begins_with", kind)),
    }
}

/// Tests that `attribute_type` is asked for a string.
pub fn check_type_operand(kind: AttrType) -> Outcome {
    match kind {
        AttrType::S => Ok(()),
        _ => Err(PartiqlError::OperandType("attribute_type", kind)),
    }
}

fn check_select(select: &Select) -> Outcome {
    if let Projection::Columns(columns) = &select.projection {
        let mut names = HashSet::new();
        for name in columns.iter().map(Column::name) {
            if names.contains(&name) {
                return Err(PartiqlError::DuplicateColumn(name));
            }
            names.insert(name);
        }
    }
    select.filter.iter().try_for_each(check_condition)
}

fn check_update(update: &Update) -> Outcome {
    for change in &update.changes {
        if let Change::Set { target, value } = change {
            check_set(target, value)?;
        }
    }
    update.filter.iter().try_for_each(check_condition)
}

fn check_delete(delete: &Delete) -> Outcome {
    delete.filter.iter().try_for_each(check_condition)?;
    match delete.returning {
        None | Some(Returning::AllOld) => Ok(()),
        Some(other) => Err(PartiqlError::DeleteReturning(other)),
    }
}

fn check_condition(expr: &Expr) -> Outcome {
    match &expr.kind {
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().try_for_each(check_condition),
        ExprKind::Not(inner) => check_condition(inner),
        ExprKind::Compare(comparator, operands) => {
            operands.iter().try_for_each(check_operand)?;
            if comparator.is_ordering() {
                check_literals(operands.as_slice(), |kind| {
                    check_ordered(comparator.symbol(), kind)
                })?;
            }
            Ok(())
        }
        ExprKind::Between(operands) => {
            operands.iter().try_for_each(check_operand)?;
            check_literals(operands.as_slice(), |kind| check_ordered("BETWEEN", kind))
        }
        ExprKind::In(operand, choices) => {
            check_operand(operand)?;
            choices.iter().try_for_each(check_operand)
        }
        ExprKind::Is(operand, _) => check_operand(operand),
        ExprKind::Call(function, arguments) => check_test(function, arguments, expr.span),
        other => Err(PartiqlError::UnsupportedOperation(other.operation_name())),
    }
}

/// What a condition compares. Conditions may be compared: `attribute_exists(a) = true`.
fn check_operand(expr: &Expr) -> Outcome {
    match &expr.kind {
        ExprKind::Path(_) | ExprKind::Missing => Ok(()),
        kind if kind.is_value() => check_value(expr),
        _ => check_condition(expr),
    }
}

/// Applies a rule to the types of the operands that are literals.
fn check_literals(operands: &[Expr], rule: impl Fn(AttrType) -> Outcome) -> Outcome {
    let mut kinds = operands
        .iter()
        .filter_map(|operand| operand.kind.literal_type());
    kinds.try_for_each(rule)
}

/// A function of conditions.
fn check_test(function: &Function, arguments: &[Expr], span: Span) -> Outcome {
    let (name, count) = match (function, function.known_name()) {
        (Function::AttributeExists | Function::AttributeNotExists | Function::Size, Some(name)) => {
            (name, 1)
        }
        (Function::AttributeType | Function::BeginsWith | Function::Contains, Some(name)) => {
            (name, 2)
        }
        _ => return Err(unknown(function, span)),
    };
    check_count(name, arguments, count)?;
    if matches!(
        function,
        Function::AttributeExists | Function::AttributeNotExists
    ) {
        return check_path(name, &arguments[0]);
    }
    arguments.iter().try_for_each(check_operand)?;
    match function {
        Function::BeginsWith => check_literals(arguments, check_prefix),
        Function::AttributeType => check_literals(&arguments[1..], check_type_operand),
        _ => Ok(()),
    }
}

/// The right-hand side of a SET.
fn check_set(target: &Column, value: &Expr) -> Outcome {
    match &value.kind {
        ExprKind::Call(function @ (Function::SetAdd | Function::SetDelete), arguments) => {
            check_set_change(target, function, arguments, value.span)
        }
        ExprKind::Sum(operands) | ExprKind::Difference(operands) => {
            operands.iter().try_for_each(check_set_operand)
        }
        _ => check_set_operand(value),
    }
}

fn check_set_operand(expr: &Expr) -> Outcome {
    match &expr.kind {
        ExprKind::Path(_) => Ok(()),
        ExprKind::Sum(operands) | ExprKind::Difference(operands) => {
            operands.iter().try_for_each(check_set_operand)
        }
        ExprKind::Call(function @ (Function::IfNotExists | Function::ListAppend), arguments) => {
            let name = function.known_name().unwrap_or_default();
            check_count(name, arguments, 2)?;
            if *function == Function::IfNotExists {
                check_path(name, &arguments[0])?;
            }
            arguments.iter().try_for_each(check_set_operand)
        }
        ExprKind::Call(function, _) => Err(unknown(function, expr.span)),
        kind if kind.is_value() => check_value(expr),
        other => Err(PartiqlError::UnsupportedOperation(other.operation_name())),
    }
}

/// `set_add` and `set_delete`: whether a parameter is a set is not known yet.
fn check_set_change(
    target: &Column,
    function: &Function,
    arguments: &[Expr],
    span: Span,
) -> Outcome {
    let [first, second] = arguments else {
        return Err(PartiqlError::SetArguments(function.clone(), span));
    };
    match &first.kind {
        ExprKind::Path(path) if *path == target.path => {}
        _ => return Err(PartiqlError::SetTarget(function.clone(), span)),
    }
    match second.kind {
        ExprKind::Parameter(_) => Ok(()),
        ExprKind::Set(_) => check_value(second),
        // Observed: the position is that of the first argument.
        _ => Err(PartiqlError::SetMembers(function.clone(), first.span)),
    }
}

fn check_count(name: &'static str, arguments: &[Expr], count: usize) -> Outcome {
    if arguments.len() == count {
        Ok(())
    } else {
        Err(PartiqlError::OperandCount(name, arguments.len()))
    }
}

fn check_path(name: &'static str, operand: &Expr) -> Outcome {
    match operand.kind {
        ExprKind::Path(_) => Ok(()),
        _ => Err(PartiqlError::NeedsPath(name)),
    }
}

fn unknown(function: &Function, span: Span) -> PartiqlError {
    PartiqlError::UnknownFunction(function.name().to_owned(), span)
}
