//! Conditions and updates of the older style, made into the trees of expressions.
//!
//! Owns the comparison operators: their names, how many values of which types each takes, what each means. Reading
//! requests is not done here; names and values come as they are, top-level names only, since a dot in an older
//! parameter is part of the name. A tree made here is flat: one part for each attribute.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::expr::ast::{Action, Comparator, Condition, KeyTest, Operand, SetValue};
use crate::types::{Attr, AttrType, Path};

/// A `ComparisonOperator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `EQ`, `NE`, `LE`, `LT`, `GE`, `GT`
    Compare(Comparator),
    /// `BETWEEN`
    Between,
    /// `IN`
    In,
    /// `BEGINS_WITH`
    BeginsWith,
    /// `CONTAINS`
    Contains,
    /// `NOT_CONTAINS`
    NotContains,
    /// `NULL`: the attribute is not there.
    Null,
    /// `NOT_NULL`: it is there, whatever its type.
    NotNull,
}

/// What one attribute has to meet: an operator with as many values as it takes, of types that it takes.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeTest {
    /// A comparison with a constant.
    Compare(Comparator, Arc<Attr>),
    /// Between two constants of one type, in order.
    Between(Arc<Attr>, Arc<Attr>),
    /// One of some constants of one type.
    In(Vec<Arc<Attr>>),
    /// Begins with a constant.
    BeginsWith(Arc<Attr>),
    /// Contains a constant.
    Contains(Arc<Attr>),
    /// Is there and does not contain a constant.
    NotContains(Arc<Attr>),
    /// Is not there.
    Missing,
    /// Is there.
    Exists,
}

/// A `ConditionalOperator`: whether every test has to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joint {
    /// All of them.
    #[default]
    And,
    /// One is enough.
    Or,
}

/// What is wrong with a test or a change of one attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegacyError {
    /// Too few or too many values.
    Count(Operator),
    /// A value of a type that the operator does not take.
    ValueType(Operator, AttrType),
    /// Values of several types.
    MixedTypes,
    /// A lower bound above the upper one.
    BoundOrder,
    /// No range of keys can meet the test.
    NotIndexable,
    /// A type that ADD does not take.
    Add(AttrType),
    /// A type that DELETE does not take.
    Delete(AttrType),
}

