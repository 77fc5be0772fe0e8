//! From the JSON of a pattern to its tests; every rule about what a pattern may say.

use std::fmt::Write as _;

use super::figure::{Bound, Figure, Range};
use super::leaf::{Leaf, Part, Test, Text};
use super::network::Network;
use super::syntax::Json;
use super::wildcard::Wildcard;
use super::{LONGEST, Object, PatternError, Rule};

/// All operators, for people.
const OPERATORS: &str =
    "prefix, suffix, equals-ignore-case, anything-but, numeric, exists, wildcard, cidr";
/// Names that make members of an `$or` operators, and the `$or` a field: those that AWS uses or keeps for later.
const RESERVED: &[&str] = &[
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// Reads a pattern.
pub(super) fn compile(text: &str) -> Result<Object, PatternError> {
    let mut compiler = Compiler { place: Vec::new() };
    if text.chars().nth(LONGEST).is_some() {
        return compiler.refuse(format!("a pattern has at most {LONGEST} characters"));
    }
    match Json::parse(text) {
        Ok(Json::Object(members)) => compiler.object(&members),
        Ok(_) => compiler.refuse("a pattern is a JSON object"),
        Err(error) => compiler.refuse(format!("a pattern is JSON: {error}")),
    }
}

type Members<'a> = [(String, Json<'a>)];

/// A step of the way to a place in a pattern.
enum Step {
    Name(String),
    Element(usize),
}

struct Compiler {
    place: Vec<Step>,
}

impl Compiler {
    fn refuse<T>(&self, problem: impl Into<String>) -> Result<T, PatternError> {
        let mut place = String::new();
        for step in &self.place {
            match step {
                Step::Name(name) if place.is_empty() => place.push_str(name),
                Step::Name(name) => {
                    place.push('.');
                    place.push_str(name);
                }
                Step::Element(index) => {
                    let _ = write!(place, "[{index}]"); // writing to a string does not fail
                }
            }
        }
        Err(PatternError {
            place,
            problem: problem.into(),
        })
    }

    /// Goes a step down for as long as something is read.
    fn at<T>(
        &mut self,
        step: Step,
        read: impl FnOnce(&mut Compiler) -> Result<T, PatternError>,
    ) -> Result<T, PatternError> {
        self.place.push(step);
        let result = read(self);
        self.place.pop();
        result
    }

