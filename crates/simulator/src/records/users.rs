//! Product users, as the product's own database exports them.

use crate::company::Company;
use crate::records::time;
use crate::table::Table;

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("users", &["id", "account_id", "name", "email", "department", "created_at"]);
    for account in &company.accounts {
        for user in account.users.iter().filter(|user| account.life.is_customer(user.since)) {
            let at = account.at(user.since, 8, 0);
            let cells =
                vec![user.id.clone(), account.id.clone(), user.name.clone(), user.email.clone(), user.department.into(), time(Some(at))];
            table.push(at, cells);
        }
    }
    table
}
