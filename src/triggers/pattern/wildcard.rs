//! Texts with `*` in them.

/// A text in the pieces between its stars.
#[derive(Debug)]
pub(super) struct Wildcard {
    pieces: Vec<String>,
}

impl Wildcard {
    /// Reads `a*b`; `\*` and `\\` stand for themselves. The error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Wildcard, &'static str> {
        let (mut pieces, mut piece) = (Vec::new(), String::new());
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '*' if letters.peek() == Some(&'*') => {
                    return Err("a wildcard takes no two * in a row");
                }
                '*' => pieces.push(std::mem::take(&mut piece)),
                '\\' => match letters.next() {
                    Some(escaped @ ('*' | '\\')) => piece.push(escaped),
                    _ => return Err("a \\ in a wildcard stands before * or \\"),
                },
                letter => piece.push(letter),
            }
        }
        pieces.push(piece);
        Ok(Wildcard { pieces })
    }

    /// Whether a text is of this form. A piece is looked for behind the one before it, at the first place where it is:
    /// no later place leaves more room, so nothing is ever tried twice.
    pub(super) fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &self.pieces[..] else {
            return self.pieces.first().is_some_and(|whole| whole == text);
        };
        let Some(rest) = text.strip_prefix(&**first) else {
            return false;
        };
        let Some(mut rest) = rest.strip_suffix(&**last) else {
            return false;
        };
        middle.iter().all(|piece| {
            rest.split_once(&**piece)
                .map(|(_, behind)| rest = behind)
                .is_some()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a*", "a", true),
            ("a*", "ba", false),
            ("*a", "ba", true),
            ("*a", "ab", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*/bin/*.jar", "/usr/bin/x.jar", true),
            ("*/bin/*.jar", "/usr/bin/x.war", false),
            ("*ab*ba*", "aba", false),
            ("*ab*ba*", "abba", true),
            (r"\*", "*", true),
            (r"\*", "a", false),
            (r"a\\*", r"a\b", true),
            ("*é*", "café!", true),
            ("*\n*", "a\nb", true),
        ] {
            let wildcard = Wildcard::parse(pattern).expect("the pattern is right");
            assert_eq!(wildcard.matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn escapes_and_stars_are_checked() {
        for pattern in ["**", "a**b", r"\", r"\a", r"a\"] {
            assert!(Wildcard::parse(pattern).is_err(), "{pattern}");
        }
        assert!(Wildcard::parse(r"*\**").is_ok());
    }

    #[test]
    fn many_stars_take_no_longer() {
        let wildcard = Wildcard::parse(&"a*".repeat(2000)).expect("the pattern is right");
        assert!(!wildcard.matches(&("a".repeat(1999) + &"b".repeat(400_000))));
        assert!(wildcard.matches(&("a".repeat(2000) + &"b".repeat(400_000))));
    }
}
