//! Updates applied to one item, and what they report.

use crate::expr::{Placeholders, Update, UpdateError, parse_projection, parse_update};
use crate::types::wire::write_item;
use crate::types::{Attr, ExponentWidth, Item, Number};

fn number(text: &str) -> Attr {
    Attr::N(Number::parse(text, ExponentWidth::Bits64).unwrap())
}

fn text(text: &str) -> Attr {
    Attr::S(text.to_owned())
}

fn list(numbers: std::ops::RangeInclusive<u64>) -> Attr {
    Attr::L(numbers.map(|n| Attr::N(n.into())).collect())
}

fn map(entries: Vec<(&str, Attr)>) -> Item {
    let entries = entries.into_iter();
    entries
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn strings(members: &[&str]) -> Attr {
    Attr::Ss(members.iter().map(|member| (*member).to_owned()).collect())
}

fn old() -> Item {
    map(vec![
        ("n", number("10")),
        ("s", text("old")),
        ("l", list(0..=3)),
        (
            "m",
            Attr::M(map(vec![("x", number("1")), ("l", list(0..=1))])),
        ),
        ("ss", strings(&["a", "b"])),
        (
            "ll",
            Attr::L(vec![
                list(0..=1),
                Attr::M(map(vec![("k", strings(&["z"]))])),
            ]),
        ),
    ])
}

fn parse(update: &str) -> Update {
    let mut deep = number("1");
    for _ in 0..31 {
        deep = Attr::L(vec![deep]);
    }
    let values = [
        (":n", number("5")),
        (":big", number("1e50")),
        (":huge", number("9e125")),
        (":s", text("new")),
        (":l", list(7..=8)),
        (":bc", strings(&["b", "c"])),
        (":ab", strings(&["a", "b"])),
        (":z", strings(&["z"])),
        (":ns", Attr::Ns(vec![Number::ZERO])),
        (":deep", deep),
    ];
    let values = values.map(|(key, value)| (key.to_owned(), value));
    parse_update(update, &mut Placeholders::new(Vec::new(), values.to_vec())).unwrap()
}

/// An item as JSON with the type tags of numbers and strings left out.
fn show(item: &Item) -> String {
    let mut json = Vec::new();
    write_item(&mut json, item);
    let mut json = String::from_utf8(json).unwrap();
    for tag in ["N", "S"] {
        while let Some(from) = json.find(&format!("{{\"{tag}\":\"")) {
            let to = from + json[from..].find('}').unwrap();
            let value = json[from + 6..to - 1].to_owned();
            json.replace_range(from..=to, &value);
        }
    }
    json.replace('"', "")
}

/// The top-level attributes that an update leaves different, and `UPDATED_OLD` and `UPDATED_NEW`.
fn check(update: &str, changed: &str, updated_old: &str, updated_new: &str) {
    let parsed = parse(update);
    let old = old();
    let new = parsed.apply(&old).unwrap();
    let differing = new
        .iter()
        .filter(|(name, value)| old.get(name) != Some(value));
    let differing = differing.map(|(name, value)| (name.to_owned(), value.clone()));
    assert_eq!(show(&differing.collect()), changed, "{update}");
    assert_eq!(show(&parsed.updated_old(&old)), updated_old, "{update}");
    assert_eq!(show(&parsed.updated_new(&new)), updated_new, "{update}");
}

fn refuse(update: &str, expected: UpdateError) {
    assert_eq!(parse(update).apply(&old()), Err(expected), "{update}");
}

#[test]
fn set() {
    check("SET s = :s", "{s:new}", "{s:old}", "{s:new}");
    check(
        "SET s = :s, t = s",
        "{s:new,t:old}",
        "{s:old}",
        "{s:new,t:old}",
    );
    check("SET n = n + :n", "{n:15}", "{n:10}", "{n:15}");
    check("SET n = :n - n", "{n:-5}", "{n:10}", "{n:-5}");
    check(
        "SET n = if_not_exists(zz, :n) + m.x",
        "{n:6}",
        "{n:10}",
        "{n:6}",
    );
    check("SET z = if_not_exists(n, :n)", "{z:10}", "{}", "{z:10}");
    check(
        "SET m.x = :s, m.y = :n",
        "{m:{M:{l:{L:[0,1]},x:new,y:5}}}",
        "{m:{M:{x:1}}}",
        "{m:{M:{x:new,y:5}}}",
    );
    check(
        "SET z = list_append(l, if_not_exists(zz, :l))",
        "{z:{L:[0,1,2,3,7,8]}}",
        "{}",
        "{z:{L:[0,1,2,3,7,8]}}",
    );
}

#[test]
fn list_elements() {
    check(
        "SET l[1] = :s",
        "{l:{L:[0,new,2,3]}}",
        "{l:{L:[1]}}",
        "{l:{L:[new]}}",
    );
    check(
        "SET l[9] = :s, l[7] = :n",
        "{l:{L:[0,1,2,3,5,new]}}",
        "{}",
        "{}",
    );
    // The new element at an index, whichever it is.
    check(
        "REMOVE l[0], l[2]",
        "{l:{L:[1,3]}}",
        "{l:{L:[0,2]}}",
        "{l:{L:[1]}}",
    );
    check(
        "REMOVE l[1] SET l[3] = :s",
        "{l:{L:[0,2,new]}}",
        "{l:{L:[1,3]}}",
        "{l:{L:[2]}}",
    );
    // What is appended stays, though it comes to lie at the index that is removed.
    check(
        "REMOVE l[4] SET l[9] = :s",
        "{l:{L:[0,1,2,3,new]}}",
        "{}",
        "{l:{L:[new]}}",
    );
    check(
        "REMOVE ll[0] SET ll[1].k = :s",
        "{ll:{L:[{M:{k:new}}]}}",
        "{ll:{L:[{L:[0,1]},{M:{k:{SS:[z]}}}]}}",
        "{ll:{L:[{M:{k:new}}]}}",
    );
    check(
        "REMOVE ll[0][0], l[0], m.l[1]",
        "{l:{L:[1,2,3]},ll:{L:[{L:[1]},{M:{k:{SS:[z]}}}]},m:{M:{l:{L:[0]},x:1}}}",
        "{l:{L:[0]},ll:{L:[{L:[0]}]},m:{M:{l:{L:[1]}}}}",
        "{l:{L:[1]},ll:{L:[{L:[1]}]}}",
    );
}

#[test]
fn remove() {
    check("REMOVE zz, l[7], m.zz", "{}", "{}", "{}");
    check(
        "REMOVE m.x, m.l",
        "{m:{M:{}}}",
        "{m:{M:{l:{L:[0,1]},x:1}}}",
        "{}",
    );
    let new = parse("REMOVE s, n").apply(&old()).unwrap();
    assert!(!new.contains("s") && !new.contains("n") && new.len() == 4);
}

#[test]
fn add_and_delete() {
    check(
        "ADD n :n, z :n, y :ab",
        "{n:15,y:{SS:[a,b]},z:5}",
        "{n:10}",
        "{n:15,y:{SS:[a,b]},z:5}",
    );
    check(
        "ADD ss :bc",
        "{ss:{SS:[a,b,c]}}",
        "{ss:{SS:[a,b]}}",
        "{ss:{SS:[a,b,c]}}",
    );
    check(
        "DELETE ss :bc",
        "{ss:{SS:[a]}}",
        "{ss:{SS:[a,b]}}",
        "{ss:{SS:[a]}}",
    );
    check("DELETE zz :bc", "{}", "{}", "{}");
    check(
        "ADD m.x :n",
        "{m:{M:{l:{L:[0,1]},x:6}}}",
        "{m:{M:{x:1}}}",
        "{m:{M:{x:6}}}",
    );
    check(
        "DELETE ll[1].k :z",
        "{ll:{L:[{L:[0,1]},{M:{}}]}}",
        "{ll:{L:[{M:{k:{SS:[z]}}}]}}",
        "{}",
    );
    let new = parse("DELETE ss :ab").apply(&old()).unwrap();
    assert!(!new.contains("ss"));
}

#[test]
fn refused() {
    use UpdateError as E;
    for (update, expected) in [
        ("SET z = zz", E::MissingAttribute),
        ("SET z = z", E::MissingAttribute),
        ("SET z = list_append(zz, :l)", E::MissingAttribute),
        ("SET z = zz + :n", E::MissingAttribute),
        ("SET z = s + :n", E::OperandType),
        ("SET z = list_append(n, :l)", E::OperandType),
        ("ADD s :n", E::OperandType),
        ("ADD ss :ns", E::OperandType),
        ("DELETE ss :ns", E::OperandType),
        ("DELETE n :ab", E::OperandType),
        ("SET zz.a = :n", E::TargetPath),
        ("SET s.a = :n", E::TargetPath),
        ("SET l.a = :n", E::TargetPath),
        ("SET m[0] = :n", E::TargetPath),
        ("SET l[9].a = :n", E::TargetPath),
        ("SET l[8] = :n, l[9].a = :n", E::TargetPath),
        ("REMOVE zz.a", E::TargetPath),
        ("REMOVE s[0]", E::TargetPath),
        ("ADD zz.a :n", E::TargetPath),
        ("DELETE zz.a :ab", E::TargetPath),
        ("SET z = :big + :n", E::NumberOverflow),
        ("SET z = :huge + :huge", E::NumberOverflow),
        ("SET m.z = :deep", E::Nesting),
    ] {
        refuse(update, expected);
    }
    assert!(parse("SET z = :deep").apply(&old()).is_ok());
    for error in [
        E::MissingAttribute,
        E::OperandType,
        E::TargetPath,
        E::NumberOverflow,
        E::Nesting,
    ] {
        assert!(!error.to_string().contains("  "), "{error}");
    }
}

#[test]
fn missing_item() {
    let none = Item::new();
    assert_eq!(
        show(&parse("SET a = :n ADD b :n").apply(&none).unwrap()),
        "{a:5,b:5}"
    );
    assert_eq!(
        parse("REMOVE x.y, z[0] DELETE w.v :ab").apply(&none),
        Ok(Item::new())
    );
    assert_eq!(
        parse("SET x.y = :n").apply(&none),
        Err(UpdateError::TargetPath)
    );
    assert_eq!(
        parse("SET x = y").apply(&none),
        Err(UpdateError::MissingAttribute)
    );
}

#[test]
fn projections() {
    for (paths, expected) in [
        ("m.x, m.l", "{m:{M:{l:{L:[0,1]},x:1}}}"),
        ("l[2], l[0]", "{l:{L:[0,2]}}"),
        ("l[10], l[2], l[9], l[3]", "{l:{L:[2,3]}}"),
        (
            "s, zz, m.zz, l[7], n.x, ll[1].k",
            "{ll:{L:[{M:{k:{SS:[z]}}}]},s:old}",
        ),
        (
            "ll[1].zz, ll[0][1], m.l[1], m.x",
            "{ll:{L:[{L:[1]}]},m:{M:{l:{L:[1]},x:1}}}",
        ),
        ("zz", "{}"),
    ] {
        let projection = parse_projection(paths, &mut Placeholders::default()).unwrap();
        assert_eq!(show(&projection.apply(&old())), expected, "{paths}");
    }
}
