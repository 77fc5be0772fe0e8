//! Generated files are up to date with what they are made from; `UPDATE=1 cargo test --test generated` rewrites them.
//!
//! `src/model/table.rs` is made from `fixtures/model`: one static row per shape that an operation's input reaches.
//! `COMPAT.md` is made from the list of operations, that table, and `fixtures`.

#![allow(clippy::unwrap_used)] // a test may stop at any surprise

use dynasled::model::table::INPUTS;
use dynasled::ops::OPERATIONS;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::PathBuf;

#[test]
fn the_shape_table_is_up_to_date() {
    let models = ["dynamodb", "dynamodbstreams"].map(|name| {
        let text = read(&format!("fixtures/model/{name}.json"));
        serde_json::from_str::<Tree>(&text).unwrap()
    });
    expect("src/model/table.rs", &shape_table(&models));
}

#[test]
fn the_compatibility_page_is_up_to_date() {
    expect("COMPAT.md", &compatibility_page());
}

/// The whole text of `COMPAT.md`: what is implemented, what is not, and where answers are known to differ.
fn compatibility_page() -> String {
    let known: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    let (done, missing): (Vec<&str>, Vec<&str>) = INPUTS
        .iter()
        .map(|row| row.0)
        .partition(|name| known.contains(name));
    let mut out = String::from(
        "# Compatibility\n\nMeasured against DynamoDB as of October 2026. A difference that is not listed here is a bug.\n",
    );
    writeln!(
        out,
        "\n## Operations\n\n{} of {} are implemented:\n",
        done.len(),
        INPUTS.len()
    )
    .unwrap();
    for name in done {
        writeln!(out, "- {name}").unwrap();
    }
    out.push_str("\nThe others answer UnknownOperationException:\n\n");
    for name in missing {
        writeln!(out, "- {name}").unwrap();
    }
    out.push_str("\n## Known differences\n\n");
    out.push_str(&read("fixtures/compat/differences.md"));
    let gaps = gaps(&path("fixtures/conformance"));
    if !gaps.is_empty() {
        out.push_str("\n## Known gaps\n\nRecorded as fixtures that do not hold yet:\n\n");
        for gap in gaps {
            writeln!(out, "- `{gap}`").unwrap();
        }
    }
    out
}

