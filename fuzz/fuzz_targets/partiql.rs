//! Any text through the statement parser: no panic, and what is accepted prints to text that parses to the same.

#![no_main]

use dynasled::partiql::{ExprKind, StatementKind, parse_statement, resolve_value};
use dynasled::types::Attr;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let statement = match parse_statement(text) {
        Ok(statement) => statement,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let printed = statement.to_string();
    assert_eq!(
        parse_statement(&printed).as_ref(),
        Ok(&statement),
        "{printed}"
    );
    let parameters = vec![Attr::Bool(true); statement.parameters];
    if let StatementKind::Insert(insert) = &statement.kind {
        for member in &insert.members {
            let value = resolve_value(&member.value, &parameters);
            assert!(value.is_ok(), "{printed}");
            if matches!(member.value.kind, ExprKind::Parameter(_)) {
                assert!(resolve_value(&member.value, &[]).is_err());
            }
        }
    }
});
