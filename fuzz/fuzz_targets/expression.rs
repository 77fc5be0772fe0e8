//! Any text through all expression parsers: no panic, and what is accepted prints to text that parses to the same.
//! Placeholders make printed text longer than its source; text beyond the size of an expression is left alone.

#![no_main]

use dynasled::expr::display::Printed;
use dynasled::expr::{
    Clause, Placeholders, parse_condition, parse_key_condition, parse_projection, parse_update,
};
use dynasled::limits::EXPRESSION_BYTES;
use dynasled::types::{Attr, Item};
use libfuzzer_sys::fuzz_target;

fn placeholders() -> Placeholders {
    let names = ["a", "b", "c"].map(|name| (format!("#{name}"), name.to_owned()));
    let values = [
        (":s", Attr::S("text".to_owned())),
        (":n", Attr::N(7u64.into())),
        (":b", Attr::B(vec![0, 255])),
        (":l", Attr::L(vec![Attr::Null, Attr::Bool(true)])),
        (":m", Attr::M(small_map())),
        (":ss", Attr::Ss(vec!["a".to_owned(), "b".to_owned()])),
        (":type", Attr::S("SS".to_owned())),
    ];
    let values = values.map(|(key, value)| (key.to_owned(), value));
    Placeholders::new(names.to_vec(), values.to_vec())
}

fn small_map() -> Item {
    [
        ("a".to_owned(), Attr::N(1u64.into())),
        ("b".to_owned(), Attr::L(vec![Attr::S("x".to_owned())])),
    ]
    .into_iter()
    .collect()
}

fn item() -> Item {
    [
        ("a".to_owned(), Attr::M(small_map())),
        ("b".to_owned(), Attr::L(vec![Attr::M(small_map()); 3])),
        ("c".to_owned(), Attr::Ss(vec!["a".to_owned()])),
        ("n".to_owned(), Attr::N(10u64.into())),
        ("s".to_owned(), Attr::S("some text".to_owned())),
    ]
    .into_iter()
    .collect()
}

/// Tests that printed text parses to the tree that it was printed from.
fn check_again<T, E>(
    tree: &T,
    printed: &Printed,
    parse: impl Fn(&str, &mut Placeholders) -> Result<T, E>,
) where
    T: PartialEq + std::fmt::Debug,
    E: PartialEq + std::fmt::Debug,
{
    if printed.text.len() <= EXPRESSION_BYTES {
        let again = parse(&printed.text, &mut printed.placeholders());
        assert_eq!(again.as_ref(), Ok(tree), "{}", printed.text);
    }
}

fuzz_target!(|text: &str| {
    let item = item();
    for clause in [Clause::Condition, Clause::Filter] {
        match parse_condition(text, clause, &mut placeholders()) {
            Ok(condition) => {
                condition.holds(&item);
                check_again(&condition, &condition.print(), |text, placeholders| {
                    parse_condition(text, clause, placeholders)
                });
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    if let Ok(condition) = parse_key_condition(text, &mut placeholders()) {
        check_again(&condition, &condition.print(), parse_key_condition);
    }
    if let Ok(projection) = parse_projection(text, &mut placeholders()) {
        check_again(&projection, &projection.print(), parse_projection);
        assert!(projection.apply(&item).byte_size() <= item.byte_size());
    }
    if let Ok(update) = parse_update(text, &mut placeholders()) {
        check_again(&update, &update.print(), parse_update);
        assert!(update.charge() > 3);
        if let Ok(new) = update.apply(&item) {
            assert!(update.updated_new(&new).byte_size() <= new.byte_size());
        }
        assert!(update.updated_old(&item).byte_size() <= item.byte_size());
    }
});
