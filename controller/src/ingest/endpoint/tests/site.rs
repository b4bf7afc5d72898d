//! An endpoint on loopback, with its controller and its devices.

use std::net::SocketAddr;
use std::sync::Arc;

use declic_common::DeviceId;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::ingest::endpoint::{Limits, run};
use crate::ingest::testing::{Authority, Badge, Gated, controller, enrol, server_tls};
use crate::store::records::Device;

pub(crate) struct Site {
    pub app: Arc<App>,
    pub authority: Authority,
    pub address: SocketAddr,
    pub store: Arc<Gated>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    _dir: TempDir,
}

impl Site {
    pub(crate) async fn open() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let (app, store, dir) = controller();
        let authority = Authority::new("test authority");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let tls = server_tls(&authority);
        let served = Arc::clone(&app);
        let task = tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            run(listener, tls, served, limits, shutdown).await.unwrap();
        });
        Site {
            app,
            authority,
            address,
            store,
            stop: Some(stop),
            task,
            _dir: dir,
        }
    }

    pub(crate) async fn enrol(&self, bits: u64) -> (DeviceId, Badge) {
        enrol(&self.app, &self.authority, bits).await
    }

    /// Asks the endpoint to stop; resolves when it has.
    pub(crate) async fn stop(&mut self) {
        self.begin_stop();
        (&mut self.task).await.unwrap();
    }

    pub(crate) fn begin_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap();
        }
    }

    /// Changes what is known of a device.
    pub(crate) fn change(&self, id: DeviceId, change: impl FnOnce(&mut Device)) {
        let mut device = self.app.registry.get(id).unwrap().device.clone();
        change(&mut device);
        self.app.registry.put_device(device);
    }

    pub(crate) fn last_state(&self, id: DeviceId) -> Option<String> {
        self.app.registry.get(id).unwrap().latest.last_state.clone()
    }
}
