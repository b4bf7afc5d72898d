use super::*;

fn file(text: &str) -> File {
    toml::from_str(text).unwrap()
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let args = ServeArgs {
        interval: Some(600),
        ..ServeArgs::default()
    };
    let serve = args
        .over(file(
            "interval = 1200\nhttp = \"[::1]:9000\"\npublic-host = \"declic.example.org\"\n\
             probe-host = [\"example.org:443\"]\npublic-mqtt-port = 443",
        ))
        .unwrap();
    assert_eq!(serve.settings.interval_s, 600);
    assert_eq!(serve.settings.probe_hosts, ["example.org:443"]);
    assert_eq!(serve.http, "[::1]:9000".parse().unwrap());
    assert_eq!(serve.mqtt, "0.0.0.0:8883".parse().unwrap());
    assert_eq!(serve.data_dir, PathBuf::from("/var/lib/declic"));
    let address = serve.address(8883, 8443);
    assert_eq!((address.mqtt_port, address.enrol_port), (443, 8443));
}

#[test]
fn homes_must_be_told_a_name_unless_everything_stays_here() {
    assert!(ServeArgs::default().over(File::default()).is_err());
    let here = ServeArgs {
        mqtt: Some("127.0.0.1:0".parse().unwrap()),
        enrol: Some("127.0.0.1:0".parse().unwrap()),
        ..ServeArgs::default()
    };
    assert_eq!(
        here.clone().over(File::default()).unwrap().public_host,
        "127.0.0.1"
    );
    let half = ServeArgs {
        mqtt: None,
        ..here.clone()
    };
    assert!(half.clone().over(File::default()).is_err());
    let broker = ServeArgs {
        broker: Some("mqtts://broker.example.org".to_owned()),
        ..half
    };
    assert!(broker.over(File::default()).is_ok());
    let odd = ServeArgs {
        public_host: Some("not a host".to_owned()),
        ..here
    };
    assert!(odd.over(File::default()).is_err());
}

#[test]
fn the_way_to_the_api_is_read_from_flags_and_file() {
    let serve = ServeArgs::default().over(file(
        "public-host = \"a.example\"\nhttp-tls = \"/c.pem,/k.pem\"\n\
         trusted-proxy = [\"10.0.0.0/24\", \"::1\"]\nbase-path = \"/declic/\"",
    ));
    let web = serve.unwrap().web;
    let files = WebTls::Files {
        certificate: "/c.pem".into(),
        key: "/k.pem".into(),
    };
    assert_eq!(web.tls, Some(files));
    assert_eq!(web.trusted_proxies.len(), 2);
    assert_eq!(web.base_path, "/declic");
    for bad in [
        "http-tls = \"yes\"",
        "trusted-proxy = [\"proxy.example\"]",
        "base-path = \"declic\"",
    ] {
        let text = format!("public-host = \"a.example\"\n{bad}");
        assert!(ServeArgs::default().over(file(&text)).is_err(), "{bad}");
    }
}

#[test]
fn a_misspelt_setting_is_told() {
    assert!(toml::from_str::<File>("intervall = 900").is_err());
    let short = ServeArgs::default().over(file("interval = 60\npublic-host = \"a.example\""));
    assert!(short.is_err(), "nothing goes under 300 seconds");
    for days in [0, 366] {
        let text = format!("call_after_days = {days}\npublic-host = \"a.example\"");
        assert!(ServeArgs::default().over(file(&text)).is_err(), "{days}");
    }
    let plain =
        ServeArgs::default().over(file("call_after_days = 10\npublic-host = \"a.example\""));
    assert_eq!(plain.unwrap().call_after_days, Some(10));
    let kept = |text: &str| {
        let text = format!("{text}\npublic-host = \"a.example\"");
        ServeArgs::default()
            .over(file(&text))
            .map(|serve| serve.retention)
    };
    assert_eq!(kept("").unwrap(), Retention::default());
    let long = kept("history-days = 2000").unwrap();
    assert_eq!((long.history_days, long.rollup_days), (2_000, 2_000));
    assert!(
        kept("rollup-days = 30").is_err(),
        "sums outlive their reports"
    );
    assert!(
        kept("history-days = 1").is_err(),
        "sealing takes a day and a half"
    );
}
