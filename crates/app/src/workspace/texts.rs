//! What templates, and the texts of plays, may name; every other name is an error when the workspace is checked, not when a message is due.

use std::collections::BTreeSet;

use mainstay_connect::ConnectError;
use mainstay_connect::templates::{Medium, Template, Variable, variables_of};
use mainstay_model::Workspace;
use mainstay_model::expression::record_columns;
use mainstay_model::play::{Audience, Effect, Per, Play, Recipient, Step, Trigger};
use mainstay_spec::{Code, Document, Problem, Severity, Stage, expression_columns, nearest_name};

use super::declared;

/// Things whose fields are a person's.
const PEOPLE: [&str; 4] = ["champion", "sponsor", "former_champion", "respondent"];

/// Whom a mail goes to, as its template names them.
const RECIPIENT: &str = "recipient";

/// What templates know of a person.
const PERSON: [&str; 4] = ["id", "name", "first_name", "email"];

/// Names of the template language itself.
const BUILT_IN: [&str; 4] = ["range", "dict", "namespace", "loop"];

/// The names that a text may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    known: BTreeSet<String>,
    /// Things that may have any field, such as the trigger of a play that an event begins.
    free: BTreeSet<String>,
    /// Those that only mails have: whom each goes to, the way out, the survey it brings.
    of_mails: BTreeSet<String>,
}

impl Names {
    /// What every text may name.
    fn of_all(workspace: &Workspace) -> Self {
        let mut names = Self::default();
        names.add("account", expression_columns(workspace, Stage::All).into_iter().map(|column| column.name));
        names.add("account", ["id", "name"].map(str::to_owned));
        for thing in PEOPLE.into_iter().chain(workspace.outreach.roles.keys().map(String::as_str)) {
            names.add(thing, PERSON.map(str::to_owned));
        }
        names.add("links", workspace.outreach.links.keys().cloned());
        names.add("links", ["account", "console"].map(str::to_owned));
        names.add("product", ["name".to_owned()]);
        names.add("report", ["url".to_owned()]);
        names.add("play", ["name", "label"].map(str::to_owned));
        let of_run = ["previous_band", "previous_score", "responded", "day_of_run", "hours_of_run"];
        names.known.extend(of_run.map(str::to_owned));
        let of_mails = ["links.unsubscribe", "survey.url"].map(str::to_owned).into_iter();
        for name in of_mails.chain(PERSON.map(|field| format!("{RECIPIENT}.{field}"))) {
            // A workspace may have a link or a role of that name, and then everything has it.
            if names.known.insert(name.clone()) {
                names.of_mails.insert(name);
            }
        }
        names
    }

    /// What the texts of a play, and the templates it uses, may name.
    pub(crate) fn of_play(workspace: &Workspace, play: &Play) -> Self {
        let mut names = Self::of_all(workspace);
        let fields = |entity: &str| {
            let columns = workspace.entities.get(entity).map(record_columns).unwrap_or_default();
            columns.into_iter().map(|column| column.name).collect::<Vec<_>>()
        };
        if play.per != Per::Account {
            names.add(play.per.word(), fields(play.per.entity()));
        }
        names.add("baseline", play.baselines.clone());
        names.add("trigger", ["at", "date"].map(str::to_owned));
        match &play.trigger {
            Trigger::Record { entity, .. } | Trigger::Date { entity, .. } => names.add("trigger", fields(entity)),
            // Properties of events, and what a run is started with, have any name.
            Trigger::Event { .. } | Trigger::ByHand => {
                names.free.insert("trigger".to_owned());
            }
            Trigger::Condition { .. } | Trigger::Schedule { .. } => {}
        }
        names.add("goal", play.goals.iter().map(|goal| goal.name.clone()));
        for step in &play.steps {
            names.known.extend(["task", "step"].map(|thing| format!("{thing}.{}.outcome", step.name)));
        }
        names
    }

    /// What a template may name that no play uses yet.
    fn of_no_play(workspace: &Workspace) -> Self {
        let mut names = Self::of_all(workspace);
        names.free.extend(["trigger", "baseline", "goal", "task", "step", "subscription", "person", "user"].map(str::to_owned));
        names
    }

    fn add(&mut self, thing: &str, fields: impl IntoIterator<Item = String>) {
        self.known.extend(fields.into_iter().map(|field| format!("{thing}.{field}")));
    }

    fn has(&self, name: &str) -> bool {
        let thing = name.split('.').next().unwrap_or(name);
        // A thing itself may be named too: `{% if champion %}`.
        let is_thing = || self.known.range(format!("{name}.")..).next().is_some_and(|next| next.starts_with(&format!("{name}.")));
        self.known.contains(name) || self.free.contains(thing) || BUILT_IN.contains(&thing) || is_thing()
    }

    /// What a text may name that is no mail.
    fn outside_mails(mut self) -> Self {
        self.known.retain(|name| !self.of_mails.contains(name));
        self
    }

    /// What to write instead of a name that only mails have, in a text that goes to somebody; none for other names.
    fn mend(&self, name: &str, goes_to: Option<&str>) -> Option<String> {
        let is_it = |known: &&String| known.as_str() == name || known.split_once('.').is_some_and(|(thing, _)| thing == name);
        let thing = self.of_mails.iter().find(is_it)?.split('.').next()?;
        let instead = goes_to.map(|to| name.replacen(RECIPIENT, to, 1)).filter(|instead| self.has(instead));
        Some(match (thing, instead) {
            (RECIPIENT, Some(instead)) => format!("write `{instead}`, whom it goes to"),
            (RECIPIENT, None) => "it may reach several people: name one of them, such as `champion.name`, or nobody".to_owned(),
            ("survey", _) => "the action `survey` asks by mail; a page of your own goes under `links` in mainstay.yaml".to_owned(),
            _ => "leave it out: there is nothing to unsubscribe from".to_owned(),
        })
    }

