//! Typed readers over a checked request, or a part of one, for members that several operations share.

use crate::engine::capacity::{Consistency, ReturnCapacity};
use crate::engine::write::ReturnOnFailure;
use crate::error::{Fault, Form, Rule, Violation};
use crate::model::Json;

/// A table as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRef {
    /// As sent: a name or an ARN; replies echo it.
    pub sent: String,
    /// Where the name starts in it.
    start: usize,
}

impl TableRef {
    /// Reads a name or the ARN of a table.
    pub fn read(sent: &str) -> TableRef {
        let start = if sent.starts_with("arn:") {
            sent.find(":table/").map_or(0, |at| at + ":table/".len())
        } else {
            0
        };
        TableRef {
            sent: sent.to_owned(),
            start,
        }
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        let name = &self.sent[self.start..];
        if self.start == 0 {
            name
        } else {
            name.split('/').next().unwrap_or(name)
        }
    }
}

/// The TableName member, which every operation that has one requires.
pub fn table_ref(request: &Json<'_>) -> TableRef {
    TableRef::read(text(request, "TableName").unwrap_or_default())
}

/// A text member.
pub fn text<'r>(request: &'r Json<'_>, name: &str) -> Option<&'r str> {
    request.member(name).and_then(Json::text)
}

/// A true-or-false member; absent means false.
pub fn flag(request: &Json<'_>, name: &str) -> bool {
    request.member(name).and_then(Json::flag).unwrap_or(false)
}

/// A whole-number member.
pub fn integer(request: &Json<'_>, name: &str) -> Option<i64> {
    request.member(name).and_then(Json::integer)
}

/// ReturnConsumedCapacity.
pub fn return_capacity(request: &Json<'_>) -> ReturnCapacity {
    match text(request, "ReturnConsumedCapacity") {
        Some("TOTAL") => ReturnCapacity::Total,
        Some("INDEXES") => ReturnCapacity::Indexes,
        _ => ReturnCapacity::None,
    }
}

/// ReturnValuesOnConditionCheckFailure.
pub fn return_on_failure(request: &Json<'_>) -> ReturnOnFailure {
    match text(request, "ReturnValuesOnConditionCheckFailure") {
        Some("ALL_OLD") => ReturnOnFailure::OldItem,
        _ => ReturnOnFailure::Nothing,
    }
}

/// ConsistentRead.
pub fn consistency(request: &Json<'_>) -> Consistency {
    if flag(request, "ConsistentRead") {
        Consistency::Strong
    } else {
        Consistency::Eventual
    }
}

/// Checks members that must be there although the model asks for none; `wanted` has each name with its path in messages.
pub fn check_present(request: &Json<'_>, wanted: [(&str, &str); 2]) -> Result<(), Fault> {
    let missing = wanted
        .iter()
        .filter(|(name, _)| request.member(name).is_none());
    let violations: Vec<Violation> = missing
        .map(|(_, path)| Violation {
            form: Form::Echoed,
            path: (*path).to_owned(),
            echo: None,
            rule: Rule::NotNull,
        })
        .collect();
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Fault::constraints(violations))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_or_given_as_arns() {
        for (sent, name) in [
            ("music", "music"),
            (
                "arn:aws:dynamodb:us-east-1:000000000000:table/music",
                "music",
            ),
            (
                "arn:aws:dynamodb:us-east-1:000000000000:table/music/index/i",
                "music",
            ),
        ] {
            assert_eq!(TableRef::read(sent).name(), name);
        }
    }
}
