//! INSERT, UPDATE in both forms, and DELETE.

use super::{accepted, check};
use crate::partiql::{Change, StatementKind};

#[test]
fn statements() {
    for (text, printed) in [
        (
            "INSERT INTO t VALUE {'pk': 'a', 'n': -1.50, 'm': {'x': [NULL, true]}, 's': <<'b', 'a'>>}",
            r#"INSERT INTO "t" VALUE {'pk': 'a', 'n': -1.50, 'm': {'x': [NULL, TRUE]}, 's': <<'b', 'a'>>}"#,
        ),
        (
            "insert into t value {'pk': ?}",
            r#"INSERT INTO "t" VALUE {'pk': ?}"#,
        ),
        ("INSERT INTO t VALUE {}", r#"INSERT INTO "t" VALUE {}"#),
        (
            "UPDATE t SET data = 'x' WHERE pk = 'a'",
            r#"UPDATE "t" SET "data" = 'x' WHERE "pk" = 'a'"#,
        ),
        (
            "UPDATE t SET a = 1, b[2].c = a SET d=n-1 REMOVE e REMOVE f.g WHERE pk = 'a' RETURNING MODIFIED NEW *",
            r#"UPDATE "t" SET "a" = 1 SET "b"[2]."c" = "a" SET "d" = "n" - 1 REMOVE "e" REMOVE "f"."g" WHERE "pk" = 'a' RETURNING MODIFIED NEW *"#,
        ),
        (
            "UPDATE t SET a = list_append(a, [1]) SET b = if_not_exists(b, 0) + ?",
            r#"UPDATE "t" SET "a" = list_append("a", [1]) SET "b" = if_not_exists("b", 0) + ?"#,
        ),
        (
            "UPDATE t SET \"s\" = SET_ADD(s, <<'x', 'y'>>) SET n = set_delete(n, ?)",
            r#"UPDATE "t" SET "s" = set_add("s", <<'x', 'y'>>) SET "n" = set_delete("n", ?)"#,
        ),
        (
            "UPDATE t SET m.s[0] = set_add(m.s[0], <<1, 10>>)",
            r#"UPDATE "t" SET "m"."s"[0] = set_add("m"."s"[0], <<1, 10>>)"#,
        ),
        (
            "UPDATE t SET a = - -5 SET b = +.5 SET c = a - -b.c[0] - (1 - 2)",
            "",
        ),
        (
            "UPDATE t SET a = - -5 SET b = +.5 SET c = a - -1 - (1 - 2)",
            r#"UPDATE "t" SET "a" = 5 SET "b" = .5 SET "c" = "a" - -1 - (1 - 2)"#,
        ),
        (
            "FROM t WHERE pk = 'a' SET c = 1 SET d = 2 REMOVE e RETURNING ALL OLD *",
            r#"UPDATE "t" SET "c" = 1 SET "d" = 2 REMOVE "e" WHERE "pk" = 'a' RETURNING ALL OLD *"#,
        ),
        ("FROM t REMOVE a", r#"UPDATE "t" REMOVE "a""#),
        (
            "UPDATE t.i SET a = 1 WHERE b = 2 RETURNING all new *",
            r#"UPDATE "t"."i" SET "a" = 1 WHERE "b" = 2 RETURNING ALL NEW *"#,
        ),
        (
            "DELETE FROM t WHERE pk = 'a' RETURNING ALL OLD *",
            r#"DELETE FROM "t" WHERE "pk" = 'a' RETURNING ALL OLD *"#,
        ),
        ("DELETE FROM \"t\"", r#"DELETE FROM "t""#),
    ] {
        if printed.is_empty() {
            super::check_refused(
                text,
                "Incorrect number of operands for operator or function; \
                 operator or function: -, number of operands: 1",
            );
        } else {
            check(text, printed);
        }
    }
}

#[test]
fn changes_keep_their_order_and_positions() {
    let statement = accepted("UPDATE t SET a = 1\nREMOVE b\n  SET \"c\" = f[1] WHERE x = 1");
    let StatementKind::Update(update) = statement.kind else {
        panic!("an update");
    };
    let spans: Vec<_> = update
        .changes
        .iter()
        .map(|change| match change {
            Change::Set { target, value } => format!("{} {}", target.span, value.span),
            Change::Remove { target } => target.span.to_string(),
        })
        .collect();
    assert_eq!(spans, ["1:14:1 1:18:1", "2:8:1", "3:7:3 3:13:1"]);
}
