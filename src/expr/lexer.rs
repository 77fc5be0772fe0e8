//! Text to tokens with byte ranges. The same lexer serves every clause.
//!
//! Nothing is refused here: what is no token becomes one of kind `Unknown`, a single character, and the parser says
//! where it stands. Every character is in exactly one token or is whitespace.

use std::ops::Range;

/// A token and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// An inline name, of an attribute or a function.
    Name,
    /// `#name`
    NameReference,
    /// `:value`
    ValueReference,
    Digits,
    And,
    Or,
    Not,
    Between,
    In,
    Set,
    Remove,
    Add,
    Delete,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Dot,
    Comma,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Unknown,
    End,
}

impl Token {
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A place in a text that is handed out token by token.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

/// Keywords are the same in every clause, also where a clause has no use for them.
// Observed: fixtures/conformance/query/expression_keywords.json
const KEYWORDS: &[(&str, TokenKind)] = &[
    ("AND", TokenKind::And),
    ("OR", TokenKind::Or),
    ("NOT", TokenKind::Not),
    ("BETWEEN", TokenKind::Between),
    ("IN", TokenKind::In),
    ("SET", TokenKind::Set),
    ("REMOVE", TokenKind::Remove),
    ("ADD", TokenKind::Add),
    ("DELETE", TokenKind::Delete),
];

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, at: 0 }
    }

    /// The next token; `End` for ever once the text is used up.
    pub(super) fn next_token(&mut self) -> Token {
        let bytes = self.text.as_bytes();
        while bytes
            .get(self.at)
            .is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        {
            self.at += 1;
        }
        let start = self.at;
        let (kind, length) = match bytes.get(start) {
            None => (TokenKind::End, 0),
            Some(byte) => self.read_token(*byte, &bytes[start + 1..]),
        };
        self.at = start + length;
        Token {
            kind,
            start,
            end: self.at,
        }
    }

    /// Kind and length of the token that begins with a byte and goes on with others.
    fn read_token(&self, first: u8, rest: &[u8]) -> (TokenKind, usize) {
        let kind = match first {
            b'a'..=b'z' | b'A'..=b'Z' => {
                let length = 1 + word_length(rest);
                return (self.kind_of_word(length), length);
            }
            b'0'..=b'9' => {
                let more = rest.iter().take_while(|byte| byte.is_ascii_digit());
                return (TokenKind::Digits, 1 + more.count());
            }
            b'#' | b':' => match word_length(rest) {
                0 => TokenKind::Unknown,
                more if first == b'#' => return (TokenKind::NameReference, 1 + more),
                more => return (TokenKind::ValueReference, 1 + more),
            },
            b'<' => match rest.first() {
                Some(b'=') => return (TokenKind::LessOrEqual, 2),
                Some(b'>') => return (TokenKind::NotEqual, 2),
                _ => TokenKind::Less,
            },
            b'>' => match rest.first() {
                Some(b'=') => return (TokenKind::GreaterOrEqual, 2),
                _ => TokenKind::Greater,
            },
            b'=' => TokenKind::Equal,
            b'+' => TokenKind::Plus,
            b'-' => TokenKind::Minus,
            b'.' => TokenKind::Dot,
            b',' => TokenKind::Comma,
            b'(' => TokenKind::Open,
            b')' => TokenKind::Close,
            b'[' => TokenKind::OpenBracket,
            b']' => TokenKind::CloseBracket,
            _ => {
                let character = self.text[self.at..].chars().next();
                return (TokenKind::Unknown, character.map_or(1, char::len_utf8));
            }
        };
        (kind, 1)
    }

    fn kind_of_word(&self, length: usize) -> TokenKind {
        let word = &self.text[self.at..self.at + length];
        KEYWORDS
            .iter()
            .find(|(keyword, _)| keyword.eq_ignore_ascii_case(word))
            .map_or(TokenKind::Name, |(_, kind)| *kind)
    }
}

fn word_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, TokenKind)]) {
        let mut lexer = Lexer::new(text);
        let mut found = Vec::new();
        loop {
            let token = lexer.next_token();
            if token.kind == TokenKind::End {
                break;
            }
            found.push((&text[token.range()], token.kind));
        }
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_and_references() {
        use TokenKind as K;
        check(
            " a1_b\t#1 :_x\nanD Set",
            &[
                ("a1_b", K::Name),
                ("#1", K::NameReference),
                (":_x", K::ValueReference),
                ("anD", K::And),
                ("Set", K::Set),
            ],
        );
        check(
            "sEt and _123",
            &[
                ("sEt", K::Set),
                ("and", K::And),
                ("_", K::Unknown),
                ("123", K::Digits),
            ],
        );
    }

    #[test]
    fn signs() {
        use TokenKind as K;
        check(
            "<= >= <> < > = + - . , ( ) [ ] #: ü!",
            &[
                ("<=", K::LessOrEqual),
                (">=", K::GreaterOrEqual),
                ("<>", K::NotEqual),
                ("<", K::Less),
                (">", K::Greater),
                ("=", K::Equal),
                ("+", K::Plus),
                ("-", K::Minus),
                (".", K::Dot),
                (",", K::Comma),
                ("(", K::Open),
                (")", K::Close),
                ("[", K::OpenBracket),
                ("]", K::CloseBracket),
                ("#", K::Unknown),
                (":", K::Unknown),
                ("ü", K::Unknown),
                ("!", K::Unknown),
            ],
        );
    }
}
