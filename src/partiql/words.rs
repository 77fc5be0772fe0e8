//! The names that an expression may use: functions, comparators, and the types behind `IS`.
//!
//! Owns the names and what they stand for; which function can stand where is in `check`. Lookups ignore case.

use crate::types::AttrType;

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Function {
    /// `attribute_exists(path)`
    AttributeExists,
    /// `attribute_not_exists(path)`
    AttributeNotExists,
    /// `attribute_type(operand, type)`
    AttributeType,
    /// `begins_with(operand, prefix)`
    BeginsWith,
    /// `contains(container, member)`
    Contains,
    /// `size(operand)`
    Size,
    /// `list_append(first, second)`
    ListAppend,
    /// `if_not_exists(path, otherwise)`
    IfNotExists,
    /// `set_add(path, members)`
    SetAdd,
    /// `set_delete(path, members)`
    SetDelete,
    /// None of the service, in lower case. A checked statement has none.
    Other(Box<str>),
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

/// What `IS` asks for. The many names of one type of the service are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeName {
    /// No attribute at all.
    Missing,
    /// `NULL`
    Null,
    /// `BOOL`
    Bool,
    /// `INT4`, `DECIMAL`, `DOUBLE PRECISION` and so on.
    Number,
    /// `STRING`, `CHARACTER VARYING` and so on.
    Text,
    /// `BLOB` and `CLOB`.
    Binary,
    /// `LIST` and `SEXP`.
    List,
    /// `STRUCT` and `TUPLE`.
    Map,
    /// `BAG`
    Set,
    /// `DATE`, `TIME` and `TIMESTAMP`: no value of the service is one.
    Time,
}

impl Function {
    /// The service's functions and their names.
    const NAMES: [(Function, &'static str); 10] = [
        (Function::AttributeExists, "attribute_exists"),
        (Function::AttributeNotExists, "attribute_not_exists"),
        (Function::AttributeType, "attribute_type"),
        (Function::BeginsWith, "begins_with"),
        (Function::Contains, "contains"),
        (Function::Size, "size"),
        (Function::ListAppend, "list_append"),
        (Function::IfNotExists, "if_not_exists"),
        (Function::SetAdd, "set_add"),
        (Function::SetDelete, "set_delete"),
    ];

    /// The function of a name in any case.
    pub fn from_name(name: &str) -> Function {
        let name = name.to_lowercase();
        let known = Self::NAMES.into_iter().find(|(_, known)| *known == name);
        known.map_or_else(|| Function::Other(name.into()), |(function, _)| function)
    }

    /// The name in lower case.
    pub fn name(&self) -> &str {
        match self {
            Function::Other(name) => name,
            known => known.known_name().unwrap_or_default(),
        }
    }

    /// The name, unless it is none of the service.
    pub fn known_name(&self) -> Option<&'static str> {
        let row = Self::NAMES.iter().find(|(known, _)| known == self);
        row.map(|(_, name)| *name)
    }
}

impl Comparator {
    /// As written in a statement.
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

    /// Whether this asks for an order, which only some types have.
    pub fn is_ordering(self) -> bool {
        !matches!(self, Comparator::Equal | Comparator::NotEqual)
    }
}

impl TypeName {
    /// The types that have a name of one word; `DOUBLE PRECISION` is a number, too.
    const NAMES: [(&'static str, TypeName); 34] = [
        ("missing", TypeName::Missing),
        ("null", TypeName::Null),
        ("bool", TypeName::Bool),
        ("boolean", TypeName::Bool),
        ("smallint", TypeName::Number),
        ("int", TypeName::Number),
        ("int2", TypeName::Number),
        ("int4", TypeName::Number),
        ("int8", TypeName::Number),
        ("integer", TypeName::Number),
        ("integer2", TypeName::Number),
        ("integer4", TypeName::Number),
        ("integer8", TypeName::Number),
        ("bigint", TypeName::Number),
        ("float", TypeName::Number),
        ("real", TypeName::Number),
        ("dec", TypeName::Number),
        ("decimal", TypeName::Number),
        ("numeric", TypeName::Number),
        ("char", TypeName::Text),
        ("character", TypeName::Text),
        ("varchar", TypeName::Text),
        ("string", TypeName::Text),
        ("symbol", TypeName::Text),
        ("blob", TypeName::Binary),
        ("clob", TypeName::Binary),
        ("list", TypeName::List),
        ("sexp", TypeName::List),
        ("struct", TypeName::Map),
        ("tuple", TypeName::Map),
        ("bag", TypeName::Set),
        ("date", TypeName::Time),
        ("time", TypeName::Time),
        ("timestamp", TypeName::Time),
    ];

    /// The type of a word in any case.
    pub fn from_word(word: &str) -> Option<TypeName> {
        let mut rows = Self::NAMES.iter();
        let row = rows.find(|(name, _)| name.eq_ignore_ascii_case(word));
        row.map(|(_, name)| *name)
    }

    /// The word to print.
    pub fn word(self) -> &'static str {
        match self {
            TypeName::Missing => "MISSING",
            TypeName::Null => "NULL",
            TypeName::Bool => "BOOL",
            TypeName::Number => "DECIMAL",
            TypeName::Text => "STRING",
            TypeName::Binary => "BLOB",
            TypeName::List => "LIST",
            TypeName::Map => "STRUCT",
            TypeName::Set => "BAG",
            TypeName::Time => "TIMESTAMP",
        }
    }

    /// The types that a value may have; none for `MISSING` and for times.
    pub fn attr_types(self) -> &'static [AttrType] {
        match self {
            TypeName::Missing | TypeName::Time => &[],
            TypeName::Null => &[AttrType::Null],
            TypeName::Bool => &[AttrType::Bool],
            TypeName::Number => &[AttrType::N],
            TypeName::Text => &[AttrType::S],
            TypeName::Binary => &[AttrType::B],
            TypeName::List => &[AttrType::L],
            TypeName::Map => &[AttrType::M],
            TypeName::Set => &[AttrType::Ss, AttrType::Ns, AttrType::Bs],
        }
    }
}
