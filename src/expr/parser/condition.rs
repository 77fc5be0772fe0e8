//! `ConditionExpression` and `FilterExpression`; the first half of `KeyConditionExpression`.
//!
//! ```text
//! condition := condition OR condition | condition AND condition | NOT condition | ( condition ) | simple
//! simple    := operand comparator operand | operand BETWEEN operand AND operand | operand IN ( operand, ... )
//!            | function ( operand, ... )
//! ```
//! An open parenthesis may begin a condition or an operand; which of them shows only later. So both share one stack
//! of what is unfinished, and past the operator limit nothing is nested any more.

use std::sync::Arc;

use crate::expr::ast::{Comparator, Condition, Operand};
use crate::expr::check;
use crate::expr::error::{Clause, ExprError, ExprErrorKind};
use crate::expr::lexer::{Token, TokenKind};
use crate::expr::names::Placeholders;
use crate::expr::parser::{Grouping, Parser, Term};
use crate::limits::EXPRESSION_OPERATORS;
use crate::types::{Attr, Path};

/// Parses a condition; the clause is `Condition` or `Filter`.
pub fn parse_condition(
    text: &str,
    clause: Clause,
    placeholders: &mut Placeholders,
) -> Result<Condition, ExprError> {
    let mut conditions = Conditions {
        parser: Parser::open(text, clause, placeholders)?,
        unfinished: Vec::new(),
        operators: 0,
    };
    let condition = conditions.read()?;
    conditions.parser.finish()?;
    Ok(condition)
}

struct Conditions<'t, 'p> {
    parser: Parser<'t, 'p>,
    unfinished: Vec<Unfinished>,
    operators: usize,
}

/// What waits for a condition, or for an operand, to be complete.
enum Unfinished {
    Group,
    Not,
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

/// An operand, or a function call that may be a condition of its own.
enum Part {
    Operand(Operand),
    Test(Condition, &'static str),
    /// A call of no function; it can stand anywhere since it is reported anyway.
    Unknown,
}

impl Conditions<'_, '_> {
    fn read(&mut self) -> Result<Condition, ExprError> {
        loop {
            let mut condition = match self.parser.kind() {
                TokenKind::Not => {
                    let not = self.parser.advance();
                    self.count_operator(&not);
                    self.unfinished.push(Unfinished::Not);
                    continue;
                }
                TokenKind::Open => {
                    self.parser.advance();
                    self.unfinished.push(Unfinished::Group);
                    continue;
                }
                _ => self.simple()?,
            };
            loop {
                condition = self.close_nots(condition.0, condition.1);
                match self.parser.kind() {
                    TokenKind::And => {
                        let and = self.parser.advance();
                        self.count_operator(&and);
                        self.chain_and(condition.0);
                        break;
                    }
                    TokenKind::Or => {
                        let or = self.parser.advance();
                        self.count_operator(&or);
                        let condition = self.close_and(condition.0);
                        self.chain_or(condition);
                        break;
                    }
                    _ => {}
                }
                condition = self.close_chains(condition.0, condition.1);
                if self.unfinished.pop().is_none() {
                    return Ok(condition.0);
                }
                self.parser.close_group(&mut condition.1)?;
            }
        }
    }

    /// Reads a simple condition, with parentheses that turn out to be around it or its first operand.
    fn simple(&mut self) -> Result<(Condition, Grouping), ExprError> {
        let start = self.parser.current.start;
        let mut part: Part = self.parser.operand()?;
        let mut grouping = Grouping::Bare;
        while self.parser.kind() == TokenKind::Close
            && matches!(self.unfinished.last(), Some(Unfinished::Group))
        {
            self.unfinished.pop();
            self.parser.close_group(&mut grouping)?;
            self.parser.grouped_path_steps(&mut part, &mut grouping)?;
        }
        let comparator = match self.parser.kind() {
            TokenKind::Equal => Comparator::Equal,
            TokenKind::NotEqual => Comparator::NotEqual,
            TokenKind::Less => Comparator::Less,
            TokenKind::LessOrEqual => Comparator::LessOrEqual,
            TokenKind::Greater => Comparator::Greater,
            TokenKind::GreaterOrEqual => Comparator::GreaterOrEqual,
            TokenKind::Between => {
                let condition = self.between(start, part)?;
                return Ok((self.end_part(condition), Grouping::Bare));
            }
            TokenKind::In => {
                let condition = self.one_of(start, part)?;
                return Ok((self.end_part(condition), Grouping::Bare));
            }
            _ => {
                let condition = self.standing_alone(start, part)?;
                return Ok((self.end_part(condition), grouping));
            }
        };
        let operator = self.parser.advance();
        self.count_operator(&operator);
        let left = self.operand_of(part, start);
        let right = self.operand()?;
        let outcome = check::check_comparison(comparator, &left, &right);
        self.parser.note_failure(start, outcome);
        let condition = Condition::Compare {
            left,
            comparator,
            right,
        };
        Ok((self.end_part(condition), Grouping::Bare))
    }

