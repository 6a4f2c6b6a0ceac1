//! Every timed step that the customary playbooks ask for is in the pack `saas`: when, under which condition, what, and who.

use mainstay_model::play::step::Awaited;
use mainstay_model::play::{Body, Effect, Play, Step};
use mainstay_spec::{check, read_folder};

use crate::fake::FakeTypes;

const ROWS: &str = include_str!("../data/plays.csv");

/// What a row asks for, in the words of the plays: the step's time, a word of its condition, the actions as scenarios write them.
struct Asked {
    play: &'static str,
    action: &'static str,
    at: &'static str,
    /// Part of a condition of the step, as it is written; empty where it has none.
    condition: &'static str,
    /// Lines such as `email champion`, all in the one step.
    does: &'static [&'static str],
    /// The SLA of the step; empty where the row has none.
    within: &'static str,
}

const fn asked(
    play: &'static str,
    action: &'static str,
    at: &'static str,
    condition: &'static str,
    does: &'static [&'static str],
    within: &'static str,
) -> Asked {
    Asked { play, action, at, condition, does, within }
}

/// One entry per row of the file, in its order; `action` is the beginning of the row's own words.
const ASKED: &[Asked] = &[
    asked("usage_decline", "flag at_risk", "day 1", "", &["crm.flag at_risk"], ""),
    asked("usage_decline", "Slack alert", "day 1", "", &["slack csm"], ""),
    asked("usage_decline", "usage report", "day 1", "", &["report usage csm"], ""),
    asked("usage_decline", "email: check-in", "day 2", "", &["email champion"], ""),
    asked("usage_decline", "reach by LinkedIn", "day 5", "unless responded", &["task csm"], ""),
    asked("usage_decline", "escalate and consider", "day 7", "unless engaged", &["escalate csm_manager", "task csm_manager"], ""),
    asked("usage_decline", "start the recovery", "day 14", "when goal.re_engaged", &["start recovery_nurture"], ""),
    asked("usage_decline", "flag for an executive", "day 14", "otherwise", &["tag executive_save", "escalate executive"], ""),
    asked("champion_departure", "alert: champion left", "immediately", "", &["slack csm", "task csm"], ""),
    asked("champion_departure", "research the", "immediately", "", &["enrich replacement_contact"], ""),
    asked("champion_departure", "contact the former", "day 1", "", &["task csm"], "3 days"),
    asked("champion_departure", "reach the other", "day 1", "", &["task csm", "email contacts"], "3 days"),
    asked("champion_departure", "schedule an", "day 8", "wait champion_known", &["task csm", "invite champion"], ""),
    asked("champion_departure", "send a personalised", "day 8", "wait champion_known", &["email champion"], ""),
    asked("champion_departure", "start re-engagement", "day 22", "when health_score < baseline.health_score", &["start re_engagement"], ""),
    asked("nps_detractor", "alert", "immediately", "", &["slack csm", "slack csm_manager"], "1 hour"),
    asked("nps_detractor", "open a", "immediately", "", &["ticket support"], "1 hour"),
    asked("nps_detractor", "call the customer", "immediately", "", &["task csm"], "4 hours"),
    asked("nps_detractor", "email: we saw", "immediately", "", &["email respondent"], "4 hours"),
    asked("nps_detractor", "schedule a recovery", "day 2", "", &["task csm"], ""),
    asked("nps_detractor", "assign a product", "day 2", "when task.call.outcome = 'technical_issue'", &["task product"], ""),
    asked("nps_detractor", "follow-up survey", "day 8", "", &["survey follow_up respondent"], ""),
    asked("nps_detractor", "monitor closely", "day 8", "wait follow_ups_resolved_7d > 0", &["task csm"], ""),
    asked("nps_detractor", "escalate", "day 8", "wait follow_ups_unresolved_7d > 0", &["escalate executive"], ""),
    asked("plan_limits", "alert: upsell", "immediately", "", &["slack csm"], ""),
    asked("plan_limits", "ROI report", "immediately", "", &["report roi csm"], ""),
    asked("plan_limits", "in-app message", "immediately", "wait limit_use >= 0.85", &["in_app champion", "email champion"], ""),
    asked("plan_limits", "schedule an upgrade", "immediately", "wait limit_use >= 0.9", &["task csm"], ""),
    asked("plan_limits", "prepare a custom", "immediately", "wait limit_use >= 0.9", &["task sales"], ""),
    asked("plan_limits", "no hard stop", "immediately", "wait limit_use >= 1", &["task csm"], ""),
    asked("power_user", "tag as power user", "day 1", "", &["crm.field power_user", "tag power_user"], ""),
    asked("power_user", "personal email", "day 1", "", &["email user"], ""),
    asked("power_user", "invite to the", "day 1", "", &["email user"], ""),
    asked("power_user", "content on premium", "day 15", "", &["email user"], ""),
    asked("power_user", "reach out and", "day 29", "", &["task csm"], ""),
    asked("power_user", "watch premium use", "day 43", "when task.offer_trial.outcome = 'accepted'", &["task csm"], ""),
    asked("department_expansion", "alert: a new", "immediately", "", &["slack csm"], ""),
    asked("department_expansion", "enrich: department", "immediately", "", &["enrich department_head_and_budget"], ""),
    asked("department_expansion", "offer dedicated", "day 1", "", &["task csm"], ""),
    asked("department_expansion", "analyse use", "day 22", "", &["task csm", "report usage csm"], ""),
    asked("department_expansion", "present the", "day 36", "", &["task csm"], ""),
    asked("renewal", "open the renewal", "-120 days", "", &["task csm"], ""),
    asked("renewal", "renewal readiness", "-90 days", "", &["report renewal_readiness csm"], ""),
    asked("renewal", "schedule a strategic", "-90 days", "", &["task csm"], ""),
    asked("renewal", "email: achievements", "-75 days", "", &["email champion"], ""),
    asked("renewal", "present the renewal", "-60 days", "", &["task csm"], ""),
    asked("renewal", "alert", "-60 days", "unless responded", &["slack csm_manager", "escalate csm_manager"], ""),
    asked("renewal", "send renewal", "-45 days", "unless goal.signed", &["email champion", "report roi csm"], ""),
    asked("renewal", "offer an incentive", "-45 days", "unless goal.signed", &["email champion"], ""),
    asked("renewal", "escalate", "-30 days", "unless goal.signed", &["escalate account_executive"], ""),
    asked("renewal", "schedule an", "-30 days", "unless goal.signed", &["task csm"], ""),
    asked("renewal", "start the email", "-30 days", "unless goal.signed", &["start renewal_email_sequence"], ""),
    asked("renewal", "executive-to", "-14 days", "unless goal.signed", &["task executive"], ""),
    asked("renewal", "offer custom terms", "-14 days", "unless goal.signed", &["task account_executive"], ""),
    asked("renewal", "daily check-ins", "-7 days", "unless goal.signed", &["task csm"], ""),
    asked("renewal", "expedite open", "-7 days", "unless goal.signed", &["task csm"], ""),
    asked("renewal", "thank-you and", "day 0", "when goal.signed", &["email champion", "task csm"], ""),
    asked("renewal", "mark churned", "day 0", "otherwise", &["stage churned", "task csm", "email champion"], ""),
    asked(
        "intervention_protocol",
        "executive escalation",
        "immediately",
        "wait health_band = 'critical'",
        &["escalate executive"],
        "24 hours",
    ),
    asked("intervention_protocol", "intervention", "immediately", "when health_band in ('monitor', 'at_risk')", &["task csm"], "48 hours"),
];

