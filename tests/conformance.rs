//! Runs every file under `fixtures/conformance`: tables, steps, and for each step the status, exception, message and body.
//!
//! A fixture is data only. Servers run in memory, one for each of a few worker threads; a fixture removes its tables at
//! its end. Objects of an expected output are subsets of what came back, except below members that hold items, keys or
//! figures (`EXACT`), which are compared whole. `"unordered": true` compares lists as bags. A fixture marked `"gap": true`
//! is a known difference: it has to fail, so that a gap that is closed is noticed.
//!
//! In an input, `{"$repeat": [text, times]}` is a long string and `{"$saved": name}` what an earlier step kept with
//! `"save": {name: pointer}`. A step with `"times": n` runs n times, `{i}` in its strings being the run as three digits.
#![allow(clippy::unwrap_used)]

#[path = "it/support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::{Map, Value, json};
use support::{Connection, Reply, Server};

const EXACT: &[&str] = &[
    "Item",
    "Items",
    "Attributes",
    "LastEvaluatedKey",
    "Keys",
    "NewImage",
    "OldImage",
    "Responses",
    "ConsumedCapacity",
    "ItemCollectionMetrics",
    "UnprocessedItems",
    "UnprocessedKeys",
];
const WORKERS: usize = 2;

#[test]
fn fixtures_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/conformance");
    let wanted = std::env::var("FIXTURE").unwrap_or_default();
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.retain(|path| path.to_string_lossy().contains(&wanted));
    paths.sort();
    assert!(!paths.is_empty(), "no fixture under {}", root.display());
    let (queue, report) = (Mutex::new(paths.iter()), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                let server = Server::in_memory();
                loop {
                    let Some(path) = queue.lock().unwrap().next() else {
                        return;
                    };
                    let name = path.strip_prefix(&root).unwrap().display().to_string();
                    let fixture: Value = serde_json::from_slice(&std::fs::read(path).unwrap())
                        .unwrap_or_else(|error| panic!("{name}: {error}"));
                    let failures = runtime.block_on(run(&server, &fixture));
                    let gap = fixture.get("gap") == Some(&Value::Bool(true));
                    let trouble = match (gap, failures.is_empty()) {
                        (true, true) => "it is marked as a gap but holds now\n".to_owned(),
                        (true, false) => String::new(),
                        (false, _) => failures,
                    };
                    if !trouble.is_empty() {
                        report.lock().unwrap().insert(name, trouble);
                    }
                }
            });
        }
    });
    let report = report.into_inner().unwrap();
    let mut text = String::new();
    for (name, trouble) in &report {
        writeln!(text, "{name}\n{trouble}").unwrap();
    }
    assert!(
        report.is_empty(),
        "{} of {} fixtures fail\n{text}",
        report.len(),
        paths.len()
    );
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            into.push(path);
        }
    }
}

/// Runs one fixture; the text says what went wrong and is empty when nothing did.
async fn run(server: &Server, fixture: &Value) -> String {
    let mut connection = server.connect().await;
    let (mut saved, mut made, mut text) = (Map::new(), BTreeSet::new(), String::new());
    for table in fixture
        .get("tables")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        made.extend(table["TableName"].as_str().map(str::to_owned));
        let reply = connection.call("CreateTable", table).await.unwrap();
        if reply.status != 200 {
            writeln!(
                text,
                "  a table is refused: {}",
                String::from_utf8_lossy(&reply.bytes)
            )
            .unwrap();
        }
    }
    'steps: for (number, step) in fixture["steps"]
        .as_array()
        .expect("a fixture has steps")
        .iter()
        .enumerate()
    {
        let runs = step.get("times").map_or(1, |times| times.as_u64().unwrap());
        for run in 0..runs {
            let run = step.get("times").map(|_| run);
            let (reply, table) = perform(&mut connection, step, run, &saved).await;
            made.extend(table);
            let problems = match reply {
                Ok(reply) => judge(step, run, &reply, &mut saved),
                Err(error) => {
                    connection = server.connect().await;
                    vec![format!("no answer: {error}")]
                }
            };
            if !problems.is_empty() {
                let (operation, why) = (
                    step["operation"].as_str().unwrap_or("?"),
                    step.get("why").and_then(Value::as_str).unwrap_or(""),
                );
                writeln!(
                    text,
                    "  step {number} {operation} {why}\n    {}",
                    problems.join("\n    ")
                )
                .unwrap();
                continue 'steps;
            }
        }
    }
    for table in made {
        connection
            .call("DeleteTable", &json!({"TableName": table}))
            .await
            .unwrap();
    }
    text
}

/// Sends a step's request; also the name of the table it may have made.
async fn perform(
    connection: &mut Connection,
    step: &Value,
    run: Option<u64>,
    saved: &Map<String, Value>,
) -> (std::io::Result<Reply>, Option<String>) {
    let operation = step["operation"]
        .as_str()
        .expect("a step names its operation");
    if let Some(raw) = step.get("raw") {
        return (
            connection
                .call_with(
                    operation,
                    raw.as_str().expect("raw is text").as_bytes(),
                    &[],
                )
                .await,
            None,
        );
    }
    let input = expand(step.get("input").unwrap_or(&json!({})), run, saved);
    let made = (operation == "CreateTable")
        .then(|| input["TableName"].as_str().map(str::to_owned))
        .flatten();
    (connection.call(operation, &input).await, made)
}

