//! What is typed, and what helps to type it.

use std::process::Command as Process;

use clap::Parser;
use clap::error::ErrorKind;
use declic_common::Lang;

use crate::cli::{Cli, Command, command};

fn refusal(line: &str) -> ErrorKind {
    let words = line.split(' ');
    command().try_get_matches_from(words).unwrap_err().kind()
}

#[test]
fn the_command_line_is_well_made() {
    command().debug_assert();
}

#[test]
fn what_the_documents_show_can_be_typed() {
    for line in [
        "declic serve --data-dir /tmp/d --mqtt 127.0.0.1:8883 --http 127.0.0.1:8080 --enrol 127.0.0.1:8443",
        "declic serve --public-host declic.example.org --probe-host a.example:443 --probe-host b.example:80",
        "declic serve --broker mqtts://broker.example.org:8883 --interval 600 --config declic.toml",
        "declic demo --devices 10 --http 127.0.0.1:0 --mqtt 127.0.0.1:0 --interval 5",
        "declic demo --speed 600 --begin 2026-03-10T08:00",
        "declic device list --presence on --site aubiers --sort last_seen --reverse --format json",
        "declic device list --data-dir /tmp/d",
        "declic device --url http://127.0.0.1:8080 show BDX-001 --format csv",
        "declic device history BDX-001 cpu_mean_permille --days 30",
        "declic device history BDX-001 cpu_mean_permille load1_centi --format csv",
        "declic device history BDX-001 cpu_mean_permille --points 200 --days 90",
        "declic device history BDX-001 cpu_mean_permille --by-day",
        "declic fleet history cpu_mean_permille --by hour --days 30 --site aubiers",
        "declic fleet latest cpu_mean_permille load1_centi --format json",
        "declic export history --days 365 --format csv --output all.csv --metric load1_centi",
        "declic import history all.csv --dry-run",
        "declic device history BDX-001 cpu_mean_permille --from 2026-11-01 --to 2026-11-02T08:00",
        "declic device send BDX-001 message Bonjour",
        "declic device send BDX-001 --hours 24 diagnose --minutes 5",
        "declic device commands BDX-001",
        "declic device settings BDX-001 --interval 600",
        "declic device retire BDX-001",
        "declic device revoke d-abcdefghijkl",
        "declic device charter BDX-001",
        "declic enrol new --asset BDX-001 --data-dir /tmp/d",
        "declic store check",
        "declic store check --data-dir /tmp/d --format json",
        "declic store salvage --data-dir /tmp/d --into /tmp/new",
        "declic enrol list --format csv",
        "declic today --site aubiers --assignee ana --format json",
        "declic ticket list --state waiting --cause disk_full --all --format csv",
        "declic ticket open BDX-001 --phone --priority high Bruit",
        "declic ticket assign T-1001 ana --seen 3",
        "declic device list --spare",
        "declic decode acquerir nuptial futur sonnette bermuda niveau",
        "declic decode --open --device BDX-001 acquerir nuptial futur sonnette bermuda niveau",
        "declic ticket wait 1001 --for household",
        "declic ticket solve T-1001 --repair end_of_life --barrier item_too_worn_out",
        "declic ticket silence --device BDX-001 --hours 24",
        "declic rules --check rules.toml",
        "declic serve --rules rules.toml",
        "declic enrol cancel abc",
        "declic status --url http://127.0.0.1:8080",
        "declic settings show --format json",
        "declic settings move --host declic.example.org --mqtt-port 443 --enrol-port 444",
        "declic settings stay",
        "declic audit verify",
        "declic serve --http 0.0.0.0:443 --http-tls own --public-host declic.example.org",
        "declic serve --http 127.0.0.1:8080 --trusted-proxy 127.0.0.1 --base-path /declic",
        "declic account new tech1 --role technician:Aubiers --role evaluator",
        "declic account new tech1 --role admin --password-stdin",
        "declic account new supervision --role evaluator --no-password",
        "declic account password tech1",
        "declic account roles tech1 --role coordinator",
        "declic account disable tech1",
        "declic account log-out tech1",
        "declic token new supervision metrics --days 366",
        "declic token revoke t-abcd",
        "declic device list --url https://declic.example.org --token-file t --ca ca.pem",
        "declic broker config mosquitto --data-dir /tmp/d --public-host mqtt.example.org",
        "declic rhythm evaluate --seed 1000 --homes 400",
        "declic rhythm evaluate --seed 1000 --output homes.jsonl --format json",
        "declic rhythm evaluate --input homes.jsonl",
        "declic completions bash",
    ] {
        let parsed = Cli::try_parse_from(line.split(' '));
        assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
    }
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_asked() {
    for line in [
        "declic device history BDX-001 humidity",
        "declic device history BDX-001 cpu_mean_permille --from yesterday",
        "declic device list --presence asleep",
        "declic device list --format xml",
        "declic device send BDX-001 diagnose --minutes 61",
        "declic device settings BDX-001 --interval 299",
        "declic demo --devices 0",
        "declic demo --speed 0",
        "declic demo --speed 600 --begin soon",
        "declic serve --http here",
        "declic enrol new --hours 0",
        "declic enrol new --count 0",
        "declic account new x --role landlord",
        "declic token new a b --days 367",
        "declic ticket show first",
        "declic ticket spend T-1001 0",
        "declic ticket visit T-1001 tomorrow",
        "declic ticket wait T-1001 --for godot",
    ] {
        let kind = refusal(line);
        let told = [ErrorKind::InvalidValue, ErrorKind::ValueValidation];
        assert!(told.contains(&kind), "{line}: {kind:?}");
    }
    for line in [
        "declic device history X cpu_mean_permille --from 2026-01-01 --days 2",
        "declic device history X load1_centi --points 9 --by-day",
        "declic import history all.csv --dry-run --skip-bad",
    ] {
        assert_eq!(refusal(line), ErrorKind::ArgumentConflict, "{line}");
    }
    assert_eq!(
        refusal("declic device history BDX-001"),
        ErrorKind::MissingRequiredArgument
    );
    assert_eq!(
        refusal("declic enrol new --count 2 --rebind BDX-001"),
        ErrorKind::ArgumentConflict
    );
    assert_eq!(
        refusal("declic device send BDX-001 shell"),
        ErrorKind::UnknownArgument,
        "there is no shell"
    );
}

#[test]
fn a_day_begins_at_midnight_in_paris() {
    let line =
        "declic device history X cpu_mean_permille --from 2026-07-01 --to 2026-11-21T00:00:00Z";
    let Command::Device(args) = Cli::parse_from(line.split(' ')).command else {
        panic!("a device command");
    };
    let shown = format!("{args:?}");
    assert!(shown.contains("2026-06-30T22:00:00Z"), "{shown}");
    assert!(shown.contains("2026-11-21T00:00:00Z"), "{shown}");
}

#[test]
fn help_speaks_french() {
    insta::assert_snapshot!("help_fr", help());
}

/// The language belongs to the process, so English needs one of its own: this
/// test program, started again for the test below it alone.
#[test]
fn help_speaks_english_when_asked() {
    let output = Process::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "cli::tests::parsing::help_names_every_command",
            "--nocapture",
        ])
        .env("DECLIC_TEST_ENGLISH", "1")
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let help = text.split("----\n").nth(1).unwrap();
    insta::assert_snapshot!("help_en", help);
}

#[test]
#[allow(clippy::print_stdout)] // read by the test above
fn help_names_every_command() {
    if std::env::var_os("DECLIC_TEST_ENGLISH").is_some() {
        Lang::En.choose();
    }
    let help = help();
    for name in command().get_subcommands().map(clap::Command::get_name) {
        assert!(help.contains(name), "{name}");
    }
    println!("----\n{help}----");
}

fn help() -> String {
    let mut text = command().render_help().to_string();
    for path in [
        &["device"][..],
        &["device", "list"],
        &["enrol", "new"],
        &["serve"],
    ] {
        let mut found = command();
        found.build();
        let found = path.iter().fold(&mut found, |command, name| {
            command.find_subcommand_mut(name).unwrap()
        });
        text.push_str(&format!(
            "\n=== {}\n\n{}",
            path.join(" "),
            found.render_help()
        ));
    }
    text
}
