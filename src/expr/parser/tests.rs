//! What each parser accepts and the exact words of what it refuses.

mod conditions;
mod limits;
mod reads;
mod updates;

use std::fmt::Debug;

use crate::expr::{
    Clause, ExprError, KeyTest, Placeholders, parse_condition, parse_key_condition,
    parse_projection, parse_update,
};
use crate::types::{Attr, Item, Number};

/// `#a`..`#d` alias `a`..`d`, `#dot` and `#three` names that cannot be written; one value of each type.
fn placeholders() -> Placeholders {
    let names = ["a", "b", "c", "d"].map(|name| (format!("#{name}"), name.to_owned()));
    let names = names.into_iter().chain([
        ("#dot".to_owned(), "x.y".to_owned()),
        ("#three".to_owned(), "[3]".to_owned()),
    ]);
    let text = |text: &str| Attr::S(text.to_owned());
    let values = [
        (":s", text("a")),
        (":t", text("b")),
        (":n", Attr::N(Number::from(1u64))),
        (":m", Attr::N(Number::from(5u64))),
        (":b", Attr::B(vec![1])),
        (":bool", Attr::Bool(true)),
        (":null", Attr::Null),
        (":l", Attr::L(Vec::new())),
        (":map", Attr::M(Item::new())),
        (":ss", Attr::Ss(vec!["a".to_owned()])),
        (":ns", Attr::Ns(vec![Number::ZERO])),
        (":bs", Attr::Bs(vec![vec![0]])),
        (":SS", text("SS")),
        (":DOG", text("DOG")),
    ];
    let values = values.map(|(key, value)| (key.to_owned(), value));
    Placeholders::new(names.collect(), values.to_vec())
}

/// `expected` is what follows `Invalid ...Expression: `, or nothing for an accepted text.
fn check<T: Debug>(clause: Clause, text: &str, outcome: &Result<T, ExprError>, expected: &str) {
    let found = match outcome {
        Ok(_) => String::new(),
        Err(error) => {
            assert_eq!(error.clause, Some(clause), "{text}");
            assert!(text.get(error.range.clone()).is_some(), "{text}");
            let message = error.to_string();
            let prefix = format!("Invalid {}: ", clause.name());
            message.strip_prefix(&prefix).unwrap_or_default().to_owned()
        }
    };
    assert_eq!(found, expected, "{text}");
}

fn condition(text: &str, expected: &str) {
    for clause in [Clause::Condition, Clause::Filter] {
        let outcome = parse_condition(text, clause, &mut placeholders());
        check(clause, text, &outcome, expected);
    }
}

fn key_condition(text: &str, expected: &str) {
    let outcome = parse_key_condition(text, &mut placeholders());
    check(Clause::KeyCondition, text, &outcome, expected);
}

fn projection(text: &str, expected: &str) {
    let outcome = parse_projection(text, &mut placeholders());
    check(Clause::Projection, text, &outcome, expected);
}

fn update(text: &str, expected: &str) {
    let outcome = parse_update(text, &mut placeholders());
    check(Clause::Update, text, &outcome, expected);
}

fn syntax(token: &str, near: &str) -> String {
    format!("Syntax error; token: \"{token}\", near: \"{near}\"")
}

const REDUNDANT: &str = "The expression has redundant parentheses;";

fn misused(function: &str) -> String {
    format!(
        "The function is not allowed to be used this way in an expression; function: {function}"
    )
}

fn operand_type(operator: &str, kind: &str) -> String {
    format!(
        "Incorrect operand type for operator or function; \
         operator or function: {operator}, operand type: {kind}"
    )
}

fn operand_count(function: &str, count: usize) -> String {
    format!(
        "Incorrect number of operands for operator or function; \
         operator or function: {function}, number of operands: {count}"
    )
}

fn undefined_name(name: &str) -> String {
    format!(
        "An expression attribute name used in the document path is not defined; \
         attribute name: {name}"
    )
}

fn undefined_value(name: &str) -> String {
    format!(
        "An expression attribute value used in expression is not defined; attribute value: {name}"
    )
}

fn reserved(word: &str) -> String {
    format!("Attribute name is a reserved keyword; reserved keyword: {word}")
}

fn two_paths(what: &str, one: &str, two: &str) -> String {
    format!(
        "Two document paths {what} with each other; must remove or rewrite one of these paths; \
         path one: {one}, path two: {two}"
    )
}
