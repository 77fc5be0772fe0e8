//! What all four parsers share: a cursor over tokens, document paths, operands, and the first problem to report.
//!
//! A syntax error ends parsing at once and wins over everything else. Other problems are noted while parsing goes on;
//! the service reports the one of the highest precedence (see [`precedence`]), the first of those in text order.
//! Operands and conditions nest on explicit stacks, never on the call stack: 4096 open parentheses are just text.

pub(super) mod condition;
pub(super) mod key_condition;
pub(super) mod projection;
pub(super) mod update;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use crate::expr::error::{Clause, ExprError, ExprErrorKind};
use crate::expr::lexer::{Lexer, Token, TokenKind};
use crate::expr::names::Placeholders;
use crate::expr::reserved::is_reserved;
use crate::limits::{EXPRESSION_BYTES, NESTING_LEVELS};
use crate::types::{Attr, Path, Step};

/// The largest list index: what fits a signed 32-bit integer.
const LARGEST_INDEX: u32 = i32::MAX as u32;

/// A cursor over the tokens of one expression.
struct Parser<'t, 'p> {
    text: &'t str,
    clause: Clause,
    lexer: Lexer<'t>,
    previous: Option<Token>,
    current: Token,
    next: Token,
    placeholders: &'p mut Placeholders,
    problem: Option<(Precedence, ExprError)>,
    /// How many simple conditions lie before the cursor.
    part: usize,
}

/// Smaller is reported first.
type Precedence = (u8, usize, u8);

/// What an operand of one kind of expression is made of.
trait Term: Sized {
    fn of_path(path: Path) -> Self;
    fn of_value(value: Arc<Attr>) -> Self;
    /// A function call. Problems are noted; what comes back must not nest without bound.
    fn of_call(parser: &mut Parser<'_, '_>, name: &Token, operands: Vec<Self>) -> Self;
    /// The path, if more steps may follow its closing parenthesis: `(a).b`.
    fn grouped_path(&mut self) -> Option<&mut Path>;
}

/// How many parentheses are around what was read last. The service refuses the second pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grouping {
    Bare,
    Parenthesised,
}

/// An operand that is not complete yet.
enum Unfinished<T> {
    Group,
    Call(Token, Vec<T>),
}

impl<'t, 'p> Parser<'t, 'p> {
    /// Starts on a text that is neither too long nor empty.
    fn open(
        text: &'t str,
        clause: Clause,
        placeholders: &'p mut Placeholders,
    ) -> Result<Parser<'t, 'p>, ExprError> {
        let refuse = |kind| {
            Err(ExprError {
                clause: Some(clause),
                kind,
                range: 0..text.len(),
            })
        };
        if text.len() > EXPRESSION_BYTES {
            return refuse(ExprErrorKind::TooLong(text.len()));
        }
        let mut lexer = Lexer::new(text);
        let current = lexer.next_token();
        if current.kind == TokenKind::End {
            return refuse(ExprErrorKind::Empty);
        }
        let next = lexer.next_token();
        Ok(Parser {
            text,
            clause,
            lexer,
            previous: None,
            current,
            next,
            placeholders,
            problem: None,
            part: 0,
        })
    }

    /// Ends on the end of the text, with the problem to report if there is one.
    fn finish(mut self) -> Result<(), ExprError> {
        self.expect(TokenKind::End)?;
        self.problem.map_or(Ok(()), |(_, error)| Err(error))
    }

    fn kind(&self) -> TokenKind {
        self.current.kind
    }

