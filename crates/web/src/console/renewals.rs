//! Renewals: a calendar of what ends, the time line as a board, and the lines of a month or of a place on it.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use mainstay_app::AppError;
use mainstay_app::lifecycle::{EndMove, Renewal, RenewalBook, RenewalColumn, RenewalMonth, RenewalQuery, RenewalStage};
use mainstay_model::{BandScale, Day};

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::models::{Part, parts_of, stack_of};
use super::session::{Fields, Visit};
use super::when::When;
use super::words::{BandMark, Locale, NOT_KNOWN, address, band_mark, day_words, days_until, label, month_name, plural, segment, spaced};

/// Lines of one page.
const PAGE_ROWS: usize = 50;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/renewals.html")]
pub struct RenewalsPage {
    /// What is around it.
    pub frame: Frame,
    /// The instant it is about.
    pub when: When,
    /// Whose accounts; empty for all.
    pub owner: String,
    /// The months ahead.
    pub months: Vec<MonthShown>,
    /// The time line.
    pub columns: Vec<ColumnShown>,
    /// What the list shows: all that is ahead, a month, a place of the time line.
    pub title: String,
    /// The lines.
    pub rows: Vec<Line>,
    /// Which of how many.
    pub range: String,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// Everything ahead, where the list is narrower.
    pub whole: Option<String>,
    /// What the sums leave out.
    pub notes: Vec<String>,
    /// Whether nothing renews at all.
    pub nothing: bool,
}

/// A month of the calendar.
#[derive(Clone, Debug)]
pub struct MonthShown {
    /// `Nov 2026`.
    pub name: String,
    /// The lines of the month.
    pub href: String,
    /// Whether it is the one listed.
    pub here: bool,
    /// How many lines.
    pub count: String,
    /// What they are worth a year.
    pub arr: String,
    /// How they are, as a picture.
    pub stack: String,
    /// How they are, in words.
    pub spread: Vec<Part>,
}

/// A place of the time line.
#[derive(Clone, Debug)]
pub struct ColumnShown {
    /// What people read.
    pub label: &'static str,
    /// What it means.
    pub title: &'static str,
    /// Its lines.
    pub href: String,
    /// Whether it is the one listed.
    pub here: bool,
    /// How many lines.
    pub count: String,
    /// What they are worth a year.
    pub arr: String,
    /// The largest.
    pub cards: Vec<Line>,
    /// How many more there are.
    pub more: usize,
}

/// A contract line.
#[derive(Clone, Debug)]
pub struct Line {
    /// The account.
    pub name: String,
    /// Its readiness report.
    pub href: String,
    /// Product and plan.
    pub what: String,
    /// What it is worth a year.
    pub arr: String,
    /// The account's band.
    pub band: BandMark,
    /// Its score.
    pub score: String,
    /// Who looks after it.
    pub owner: String,
    /// When it renews.
    pub renews_on: String,
    /// How that day came about; empty where a source says it.
    pub computed: &'static str,
    /// Days left.
    pub days: String,
    /// Whether that is soon or past.
    pub pressing: bool,
    /// Where it stands; empty where it is too far ahead.
    pub stage: &'static str,
    /// The last day to give notice; a dash where another line follows it.
    pub notice: String,
    /// When notice can be given, and whether it renews by itself or another line follows it.
    pub window: String,
    /// `year 2 of 3`; empty within a year.
    pub year: String,
    /// What its end did: `slipped from 1 Mar 2026`; empty where it stayed.
    pub moved: String,
    /// Every move of its end.
    pub moves: Vec<String>,
    /// The play and where it stands; empty without one.
    pub run: String,
}

