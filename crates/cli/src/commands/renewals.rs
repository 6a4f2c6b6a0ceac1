//! `mainstay renewals`: what ends when, what that is worth, and where each stands.

mod contracts;

use clap::Args;
use mainstay_app::Result;
use mainstay_app::lifecycle::{Renewal, RenewalBook, RenewalQuery, RenewalStage};
use mainstay_model::Day;

use crate::Exit;
use crate::desk::{Desk, at_desk};
use crate::output::table::Table;
use crate::output::{FormatOption, show, words};
use crate::settings::Place;

/// Shows which contract lines renew, by day, with what they are worth a year
///
/// Without options it lists everything that is ahead and still to be decided. Days left are calendar days to the first day that is not covered
/// yet; notice is the last day on which it can be given. With `--account` it shows what the lines of an account that are in force will bill next,
/// and until when they can be left.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:\n  mainstay renewals\n  mainstay renewals --month 2026-03\n  mainstay renewals --stage -90 --owner ann@acme.example\n  mainstay renewals --sums --months 24\n  mainstay renewals --account acme\n  mainstay renewals --as-of 2026-01-01 --format json"
)]
pub(crate) struct Renewals {
    /// Calendar months ahead, this one among them: 1 to 36
    #[arg(long, value_name = "N", default_value_t = 12)]
    months: u32,
    /// Only those of a month, e.g. 2026-03
    #[arg(long, value_name = "MONTH", value_parser = month)]
    month: Option<Day>,
    /// Only those at a place of the time line: -120, -90, -60, -30, due, overdue, renewed or churned
    #[arg(long, value_name = "STAGE", value_parser = stage, allow_hyphen_values = true)]
    stage: Option<RenewalStage>,
    /// Only those of accounts of this owner
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
    /// Rows at most, 1 to 1,000
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Show the sums by month and by place of the time line instead of the lines
    #[arg(long)]
    sums: bool,
    /// Show what the contract lines of an account will bill next instead
    #[arg(long, value_name = "ID", conflicts_with_all = ["months", "month", "stage", "owner", "limit", "sums"])]
    account: Option<String>,
    #[command(flatten)]
    when: super::When,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    format: FormatOption,
}

impl Renewals {
    pub(crate) async fn run(self) -> Result<Exit> {
        if let Some(account) = &self.account {
            let outlook = at_desk(&self.place, async |desk| match desk {
                Desk::Server(server) => server.contracts(account, &self.when.query()).await,
                Desk::Data(app) => app.contract_outlook(account, &self.when.read(&app.workspace().zone)?).await,
            })
            .await?;
            show(&outlook, self.format.format, contracts::table)?;
            return Ok(Exit::Done);
        }
        let query = RenewalQuery {
            months: self.months,
            month: self.month,
            stage: self.stage,
            owner: self.owner.clone(),
            offset: 0,
            limit: self.limit,
        };
        let book = at_desk(&self.place, async |desk| match desk {
            Desk::Server(server) => server.renewals(&query, &self.when.query()).await,
            Desk::Data(app) => app.renewals(&query, &self.when.read(&app.workspace().zone)?).await,
        })
        .await?;
        show(&book, self.format.format, |book| if self.sums { sums(book) } else { lines(book) })?;
        Ok(Exit::Done)
    }
}

fn lines(book: &RenewalBook) -> String {
    let mut table =
        Table::new(&["account", "name", "product", "renews on", ">days", ">arr", "band", "owner", "notice by", "stage", "play"]);
    for row in &book.rows {
        table.row([
            row.account_id.clone(),
            row.name.clone(),
            row.product.clone().unwrap_or_default(),
            row.renews_on.to_string(),
            row.days_left.to_string(),
            row.arr.map_or_else(|| "-".to_owned(), words::money),
            row.band.clone(),
            row.owner.clone().unwrap_or_default(),
            row.last_notice_on.map_or_else(|| "-".to_owned(), |day| day.to_string()),
            row.stage.map_or("", RenewalStage::as_str).to_owned(),
            play(row),
        ]);
    }
    format!("{}{}", table.or("nothing renews"), footer(book))
}

fn play(row: &Renewal) -> String {
    row.run.as_ref().map_or_else(String::new, |run| format!("{} {}", run.play, run.outcome.as_deref().unwrap_or(&run.status)))
}

fn sums(book: &RenewalBook) -> String {
    let mut table = Table::new(&["when", ">lines", ">arr"]);
    for month in &book.months {
        let name = month.month.to_string().chars().take(7).collect();
        table.row([name, words::count(month.count as u64), words::money(month.arr)]);
    }
    for column in &book.stages {
        table.row([column.stage.as_str().to_owned(), words::count(column.count as u64), words::money(column.arr)]);
    }
    format!("{}{}", table.or("nothing renews"), footer(book))
}

fn footer(book: &RenewalBook) -> String {
    let mut text =
        format!("{} of {}, sums in {}, as of {}\n", book.rows.len(), book.total, book.currency, words::instant(Some(book.as_of)));
    if book.lines_in_other_currencies > 0 {
        text.push_str(&format!("{} lines are in another currency and in no sum\n", book.lines_in_other_currencies));
    }
    if book.lines_without_end > 0 {
        text.push_str(&format!("{} lines in force say neither an end nor a term\n", book.lines_without_end));
    }
    text
}

fn month(text: &str) -> std::result::Result<Day, String> {
    Day::parse(&format!("{text}-01")).map_err(|_| "write a month like 2026-03".to_owned())
}

fn stage(word: &str) -> std::result::Result<RenewalStage, String> {
    RenewalStage::parse(word).ok_or_else(|| format!("stages are: {}", RenewalStage::ALL.map(|(name, _)| name).join(", ")))
}