/// The fixtures that are marked as not holding, by their paths below `folder`.
fn gaps(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for operation in std::fs::read_dir(folder).unwrap() {
        let operation = operation.unwrap().path();
        for file in std::fs::read_dir(&operation).unwrap() {
            let file = file.unwrap().path();
            let text = std::fs::read_to_string(&file).unwrap();
            let fixture: serde_json::Value = serde_json::from_str(&text).unwrap();
            if fixture["gap"] == true {
                let name = file.strip_prefix(folder).unwrap();
                found.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

fn expect(file: &str, wanted: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path(file), wanted).unwrap();
    }
    let current = if path(file).exists() {
        read(file)
    } else {
        String::new()
    };
    assert!(
        current == wanted,
        "{file} is not up to date; run `UPDATE=1 cargo test --test generated`"
    );
}

fn read(file: &str) -> String {
    std::fs::read_to_string(path(file))
        .unwrap()
        .replace("\r\n", "\n")
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// The whole text of `src/model/table.rs`.
fn shape_table(models: &[Tree]) -> String {
    let mut rows = BTreeMap::new();
    let mut inputs = BTreeMap::new();
    for model in models {
        let shapes = Shapes(model.member("shapes").unwrap());
        for (operation, row) in model.member("operations").unwrap().entries() {
            let input = row.text("input");
            shapes.collect(input, &mut rows);
            inputs.insert(operation.as_str(), constant(input));
        }
    }
    let mut out = String::from(HEADER);
    out.push_str(
        "\n/// The input of every operation.\npub static INPUTS: &[(&str, &Shape)] = &[\n",
    );
    for (operation, input) in &inputs {
        writeln!(out, "    (\"{operation}\", &{input}),").unwrap();
    }
    out.push_str("];\n\n");
    let operations: BTreeMap<_, _> = inputs
        .iter()
        .map(|(operation, input)| (input, operation))
        .collect();
    for (name, row) in &rows {
        if let Some(operation) = operations.get(name) {
            writeln!(out, "/// The input of `{operation}`.").unwrap();
            out.push_str("pub ");
        }
        writeln!(out, "static {name}: Shape = {row};").unwrap();
    }
    out
}

const HEADER: &str = "\
//! The inputs of all operations, generated from `fixtures/model` by `tests/generated.rs`; not edited by hand.
//!
//! One row per shape that has members or constraints; everything else is one of the rows of `shape`. Differences
//! observed in the service are in `overrides`.

use super::shape::{
    DOUBLE, FLAG, INTEGER, LONG, Shape, TABLE, TEXT, TIMESTAMP, VALUE, integer, list, long, map, optional,
    pattern, required, structure, text, words,
};
";

/// The shapes of one model.
struct Shapes<'m>(&'m Tree);

impl Shapes<'_> {
    /// Adds the row of a shape and of all that it reaches.
    fn collect(&self, name: &str, rows: &mut BTreeMap<String, String>) {
        if self.hand_written(name).is_some() {
            return;
        }
        let shape = self.0.member(name).unwrap();
        let row = self.row(name, shape);
        match rows.get(&constant(name)) {
            Some(known) => {
                assert_eq!(*known, row, "two models differ in {name}");
                return;
            }
            None => rows.insert(constant(name), row),
        };
        for (_, member) in shape.member("members").map_or(&[][..], Tree::entries) {
            self.collect(member.text("shape"), rows);
        }
        for part in ["member", "key", "value"] {
            if let Some(part) = shape.member(part) {
                self.collect(part.text("shape"), rows);
            }
        }
    }

    /// How a row refers to the shape of one of its members.
    fn reference(&self, member: &str, name: &str) -> String {
        // Every operation that takes a table's name also takes its ARN.
        if member == "TableName" {
            return "&TABLE".to_owned();
        }
        match self.hand_written(name) {
            Some(row) => format!("&{row}"),
            None => format!("&{}", constant(name)),
        }
    }

    /// The row of `shape` that stands for a shape without members and constraints.
    fn hand_written(&self, name: &str) -> Option<&'static str> {
        let shape = self.0.member(name).unwrap();
        let is_free = ["min", "max", "pattern", "enum"]
            .iter()
            .all(|key| shape.member(key).is_none());
        match shape.text("type") {
            _ if name == "AttributeValue" => Some("VALUE"),
            "boolean" => Some("FLAG"),
            "blob" => Some("BYTES"),
            "timestamp" => Some("TIMESTAMP"),
            "double" | "float" => Some("DOUBLE"),
            "string" if is_free => Some("TEXT"),
            "integer" if is_free => Some("INTEGER"),
            "long" if is_free => Some("LONG"),
            _ => None,
        }
    }

    fn row(&self, name: &str, shape: &Tree) -> String {
        let bound = |key: &str, open: &str| shape.member(key).map_or(open.to_owned(), Tree::number);
        let lengths = format!("{}, {}", bound("min", "0"), bound("max", "u64::MAX"));
        let values = format!("{}, {}", bound("min", "i64::MIN"), bound("max", "i64::MAX"));
        let part = |part: &str| self.reference("", shape.member(part).unwrap().text("shape"));
        match shape.text("type") {
            "structure" => self.structure(name, shape),
            "list" => format!("list({}, {lengths})", part("member")),
            // A table's ARN may stand for its name as the key of a batch.
            "map" if part("key") == "&TABLE_ARN" => {
                format!("map(&TABLE, {}, {lengths})", part("value"))
            }
            "map" => format!("map({}, {}, {lengths})", part("key"), part("value")),
            "integer" => format!("integer({values})"),
            "long" => format!("long({values})"),
            "string" => match (shape.member("enum"), shape.member("pattern")) {
                (Some(list), _) => format!("words(&[{}])", list.quoted().join(", ")),
                (None, Some(Tree::Text(pattern))) => format!("pattern({lengths}, r\"{pattern}\")"),
                _ => format!("text({lengths})"),
            },
            other => panic!("{name} has the unknown type {other}"),
        }
    }

    fn structure(&self, name: &str, shape: &Tree) -> String {
        let required = shape.member("required").map_or(Vec::new(), Tree::quoted);
        let mut row = format!("structure(\"{name}\", &[\n");
        for (member, target) in shape.member("members").unwrap().entries() {
            let need = if required.contains(&format!("\"{member}\"")) {
                "required"
            } else {
                "optional"
            };
            let target = self.reference(member, target.text("shape"));
            writeln!(row, "    {need}(\"{member}\", {target}),").unwrap();
        }
        row + "])"
    }
}

/// The constant's name of a shape: `SSESpecification` becomes `SSE_SPECIFICATION`.
fn constant(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let follows_small =
            before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        let ends_capitals = before.is_some_and(|before| before.is_ascii_uppercase())
            && letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if letter.is_ascii_uppercase() && (follows_small || ends_capitals) {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

/// The digits in groups of three once they are more than five.
fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if digits.len() > 5 && at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// JSON whose objects keep their order.
enum Tree {
    Text(String),
    Number(i64),
    Flag,
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    fn entries(&self) -> &[(String, Tree)] {
        match self {
            Tree::Object(entries) => entries,
            _ => &[],
        }
    }

    fn member(&self, name: &str) -> Option<&Tree> {
        let found = self.entries().iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> &str {
        match self.member(name) {
            Some(Tree::Text(text)) => text,
            _ => panic!("no text {name}"),
        }
    }

    fn number(&self) -> String {
        match self {
            Tree::Number(number) => grouped(&number.to_string()),
            _ => panic!("not a number"),
        }
    }

    fn quoted(&self) -> Vec<String> {
        let Tree::List(elements) = self else {
            panic!("not a list");
        };
        let quote = |element: &Tree| match element {
            Tree::Text(text) => format!("\"{text}\""),
            _ => panic!("not a text"),
        };
        elements.iter().map(quote).collect()
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a model")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree::Flag)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(number.try_into().unwrap()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Tree::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Object(entries))
    }
}