impl Operator {
    const NAMES: [(Operator, &'static str); 13] = [
        (Operator::Compare(Comparator::Equal), "EQ"),
        (Operator::Compare(Comparator::NotEqual), "NE"),
        (Operator::Compare(Comparator::LessOrEqual), "LE"),
        (Operator::Compare(Comparator::Less), "LT"),
        (Operator::Compare(Comparator::GreaterOrEqual), "GE"),
        (Operator::Compare(Comparator::Greater), "GT"),
        (Operator::Between, "BETWEEN"),
        (Operator::In, "IN"),
        (Operator::BeginsWith, "BEGINS_WITH"),
        (Operator::Contains, "CONTAINS"),
        (Operator::NotContains, "NOT_CONTAINS"),
        (Operator::Null, "NULL"),
        (Operator::NotNull, "NOT_NULL"),
    ];

    /// The operator of a name; names are case-sensitive.
    pub fn from_name(name: &str) -> Option<Operator> {
        let mut rows = Self::NAMES.iter();
        rows.find(|row| row.1 == name).map(|row| row.0)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let mut rows = Self::NAMES.iter();
        rows.find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Whether it needs no values.
    pub fn is_unary(self) -> bool {
        matches!(self, Operator::Null | Operator::NotNull)
    }

    fn takes(self, kind: AttrType) -> bool {
        match self {
            Operator::Compare(Comparator::Equal | Comparator::NotEqual) => true,
            Operator::Compare(_) | Operator::Between | Operator::In => kind.is_scalar_key(),
            Operator::BeginsWith => matches!(kind, AttrType::S | AttrType::B),
            // Observed: fixtures/conformance/update_item/legacy_operators.json
            Operator::Contains | Operator::NotContains => {
                kind.is_scalar_key() || matches!(kind, AttrType::Bool | AttrType::Null)
            }
            Operator::Null | Operator::NotNull => false,
        }
    }

    /// The test with these values, if they are as many as it takes.
    fn with(self, values: Vec<Attr>) -> Option<AttributeTest> {
        Some(match self {
            Operator::Compare(comparator) => AttributeTest::Compare(comparator, only(values)?),
            Operator::Between => {
                let [lower, upper] = <[Attr; 2]>::try_from(values).ok()?;
                AttributeTest::Between(Arc::new(lower), Arc::new(upper))
            }
            Operator::In if values.is_empty() => return None,
            Operator::In => AttributeTest::In(values.into_iter().map(Arc::new).collect()),
            Operator::BeginsWith => AttributeTest::BeginsWith(only(values)?),
            Operator::Contains => AttributeTest::Contains(only(values)?),
            Operator::NotContains => AttributeTest::NotContains(only(values)?),
            Operator::Null | Operator::NotNull if !values.is_empty() => return None,
            Operator::Null => AttributeTest::Missing,
            Operator::NotNull => AttributeTest::Exists,
        })
    }
}

fn only(values: Vec<Attr>) -> Option<Arc<Attr>> {
    let [value] = <[Attr; 1]>::try_from(values).ok()?;
    Some(Arc::new(value))
}

impl AttributeTest {
    /// Checks the values of an operator: how many, which types, one type, order of bounds.
    pub fn new(operator: Operator, values: Vec<Attr>) -> Result<AttributeTest, LegacyError> {
        let kinds: Vec<AttrType> = values.iter().map(Attr::kind).collect();
        let test = operator.with(values).ok_or(LegacyError::Count(operator))?;
        if let Some(kind) = kinds.iter().find(|kind| !operator.takes(**kind)) {
            return Err(LegacyError::ValueType(operator, *kind));
        }
        if kinds.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(LegacyError::MixedTypes);
        }
        match &test {
            AttributeTest::Between(lower, upper)
                if lower.compare(upper).is_some_and(Ordering::is_gt) =>
            {
                Err(LegacyError::BoundOrder)
            }
            _ => Ok(test),
        }
    }

    /// The test of a top-level attribute as a condition.
    pub fn into_condition(self, name: Arc<str>) -> Condition {
        let path = top_level(name);
        let attribute = Operand::Path(path.clone());
        match self {
            AttributeTest::Compare(comparator, value) => Condition::Compare {
                left: attribute,
                comparator,
                right: Operand::Value(value),
            },
            AttributeTest::Between(lower, upper) => Condition::Between {
                operand: attribute,
                lower: Operand::Value(lower),
                upper: Operand::Value(upper),
            },
            AttributeTest::In(values) => Condition::In {
                operand: attribute,
                choices: values.into_iter().map(Operand::Value).collect(),
            },
            AttributeTest::BeginsWith(value) => Condition::BeginsWith {
                operand: attribute,
                prefix: Operand::Value(value),
            },
            AttributeTest::Contains(value) => contains(attribute, value),
            AttributeTest::NotContains(value) => {
                // An attribute that is not there does not meet it.
                let contained = Box::new(contains(attribute, value));
                Condition::And(vec![Condition::Exists(path), Condition::Not(contained)])
            }
            AttributeTest::Missing => Condition::Missing(path),
            AttributeTest::Exists => Condition::Exists(path),
        }
    }

    /// The test as one of a key, where keys support it.
    pub fn into_key_test(self) -> Result<KeyTest, LegacyError> {
        Ok(match self {
            AttributeTest::Compare(Comparator::Equal, value) => KeyTest::Equal(value),
            AttributeTest::Compare(Comparator::Less, value) => KeyTest::Less(value),
            AttributeTest::Compare(Comparator::LessOrEqual, value) => KeyTest::LessOrEqual(value),
            AttributeTest::Compare(Comparator::Greater, value) => KeyTest::Greater(value),
            AttributeTest::Compare(Comparator::GreaterOrEqual, value) => {
                KeyTest::GreaterOrEqual(value)
            }
            AttributeTest::Between(lower, upper) => KeyTest::Between(lower, upper),
            AttributeTest::BeginsWith(prefix) => KeyTest::BeginsWith(prefix),
            AttributeTest::Compare(Comparator::NotEqual, _)
            | AttributeTest::In(_)
            | AttributeTest::Contains(_)
            | AttributeTest::NotContains(_)
            | AttributeTest::Missing
            | AttributeTest::Exists => return Err(LegacyError::NotIndexable),
        })
    }
}

fn contains(container: Operand, member: Arc<Attr>) -> Condition {
    let member = Operand::Value(member);
    Condition::Contains { container, member }
}

impl Joint {
    /// The tests as one condition; none makes no condition.
    pub fn join(self, mut tests: Vec<Condition>) -> Option<Condition> {
        if tests.len() < 2 {
            return tests.pop();
        }
        Some(match self {
            Joint::And => Condition::And(tests),
            Joint::Or => Condition::Or(tests),
        })
    }
}

impl Action {
    /// The action PUT of an attribute.
    pub fn put_attribute(name: Arc<str>, value: Attr) -> Action {
        Action::Set {
            target: top_level(name),
            value: SetValue::Value(Arc::new(value)),
        }
    }

