//! Static rules of operands and paths: what is wrong whatever the item holds.
//!
//! Only constants have a type here; a path fits everywhere, and a wrong type in the item makes a condition false or
//! an update fail later. Each function returns the first problem in the service's order.

use crate::expr::ast::{Comparator, Operand, SetValue, Update};
use crate::expr::error::ExprErrorKind;
use crate::types::{Attr, AttrType, Path, Relation, Step, wire};

/// Choices of one IN.
pub(super) const IN_CHOICES: usize = 100;

/// From this many paths on, sorting finds an overlap faster than comparing all pairs.
const SORTED_FROM: usize = 16;

type Outcome = Result<(), ExprErrorKind>;

/// The rules of `=`, `<` and so on.
pub(super) fn check_comparison(comparator: Comparator, left: &Operand, right: &Operand) -> Outcome {
    check_distinct(comparator.symbol(), left, right)?;
    if matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
        return Ok(());
    }
    check_ordered(comparator.symbol(), left)?;
    check_ordered(comparator.symbol(), right)
}

/// The rules of BETWEEN.
pub fn check_between(operand: &Operand, lower: &Operand, upper: &Operand) -> Outcome {
    check_distinct("BETWEEN", operand, lower)?;
    check_distinct("BETWEEN", operand, upper)?;
    for bound in [operand, lower, upper] {
        check_ordered("BETWEEN", bound)?;
    }
    if let (Operand::Value(low), Operand::Value(high)) = (lower, upper) {
        if low.kind() != high.kind() {
            return Err(ExprErrorKind::BoundTypes(
                render_bound(low),
                render_bound(high),
            ));
        }
        if low.compare(high).is_some_and(std::cmp::Ordering::is_gt) {
            return Err(ExprErrorKind::BoundOrder(
                render_bound(low),
                render_bound(high),
            ));
        }
    }
    Ok(())
}

/// The rules of IN.
pub fn check_in(choices: &[Operand]) -> Outcome {
    if choices.len() > IN_CHOICES {
        return Err(ExprErrorKind::TooManyChoices(choices.len()));
    }
    Ok(())
}

/// What stands before IN is not one of its choices.
pub(super) fn check_choices_distinct(operand: &Operand, choices: &[Operand]) -> Outcome {
    choices
        .iter()
        .try_for_each(|choice| check_distinct("IN", operand, choice))
}

/// The rules of `begins_with`.
pub(super) fn check_begins_with(operand: &Operand, prefix: &Operand) -> Outcome {
    check_distinct("begins_with", operand, prefix)?;
    for operand in [operand, prefix] {
        match constant_type(operand) {
            None | Some(AttrType::S | AttrType::B) => {}
            Some(kind) => return Err(ExprErrorKind::OperandType("begins_with", kind.name())),
        }
    }
    Ok(())
}

/// The rules of `contains`.
pub(super) fn check_contains(container: &Operand, member: &Operand) -> Outcome {
    check_distinct("contains", container, member)
}

/// The rules of `size`.
pub fn check_size(operand: &Operand) -> Outcome {
    match constant_type(operand) {
        Some(kind @ (AttrType::N | AttrType::Bool | AttrType::Null)) => {
            Err(ExprErrorKind::OperandType("size", kind.name()))
        }
        _ => Ok(()),
    }
}

/// The rules of `attribute_type`: the type that it asks for.
pub fn check_attribute_type(operand: &Operand, name: &Operand) -> Result<AttrType, ExprErrorKind> {
    check_distinct("attribute_type", operand, name)?;
    match name {
        Operand::Value(value) => match value.as_ref() {
            Attr::S(name) => AttrType::from_name(name)
                .ok_or_else(|| ExprErrorKind::AttributeTypeName(name.clone())),
            other => Err(ExprErrorKind::OperandType(
                "attribute_type",
                other.kind().name(),
            )),
        },
        Operand::Size(_) => Err(ExprErrorKind::OperandType("attribute_type", "N")),
        Operand::Truth(_) => Err(ExprErrorKind::OperandType("attribute_type", "BOOL")),
        Operand::Path(_) => Err(ExprErrorKind::OperandType(
            "attribute_type",
            "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}",
        )),
    }
}

/// The rules of `+`, `-` and `list_append`, which want constants of one type.
pub fn check_set_operands(
    operator: &'static str,
    operands: &[SetValue],
    wanted: AttrType,
) -> Outcome {
    for operand in operands {
        if let SetValue::Value(value) = operand
            && value.kind() != wanted
        {
            return Err(ExprErrorKind::OperandType(operator, value.kind().name()));
        }
    }
    Ok(())
}

