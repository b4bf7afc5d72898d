//! One HTTP connection that is kept: a client library would be measured as well.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};

pub(crate) struct Client {
    stream: BufReader<Box<dyn Both>>,
}

trait Both: Read + Write + Send {}
impl Both for TcpStream {}
impl Both for UnixStream {}

impl Client {
    /// The socket of a controller.
    pub(crate) fn socket(data: &Path) -> anyhow::Result<Self> {
        Ok(Self::over(UnixStream::connect(data.join("declic.sock"))?))
    }

    /// A port of the loopback.
    pub(crate) fn tcp(port: u16) -> anyhow::Result<Self> {
        Self::at("127.0.0.1", port)
    }

    pub(crate) fn at(host: &str, port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect((host, port))?;
        stream.set_nodelay(true)?;
        Ok(Self::over(stream))
    }

    fn over(stream: impl Both + 'static) -> Self {
        Client {
            stream: BufReader::with_capacity(64 * 1024, Box::new(stream)),
        }
    }

    /// The body of a good answer.
    pub(crate) fn get(&mut self, path: &str) -> anyhow::Result<Vec<u8>> {
        self.ask("GET", path, "", b"")
    }

    /// The same, packed if the server likes to.
    pub(crate) fn get_packed(&mut self, path: &str) -> anyhow::Result<Vec<u8>> {
        self.ask("GET", path, "Accept-Encoding: gzip\r\n", b"")
    }

    pub(crate) fn post(&mut self, path: &str, body: &[u8]) -> anyhow::Result<Vec<u8>> {
        let length = format!("Content-Length: {}\r\n", body.len());
        self.ask("POST", path, &length, body)
    }

    /// Milliseconds from the request to the last byte of the answer.
    pub(crate) fn timed(&mut self, path: &str) -> anyhow::Result<f64> {
        let began = Instant::now();
        self.get(path)?;
        Ok(began.elapsed().as_secs_f64() * 1e3)
    }

    fn ask(&mut self, verb: &str, path: &str, head: &str, body: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut request =
            format!("{verb} {path} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n").into_bytes();
        request.extend_from_slice(body);
        self.stream.get_mut().write_all(&request)?;
        let mut status = String::new();
        self.stream.read_line(&mut status)?;
        let (mut length, mut in_chunks) = (None, false);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let line = line.trim().to_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = Some(value.trim().parse::<usize>()?);
            }
            in_chunks |= line == "transfer-encoding: chunked";
        }
        let is_empty = status.contains(" 204 ");
        let body = match (length, in_chunks) {
            (Some(length), _) => self.exactly(length)?,
            (None, true) => self.chunks()?,
            (None, false) if is_empty => Vec::new(),
            (None, false) => bail!("{path}: an answer without a length ({})", status.trim()),
        };
        if !status.contains(" 200 ") && !is_empty {
            bail!("{path}: {status} {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }

    fn exactly(&mut self, length: usize) -> anyhow::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn chunks(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16).context("the length of a chunk")?;
            let chunk = self.exactly(length + 2)?;
            if length == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }
}