impl Line {
    /// Reads a renewal.
    #[must_use]
    pub fn new(renewal: &Renewal, bands: &BandScale, locale: Locale) -> Self {
        let product: Vec<String> = [&renewal.product, &renewal.plan].into_iter().flatten().map(|word| spaced(word)).collect();
        let window = match (&renewal.followed_by, renewal.auto_renews, renewal.notice_from) {
            (Some(next), ..) => format!("followed by {} from {} on", next.subscription_id, day_words(next.begins_on)),
            (None, true, Some(from)) => format!("from {}, renews by itself", day_words(from)),
            (None, true, None) => "renews by itself".to_owned(),
            (None, false, _) => String::new(),
        };
        let moved = |what: EndMove, from: Day| format!("{} from {}", what.as_str(), day_words(from));
        let moves =
            renewal.moves.iter().map(|one| format!("{} to {}, said by {}", moved(one.what, one.from), day_words(one.to), one.source));
        Self {
            name: renewal.name.clone(),
            href: format!("/accounts/{}/renewal", segment(&renewal.account_id)),
            what: if product.is_empty() { renewal.subscription_id.clone() } else { product.join(" · ") },
            arr: renewal.arr.map_or_else(|| NOT_KNOWN.to_owned(), |arr| locale.money(arr, &renewal.currency)),
            band: band_mark(bands, &renewal.band),
            score: renewal.score.map(|score| locale.score(score, bands)).unwrap_or_default(),
            owner: renewal.owner.clone().unwrap_or_else(|| NOT_KNOWN.to_owned()),
            renews_on: day_words(renewal.renews_on),
            computed: if renewal.computed { "counted from its term" } else { "" },
            days: days_until(f64::from(renewal.days_left)),
            pressing: matches!(renewal.stage, Some(RenewalStage::Due | RenewalStage::Overdue)),
            stage: renewal.stage.map_or("", |stage| words_of(stage).0),
            notice: renewal.last_notice_on.map_or_else(|| NOT_KNOWN.to_owned(), day_words),
            window,
            year: renewal.year_of_term.map_or_else(String::new, |(year, of)| format!("year {year} of {of}")),
            moved: renewal.moves.first().map(|one| moved(one.what, one.from)).unwrap_or_default(),
            moves: moves.collect(),
            run: renewal.run.as_ref().map_or_else(String::new, |run| {
                let end = run.outcome.as_deref().unwrap_or(&run.status);
                format!("{}: {}", run.label, spaced(end))
            }),
        }
    }
}

/// What people read for a place of the time line, and what it means.
#[must_use]
pub const fn words_of(stage: RenewalStage) -> (&'static str, &'static str) {
    match stage {
        RenewalStage::Opened => ("−120 days", "120 to 91 days ahead"),
        RenewalStage::Reviewed => ("−90 days", "90 to 61 days ahead"),
        RenewalStage::Proposed => ("−60 days", "60 to 31 days ahead"),
        RenewalStage::Escalated => ("−30 days", "30 to 8 days ahead"),
        RenewalStage::Due => ("Due", "In the last week, or today"),
        RenewalStage::Overdue => ("Overdue", "The end has passed and no source says what became of it"),
        RenewalStage::Renewed => ("Renewed", "It goes on; shown until 90 days after the end"),
        RenewalStage::Churned => ("Churned", "It was canceled, or the account left; shown until 90 days after the end"),
    }
}

/// What the page was asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Which renewals.
    pub query: RenewalQuery,
    /// The instant.
    pub when: When,
}

impl Asked {
    /// Reads `month`, `stage`, `owner` and `offset` from an address.
    ///
    /// # Errors
    /// `Invalid` when the month or the stage is none.
    pub fn read(fields: &Fields, when: When) -> Result<Self, AppError> {
        let month = Some(fields.text("month")).filter(|text| !text.is_empty()).map(|text| {
            Day::parse(&format!("{text}-01"))
                .map_err(|_| AppError::invalid(format!("`{text}` is not a month.")).hint("Write it like 2026-03."))
        });
        let stage = Some(fields.text("stage")).filter(|text| !text.is_empty()).map(|text| {
            RenewalStage::parse(text)
                .ok_or_else(|| AppError::invalid(format!("Renewals have no stage `{text}`.")).hint("Choose one from the board."))
        });
        let query = RenewalQuery {
            month: month.transpose()?,
            stage: stage.transpose()?,
            owner: Some(fields.text("owner")).filter(|text| !text.is_empty()).map(str::to_owned),
            offset: fields.text("offset").parse().unwrap_or(0),
            limit: PAGE_ROWS,
            ..RenewalQuery::default()
        };
        Ok(Self { query, when })
    }

    fn owner(&self) -> &str {
        self.query.owner.as_deref().unwrap_or_default()
    }

    fn link(&self, month: &str, stage: &str, offset: usize) -> String {
        let offset = if offset == 0 { String::new() } else { offset.to_string() };
        let kept = [("as_of", self.when.text.as_str()), ("known", self.when.known()), ("owner", self.owner())];
        address("/renewals", &[[("month", month), ("stage", stage), ("offset", &offset)], kept].concat())
    }

    /// The list's own address, from a row on.
    fn starting_at(&self, offset: usize) -> String {
        let month = self.query.month.map(month_word).unwrap_or_default();
        self.link(&month, self.query.stage.map_or("", RenewalStage::as_str), offset)
    }
}

