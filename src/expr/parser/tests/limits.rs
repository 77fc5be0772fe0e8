//! Limits of size, number and nesting, in all clauses, and the bookkeeping of placeholders.

use super::*;

#[test]
fn sizes() {
    let too_long = "Expression size has exceeded the maximum allowed size;";
    let text = format!("a = :s{}", " ".repeat(4090));
    condition(&text, "");
    condition(
        &format!("{text} "),
        &format!("{too_long} expression size: 4097"),
    );
    condition(
        &"(".repeat(5000),
        &format!("{too_long} expression size: 5000"),
    );
    projection(
        &"a".repeat(4097),
        &format!("{too_long} expression size: 4097"),
    );
    update(&format!("REMOVE {}", "a".repeat(4089)), "");
    update(&format!("REMOVE {}", "a".repeat(4090)), too_long);
    for text in ["", " \n"] {
        let empty = "The expression can not be empty;";
        condition(text, empty);
        key_condition(text, empty);
        projection(text, empty);
        update(text, empty);
    }
}

#[test]
fn operators() {
    let too_many = "The expression contains too many operators; operator count: 301";
    let chain = |count: usize| vec!["a=b"; count].join(" AND ");
    condition(&chain(150), "");
    condition(&format!("NOT {}", chain(150)), "");
    condition(&format!("NOT NOT {}", chain(150)), too_many);
    condition(&chain(151), too_many);
    condition(&chain(400), too_many);
    condition(&format!("{}a=b", "NOT ".repeat(299)), "");
    condition(&format!("{}a=b", "NOT ".repeat(1000)), too_many);
    condition(
        &format!("a<b {}{}", "or (a<b ".repeat(149), ")".repeat(149)),
        "",
    );
    condition(
        &format!("a<b {}{}", "or (a<b ".repeat(400), ")".repeat(400)),
        too_many,
    );
    let choices = |count: usize| format!("a IN ({})", vec!["b"; count].join(","));
    condition(&choices(100), "");
    condition(
        &choices(101),
        "The IN operator is provided with too many operands; number of operands: 101",
    );
}

#[test]
fn absurd_nesting() {
    condition(&"(".repeat(4096), &syntax("<EOF>", "("));
    condition(
        &format!("{}a<b{}", "(".repeat(2046), ")".repeat(2046)),
        REDUNDANT,
    );
    condition(&"NOT ".repeat(1024), &syntax("<EOF>", "NOT"));
    condition(
        &format!("a<{}b{}", "f(".repeat(1355), ")".repeat(1355)),
        "Invalid function name; function: f",
    );
    condition(
        &format!("a<{}b{}", "size(".repeat(680), ")".repeat(680)),
        &operand_type("size", "N"),
    );
    condition(&"f(".repeat(2048), &syntax("<EOF>", "("));
    update(
        &format!("SET a={}b", "(".repeat(4000)),
        &syntax("<EOF>", "b"),
    );
    update(
        &format!("SET a={}b{}", "(".repeat(2000), ")".repeat(2000)),
        REDUNDANT,
    );
    update(
        &format!("SET a={}b{}", "f(".repeat(1300), ")".repeat(1300)),
        "Invalid function name; function: f",
    );
    update(
        &format!(
            "SET a={}b{}",
            "if_not_exists(a,".repeat(230),
            ")".repeat(230)
        ),
        "",
    );
    projection(
        &format!("a{}", ".a".repeat(2000)),
        "The document path has too many nesting levels; nesting levels: 2001",
    );
}

#[test]
fn every_placeholder_met_counts_as_used() {
    let names = vec![
        ("#a".to_owned(), "a".to_owned()),
        ("#b".to_owned(), "b".to_owned()),
    ];
    let values = vec![(":v".to_owned(), Attr::Null)];
    let mut placeholders = Placeholders::new(names, values);
    parse_projection("#a", &mut placeholders).unwrap();
    assert!(placeholders.check_used().is_err());
    parse_condition("x = :v AND #a.#b = y", Clause::Filter, &mut placeholders).unwrap();
    assert!(placeholders.check_used().is_ok());
}

#[test]
fn errors_are_small() {
    assert!(size_of::<ExprError>() <= 96, "{}", size_of::<ExprError>());
}
