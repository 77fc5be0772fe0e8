//! Parameters of the older style: AttributesToGet, AttributeUpdates, Expected, KeyConditions, QueryFilter, ScanFilter
//! and ConditionalOperator, read into the same trees as expressions.
//!
//! Owns their rules and the order of checks. What needs no value is checked when they are read: names, which members go
//! together. Values come later, as those of expressions do; how many an operator takes, and of which types, is told
//! after what is wrong with a value itself. Entries are looked at in document order.

mod conditions;
mod updates;

use std::sync::Arc;

use crate::error::Fault;
use crate::expr::{Joint, KeyClause, KeyCondition, LegacyError, Projection, Update, UpdateStyle};
use crate::model::Json;
use crate::ops::clauses::Parsed;
use crate::ops::values::check_name;
use crate::types::ExponentWidth;
use conditions::RawTest;
use updates::RawChange;

/// The older parameters of a request, or of one part of it, their values not yet read.
#[derive(Debug, Default)]
pub struct Legacy<'r> {
    projection: Option<Projection>,
    updates: Option<Vec<RawChange<'r>>>,
    /// Expected.
    condition: Vec<RawTest<'r>>,
    /// QueryFilter or ScanFilter.
    filter: Vec<RawTest<'r>>,
    keys: Option<Keys<'r>>,
    joint: Option<Joint>,
}

/// KeyConditions.
#[derive(Debug)]
struct Keys<'r> {
    tests: Vec<RawTest<'r>>,
    /// Most tests that any key could take.
    most: usize,
}

/// Key attributes of a table.
const TABLE_KEY_ATTRIBUTES: usize = 2;

impl<'r> Legacy<'r> {
    /// Takes the parameters out of a request, all but AttributesToGet, which is only looked at.
    pub fn read(request: &mut Json<'r>) -> Result<Legacy<'r>, Fault> {
        let projection = request
            .member("AttributesToGet")
            .map(read_names)
            .transpose()?;
        let updates = request
            .take("AttributeUpdates")
            .map(updates::read)
            .transpose()?;
        let expected = request.take("Expected").map(conditions::read_expected);
        let filter = request
            .take("QueryFilter")
            .or_else(|| request.take("ScanFilter"));
        let filter = filter.map(conditions::read_filter);
        let keys = request
            .take("KeyConditions")
            .map(conditions::read_filter)
            .transpose()?;
        let has_index = request.member("IndexName").is_some();
        let most = if has_index {
            usize::MAX
        } else {
            TABLE_KEY_ATTRIBUTES
        };
        let joint = request.member("ConditionalOperator").and_then(Json::text);
        let legacy = Legacy {
            projection,
            updates,
            condition: expected.transpose()?.unwrap_or_default(),
            filter: filter.transpose()?.unwrap_or_default(),
            keys: keys.map(|tests| Keys { tests, most }),
            joint: joint.map(|word| if word == "OR" { Joint::Or } else { Joint::And }),
        };
        if legacy.joint.is_some() && legacy.condition.is_empty() && legacy.filter.is_empty() {
            return Err(Fault::parameter(
                "ConditionalOperator cannot be used without Filter or Expected",
            ));
        }
        Ok(legacy)
    }

    /// Whether there is AttributesToGet.
    pub fn has_projection(&self) -> bool {
        self.projection.is_some()
    }

    /// Whether there is KeyConditions.
    pub fn has_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// Whether there is a QueryFilter or ScanFilter with anything in it.
    pub fn has_filter(&self) -> bool {
        !self.filter.is_empty()
    }

    /// Reads the values and puts the trees where expressions left room.
    pub fn complete(self, parsed: &mut Parsed, width: ExponentWidth) -> Result<(), Fault> {
        if let Some(projection) = self.projection {
            parsed.projection = Some(projection);
        }
        if let Some(changes) = self.updates {
            let actions: Result<_, _> = changes
                .into_iter()
                .map(|change| change.read(width))
                .collect();
            parsed.update = Some(Update {
                actions: actions?,
                style: UpdateStyle::Attributes,
            });
        }
        if let Some(keys) = self.keys {
            parsed.key_condition = Some(keys.read(width)?);
        }
        for (tests, place) in [
            (self.condition, &mut parsed.condition),
            (self.filter, &mut parsed.filter),
        ] {
            if !tests.is_empty() {
                *place = conditions::read_all(tests, self.joint, width)?;
            }
        }
        Ok(())
    }
}

impl Keys<'_> {
    fn read(self, width: ExponentWidth) -> Result<KeyCondition, Fault> {
        let count = self.tests.len();
        let mut tests = Vec::with_capacity(count);
        for test in self.tests {
            tests.push(test.read(width)?);
        }
        if count == 0 || count > self.most {
            return Err(Fault::parameter("Conditions can be of length 1 or 2 only"));
        }
        let clauses = tests.into_iter().map(|(name, test)| {
            let test = test.into_key_test().map_err(refusal)?;
            Ok(KeyClause { name, test })
        });
        Ok(KeyCondition {
            clauses: clauses.collect::<Result<_, Fault>>()?,
        })
    }
}

/// AttributesToGet: names of whole attributes, each once.
fn read_names(names: &Json<'_>) -> Result<Projection, Fault> {
    let mut read: Vec<Arc<str>> = Vec::with_capacity(names.elements().len());
    let mut known = std::collections::HashSet::with_capacity(names.elements().len());
    for name in names.elements() {
        let name = name.text().unwrap_or_default();
        read.push(attribute_name(name)?);
        if !known.insert(name) {
            return Err(Fault::parameter(format!(
                "One or more parameter values were invalid: Duplicate value in attribute name: {name}"
            )));
        }
    }
    Ok(Projection::of_names(read))
}

fn attribute_name(name: &str) -> Result<Arc<str>, Fault> {
    check_name(name).map_err(Fault::value)?;
    Ok(Arc::from(name))
}

/// Takes an error as a closure does that gets one.
#[allow(clippy::needless_pass_by_value)]
fn refusal(error: LegacyError) -> Fault {
    Fault::parameter(error.to_string())
}

#[cfg(test)]
mod tests;
