//! The trees of statements, as written: names and constants are not looked at, parameters are numbers.
//!
//! Owns shapes only; parsing, checks and printing live in their own files. Chains of AND and OR are flat vectors that
//! do not hold a chain of their own kind. The parser bounds the depth of a tree; who builds one by other means keeps
//! that bound. Two trees are equal when they say the same thing, wherever it is written.

use std::fmt::{self, Write as _};

use crate::partiql::words::{Comparator, Function, TypeName};
use crate::types::{AttrType, ExponentWidth, Number, NumberError, Path, Step};

/// Where something is written: characters, counted from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The line.
    pub line: u32,
    /// The first character's place in its line.
    pub column: u32,
    /// How many characters.
    pub length: u32,
}

/// A statement and how many parameters it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// How many `?` it holds.
    pub parameters: usize,
}

/// What a statement does.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `SELECT ..`
    Select(Select),
    /// `EXISTS(SELECT ..)`, a condition of a transaction.
    Exists(Select),
    /// `INSERT INTO ..`
    Insert(Insert),
    /// `UPDATE ..`, or `FROM .. SET ..`.
    Update(Update),
    /// `DELETE FROM ..`
    Delete(Delete),
}

/// `SELECT projection FROM source WHERE filter ORDER BY order`
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// What a row keeps.
    pub projection: Projection,
    /// Where rows come from.
    pub source: Source,
    /// Which rows are wanted.
    pub filter: Option<Expr>,
    /// How rows are sorted; empty when nothing is said.
    pub order: Vec<OrderKey>,
}

/// What a row keeps.
#[derive(Clone, Debug, PartialEq)]
pub enum Projection {
    /// `*`
    All,
    /// Some paths, in written order. No two have one name.
    Columns(Vec<Column>),
}

/// A document path and where it begins.
#[derive(Clone, Debug)]
pub struct Column {
    /// The path.
    pub path: Path,
    /// Its first name.
    pub span: Span,
}

/// `"table"` or `"table"."index"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The table; not empty.
    pub table: String,
    /// The index; not empty.
    pub index: Option<String>,
}

/// One key of an `ORDER BY`.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderKey {
    /// What is compared.
    pub column: Column,
    /// Which way.
    pub direction: Direction,
}

/// Which way rows are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `ASC`, or nothing.
    Ascending,
    /// `DESC`
    Descending,
}

/// `INSERT INTO table VALUE {..}`
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    /// The table; not empty.
    pub table: String,
    /// The attributes of the item, in written order.
    pub members: Vec<Member>,
}

/// `'name': value`
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The attribute, or the entry of a map.
    pub name: String,
    /// What it is to be.
    pub value: Expr,
}

/// `UPDATE source SET .. REMOVE .. WHERE filter RETURNING ..`
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The table, or an index in vain.
    pub source: Source,
    /// The changes in written order; at least one.
    pub changes: Vec<Change>,
    /// Which item, and what it has to meet.
    pub filter: Option<Expr>,
    /// What is answered.
    pub returning: Option<Returning>,
}

/// One change of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// `SET target = value`
    Set {
        /// What is written.
        target: Column,
        /// What it becomes.
        value: Expr,
    },
    /// `REMOVE target`
    Remove {
        /// What goes.
        target: Column,
    },
}

/// `DELETE FROM source WHERE filter RETURNING ..`
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// The table, or an index in vain.
    pub source: Source,
    /// Which item, and what it has to meet.
    pub filter: Option<Expr>,
    /// What is answered: nothing, or `ALL OLD *`.
    pub returning: Option<Returning>,
}

/// What a write answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returning {
    /// `ALL OLD *`
    AllOld,
    /// `ALL NEW *`
    AllNew,
    /// `MODIFIED OLD *`
    ModifiedOld,
    /// `MODIFIED NEW *`
    ModifiedNew,
}

