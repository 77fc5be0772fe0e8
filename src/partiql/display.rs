//! Trees back to text, for tests that parse what was printed and compare, and for the one clause that a message quotes.
//!
//! Identifiers are always quoted, words of the language are upper case, and parentheses stand only where they change the
//! meaning. Both forms of an update are printed as the one that begins with `UPDATE`.

use std::fmt::{self, Display, Formatter};

use crate::partiql::ast::{
    Change, Column, Direction, Expr, ExprKind, Insert, Member, OrderKey, Projection, Returning,
    Select, Source, Statement, StatementKind,
};
use crate::types::{Path, Step};

impl Display for Statement {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            StatementKind::Select(select) => select.fmt(out),
            StatementKind::Exists(select) => write!(out, "EXISTS({select})"),
            StatementKind::Insert(Insert { table, members }) => {
                let (table, members) = (Quoted('"', table), List("{", members, "}"));
                write!(out, "INSERT INTO {table} VALUE {members}")
            }
            StatementKind::Update(update) => {
                write!(out, "UPDATE {}", update.source)?;
                for change in &update.changes {
                    match change {
                        Change::Set { target, value } => write!(out, " SET {target} = {value}")?,
                        Change::Remove { target } => write!(out, " REMOVE {target}")?,
                    }
                }
                write_end(out, update.filter.as_ref(), update.returning)
            }
            StatementKind::Delete(delete) => {
                write!(out, "DELETE FROM {}", delete.source)?;
                write_end(out, delete.filter.as_ref(), delete.returning)
            }
        }
    }
}

fn write_end(
    out: &mut Formatter<'_>,
    filter: Option<&Expr>,
    returning: Option<Returning>,
) -> fmt::Result {
    if let Some(filter) = filter {
        write!(out, " WHERE {filter}")?;
    }
    if let Some(returning) = returning {
        write!(out, " {returning}")?;
    }
    Ok(())
}

impl Display for Select {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.projection {
            Projection::All => out.write_str("SELECT *")?,
            Projection::Columns(columns) => write!(out, "SELECT {}", List("", columns, ""))?,
        }
        write!(out, " FROM {}", self.source)?;
        write_end(out, self.filter.as_ref(), None)?;
        if self.order.is_empty() {
            return Ok(());
        }
        write!(out, " ORDER BY {}", List("", &self.order, ""))
    }
}

impl Display for Source {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        Quoted('"', &self.table).fmt(out)?;
        match &self.index {
            Some(index) => write!(out, ".{}", Quoted('"', index)),
            None => Ok(()),
        }
    }
}

impl Display for OrderKey {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.direction {
            Direction::Ascending => write!(out, "{} ASC", self.column),
            Direction::Descending => write!(out, "{} DESC", self.column),
        }
    }
}

impl Display for Returning {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Returning::AllOld => "RETURNING ALL OLD *",
            Returning::AllNew => "RETURNING ALL NEW *",
            Returning::ModifiedOld => "RETURNING MODIFIED OLD *",
            Returning::ModifiedNew => "RETURNING MODIFIED NEW *",
        })
    }
}

impl Display for Column {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write_path(out, &self.path)
    }
}

fn write_path(out: &mut Formatter<'_>, path: &Path) -> fmt::Result {
    Quoted('"', &path.root).fmt(out)?;
    for step in &path.steps {
        match step {
            Step::Name(name) => write!(out, ".{}", Quoted('"', name))?,
            Step::Index(index) => write!(out, "[{index}]")?,
        }
    }
    Ok(())
}

impl Display for Member {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", Quoted('\'', &self.name), self.value)
    }
}