    fn slice(&self, token: &Token) -> &'t str {
        &self.text[token.range()]
    }

    fn advance(&mut self) -> Token {
        let token = self.current;
        self.previous = Some(token);
        self.current = self.next;
        self.next = self.lexer.next_token();
        token
    }

    fn take(&mut self, kind: TokenKind) -> Option<Token> {
        (self.kind() == kind).then(|| self.advance())
    }

    fn expect(&mut self, kind: TokenKind) -> Result<Token, ExprError> {
        self.take(kind).ok_or_else(|| self.syntax_error())
    }

    /// The current token cannot stand here.
    fn syntax_error(&self) -> ExprError {
        let token = match self.kind() {
            TokenKind::End => "<EOF>",
            _ => self.slice(&self.current),
        };
        let from = self
            .previous
            .map_or(self.current.start, |previous| previous.start);
        let to = match (self.kind(), self.next.kind) {
            (TokenKind::End, _) => self.previous.map_or(from, |previous| previous.end),
            (_, TokenKind::End) => self.current.end,
            _ => self.next.end,
        };
        ExprError {
            clause: Some(self.clause),
            kind: ExprErrorKind::Syntax {
                token: token.to_owned(),
                near: self.text[from..to].to_owned(),
            },
            range: self.current.range(),
        }
    }

    /// Notes a problem to report unless the text turns out to have a graver or an earlier one.
    fn note(&mut self, kind: ExprErrorKind, range: Range<usize>) {
        let rank = precedence(self.clause, self.part, &kind);
        if self.problem.as_ref().is_none_or(|(noted, _)| rank < *noted) {
            let clause = Some(self.clause);
            self.problem = Some((
                rank,
                ExprError {
                    clause,
                    kind,
                    range,
                },
            ));
        }
    }

    /// Notes the outcome of a static check of what begins at a place and ends before the cursor.
    fn note_failure(&mut self, start: usize, outcome: Result<(), ExprErrorKind>) {
        if let Err(kind) = outcome {
            let end = self.previous.map_or(start, |token| token.end);
            self.note(kind, start..end);
        }
    }

    fn path(&mut self) -> Result<Path, ExprError> {
        let start = self.current.start;
        let mut path = Path {
            root: self.name()?,
            steps: Vec::new(),
        };
        self.path_steps(start, &mut path)?;
        Ok(path)
    }

    /// Reads the `.name` and `[n]` that follow.
    fn path_steps(&mut self, start: usize, path: &mut Path) -> Result<(), ExprError> {
        loop {
            if self.take(TokenKind::Dot).is_some() {
                let name = self.name()?;
                path.steps.push(Step::Name(name));
            } else if self.take(TokenKind::OpenBracket).is_some() {
                let digits = self.expect(TokenKind::Digits)?;
                self.expect(TokenKind::CloseBracket)?;
                let index = self.slice(&digits).parse().ok();
                let index = index.filter(|index| *index <= LARGEST_INDEX);
                if index.is_none() {
                    let digits = self.slice(&digits).to_owned();
                    self.note_failure(start, Err(ExprErrorKind::IndexRange(digits)));
                }
                path.steps.push(Step::Index(index.unwrap_or(0)));
            } else {
                break;
            }
        }
        let levels = 1 + path.steps.len();
        if levels > NESTING_LEVELS {
            self.note_failure(start, Err(ExprErrorKind::PathDepth(levels)));
        }
        Ok(())
    }

    fn name(&mut self) -> Result<Arc<str>, ExprError> {
        let text = self.slice(&self.current);
        match self.kind() {
            TokenKind::Name => {
                if is_reserved(text) {
                    let range = self.current.range();
                    self.note(ExprErrorKind::Reserved(text.to_owned()), range);
                }
                self.advance();
                Ok(Arc::from(text))
            }
            TokenKind::NameReference => {
                let name = self.placeholders.resolve_name(text);
                if name.is_none() {
                    let range = self.current.range();
                    self.note(ExprErrorKind::UndefinedName(text.to_owned()), range);
                }
                self.advance();
                Ok(name.unwrap_or_default())
            }
            _ => Err(self.syntax_error()),
        }
    }

    fn value(&mut self) -> Result<Arc<Attr>, ExprError> {
        let token = self.expect(TokenKind::ValueReference)?;
        let key = self.slice(&token);
        let value = self.placeholders.resolve_value(key);
        if value.is_none() {
            self.note(ExprErrorKind::UndefinedValue(key.to_owned()), token.range());
        }
        // What stands in for a missing value is never looked at: the problem noted above is reported.
        Ok(value.unwrap_or_else(|| Arc::new(Attr::Null)))
    }

    /// Reads a path, a value, a call, or one of them in parentheses.
    fn operand<T: Term>(&mut self) -> Result<T, ExprError> {
        let mut unfinished: Vec<Unfinished<T>> = Vec::new();
        loop {
            let mut operand = match (self.kind(), self.next.kind) {
                (TokenKind::Open, _) => {
                    self.advance();
                    unfinished.push(Unfinished::Group);
                    continue;
                }
                (TokenKind::Name, TokenKind::Open) => {
                    let name = self.advance();
                    self.advance();
                    unfinished.push(Unfinished::Call(name, Vec::new()));
                    continue;
                }
                (TokenKind::ValueReference, _) => T::of_value(self.value()?),
                _ => T::of_path(self.path()?),
            };
            let mut grouping = Grouping::Bare;
            loop {
                match unfinished.pop() {
                    None => return Ok(operand),
                    Some(Unfinished::Group) => {
                        self.close_group(&mut grouping)?;
                        self.grouped_path_steps(&mut operand, &mut grouping)?;
                    }
                    Some(Unfinished::Call(name, mut operands)) => {
                        operands.push(operand);
                        if self.take(TokenKind::Comma).is_some() {
                            unfinished.push(Unfinished::Call(name, operands));
                            break;
                        }
                        self.expect(TokenKind::Close)?;
                        operand = T::of_call(self, &name, operands);
                        grouping = Grouping::Bare;
                    }
                }
            }
        }
    }

    /// Reads the parenthesis that closes a group.
    fn close_group(&mut self, grouping: &mut Grouping) -> Result<(), ExprError> {
        let close = self.expect(TokenKind::Close)?;
        if *grouping == Grouping::Parenthesised {
            self.note(ExprErrorKind::RedundantParentheses, close.range());
        }
        *grouping = Grouping::Parenthesised;
        Ok(())
    }

    /// Reads what follows a path in parentheses: `(a).b`.
    fn grouped_path_steps<T: Term>(
        &mut self,
        operand: &mut T,
        grouping: &mut Grouping,
    ) -> Result<(), ExprError> {
        if matches!(self.kind(), TokenKind::Dot | TokenKind::OpenBracket)
            && let Some(path) = operand.grouped_path()
        {
            self.path_steps(self.current.start, path)?;
            *grouping = Grouping::Bare;
        }
        Ok(())
    }
}

