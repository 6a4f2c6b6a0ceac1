//! One play: its steps on a time line with the runs at each, how far runs got, what happened and why, who would enter today.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use mainstay_app::play_book::{GoalView, Letter, LogLine, PlayDetail, StepView};
use mainstay_app::plays::{EntrantAnswer, Today};

use super::messages::{ChannelLine, channel_line};
use super::refused::{RefusedRow, refused_row};
use super::run::{RunRow, run_row};
use super::{ended_words, whole};
use crate::console::Console;
use crate::console::chart;
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::session::Visit;
use crate::console::words::{Locale, Moment, label, plural, segment, spaced};

/// Letters that are listed one by one.
const LETTERS_SHOWN: usize = 20;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/play.html")]
pub struct PlayPage {
    /// What is around it.
    pub frame: Frame,
    /// The path of its page.
    pub path: String,
    /// What people read.
    pub label: String,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether the workspace has it.
    pub in_force: bool,
    /// `Churn prevention · when … · qualifies where … · version …`.
    pub rules: Vec<(&'static str, String)>,
    /// The figures under the title: value and what it is.
    pub figures: Vec<(String, String)>,
    /// Its steps.
    pub course: Vec<CourseStep>,
    /// How far runs got.
    pub funnel: Vec<FunnelLine>,
    /// What the counts are of.
    pub counts_note: &'static str,
    /// Its latest runs.
    pub runs: Vec<RunRow>,
    /// What happened.
    pub log: Vec<LogShown>,
    /// For whom it did not start.
    pub refused: Vec<RefusedRow>,
    /// What it sent and what came back, by channel.
    pub messages: Vec<ChannelLine>,
    /// Who would enter today.
    pub today: TodayShown,
    /// What was given up: key, channel and step, why.
    pub dead: Vec<DeadLine>,
    /// How many letters were given up.
    pub dead_count: String,
    /// Runs that go by an earlier version, in words; empty for none.
    pub behind: String,
    /// Whether starting it needs the id of a subscription, person or user; its word then.
    pub per: String,
    /// The document's path in the workspace.
    pub document_path: String,
    /// The document.
    pub document: String,
}

/// One step of the time line.
#[derive(Clone, Debug)]
pub struct CourseStep {
    /// When it is due.
    pub at: String,
    /// The name.
    pub name: String,
    /// What it does.
    pub does: Vec<String>,
    /// On what it hangs.
    pub hangs_on: Vec<String>,
    /// Runs before it; empty for none.
    pub waiting: String,
    /// `12 done · 3 skipped`; empty before the first run.
    pub counts: String,
    /// Whether some failed.
    pub failed: bool,
}

/// One line of the funnel.
#[derive(Clone, Debug)]
pub struct FunnelLine {
    /// What it is.
    pub label: String,
    /// How many runs.
    pub count: String,
    /// Their share, as a bar.
    pub bar: String,
    /// More about it.
    pub note: String,
}

/// One line of a log.
#[derive(Clone, Debug)]
pub struct LogShown {
    /// When, in short.
    pub when: String,
    /// When exactly.
    pub exact: String,
    /// The same for machines.
    pub machine: String,
    /// The dot's colour.
    pub tone: &'static str,
    /// The kind.
    pub kind: String,
    /// What it is about.
    pub what: String,
    /// Why.
    pub why: String,
    /// The account.
    pub account: String,
    /// The run's page; empty for none.
    pub href: String,
}

/// Who would enter today.
#[derive(Clone, Debug, Default)]
pub struct TodayShown {
    /// What the list is.
    pub means: String,
    /// How many the trigger names.
    pub count: String,
    /// Name, page, colour, shape, what would be decided, and why.
    pub lines: Vec<EntrantLine>,
    /// How many are not listed; empty for none.
    pub more: String,
}

/// One who would enter, or would not.
#[derive(Clone, Debug)]
pub struct EntrantLine {
    /// What people call the account.
    pub name: String,
    /// Its page.
    pub href: String,
    /// The colour's class.
    pub tone: &'static str,
    /// The shape.
    pub shape: &'static str,
    /// What would be decided.
    pub answer: &'static str,
    /// Why.
    pub why: String,
}

/// One letter that was given up.
#[derive(Clone, Debug)]
pub struct DeadLine {
    /// The key.
    pub key: String,
    /// Channel and step.
    pub what: String,
    /// The account.
    pub account: String,
    /// Why it was given up.
    pub why: String,
}

/// Lines of a log as the page shows them.
#[must_use]
pub fn log_shown(lines: &[LogLine], play: Option<&str>, moment: &Moment) -> Vec<LogShown> {
    let shown = |line: &LogLine| LogShown {
        when: moment.short(line.at),
        exact: moment.full(line.at),
        machine: line.at.to_rfc3339(),
        tone: match line.kind.as_str() {
            "given_up" | "failed" => "red",
            "begun" | "act" | "ended" => "accent",
            _ => "",
        },
        kind: spaced(&line.kind),
        what: line.what.clone(),
        why: line.why.clone(),
        account: line.account_id.clone(),
        href: match play {
            Some(play) if !line.run.is_empty() => format!("/plays/{}/runs/{}", segment(play), segment(&line.run)),
            _ => String::new(),
        },
    };
    lines.iter().map(shown).collect()
}

/// The steps of a time line.
#[must_use]
pub fn course_of(steps: &[StepView], locale: Locale) -> Vec<CourseStep> {
    let count = |count: u64, word: &str| (count > 0).then(|| format!("{} {word}", locale.count(whole(count))));
    let shown = |step: &StepView| CourseStep {
        at: step.at.clone(),
        name: step.name.clone(),
        does: step.does.clone(),
        hangs_on: step.hangs_on.clone(),
        waiting: count(step.waiting, "waiting").unwrap_or_default(),
        counts: [(step.done, "done"), (step.skipped, "skipped"), (step.failed, "failed"), (step.superseded, "superseded")]
            .into_iter()
            .filter_map(|(number, word)| count(number, word))
            .collect::<Vec<_>>()
            .join(" · "),
        failed: step.failed > 0,
    };
    steps.iter().map(shown).collect()
}

/// Who would enter, as the page shows it.
#[must_use]
pub fn today_shown(today: &Today, locale: Locale) -> TodayShown {
    let line = |entrant: &mainstay_app::plays::Entrant| {
        let (tone, shape, answer) = match entrant.answer {
            EntrantAnswer::Starts => ("green", "●", "would start"),
            EntrantAnswer::HeldOut => ("yellow", "◆", "held out"),
            EntrantAnswer::Refused => ("grey", "○", "would not start"),
        };
        let name = match &entrant.record {
            Some(record) => format!("{} · {record}", entrant.name),
            None => entrant.name.clone(),
        };
        EntrantLine { name, href: format!("/accounts/{}", segment(&entrant.account_id)), tone, shape, answer, why: entrant.why.clone() }
    };
    let more = today.candidates.saturating_sub(today.entrants.len());
    TodayShown {
        means: today.means.clone(),
        count: locale.count(today.candidates),
        lines: today.entrants.iter().map(line).collect(),
        more: if more > 0 { locale.count(more) } else { String::new() },
    }
}

fn funnel_of(detail: &PlayDetail, locale: Locale) -> Vec<FunnelLine> {
    let begun = detail.summary.begun.saturating_sub(detail.summary.held_out);
    let line = |label: String, count: u64, of: u64, tone: &str, note: String| FunnelLine {
        label,
        count: locale.count(whole(count)),
        bar: chart::bar(count as f64 / of.max(1) as f64, tone),
        note,
    };
    let mut lines = vec![line("Began".to_owned(), begun, begun, "accent", String::new())];
    for step in &detail.steps {
        let note = if step.skipped > 0 { format!("{} skipped", locale.count(whole(step.skipped))) } else { String::new() };
        lines.push(line(step.name.clone(), step.done, begun, "accent", note));
    }
    let share = |reached: u64, of: u64| locale.percent(reached as f64 / of.max(1) as f64);
    for GoalView { name, reached, of, held_out_reached, held_out_of, .. } in &detail.goals {
        let note = if *held_out_of > 0 {
            format!(
                "{} treated, {} held out ({held_out_reached} of {held_out_of})",
                share(*reached, *of),
                share(*held_out_reached, *held_out_of)
            )
        } else {
            share(*reached, *of)
        };
        lines.push(line(format!("Goal: {}", spaced(name)), *reached, *of, "green", note));
    }
    for ended in &detail.summary.ended {
        lines.push(line(format!("Ended: {}", spaced(&ended.outcome)), ended.runs, detail.summary.begun, "grey", String::new()));
    }
    lines
}

fn rules_of(detail: &PlayDetail, locale: Locale) -> Vec<(&'static str, String)> {
    let summary = &detail.summary;
    let mut rules = vec![("purpose", label(&summary.purpose)), ("begins", summary.trigger.clone())];
    if !detail.qualify.is_empty() {
        rules.push(("qualifies where", detail.qualify.clone()));
    }
    if detail.per != "account" {
        rules.push(("one run per", detail.per.clone()));
    }
    if summary.holdout > 0.0 {
        rules.push(("held out", format!("{} of accounts", locale.percent(summary.holdout))));
    }
    rules.extend(detail.exits.iter().map(|(on, outcome)| ("ends early", format!("{on}: {}", spaced(outcome)))));
    rules.push(("version", summary.version.clone()));
    rules
}

impl PlayPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, detail: &PlayDetail, today: &Today, dead: &[Letter], locale: Locale, moment: &Moment) -> Self {
        let summary = &detail.summary;
        let count = |count: u64| locale.count(whole(count));
        let mut figures = vec![(count(summary.waiting), "under way".to_owned()), (count(summary.held_out), "held out".to_owned())];
        if summary.paused > 0 {
            figures.push((count(summary.paused), "paused".to_owned()));
        }
        figures.push((count(summary.begun), "begun so far".to_owned()));
        if !summary.ended.is_empty() {
            figures
                .push((count(summary.ended.iter().map(|one| one.runs).sum()), format!("ended: {}", ended_words(&summary.ended, locale))));
        }
        figures.push((summary.last_begun.map_or_else(|| "never".to_owned(), |at| moment.ago(at)), "last began".to_owned()));
        let dead_line = |letter: &Letter| DeadLine {
            key: letter.key.clone(),
            what: format!("{} of {}", letter.channel, letter.step.as_deref().unwrap_or("the run")),
            account: letter.account_id.clone(),
            why: letter.why.clone(),
        };
        Self {
            path: format!("/plays/{}", segment(&summary.name)),
            label: summary.label.clone(),
            name: summary.name.clone(),
            description: summary.description.clone(),
            in_force: summary.in_force,
            rules: rules_of(detail, locale),
            figures,
            course: course_of(&detail.steps, locale),
            funnel: funnel_of(detail, locale),
            counts_note: if detail.counts_of_latest { "waiting and goals: of the latest 2,000 runs" } else { "all runs" },
            runs: detail.runs.iter().map(|run| run_row(run, moment)).collect(),
            log: log_shown(&detail.log, Some(&summary.name), moment),
            refused: detail.refused.iter().map(|line| refused_row(line, locale, moment)).collect(),
            messages: detail.messages.iter().map(|sent| channel_line(sent, locale)).collect(),
            today: today_shown(today, locale),
            dead: dead.iter().take(LETTERS_SHOWN).map(dead_line).collect(),
            dead_count: if dead.is_empty() { String::new() } else { plural(dead.len(), "message", "messages") },
            behind: if summary.behind > 0 { plural(whole(summary.behind), "run", "runs") } else { String::new() },
            per: if detail.per == "account" { String::new() } else { detail.per.clone() },
            document_path: detail.path.clone(),
            document: detail.text.clone(),
            frame,
        }
    }
}

/// Shows the page.
pub(crate) async fn show_play(State(console): State<Console>, Extension(visit): Extension<Visit>, Path(name): Path<String>) -> PageResult {
    let app = &console.app;
    let detail = app.show_play(&name).await?;
    let today = match app.workspace().plays.get(&name) {
        Some(play) => app.would_enter(play).await?,
        None => Today { means: "nobody: the play is not in force any more".to_owned(), ..Today::default() },
    };
    let dead = app.dead_letters(&name).await?;
    let frame = Frame::new(app, &visit, "plays", detail.summary.label.clone());
    Ok(show(&PlayPage::new(frame, &detail, &today, &dead, visit.locale, &visit.moment)))
}
