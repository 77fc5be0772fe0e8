//! Text to tokens with byte ranges and with the positions that messages print.
//!
//! The whole statement is read before any of it is parsed, since what is no token at all (a `#`, a quote or comment
//! without its end, an exponent beyond 32 bits) is reported before every mistake of grammar. Comments are whitespace.

use std::borrow::Cow;

use crate::partiql::ast::Span;
use crate::partiql::error::{Malformation, PartiqlError};
use crate::partiql::keywords::kind_of_word;

/// A token and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// First byte.
    pub(super) start: usize,
    /// Behind the last byte.
    pub(super) end: usize,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A bare identifier.
    Name,
    /// An identifier in double quotes.
    QuotedName,
    /// A string in single quotes.
    Text,
    Number,
    /// `?`
    Parameter,
    True,
    False,
    Null,
    Missing,
    And,
    Or,
    Not,
    Is,
    In,
    Between,
    Like,
    /// `UNION` and its kin.
    SetOperator,
    Select,
    From,
    Where,
    Insert,
    Into,
    Value,
    Update,
    Set,
    Remove,
    Delete,
    Returning,
    All,
    Modified,
    Old,
    New,
    Order,
    Limit,
    By,
    As,
    At,
    For,
    Ascending,
    Descending,
    /// A reserved word that names a function when a parenthesis follows.
    FunctionName,
    /// A reserved word without a part in any statement.
    Reserved,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    /// `*`: everything, or times.
    Star,
    Slash,
    Percent,
    Concatenate,
    /// `@`
    Scope,
    Dot,
    Comma,
    Colon,
    Semicolon,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    /// `<<`
    OpenSet,
    /// `>>`
    CloseSet,
    End,
}

/// Reads a whole text. The last token is `End`, and there is one only.
pub(super) fn read_tokens(text: &str) -> Result<Vec<Token>, PartiqlError> {
    let mut lexer = Lexer {
        text,
        at: 0,
        line: 1,
        column: 1,
        after_return: false,
    };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_whitespace()?;
        let (start, line, column) = (lexer.at, lexer.line, lexer.column);
        let kind = lexer.read_token()?;
        let characters = text[start..lexer.at].chars().count();
        tokens.push(Token {
            kind,
            start,
            end: lexer.at,
            span: Span {
                line,
                column,
                length: u32::try_from(characters).unwrap_or(u32::MAX),
            },
        });
        if kind == TokenKind::End {
            return Ok(tokens);
        }
    }
}

/// The characters within the quotes of a token, where a quote is written twice.
pub(super) fn unquote(quoted: &str) -> Cow<'_, str> {
    let inner = &quoted[1..quoted.len() - 1];
    let quote = &quoted[..1];
    if inner.contains(quote) {
        Cow::Owned(inner.replace(&quote.repeat(2), quote))
    } else {
        Cow::Borrowed(inner)
    }
}

