//! The trees of all expressions, free of text: aliases are resolved, constants are shared values.
//!
//! Owns shapes only; parsing, static checks, evaluation and printing live in their own files. Trees are
//! `Send + 'static`, chains of AND and OR are flat vectors, and nesting is bounded by the operator and size limits of
//! an expression, so walking or dropping a tree may recurse. Whoever builds a tree by other means (legacy parameters,
//! statements) keeps that bound.

use std::sync::Arc;

use crate::types::{Attr, AttrType, Path};

/// A condition on one item.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of them; true when there is none.
    And(Vec<Condition>),
    /// Any of them; false when there is none.
    Or(Vec<Condition>),
    /// The opposite.
    Not(Box<Condition>),
    /// `left = right` and its kin.
    Compare {
        /// Left operand.
        left: Operand,
        /// The relation asked for.
        comparator: Comparator,
        /// Right operand.
        right: Operand,
    },
    /// `operand BETWEEN lower AND upper`, both ends included.
    Between {
        /// What is compared.
        operand: Operand,
        /// Lower bound.
        lower: Operand,
        /// Upper bound.
        upper: Operand,
    },
    /// `operand IN (choices)`.
    In {
        /// What is compared.
        operand: Operand,
        /// What it may equal.
        choices: Vec<Operand>,
    },
    /// `attribute_exists(path)`.
    Exists(Path),
    /// `attribute_not_exists(path)`.
    Missing(Path),
    /// `attribute_type(operand, :type)`.
    TypeIs {
        /// What is looked at.
        operand: Operand,
        /// The type asked for.
        kind: AttrType,
    },
    /// `begins_with(operand, prefix)`.
    BeginsWith {
        /// String or binary.
        operand: Operand,
        /// What it starts with.
        prefix: Operand,
    },
    /// `contains(container, member)`.
    Contains {
        /// String, binary, set or list.
        container: Operand,
        /// Part or member of it.
        member: Operand,
    },
}

/// The relation of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A value of the item.
    Path(Path),
    /// A constant.
    Value(Arc<Attr>),
    /// `size(operand)`.
    Size(Box<Operand>),
    /// Whether a condition holds, as a value. Statements only: `attribute_exists(a) = true`.
    Truth(Box<Condition>),
}

/// The paths that a reply keeps, in written order. No two overlap or conflict.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    pub(super) paths: Vec<Path>,
}

/// The tests of a key condition in written order, at most one for each attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyCondition {
    /// One test for each attribute named.
    pub clauses: Vec<KeyClause>,
}

/// A test of one top-level attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyClause {
    /// The attribute.
    pub name: Arc<str>,
    /// What it has to meet.
    pub test: KeyTest,
}

/// What a key attribute has to meet.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyTest {
    /// `name = :v`
    Equal(Arc<Attr>),
    /// `name < :v`
    Less(Arc<Attr>),
    /// `name <= :v`
    LessOrEqual(Arc<Attr>),
    /// `name > :v`
    Greater(Arc<Attr>),
    /// `name >= :v`
    GreaterOrEqual(Arc<Attr>),
    /// `name BETWEEN :lower AND :upper`
    Between(Arc<Attr>, Arc<Attr>),
    /// `begins_with(name, :prefix)`
    BeginsWith(Arc<Attr>),
}

/// The changes of an update, in written order. No two targets overlap or conflict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// The changes.
    pub actions: Vec<Action>,
    /// How they were written.
    pub style: UpdateStyle,
}

/// How an update was written, which decides the words for a type that does not fit, and whether it is charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpdateStyle {
    /// An expression.
    #[default]
    Expression,
    /// `AttributeUpdates`.
    Attributes,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// `SET target = value`
    Set {
        /// What is written.
        target: Path,
        /// What it becomes.
        value: SetValue,
    },
    /// `REMOVE target`
    Remove {
        /// What goes.
        target: Path,
    },
    /// `ADD target :v`: a number is added, set members join; a list (legacy parameters only) is appended.
    Add {
        /// What grows.
        target: Path,
        /// By how much.
        value: Arc<Attr>,
    },
    /// `DELETE target :v`: set members leave.
    Delete {
        /// What shrinks.
        target: Path,
        /// The members to take out.
        value: Arc<Attr>,
    },
}

/// The right-hand side of a SET.
#[derive(Clone, Debug, PartialEq)]
pub enum SetValue {
    /// A value of the item before the update.
    Path(Path),
    /// A constant.
    Value(Arc<Attr>),
    /// `a + b`
    Sum(Box<[SetValue; 2]>),
    /// `a - b`
    Difference(Box<[SetValue; 2]>),
    /// `if_not_exists(path, otherwise)`
    IfNotExists(Path, Box<SetValue>),
    /// `list_append(a, b)`
    ListAppend(Box<[SetValue; 2]>),
}