fn judge(
    step: &Value,
    run: Option<u64>,
    reply: &Reply,
    saved: &mut Map<String, Value>,
) -> Vec<String> {
    let wanted = step
        .get("status")
        .map_or(200, |status| status.as_u64().unwrap());
    if u64::from(reply.status) != wanted {
        let body: String = String::from_utf8_lossy(&reply.bytes)
            .chars()
            .take(600)
            .collect();
        return vec![format!(
            "status {} instead of {wanted}: {body}",
            reply.status
        )];
    }
    let (body, mut problems) = (reply.json(), Vec::new());
    if let Some(kind) = step.get("type").and_then(Value::as_str)
        && reply.kind().as_deref() != Some(kind)
    {
        problems.push(format!(
            "type {:?} instead of {kind}: {:?}",
            reply.kind(),
            reply.message()
        ));
    }
    let message = reply.message().unwrap_or_default();
    if let Some(text) = step.get("message") {
        let text = expand(text, run, saved);
        if text.as_str() != Some(&message) {
            problems.push(format!(
                "message\n      wanted {}\n      found  {message}",
                text.as_str().unwrap_or("?")
            ));
        }
    }
    if let Some(part) = step.get("message_contains").and_then(Value::as_str)
        && !message.contains(part)
    {
        problems.push(format!(
            "message without its part\n      wanted {part}\n      found  {message}"
        ));
    }
    if let Some(output) = step.get("output") {
        let order = if step.get("unordered") == Some(&Value::Bool(true)) {
            Lists::Bags
        } else {
            Lists::Ordered
        };
        compare(
            &expand(output, run, saved),
            &body,
            "",
            order,
            Depth::Subset,
            &mut problems,
        );
    }
    for member in step
        .get("absent")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        let pointer = if member.starts_with('/') {
            member.to_owned()
        } else {
            format!("/{member}")
        };
        if body.pointer(&pointer).is_some() {
            problems.push(format!("{pointer} is there"));
        }
    }
    for (name, pointer) in step
        .get("save")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        match body.pointer(pointer.as_str().unwrap()) {
            Some(value) => drop(saved.insert(name.clone(), value.clone())),
            None => problems.push(format!("nothing at {pointer} to save")),
        }
    }
    problems
}

fn expand(value: &Value, run: Option<u64>, saved: &Map<String, Value>) -> Value {
    match value {
        Value::Object(members) if members.len() == 1 && members.contains_key("$repeat") => {
            let parts = members["$repeat"]
                .as_array()
                .expect("$repeat has a text and a count");
            Value::String(
                parts[0]
                    .as_str()
                    .unwrap()
                    .repeat(usize::try_from(parts[1].as_u64().unwrap()).unwrap()),
            )
        }
        Value::Object(members) if members.len() == 1 && members.contains_key("$saved") => saved
            .get(members["$saved"].as_str().unwrap())
            .cloned()
            .unwrap_or_else(|| json!("-not-saved-")),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), expand(value, run, saved)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(elements) => elements
            .iter()
            .map(|element| expand(element, run, saved))
            .collect(),
        Value::String(text) => match run {
            Some(run) => Value::String(
                text.replace("{i}", &format!("{run:03}"))
                    .replace("{n}", &run.to_string()),
            ),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Lists {
    Ordered,
    Bags,
}

#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Subset,
    Whole,
}

fn compare(
    wanted: &Value,
    found: &Value,
    path: &str,
    lists: Lists,
    depth: Depth,
    problems: &mut Vec<String>,
) {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            for (name, value) in wanted {
                let depth = if EXACT.contains(&name.as_str()) {
                    Depth::Whole
                } else {
                    depth
                };
                match found.get(name) {
                    Some(found) => compare(
                        value,
                        found,
                        &format!("{path}/{name}"),
                        lists,
                        depth,
                        problems,
                    ),
                    None => problems.push(format!("{path}/{name} is missing")),
                }
            }
            for name in found
                .keys()
                .filter(|name| depth == Depth::Whole && !wanted.contains_key(*name))
            {
                problems.push(format!("{path}/{name} is there"));
            }
        }
        (Value::Array(wanted), Value::Array(found)) => {
            if wanted.len() != found.len() {
                problems.push(format!(
                    "{path}: {} elements instead of {}",
                    found.len(),
                    wanted.len()
                ));
                return;
            }
            let (mut wanted, mut found): (Vec<_>, Vec<_>) =
                (wanted.iter().collect(), found.iter().collect());
            if lists == Lists::Bags {
                wanted.sort_by_key(ToString::to_string);
                found.sort_by_key(ToString::to_string);
            }
            for (number, (wanted, found)) in wanted.into_iter().zip(found).enumerate() {
                compare(
                    wanted,
                    found,
                    &format!("{path}/{number}"),
                    lists,
                    depth,
                    problems,
                );
            }
        }
        (Value::Number(one), Value::Number(two)) if one.as_f64() == two.as_f64() => {}
        _ if wanted == found => {}
        _ => {
            let short = |value: &Value| value.to_string().chars().take(300).collect::<String>();
            problems.push(format!(
                "{path}: {} instead of {}",
                short(found),
                short(wanted)
            ));
        }
    }
}