impl RenewalsPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, asked: &Asked, book: &RenewalBook, bands: &BandScale, locale: Locale) -> Self {
        let query = &asked.query;
        let month = |month: &RenewalMonth| month_shown(month, asked, &book.currency, locale);
        let column = |column: &RenewalColumn| column_shown(column, asked, &book.currency, bands, locale);
        let title = match (query.stage, query.month) {
            (Some(stage), None) => words_of(stage).0.to_owned(),
            (Some(stage), Some(month)) => format!("{}, {}", words_of(stage).0, month_words(month)),
            (None, Some(month)) => month_words(month),
            (None, None) => format!("The next {}", plural(query.months as usize, "month", "months")),
        };
        let shown = book.rows.len();
        let last = query.offset.saturating_add(shown);
        let range = if shown == 0 { "0".to_owned() } else { format!("{}–{}", locale.count(query.offset + 1), locale.count(last)) };
        Self {
            months: book.months.iter().map(month).collect(),
            columns: book.stages.iter().map(column).collect(),
            title,
            rows: book.rows.iter().map(|row| Line::new(row, bands, locale)).collect(),
            range: format!("{range} of {}", locale.count(book.total)),
            previous: (query.offset > 0).then(|| asked.starting_at(query.offset.saturating_sub(PAGE_ROWS))),
            next: (last < book.total).then(|| asked.starting_at(last)),
            whole: (query.stage.is_some() || query.month.is_some()).then(|| asked.link("", "", 0)),
            notes: notes(book, locale),
            nothing: book.months.iter().all(|month| month.count == 0) && book.stages.iter().all(|column| column.count == 0),
            owner: asked.owner().to_owned(),
            when: asked.when.clone(),
            frame,
        }
    }
}

fn month_shown(month: &RenewalMonth, asked: &Asked, currency: &str, locale: Locale) -> MonthShown {
    MonthShown {
        name: month_words(month.month),
        href: asked.link(&month_word(month.month), "", 0),
        here: asked.query.stage.is_none() && asked.query.month.is_some_and(|here| month_word(here) == month_word(month.month)),
        count: locale.count(month.count),
        arr: locale.money_short(month.arr, currency),
        stack: stack_of(&month.bands),
        spread: parts_of(&month.bands, locale),
    }
}

fn column_shown(column: &RenewalColumn, asked: &Asked, currency: &str, bands: &BandScale, locale: Locale) -> ColumnShown {
    let (label, title) = words_of(column.stage);
    ColumnShown {
        label,
        title,
        href: asked.link("", column.stage.as_str(), 0),
        here: asked.query.stage == Some(column.stage),
        count: locale.count(column.count),
        arr: locale.money_short(column.arr, currency),
        cards: column.first.iter().map(|row| Line::new(row, bands, locale)).collect(),
        more: column.count.saturating_sub(column.first.len()),
    }
}

fn notes(book: &RenewalBook, locale: Locale) -> Vec<String> {
    let mut notes = Vec::new();
    if book.lines_in_other_currencies > 0 {
        let count = locale.count(book.lines_in_other_currencies);
        notes.push(format!("{count} lines are in another currency than {}: listed, but in no sum.", book.currency));
    }
    if book.lines_without_end > 0 {
        notes.push(format!("{} lines in force say neither an end nor a term and cannot be listed.", locale.count(book.lines_without_end)));
    }
    notes
}

/// `2026-11`.
fn month_word(day: Day) -> String {
    let date = day.date();
    format!("{:04}-{:02}", date.year(), date.month())
}

/// `Nov 2026`.
fn month_words(day: Day) -> String {
    format!("{} {}", month_name(day.date().month()), day.date().year())
}

/// Shows the page.
pub(crate) async fn list_renewals(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let asked = Asked::read(&fields, When::read(&fields, &visit.moment)?)?;
    let book = console.app.renewals(&asked.query, &asked.when.as_of).await?;
    let workspace = console.app.workspace();
    let frame = Frame::new(&console.app, &visit, "renewals", label("renewals"));
    Ok(show(&RenewalsPage::new(frame, &asked, &book, &workspace.bands, visit.locale)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(address: &str) -> Result<Asked, AppError> {
        Asked::read(&Fields::read(address.as_bytes()), When::default())
    }

    #[test]
    fn an_address_says_what_is_listed_and_keeps_it_from_page_to_page() {
        let read = asked("stage=-90&owner=ann%40acme.example&offset=50").unwrap();
        assert_eq!(read.query.stage, Some(RenewalStage::Reviewed));
        assert_eq!(read.starting_at(100), "/renewals?stage=-90&offset=100&owner=ann%40acme.example");
        let read = asked("month=2026-02").unwrap();
        assert_eq!(
            (read.query.month, read.starting_at(0)),
            (Some(Day::parse("2026-02-01").unwrap()), "/renewals?month=2026-02".to_owned())
        );
    }

    #[test]
    fn what_is_no_month_or_stage_is_refused() {
        assert!(asked("month=2026-13").is_err() && asked("month=soon").is_err() && asked("stage=-45").is_err());
    }
}