/// Which problem of a text is reported: by kind first, in conditions then by simple condition, then by kind again.
/// Among equals the first in the text wins. A syntax error is not in this list: it ends parsing.
fn precedence(clause: Clause, part: usize, kind: &ExprErrorKind) -> Precedence {
    use ExprErrorKind as K;
    match clause {
        Clause::Condition | Clause::Filter | Clause::KeyCondition => match kind {
            K::RedundantParentheses => (0, 0, 0),
            K::TooManyOperators(_) => (1, 0, 0),
            K::UnknownFunction(_) => (2, 0, 0),
            K::MisusedFunction(_) => (3, 0, 0),
            K::Reserved(_) => (4, 0, 0),
            K::UndefinedName(_) | K::UndefinedValue(_) => (5, part, 0),
            K::PathDepth(_) | K::IndexRange(_) => (5, part, 1),
            K::OperandCount(..) => (5, part, 2),
            K::NotDistinct(..) => (5, part, 3),
            _ => (5, part, 4),
        },
        Clause::Projection | Clause::Update => {
            let kind = match kind {
                K::RedundantParentheses => 0,
                K::Reserved(_) => 1,
                K::UnknownFunction(_) => 2,
                K::MisusedFunction(_) => 3,
                K::RepeatedSection(_) => 4,
                K::UndefinedName(_) | K::UndefinedValue(_) => 5,
                K::PathDepth(_) | K::IndexRange(_) => 6,
                K::Overlap(_) => 7,
                K::Conflict(_) => 8,
                K::ActionType(..) => 9,
                _ => 10,
            };
            (kind, 0, 0)
        }
    }
}
