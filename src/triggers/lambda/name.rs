//! How a request names a function: by name, with account, alias or version, or by ARN.

use super::fault::violation;
use crate::error::{Rule, Violation};
use crate::triggers::arn::{self, is_account, is_region};

/// What the service tells those whose name does not fit.
const PATTERN: &str = "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const LONGEST: usize = 256;

/// A function as a request names it. Account and region are not looked at: functions have neither here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FunctionName {
    /// Its name.
    pub(super) name: String,
    /// The alias or version behind it.
    pub(super) qualifier: Option<String>,
}

impl FunctionName {
    /// Reads a name in any of its forms.
    pub(super) fn parse(text: &str) -> Result<FunctionName, Violation> {
        let broken = |rule| violation("functionName", Some(text), rule);
        if text.is_empty() {
            return Err(broken(Rule::MinLength(1)));
        }
        if text.len() > LONGEST {
            return Err(broken(Rule::MaxLength(LONGEST as u64)));
        }
        let resource = without_place(text);
        let resource = resource.strip_prefix("function:").unwrap_or(resource);
        let (name, qualifier) = match resource.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (resource, None),
        };
        let is_name = !name.is_empty() && name.chars().all(|c| is_word(c) || c == '.');
        if is_name && qualifier.is_none_or(is_qualifier) {
            Ok(FunctionName {
                name: name.to_owned(),
                qualifier: qualifier.map(str::to_owned),
            })
        } else {
            Err(broken(Rule::Pattern(PATTERN)))
        }
    }

    /// The ARN, alias or version included.
    pub(super) fn arn(&self, region: &str, account: &str) -> String {
        arn::of_function(region, account, &self.name, self.qualifier.as_deref())
    }
}

/// What follows ARN prefix, region and account, each of which may be missing.
fn without_place(text: &str) -> &str {
    let mut rest = text;
    let mut is_arn = false;
    if let Some((partition, service)) = text
        .strip_prefix("arn:")
        .and_then(|after| after.split_once(":lambda:"))
        && !partition.contains(':')
    {
        (rest, is_arn) = (service, true);
    }
    // Within an ARN any word before an account is a region, such as `local`.
    if let Some((region, after)) = rest.split_once(':')
        && (is_region(region) || (is_arn && without_account(after).is_some()))
    {
        rest = after;
    }
    without_account(rest).unwrap_or(rest)
}

fn without_account(text: &str) -> Option<&str> {
    let (account, rest) = text.split_once(':')?;
    is_account(account).then_some(rest)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

pub(super) fn is_qualifier(text: &str) -> bool {
    matches!(text, "$LATEST" | "$LATEST.PUBLISHED")
        || (!text.is_empty() && text.chars().all(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, qualifier: Option<&str>) {
        let expected = FunctionName {
            name: name.to_owned(),
            qualifier: qualifier.map(str::to_owned),
        };
        assert_eq!(FunctionName::parse(text), Ok(expected), "{text}");
    }

    #[test]
    fn all_forms() {
        for text in [
            "notify",
            "function:notify",
            "123456789012:function:notify",
            "123456789012:notify",
            "eu-south-1:123456789012:function:notify",
            "arn:aws:lambda:eu-south-1:123456789012:function:notify",
            "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:notify",
            "arn:aws:lambda:local:000000000000:function:notify",
            "arn:aws:lambda:notify",
        ] {
            check(text, "notify", None);
            check(&format!("{text}:live"), "notify", Some("live"));
            check(&format!("{text}:$LATEST"), "notify", Some("$LATEST"));
        }
        check("a.b_c-1", "a.b_c-1", None);
        check("function", "function", None);
        check("arn:live", "arn", Some("live"));
        let name = FunctionName::parse("notify:live").unwrap();
        assert_eq!(
            name.arn("eu-south-1", "000000000000"),
            "arn:aws:lambda:eu-south-1:000000000000:function:notify:live"
        );
    }

    #[test]
    fn no_names() {
        for text in [
            " ",
            "a b",
            "a/b",
            "é",
            "a:",
            ":a",
            "a:b:c",
            "a:$OTHER",
            "a:b.c",
            "arn:aws:dynamodb:eu-south-1:123456789012:table/t",
            "arn:aws:lambda:eu-south-1:123456789012:layer:x:1",
            "arn:aws:lambda:",
        ] {
            let broken = FunctionName::parse(text).unwrap_err();
            assert_eq!(broken.rule, Rule::Pattern(PATTERN), "{text}");
        }
        assert_eq!(
            FunctionName::parse("").unwrap_err().rule,
            Rule::MinLength(1)
        );
        let long = FunctionName::parse(&"x".repeat(257)).unwrap_err();
        assert_eq!(long.rule, Rule::MaxLength(256));
    }
}
