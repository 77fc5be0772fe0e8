//! Functions and triggers as options write them: `NAME=URL`, `NAME=runtime:PORT`, `TABLE=NAME,Option=value`.
//!
//! Owns the syntax only. What an option of a trigger may be is the rule of `triggers::settings`, which is asked with AWS's
//! member names whether an argument or the configuration file said it; `Kind` says how a text becomes such a member.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::file::File;
use crate::triggers::TriggerSetting;
use crate::triggers::functions::{FunctionSetting, Target};
use crate::triggers::settings::{Changes, Settings, StartingPosition};

/// What kind of value an option of a trigger has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Flag,
    Text,
    /// One text or several.
    List,
    /// An object, as JSON in an argument.
    Object,
}

/// The options of a trigger: AWS's names, and `OnFailure` for the one member of DestinationConfig.
const OPTIONS: &[(&str, Kind)] = &[
    ("BatchSize", Kind::Number),
    ("MaximumBatchingWindowInSeconds", Kind::Number),
    ("StartingPosition", Kind::Text),
    ("FilterCriteria", Kind::Object),
    ("MaximumRetryAttempts", Kind::Number),
    ("MaximumRecordAgeInSeconds", Kind::Number),
    ("BisectBatchOnFunctionError", Kind::Flag),
    ("FunctionResponseTypes", Kind::List),
    ("OnFailure", Kind::Text),
    ("DestinationConfig", Kind::Object),
    ("ParallelizationFactor", Kind::Number),
    ("TumblingWindowInSeconds", Kind::Number),
    ("Enabled", Kind::Flag),
];

fn kind_of(option: &str) -> Option<Kind> {
    let row = OPTIONS.iter().find(|(name, _)| *name == option)?;
    Some(row.1)
}

fn option_names() -> String {
    let names: Vec<&str> = OPTIONS.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

impl Kind {
    /// The member that a text of the command line stands for.
    fn read(self, text: &str) -> Option<Value> {
        match self {
            Kind::Number => text.parse::<i64>().ok().map(Value::from),
            Kind::Flag if text.eq_ignore_ascii_case("true") => Some(true.into()),
            Kind::Flag if text.eq_ignore_ascii_case("false") => Some(false.into()),
            Kind::Flag => None,
            Kind::Text => Some(text.into()),
            Kind::List if text.starts_with('[') => serde_json::from_str(text).ok(),
            Kind::List => Some(json!([text])),
            Kind::Object => serde_json::from_str(text).ok().filter(Value::is_object),
        }
    }

    fn holds(self, value: &Value) -> bool {
        match self {
            Kind::Number => value.is_i64(),
            Kind::Flag => value.is_boolean(),
            Kind::Text => value.is_string(),
            Kind::List => value.is_array(),
            Kind::Object => value.is_object(),
        }
    }

    fn fix(self) -> &'static str {
        match self {
            Kind::Number => "use a whole number",
            Kind::Flag => "use true or false",
            Kind::Text => "use a text",
            Kind::List => "use ReportBatchItemFailures, or a list of texts",
            Kind::Object => "use an object, as AWS's request has it",
        }
    }
}

/// Reads `NAME=URL`, `NAME=runtime` or `NAME=runtime:PORT`.
pub fn parse_function(text: &str) -> Result<FunctionSetting, String> {
    let shape = "use NAME=http://HOST:PORT/PATH, NAME=runtime or NAME=runtime:PORT";
    let (name, target) = text.split_once('=').ok_or(shape)?;
    let target = match target.split_once(':') {
        None if target == "runtime" => Target::Runtime { port: 0 },
        Some(("runtime", port)) => Target::Runtime {
            port: port
                .parse()
                .map_err(|_| format!("{port:?} is no port; use a number up to 65535"))?,
        },
        Some(_) => Target::Url(target.to_owned()),
        None => return Err(shape.to_owned()),
    };
    let setting = FunctionSetting::new(name, target);
    setting.check().map(|()| setting)
}

/// Reads `TABLE=NAME[,Option=value...]`.
pub fn parse_trigger(text: &str) -> Result<TriggerSetting, String> {
    let (table, rest) = text
        .split_once('=')
        .ok_or("use TABLE=NAME, then options such as ,BatchSize=1")?;
    let mut parts = split_options(rest).into_iter();
    let name = parts.next().unwrap_or_default();
    let mut options = Map::new();
    for part in parts {
        let (option, value) = part.split_once('=').unwrap_or((part, ""));
        let kind = kind_of(option)
            .ok_or_else(|| format!("{option:?} is no option; use {}", option_names()))?;
        let value = kind
            .read(value)
            .ok_or_else(|| format!("{option}: {value:?} does not fit; {}", kind.fix()))?;
        if options.insert(option.to_owned(), value).is_some() {
            return Err(format!("{option} is there twice; leave one out"));
        }
    }
    trigger(table, name, options)
}

