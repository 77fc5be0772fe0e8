//! Tokens, what is none, and positions.

use super::*;

fn check(text: &str, expected: &[(&str, TokenKind)]) {
    let tokens = read_tokens(text).expect(text);
    let found: Vec<_> = tokens
        .iter()
        .take(tokens.len() - 1)
        .map(|token| (&text[token.start..token.end], token.kind))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn words_quotes_and_signs() {
    use TokenKind as K;
    check(
        "sElEcT a_$1\"b \"\"c\"'it''s'?",
        &[
            ("sElEcT", K::Select),
            ("a_$1", K::Name),
            ("\"b \"\"c\"", K::QuotedName),
            ("'it''s'", K::Text),
            ("?", K::Parameter),
        ],
    );
    check(
        "<<>><=<>!=<>=>||*",
        &[
            ("<<", K::OpenSet),
            (">>", K::CloseSet),
            ("<=", K::LessOrEqual),
            ("<>", K::NotEqual),
            ("!=", K::NotEqual),
            ("<>", K::NotEqual),
            ("=", K::Equal),
            (">", K::Greater),
            ("||", K::Concatenate),
            ("*", K::Star),
        ],
    );
    check("'' \"\"", &[("''", K::Text), ("\"\"", K::QuotedName)]);
}

#[test]
fn numbers() {
    use TokenKind as K;
    for text in [
        "1",
        "1.",
        "1.5",
        ".5",
        "1.e5",
        "731e4",
        "7.31E+6",
        "73100000e-1",
    ] {
        check(text, &[(text, K::Number)]);
    }
    check("1 e5", &[("1", K::Number), ("e5", K::Name)]);
    check("1.2.3", &[("1.2", K::Number), (".3", K::Number)]);
    check(
        "a.b-.5",
        &[
            ("a", K::Name),
            (".", K::Dot),
            ("b", K::Name),
            ("-", K::Minus),
            (".5", K::Number),
        ],
    );
    check(
        "1e2147483647 1e-2147483647",
        &[("1e2147483647", K::Number), ("1e-2147483647", K::Number)],
    );
}

#[test]
fn comments_are_whitespace() {
    use TokenKind as K;
    check("--", &[]);
    check("/**/", &[]);
    check("a--b\nc", &[("a", K::Name), ("c", K::Name)]);
    check("a/* ' **/b/***/", &[("a", K::Name), ("b", K::Name)]);
}

#[test]
fn unreadable_texts() {
    for text in [
        "#",
        "a # b",
        "'a",
        "'a''",
        "\"a",
        "/* a",
        "/*/",
        "1e",
        "1e+",
        "1e2147483648",
        "1e99999999999",
        "1.5e-2147483647",
        "1..5",
        "!",
        "|",
        "`1`",
        "^",
        "é",
        "\\",
        "~",
    ] {
        assert_eq!(read_tokens(text), Err(unreadable()), "{text}");
    }
}

#[test]
fn positions_count_characters_and_lines() {
    let spans = |text: &str| -> Vec<String> {
        let tokens = read_tokens(text).expect(text);
        tokens.iter().map(|token| token.span.to_string()).collect()
    };
    assert_eq!(spans("ab 'é€' c"), ["1:1:2", "1:4:4", "1:9:1", "1:10:0"]);
    assert_eq!(
        spans("a\nb\r\nc\rd"),
        ["1:1:1", "2:1:1", "3:1:1", "4:1:1", "4:2:0"]
    );
    assert_eq!(
        spans("a--x\n 'p\nq' r"),
        ["1:1:1", "2:2:5", "3:4:1", "3:5:0"]
    );
}
