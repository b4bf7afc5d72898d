use super::attack::{Bounds, bounds, check, covers, needed};
use super::protect::protect;
use super::system::{Shown, System};
use super::{Audience, publish};
use crate::dataset::Dataset;
use crate::indicators::{Answer, Count, Sum, answers};
use crate::sample::{Shape, period, programme};

fn homes(name: &str, value: usize) -> Count {
    Count::homes(name, value)
}

fn table(total: usize, parts: &[usize]) -> Answer {
    let mut answer = Answer::default();
    let total = homes("total", total);
    let named = |(at, value): (usize, &usize)| {
        let name = format!("part {at}");
        (name.clone(), homes(&name, *value))
    };
    let parts = parts.iter().enumerate().map(named).collect();
    answer.push(crate::indicators::Figure::count(
        crate::indicators::Unit::Count,
        total.clone(),
    ));
    answer.split("part", crate::indicators::Unit::Count, &total, parts, None);
    answer
}

fn left_out(system: &System) -> Vec<&str> {
    let hidden = system.cells.iter().filter(|cell| cell.shown != Shown::Yes);
    hidden.map(|cell| cell.name.as_str()).collect()
}

#[test]
fn a_small_cell_takes_one_other_with_it_and_not_the_total() {
    let mut system = System::default();
    system.add(&table(60, &[3, 20, 37, 0]), "");
    protect(&mut system, 5);
    // The total of 60 less what is shown would be 3; one more cell goes, the total stays.
    let gone = left_out(&system);
    assert!(
        gone.contains(&"part 0") && gone.len() == 2 && !gone.contains(&"total"),
        "{gone:?}"
    );
    assert_eq!(check(&system, 5), Vec::new());
}

#[test]
fn without_the_second_cell_the_attacker_solves_the_first() {
    let mut system = System::default();
    system.add(&table(60, &[3, 20, 37, 0]), "");
    system.mark_small(5);
    let leaks = check(&system, 5);
    assert_eq!(leaks.len(), 1);
    assert_eq!(
        leaks[0].bounds,
        Bounds {
            low: 3.0,
            high: 3.0
        }
    );
}

#[test]
fn two_small_cells_whose_sum_is_small_need_a_third() {
    // 1 + 1 = 60 − 58: an attacker who knows their sum is 2 bounds both to 2, and 4 must stay possible.
    let mut system = System::default();
    system.add(&table(60, &[1, 1, 30, 28]), "");
    protect(&mut system, 5);
    assert!(left_out(&system).len() >= 3, "{:?}", left_out(&system));
    assert_eq!(check(&system, 5), Vec::new());
}

#[test]
fn a_large_and_a_zero_cell_alone_lose_nothing() {
    let mut system = System::default();
    system.add(&table(60, &[40, 20, 0]), "");
    protect(&mut system, 11);
    assert!(left_out(&system).is_empty());
}

#[test]
fn what_a_rate_leaves_over_is_small_too() {
    // 98 of 100: two did not. Nobody published "2", but whoever subtracts has it.
    let mut system = System::default();
    let missing = Count::plain("missing", 0.0);
    let figure = crate::indicators::Figure::ratio(homes("yes", 98), homes("all", 100), missing);
    system.add(&Answer::of(figure), "");
    protect(&mut system, 5);
    assert!(!left_out(&system).is_empty());
    assert_eq!(check(&system, 5), Vec::new());
}

#[test]
fn a_margin_of_sites_gives_nothing_back() {
    let mut system = System::default();
    let mut north = table(30, &[2, 28]);
    let south = table(40, &[17, 23]);
    system.add(&table(70, &[19, 51]), "");
    system.add(&north, "north");
    system.add(&south, "south");
    system.join(&["north".into(), "south".into()]);
    protect(&mut system, 5);
    // Neither its row nor its column may tell the 2 of the north.
    assert_eq!(check(&system, 5), Vec::new());
    assert!(
        system
            .cells
            .iter()
            .filter(|cell| cell.shown == Shown::Yes)
            .count()
            >= 5
    );
    north.sums.push(Sum {
        total: homes("total", 30),
        parts: vec![homes("part 0", 2)],
    });
    let mut wrong = System::default();
    wrong.add(&north, "");
    assert_eq!(wrong.wrong_sums(), ["total"]);
}

