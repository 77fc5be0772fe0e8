//! The rules about a function's setting, whoever says it.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT, FunctionSetting, Target};
use crate::clock::parse_duration;
use crate::triggers::outbound::check_url;

const NAME_LENGTH: usize = 64;
/// Most invocations in flight at once, as many as an account of AWS has.
const CONCURRENCY: u32 = 1000;
/// As long as a function of Lambda may run.
pub(super) const LONGEST: Duration = Duration::from_secs(15 * 60);

impl FunctionSetting {
    /// A function with the usual turns and time.
    pub fn new(name: impl Into<String>, target: Target) -> FunctionSetting {
        FunctionSetting {
            name: name.into(),
            target,
            concurrency: DEFAULT_CONCURRENCY,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Reads what a request or a configuration file says: `url`, or `runtime_api`, `port` or both; `concurrency`, `timeout`.
    pub fn from_json(name: &str, members: &Map<String, Value>) -> Result<FunctionSetting, String> {
        let mut setting = FunctionSetting::new(name, Target::Runtime { port: 0 });
        let (mut url, mut port, mut is_runtime) = (None, None, None);
        for (member, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let wrong = |fix: &str| format!("{member}: {value} does not fit; {fix}");
            match member.as_str() {
                "url" => url = Some(value.as_str().ok_or_else(|| wrong("use a URL in quotes"))?),
                "port" => {
                    let number = value.as_u64().and_then(|port| u16::try_from(port).ok());
                    let fix = "use a port up to 65535, 0 for a free one";
                    port = Some(number.ok_or_else(|| wrong(fix))?);
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
                        "{member}: no such key; use url, runtime_api, port, concurrency and timeout"
                    ));
                }
            }
        }
        setting.target = match (url, port, is_runtime) {
            (Some(url), None, None | Some(false)) => Target::Url(url.to_owned()),
            (None, Some(port), None | Some(true)) => Target::Runtime { port },
            (None, None, Some(true)) => setting.target,
            _ => {
                return Err(
                    "say how it is reached, in one way: by url, by runtime_api = true or by port"
                        .to_owned(),
                );
            }
        };
        setting.check().map(|()| setting)
    }

    /// Whether it can be one; a sentence for people if not.
    pub fn check(&self) -> Result<(), String> {
        check_name(&self.name)?;
        if let Target::Url(url) = &self.target {
            check_url(url)?;
        }
        if !(1..=CONCURRENCY).contains(&self.concurrency) {
            return Err(format!(
                "{} invocations at once are not possible; use 1 to {CONCURRENCY}",
                self.concurrency
            ));
        }
        if self.timeout.is_zero() || self.timeout > LONGEST {
            return Err(format!(
                "an invocation cannot take {:?}; use more than nothing and at most {} seconds",
                self.timeout,
                LONGEST.as_secs()
            ));
        }
        Ok(())
    }
}

/// `"60s"`, or a number of seconds.
fn read_timeout(value: &Value) -> Result<Duration, String> {
    match value {
        Value::String(text) => parse_duration(text),
        Value::Number(number) => parse_duration(&number.to_string()),
        _ => Err("use a span of time such as \"60s\"".to_owned()),
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let letters = name
        .bytes()
        .all(|letter| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter));
    if letters && (1..=NAME_LENGTH).contains(&name.len()) {
        return Ok(());
    }
    Err(format!(
        "{name:?} cannot be a function's name; use 1 to {NAME_LENGTH} of a-z A-Z 0-9 - _ ."
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(members: &Value) -> Result<FunctionSetting, String> {
        FunctionSetting::from_json("f", members.as_object().expect("an object"))
    }

    #[test]
    fn one_way_to_reach_a_function() {
        let url = Target::Url("http://h/x".to_owned());
        for (members, target) in [
            (json!({"url": "http://h/x"}), url.clone()),
            (
                json!({"url": "http://h/x", "runtime_api": false, "port": null}),
                url,
            ),
            (json!({"runtime_api": true}), Target::Runtime { port: 0 }),
            (
                json!({"runtime_api": true, "port": 9001}),
                Target::Runtime { port: 9001 },
            ),
            (json!({"port": 9001}), Target::Runtime { port: 9001 }),
        ] {
            assert_eq!(
                read(&members).map(|setting| setting.target),
                Ok(target),
                "{members}"
            );
        }
        for members in [
            json!({}),
            json!({"url": 5}),
            json!({"url": "x"}),
            json!({"runtime_api": false}),
            json!({"runtime_api": false, "port": 1}),
            json!({"url": "http://h", "runtime_api": true}),
            json!({"url": "http://h", "port": 1}),
            json!({"port": 65536}),
            json!({"port": -1}),
            json!({"port": 1, "x": 1}),
        ] {
            assert!(read(&members).is_err(), "{members}");
        }
    }

    #[test]
    fn times_are_spans_or_seconds() {
        for (timeout, expected) in [
            (json!("500ms"), Some(Duration::from_millis(500))),
            (json!("2m"), Some(Duration::from_secs(120))),
            (json!(7), Some(Duration::from_secs(7))),
            (json!(1.5), Some(Duration::from_millis(1500))),
            (json!(null), Some(DEFAULT_TIMEOUT)),
            (json!(0), None),
            (json!(901), None),
            (json!(1e300), None),
            (json!("9x"), None),
            (json!(true), None),
        ] {
            let read = read(&json!({"port": 1, "timeout": timeout}));
            assert_eq!(
                read.ok().map(|setting| setting.timeout),
                expected,
                "{timeout}"
            );
        }
    }
}
