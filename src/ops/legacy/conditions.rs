//! Expected, QueryFilter, ScanFilter and KeyConditions: a test for each attribute.
//!
//! The filters know one form, an operator with a list of values. Expected has a second one, `Value` and `Exists`, and
//! may give an operator's only value as `Value`. Both end as a [`RawTest`].

use std::sync::Arc;

use crate::error::Fault;
use crate::expr::{AttributeTest, Comparator, Condition, Joint, Operator};
use crate::model::{Json, Value};
use crate::ops::legacy::{attribute_name, refusal};
use crate::ops::values::read_value;
use crate::types::ExponentWidth;

/// The test of one attribute, its values not yet read.
#[derive(Debug)]
pub(super) struct RawTest<'r> {
    name: Arc<str>,
    operator: Operator,
    values: Vec<Value<'r>>,
}

impl RawTest<'_> {
    /// Reads the values, then checks them against the operator.
    pub(super) fn read(self, width: ExponentWidth) -> Result<(Arc<str>, AttributeTest), Fault> {
        let mut values = Vec::with_capacity(self.values.len());
        for value in self.values {
            values.push(read_value(value, width)?);
        }
        let test = AttributeTest::new(self.operator, values).map_err(refusal)?;
        Ok((self.name, test))
    }
}

/// Reads the tests of one parameter and joins them.
pub(super) fn read_all(
    tests: Vec<RawTest<'_>>,
    joint: Option<Joint>,
    width: ExponentWidth,
) -> Result<Option<Condition>, Fault> {
    let mut read = Vec::with_capacity(tests.len());
    for test in tests {
        let (name, test) = test.read(width)?;
        read.push(test.into_condition(name));
    }
    if joint.is_some() && read.len() < 2 {
        // Told last: a malformed value or test goes before it.
        return Err(Fault::parameter(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        ));
    }
    Ok(joint.unwrap_or_default().join(read))
}

/// Takes a filter apart.
pub(super) fn read_filter(filter: Json<'_>) -> Result<Vec<RawTest<'_>>, Fault> {
    filter
        .into_entries()
        .into_iter()
        .map(|(name, test)| read_listed(&name, test))
        .collect()
}

fn read_listed<'r>(name: &str, mut test: Json<'r>) -> Result<RawTest<'r>, Fault> {
    let name = attribute_name(name)?;
    let values = test
        .take("AttributeValueList")
        .map(into_values)
        .unwrap_or_default();
    match operator(&test) {
        Some(operator) => Ok(RawTest {
            name,
            operator,
            values,
        }),
        None => Err(Fault::internal("a filter without an operator")),
    }
}

/// Takes Expected apart.
pub(super) fn read_expected(expected: Json<'_>) -> Result<Vec<RawTest<'_>>, Fault> {
    expected
        .into_entries()
        .into_iter()
        .map(|(name, test)| read_either(&name, test))
        .collect()
}

fn read_either<'r>(name: &str, mut test: Json<'r>) -> Result<RawTest<'r>, Fault> {
    let attribute = attribute_name(name)?;
    let exists = test.member("Exists").and_then(Json::flag);
    let operator = operator(&test);
    let value = test.take("Value").and_then(Json::into_value);
    let list = test.take("AttributeValueList").map(into_values);
    let refused = |what: &str| {
        let sentence =
            format!("One or more parameter values were invalid: {what} for Attribute: {name}");
        Err(Fault::parameter(sentence))
    };
    if value.is_some() && list.is_some() {
        return refused("Value and AttributeValueList cannot be used together");
    }
    let (operator, values) = match (operator, exists) {
        (Some(_), Some(_)) => {
            return refused("Exists and ComparisonOperator cannot be used together");
        }
        (Some(operator), None) => match value.map(|value| vec![value]).or(list) {
            Some(values) => (operator, values),
            None if operator.is_unary() => (operator, Vec::new()),
            None => {
                return refused(&format!(
                    "Value or AttributeValueList must be used with ComparisonOperator: {}",
                    operator.name()
                ));
            }
        },
        (None, _) if list.is_some() => {
            return refused("AttributeValueList can only be used with a ComparisonOperator");
        }
        (None, Some(false)) if value.is_some() => {
            return refused("Value cannot be used when Exists is false");
        }
        (None, Some(false)) => (Operator::Null, Vec::new()),
        (None, exists) => match value {
            Some(value) => (Operator::Compare(Comparator::Equal), vec![value]),
            None if exists.is_some() => {
                return refused("Value must be provided when Exists is true");
            }
            None => return refused("Value must be provided when Exists is null"),
        },
    };
    Ok(RawTest {
        name: attribute,
        operator,
        values,
    })
}

fn operator(test: &Json<'_>) -> Option<Operator> {
    test.member("ComparisonOperator")
        .and_then(Json::text)
        .and_then(Operator::from_name)
}

/// The values of a list; an element that is null has no datatype.
fn into_values(list: Json<'_>) -> Vec<Value<'_>> {
    let elements = list.into_elements().into_iter();
    elements
        .map(|element| element.into_value().unwrap_or(Value::Untyped))
        .collect()
}