#[test]
fn the_counts_of_every_indicator_add_up_and_have_one_value_each() {
    for shape in [Shape::CALL, Shape { homes: 17, seed: 5 }] {
        let answers = answers(&programme(shape), period());
        let mut seen = std::collections::HashMap::new();
        let mut system = System::default();
        for (indicator, answer) in &answers {
            let figures = answer.figures.iter();
            let of_figures = figures.flat_map(|figure| {
                [
                    &figure.numerator,
                    &figure.denominator,
                    &figure.missing,
                    &figure.rest,
                ]
            });
            let of_sums = answer
                .sums
                .iter()
                .flat_map(|sum| sum.parts.iter().chain([&sum.total]));
            for count in of_figures.flatten().chain(of_sums) {
                let known = seen
                    .entry(count.name.clone())
                    .or_insert((count.value, count.homes));
                let same = (known.0 - count.value).abs() < 1e-9 && known.1 == count.homes;
                assert!(
                    same,
                    "{} in {}: {known:?} and {count:?}",
                    count.name, indicator.code
                );
            }
            system.add(answer, "");
        }
        assert_eq!(system.wrong_sums(), Vec::<String>::new());
    }
}

/// An attacker of another kind: tries whole numbers at random that fit all sums, and looks how
/// far each small cell moves. It must not stay where it is.
#[test]
fn a_small_cell_can_move_in_whole_numbers() {
    let mut system = System::default();
    system.add(&table(60, &[3, 20, 37, 2]), "");
    protect(&mut system, 5);
    for group in system.groups() {
        for at in group.iter().filter(|at| system.cells[**at].small) {
            let reach = bounds(&system, *at);
            assert!(covers(reach, needed(system.cells[*at].value, 5)));
        }
    }
}

/// Programmes that are attacked; `DECLIC_ATTACKS=200` attacks as many, which takes minutes.
fn programmes() -> u64 {
    let asked = std::env::var("DECLIC_ATTACKS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(20)
}

#[test]
fn no_suppressed_cell_of_random_programmes_can_be_solved() {
    let (mut cells, mut shown) = ([0, 0], [0, 0]);
    for seed in 0..programmes() {
        let homes = 6 + (seed as u32 * 37) % 70;
        let data = programme(Shape { homes, seed });
        let (at, audience) = if seed % 2 == 0 {
            (0, Audience::Inside)
        } else {
            (1, Audience::Public)
        };
        // `publish` runs the checker over all of it and fails on any cell that is bounded too tightly.
        let published = publish(&data, period(), audience, false);
        let published =
            published.unwrap_or_else(|error| panic!("seed {seed}: {error} {:?}", error.leaks));
        cells[at] += published.cells;
        shown[at] += published.shown;
    }
    let share = |at: usize| shown[at] as f64 / cells[at] as f64;
    let text = format!(
        "cells kept: {:.1} % at k = 5, {:.1} % at k = 11",
        share(0) * 100.0,
        share(1) * 100.0
    );
    assert!(share(0) > 0.5 && share(1) > 0.3, "{text}");
    // Read with `--no-capture`; the lints of the product do not let it print.
    std::io::Write::write_all(&mut std::io::stdout(), format!("{text}\n").as_bytes()).unwrap();
}

/// The same programme in two quarters: every second household, session and help is of another one.
fn in_two_quarters(mut data: Dataset) -> Dataset {
    let mut other = data.sites[0].clone();
    other.site = "other".to_owned();
    data.sites.push(other);
    let moved = |at: usize, site: &mut String| {
        if at % 2 == 1 {
            *site = "other".to_owned();
        }
    };
    let rows = data.households.iter_mut().enumerate();
    rows.for_each(|(at, row)| moved(at, &mut row.site));
    let rows = data.sessions.iter_mut().enumerate();
    rows.for_each(|(at, row)| moved(at, &mut row.site));
    let rows = data.assistance.iter_mut().enumerate();
    rows.for_each(|(at, row)| moved(at, &mut row.site));
    for ticket in &mut data.tickets {
        let mut homes = data.households.iter();
        let home = homes.find(|home| Some(home.household) == ticket.household);
        if let Some(home) = home {
            ticket.site.clone_from(&home.site);
        }
    }
    data
}

/// Those who evaluate read each site beside the whole: what is left out of one must not be what
/// is left when the others are taken away.
#[test]
fn no_suppressed_cell_of_a_site_can_be_solved_from_the_whole_and_the_others() {
    let (mut cells, mut shown) = (0, 0);
    for seed in 0..programmes().div_ceil(4) {
        let homes = 12 + (seed as u32 * 31) % 70;
        let data = in_two_quarters(programme(Shape { homes, seed }));
        let published = publish(&data, period(), Audience::Inside, true);
        let published =
            published.unwrap_or_else(|error| panic!("seed {seed}: {error} {:?}", error.leaks));
        let sites = published.lines.iter().filter(|line| line.site == "other");
        assert!(sites.count() > 100, "the sites are published too");
        cells += published.cells;
        shown += published.shown;
    }
    let share = shown as f64 / cells as f64;
    let text = format!(
        "cells kept with two sites: {:.1} % at k = 5\n",
        share * 100.0
    );
    assert!(share > 0.3, "{text}");
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()).unwrap();
}