/// The rules of ADD: a number or a set.
pub(super) fn check_add(value: &Attr) -> Outcome {
    match value.kind() {
        AttrType::N | AttrType::Ss | AttrType::Ns | AttrType::Bs => Ok(()),
        kind => Err(ExprErrorKind::ActionType("ADD", kind)),
    }
}

/// The rules of DELETE: a set.
pub(super) fn check_delete(value: &Attr) -> Outcome {
    match value.kind() {
        AttrType::Ss | AttrType::Ns | AttrType::Bs => Ok(()),
        kind => Err(ExprErrorKind::ActionType("DELETE", kind)),
    }
}

impl Update {
    /// Tests that no two targets overlap or conflict.
    pub fn check_targets_apart(&self) -> Result<(), ExprErrorKind> {
        check_apart(self.targets())
    }
}

/// Tests that no two paths overlap or conflict. An overlap is reported before a conflict; of several pairs, the one
/// whose second path comes first.
pub(super) fn check_apart<'p>(paths: impl Iterator<Item = &'p Path>) -> Outcome {
    let paths: Vec<&Path> = paths.collect();
    if paths.len() >= SORTED_FROM {
        let mut sorted = paths.clone();
        sorted.sort_by(|one, two| order_of_paths(one, two));
        // A path sorts right before what lies within it, and names sort before indices: the pair that touches, if
        // there is one, has touching neighbours.
        if sorted
            .windows(2)
            .all(|pair| pair[0].relation(pair[1]) == Relation::Apart)
        {
            return Ok(());
        }
    }
    let mut conflict = None;
    for (place, two) in paths.iter().enumerate() {
        for one in &paths[..place] {
            let pair = || Box::new([(*one).clone(), (*two).clone()]);
            match one.relation(two) {
                Relation::Overlap => return Err(ExprErrorKind::Overlap(pair())),
                Relation::Conflict if conflict.is_none() => conflict = Some(pair()),
                Relation::Conflict | Relation::Apart => {}
            }
        }
    }
    conflict.map_or(Ok(()), |pair| Err(ExprErrorKind::Conflict(pair)))
}

/// Orders paths so that siblings stand together: by name, indices by number, a path before what lies within it.
pub(super) fn order_of_paths(one: &Path, two: &Path) -> std::cmp::Ordering {
    one.root.cmp(&two.root).then_with(|| {
        one.steps
            .iter()
            .map(step_rank)
            .cmp(two.steps.iter().map(step_rank))
    })
}

fn step_rank(step: &Step) -> (Option<u32>, &str) {
    match step {
        Step::Name(name) => (None, name),
        Step::Index(index) => (Some(*index), ""),
    }
}

/// Tests that the operands are not one and the same path. Equal constants are fine.
fn check_distinct(operator: &'static str, first: &Operand, second: &Operand) -> Outcome {
    match (first, second) {
        (Operand::Path(one), Operand::Path(two)) if one == two => {
            Err(ExprErrorKind::NotDistinct(operator, Box::new(one.clone())))
        }
        _ => Ok(()),
    }
}

fn check_ordered(operator: &'static str, operand: &Operand) -> Outcome {
    match constant_type(operand) {
        Some(kind) if !kind.is_scalar_key() => {
            Err(ExprErrorKind::OperandType(operator, kind.name()))
        }
        _ => Ok(()),
    }
}

/// The type of an operand that does not depend on the item.
fn constant_type(operand: &Operand) -> Option<AttrType> {
    match operand {
        Operand::Path(_) => None,
        Operand::Value(value) => Some(value.kind()),
        Operand::Size(_) => Some(AttrType::N),
        Operand::Truth(_) => Some(AttrType::Bool),
    }
}

/// A scalar as errors print it: `N:1`.
pub fn render_bound(value: &Attr) -> String {
    let content = match value {
        Attr::S(text) => text.clone(),
        Attr::N(number) => number.to_string(),
        Attr::B(bytes) => {
            let mut quoted = Vec::new();
            wire::write_base64(&mut quoted, bytes);
            String::from_utf8_lossy(&quoted)
                .trim_matches('"')
                .to_owned()
        }
        _ => String::new(),
    };
    format!("{}:{content}", value.kind().name())
}
