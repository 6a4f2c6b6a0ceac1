//! Charts as inline SVG, drawn on the server and coloured by the style sheet's classes. Text alternatives come with them.

use std::fmt::Write;

use mainstay_model::band::BandScale;
use mainstay_model::{Day, band};

use super::words::{day_words, month_name, tone_of};

/// Height of the plots in pixels; the width is the page's.
const HEIGHT: f64 = 208.0;
/// Width of the inner coordinate system that is stretched to the page's width.
const WIDTH: f64 = 1000.0;

/// One day of a score line.
#[derive(Clone, Copy, Debug)]
pub struct Dot {
    /// The day.
    pub day: Day,
    /// The score; a gap where there was none.
    pub score: Option<f64>,
}

/// A line of scores over days, on zones coloured by band. `at` marks the instant the page shows.
#[must_use]
pub fn score_line(dots: &[Dot], scale: &BandScale, at: Option<Day>) -> String {
    let (Some(first), Some(last)) = (dots.first(), dots.last()) else { return String::new() };
    let lowest = dots.iter().filter_map(|dot| dot.score).fold(100.0_f64, f64::min);
    let floor = [45.0, 25.0].iter().find(|bound| lowest >= **bound).map_or(0.0, |bound| bound - 5.0);
    let y = |score: f64| HEIGHT - (score - floor) / (100.0 - floor) * HEIGHT;
    let length = f64::from(last.day.since(first.day).max(1));
    let x = |day: Day| f64::from(day.since(first.day)) / length * WIDTH;
    let mut svg = format!(
        "<svg class=\"plot\" role=\"img\" aria-label=\"{}\" height=\"{HEIGHT}\" width=\"100%\" data-first=\"{}\" data-last=\"{}\">",
        line_summary(dots),
        first.day.0,
        last.day.0
    );
    zones(&mut svg, scale, floor, y);
    month_ticks(&mut svg, first.day, last.day, |day| x(day) / WIDTH * 100.0);
    let _ = write!(svg, "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"100%\" height=\"{HEIGHT}\" preserveAspectRatio=\"none\">");
    for run in dots.split(|dot| dot.score.is_none()).filter(|run| !run.is_empty()) {
        svg.push_str("<polyline class=\"line\" points=\"");
        for dot in run {
            let _ = write!(svg, "{:.1},{:.1} ", x(dot.day), y(dot.score.unwrap_or(floor)));
        }
        if let [only] = run {
            let _ = write!(svg, "{:.1},{:.1}", x(only.day) + 1.0, y(only.score.unwrap_or(floor)));
        }
        svg.push_str("\"/>");
    }
    svg.push_str("</svg>");
    if let Some(dot) = at.and_then(|day| dots.iter().rev().find(|dot| dot.day <= day)).or(dots.last())
        && let Some(score) = dot.score
    {
        let share = x(dot.day) / WIDTH * 100.0;
        if at.is_some() {
            let _ = write!(svg, "<line class=\"at\" x1=\"{share:.2}%\" x2=\"{share:.2}%\" y1=\"0\" y2=\"{HEIGHT}\"/>");
        }
        let _ = write!(svg, "<circle class=\"now\" cx=\"{share:.2}%\" cy=\"{:.1}\" r=\"4\"/>", y(score));
    }
    let _ = write!(svg, "<line class=\"cursor\" x1=\"0\" x2=\"0\" y1=\"0\" y2=\"{HEIGHT}\"/></svg>");
    svg
}

fn line_summary(dots: &[Dot]) -> String {
    let mut known = dots.iter().filter_map(|dot| dot.score.map(|score| (dot.day, score)));
    let Some(first) = known.next() else { return "No score in this time".to_owned() };
    let last = known.next_back().unwrap_or(first);
    format!("Score from {:.1} on {} to {:.1} on {}", first.1, day_words(first.0), last.1, day_words(last.0))
}