    /// The names, for whoever fills them with values.
    pub(crate) fn known(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(String::as_str)
    }
}

/// The names in templates and texts that nothing fills, each with its place.
pub(super) fn check(workspace: &Workspace, documents: &[Document]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for document in
        documents.iter().filter(|document| document.path.starts_with("templates/") && document.path.strip_suffix(".md").is_some())
    {
        check_template(document, workspace, &mut problems);
    }
    for play in workspace.plays.values() {
        check_play(play, workspace, documents, &mut problems);
    }
    problems
}

fn check_template(document: &Document, workspace: &Workspace, problems: &mut Vec<Problem>) {
    let template = match Template::parse(&document.path, &document.text) {
        Ok(template) => template,
        Err(error) => {
            let line = if let ConnectError::Template { line, .. } = &error { *line } else { 1 };
            let why = if let ConnectError::Template { why, .. } = &error { why.clone() } else { error.to_string() };
            let (offset, length) = line_at(&document.text, line);
            problems.push(problem(document, Code::Syntax, why, None, (offset, length)));
            return;
        }
    };
    let inside = document.path.trim_start_matches("templates/").trim_end_matches(".md");
    let key = inside.split_once('/').map_or(inside, |(_, name)| name);
    let (kind, is_mail) = match template.medium {
        Medium::Email => ("a template", true),
        Medium::Slack => ("a Slack template", false),
        Medium::InApp => ("an in-app template", false),
    };
    let of_medium = |names: Names| if is_mail { names } else { names.outside_mails() };
    let of_play = |play: &Play| {
        let effect = effects(play).find(|effect| effect.template() == Some(key))?;
        let names = of_medium(Names::of_play(workspace, play));
        Some((format!("{kind} that the play `{}` uses", play.name), names, goes_to(effect, play)))
    };
    let mut scopes: Vec<(String, Names, Option<String>)> = workspace.plays.values().filter_map(of_play).collect();
    if scopes.is_empty() {
        scopes.push((kind.to_owned(), of_medium(Names::of_no_play(workspace)), None));
    }
    for variable in template.variables() {
        let Some((what, names, to)) = scopes.iter().find(|(_, names, _)| !names.has(&variable.name)) else { continue };
        let from = line_at(&document.text, variable.line).0;
        problems.push(unknown(document, &variable, (what.as_str(), names, to.as_deref()), from));
    }
}

fn effects(play: &Play) -> impl Iterator<Item = &Effect> {
    play.steps.iter().flat_map(Step::numbered).map(|(_, effect)| effect)
}

/// Whom an effect goes to, as texts name them.
fn goes_to(effect: &Effect, play: &Play) -> Option<String> {
    effect.to().map(|to| match to {
        Recipient::Customer(Audience::Subject) => play.per.word().to_owned(),
        to => to.to_string(),
    })
}

fn check_play(play: &Play, workspace: &Workspace, documents: &[Document], problems: &mut Vec<Problem>) {
    // Mails have templates: no text in a play itself is one.
    let names = Names::of_play(workspace, play).outside_mails();
    let Some((document, from)) = declared(documents, "plays/", &play.name) else { return };
    let what = format!("a text of the play `{}`", play.name);
    let texts = effects(play).flat_map(|effect| effect.texts().into_iter().map(move |text| (effect, text)));
    let mut told = BTreeSet::new();
    for (effect, text) in texts {
        match variables_of(&play.name, text) {
            Ok(variables) => {
                for variable in variables.into_iter().filter(|variable| !names.has(&variable.name)) {
                    if told.insert(variable.name.clone()) {
                        problems.push(unknown(document, &variable, (what.as_str(), &names, goes_to(effect, play).as_deref()), from));
                    }
                }
            }
            Err(error) => {
                let why = if let ConnectError::Template { why, .. } = &error { why.clone() } else { error.to_string() };
                let first = text.lines().next().unwrap_or(text);
                let at = document.text.get(from..).and_then(|rest| rest.find(first)).map_or(from, |at| from + at);
                problems.push(problem(document, Code::Syntax, format!("{what}: {why}"), None, (at, first.len())));
            }
        }
    }
}

/// A name that nothing fills in a text, of which is said what it is, what it may name and whom it goes to.
fn unknown(document: &Document, variable: &Variable, (what, names, to): (&str, &Names, Option<&str>), from: usize) -> Problem {
    let name = &variable.name;
    let (message, hint) = match names.mend(name, to) {
        Some(mend) => (format!("only mails have `{name}`, so {what} cannot name it"), Some(mend)),
        None => {
            let near = nearest_name(name, names.known()).map(|near| format!("did you mean `{near}`?"));
            (format!("there is no `{name}` for {what}"), near)
        }
    };
    let at = document.text.get(from..).and_then(|rest| rest.find(name.as_str())).map_or(from, |at| from + at);
    problem(document, Code::UnknownName, message, hint, (at, name.len()))
}

fn problem(document: &Document, code: Code, message: String, hint: Option<String>, (offset, length): (usize, usize)) -> Problem {
    let before = document.text.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Problem {
        severity: Severity::Error,
        code,
        message,
        hint,
        path: document.path.clone(),
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
        offset,
        length,
    }
}

/// Where a line begins and how long it is.
fn line_at(text: &str, line: usize) -> (usize, usize) {
    let mut offset = 0;
    for (number, piece) in text.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            return (offset, piece.trim_end().len());
        }
        offset += piece.len();
    }
    (offset, 0)
}
