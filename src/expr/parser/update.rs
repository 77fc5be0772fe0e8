//! `UpdateExpression`: sections SET, REMOVE, ADD and DELETE, each at most once, in any order.
//!
//! ```text
//! SET     path = value, ...      value := operand | operand + operand | operand - operand, or that in parentheses
//! REMOVE  path, ...
//! ADD     path :value, ...
//! DELETE  path :value, ...
//! ```

use std::sync::Arc;

use crate::expr::ast::{Action, SetValue, Update, UpdateStyle};
use crate::expr::check;
use crate::expr::error::{Clause, ExprError, ExprErrorKind};
use crate::expr::lexer::{Token, TokenKind};
use crate::expr::names::Placeholders;
use crate::expr::parser::{Grouping, Parser, Term};
use crate::types::{Attr, AttrType, Path};

/// Parses an update; no two of its targets overlap or conflict.
pub fn parse_update(text: &str, placeholders: &mut Placeholders) -> Result<Update, ExprError> {
    let mut parser = Parser::open(text, Clause::Update, placeholders)?;
    let mut actions = Vec::new();
    let mut sections = Vec::new();
    loop {
        let (name, read): (_, ReadAction) = match parser.kind() {
            TokenKind::Set => ("SET", set),
            TokenKind::Remove => ("REMOVE", remove),
            TokenKind::Add => ("ADD", add),
            TokenKind::Delete => ("DELETE", delete),
            // The first token has to begin a section; after one the text may end.
            _ if sections.is_empty() => return Err(parser.syntax_error()),
            _ => break,
        };
        let section = parser.advance();
        if sections.contains(&name) {
            parser.note(ExprErrorKind::RepeatedSection(name), section.range());
        } else {
            sections.push(name);
        }
        actions.push(read(&mut parser)?);
        while parser.take(TokenKind::Comma).is_some() {
            actions.push(read(&mut parser)?);
        }
    }
    let style = UpdateStyle::Expression;
    let update = Update { actions, style };
    let outcome = check::check_apart(update.targets());
    parser.note_failure(0, outcome);
    parser.finish()?;
    Ok(update)
}

type BuildArithmetic = fn(Box<[SetValue; 2]>) -> SetValue;

type ReadAction = fn(&mut Parser<'_, '_>) -> Result<Action, ExprError>;

fn set(parser: &mut Parser<'_, '_>) -> Result<Action, ExprError> {
    let target = parser.path()?;
    parser.expect(TokenKind::Equal)?;
    let value = set_value(parser)?;
    Ok(Action::Set { target, value })
}

fn remove(parser: &mut Parser<'_, '_>) -> Result<Action, ExprError> {
    let target = parser.path()?;
    Ok(Action::Remove { target })
}

fn add(parser: &mut Parser<'_, '_>) -> Result<Action, ExprError> {
    let start = parser.current.start;
    let target = parser.path()?;
    let value = parser.value()?;
    parser.note_failure(start, check::check_add(&value));
    Ok(Action::Add { target, value })
}

fn delete(parser: &mut Parser<'_, '_>) -> Result<Action, ExprError> {
    let start = parser.current.start;
    let target = parser.path()?;
    let value = parser.value()?;
    parser.note_failure(start, check::check_delete(&value));
    Ok(Action::Delete { target, value })
}

/// Reads the right-hand side of a SET. Parentheses may be around the whole, or around either operand.
fn set_value(parser: &mut Parser<'_, '_>) -> Result<SetValue, ExprError> {
    let start = parser.current.start;
    let mut open = 0usize;
    while parser.take(TokenKind::Open).is_some() {
        open += 1;
    }
    let mut value = parser.operand()?;
    let mut grouping = Grouping::Bare;
    while open > 0 && parser.kind() == TokenKind::Close {
        parser.close_group(&mut grouping)?;
        open -= 1;
    }
    let (operator, build): (_, BuildArithmetic) = match parser.kind() {
        TokenKind::Plus => ("+", SetValue::Sum),
        TokenKind::Minus => ("-", SetValue::Difference),
        _ if open == 0 => return Ok(value),
        _ => return Err(parser.syntax_error()),
    };
    parser.advance();
    let operands = [value, parser.operand()?];
    let outcome = check::check_set_operands(operator, &operands, AttrType::N);
    parser.note_failure(start, outcome);
    value = build(Box::new(operands));
    grouping = Grouping::Bare;
    while open > 0 {
        parser.close_group(&mut grouping)?;
        open -= 1;
    }
    Ok(value)
}

impl Term for SetValue {
    fn of_path(path: Path) -> SetValue {
        SetValue::Path(path)
    }

    fn of_value(value: Arc<Attr>) -> SetValue {
        SetValue::Value(value)
    }

    fn of_call(parser: &mut Parser<'_, '_>, name: &Token, operands: Vec<SetValue>) -> SetValue {
        let start = name.start;
        let function = match parser.slice(name) {
            "if_not_exists" => "if_not_exists",
            "list_append" => "list_append",
            other => {
                let problem = match condition_function(other) {
                    Some(function) => ExprErrorKind::MisusedFunction(function),
                    None => ExprErrorKind::UnknownFunction(other.to_owned()),
                };
                parser.note(problem, name.range());
                return nothing();
            }
        };
        // `list_append` stands alone or beside an arithmetic operator, never within a function.
        if operands
            .iter()
            .any(|operand| matches!(operand, SetValue::ListAppend(_)))
        {
            let problem = ExprErrorKind::MisusedFunction("list_append");
            parser.note_failure(start, Err(problem));
            return nothing();
        }
        let operands: [SetValue; 2] = match operands.try_into() {
            Ok(operands) => operands,
            Err(operands) => {
                let operands: Vec<SetValue> = operands;
                let problem = ExprErrorKind::OperandCount(function, operands.len());
                parser.note_failure(start, Err(problem));
                return nothing();
            }
        };
        if function == "list_append" {
            let outcome = check::check_set_operands(function, &operands, AttrType::L);
            parser.note_failure(start, outcome);
            return SetValue::ListAppend(Box::new(operands));
        }
        let [first, otherwise] = operands;
        if let SetValue::Path(path) = first {
            if otherwise == SetValue::Path(path.clone()) {
                let problem = ExprErrorKind::NotDistinct(function, Box::new(path.clone()));
                parser.note_failure(start, Err(problem));
            }
            SetValue::IfNotExists(path, Box::new(otherwise))
        } else {
            parser.note_failure(start, Err(ExprErrorKind::NeedsPath(function)));
            nothing()
        }
    }

    fn grouped_path(&mut self) -> Option<&mut Path> {
        None
    }
}

/// The functions of conditions: they exist, but not in an update.
fn condition_function(name: &str) -> Option<&'static str> {
    [
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "begins_with",
        "contains",
        "size",
    ]
    .into_iter()
    .find(|function| *function == name)
}

/// Takes the place of a call in a tree that is refused in the end.
fn nothing() -> SetValue {
    SetValue::Path(Path {
        root: Arc::default(),
        steps: Vec::new(),
    })
}