/// An expression and where its operator, its function or its first token is.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A value of the item.
    Path(Path),
    /// `MISSING`
    Missing,
    /// `NULL`
    Null,
    /// `TRUE` or `FALSE`
    Bool(bool),
    /// `'text'`
    Text(String),
    /// A number with its sign.
    Number(NumberLiteral),
    /// The `?` of that number, from zero.
    Parameter(usize),
    /// `[..]`
    List(Vec<Expr>),
    /// `{..}`
    Tuple(Vec<Member>),
    /// `<<..>>`
    Set(Vec<Expr>),
    /// `function(..)`
    Call(Function, Vec<Expr>),
    /// `a + b`
    Sum(Box<[Expr; 2]>),
    /// `a - b`
    Difference(Box<[Expr; 2]>),
    /// `left = right` and its kin.
    Compare(Comparator, Box<[Expr; 2]>),
    /// `operand BETWEEN lower AND upper`, in this order.
    Between(Box<[Expr; 3]>),
    /// `operand IN [choices]`
    In(Box<Expr>, Vec<Expr>),
    /// `operand IS type`
    Is(Box<Expr>, TypeName),
    /// `NOT operand`
    Not(Box<Expr>),
    /// All of them; at least two.
    And(Vec<Expr>),
    /// Any of them; at least two.
    Or(Vec<Expr>),
}

/// A number as written, with its sign; every digit counts until it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberLiteral {
    /// Digits, point and exponent, behind `-` when negative.
    pub text: Box<str>,
}

impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.line, self.column, self.length)
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Expr) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Column) -> bool {
        self.path == other.path
    }
}

impl Column {
    /// The name of this path's value in a row: the last name with the list indices behind it.
    pub fn name(&self) -> String {
        let steps = &self.path.steps;
        let indices = steps.iter().rev();
        let indices = indices.take_while(|step| matches!(step, Step::Index(_)));
        let (before, indices) = steps.split_at(steps.len() - indices.count());
        let mut name = match before.last() {
            Some(Step::Name(name)) => name.to_string(),
            _ => self.path.root.to_string(),
        };
        for step in indices {
            if let Step::Index(index) = step {
                // Writing to a string cannot fail.
                write!(name, "[{index}]").unwrap_or_default();
            }
        }
        name
    }
}

impl NumberLiteral {
    /// The number, if the service can hold it.
    pub fn value(&self) -> Result<Number, NumberError> {
        Number::parse(&self.text, ExponentWidth::Bits32)
    }
}

impl ExprKind {
    /// The type of a constant that is written out. Sets have the type of their first member.
    pub fn literal_type(&self) -> Option<AttrType> {
        match self {
            ExprKind::Null => Some(AttrType::Null),
            ExprKind::Bool(_) => Some(AttrType::Bool),
            ExprKind::Text(_) => Some(AttrType::S),
            ExprKind::Number(_) => Some(AttrType::N),
            ExprKind::List(_) => Some(AttrType::L),
            ExprKind::Tuple(_) => Some(AttrType::M),
            ExprKind::Set(members) => match members.first()?.kind {
                ExprKind::Number(_) => Some(AttrType::Ns),
                _ => Some(AttrType::Ss),
            },
            _ => None,
        }
    }

    /// Whether this is a constant or a parameter: what [`crate::partiql::resolve_value`] takes.
    pub fn is_value(&self) -> bool {
        matches!(self, ExprKind::Parameter(_)) || self.literal_type().is_some()
    }

    /// The name of this kind of expression in messages.
    pub fn operation_name(&self) -> &'static str {
        match self {
            ExprKind::Path(_) => "Path",
            ExprKind::Missing => "Missing",
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Text(_) | ExprKind::Number(_) => "Lit",
            ExprKind::Parameter(_) => "Parameter",
            ExprKind::List(_) => "List",
            ExprKind::Tuple(_) => "Struct",
            ExprKind::Set(_) => "Bag",
            ExprKind::Call(..) => "Call",
            ExprKind::Sum(_) => "Plus",
            ExprKind::Difference(_) => "Minus",
            ExprKind::Compare(comparator, _) => match comparator {
                Comparator::Equal => "Eq",
                Comparator::NotEqual => "Ne",
                Comparator::Less => "Lt",
                Comparator::LessOrEqual => "Lte",
                Comparator::Greater => "Gt",
                Comparator::GreaterOrEqual => "Gte",
            },
            ExprKind::Between(_) => "Between",
            ExprKind::In(..) => "InCollection",
            ExprKind::Is(..) => "IsType",
            ExprKind::Not(_) => "Not",
            ExprKind::And(_) => "And",
            ExprKind::Or(_) => "Or",
        }
    }
}
