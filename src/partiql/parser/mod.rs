//! What the parsers of all statements share: a cursor over tokens, paths, tables, and the first problem to report.
//!
//! A mistake of grammar ends parsing at once and wins over everything else. What is good grammar but not for this
//! service is noted while parsing goes on; the first of these is reported, then what `check` finds. Expressions nest on
//! the call stack, but no deeper than [`LEVELS`]; what is deeper is refused as malformed.

mod change;
mod predicate;
mod select;
mod term;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::partiql::ast::{Column, Expr, ExprKind, Source, Span, Statement, StatementKind};
use crate::partiql::check::check_statement;
use crate::partiql::error::{Malformation, PartiqlError};
use crate::partiql::lexer::{Token, TokenKind, read_tokens, unquote};
use crate::types::{Path, Step};

/// Levels of an expression's tree. Values of the service have 32; what is deeper than this cannot be meant.
const LEVELS: usize = 100;

/// The largest list index: what fits a signed 32-bit integer.
const LARGEST_INDEX: u32 = i32::MAX as u32;

/// Parses a statement and checks what can be checked without its table and its parameters.
pub fn parse_statement(text: &str) -> Result<Statement, PartiqlError> {
    let mut parser = Parser::open(text)?;
    let kind = parser.statement()?;
    let parameters = parser.parameters;
    parser.finish()?;
    let statement = Statement { kind, parameters };
    check_statement(&statement)?;
    Ok(statement)
}

/// What a well-formed SELECT reads from, whatever else is wrong with it.
pub fn parse_selected_source(text: &str) -> Option<Source> {
    let mut parser = Parser::open(text).ok()?;
    match parser.statement().ok()? {
        StatementKind::Select(select) => Some(select.source),
        _ => None,
    }
}

/// A cursor over the tokens of one statement.
struct Parser<'t> {
    text: &'t str,
    /// Ends with a token of kind `End`, which the cursor does not pass.
    tokens: Vec<Token>,
    at: usize,
    /// How many expressions the cursor is within.
    level: usize,
    /// How many parameters lie before the cursor.
    parameters: usize,
    problem: Option<PartiqlError>,
}

