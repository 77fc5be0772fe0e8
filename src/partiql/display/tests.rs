//! Printing a tree and parsing it gives the tree again, and no text makes the parser fail otherwise than by an error.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::partiql::ast::*;
use crate::partiql::parse_statement;
use crate::partiql::words::*;
use crate::types::{Path, Step};

fn expr(kind: ExprKind) -> Expr {
    let span = Span::default();
    Expr { kind, span }
}

fn names() -> impl Strategy<Value = String> {
    let names = ["a", "b c", "inner", "it's", "\"", "Größe", "--"];
    select(names.map(str::to_owned).to_vec())
}

fn paths() -> impl Strategy<Value = Path> {
    let steps = prop_oneof![
        names().prop_map(|name| Step::Name(name.into())),
        (0u32..3).prop_map(Step::Index),
    ];
    (names(), vec(steps, 0..3)).prop_map(|(root, steps)| Path {
        root: root.into(),
        steps,
    })
}

fn columns() -> impl Strategy<Value = Column> {
    paths().prop_map(|path| Column {
        path,
        span: Span::default(),
    })
}

fn path_exprs() -> impl Strategy<Value = Expr> {
    paths().prop_map(|path| expr(ExprKind::Path(path)))
}

fn numbers() -> impl Strategy<Value = Expr> {
    select(vec!["0", "-1", "1.50", ".5", "-7.", "3e10", "-1E-20"]).prop_map(|text| {
        let text = text.into();
        expr(ExprKind::Number(NumberLiteral { text }))
    })
}

fn texts() -> impl Strategy<Value = Expr> {
    "[a'\" \n]{0,3}".prop_map(|text| expr(ExprKind::Text(text)))
}

fn members(values: impl Strategy<Value = Expr>) -> impl Strategy<Value = Vec<Member>> {
    vec((names(), values), 0..3).prop_map(|members| {
        let members = members.into_iter();
        members
            .map(|(name, value)| Member { name, value })
            .collect()
    })
}

fn sets() -> impl Strategy<Value = Expr> {
    let texts = proptest::collection::btree_set("[a-c']{0,2}", 1..4);
    texts.prop_map(|texts| {
        let texts = texts.into_iter().map(|text| expr(ExprKind::Text(text)));
        expr(ExprKind::Set(texts.collect()))
    })
}

/// Parameters get their numbers when a statement is complete.
fn values() -> impl Strategy<Value = Expr> {
    let scalars = prop_oneof![
        numbers(),
        texts(),
        sets(),
        Just(expr(ExprKind::Null)),
        any::<bool>().prop_map(|value| expr(ExprKind::Bool(value))),
        Just(expr(ExprKind::Parameter(0))),
    ];
    scalars.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|list| expr(ExprKind::List(list))),
            members(inner).prop_map(|members| expr(ExprKind::Tuple(members))),
        ]
    })
}

fn ordered() -> impl Strategy<Value = Expr> {
    let size = path_exprs().prop_map(|path| expr(ExprKind::Call(Function::Size, vec![path])));
    prop_oneof![path_exprs(), numbers(), texts(), size]
}

fn conditions() -> impl Strategy<Value = Expr> {
    let comparators = vec![
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
    ];
    let types = vec![
        TypeName::Missing,
        TypeName::Null,
        TypeName::Number,
        TypeName::Text,
        TypeName::Set,
        TypeName::Time,
    ];
    let tests = vec![Function::AttributeExists, Function::AttributeNotExists];
    let simple = prop_oneof![
        (select(comparators), ordered(), ordered()).prop_map(|(comparator, left, right)| {
            expr(ExprKind::Compare(comparator, Box::new([left, right])))
        }),
        (path_exprs(), values()).prop_map(|(left, right)| {
            let operands = Box::new([left, right]);
            expr(ExprKind::Compare(Comparator::Equal, operands))
        }),
        [ordered(), ordered(), ordered()]
            .prop_map(|operands| expr(ExprKind::Between(Box::new(operands)))),
        (ordered(), vec(values(), 0..3))
            .prop_map(|(operand, choices)| expr(ExprKind::In(Box::new(operand), choices))),
        (path_exprs(), select(types))
            .prop_map(|(operand, name)| expr(ExprKind::Is(Box::new(operand), name))),
        (select(tests), path_exprs())
            .prop_map(|(function, path)| expr(ExprKind::Call(function, vec![path]))),
        (path_exprs(), texts()).prop_map(|(path, text)| {
            expr(ExprKind::Call(Function::BeginsWith, vec![path, text]))
        }),
    ];
    simple.prop_recursive(4, 24, 3, |inner| {
        let parts = vec(inner.clone(), 2..4);
        prop_oneof![
            parts.clone().prop_map(|parts| chain(parts, ExprKind::And)),
            parts.prop_map(|parts| chain(parts, ExprKind::Or)),
            inner
                .clone()
                .prop_map(|inner| expr(ExprKind::Not(Box::new(inner)))),
            (inner.clone(), inner).prop_map(|(left, right)| {
                let operands = Box::new([left, right]);
                expr(ExprKind::Compare(Comparator::Equal, operands))
            }),
        ]
    })
}

/// A chain that holds none of its own kind.
fn chain(parts: Vec<Expr>, join: fn(Vec<Expr>) -> ExprKind) -> Expr {
    let kind = join(Vec::new());
    let parts = parts.into_iter().flat_map(|part| match (&kind, part.kind) {
        (ExprKind::And(_), ExprKind::And(inner)) | (ExprKind::Or(_), ExprKind::Or(inner)) => inner,
        (_, kind) => vec![expr(kind)],
    });
    expr(join(parts.collect()))
}

