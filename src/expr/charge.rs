//! The statement charge: bytes that an update is billed for what it writes, whatever the item holds.
//!
//! The service refuses an update whose charge alone exceeds an item's size, before it looks at the condition.

use crate::expr::ast::{Action, SetValue, Update};
use crate::types::{Path, Step};

impl Update {
    /// The charge, over all actions.
    pub fn charge(&self) -> usize {
        3 + self.actions.iter().map(charge_of_action).sum::<usize>()
    }
}

fn charge_of_action(action: &Action) -> usize {
    let target = charge_of_target(action.target());
    match action {
        Action::Set { value, .. } => 19 + target + charge_of_value(value),
        Action::Add { value, .. } => 19 + target + value.byte_size(),
        Action::Remove { .. } | Action::Delete { .. } => 1 + target,
    }
}

fn charge_of_target(target: &Path) -> usize {
    let steps = target.steps.iter().map(|step| 4 + length(step));
    target.root.len() + steps.sum::<usize>()
}

fn charge_of_value(value: &SetValue) -> usize {
    let both =
        |operands: &[SetValue; 2]| charge_of_value(&operands[0]) + charge_of_value(&operands[1]);
    match value {
        SetValue::Value(value) => value.byte_size(),
        SetValue::Path(path) => charge_of_path(path),
        SetValue::Sum(operands) => 34 + both(operands),
        SetValue::Difference(operands) | SetValue::ListAppend(operands) => 37 + both(operands),
        SetValue::IfNotExists(path, otherwise) => {
            39 + charge_of_path(path) + charge_of_value(otherwise)
        }
    }
}

/// What reading a path is charged; the value read is free.
fn charge_of_path(path: &Path) -> usize {
    let steps = path.steps.iter().map(|step| 14 + length(step));
    1 + 14 + path.root.len() + steps.sum::<usize>()
}

/// Bytes of a name, digits of an index.
fn length(step: &Step) -> usize {
    match step {
        Step::Name(name) => name.len(),
        Step::Index(index) => 1 + index.checked_ilog10().unwrap_or(0) as usize,
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::{Placeholders, parse_update};
    use crate::types::Attr;

    fn check(text: &str, expected: usize) {
        let names = vec![("#long".to_owned(), "long_name".to_owned())];
        let values = [
            (":ten", Attr::S("0123456789".into())),
            (":one", Attr::N(1u64.into())),
            (":set", Attr::Ss(vec!["a".into(), "bc".into()])),
            (
                ":list",
                Attr::L(vec![Attr::N(1u64.into()), Attr::S("ab".into())]),
            ),
        ];
        let values = values.map(|(key, value)| (key.to_owned(), value));
        let mut placeholders = Placeholders::new(names, values.to_vec());
        let update = parse_update(text, &mut placeholders).expect("a valid update");
        assert_eq!(update.charge(), expected, "{text}");
    }

    #[test]
    fn clauses() {
        check("SET b = :ten", 3 + 19 + 1 + 10);
        check("SET #long = :ten", 3 + 19 + 9 + 10);
        check("SET a.bc[12] = :one", 3 + 19 + (1 + 4 + 2 + 4 + 2) + 2);
        check("SET a[0] = :list", 3 + 19 + (1 + 4 + 1) + (3 + 3 + 3));
        check("ADD a :set", 3 + 19 + 1 + 3);
        check(
            "REMOVE a, bc DELETE d :set",
            3 + (1 + 1) + (1 + 2) + (1 + 1),
        );
    }

    #[test]
    fn operands() {
        let a = 1 + 14 + 1;
        check("SET z = a", 3 + 20 + a);
        check("SET z = a.b[10]", 3 + 20 + 1 + 15 + 15 + 16);
        check("SET z = (a + :one)", 3 + 20 + 34 + a + 2);
        check("SET z = :one - a", 3 + 20 + 37 + a + 2);
        check("SET z = if_not_exists(a, :one)", 3 + 20 + 39 + a + 2);
        check("SET z = list_append(:list, a)", 3 + 20 + 37 + a + 9);
        check(
            "SET z = if_not_exists(a, :one) + :one",
            3 + 20 + 34 + (39 + a + 2) + 2,
        );
    }

    #[test]
    fn the_known_ceiling() {
        // A one-byte name on a table keyed by a two-byte name: 409,581 bytes of finished item are the most.
        let overhead = 3 + 19 + 1;
        let finished = 409_581;
        let key = 3;
        let value = finished - key - 1;
        let charge = overhead + value;
        assert!(charge <= 409_600, "{charge}");
        assert!(charge + 1 > 409_600, "{charge}");
    }
}