/// The name and the options: cut at commas that a known option follows, outside of JSON. A comma that something else
/// follows belongs to a value, but right after the name, where there is none, it begins an option that is mistyped.
fn split_options(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut nesting) = (0, Nesting::default());
    for (at, letter) in text.char_indices() {
        if !nesting.enter(letter) || letter != ',' {
            continue;
        }
        let next = text[at + 1..].split(['=', ',']).next().unwrap_or_default();
        let begins_option = text[at + 1 + next.len()..].starts_with('=') && kind_of(next).is_some();
        if begins_option || parts.is_empty() {
            parts.push(&text[start..at]);
            start = at + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Where a reader is within JSON that stands in a text.
#[derive(Default)]
struct Nesting {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    /// Reads one more letter; whether it is outside of any JSON.
    fn enter(&mut self, letter: char) -> bool {
        let outside = self.depth == 0;
        match letter {
            _ if std::mem::take(&mut self.escaped) => {}
            '\\' if self.in_string => self.escaped = true,
            '"' if !outside => self.in_string = !self.in_string,
            _ if self.in_string => {}
            '{' | '[' => self.depth += 1,
            '}' | ']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        outside
    }
}

/// The values of a variable that holds several: separated by white space, except within JSON.
pub fn split_values(text: &str) -> Vec<String> {
    let (mut values, mut nesting) = (vec![String::new()], Nesting::default());
    for letter in text.chars() {
        if nesting.enter(letter) && letter.is_whitespace() {
            values.push(String::new());
        } else if let Some(last) = values.last_mut() {
            last.push(letter);
        }
    }
    values.retain(|value| !value.is_empty());
    values
}

/// A trigger, if table, function and options can be ones.
pub(super) fn trigger(
    table: &str,
    name: &str,
    mut options: Map<String, Value>,
) -> Result<TriggerSetting, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !(3..=255).contains(&table.len()) || !table.chars().all(fits) {
        return Err(format!(
            "{table:?} is no name of a table; use 3 to 255 letters, digits, - . and _"
        ));
    }
    FunctionSetting::new(name, Target::Runtime { port: 0 }).check()?;
    for (option, value) in &options {
        let kind = kind_of(option)
            .ok_or_else(|| format!("{option:?} is no option; use {}", option_names()))?;
        if !kind.holds(value) {
            return Err(format!("{option}: {value} does not fit; {}", kind.fix()));
        }
    }
    let starting_position = match options.remove("StartingPosition") {
        None => StartingPosition::default(),
        Some(position) => serde_json::from_value(position).map_err(|_| {
            "StartingPosition: use LATEST or TRIM_HORIZON; DynamoDB streams have no other"
                .to_owned()
        })?,
    };
    if let Some(destination) = options.remove("OnFailure") {
        let config = json!({"OnFailure": {"Destination": destination}});
        if options.insert("DestinationConfig".into(), config).is_some() {
            return Err("OnFailure and DestinationConfig say the same; leave one out".to_owned());
        }
    }
    let changes = Changes::from_json(&Value::Object(options)).map_err(|fault| fault.to_string())?;
    changes
        .apply(&Settings::default())
        .map_err(|fault| fault.to_string())?;
    Ok(TriggerSetting {
        table: table.to_owned(),
        function: name.to_owned(),
        starting_position,
        changes,
    })
}

/// Options and file together: options add to the file, and of one function they win.
pub fn combine(
    mut functions: Vec<FunctionSetting>,
    triggers: Vec<TriggerSetting>,
    file: File,
) -> Result<(Vec<FunctionSetting>, Vec<TriggerSetting>), String> {
    let mut names = BTreeSet::new();
    for function in &functions {
        if !names.insert(function.name.clone()) {
            let name = &function.name;
            return Err(format!("--function {name} is there twice; leave one out"));
        }
    }
    let added = file.functions.into_iter();
    functions.extend(added.filter(|function| !names.contains(&function.name)));
    let (mut pairs, mut all) = (BTreeSet::new(), file.triggers);
    all.extend(triggers);
    for TriggerSetting {
        table, function, ..
    } in &all
    {
        if !pairs.insert((table, function)) {
            return Err(format!(
                "there are two triggers from table {table} to function {function}; leave one out"
            ));
        }
    }
    Ok((functions, all))
}
