//! A member that breaks a constraint of its shape: which member, which rule, and how much of both is told.
//!
//! Owns the structure only; the sentences are in `voice`. Violations are found and ordered by `model::check`.

/// How a violation is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `Value '<echo>' at '<path>' failed to satisfy constraint: <rule>`.
    Echoed,
    /// `Value at '<path>' failed to satisfy constraint: <rule>`.
    Located,
    /// `Failed to satisfy constraint: <rule>`.
    Plain,
}

/// The constraint that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The member is required.
    NotNull,
    /// Fewest characters, elements or entries.
    MinLength(u64),
    /// Most characters, elements or entries.
    MaxLength(u64),
    /// Smallest number, as the service prints it.
    MinValue(i64),
    /// Largest number.
    MaxValue(i64),
    /// The regular expression to match in full.
    Pattern(&'static str),
    /// The words allowed, in the order the service lists them.
    Words(&'static [&'static str]),
    /// Rules for every element of a list.
    Elements(Vec<Rule>),
    /// Rules for every key of a map.
    Keys(Vec<Rule>),
    /// Rules for every value of a map.
    Values(Vec<Rule>),
}

/// One broken constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// How it is worded.
    pub form: Form,
    /// The member's path, in the casing its form uses.
    pub path: String,
    /// The value as the service prints it; absent for a missing member.
    pub echo: Option<String>,
    /// What was broken.
    pub rule: Rule,
}
