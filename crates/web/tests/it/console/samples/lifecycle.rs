//! Renewals, onboarding and an autopsy for the pages of the life cycle.

use mainstay_app::lifecycle::{
    Autopsy, ContractLine, ContractOutlook, EndMove, EndMoved, ExitRight, Finding, FollowedBy, FollowedLine, Gap, LastInvoice,
    MilestoneColumn, OnboardingAccount, OnboardingBoard, ReachedOn, Readiness, Renewal, RenewalBook, RenewalColumn, RenewalMonth,
    RenewalRun, RenewalStage, StageSpan, UsageAhead, UsageTrend, Weakness,
};
use mainstay_model::Day;
use mainstay_model::signal::Unit;
use serde_json::json;

use super::accounts::bands;
use super::{Samples, now, today};

/// Lines of a page that is full.
const FULL: usize = 50;

/// A line in whose every text stands the account's name.
fn renewal(number: usize, samples: &Samples) -> Renewal {
    let text = || samples.view.name.clone();
    let days_left = i32::try_from(number).unwrap() * 7 - 10;
    Renewal {
        subscription_id: text(),
        account_id: samples.view.id.clone(),
        name: text(),
        product: Some(text()),
        plan: None,
        arr: (number % 5 != 4).then_some(12_000.0 * number as f64),
        currency: if number % 7 == 6 { "GBP".into() } else { "USD".into() },
        band: samples.view.band.clone(),
        score: samples.view.score,
        owner: samples.view.owner.clone(),
        renews_on: today().plus(days_left),
        days_left,
        computed: number.is_multiple_of(3),
        auto_renews: number.is_multiple_of(2),
        last_notice_on: (number % 6 != 5).then(|| today().plus(days_left - 31)),
        notice_from: (number.is_multiple_of(4)).then(|| today().plus(days_left - 90)),
        term_months: Some(36),
        year_of_term: Some((2, 3)),
        followed_by: (number % 6 == 5).then(|| FollowedBy { subscription_id: text(), begins_on: today().plus(days_left) }),
        stage: RenewalStage::of_days_left(days_left),
        moves: vec![EndMoved {
            at: now(),
            source: text(),
            from: today().plus(days_left - 20),
            to: today().plus(days_left),
            what: EndMove::Slipped,
        }],
        run: Some(RenewalRun {
            id: "r1".into(),
            play: "renewal".into(),
            label: text(),
            status: "running".into(),
            outcome: None,
            due_at: Some(now()),
        }),
    }
}

/// A line in force in whose every text stands the account's name; of every third the next invoice is not known.
fn contract_line(number: usize, samples: &Samples) -> ContractLine {
    let text = || samples.view.name.clone();
    let known = !number.is_multiple_of(3);
    ContractLine {
        subscription_id: text(),
        product: Some(text()),
        plan: None,
        currency: "USD".into(),
        interval_from: Some(today().plus(-15)),
        next_invoice_on: Some(today().plus(15)),
        by_use: false,
        is_last: false,
        expected_amount: known.then_some(1_540.0),
        not_known: (!known).then_some(Gap::Usage),
        base_amount: Some(1_500.0),
        overage_amount: known.then_some(40.0),
        usage: known.then(|| UsageAhead {
            used: 6_000.0,
            through: today().plus(-1),
            days: 15,
            of_days: 30,
            expected: 12_000.0,
            beyond: Some(2_000.0),
        }),
        limit_quantity: Some(10_000.0),
        limit_unit: Some(text()),
        last_invoice: (number.is_multiple_of(2)).then(|| LastInvoice { number: Some(text()), amount: 1_000.0, issued_at: now() }),
        above_last: (number.is_multiple_of(2)).then_some(0.54),
        auto_renews: number.is_multiple_of(2),
        renews_on: Some(today().plus(200)),
        notice_from: Some(today().plus(90)),
        last_notice_on: Some(today().plus(169)),
        exit: Some(ExitRight { clause: Some(text()), from: None, until: Some(today().plus(199)) }),
        followed_by: (number % 6 == 5).then(|| FollowedBy { subscription_id: text(), begins_on: today().plus(200) }),
        discount_ends_on: Some(today().plus(60)),
        amount_after_discount: Some(1_650.0),
    }
}

pub(crate) fn outlook(samples: &Samples) -> ContractOutlook {
    ContractOutlook {
        account_id: samples.view.id.clone(),
        as_of: now(),
        today: today(),
        lines: (0..size(samples)).map(|number| contract_line(number, samples)).collect(),
        followed: followed(samples),
    }
}

/// The first of the account's lines, which the second one followed, and the second, which the third one will follow.
fn followed(samples: &Samples) -> Vec<FollowedLine> {
    let ids: Vec<&str> = samples.records[1].iter().map(|record| record["id"].as_str().unwrap()).collect();
    let ends = ["2026-02-01", "2027-02-01"].map(|day| Day::parse(day).unwrap());
    let line = |(pair, ends_on): (&[&str], Day)| FollowedLine {
        subscription_id: pair[0].to_owned(),
        ends_on,
        followed_by: FollowedBy { subscription_id: pair[1].to_owned(), begins_on: ends_on },
    };
    ids.windows(2).zip(ends).map(line).collect()
}