    /// The action DELETE of an attribute, whole.
    pub fn remove_attribute(name: Arc<str>) -> Action {
        let target = top_level(name);
        Action::Remove { target }
    }

    /// The action ADD of an attribute: a number, a set or, unlike in an expression, a list.
    pub fn add_attribute(name: Arc<str>, value: Attr) -> Result<Action, LegacyError> {
        match value.kind() {
            AttrType::N | AttrType::L | AttrType::Ss | AttrType::Ns | AttrType::Bs => {
                Ok(Action::Add {
                    target: top_level(name),
                    value: Arc::new(value),
                })
            }
            kind => Err(LegacyError::Add(kind)),
        }
    }

    /// The action DELETE of an attribute, with the members of a set to take out.
    pub fn delete_attribute(name: Arc<str>, value: Attr) -> Result<Action, LegacyError> {
        match value.kind() {
            AttrType::Ss | AttrType::Ns | AttrType::Bs => Ok(Action::Delete {
                target: top_level(name),
                value: Arc::new(value),
            }),
            kind => Err(LegacyError::Delete(kind)),
        }
    }
}

fn top_level(root: Arc<str>) -> Path {
    let steps = Vec::new();
    Path { root, steps }
}

impl std::error::Error for LegacyError {}

impl fmt::Display for LegacyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LegacyError::BoundOrder => {
                return out.write_str(
                    "The BETWEEN condition was provided a range \
                     where the lower bound is greater than the upper bound",
                );
            }
            LegacyError::NotIndexable => {
                return out
                    .write_str("Attempted conditional constraint is not an indexable operation");
            }
            _ => out.write_str("One or more parameter values were invalid: ")?,
        }
        match self {
            LegacyError::BoundOrder | LegacyError::NotIndexable => Ok(()),
            LegacyError::Count(operator) => write!(
                out,
                "Invalid number of argument(s) for the {} ComparisonOperator",
                operator.name()
            ),
            LegacyError::ValueType(operator, kind) => write!(
                out,
                "ComparisonOperator {} is not valid for {} AttributeValue type",
                operator.name(),
                kind.name()
            ),
            LegacyError::MixedTypes => {
                out.write_str("AttributeValues inside AttributeValueList must be of same type")
            }
            LegacyError::Add(kind) => {
                write!(
                    out,
                    "ADD action is not supported for the type {}",
                    kind.name()
                )
            }
            LegacyError::Delete(kind) => write!(
                out,
                "DELETE action with value is not supported for the type {}",
                kind.name()
            ),
        }
    }
}

#[cfg(test)]
mod tests;
