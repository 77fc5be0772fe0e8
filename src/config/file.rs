//! The configuration file: functions and triggers in TOML.
//!
//! Owns the keys of the file itself, and that a mistake is told with the file and the place. What the keys of a function may
//! be, `triggers::functions` knows; those of a trigger, `config::triggers`.

use std::path::Path;

use serde_json::{Map, Value};

use super::triggers::trigger;
use crate::triggers::TriggerSetting;
use crate::triggers::functions::FunctionSetting;

/// Keys and values at one place of a file, as JSON has them.
type Keys = Map<String, Value>;

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// `[functions.NAME]`.
    pub functions: Vec<FunctionSetting>,
    /// `[[triggers]]`.
    pub triggers: Vec<TriggerSetting>,
}

/// Reads a file; a sentence if it cannot be read or makes no sense.
pub fn read(path: &Path) -> Result<File, String> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let shown = path.display();
        format!("{shown}: {error}; name a file that can be read")
    })?;
    parse(&text).map_err(|sentence| format!("{}: {sentence}", path.display()))
}

/// Reads the text of a file.
pub fn parse(text: &str) -> Result<File, String> {
    let keys: Keys = toml::from_str(text).map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        format!("line {line} is not TOML: {}", error.message())
    })?;
    let mut file = File::default();
    for (key, value) in keys {
        match (key.as_str(), value) {
            ("functions", Value::Object(functions)) => {
                for (name, value) in functions {
                    let setting = keys_of(value)
                        .and_then(|keys| FunctionSetting::from_json(&name, &keys))
                        .map_err(|sentence| format!("functions.{name}: {sentence}"))?;
                    file.functions.push(setting);
                }
            }
            ("functions", _) => {
                return Err("functions: write [functions.NAME], with keys below it".to_owned());
            }
            ("triggers", Value::Array(triggers)) => {
                for (index, value) in triggers.into_iter().enumerate() {
                    let setting = keys_of(value)
                        .and_then(read_trigger)
                        .map_err(|sentence| format!("triggers, no. {}: {sentence}", index + 1))?;
                    file.triggers.push(setting);
                }
            }
            ("triggers", _) => {
                return Err("triggers: write [[triggers]], with keys below it".to_owned());
            }
            _ => {
                return Err(format!(
                    "{key}: no such key; use functions and triggers, everything else is an option or a variable"
                ));
            }
        }
    }
    Ok(file)
}

fn keys_of(value: Value) -> Result<Keys, String> {
    match value {
        Value::Object(keys) => Ok(keys),
        other => Err(format!("a table has to be here, not {other}")),
    }
}

fn read_trigger(mut keys: Keys) -> Result<TriggerSetting, String> {
    let mut name = |key: &str, example: &str| match keys.remove(key) {
        Some(Value::String(name)) => Ok(name),
        Some(other) => Err(format!("{key}: {other} does not fit; use a name in quotes")),
        None => Err(format!("{key} is missing; add {key} = {example:?}")),
    };
    let table = name("table", "cruddur-messages")?;
    let function = name("function", "cruddur-messaging-stream")?;
    trigger(&table, &function, keys)
}