/// How many lines and accounts there are: none, some, or a full page.
fn size(samples: &Samples) -> usize {
    match samples.page.total {
        0 => 0,
        total if total > 1_000 => FULL,
        _ => 18,
    }
}

pub(crate) fn book(samples: &Samples) -> RenewalBook {
    let rows: Vec<Renewal> = (0..size(samples)).map(|number| renewal(number, samples)).collect();
    let month = |number: i32| RenewalMonth {
        month: today().plus(1 - 22).plus_months(number),
        count: rows.len(),
        arr: 98_765_432_109.0,
        bands: if rows.is_empty() { bands([0; 5]) } else { samples.page.bands.clone() },
    };
    let column = |(_, stage)| RenewalColumn { stage, count: rows.len(), arr: 1_234_567.0, first: rows.iter().take(6).cloned().collect() };
    RenewalBook {
        as_of: now(),
        today: today(),
        currency: "USD".into(),
        months: (0..12).map(month).collect(),
        stages: RenewalStage::ALL.into_iter().map(column).collect(),
        total: rows.len() * 20,
        lines_in_other_currencies: rows.len(),
        lines_without_end: rows.len(),
        rows,
    }
}

pub(crate) fn board(samples: &Samples) -> OnboardingBoard {
    let text = || samples.view.name.clone();
    let account = |number: usize| OnboardingAccount {
        account_id: samples.view.id.clone(),
        name: text(),
        owner: samples.view.owner.clone(),
        arr: samples.view.arr,
        band: samples.view.band.clone(),
        score: samples.view.score,
        since: today().plus(-30),
        days: 30,
        reached: vec![number.is_multiple_of(2), false],
        reached_on: vec![number.is_multiple_of(4).then(|| ReachedOn { day: today().plus(-22), days: 8 }), None],
        next: Some(if number.is_multiple_of(2) { "b" } else { "a" }.into()),
        late_days: [Some(12), Some(0), Some(-3), None][number % 4],
        stalled: number.is_multiple_of(3),
        days_to_value: (number.is_multiple_of(2)).then_some(12.25),
    };
    let accounts: Vec<OnboardingAccount> = (0..size(samples) * 4).map(account).collect();
    let column = |name: &str, due_days| MilestoneColumn {
        name: name.into(),
        label: text(),
        due_days,
        count: accounts.len(),
        arr: 55_000.0,
        reached: accounts.len() / 4,
        median_days: (!accounts.is_empty() && name == "a").then_some(8.0),
    };
    OnboardingBoard {
        as_of: now(),
        stage: (samples.page.total > 0).then(|| "onboarding".into()),
        milestones: vec![column("a", Some(8)), column("b", None), column("", None)],
        total: accounts.len(),
        stalled: accounts.len() / 3,
        late: accounts.len() / 4,
        with_value: accounts.len() / 2,
        median_days_to_value: (!accounts.is_empty()).then_some(12.25),
        accounts,
    }
}

pub(crate) fn readiness(samples: &Samples) -> Readiness {
    let text = || samples.view.name.clone();
    let finding = |number: usize| Finding { kind: text(), title: text(), detail: text(), since: (number.is_multiple_of(2)).then(now) };
    let trend = |number: usize| UsageTrend {
        name: format!("signal_{number}"),
        label: text(),
        unit: Unit::Number,
        value: json!(number * 40),
        compared_by: "change".into(),
        change: [Some(-0.5), None, Some(0.2)][number % 3],
    };
    Readiness {
        account: samples.view.clone(),
        renewals: (0..size(samples)).map(|number| renewal(number, samples)).collect(),
        contracts: outlook(samples).lines,
        usage: (0..size(samples)).map(trend).collect(),
        issues: (0..size(samples) * 2).map(finding).collect(),
        opportunities: (0..size(samples)).map(finding).collect(),
    }
}

pub(crate) fn autopsy(samples: &Samples) -> Autopsy {
    let text = || samples.view.name.clone();
    let said = StageSpan {
        stage: Some("churned".into()),
        from: now(),
        until: None,
        days: 0.0,
        by: Some(text()),
        source: "console".into(),
        reason: Some(text()),
    };
    let there = size(samples) > 0;
    Autopsy {
        account: samples.view.clone(),
        left_on: there.then(today),
        said: there.then_some(said),
        points: samples.points.clone(),
        weaknesses: (0..size(samples)).map(|number| Weakness { label: text(), level: Some(text()), lost: number as f64 }).collect(),
        runs: size(samples),
        tasks: 9,
        tasks_done: 4,
        replay: samples.timeline.iter().cloned().cycle().take(size(samples) * 12).collect(),
    }
}