    fn between(&mut self, start: usize, part: Part) -> Result<Condition, ExprError> {
        let operator = self.parser.advance();
        self.count_operator(&operator);
        let operand = self.operand_of(part, start);
        let lower = self.operand()?;
        self.parser.expect(TokenKind::And)?;
        let upper = self.operand()?;
        let outcome = check::check_between(&operand, &lower, &upper);
        self.parser.note_failure(start, outcome);
        Ok(Condition::Between {
            operand,
            lower,
            upper,
        })
    }

    fn one_of(&mut self, start: usize, part: Part) -> Result<Condition, ExprError> {
        let operator = self.parser.advance();
        self.count_operator(&operator);
        let operand = self.operand_of(part, start);
        self.parser.expect(TokenKind::Open)?;
        let mut choices = vec![self.operand()?];
        while self.parser.take(TokenKind::Comma).is_some() {
            choices.push(self.operand()?);
        }
        self.parser.expect(TokenKind::Close)?;
        let outcome = check::check_in(&choices);
        self.parser.note_failure(start, outcome);
        let outcome = check::check_choices_distinct(&operand, &choices);
        self.parser.note_failure(start, outcome);
        Ok(Condition::In { operand, choices })
    }

    /// Only a function other than `size` is a condition by itself.
    fn standing_alone(&mut self, start: usize, part: Part) -> Result<Condition, ExprError> {
        match part {
            Part::Test(condition, _) => Ok(condition),
            Part::Unknown => Ok(Condition::And(Vec::new())),
            Part::Operand(Operand::Size(_)) => {
                let misuse = Err(ExprErrorKind::MisusedFunction("size"));
                self.parser.note_failure(start, misuse);
                Ok(Condition::And(Vec::new()))
            }
            Part::Operand(_) => Err(self.parser.syntax_error()),
        }
    }

    fn operand(&mut self) -> Result<Operand, ExprError> {
        let start = self.parser.current.start;
        let part = self.parser.operand()?;
        Ok(self.operand_of(part, start))
    }

    fn operand_of(&mut self, part: Part, start: usize) -> Operand {
        operand_of(&mut self.parser, part, start)
    }

    fn end_part(&mut self, condition: Condition) -> Condition {
        self.parser.part += 1;
        condition
    }

    /// Counts up to the first operator too many; that is the number which the service reports.
    fn count_operator(&mut self, token: &Token) {
        self.operators += 1;
        if self.operators > EXPRESSION_OPERATORS {
            let count = EXPRESSION_OPERATORS + 1;
            self.parser
                .note(ExprErrorKind::TooManyOperators(count), token.range());
        }
    }

    /// Whether the tree may still grow. Past the limit it is never handed out, so it need not be complete.
    fn within_limit(&self) -> bool {
        self.operators <= EXPRESSION_OPERATORS
    }

    fn close_nots(
        &mut self,
        mut condition: Condition,
        mut grouping: Grouping,
    ) -> (Condition, Grouping) {
        while matches!(self.unfinished.last(), Some(Unfinished::Not)) {
            self.unfinished.pop();
            if self.within_limit() {
                condition = Condition::Not(Box::new(condition));
            }
            grouping = Grouping::Bare;
        }
        (condition, grouping)
    }

    fn chain_and(&mut self, condition: Condition) {
        if let Some(Unfinished::And(parts)) = self.unfinished.last_mut() {
            parts.push(condition);
        } else {
            self.unfinished.push(Unfinished::And(vec![condition]));
        }
    }

    fn chain_or(&mut self, condition: Condition) {
        if let Some(Unfinished::Or(parts)) = self.unfinished.last_mut() {
            parts.push(condition);
        } else {
            self.unfinished.push(Unfinished::Or(vec![condition]));
        }
    }

    fn close_and(&mut self, condition: Condition) -> Condition {
        let Some(Unfinished::And(parts)) = self.unfinished.last_mut() else {
            return condition;
        };
        let mut parts = std::mem::take(parts);
        self.unfinished.pop();
        if !self.within_limit() {
            return condition;
        }
        parts.push(condition);
        Condition::And(parts)
    }

    fn close_or(&mut self, condition: Condition) -> Condition {
        let Some(Unfinished::Or(parts)) = self.unfinished.last_mut() else {
            return condition;
        };
        let mut parts = std::mem::take(parts);
        self.unfinished.pop();
        if !self.within_limit() {
            return condition;
        }
        parts.push(condition);
        Condition::Or(parts)
    }

