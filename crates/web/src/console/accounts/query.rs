//! What the list of accounts is asked for, as its address says it.

use mainstay_app::accounts::AccountQuery;
use mainstay_model::Workspace;
use url::form_urlencoded::Serializer;

use super::Choice;
use crate::console::session::Fields;
use crate::console::when::When;

/// Rows on a page.
const PAGE_ROWS: usize = 50;
/// The most columns that can be added.
const MAX_COLUMNS: usize = 8;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// SQL over account columns.
    pub filter: String,
    /// Text in id or name.
    pub search: String,
    /// The column sorted by; empty for the score.
    pub sort: String,
    /// Highest first.
    pub descending: bool,
    /// Columns added.
    pub columns: Vec<String>,
    /// Rows passed over.
    pub offset: usize,
    /// Rows shown.
    pub limit: usize,
    /// The instant, as the address says it.
    pub as_of: String,
    /// `then` or nothing.
    pub known: String,
}

impl ListQuery {
    /// Reads an address.
    #[must_use]
    pub fn read(fields: &Fields, when: &When) -> Self {
        let mut columns: Vec<String> = Vec::new();
        for column in fields.all("column").map(str::trim).filter(|column| !column.is_empty()) {
            if columns.len() < MAX_COLUMNS && !columns.iter().any(|known| known == column) {
                columns.push(column.to_owned());
            }
        }
        Self {
            filter: fields.text("filter").to_owned(),
            search: fields.text("search").to_owned(),
            sort: fields.text("sort").to_owned(),
            descending: fields.text("order") == "down",
            columns,
            offset: fields.text("from").parse().unwrap_or(0),
            limit: PAGE_ROWS,
            as_of: when.text.clone(),
            known: when.known().to_owned(),
        }
    }

    /// As the operation wants it.
    #[must_use]
    pub fn asked(&self) -> AccountQuery {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        AccountQuery {
            filter: some(&self.filter),
            search: some(&self.search),
            sort: if self.sort.is_empty() { "health_score".to_owned() } else { self.sort.clone() },
            descending: self.descending,
            columns: self.columns.clone(),
            offset: self.offset,
            limit: self.limit,
        }
    }

    /// Whether the page is the list as it is without anything asked.
    #[must_use]
    pub fn asks_nothing(&self) -> bool {
        self.filter.is_empty() && self.search.is_empty() && self.offset == 0
    }

    /// What a saved view keeps: filter, search, order and columns.
    #[must_use]
    pub fn definition(&self) -> String {
        let mut query = Serializer::new(String::new());
        let order = if self.descending { "down" } else { "" };
        for (name, value) in [("filter", &*self.filter), ("search", &*self.search), ("sort", &*self.sort), ("order", order)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        for column in &self.columns {
            query.append_pair("column", column);
        }
        query.finish()
    }

    /// The address of the page that begins at a row.
    #[must_use]
    pub fn at_offset(&self, offset: usize) -> String {
        let mut query = Serializer::new(self.definition());
        for (name, value) in [("as_of", &self.as_of), ("known", &self.known)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if offset > 0 {
            query.append_pair("from", &offset.to_string());
        }
        format!("/accounts?{}", query.finish())
    }

    /// The same rows as a file.
    #[must_use]
    pub fn csv_address(&self) -> String {
        self.at_offset(0).replacen("/accounts?", "/accounts.csv?", 1)
    }

    /// The list in the order of a column: the other way round when it is in that order already.
    #[must_use]
    pub fn sorted_by(&self, column: &str, largest_first: bool) -> String {
        let again = self.sort == column || (self.sort.is_empty() && column == "health_score");
        let descending = if again { !self.descending } else { largest_first };
        Self { sort: column.to_owned(), descending, ..self.clone() }.at_offset(0)
    }

    /// The list narrowed to a band.
    #[must_use]
    pub fn narrowed_to(&self, band: &str) -> String {
        let condition = format!("health_band = '{}'", band.replace('\'', "''"));
        let filter = match self.filter.as_str() {
            "" => condition,
            filter if filter == condition => String::new(),
            filter if filter.starts_with("health_band = '") && !filter.contains(" and ") && !filter.contains(" or ") => condition,
            filter => format!("({filter}) and {condition}"),
        };
        Self { filter, ..self.clone() }.at_offset(0)
    }
}

/// The columns that can be added: every signal, then the account's own fields that the table does not show anyway.
#[must_use]
pub fn choices(workspace: &Workspace, shown: &[String]) -> Vec<Choice> {
    const SHOWN_ANYWAY: [&str; 8] = ["name", "tier", "region", "stage", "owner", "arr", "days_to_renewal", "health_score"];
    let fields = workspace.entities.get("accounts").map(|entity| entity.fields.as_slice()).unwrap_or_default();
    let signals = workspace.signals.values().map(|signal| (signal.name.clone(), signal.label.clone()));
    let fields = fields.iter().map(|field| (field.name.clone(), crate::console::words::spaced(&field.name)));
    signals
        .chain(fields)
        .filter(|(name, _)| !SHOWN_ANYWAY.contains(&name.as_str()))
        .map(|(name, label)| Choice { shown: shown.contains(&name), name, label })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(address: &str) -> ListQuery {
        ListQuery::read(&Fields::read(address.as_bytes()), &When::default())
    }

    #[test]
    fn an_address_and_its_query_say_the_same() {
        let address = "filter=arr+%3E+5000&search=north&sort=arr&order=down&column=logins_30d&column=nps_latest";
        assert_eq!(query(address).definition(), address);
    }

    #[test]
    fn a_band_is_added_to_a_filter_and_taken_off_again() {
        let narrowed = query("filter=arr+%3E+5000").narrowed_to("at_risk");
        assert_eq!(narrowed, "/accounts?filter=%28arr+%3E+5000%29+and+health_band+%3D+%27at_risk%27");
        assert_eq!(query("filter=health_band+%3D+'at_risk'").narrowed_to("at_risk"), "/accounts?");
    }

    #[test]
    fn sorting_twice_by_a_column_turns_the_order_round() {
        assert_eq!(query("").sorted_by("arr", true), "/accounts?sort=arr&order=down");
        assert_eq!(query("sort=arr&order=down").sorted_by("arr", true), "/accounts?sort=arr");
    }

    #[test]
    fn columns_are_few_and_each_comes_once() {
        let many: String = (0..20).map(|index| format!("column=c{index}&column=c{index}&")).collect();
        assert_eq!(query(&many).columns.len(), MAX_COLUMNS);
    }
}
