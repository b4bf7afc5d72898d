//! Clients that a controller must not feel: half are strangers that never finish a
//! handshake, half are devices that send and never read.

use std::time::Duration;

use declic_common::UpKind;
use declic_tests::{Controller, Device};
use rumqttc::QoS;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// A TLS record header that promises more than ever comes.
const BEGUN: [u8; 5] = [0x16, 3, 1, 2, 0];
const AGAIN: Duration = Duration::from_secs(1);
/// Between two packets of a device that does not read.
const PUSH: Duration = Duration::from_millis(20);

/// They go on until what is given back is dropped.
pub(crate) async fn start(controller: &Controller, number: u32) -> anyhow::Result<JoinSet<()>> {
    let mut all = JoinSet::new();
    let port = controller.mqtt_port;
    for _ in 0..number / 2 {
        all.spawn(stranger(port));
    }
    for n in number / 2..number {
        all.spawn(deaf(
            Device::enrol(controller, &format!("DEAF-{n:03}")).await?,
        ));
    }
    Ok(all)
}

async fn stranger(port: u16) {
    loop {
        if let Ok(mut socket) = TcpStream::connect(("127.0.0.1", port)).await {
            let _ = socket.write_all(&BEGUN).await;
            // Until it is thrown out.
            let _ = socket.read(&mut [0; 16]).await;
        }
        sleep(AGAIN).await;
    }
}

async fn deaf(device: Device) {
    let topic = device.topic(UpKind::Report);
    let mut seq = 0;
    loop {
        if let Ok(mut session) = device.connect().await {
            // Nothing is read unless there is something to send, and then nothing more.
            for _ in 0..200 {
                seq += 1;
                let payload = device.report(1, seq, 1);
                let sent =
                    session
                        .client
                        .try_publish(topic.clone(), QoS::AtMostOnce, false, payload);
                if sent.is_err()
                    || timeout(PUSH, session.events.poll())
                        .await
                        .is_ok_and(|e| e.is_err())
                {
                    break;
                }
            }
            sleep(Duration::from_secs(60)).await;
        }
        sleep(AGAIN).await;
    }
}
