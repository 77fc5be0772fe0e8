//! Random expressions and the names and values that they refer to, and the conditions of the legacy parameters.
//!
//! Expressions are built from their grammar, so most are valid; `scramble` breaks one by a token.

use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::tables::{ATTRIBUTES, Index, TYPES, Table, attribute_value, key_value, natural, value};

/// Expressions of one request share their names and values.
#[derive(Default)]
pub(crate) struct Clauses {
    names: Map<String, Value>,
    values: Map<String, Value>,
}

impl Clauses {
    /// Adds names and values to a request, if there are any.
    pub(crate) fn finish(self, request: &mut Map<String, Value>, dice: &mut Dice) {
        let (mut names, mut values) = (self.names, self.values);
        if dice.chance(2) {
            names.insert("#unused".to_owned(), "a".into());
        }
        if dice.chance(2) {
            values.insert(":unused".to_owned(), json!({"S": "a"}));
        }
        if !names.is_empty() || dice.chance(1) {
            request.insert("ExpressionAttributeNames".to_owned(), names.into());
        }
        if !values.is_empty() || dice.chance(1) {
            request.insert("ExpressionAttributeValues".to_owned(), values.into());
        }
    }

    fn name(&mut self, name: &str, dice: &mut Dice) -> String {
        if dice.chance(60) {
            return name.to_owned();
        }
        let alias = format!("#{name}");
        self.names.insert(alias.clone(), name.into());
        alias
    }

    fn constant(&mut self, constant: Value) -> String {
        let reference = format!(":v{}", self.values.len());
        self.values.insert(reference.clone(), constant);
        reference
    }

    /// A path and the attribute it starts with.
    fn path(&mut self, dice: &mut Dice) -> (String, &'static str) {
        let name = dice.pick(ATTRIBUTES).0;
        let mut path = self.name(name, dice);
        let deeper = match name {
            "m" => 60,
            "li" => 50,
            _ => 2,
        };
        while dice.chance(deeper) && path.len() < 20 {
            if (name == "li" && !path.contains('[')) || dice.chance(15) {
                path += dice.pick(&["[0]", "[1]", "[2]", "[7]"]);
            } else {
                path += dice.pick(&[".k", ".j", ".#m"]);
                if path.ends_with('m') {
                    self.names.insert("#m".to_owned(), "a.b".into());
                }
            }
        }
        (path, name)
    }

    fn value_for(&mut self, name: &str, dice: &mut Dice) -> String {
        let constant = attribute_value(name, dice);
        self.constant(constant)
    }

    fn operand(&mut self, name: &str, dice: &mut Dice) -> String {
        match dice.below(10) {
            0 => self.path(dice).0,
            1 => {
                let constant = value(dice, 1);
                self.constant(constant)
            }
            _ => self.value_for(name, dice),
        }
    }

    /// A condition.
    pub(crate) fn condition(&mut self, depth: usize, dice: &mut Dice) -> String {
        if depth > 0 && dice.chance(40) {
            let left = self.condition(depth - 1, dice);
            return match dice.below(4) {
                0 => format!("NOT {left}"),
                1 => format!("{left} OR {}", self.condition(depth - 1, dice)),
                2 => format!("({left}) AND {}", self.condition(depth - 1, dice)),
                _ => format!("{left} AND {}", self.condition(depth - 1, dice)),
            };
        }
        let (path, name) = self.path(dice);
        let operator = dice.pick(&["=", "<>", "<", "<=", ">", ">="]);
        match dice.below(10) {
            0..=2 => format!("{path} {operator} {}", self.operand(name, dice)),
            3 => {
                let (low, high) = (self.operand(name, dice), self.operand(name, dice));
                format!("{path} BETWEEN {low} AND {high}")
            }
            4 => {
                let listed: Vec<String> = (0..=dice.below(3))
                    .map(|_| self.operand(name, dice))
                    .collect();
                format!("{path} IN ({})", listed.join(", "))
            }
            5 => format!("attribute_exists({path})"),
            6 => format!("attribute_not_exists({path})"),
            7 => {
                let wanted = if dice.chance(95) {
                    json!({"S": dice.pick(TYPES)})
                } else {
                    value(dice, 1)
                };
                format!("attribute_type({path}, {})", self.constant(wanted))
            }
            8 => format!(
                "{}({path}, {})",
                dice.pick(&["begins_with", "contains"]),
                self.operand(name, dice)
            ),
            _ => format!("size({path}) {operator} {}", self.operand("d", dice)),
        }
    }

    /// A projection.
    pub(crate) fn projection(&mut self, dice: &mut Dice) -> String {
        let paths: Vec<String> = (0..=dice.below(3)).map(|_| self.path(dice).0).collect();
        paths.join(", ")
    }

