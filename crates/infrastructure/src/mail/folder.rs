//! Letters into a folder, one file each: for an installation without a mail server.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

use stoa_domain::mail::letter::Mail;
use stoa_domain::mail::ports::{MailError, Mailer};

use super::mime::{Sender, message};

/// A [`Mailer`] that writes `ID.eml`, whole or not at all. The same letter is the same file, however
/// often it is sent; later letters sort later.
pub struct FolderMailer {
    sender: Sender,
    folder: PathBuf,
}

impl FolderMailer {
    /// Letters from this sender, in this folder, which is made when the first comes.
    pub fn new(sender: Sender, folder: PathBuf) -> Self {
        Self { sender, folder }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let draft = self.folder.join(format!(".{name}.draft"));
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(draft, self.folder.join(name))
    }
}

impl Mailer for FolderMailer {
    fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = message(&self.sender, mail)?;
        let put = self.put(&format!("{}.eml", mail.id), &message.formatted());
        put.map_err(|error| MailError::Unavailable(error.to_string()))
    }
}
