//! What the company sells.

use crate::company::Company;
use crate::table::Table;

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("products", &["id", "name", "family"]);
    let at = mainstay_model::Zone::utc().start_of(company.config.first_day.plus(-400));
    for (id, name, family) in [
        ("core", "Harborline Core", "platform"),
        ("insights", "Harborline Insights", "add_on"),
        ("automate", "Harborline Automate", "add_on"),
    ] {
        table.push(at, vec![id.into(), name.into(), family.into()]);
    }
    table
}
