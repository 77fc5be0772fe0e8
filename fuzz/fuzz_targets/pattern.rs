//! Any text as a filter pattern over any event: no panic, and an `$or` matches exactly if one of its patterns does.

#![no_main]

use dynasled::triggers::pattern::{LONGEST, Pattern};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (text, event) = input;
    let pattern = match Pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let event = serde_json::from_str(event).unwrap_or_default();
    let matches = pattern.matches(&event);
    let either = format!(r#"{{"$or":[{text},{{"eventName":["INSERT"]}}]}}"#);
    if either.chars().count() > LONGEST {
        return;
    }
    // A member named like an operator makes a field of `$or`, and one more level may be one too many.
    let Ok(either) = Pattern::parse(&either) else {
        return;
    };
    let inserted = Pattern::parse(r#"{"eventName":["INSERT"]}"#).expect("it is a pattern");
    assert_eq!(either.matches(&event), matches || inserted.matches(&event));
});
