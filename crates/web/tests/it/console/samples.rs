//! Samples that every template is rendered with: a believable account, a huge one, and one whose every text is hostile.

mod account;
mod accounts;
mod company;
mod data;
mod explanation;
mod hostile;
pub(super) mod lifecycle;
mod models;
pub(super) mod plays;
mod products;
pub(super) mod tasks;

use mainstay_app::accounts::{AccountPage, AccountView, FactsBehind, ScorePoint, TimelineEntry};
use mainstay_app::data::{QualityReport, QuarantineEntry};
use mainstay_app::models::ModelView;
use mainstay_model::{Day, Timestamp, Workspace};
use serde_json::{Map, Value as Json};

use self::account::{account_view, facts, overridden, points, records, timeline};
use self::accounts::account_page;
pub(super) use self::company::workspace;
use self::data::{quality, quarantine};
use self::models::model_view;
use self::products::product_views;

/// What would run, break out or blow up if it were not escaped.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{7*7}}\u{202e}";

pub(super) fn now() -> Timestamp {
    Timestamp::parse("2026-11-22T10:00:00Z").unwrap()
}

pub(super) fn today() -> Day {
    Day::parse("2026-11-22").unwrap()
}

/// Everything that pages are made from.
pub(super) struct Samples {
    pub workspace: Workspace,
    pub address: &'static str,
    pub page: AccountPage,
    pub view: AccountView,
    pub points: Vec<ScorePoint>,
    pub timeline: Vec<TimelineEntry>,
    pub records: [Vec<Map<String, Json>>; 4],
    pub facts: FactsBehind,
    pub model: ModelView,
    pub quarantine: Vec<QuarantineEntry>,
    pub quality: QualityReport,
    pub refused: Option<String>,
    /// How many tasks there are.
    pub tasks: usize,
    /// What a text of somebody becomes.
    pub word: fn(&str) -> String,
}

impl Samples {
    /// A company like many.
    pub(super) fn typical() -> Self {
        Self {
            workspace: workspace(),
            address: "column=logins_30d&sort=arr&order=down",
            page: account_page(412, 0, 50, &["logins_30d".to_owned()]),
            view: account_view(),
            points: points(),
            timeline: timeline(),
            records: ["people", "subscriptions", "tickets", "surveys"].map(records),
            facts: facts("logins_30d"),
            model: model_view(),
            quarantine: quarantine(15),
            quality: quality(),
            refused: None,
            tasks: 9,
            word: str::to_owned,
        }
    }

    /// Nothing is known of anything.
    pub(super) fn empty() -> Self {
        let mut empty = Self::typical();
        empty.address = "";
        empty.tasks = 0;
        empty.workspace.signals.clear();
        empty.workspace.sources.clear();
        empty.page = account_page(0, 0, 50, &[]);
        empty.view = AccountView {
            attributes: Vec::new(),
            arr: None,
            days_to_renewal: None,
            renews_on: None,
            owner: None,
            stage: None,
            tier: None,
            region: None,
            score: None,
            band: "unknown".into(),
            computed_score: None,
            coverage: 0.0,
            model: String::new(),
            model_version: String::new(),
            change: [None; 3],
            explanation: None,
            sentiment: None,
            sentiment_said: None,
            signals: Vec::new(),
            products: Vec::new(),
            segments: Vec::new(),
            sources: Vec::new(),
            ..account_view()
        };
        empty.points.clear();
        empty.timeline.clear();
        empty.records = [const { Vec::new() }; 4];
        empty.facts = FactsBehind { total: 0, facts: Vec::new(), ..facts("logins_30d") };
        empty.model.over_time.clear();
        empty.model.problems.clear();
        empty.model.text.clear();
        empty.quarantine.clear();
        empty.quality =
            QualityReport { fields: Vec::new(), gaps: Vec::new(), duplicates: Vec::new(), silent_signals: Vec::new(), as_of: now() };
        empty
    }

    /// A million accounts, long names, large numbers, many of everything.
    pub(super) fn huge() -> Self {
        let mut huge = Self::typical();
        huge.page = account_page(1_000_000, 499_950, 50, &vec!["logins_30d".to_owned(); 8]);
        huge.page.rows.iter_mut().for_each(|row| row.name = row.name.repeat(8));
        (huge.tasks, huge.word) = (2_000, |text: &str| text.repeat(8));
        huge.view.name = "Lumen Retail Group International Holdings ".repeat(8);
        huge.view.arr = Some(98_765_432_109.87);
        huge.view.over = Some(overridden());
        huge.view.products = product_views().into_iter().cycle().take(300).collect();
        huge.timeline = timeline().into_iter().cycle().take(40).collect();
        huge.records.iter_mut().for_each(|records| *records = records.iter().cloned().cycle().take(300).collect());
        huge.quarantine = quarantine(10_000);
        huge.facts.facts = facts("logins_30d").facts.into_iter().cycle().take(100).collect();
        huge
    }
}