    fn close_chains(&mut self, condition: Condition, grouping: Grouping) -> (Condition, Grouping) {
        let before = self.unfinished.len();
        let condition = self.close_and(condition);
        let condition = self.close_or(condition);
        if self.unfinished.len() == before {
            (condition, grouping)
        } else {
            (condition, Grouping::Bare)
        }
    }
}

impl Term for Part {
    fn of_path(path: Path) -> Part {
        Part::Operand(Operand::Path(path))
    }

    fn of_value(value: Arc<Attr>) -> Part {
        Part::Operand(Operand::Value(value))
    }

    fn of_call(parser: &mut Parser<'_, '_>, name: &Token, operands: Vec<Part>) -> Part {
        let start = name.start;
        let operands: Vec<Operand> = operands
            .into_iter()
            .map(|part| operand_of(parser, part, start))
            .collect();
        let Some((function, wanted)) = function_of(parser.slice(name)) else {
            let text = parser.slice(name).to_owned();
            parser.note(ExprErrorKind::UnknownFunction(text), name.range());
            return Part::Unknown;
        };
        if wanted == 0 {
            parser.note(ExprErrorKind::MisusedFunction(function), name.range());
            return Part::Unknown;
        }
        if operands.len() != wanted {
            let problem = ExprErrorKind::OperandCount(function, operands.len());
            parser.note_failure(start, Err(problem));
            return stand_in(function);
        }
        let mut operands = operands.into_iter();
        match (operands.next(), operands.next()) {
            (Some(first), Some(second)) => {
                let (condition, outcome) = call_of_two(function, first, second);
                parser.note_failure(start, outcome);
                Part::Test(condition, function)
            }
            (Some(only), None) => call_of_one(parser, start, function, only),
            (None, _) => stand_in(function),
        }
    }

    fn grouped_path(&mut self) -> Option<&mut Path> {
        match self {
            Part::Operand(Operand::Path(path)) => Some(path),
            _ => None,
        }
    }
}

/// A function's name and number of operands; none for those of updates, which exist but not here.
fn function_of(name: &str) -> Option<(&'static str, usize)> {
    Some(match name {
        "attribute_exists" => ("attribute_exists", 1),
        "attribute_not_exists" => ("attribute_not_exists", 1),
        "attribute_type" => ("attribute_type", 2),
        "begins_with" => ("begins_with", 2),
        "contains" => ("contains", 2),
        "size" => ("size", 1),
        "if_not_exists" => ("if_not_exists", 0),
        "list_append" => ("list_append", 0),
        _ => return None,
    })
}

/// Where an operand is wanted, `size` is the only function.
fn operand_of(parser: &mut Parser<'_, '_>, part: Part, start: usize) -> Operand {
    match part {
        Part::Operand(operand) => operand,
        Part::Test(_, function) => {
            parser.note_failure(start, Err(ExprErrorKind::MisusedFunction(function)));
            nothing()
        }
        Part::Unknown => nothing(),
    }
}

/// Takes the place of an operand in a tree that is refused in the end.
fn nothing() -> Operand {
    Operand::Path(Path {
        root: Arc::default(),
        steps: Vec::new(),
    })
}

fn stand_in(function: &'static str) -> Part {
    match function {
        "size" => Part::Operand(Operand::Size(Box::new(nothing()))),
        _ => Part::Test(Condition::And(Vec::new()), function),
    }
}

fn call_of_one(
    parser: &mut Parser<'_, '_>,
    start: usize,
    function: &'static str,
    operand: Operand,
) -> Part {
    if function == "size" {
        let outcome = check::check_size(&operand);
        parser.note_failure(start, outcome);
        return match operand {
            Operand::Size(_) => stand_in(function),
            operand => Part::Operand(Operand::Size(Box::new(operand))),
        };
    }
    match operand {
        Operand::Path(path) if function == "attribute_exists" => {
            Part::Test(Condition::Exists(path), function)
        }
        Operand::Path(path) => Part::Test(Condition::Missing(path), function),
        _ => {
            parser.note_failure(start, Err(ExprErrorKind::NeedsPath(function)));
            stand_in(function)
        }
    }
}

fn call_of_two(
    function: &'static str,
    first: Operand,
    second: Operand,
) -> (Condition, Result<(), ExprErrorKind>) {
    match function {
        "attribute_type" => match check::check_attribute_type(&first, &second) {
            Ok(kind) => (
                Condition::TypeIs {
                    operand: first,
                    kind,
                },
                Ok(()),
            ),
            Err(problem) => (Condition::And(Vec::new()), Err(problem)),
        },
        "begins_with" => {
            let outcome = check::check_begins_with(&first, &second);
            let condition = Condition::BeginsWith {
                operand: first,
                prefix: second,
            };
            (condition, outcome)
        }
        _ => {
            let outcome = check::check_contains(&first, &second);
            let condition = Condition::Contains {
                container: first,
                member: second,
            };
            (condition, outcome)
        }
    }
}
