//! Rows, column heads and the band distribution of the list of accounts.

use mainstay_app::accounts::{AccountRow, BandCount};
use mainstay_model::Workspace;
use mainstay_model::signal::Unit;

use super::query::ListQuery;
use crate::console::chart;
use crate::console::when::When;
use crate::console::words::{BandMark, Locale, NOT_KNOWN, band_mark, days_until, label, segment, spaced, tone_of};

/// One account.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Its band.
    pub band: BandMark,
    /// Its score.
    pub score: String,
    /// Against 30 days ago.
    pub change: String,
    /// `good`, `bad` or nothing.
    pub change_tone: &'static str,
    /// Thirty days of score.
    pub spark: String,
    /// Annual recurring revenue.
    pub arr: String,
    /// Days to the end of the contract.
    pub renewal: String,
    /// Whether that is soon.
    pub renews_soon: bool,
    /// Who looks after it.
    pub owner: String,
    /// Tier and region.
    pub place: String,
    /// Stage.
    pub stage: String,
    /// The columns added.
    pub cells: Vec<Cell>,
}

/// A value of an added column.
#[derive(Clone, Debug)]
pub struct Cell {
    /// As it is written.
    pub text: String,
    /// Whether it is a number.
    pub number: bool,
}

/// A column head.
#[derive(Clone, Debug)]
pub struct Header {
    /// What people read.
    pub label: String,
    /// What it means.
    pub title: String,
    /// The list in its order; none where it cannot be sorted.
    pub href: Option<String>,
    /// `ascending`, `descending` or nothing.
    pub sorted: &'static str,
    /// Classes of its cells.
    pub class: &'static str,
}

/// One band of the distribution.
#[derive(Clone, Debug)]
pub struct BandPart {
    /// The word.
    pub label: String,
    /// The colour's class.
    pub tone: &'static str,
    /// The shape.
    pub shape: &'static str,
    /// How many accounts.
    pub count: String,
    /// Their share of all.
    pub share: String,
    /// Their revenue.
    pub arr: String,
    /// The list narrowed to it.
    pub href: String,
}

/// The distribution in words.
#[must_use]
pub fn band_parts(bands: &[BandCount], total: usize, query: &ListQuery, locale: Locale, currency: &str) -> Vec<BandPart> {
    let part = |band: &BandCount| {
        let (tone, shape) = tone_of(&band.color);
        BandPart {
            label: band.label.clone(),
            tone,
            shape,
            count: locale.count(band.count),
            share: locale.percent(band.count as f64 / total.max(1) as f64),
            arr: locale.money_short(band.arr, currency),
            href: query.narrowed_to(&band.name),
        }
    };
    bands.iter().filter(|band| band.count > 0).map(part).collect()
}

/// The column heads: the table's own, then those added.
#[must_use]
pub fn headers(workspace: &Workspace, query: &ListQuery) -> Vec<Header> {
    const OWN: [(&str, &str, &str, &str, bool); 8] = [
        ("Account", "name", "What people call it", "", false),
        ("Health", "health_score", "The shown score, 0 to 100, and its band", "", false),
        ("30 days", "change_30d", "Score now minus score 30 days ago", "num wide", false),
        ("", "", "The score at the end of each of the last 30 days", "wide", false),
        ("ARR", "arr", "Annual recurring revenue", "num", true),
        ("Renews in", "days_to_renewal", "Calendar days to the end of the contract", "num wide", false),
        ("Owner", "owner", "Who looks after it", "wide", false),
        ("Tier · region", "tier", "Tier and region of the account", "wide", false),
    ];
    let head = |text: &str, column: &str, title: &str, class: &'static str, largest_first: bool| {
        let sorted_by = if query.sort.is_empty() { "health_score" } else { &query.sort };
        let sorted = match (sorted_by == column, query.descending) {
            (false, _) => "",
            (true, true) => "descending",
            (true, false) => "ascending",
        };
        let href = (!column.is_empty()).then(|| query.sorted_by(column, largest_first));
        Header { label: text.to_owned(), title: title.to_owned(), href, sorted, class }
    };
    let own = OWN.iter().map(|(label, column, title, class, largest)| head(label, column, title, class, *largest));
    let added = query.columns.iter().map(|column| match workspace.signals.get(column) {
        Some(signal) => head(&signal.label, column, &signal.description, if signal.unit == Unit::Word { "" } else { "num" }, true),
        None => head(&spaced(column), column, column, "", false),
    });
    own.chain(added).collect()
}

/// One row.
#[must_use]
pub fn row(row: &AccountRow, workspace: &Workspace, query: &ListQuery, when: &When, locale: Locale) -> Row {
    let band = band_mark(&workspace.bands, &row.band);
    let change = row.change_30d;
    Row {
        id: row.id.clone(),
        name: row.name.clone(),
        href: when.address(&format!("/accounts/{}", segment(&row.id))),
        score: row.score.map(|score| locale.score(score, &workspace.bands)).unwrap_or_default(),
        change: change.map_or_else(|| NOT_KNOWN.to_owned(), |change| locale.change(change)),
        change_tone: change_tone(change),
        spark: chart::spark(&row.spark, band.tone),
        arr: row.arr.map_or_else(|| NOT_KNOWN.to_owned(), |arr| locale.money(arr, &workspace.currency)),
        renewal: row.days_to_renewal.map_or_else(|| NOT_KNOWN.to_owned(), days_until),
        renews_soon: row.days_to_renewal.is_some_and(|days| (0.0..=90.0).contains(&days)),
        owner: row.owner.clone().unwrap_or_else(|| NOT_KNOWN.to_owned()),
        place: [&row.tier, &row.region].into_iter().flatten().map(|word| label(word)).collect::<Vec<_>>().join(" · "),
        stage: row.stage.as_deref().map(label).unwrap_or_default(),
        cells: row.cells.iter().zip(&query.columns).map(|(value, column)| cell(value, column, workspace, locale)).collect(),
        band,
    }
}

fn cell(value: &serde_json::Value, column: &str, workspace: &Workspace, locale: Locale) -> Cell {
    let unit = workspace.signals.get(column).map_or(Unit::Number, |signal| signal.unit);
    Cell { text: locale.value(value, unit, &workspace.currency), number: value.is_number() }
}

/// Five points either way are worth a colour.
#[must_use]
pub fn change_tone(change: Option<f64>) -> &'static str {
    match change {
        Some(change) if change <= -5.0 => "bad",
        Some(change) if change >= 5.0 => "good",
        _ => "",
    }
}
