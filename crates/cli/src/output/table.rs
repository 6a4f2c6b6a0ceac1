//! Aligned columns for people.

/// A table: a header, rows, numbers to the right.
#[derive(Debug, Default)]
pub(crate) struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns; a name that begins with `>` is aligned to the right.
    pub(crate) fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        // A line break or a control character in a name must not break the table, nor speak to the terminal.
        self.rows
            .push(cells.iter().map(|cell| cell.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()).collect());
    }

    /// The table as text; `empty` where it has no rows.
    pub(crate) fn or(self, empty: &str) -> String {
        if self.rows.is_empty() {
            return format!("{empty}\n");
        }
        let titles: Vec<(bool, &str)> =
            self.header.iter().map(|title| title.strip_prefix('>').map_or((false, *title), |title| (true, title))).collect();
        let widths: Vec<usize> =
            titles.iter().enumerate().map(|(column, (_, title))| self.width(column).max(title.chars().count())).collect();
        let mut text = line(titles.iter().map(|(_, title)| (*title).to_owned()), &titles, &widths);
        for row in &self.rows {
            text.push_str(&line(row.iter().cloned(), &titles, &widths));
        }
        text
    }

    /// The table as comma-separated values, its titles as column names.
    pub(crate) fn csv(self) -> String {
        let titles = self.header.iter().map(|title| title.trim_start_matches('>').to_lowercase().replace(' ', "_")).collect();
        let lines = std::iter::once(titles).chain(self.rows);
        lines.map(|cells: Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n").collect()
    }

    fn width(&self, column: usize) -> usize {
        self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

fn line(cells: impl Iterator<Item = String>, titles: &[(bool, &str)], widths: &[usize]) -> String {
    let padded: Vec<String> = cells
        .zip(titles.iter().zip(widths))
        .map(|(cell, ((right, _), width))| if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") })
        .collect();
    format!("{}\n", padded.join("  ").trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_control_characters_harmless() {
        let mut table = Table::new(&["name", ">score"]);
        table.row(["Ärzte GmbH".into(), "9.5".into()]);
        table.row(["a\nb\u{1b}[31m".into(), "100".into()]);
        assert_eq!(table.or("none"), "name        score\nÄrzte GmbH    9.5\na b [31m      100\n");
        assert_eq!(Table::new(&["name"]).or("nobody yet"), "nobody yet\n");
    }
}