impl Comparator {
    /// As written in an expression.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparator::Equal => "=",
            Comparator::NotEqual => "<>",
            Comparator::Less => "<",
            Comparator::LessOrEqual => "<=",
            Comparator::Greater => ">",
            Comparator::GreaterOrEqual => ">=",
        }
    }
}

impl Condition {
    /// Visits the top-level name of every path that the condition reads, repeats included, in written order.
    pub fn visit_roots(&self, visit: &mut dyn FnMut(&Arc<str>)) {
        self.visit_paths(&mut |path| visit(&path.root));
    }

    /// Visits every path that the condition reads, repeats included, in written order.
    pub fn visit_paths(&self, visit: &mut dyn FnMut(&Path)) {
        match self {
            Condition::And(parts) | Condition::Or(parts) => {
                for part in parts {
                    part.visit_paths(visit);
                }
            }
            Condition::Not(inner) => inner.visit_paths(visit),
            Condition::Exists(path) | Condition::Missing(path) => visit(path),
            Condition::TypeIs { operand, .. } => operand.visit_paths(visit),
            Condition::Compare { left, right, .. } => {
                left.visit_paths(visit);
                right.visit_paths(visit);
            }
            Condition::BeginsWith {
                operand: one,
                prefix: two,
            }
            | Condition::Contains {
                container: one,
                member: two,
            } => {
                one.visit_paths(visit);
                two.visit_paths(visit);
            }
            Condition::Between {
                operand,
                lower,
                upper,
            } => {
                operand.visit_paths(visit);
                lower.visit_paths(visit);
                upper.visit_paths(visit);
            }
            Condition::In { operand, choices } => {
                operand.visit_paths(visit);
                for choice in choices {
                    choice.visit_paths(visit);
                }
            }
        }
    }
}

impl Operand {
    fn visit_paths(&self, visit: &mut dyn FnMut(&Path)) {
        match self {
            Operand::Path(path) => visit(path),
            Operand::Value(_) => {}
            Operand::Size(inner) => inner.visit_paths(visit),
            Operand::Truth(condition) => condition.visit_paths(visit),
        }
    }
}

impl Projection {
    /// A projection of whole top-level attributes; repeats are the caller's to refuse.
    pub fn of_names(names: impl IntoIterator<Item = Arc<str>>) -> Projection {
        let paths = names.into_iter().map(|root| Path {
            root,
            steps: Vec::new(),
        });
        Projection {
            paths: paths.collect(),
        }
    }

    /// The paths, in written order.
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// The top-level name of every path, repeats included.
    pub fn roots(&self) -> impl Iterator<Item = &Arc<str>> {
        self.paths.iter().map(|path| &path.root)
    }
}

impl KeyTest {
    /// The constants of the test: two for BETWEEN, one for the others.
    pub fn values(&self) -> impl Iterator<Item = &Arc<Attr>> {
        let (first, second) = match self {
            KeyTest::Equal(value)
            | KeyTest::Less(value)
            | KeyTest::LessOrEqual(value)
            | KeyTest::Greater(value)
            | KeyTest::GreaterOrEqual(value)
            | KeyTest::BeginsWith(value) => (value, None),
            KeyTest::Between(lower, upper) => (lower, Some(upper)),
        };
        std::iter::once(first).chain(second)
    }
}

impl Action {
    /// The path that is changed.
    pub fn target(&self) -> &Path {
        match self {
            Action::Set { target, .. }
            | Action::Remove { target }
            | Action::Add { target, .. }
            | Action::Delete { target, .. } => target,
        }
    }
}

impl SetValue {
    fn visit_paths(&self, visit: &mut dyn FnMut(&Path)) {
        match self {
            SetValue::Path(path) => visit(path),
            SetValue::Value(_) => {}
            SetValue::IfNotExists(path, otherwise) => {
                visit(path);
                otherwise.visit_paths(visit);
            }
            SetValue::Sum(operands)
            | SetValue::Difference(operands)
            | SetValue::ListAppend(operands) => {
                for operand in operands.iter() {
                    operand.visit_paths(visit);
                }
            }
        }
    }
}

impl Update {
    /// Visits every path that the update changes or reads, in written order.
    pub fn visit_paths(&self, visit: &mut dyn FnMut(&Path)) {
        for action in &self.actions {
            visit(action.target());
            if let Action::Set { value, .. } = action {
                value.visit_paths(visit);
            }
        }
    }

    /// The paths that are changed, in written order.
    pub fn targets(&self) -> impl Iterator<Item = &Path> {
        self.actions.iter().map(Action::target)
    }
}