/// No token can be read: nothing more is said of it.
fn unreadable() -> PartiqlError {
    PartiqlError::Malformed(Malformation::Unreadable)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    column: u32,
    /// A carriage return that may be the first half of a line end.
    after_return: bool,
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Moves over one character. `\n`, `\r\n` and a lone `\r` end a line.
    fn step(&mut self) {
        let Some(character) = self.text[self.at..].chars().next() else {
            return;
        };
        self.at += character.len_utf8();
        if character == '\n' || self.after_return {
            self.line += 1;
            self.column = 1;
        }
        self.after_return = character == '\r';
        if !matches!(character, '\n' | '\r') {
            self.column += 1;
        }
    }

    fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
        }
    }

    fn step_while(&mut self, wanted: fn(u8) -> bool) {
        while self.byte(0).is_some_and(wanted) {
            self.step();
        }
    }

    fn skip_whitespace(&mut self) -> Result<(), PartiqlError> {
        loop {
            match (self.byte(0), self.byte(1)) {
                (Some(b' ' | b'\t' | b'\r' | b'\n' | 0x0B | 0x0C), _) => self.step(),
                (Some(b'-'), Some(b'-')) => {
                    self.step_while(|byte| !matches!(byte, b'\r' | b'\n'));
                }
                (Some(b'/'), Some(b'*')) => {
                    self.steps(2);
                    while (self.byte(0), self.byte(1)) != (Some(b'*'), Some(b'/')) {
                        if self.byte(0).is_none() {
                            return Err(unreadable());
                        }
                        self.step();
                    }
                    self.steps(2);
                }
                _ => break,
            }
        }
        // A lone return before a token: the token is on the next line.
        if self.after_return && self.byte(0).is_some() {
            self.after_return = false;
            self.line += 1;
            self.column = 1;
        }
        Ok(())
    }

    fn read_token(&mut self) -> Result<TokenKind, PartiqlError> {
        let Some(first) = self.byte(0) else {
            return Ok(TokenKind::End);
        };
        match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => {
                let start = self.at;
                self.step_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'));
                Ok(kind_of_word(&self.text[start..self.at]))
            }
            b'0'..=b'9' => self.read_number(),
            b'.' if self.byte(1).is_some_and(|byte| byte.is_ascii_digit()) => self.read_number(),
            b'\'' => self.read_quoted(b'\'', TokenKind::Text),
            b'"' => self.read_quoted(b'"', TokenKind::QuotedName),
            _ => {
                let (kind, length) = read_sign(first, self.byte(1)).ok_or_else(unreadable)?;
                self.steps(length);
                Ok(kind)
            }
        }
    }

    /// Reads what a quote begins. The same quote ends it, unless it is written twice.
    fn read_quoted(&mut self, quote: u8, kind: TokenKind) -> Result<TokenKind, PartiqlError> {
        self.step();
        loop {
            match self.byte(0) {
                None => return Err(unreadable()),
                Some(byte) if byte == quote && self.byte(1) == Some(quote) => self.steps(2),
                Some(byte) => {
                    self.step();
                    if byte == quote {
                        return Ok(kind);
                    }
                }
            }
        }
    }

    /// Reads digits, a point and an exponent. The service's literals are Java's `BigDecimal`: exponent and scale have to
    /// fit 32 bits.
    fn read_number(&mut self) -> Result<TokenKind, PartiqlError> {
        let is_digit = |byte: u8| byte.is_ascii_digit();
        self.step_while(is_digit);
        let mut fraction_digits = 0;
        if self.byte(0) == Some(b'.') {
            self.step();
            let start = self.at;
            self.step_while(is_digit);
            fraction_digits = self.at - start;
            // `1..5`, but not `.5.` where the point begins a path step.
            if fraction_digits == 0 && self.byte(0) == Some(b'.') {
                return Err(unreadable());
            }
        }
        if matches!(self.byte(0), Some(b'e' | b'E')) {
            self.step();
            let start = self.at;
            if matches!(self.byte(0), Some(b'+' | b'-')) {
                self.step();
            }
            self.step_while(is_digit);
            let exponent: i32 = self.text[start..self.at]
                .parse()
                .map_err(|_| unreadable())?;
            let scale = fraction_digits as i64 - i64::from(exponent);
            if i32::try_from(scale).is_err() {
                return Err(unreadable());
            }
        }
        Ok(TokenKind::Number)
    }
}

/// Kind and length of a token of one or two signs.
fn read_sign(first: u8, second: Option<u8>) -> Option<(TokenKind, usize)> {
    let kind = match (first, second) {
        (b'<', Some(b'=')) => return Some((TokenKind::LessOrEqual, 2)),
        (b'<', Some(b'>')) | (b'!', Some(b'=')) => return Some((TokenKind::NotEqual, 2)),
        (b'<', Some(b'<')) => return Some((TokenKind::OpenSet, 2)),
        (b'>', Some(b'=')) => return Some((TokenKind::GreaterOrEqual, 2)),
        (b'>', Some(b'>')) => return Some((TokenKind::CloseSet, 2)),
        (b'|', Some(b'|')) => return Some((TokenKind::Concatenate, 2)),
        (b'<', _) => TokenKind::Less,
        (b'>', _) => TokenKind::Greater,
        (b'=', _) => TokenKind::Equal,
        (b'+', _) => TokenKind::Plus,
        (b'-', _) => TokenKind::Minus,
        (b'*', _) => TokenKind::Star,
        (b'/', _) => TokenKind::Slash,
        (b'%', _) => TokenKind::Percent,
        (b'@', _) => TokenKind::Scope,
        (b'.', _) => TokenKind::Dot,
        (b',', _) => TokenKind::Comma,
        (b':', _) => TokenKind::Colon,
        (b';', _) => TokenKind::Semicolon,
        (b'?', _) => TokenKind::Parameter,
        (b'(', _) => TokenKind::Open,
        (b')', _) => TokenKind::Close,
        (b'[', _) => TokenKind::OpenBracket,
        (b']', _) => TokenKind::CloseBracket,
        (b'{', _) => TokenKind::OpenBrace,
        (b'}', _) => TokenKind::CloseBrace,
        _ => return None,
    };
    Some((kind, 1))
}

#[cfg(test)]
mod tests;
