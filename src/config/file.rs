//! The configuration file: functions and triggers in TOML.
//!
//! What a key may be is checked here, key by key, so that a mistake is told with the file, the key and what to write
//! instead; what an option of a trigger may be, `config::triggers` knows.

use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};

use super::parse_duration;
use super::triggers::trigger;
use crate::triggers::TriggerSetting;
use crate::triggers::functions::{FunctionSetting, Target};

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
                    let keys = keys_of(value)
                        .and_then(|keys| read_function(&name, &keys))
                        .map_err(|sentence| format!("functions.{name}: {sentence}"))?;
                    file.functions.push(keys);
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

fn read_function(name: &str, keys: &Keys) -> Result<FunctionSetting, String> {
    let mut targets: Vec<(&str, Target)> = Vec::new();
    let mut setting = FunctionSetting::new(name, Target::Runtime { port: 0 });
    let mut is_runtime = None;
    for (key, value) in keys {
        let wrong = |fix: &str| format!("{key}: {value} does not fit; {fix}");
        match key.as_str() {
            "url" => {
                let url = value.as_str().ok_or_else(|| wrong("use a URL in quotes"))?;
                targets.push(("url", Target::Url(url.to_owned())));
            }
            "port" => {
                let port = value.as_u64().and_then(|port| u16::try_from(port).ok());
                let port = port.ok_or_else(|| wrong("use a port up to 65535, 0 for a free one"))?;
                targets.push(("port", Target::Runtime { port }));
            }
            "runtime_api" => {
                is_runtime = Some(value.as_bool().ok_or_else(|| wrong("use true"))?);
            }
            "concurrency" => {
                let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
                setting.concurrency =
                    number.ok_or_else(|| wrong("use a whole number from 1 on"))?;
            }
            "timeout" => setting.timeout = read_timeout(value).map_err(|fix| wrong(&fix))?,
            _ => {
                return Err(format!(
                    "{key}: no such key; use url, runtime_api, port, concurrency and timeout"
                ));
            }
        }
    }
    setting.target = match (targets.len(), targets.pop(), is_runtime) {
        (0, _, Some(true)) => setting.target,
        (1, Some(("port", target)), None | Some(true))
        | (1, Some(("url", target)), None | Some(false)) => target,
        _ => {
            return Err(
                "say how it is reached, in one way: url = \"http://...\", runtime_api = true or port = N"
                    .to_owned(),
            );
        }
    };
    setting.check().map(|()| setting)
}

/// `"60s"`, or a number of seconds.
fn read_timeout(value: &Value) -> Result<Duration, String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err("use a span of time such as \"60s\"".to_owned()),
    };
    parse_duration(&text)
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