fn zones(svg: &mut String, scale: &BandScale, floor: f64, y: impl Fn(f64) -> f64) {
    let mut upper = 100.0;
    for band in &scale.0 {
        if upper <= floor {
            break;
        }
        let (top, bottom) = (y(upper), y(band.from.max(floor)));
        let (tone, _) = tone_of(&band.color);
        let _ = write!(svg, "<rect class=\"zone {tone}\" x=\"0\" width=\"100%\" y=\"{top:.1}\" height=\"{:.1}\"/>", bottom - top);
        let _ = write!(svg, "<text class=\"tick\" x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{upper:.0}</text>", top + 4.0);
        if bottom - top > 18.0 {
            let _ = write!(
                svg,
                "<text class=\"zone-name {tone}\" x=\"6\" y=\"{:.1}\">{}</text>",
                top + 14.0,
                escape(&band.label.to_lowercase())
            );
        }
        upper = band.from;
    }
    let _ = write!(svg, "<text class=\"tick\" x=\"-6\" y=\"{HEIGHT}\" text-anchor=\"end\">{:.0}</text>", floor.max(upper));
}

fn month_ticks(svg: &mut String, first: Day, last: Day, share: impl Fn(Day) -> f64) {
    let months = (last.since(first) / 30).max(1);
    let step = (months + 5) / 6;
    let date = first.date();
    let mut month = Day(first.0 - i32::from(date.day()) + 1).plus_months(1);
    while month <= last {
        let date = month.date();
        let name = if date.month() == 1 { date.year().to_string() } else { month_name(date.month()).to_owned() };
        let _ = write!(svg, "<text class=\"tick\" x=\"{:.1}%\" y=\"{}\" text-anchor=\"middle\">{name}</text>", share(month), HEIGHT + 16.0);
        month = month.plus_months(step);
    }
}

/// Thirty days of score as a line of the size of a word. Empty where nothing is known.
#[must_use]
pub fn spark(scores: &[Option<f32>], tone: &str) -> String {
    let known: Vec<f32> = scores.iter().flatten().copied().collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return String::new() };
    let (low, high) = known.iter().fold((f32::MAX, f32::MIN), |(low, high), score| (low.min(*score), high.max(*score)));
    let (middle, half) = (f32::midpoint(low, high), ((high - low) / 2.0).max(4.0));
    let step = 60.0 / (scores.len().max(2) - 1) as f32;
    let mut svg = format!(
        "<svg class=\"spark {tone}\" viewBox=\"0 0 64 18\" width=\"64\" height=\"18\" role=\"img\" aria-label=\"{first:.1} to {last:.1} in {} days\">",
        scores.len()
    );
    for (offset, run) in runs(scores) {
        svg.push_str("<polyline points=\"");
        for (index, score) in run.iter().enumerate() {
            let y = 9.0 - (score - middle) / half * 6.5;
            let _ = write!(svg, "{:.0},{y:.1} ", 2.0 + (offset + index) as f32 * step);
        }
        svg.push_str("\"/>");
    }
    svg.push_str("</svg>");
    svg
}

fn runs(scores: &[Option<f32>]) -> Vec<(usize, Vec<f32>)> {
    let mut found: Vec<(usize, Vec<f32>)> = Vec::new();
    let mut open = false;
    for (index, score) in scores.iter().enumerate() {
        match score {
            Some(score) if open => {
                if let Some((_, run)) = found.last_mut() {
                    run.push(*score);
                }
            }
            Some(score) => found.push((index, vec![*score])),
            None => {}
        }
        open = score.is_some();
    }
    found
}

/// A bar filled to a share of one.
#[must_use]
pub fn bar(share: f64, tone: &str) -> String {
    let percent = (share.clamp(0.0, 1.0) * 100.0).min(100.0);
    format!("<svg class=\"bar {tone}\" width=\"100%\" height=\"8\" aria-hidden=\"true\"><rect width=\"{percent:.1}%\" height=\"8\"/></svg>")
}

/// Parts of a whole side by side; each part's tone and size.
#[must_use]
pub fn stack(parts: &[(&str, f64)]) -> String {
    let total: f64 = parts.iter().map(|(_, size)| size).sum();
    let mut svg = String::from("<svg class=\"stack\" width=\"100%\" height=\"10\" aria-hidden=\"true\">");
    let mut from = 0.0;
    for (tone, size) in parts.iter().filter(|(_, size)| *size > 0.0) {
        let share = size / total * 100.0;
        let _ = write!(svg, "<rect class=\"{tone}\" x=\"{from:.2}%\" width=\"{share:.2}%\" height=\"10\"/>");
        from += share;
    }
    svg.push_str("</svg>");
    svg
}

