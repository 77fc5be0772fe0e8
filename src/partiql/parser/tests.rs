//! What the parsers accept, as it is printed, and the exact words of what is refused.

mod limits;
mod reads;
mod refusals;
mod values;
mod writes;

use crate::partiql::{Statement, parse_statement};

/// Parses a statement that has to be accepted.
fn accepted(text: &str) -> Statement {
    parse_statement(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Tests that a statement is accepted and how it is printed.
fn check(text: &str, printed: &str) {
    assert_eq!(accepted(text).to_string(), printed, "{text}");
}

/// Tests that a condition is accepted and how it is printed.
fn check_condition(text: &str, printed: &str) {
    let statement = accepted(&format!("SELECT * FROM t WHERE {text}"));
    let expected = format!("SELECT * FROM \"t\" WHERE {printed}");
    assert_eq!(statement.to_string(), expected, "{text}");
}

/// Tests the message of a statement that is refused. `@token` stands for the position of a token's first occurrence,
/// `@n@token` for that of its occurrence number `n`, which may not contain spaces.
fn check_refused(text: &str, message: &str) {
    let error = parse_statement(text).expect_err(text);
    let expected = match message.split_once('@') {
        None => message.to_owned(),
        Some((before, token)) => {
            let (occurrence, token) = match token.split_once('@') {
                Some((number, token)) => (number.parse().expect("a number"), token),
                None => (1, token),
            };
            let (place, _) = text
                .match_indices(token)
                .nth(occurrence - 1)
                .expect("the token is in the text");
            let column = text[..place].chars().count() + 1;
            format!("{before}1:{column}:{}", token.chars().count())
        }
    };
    assert_eq!(error.to_string(), expected, "{text}");
}

/// The same, for a text that is no statement.
fn check_malformed(text: &str, detail: &str) {
    let envelope = "Statement wasn't well formed, can't be processed: ";
    check_refused(text, &format!("{envelope}{detail}"));
}
