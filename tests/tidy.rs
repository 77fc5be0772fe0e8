//! Keeps the tree in shape: layers, file length, file names, and a header in every source file.
//!
//! Reads the sources as text and knows nothing else of the crate. Each failure names the file and the rule.
#![allow(clippy::unwrap_used)]

use std::path::Path;

/// Modules by layer; a file may use those of lower layers and of its own module.
const LAYERS: &[&[&str]] = &[
    &["limits", "clock", "percent"],
    &["types"],
    &["expr", "partiql", "storage"],
    &["error", "model"],
    &["engine"],
    &["ops"],
    &["console", "triggers"],
    &["server"],
    &["main", "cli", "config", "service", "start"],
];
/// Modules of one layer that may use another of the same layer.
const BESIDE: &[(&str, &str)] = &[("clock", "limits"), ("model", "error")];
/// The outermost layer is one piece: the process and what it is made of.
const OUTERMOST: usize = 8;
const LONGEST: usize = 600;
/// Generated tables and word lists.
const LONG_ALLOWED: &[&str] = &[
    "src/model/table.rs",
    "src/expr/reserved.rs",
    "src/partiql/reserved.rs",
];
const BANNED: &[&str] = &[
    "helpers", "helper", "utils", "util", "common", "misc", "manager", "data", "info",
];

fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut found, mut left) = (Vec::new(), vec![root.join(folder)]);
    while let Some(folder) = left.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir()
                && !name.starts_with('.')
                && name != "node_modules"
                && name != "__pycache__"
            {
                left.push(path);
            } else if path
                .extension()
                .is_some_and(|ending| endings.contains(&&*ending.to_string_lossy()))
            {
                found.push((
                    relative(root, &path),
                    std::fs::read_to_string(&path).unwrap(),
                ));
            }
        }
    }
    found.sort();
    found
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/")
}

#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// The top-level module a source file belongs to; nothing for the crate root, which names all of them.
fn module(path: &str) -> Option<&str> {
    let first = path.strip_prefix("src/")?.split('/').next()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (name != "lib").then_some(name)
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules named after `crate::`, alone or in braces, with their line. Tests at the end of a file may use what they like.
fn used_modules(text: &str) -> Vec<(usize, String)> {
    let lines = text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]");
    let code: String = lines
        .map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n")
        .collect();
    let mut found = Vec::new();
    for (at, marker) in code.match_indices("crate::") {
        let line = code[..at].matches('\n').count() + 1;
        let (mut depth, mut name) = (0_u32, String::new());
        let mut fresh = true;
        for letter in code[at + marker.len()..].chars() {
            match letter {
                _ if fresh && (letter.is_alphanumeric() || letter == '_') => {
                    name.push(letter);
                    continue;
                }
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if !name.is_empty() {
                found.push((line, std::mem::take(&mut name)));
            }
            // Names that open a path stand at the first level of the braces, after `{` or `,`.
            fresh =
                depth == 1 && (matches!(letter, '{' | ',') || (fresh && letter.is_whitespace()));
            if depth == 0 {
                break;
            }
        }
    }
    found
}

#[test]
fn files_use_lower_layers_only() {
    let mut problems = Vec::new();
    for (path, text) in files("src", &["rs"]) {
        let Some(own) = module(&path) else { continue };
        let Some(level) = layer(own) else {
            problems.push(format!("{path}: the module {own} has no layer"));
            continue;
        };
        for (line, name) in used_modules(&text) {
            let allowed = name == own
                || BESIDE.contains(&(own, name.as_str()))
                || layer(&name).is_none_or(|used| used < level || level == OUTERMOST);
            if !allowed {
                problems.push(format!(
                    "{path}:{line}: {own} (layer {level}) uses crate::{name}"
                ));
            }
        }
    }
    none(&problems);
}

#[test]
fn files_are_short() {
    let mut all = files("src", &["rs"]);
    all.extend(files("tests", &["rs", "py", "mjs", "js"]));
    all.extend(files("fuzz/fuzz_targets", &["rs"]));
    all.extend(files("benches", &["rs"]));
    let lengths = all.iter().map(|(path, text)| (path, text.lines().count()));
    let long =
        lengths.filter(|(path, lines)| *lines > LONGEST && !LONG_ALLOWED.contains(&path.as_str()));
    none(
        &long
            .map(|(path, lines)| format!("{path} has {lines} lines, more than {LONGEST}"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn file_names_say_something() {
    let mut all = files("src", &["rs"]);
    all.extend(files("tests", &["rs", "py", "mjs", "js"]));
    let vague = all.iter().filter(|(path, _)| {
        path.split('/')
            .any(|part| BANNED.contains(&part.split('.').next().unwrap_or(part)))
    });
    none(
        &vague
            .map(|(path, _)| format!("{path}: a name that could hold anything"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn files_say_what_they_own() {
    let mut all = files("src", &["rs"]);
    all.extend(files("tests", &["rs"]));
    let silent = all
        .iter()
        .filter(|(path, text)| !text.starts_with("//!") && !LONG_ALLOWED.contains(&path.as_str()));
    none(
        &silent
            .map(|(path, _)| format!("{path} does not start with //!"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn fixtures_name_their_source() {
    let parsed = files("fixtures/conformance", &["json"])
        .into_iter()
        .map(|(path, text)| (path, serde_json::from_str::<serde_json::Value>(&text)));
    let wrong = parsed.filter(|(_, value)| {
        !value
            .as_ref()
            .is_ok_and(|fixture| fixture["source"].is_string() && fixture["steps"].is_array())
    });
    none(
        &wrong
            .map(|(path, _)| format!("{path}: a fixture is JSON with a source and steps"))
            .collect::<Vec<_>>(),
    );
}