fn set_values() -> impl Strategy<Value = Expr> {
    let operands = prop_oneof![path_exprs(), values()];
    operands.prop_recursive(2, 6, 2, |inner| {
        let pair = [inner.clone(), inner.clone()];
        prop_oneof![
            pair.clone()
                .prop_map(|pair| expr(ExprKind::Sum(Box::new(pair)))),
            pair.clone()
                .prop_map(|pair| expr(ExprKind::Difference(Box::new(pair)))),
            pair.prop_map(|pair| expr(ExprKind::Call(Function::ListAppend, pair.to_vec()))),
            (path_exprs(), inner).prop_map(|(path, otherwise)| {
                expr(ExprKind::Call(Function::IfNotExists, vec![path, otherwise]))
            }),
        ]
    })
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        (columns(), set_values()).prop_map(|(target, value)| Change::Set { target, value }),
        columns().prop_map(|target| Change::Remove { target }),
        (columns(), sets()).prop_map(|(target, set)| {
            let arguments = vec![expr(ExprKind::Path(target.path.clone())), set];
            let value = expr(ExprKind::Call(Function::SetDelete, arguments));
            Change::Set { target, value }
        }),
    ]
}

fn sources() -> impl Strategy<Value = Source> {
    (names(), option::of(names())).prop_map(|(table, index)| Source { table, index })
}

fn reads() -> impl Strategy<Value = Select> {
    let columns_apart = vec(columns(), 1..4).prop_filter("one name twice", |columns| {
        let mut names: Vec<_> = columns.iter().map(Column::name).collect();
        names.sort();
        names.windows(2).all(|pair| pair[0] != pair[1])
    });
    let projections = prop_oneof![
        Just(Projection::All),
        columns_apart.prop_map(Projection::Columns)
    ];
    let directions = select(vec![Direction::Ascending, Direction::Descending]);
    let order =
        (columns(), directions).prop_map(|(column, direction)| OrderKey { column, direction });
    let filter = option::of(conditions());
    (projections, sources(), filter, vec(order, 0..3)).prop_map(
        |(projection, source, filter, order)| Select {
            projection,
            source,
            filter,
            order,
        },
    )
}

fn statements() -> impl Strategy<Value = StatementKind> {
    let returnings = vec![
        Returning::AllOld,
        Returning::AllNew,
        Returning::ModifiedOld,
        Returning::ModifiedNew,
    ];
    let updates = (
        sources(),
        vec(changes(), 1..4),
        option::of(conditions()),
        option::of(select(returnings)),
    );
    prop_oneof![
        reads().prop_map(StatementKind::Select),
        reads().prop_map(StatementKind::Exists),
        (names(), members(values()))
            .prop_map(|(table, members)| StatementKind::Insert(Insert { table, members })),
        updates.prop_map(|(source, changes, filter, returning)| {
            StatementKind::Update(Update {
                source,
                changes,
                filter,
                returning,
            })
        }),
        (sources(), option::of(conditions()), any::<bool>()).prop_map(|(source, filter, old)| {
            StatementKind::Delete(Delete {
                source,
                filter,
                returning: old.then_some(Returning::AllOld),
            })
        }),
    ]
}

/// The kind without the numbers of parameters, which the parser gives.
fn without_numbers(kind: &StatementKind) -> String {
    let text = format!("{kind:?}");
    let mut parts = text.split("Parameter(");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("Parameter(");
        text.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    }
    // Positions are not compared.
    let mut parts = text.split("Span {");
    let mut bare = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        bare.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    bare
}

proptest! {
    #[test]
    fn printed_statements_parse_to_themselves(kind in statements()) {
        let statement = Statement { kind, parameters: 0 };
        let text = statement.to_string();
        let parsed = parse_statement(&text);
        let parsed = parsed.map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(without_numbers(&parsed.kind), without_numbers(&statement.kind), "{}", &text);
        prop_assert_eq!(parsed.to_string(), text);
    }

    #[test]
    fn any_tokens_are_answered(words in vec(select(WORDS.to_vec()), 0..40)) {
        let text = words.join(" ");
        match parse_statement(&text) {
            Ok(statement) => {
                let again = parse_statement(&statement.to_string());
                prop_assert_eq!(again.as_ref(), Ok(&statement), "{}", &text);
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,60}") {
        if let Err(error) = parse_statement(&text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

const WORDS: &[&str] = &[
    "SELECT",
    "SELECT * FROM t WHERE",
    "*",
    "FROM",
    "t",
    "WHERE",
    "a",
    "=",
    "<",
    "AND",
    "OR",
    "NOT",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'x'",
    ":",
    ",",
    "?",
    "1",
    "-",
    "+",
    "<<",
    ">>",
    ".",
    "IN",
    "BETWEEN",
    "IS",
    "NULL",
    "MISSING",
    "UPDATE t SET",
    "a =",
    "REMOVE",
    "RETURNING",
    "ALL OLD *",
    "INSERT INTO t VALUE",
    "DELETE FROM t",
    "size(",
    "set_add(a,",
    "EXISTS(",
    "LIKE",
    "AS",
    "ORDER BY",
    "DESC",
    ";",
    "list_append(",
];