#[test]
fn every_row_of_the_playbooks_is_in_the_pack() {
    let documents = read_folder(&crate::pack::folder()).unwrap();
    let workspace = check(&documents, &FakeTypes).workspace.unwrap();
    let rows: Vec<Vec<&str>> = ROWS.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), ASKED.len(), "each row has its entry");
    let mut missing = String::new();
    for (row, asked) in rows.iter().zip(ASKED) {
        assert_eq!(row[0], asked.play, "{row:?}");
        assert!(row[3].starts_with(asked.action), "{row:?} is not {}", asked.action);
        let play = &workspace.plays[asked.play];
        if !play.steps.iter().any(|step| is_asked(play, step, asked)) {
            missing += &format!("{} {}: {}\n", asked.play, asked.at, row[3]);
        }
    }
    assert!(missing.is_empty(), "not in the pack:\n{missing}");
}

fn is_asked(play: &Play, step: &Step, asked: &Asked) -> bool {
    step.at.to_string() == asked.at
        && step.within.map(|within| within.to_string()).unwrap_or_default() == asked.within
        && branches(play, step).iter().any(|(condition, effects)| {
            (if asked.condition.is_empty() { condition.is_empty() } else { condition.starts_with(asked.condition) })
                && asked.does.iter().all(|line| effects.iter().any(|effect| effect.lines().iter().any(|known| known == line)))
        })
}

/// What a step may do: lists of effects, each with the condition under which it is done.
fn branches<'a>(play: &'a Play, step: &'a Step) -> Vec<(String, &'a [Effect])> {
    let written = |id| play.condition(id).map_or("", |condition| condition.written.as_str());
    let guard = match (step.when, step.unless) {
        (Some(when), _) => format!("when {}", written(when).trim_start_matches('(')),
        (_, Some(unless)) => format!("unless {}", written(unless)),
        _ => String::new(),
    };
    let mut branches = vec![(guard, step.effects.as_slice())];
    match &step.body {
        Body::Plain => {}
        Body::Choose(choices) => branches.extend(choices.iter().map(|branch| {
            let condition = branch.when.map_or_else(|| "otherwise".to_owned(), |when| format!("when {}", written(when)));
            (condition, branch.effects.as_slice())
        })),
        Body::Wait { on, then, .. } => {
            let awaited = match on {
                Awaited::When(when) => format!("wait {}", written(*when)),
                Awaited::Event { name, .. } => format!("wait {name}"),
                Awaited::Reply => "wait reply".to_owned(),
            };
            branches.push((awaited, then.as_slice()));
        }
    }
    branches
}
