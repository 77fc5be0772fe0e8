//! What a write writes: the item of an INSERT, the changes of an UPDATE.
//!
//! Owns the rules of stored values that literals have to meet like any other value: depth and names. Which attributes may
//! be changed, the table says.

use std::sync::Arc;

use super::condition::refusal;
use crate::error::{Fault, ValueError};
use crate::expr::{Action, SetValue, Update, UpdateStyle};
use crate::limits::{ITEM_BYTES, NESTING_LEVELS};
use crate::partiql::{
    Change, Column, Expr, ExprKind, Function, Insert, PartiqlError, resolve_value,
};
use crate::types::{Attr, AttrType, Item};

/// The item that is inserted.
pub(super) fn lower_item(insert: &Insert, parameters: &[Attr]) -> Result<Item, Fault> {
    let mut item = Item::new();
    for member in &insert.members {
        item.insert(member.name.clone(), stored(&member.value, parameters)?);
    }
    if item.contains("") {
        return Err(Fault::value(ValueError::EmptyName));
    }
    if item.byte_size() > ITEM_BYTES {
        return Err(Fault::schema(
            "Item size has exceeded the maximum allowed size",
        ));
    }
    Ok(item)
}

/// The changes; no two of them touch.
pub(super) fn lower_changes(changes: &[Change], parameters: &[Attr]) -> Result<Update, Fault> {
    let actions: Result<Vec<_>, Fault> = changes
        .iter()
        .map(|change| match change {
            Change::Set { target, value } => lower_set(target, value, parameters),
            Change::Remove { target } => Ok(Action::Remove {
                target: target.path.clone(),
            }),
        })
        .collect();
    let update = Update {
        actions: actions?,
        style: UpdateStyle::Expression,
    };
    update.check_targets_apart().map_err(refusal)?;
    Ok(update)
}

fn lower_set(target: &Column, value: &Expr, parameters: &[Attr]) -> Result<Action, Fault> {
    let ExprKind::Call(function @ (Function::SetAdd | Function::SetDelete), arguments) =
        &value.kind
    else {
        return Ok(Action::Set {
            target: target.path.clone(),
            value: set_value(value, parameters)?,
        });
    };
    let [first, second] = arguments.as_slice() else {
        return Err(PartiqlError::SetArguments(function.clone(), value.span).into());
    };
    let members = resolve_value(second, parameters)?;
    if !matches!(members.kind(), AttrType::Ss | AttrType::Ns | AttrType::Bs) {
        return Err(PartiqlError::SetMembers(function.clone(), first.span).into());
    }
    let (target, value) = (target.path.clone(), Arc::new(members));
    Ok(if *function == Function::SetAdd {
        Action::Add { target, value }
    } else {
        Action::Delete { target, value }
    })
}

fn set_value(expr: &Expr, parameters: &[Attr]) -> Result<SetValue, Fault> {
    let both = |operands: &[Expr]| -> Result<Box<[SetValue; 2]>, Fault> {
        Ok(Box::new([
            set_value(&operands[0], parameters)?,
            set_value(&operands[1], parameters)?,
        ]))
    };
    let of_type = |name, operands: &[Expr], kind| -> Result<Box<[SetValue; 2]>, Fault> {
        let operands = both(operands)?;
        check_operands(name, operands.as_slice(), kind)?;
        Ok(operands)
    };
    Ok(match &expr.kind {
        ExprKind::Path(path) => SetValue::Path(path.clone()),
        ExprKind::Sum(operands) => SetValue::Sum(of_type("+", operands.as_slice(), AttrType::N)?),
        ExprKind::Difference(operands) => {
            SetValue::Difference(of_type("-", operands.as_slice(), AttrType::N)?)
        }
        ExprKind::Call(Function::ListAppend, arguments) if arguments.len() == 2 => {
            SetValue::ListAppend(of_type("list_append", arguments, AttrType::L)?)
        }
        ExprKind::Call(Function::IfNotExists, arguments) if arguments.len() == 2 => {
            let ExprKind::Path(path) = &arguments[0].kind else {
                return Err(PartiqlError::NeedsPath("if_not_exists").into());
            };
            let otherwise = set_value(&arguments[1], parameters)?;
            SetValue::IfNotExists(path.clone(), Box::new(otherwise))
        }
        kind if kind.is_value() => SetValue::Value(Arc::new(stored(expr, parameters)?)),
        other => return Err(PartiqlError::UnsupportedOperation(other.operation_name()).into()),
    })
}

fn check_operands(
    name: &'static str,
    operands: &[SetValue],
    wanted: AttrType,
) -> Result<(), PartiqlError> {
    let mut constants = operands.iter().filter_map(|operand| match operand {
        SetValue::Value(value) => Some(value.kind()),
        _ => None,
    });
    match constants.find(|kind| *kind != wanted) {
        Some(kind) => Err(PartiqlError::OperandType(name, kind)),
        None => Ok(()),
    }
}

/// A value that is to be stored.
fn stored(expr: &Expr, parameters: &[Attr]) -> Result<Attr, Fault> {
    let value = resolve_value(expr, parameters)?;
    if value.depth() > NESTING_LEVELS {
        return Err(Fault::value(ValueError::TooDeep));
    }
    if has_empty_name(&value) {
        return Err(Fault::value(ValueError::EmptyName));
    }
    Ok(value)
}

/// Whether a map within has an entry without a name. The depth was looked at before.
fn has_empty_name(value: &Attr) -> bool {
    match value {
        Attr::M(map) => map
            .iter()
            .any(|(name, value)| name.is_empty() || has_empty_name(value)),
        Attr::L(list) => list.iter().any(has_empty_name),
        _ => false,
    }
}