    /// A key condition for a table or an index.
    pub(crate) fn key_condition(
        &mut self,
        table: &Table,
        index: Option<&Index>,
        dice: &mut Dice,
    ) -> String {
        let (hash, range) =
            index.map_or((table.hash, table.range), |index| (index.hash, index.range));
        let wanted = self.constant(key_value(hash, dice));
        let first = format!("{} = {wanted}", self.name(hash, dice));
        let Some(range) = range.filter(|_| dice.chance(65)) else {
            return first;
        };
        let name = self.name(range, dice);
        let low = self.constant(key_value(range, dice));
        let second = match dice.below(8) {
            0 => format!(
                "{name} BETWEEN {low} AND {}",
                self.constant(key_value(range, dice))
            ),
            1 => format!("begins_with({name}, {low})"),
            2 => format!("({name} >= {low})"),
            3 => format!("{low} < {name}"),
            _ => format!("{name} {} {low}", dice.pick(&["=", "<", "<=", ">", ">="])),
        };
        match dice.below(12) {
            0 => format!("{second} AND {first}"),
            1 => format!("({first}) AND ({second})"),
            2 => format!("{first} AND {}", self.condition(0, dice)),
            _ => format!("{first} AND {second}"),
        }
    }

    /// An update.
    pub(crate) fn update(&mut self, dice: &mut Dice) -> String {
        let mut sections = vec!["SET", "REMOVE", "ADD", "DELETE"];
        let mut text = Vec::new();
        for _ in 0..=dice.below(2) {
            let section = sections.swap_remove(dice.below(sections.len()));
            let actions: Vec<String> = (0..=dice.below(2))
                .map(|_| self.action(section, dice))
                .collect();
            text.push(format!("{section} {}", actions.join(", ")));
        }
        text.join(" ")
    }

    fn action(&mut self, section: &str, dice: &mut Dice) -> String {
        let (mut path, mut name) = self.path(dice);
        if matches!(name, "p" | "n" | "x") && dice.chance(80) {
            (path, name) = ("d".to_owned(), "d");
        }
        match section {
            "SET" => format!("{path} = {}", self.right_side(name, dice)),
            "REMOVE" => path,
            _ => {
                if !matches!(natural(name), "N" | "SS" | "NS" | "BS") && dice.chance(85) {
                    name = dice.pick(&["ns", "ss", "bs", "d"]);
                    name.clone_into(&mut path);
                }
                format!("{path} {}", self.value_for(name, dice))
            }
        }
    }

    fn right_side(&mut self, name: &str, dice: &mut Dice) -> String {
        let plain = self.operand(name, dice);
        match (natural(name), dice.below(6)) {
            ("N", 0 | 1) => format!(
                "{} {} {plain}",
                self.operand(name, dice),
                dice.pick(&["+", "-"])
            ),
            ("N", 2) => format!("{name} + {plain}"),
            ("L", 0..=3) => format!("list_append({}, {plain})", self.operand(name, dice)),
            (_, 3) => format!("if_not_exists({}, {plain})", self.path(dice).0),
            _ => plain,
        }
    }
}

/// Where a legacy condition stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `Expected`, which has short forms.
    Expected,
    /// A filter or `KeyConditions`.
    Filter,
}

/// Breaks an expression by a token.
pub(crate) fn scramble(text: &str, dice: &mut Dice) -> String {
    let mut tokens: Vec<&str> = text.split(' ').collect();
    let at = dice.below(tokens.len());
    match dice.below(4) {
        0 => {
            tokens.remove(at);
        }
        1 => tokens.insert(at, tokens[at]),
        2 => {
            let other = dice.below(tokens.len());
            tokens.swap(at, other);
        }
        _ => tokens.insert(
            at,
            dice.pick(&[
                "AND", "=", "(", ")", ",", "#u", ":u", "size", "SET", "!", "status", "0", ".",
                "NOT", "a", "size(a)", "_x", "''",
            ]),
        ),
    }
    tokens.join(" ")
}

/// A legacy condition on an attribute.
pub(crate) fn legacy_condition(name: &str, place: Place, dice: &mut Dice) -> Value {
    if place == Place::Expected && dice.chance(40) {
        let mut condition = Map::new();
        if dice.chance(60) {
            condition.insert("Value".to_owned(), attribute_value(name, dice));
        }
        if dice.chance(60) {
            condition.insert("Exists".to_owned(), dice.chance(50).into());
        }
        return condition.into();
    }
    let operator = dice.pick(&[
        "EQ",
        "EQ",
        "NE",
        "LT",
        "LE",
        "GT",
        "GE",
        "BETWEEN",
        "BEGINS_WITH",
        "CONTAINS",
        "NOT_CONTAINS",
        "IN",
        "NULL",
        "NOT_NULL",
    ]);
    let mut count = match operator {
        "BETWEEN" => 2,
        "NULL" | "NOT_NULL" => 0,
        "IN" => 1 + dice.below(2),
        _ => 1,
    };
    if dice.chance(4) {
        count = dice.below(3);
    }
    let listed: Vec<Value> = (0..count).map(|_| attribute_value(name, dice)).collect();
    if listed.is_empty() && dice.chance(70) {
        return json!({"ComparisonOperator": operator});
    }
    json!({"ComparisonOperator": operator, "AttributeValueList": listed})
}

/// Legacy conditions on a few attributes.
pub(crate) fn legacy_conditions(place: Place, dice: &mut Dice) -> Map<String, Value> {
    (0..=dice.below(2))
        .map(|_| {
            let name = dice.pick(ATTRIBUTES).0;
            (name.to_owned(), legacy_condition(name, place, dice))
        })
        .collect()
}
