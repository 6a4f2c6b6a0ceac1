//! `mainstay revenue`: how recurring revenue moved, and how much of it stayed.

use clap::Args;
use mainstay_app::Result;
use mainstay_app::revenue::{Grain, RevenueQuery, RevenueReport, Step};
use mainstay_model::Day;

use crate::output::table::Table;
use crate::output::{Format, complain, print, show, words};
use crate::settings::Place;
use crate::{Exit, opened};

/// Shows how recurring revenue moved in a period
///
/// New, reactivation, expansion, contraction and churn lead from the opening MRR to the closing one; GRR, NRR, logo churn and revenue
/// churn say how much stayed. Below the parts stands the whole period, over those who paid on its first day.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay revenue --from 2026-01-01 --to 2026-04-01 --by month\n  mainstay revenue --from 2025-01-01 --to 2026-01-01 --grain product --format csv\n  mainstay revenue --from 2026-03-01 --to 2026-04-01 --movements"
)]
pub(crate) struct Revenue {
    /// The day on which the period opens
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Day,
    /// The day on which it closes: the one after its last
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: Day,
    /// Cut it into parts: month, quarter or year
    #[arg(long, value_name = "STEP", value_parser = step)]
    by: Option<Step>,
    /// Who counts as one: account or product (an account's lines of one product)
    #[arg(long, value_name = "GRAIN", value_parser = grain, default_value = "account")]
    grain: Grain,
    /// Only lines in this currency, e.g. EUR
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Show who moved instead of the sums
    #[arg(long)]
    movements: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ReportFormat,
    #[command(flatten)]
    when: super::When,
    #[command(flatten)]
    place: Place,
}

/// How a report is printed.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default)]
enum ReportFormat {
    /// Aligned columns, money rounded to the cent
    #[default]
    Table,
    /// Comma-separated, with a header and unrounded numbers
    Csv,
    /// Everything, unrounded
    Json,
}

impl Revenue {
    pub(crate) async fn run(self) -> Result<Exit> {
        let query = RevenueQuery {
            from: self.from,
            to: self.to,
            by: self.by,
            grain: self.grain,
            currency: self.currency.clone(),
            movements: self.movements,
        };
        let report = match opened::server(&self.place).await? {
            Some(server) => server.revenue(&query, &self.when.query()).await?,
            None => self.report(&query).await?,
        };
        let table = |numbers| if self.movements { moves(&report, numbers) } else { sums(&report, numbers) };
        match self.format {
            ReportFormat::Table => print(&format!("{}{}", table(Numbers::Rounded).or("nobody moved"), footer(&report)))?,
            ReportFormat::Csv => print(&table(Numbers::Exact).csv())?,
            ReportFormat::Json => show(&report, Format::Json, |_| String::new())?,
        }
        if report.lines_without_price > 0 {
            complain(&format!(
                "{} subscription lines have no price, first day or billing interval and are not counted",
                report.lines_without_price
            ));
        }
        Ok(Exit::Done)
    }

    async fn report(&self, query: &RevenueQuery) -> Result<RevenueReport> {
        let app = opened::app_with_data(&self.place).await?;
        let as_of = self.when.read(&app.workspace().zone)?;
        let report = app.report_revenue(query, &as_of).await;
        app.close().await?;
        report
    }
}

/// For people or for programs.
#[derive(Clone, Copy)]
enum Numbers {
    Rounded,
    Exact,
}

impl Numbers {
    fn money(self, amount: f64) -> String {
        match self {
            Self::Rounded => words::money(amount),
            Self::Exact => amount.to_string(),
        }
    }

    fn rate(self, rate: Option<f64>) -> String {
        match self {
            Self::Rounded => words::rate(rate),
            Self::Exact => rate.map(|rate| rate.to_string()).unwrap_or_default(),
        }
    }
}

fn sums(report: &RevenueReport, numbers: Numbers) -> Table {
    let mut table = Table::new(&[
        "from",
        "to",
        ">opening mrr",
        ">new",
        ">reactivation",
        ">expansion",
        ">contraction",
        ">churn",
        ">closing mrr",
        ">GRR",
        ">NRR",
        ">logo churn",
        ">revenue churn",
    ]);
    let whole = (report.periods.len() > 1).then_some(&report.whole);
    for period in report.periods.iter().chain(whole) {
        table.row([
            period.from.to_string(),
            period.to.to_string(),
            numbers.money(period.opening_mrr),
            numbers.money(period.new),
            numbers.money(period.reactivation),
            numbers.money(period.expansion),
            numbers.money(period.contraction),
            numbers.money(period.churn),
            numbers.money(period.closing_mrr),
            numbers.rate(period.grr),
            numbers.rate(period.nrr),
            numbers.rate(period.logo_churn),
            numbers.rate(period.revenue_churn),
        ]);
    }
    table
}

fn moves(report: &RevenueReport, numbers: Numbers) -> Table {
    let mut table = Table::new(&["from", "to", "account", "product", "movement", ">opening mrr", ">closing mrr"]);
    for period in &report.periods {
        for one in period.movements.iter().flatten() {
            table.row([
                period.from.to_string(),
                period.to.to_string(),
                one.account_id.clone(),
                one.product.clone().unwrap_or_default(),
                one.movement.as_str().to_owned(),
                numbers.money(one.opening_mrr),
                numbers.money(one.closing_mrr),
            ]);
        }
    }
    table
}

/// What the table is about, and how the parts compare with the whole.
fn footer(report: &RevenueReport) -> String {
    let mut text = format!("MRR in {}, grain {}, as of {}\n", report.currency, report.grain.as_str(), words::instant(Some(report.as_of)));
    if report.periods.len() > 1 {
        let (grr, nrr) = (words::rate(report.compounded_grr), words::rate(report.compounded_nrr));
        let whole = (words::rate(report.whole.grr), words::rate(report.whole.nrr));
        text.push_str(&format!(
            "the whole period (last row): GRR {}, NRR {}; its parts compounded: GRR {grr}, NRR {nrr}\n",
            whole.0, whole.1
        ));
    }
    text
}

fn day(text: &str) -> std::result::Result<Day, String> {
    Day::parse(text).map_err(|error| error.to_string())
}

fn step(word: &str) -> std::result::Result<Step, String> {
    Step::parse(word).ok_or_else(|| "steps are: month, quarter, year".to_owned())
}

fn grain(word: &str) -> std::result::Result<Grain, String> {
    Grain::parse(word).ok_or_else(|| "grains are: account, product".to_owned())
}