impl<'t> Parser<'t> {
    fn open(text: &'t str) -> Result<Parser<'t>, PartiqlError> {
        Ok(Parser {
            text,
            tokens: read_tokens(text)?,
            at: 0,
            level: 0,
            parameters: 0,
            problem: None,
        })
    }

    fn statement(&mut self) -> Result<StatementKind, PartiqlError> {
        match self.kind() {
            TokenKind::Select => self.select().map(StatementKind::Select),
            TokenKind::Insert => self.insert().map(StatementKind::Insert),
            TokenKind::Update => self.update().map(StatementKind::Update),
            TokenKind::From => self.update_from().map(StatementKind::Update),
            TokenKind::Delete => self.delete().map(StatementKind::Delete),
            TokenKind::FunctionName if self.begins_exists() => {
                self.exists().map(StatementKind::Exists)
            }
            _ => {
                // An expression is a statement of the language, though none of the service.
                let expr = self.expression()?;
                self.end()?;
                let name = expr.kind.operation_name();
                Err(PartiqlError::UnsupportedOperation(name))
            }
        }
    }

    /// Ends on the end of the text, with the problem to report if there is one.
    fn finish(mut self) -> Result<(), PartiqlError> {
        self.end()?;
        self.problem.map_or(Ok(()), Err)
    }

    /// Reads the end of the text, which a semicolon may precede.
    fn end(&mut self) -> Result<(), PartiqlError> {
        self.take(TokenKind::Semicolon);
        match self.kind() {
            TokenKind::End => Ok(()),
            _ => malformed(Malformation::Leftover),
        }
    }

    fn current(&self) -> Token {
        self.tokens[self.at]
    }

    fn kind(&self) -> TokenKind {
        self.current().kind
    }

    /// The kind of a token behind the current one.
    fn kind_ahead(&self, count: usize) -> TokenKind {
        let token = self.tokens.get(self.at + count);
        token.map_or(TokenKind::End, |token| token.kind)
    }

    fn slice(&self, token: &Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    fn advance(&mut self) -> Token {
        let token = self.current();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    fn take(&mut self, kind: TokenKind) -> Option<Token> {
        (self.kind() == kind).then(|| self.advance())
    }

    /// Reads a token that has to be there. The messages that name what is missing are not known.
    fn expect(&mut self, kind: TokenKind) -> Result<Token, PartiqlError> {
        self.take(kind)
            .ok_or(PartiqlError::Malformed(Malformation::Unreadable))
    }

    /// Notes a problem to report unless the text turns out to be malformed.
    fn note(&mut self, problem: PartiqlError) {
        self.problem.get_or_insert(problem);
    }

    /// Goes one expression deeper, which each caller undoes.
    fn enter(&mut self) -> Result<(), PartiqlError> {
        self.level += 1;
        if self.level > LEVELS {
            return malformed(Malformation::Unreadable);
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.level -= 1;
    }

    /// Reads an identifier, if there is one.
    fn identifier(&mut self) -> Option<Arc<str>> {
        let token = self.current();
        let name = match token.kind {
            TokenKind::Name => Arc::from(self.slice(&token)),
            TokenKind::QuotedName => Arc::from(unquote(self.slice(&token))),
            _ => return None,
        };
        self.advance();
        Some(name)
    }

    /// Reads a path that cannot begin with anything but an identifier: what is written to.
    fn simple_path(&mut self) -> Result<Column, PartiqlError> {
        let span = self.current().span;
        let Some(root) = self.identifier() else {
            return malformed(Malformation::SimplePath);
        };
        let mut path = Path {
            root,
            steps: Vec::new(),
        };
        self.path_steps(&mut path.steps)?;
        Ok(Column { path, span })
    }

    /// Reads the `.name` and `[n]` that follow.
    fn path_steps(&mut self, steps: &mut Vec<Step>) -> Result<(), PartiqlError> {
        loop {
            if self.take(TokenKind::Dot).is_some() {
                if let Some(star) = self.take(TokenKind::Star) {
                    self.note(PartiqlError::UnexpectedPathComponent(star.span));
                    continue;
                }
                let Some(name) = self.identifier() else {
                    return malformed(Malformation::PathComponent);
                };
                steps.push(Step::Name(name));
            } else if self.take(TokenKind::OpenBracket).is_some() {
                if let Some(star) = self.take(TokenKind::Star) {
                    self.note(PartiqlError::UnexpectedPathComponent(star.span));
                } else {
                    let expr = self.expression()?;
                    match step_of(&expr) {
                        Ok(step) => steps.push(step),
                        Err(problem) => self.note(problem),
                    }
                }
                self.expect(TokenKind::CloseBracket)?;
            } else {
                return Ok(());
            }
        }
    }

    /// Reads `AS name`, `name`, `AT name` or `BY name` after a table or a column: good grammar, but not for the service.
    fn alias(&mut self) -> Result<(), PartiqlError> {
        for word in [TokenKind::As, TokenKind::At, TokenKind::By] {
            let named = if self.take(word).is_some() {
                if self.identifier().is_none() {
                    return malformed(Malformation::Unreadable);
                }
                true
            } else {
                word == TokenKind::As && self.identifier().is_some()
            };
            if named {
                self.note(PartiqlError::Aliasing);
            }
        }
        Ok(())
    }

    /// The table and index that a path names. Problems are noted; what comes back then is not looked at.
    fn source_of(&mut self, path: &Path, span: Span) -> Source {
        let mut names = vec![path.root.to_string()];
        for step in &path.steps {
            match step {
                Step::Name(name) => names.push(name.to_string()),
                Step::Index(_) => self.note(PartiqlError::UnexpectedPathComponent(span)),
            }
        }
        if names.iter().any(String::is_empty) {
            self.note(PartiqlError::EmptyComponent);
        }
        if names.len() > 2 {
            self.note(PartiqlError::TooManyComponents);
        }
        let mut names = names.into_iter();
        Source {
            table: names.next().unwrap_or_default(),
            index: names.next(),
        }
    }
}

/// The text is no statement.
fn malformed<T>(malformation: Malformation) -> Result<T, PartiqlError> {
    Err(PartiqlError::Malformed(malformation))
}

/// The step that a constant in brackets stands for: a string is a name, as behind a dot.
fn step_of(expr: &Expr) -> Result<Step, PartiqlError> {
    match &expr.kind {
        ExprKind::Text(name) => Ok(Step::Name(name.as_str().into())),
        ExprKind::Number(literal) => {
            let digits = literal.text.trim_start_matches('-');
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(PartiqlError::UnexpectedPathComponent(expr.span));
            }
            let index = digits.parse().ok();
            let index = index.filter(|index| *index <= LARGEST_INDEX);
            // `[-0]` is an index, `[-1]` is none.
            let index = index.filter(|index| *index == 0 || digits == &*literal.text);
            let out_of_range = || PartiqlError::IndexRange(literal.text.to_string(), expr.span);
            index.map(Step::Index).ok_or_else(out_of_range)
        }
        _ => Err(PartiqlError::UnexpectedPathComponent(expr.span)),
    }
}