/// One day of a distribution: how many accounts were in each band, in the order of the tones given with it.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The day.
    pub day: Day,
    /// Accounts per band.
    pub counts: Vec<usize>,
}

/// Shares of bands over days, stacked, the best on top.
#[must_use]
pub fn stacked_area(layers: &[Layer], tones: &[&str]) -> String {
    let (Some(first), Some(last)) = (layers.first(), layers.last()) else { return String::new() };
    if layers.len() < 2 {
        return String::new();
    }
    let length = f64::from(last.day.since(first.day).max(1));
    let x = |day: Day| f64::from(day.since(first.day)) / length * WIDTH;
    let mut svg = format!(
        "<svg class=\"plot\" role=\"img\" aria-label=\"Share of accounts in each band from {} to {}\" height=\"{HEIGHT}\" width=\"100%\">\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"100%\" height=\"{HEIGHT}\" preserveAspectRatio=\"none\">",
        day_words(first.day),
        day_words(last.day)
    );
    for (index, tone) in tones.iter().enumerate() {
        let _ = write!(svg, "<polygon class=\"area {tone}\" points=\"");
        for layer in layers {
            let _ = write!(svg, "{:.1},{:.1} ", x(layer.day), edge(layer, index));
        }
        for layer in layers.iter().rev() {
            let _ = write!(svg, "{:.1},{:.1} ", x(layer.day), edge(layer, index + 1));
        }
        svg.push_str("\"/>");
    }
    svg.push_str("</svg>");
    for (label, y) in [("100 %", 4.0), ("50 %", HEIGHT / 2.0 + 4.0), ("0 %", HEIGHT)] {
        let _ = write!(svg, "<text class=\"tick\" x=\"-6\" y=\"{y}\" text-anchor=\"end\">{label}</text>");
    }
    month_ticks(&mut svg, first.day, last.day, |day| x(day) / WIDTH * 100.0);
    svg.push_str("</svg>");
    svg
}

/// Where a band's upper edge lies: below all better ones.
fn edge(layer: &Layer, bands_above: usize) -> f64 {
    let total: usize = layer.counts.iter().sum();
    let above: usize = layer.counts.iter().take(bands_above).sum();
    if total == 0 { HEIGHT } else { above as f64 / total as f64 * HEIGHT }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The band names that a distribution is drawn in: the scale's, then the accounts without a score.
#[must_use]
pub fn band_order(scale: &BandScale) -> Vec<&str> {
    scale.0.iter().map(|each| each.name.as_str()).chain([band::UNKNOWN_BAND]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_in_the_scores_is_a_gap_in_the_line() {
        let dots: Vec<Dot> = [Some(80.0), Some(81.0), None, Some(60.0), Some(59.0)]
            .into_iter()
            .enumerate()
            .map(|(index, score)| Dot { day: Day(20_000 + index as i32), score })
            .collect();
        let svg = score_line(&dots, &BandScale::default(), None);
        assert_eq!(svg.matches("class=\"line\"").count(), 2);
        assert!(svg.contains("Score from 80.0 on"));
    }

    #[test]
    fn a_chart_of_nothing_is_nothing() {
        assert_eq!(score_line(&[], &BandScale::default(), None), "");
        assert_eq!(spark(&[None, None], "green"), "");
        assert_eq!(stacked_area(&[], &["green"]), "");
    }

    #[test]
    fn a_band_label_cannot_break_out_of_the_chart() {
        let mut scale = BandScale::default();
        scale.0[0].label = "</text><script>".into();
        let svg = score_line(&[Dot { day: Day(1), score: Some(90.0) }], &scale, None);
        assert!(!svg.contains("<script"));
    }

    #[test]
    fn a_stack_fills_its_width() {
        assert!(stack(&[("green", 3.0), ("red", 1.0)]).contains("x=\"75.00%\" width=\"25.00%\""));
    }
}
