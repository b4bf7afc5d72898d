//! The local socket: any account of the PC asks, the running agent answers.
//!
//! One JSON line in, one JSON line out. The verbs are those of
//! [`declic_common::socket`], and no others.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use declic_common::socket::{Answer, Ask, RefusedAsk};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

const NAME: &str = "agent.sock";
const LINE_BYTES: u64 = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);
/// People at once; more wait for their turn.
const VISITORS: usize = 8;

/// A question and the way back.
pub type Question = (Ask, oneshot::Sender<Answer>);

/// The agent cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("no agent runs here")]
    NotRunning(#[source] io::Error),
    #[error("this account cannot reach the agent of {path}")]
    Closed {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the agent did not answer")]
    NoAnswer(#[source] io::Error),
    #[error("the agent's answer is unreadable")]
    Unreadable(#[source] serde_json::Error),
}

/// The socket of a state directory.
pub fn path(state_dir: &Path) -> PathBuf {
    state_dir.join(NAME)
}

/// Opens the socket to every account of the PC. A socket left by an agent that
/// is gone is replaced; that of a living one is refused.
pub fn listen(state_dir: &Path) -> io::Result<UnixListener> {
    let path = path(state_dir);
    if BlockingStream::connect(&path).is_ok() {
        return Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "another agent runs in this state directory",
        ));
    }
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666))?;
    let_through(state_dir)?;
    Ok(listener)
}

/// Other accounts may reach the socket through the folder, and neither list it nor
/// read what else is in it: every file and folder there is the agent's alone.
fn let_through(state_dir: &Path) -> io::Result<()> {
    let mode = fs::metadata(state_dir)?.permissions().mode();
    if mode & 0o011 == 0o011 {
        return Ok(());
    }
    fs::set_permissions(state_dir, fs::Permissions::from_mode(mode | 0o011))
}

/// Brings questions to the agent for as long as it takes them.
pub async fn serve(listener: UnixListener, questions: mpsc::Sender<Question>) {
    let seats = Arc::new(Semaphore::new(VISITORS));
    loop {
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else {
            return;
        };
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = questions.closed() => return,
        };
        let Ok((stream, _)) = stream else {
            // Out of file descriptors, most likely: let others finish first.
            tokio::time::sleep(PATIENCE).await;
            continue;
        };
        let questions = questions.clone();
        tokio::spawn(async move {
            let _ = timeout(PATIENCE, visit(stream, questions)).await;
            drop(seat);
        });
    }
}

async fn visit(stream: UnixStream, questions: mpsc::Sender<Question>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(LINE_BYTES))
        .read_line(&mut line)
        .await?;
    let answer = match serde_json::from_str::<Ask>(&line) {
        Ok(ask) => {
            let (sender, answer) = oneshot::channel();
            let _ = questions.send((ask, sender)).await;
            answer.await.ok()
        }
        Err(_) => None,
    };
    let answer = answer.unwrap_or(Answer::Refused {
        reason: RefusedAsk::Unreadable,
    });
    let mut bytes = serde_json::to_vec(&answer)?;
    bytes.push(b'\n');
    write.write_all(&bytes).await
}

/// Asks the agent of a state directory. Blocks.
pub fn ask(state_dir: &Path, ask: &Ask) -> Result<Answer, AskError> {
    let mut stream =
        BlockingStream::connect(path(state_dir)).map_err(|source| match source.kind() {
            io::ErrorKind::PermissionDenied => AskError::Closed {
                path: state_dir.to_owned(),
                source,
            },
            _ => AskError::NotRunning(source),
        })?;
    let mut line = serde_json::to_vec(ask).map_err(AskError::Unreadable)?;
    line.push(b'\n');
    let mut talk = || -> io::Result<String> {
        stream.set_read_timeout(Some(PATIENCE * 2))?;
        stream.write_all(&line)?;
        let mut answer = String::new();
        BufReader::new(&stream).read_line(&mut answer)?;
        Ok(answer)
    };
    let answer = talk().map_err(AskError::NoAnswer)?;
    serde_json::from_str(&answer).map_err(AskError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_account_of_the_pc_reaches_the_socket_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let _listener = listen(dir.path()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        // Through the folder, without listing it.
        assert_eq!(mode(dir.path()), 0o711);
        assert_eq!(mode(&path(dir.path())), 0o666);
    }
}
