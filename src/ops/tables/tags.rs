//! Tags: read from a request and checked.

use crate::error::Fault;
use crate::limits::RESOURCE_TAGS;
use crate::model::Json;
use crate::ops::input::text;

/// Reads a list of tags; lengths were checked before.
pub fn read_tags(tags: &Json<'_>) -> Result<Vec<(String, String)>, Fault> {
    let mut read: Vec<(String, String)> = Vec::new();
    for tag in tags.elements() {
        let (key, value) = (
            text(tag, "Key").unwrap_or_default(),
            text(tag, "Value").unwrap_or_default(),
        );
        if key.starts_with("aws:") {
            return Err(Fault::schema(format!(
                "Tag Key cannot be prefixed with aws:, Key: {key}"
            )));
        }
        if !key.chars().all(is_allowed) {
            return Err(Fault::schema(format!(
                "The Tag Key provided is invalid, Key: {key}"
            )));
        }
        if !value.chars().all(is_allowed) {
            return Err(Fault::schema(format!(
                "The Tag Value provided is invalid, Value: {value}"
            )));
        }
        if read.iter().any(|(known, _)| known == key) {
            return Err(Fault::schema(format!(
                "Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}"
            )));
        }
        if read.len() == RESOURCE_TAGS {
            return Err(too_many_tags());
        }
        read.push((key.to_owned(), value.to_owned()));
    }
    Ok(read)
}

/// The words for more tags than a resource may have.
pub fn too_many_tags() -> Fault {
    Fault::schema("Number of Tags exceed the current limit for the provided ResourceArn")
}

/// Letters, digits, blanks and a few signs.
fn is_allowed(char: char) -> bool {
    char.is_alphanumeric() || char.is_whitespace() || "+-=._:/@".contains(char)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ops::tables::testing::{checked, message};

    fn read(tags: &Value) -> Result<Vec<(String, String)>, String> {
        let request = checked("TagResource", &json!({"ResourceArn": "arn", "Tags": tags}));
        read_tags(request.member("Tags").expect("there are tags")).map_err(|fault| message(&fault))
    }

    #[test]
    fn tags_are_checked() {
        let tag = |key: &str, value: &str| json!({"Key": key, "Value": value});
        let owned = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            read(&json!([tag("a b", ""), tag("ä+-=._:/@", "1")])),
            Ok(vec![owned("a b", ""), owned("ä+-=._:/@", "1")])
        );
        for (tags, expected) in [
            (
                json!([tag("aws:x", "y")]),
                "Tag Key cannot be prefixed with aws:, Key: aws:x",
            ),
            (
                json!([tag("a&b", "y")]),
                "The Tag Key provided is invalid, Key: a&b",
            ),
            (
                json!([tag("a", "y&z")]),
                "The Tag Value provided is invalid, Value: y&z",
            ),
            (
                json!([tag("a", "y"), tag("a", "z")]),
                "Duplicate Tag Keys provided as input: Duplicate Tag Key found a",
            ),
        ] {
            assert_eq!(read(&tags), Err(expected.to_owned()));
        }
        let many = |count: usize| {
            (0..count)
                .map(|n| tag(&n.to_string(), ""))
                .collect::<Value>()
        };
        assert_eq!(
            read(&many(RESOURCE_TAGS)).map(|tags| tags.len()),
            Ok(RESOURCE_TAGS)
        );
        let expected = "Number of Tags exceed the current limit for the provided ResourceArn";
        assert_eq!(read(&many(RESOURCE_TAGS + 1)), Err(expected.to_owned()));
    }
}