impl Display for Expr {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Path(path) => write_path(out, path),
            ExprKind::Missing => out.write_str("MISSING"),
            ExprKind::Null => out.write_str("NULL"),
            ExprKind::Bool(true) => out.write_str("TRUE"),
            ExprKind::Bool(false) => out.write_str("FALSE"),
            ExprKind::Text(text) => Quoted('\'', text).fmt(out),
            ExprKind::Number(literal) => out.write_str(&literal.text),
            ExprKind::Parameter(_) => out.write_str("?"),
            ExprKind::List(elements) => List("[", elements, "]").fmt(out),
            ExprKind::Tuple(members) => List("{", members, "}").fmt(out),
            ExprKind::Set(members) => List("<<", members, ">>").fmt(out),
            ExprKind::Call(function, arguments) => {
                write!(out, "{}{}", function.name(), List("(", arguments, ")"))
            }
            ExprKind::Sum(operands) => write_infix(out, self, operands, "+"),
            ExprKind::Difference(operands) => write_infix(out, self, operands, "-"),
            ExprKind::Compare(comparator, operands) => {
                write_infix(out, self, operands, comparator.symbol())
            }
            ExprKind::Between(operands) => {
                let [operand, lower, upper] = operands.as_ref();
                let strength = strength(self);
                let operand = Operand(operand, strength);
                let (lower, upper) = (Operand(lower, strength + 1), Operand(upper, strength + 1));
                write!(out, "{operand} BETWEEN {lower} AND {upper}")
            }
            ExprKind::In(operand, choices) => {
                let operand = Operand(operand, strength(self));
                write!(out, "{operand} IN {}", List("[", choices, "]"))
            }
            ExprKind::Is(operand, name) => {
                let operand = Operand(operand, strength(self));
                write!(out, "{operand} IS {}", name.word())
            }
            ExprKind::Not(operand) => write!(out, "NOT {}", Operand(operand, strength(self))),
            ExprKind::And(parts) => write_chain(out, self, parts, " AND "),
            ExprKind::Or(parts) => write_chain(out, self, parts, " OR "),
        }
    }
}

/// How tight an expression's operator binds; the parser's order of strengths.
fn strength(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Or(_) => 1,
        ExprKind::And(_) => 2,
        ExprKind::Not(_) => 3,
        ExprKind::Compare(comparator, _) if comparator.is_ordering() => 5,
        ExprKind::Compare(..) | ExprKind::In(..) | ExprKind::Is(..) => 4,
        ExprKind::Between(_) => 5,
        ExprKind::Sum(_) | ExprKind::Difference(_) => 6,
        _ => 7,
    }
}

fn write_infix(
    out: &mut Formatter<'_>,
    expr: &Expr,
    operands: &[Expr; 2],
    symbol: &str,
) -> fmt::Result {
    let [left, right] = operands;
    let strength = strength(expr);
    let (left, right) = (Operand(left, strength), Operand(right, strength + 1));
    write!(out, "{left} {symbol} {right}")
}

fn write_chain(
    out: &mut Formatter<'_>,
    expr: &Expr,
    parts: &[Expr],
    separator: &str,
) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            out.write_str(separator)?;
        }
        Operand(part, strength(expr) + 1).fmt(out)?;
    }
    Ok(())
}

/// An expression, in parentheses if it binds looser than it has to.
struct Operand<'e>(&'e Expr, u8);

impl Display for Operand<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Operand(expr, least) = self;
        if strength(expr) < *least {
            write!(out, "({expr})")
        } else {
            expr.fmt(out)
        }
    }
}

/// Text in quotes of one kind.
struct Quoted<'t>(char, &'t str);

impl Display for Quoted<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Quoted(quote, text) = self;
        write!(out, "{quote}")?;
        for (place, part) in text.split(*quote).enumerate() {
            if place > 0 {
                write!(out, "{quote}{quote}")?;
            }
            out.write_str(part)?;
        }
        write!(out, "{quote}")
    }
}

/// Things with commas between them and brackets around.
struct List<'l, T>(&'static str, &'l [T], &'static str);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let List(open, elements, close) = self;
        out.write_str(open)?;
        for (place, element) in elements.iter().enumerate() {
            if place > 0 {
                out.write_str(", ")?;
            }
            element.fmt(out)?;
        }
        out.write_str(close)
    }
}

#[cfg(test)]
mod tests;