    fn at_name<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Compiler) -> Result<T, PatternError>,
    ) -> Result<T, PatternError> {
        self.at(Step::Name(name.to_owned()), read)
    }

    /// Reads every element of a list.
    fn each<E, T>(
        &mut self,
        list: &[E],
        mut read: impl FnMut(&mut Compiler, &E) -> Result<T, PatternError>,
    ) -> Result<Vec<T>, PatternError> {
        let elements = list.iter().enumerate();
        elements
            .map(|(index, element)| {
                self.at(Step::Element(index), |compiler| read(compiler, element))
            })
            .collect()
    }

    fn object(&mut self, members: &Members<'_>) -> Result<Object, PatternError> {
        if members.is_empty() {
            return self.refuse("an empty object says nothing");
        }
        let (mut fields, mut either) = (Vec::new(), Vec::new());
        for (name, value) in members {
            let rule = self.at_name(name, |compiler| match value {
                Json::List(list) => match alternatives(name, list) {
                    Some(objects) => {
                        either = compiler
                            .each(&objects, |compiler, members| compiler.object(members))?;
                        Ok(None)
                    }
                    None => compiler.leaf(name, list).map(Rule::Leaf).map(Some),
                },
                Json::Object(members) => compiler.object(members).map(Rule::Object).map(Some),
                _ => compiler.refuse("it has to be an object, or an array of alternatives"),
            })?;
            fields.extend(rule.map(|rule| (name.clone(), rule)));
        }
        Ok(Object::new(fields, either))
    }

    fn leaf(&mut self, name: &str, list: &[Json<'_>]) -> Result<Leaf, PatternError> {
        if list.is_empty() {
            return self.refuse("an empty array has no alternative");
        }
        let is_stored = matches!(name, "N" | "NS");
        let mut takes_nothing = false;
        let tests = self.each(list, |compiler, alternative| match alternative {
            Json::Object(members) => {
                let (operator, operand) = compiler.operator(members)?;
                if operator == "exists" && *operand == Json::Bool(false) {
                    takes_nothing = true;
                    return Ok(None);
                }
                let test = |compiler: &mut Compiler| compiler.test(operator, operand, is_stored);
                compiler.at_name(operator, test).map(Some)
            }
            Json::List(_) => compiler.refuse("an alternative is a value or an operator, no array"),
            value => compiler.value(value).map(Some),
        })?;
        Ok(Leaf {
            tests: tests.into_iter().flatten().collect(),
            takes_nothing,
        })
    }

    /// The one member of an object that holds an operator.
    fn operator<'m, 'a>(
        &self,
        members: &'m Members<'a>,
    ) -> Result<(&'m str, &'m Json<'a>), PatternError> {
        match members {
            [(operator, operand)] => Ok((operator, operand)),
            [] => self.refuse(format!("an operator is missing: {OPERATORS}")),
            _ => self.refuse("an object in an array holds one operator"),
        }
    }

    /// A test for equality.
    fn value(&self, value: &Json<'_>) -> Result<Test, PatternError> {
        Ok(match value {
            Json::Null => Test::Null,
            Json::Bool(value) => Test::Bool(*value),
            Json::Number(text) => Test::Number(self.number(text)?),
            Json::Text(text) => Test::Text(Text::new(Part::Whole, false, text)),
            Json::List(_) | Json::Object(_) => return self.refuse("it has to be a plain value"),
        })
    }

    fn number(&self, text: &str) -> Result<Figure, PatternError> {
        match Figure::of_text(text) {
            Some(figure) => Ok(figure),
            None => self.refuse("it has to be a number"),
        }
    }

    fn text<'j>(&self, value: &'j Json<'_>) -> Result<&'j str, PatternError> {
        match value {
            Json::Text(text) => Ok(text),
            _ => self.refuse("it has to be a string"),
        }
    }

    fn test(
        &mut self,
        operator: &str,
        operand: &Json<'_>,
        is_stored: bool,
    ) -> Result<Test, PatternError> {
        match (operator, operand) {
            ("prefix" | "suffix", Json::Object(members)) => match &members[..] {
                [(inner, text)] if inner == "equals-ignore-case" => {
                    let part = part_of(operator);
                    let read = |compiler: &mut Compiler| {
                        let text = compiler.text(text)?;
                        Ok(Test::Text(Text::new(part, true, text)))
                    };
                    self.at_name(inner, read)
                }
                _ => self.refuse("an object in it holds equals-ignore-case, and nothing else"),
            },
            ("prefix" | "suffix" | "equals-ignore-case" | "wildcard", operand) => {
                self.text_test(operator, operand)
            }
            ("cidr", operand) => match Network::parse(self.text(operand)?) {
                Some(network) => Ok(Test::Network(network)),
                None => self.refuse("it has to be a block of IP addresses, such as 10.0.0.0/24"),
            },
            ("numeric", Json::List(terms)) => {
                let range = self.range(terms)?;
                Ok(Test::Numeric { range, is_stored })
            }
            ("numeric", _) => {
                self.refuse("it has to be an array of comparisons and numbers, such as [\">\", 0]")
            }
            ("anything-but", operand) => self.anything_but(operand).map(Test::AnythingBut),
            ("exists", Json::Bool(_)) => Ok(Test::Present), // the leaf takes `false`
            ("exists", _) => self.refuse("it has to be true or false"),
            _ => self.refuse(format!("it is no operator; there are {OPERATORS}")),
        }
    }

    /// A test of one of the operators that take a string.
    fn text_test(&self, operator: &str, operand: &Json<'_>) -> Result<Test, PatternError> {
        let text = self.text(operand)?;
        if operator == "wildcard" {
            let wildcard = Wildcard::parse(text);
            return wildcard
                .map(Test::Wildcard)
                .or_else(|problem| self.refuse(problem));
        }
        let is_folded = operator == "equals-ignore-case";
        Ok(Test::Text(Text::new(part_of(operator), is_folded, text)))
    }

    /// What `anything-but` takes: a value, several of one type, or an operator with a string or several.
    fn anything_but(&mut self, operand: &Json<'_>) -> Result<Vec<Test>, PatternError> {
        let (operator, operand) = match operand {
            Json::Object(members) => {
                let (operator, operand) = self.operator(members)?;
                (Some(operator), operand)
            }
            operand => (None, operand),
        };
        let list = match operand {
            Json::List(list) if list.is_empty() => {
                return self.refuse("an empty array excludes nothing");
            }
            Json::List(list) => &list[..],
            one => std::slice::from_ref(one),
        };
        let Some(operator) = operator else {
            let is_number = matches!(list[0], Json::Number(_));
            return self.each(list, |compiler, value| match value {
                Json::Number(_) if is_number => compiler.value(value),
                Json::Text(_) if !is_number => compiler.value(value),
                _ => compiler.refuse("anything-but takes strings or numbers, not both"),
            });
        };
        if !matches!(
            operator,
            "prefix" | "suffix" | "equals-ignore-case" | "wildcard"
        ) {
            let problem = "anything-but takes prefix, suffix, equals-ignore-case and wildcard only";
            return self.at_name(operator, |compiler| compiler.refuse(problem));
        }
        self.at_name(operator, |compiler| {
            compiler.each(list, |compiler, value| {
                let excludes_all = matches!(operator, "prefix" | "suffix");
                if excludes_all && compiler.text(value)?.is_empty() {
                    return compiler.refuse("an empty string excludes everything");
                }
                compiler.text_test(operator, value)
            })
        })
    }

    /// `=` with a number, or one of `<`, `<=`, `>`, `>=`, the latter two with an upper bound behind them or none.
    fn range(&self, terms: &[Json<'_>]) -> Result<Range, PatternError> {
        let mut comparisons = Vec::new();
        for pair in terms.chunks(2) {
            match pair {
                [Json::Text(sign), Json::Number(text)] => {
                    comparisons.push((&**sign, self.number(text)?));
                }
                _ => {
                    return self
                        .refuse("every comparison (=, <, <=, >, >=) has a number behind it");
                }
            }
        }
        let bound = |figure: Figure, sign: &str| {
            let is_inside = sign.ends_with('=');
            Some(Bound { figure, is_inside })
        };
        let range = match comparisons[..] {
            [("=", figure)] => Range {
                low: bound(figure, "="),
                high: bound(figure, "="),
            },
            [(sign @ (">" | ">="), low)] => Range {
                low: bound(low, sign),
                high: None,
            },
            [(sign @ ("<" | "<="), high)] => Range {
                low: None,
                high: bound(high, sign),
            },
            [(above @ (">" | ">="), low), (below @ ("<" | "<="), high)] => {
                let (low, high) = (bound(low, above), bound(high, below));
                let range = Range { low, high };
                if !range.is_ordered() {
                    return self.refuse("the lower bound has to be less than the upper one");
                }
                range
            }
            _ => {
                return self.refuse("it takes one of =, <, <=, >, >=, or > or >= and then < or <=");
            }
        };
        Ok(range)
    }
}

fn part_of(operator: &str) -> Part {
    match operator {
        "prefix" => Part::Start,
        "suffix" => Part::End,
        _ => Part::Whole,
    }
}

/// The objects of an `$or` that is one: two or more of them, none with an operator. Else it is a field of that name.
fn alternatives<'m, 'a>(name: &str, list: &'m [Json<'a>]) -> Option<Vec<&'m Members<'a>>> {
    if name != "$or" || list.len() < 2 {
        return None;
    }
    let objects = list.iter().map(|object| match object {
        Json::Object(members) => {
            let mut names = members.iter().map(|(name, _)| &**name);
            let is_operator = names.any(|name| RESERVED.contains(&name));
            (!is_operator).then_some(&members[..])
        }
        _ => None,
    });
    objects.collect()
}
