//! No text makes the parser, the printer or the drop of a tree run out of stack.

use super::accepted;
use crate::partiql::parse_statement;

/// Half of what threads have by default.
const STACK: usize = 1024 * 1024;

fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK);
    thread
        .spawn(work)
        .expect("a thread")
        .join()
        .expect("no panic");
}

#[test]
fn nesting_without_end_is_refused() {
    on_small_stack(|| {
        for (before, repeated, count) in [
            ("SELECT * FROM t WHERE ", "(", 8000),
            ("SELECT * FROM t WHERE ", "NOT ", 8000),
            ("SELECT * FROM t WHERE ", "a IN (", 2000),
            ("SELECT * FROM t WHERE ", "size(", 2000),
            ("SELECT * FROM t WHERE ", "a[", 4000),
            ("SELECT * FROM t WHERE a = ", "- ", 8000),
            ("SELECT * FROM t WHERE a = 1", " = 1", 2000),
            ("SELECT * FROM t WHERE a", " IS NULL", 2000),
            ("SELECT * FROM t WHERE a", " BETWEEN 1 AND 2", 2000),
            ("UPDATE t SET a = 1", " + 1", 2000),
            ("SELECT ", "SELECT ", 2000),
            ("", "FROM ", 2000),
            ("", "EXISTS(SELECT * FROM t WHERE ", 400),
            ("INSERT INTO t VALUE ", "{'a': ", 2000),
            ("INSERT INTO t VALUE ", "[", 8000),
            ("INSERT INTO t VALUE ", "<<", 4000),
            ("", "(", 200_000),
        ] {
            let text = format!("{before}{}", repeated.repeat(count));
            assert!(parse_statement(&text).is_err(), "{before}{repeated}");
        }
    });
}

#[test]
fn the_deepest_trees_are_printed_and_dropped() {
    on_small_stack(|| {
        for (before, open, middle, close, count) in [
            ("INSERT INTO t VALUE {'a': ", "[", "1", "]", 96),
            ("INSERT INTO t VALUE {'a': ", "{'a': ", "1", "}", 96),
            ("SELECT * FROM t WHERE ", "NOT ", "a = 1", "", 96),
            ("SELECT * FROM t WHERE ", "", "a = 1", " = TRUE", 96),
            (
                "SELECT * FROM t WHERE ",
                "(a = 1 OR b = 2 AND ",
                "a = 1",
                ")",
                30,
            ),
        ] {
            let mut text = [before, &open.repeat(count), middle, &close.repeat(count)].concat();
            if before.ends_with("'a': ") {
                text.push('}');
            }
            let statement = accepted(&text);
            assert_eq!(accepted(&statement.to_string()), statement);
        }
    });
}

#[test]
fn long_chains_are_flat() {
    let chain = vec!["a = 1"; 1000].join(" AND ");
    let statement = accepted(&format!("SELECT * FROM t WHERE {chain} OR {chain}"));
    assert_eq!(accepted(&statement.to_string()), statement);
}
