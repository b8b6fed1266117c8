//! Rows as the files of the archive have them.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};

use serde_json::Value;

use crate::connections::visible;
use crate::data::archive::disk;
use crate::data::tables::{self, Cells, Kind};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::{self, MemberCard};

/// By which a spreadsheet knows that a file is UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A file of the archive that is being written.
pub(super) struct Values<'a, W: Write> {
    file: &'static tables::File,
    owner: MemberId,
    /// Those who are not there for the owner, once that was asked for.
    gone: Option<Vec<MemberId>>,
    json: &'a mut W,
    csv: csv::Writer<BufWriter<File>>,
    entries: u64,
}

impl<'a, W: Write> Values<'a, W> {
    /// Begins a file: JSON here, CSV there.
    pub(super) fn of(
        (file, owner): (&'static tables::File, MemberId),
        json: &'a mut W,
        csv: File,
    ) -> Result<Values<'a, W>, Error> {
        let mut csv = BufWriter::new(csv);
        csv.write_all(MARK).map_err(disk)?;
        let mut csv = csv::Writer::from_writer(csv);
        csv.write_record(headings(file)).map_err(damaged)?;
        json.write_all(b"[").map_err(disk)?;
        Ok(Values { file, owner, gone: None, json, csv, entries: 0 })
    }

    /// Adds rows.
    pub(super) fn add(&mut self, connection: &mut Connection, rows: &[Cells]) -> Result<(), Error> {
        let leaves_out = self.file.columns.iter().any(|column| matches!(column.kind, Kind::MemberThere));
        if leaves_out && self.gone.is_none() {
            self.gone = Some(visible::gone_for(connection, self.owner)?);
        }
        let people = people(connection, (self.file, self.gone.as_deref().unwrap_or_default()), rows)?;
        for cells in rows {
            let values = values(self.file, cells, &people);
            self.csv.write_record(values.iter().map(|(_, value)| neutral(text(value)))).map_err(damaged)?;
            let object: Cells = values.into_iter().collect();
            let object = serde_json::to_string(&object).map_err(|why| disk(why.into()))?;
            let between = if self.entries == 0 { "\n" } else { ",\n" };
            self.json.write_all(between.as_bytes()).map_err(disk)?;
            self.json.write_all(object.as_bytes()).map_err(disk)?;
            self.entries += 1;
        }
        Ok(())
    }

    /// Ends the file. Returns the CSV, and how many rows there are.
    pub(super) fn finish(self) -> Result<(File, u64), Error> {
        self.json.write_all(b"\n]\n").map_err(disk)?;
        let buffer = self.csv.into_inner().map_err(|why| disk(why.into_error()))?;
        let file = buffer.into_inner().map_err(|why| disk(why.into_error()))?;
        Ok((file, self.entries))
    }
}

fn damaged(why: csv::Error) -> Error {
    Error::Unavailable(format!("a row cannot be written as CSV: {why}"))
}

/// The names of the two columns that say who somebody is.
fn of_member(column: &tables::Column) -> [String; 2] {
    ["full_name", "handle"].map(|part| match column.name {
        "" => part.to_owned(),
        name => format!("{name}_{part}"),
    })
}

fn headings(file: &tables::File) -> Vec<String> {
    let of = |column: &tables::Column| match column.kind {
        Kind::Member | Kind::MemberThere => of_member(column).to_vec(),
        _ => vec![column.name.to_owned()],
    };
    file.columns.iter().flat_map(of).collect()
}

/// Loads whom the rows name.
fn people(
    connection: &mut Connection,
    (file, gone): (&tables::File, &[MemberId]),
    rows: &[Cells],
) -> Result<HashMap<MemberId, MemberCard>, Error> {
    let columns = file.columns.iter().filter(|column| matches!(column.kind, Kind::Member | Kind::MemberThere));
    let id =
        |cells: &Cells, column: &tables::Column| cells.get(column.column).and_then(Value::as_i64).map(MemberId::new);
    let mut ids: Vec<MemberId> =
        columns.flat_map(|column| rows.iter().filter_map(move |cells| id(cells, column))).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| gone.binary_search(id).is_err());
    let people = members::persons(connection, &ids)?;
    Ok(people.into_iter().map(|person| (person.id, person)).collect())
}

fn values(file: &tables::File, cells: &Cells, people: &HashMap<MemberId, MemberCard>) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    for column in file.columns {
        let value = cells.get(column.column).cloned().unwrap_or(Value::Null);
        if let Kind::Member | Kind::MemberThere = column.kind {
            let person = value.as_i64().and_then(|id| people.get(&MemberId::new(id)));
            let parts = person.map(|person| [person.full_name.clone(), person.handle.clone()]);
            let names = of_member(column).into_iter();
            values.extend(names.zip(parts.unwrap_or_default().map(Value::String)));
        } else {
            values.push((column.name.to_owned(), as_kind(column.kind, value)));
        }
    }
    values
}

fn as_kind(kind: Kind, value: Value) -> Value {
    match (kind, value.as_i64()) {
        (Kind::Time, Some(seconds)) => dates::instant(seconds).into(),
        (Kind::Choice(words), Some(number)) => {
            let word = usize::try_from(number).ok().and_then(|number| words.get(number));
            word.map_or(value, |word| (*word).into())
        }
        (Kind::Json, _) => value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(value),
        _ => value,
    }
}

/// A value as a cell of a table.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// A cell that no spreadsheet takes for a formula.
fn neutral(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+49 30", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(neutral(cell.into()), format!("'{cell}"));
        }
        assert_eq!(neutral("a=b".into()), "a=b");
    }
}
