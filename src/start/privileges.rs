//! From root to an ordinary user, as the image starts.
//!
//! Makes the data directory writable for the user first. Where that cannot be had (no capabilities, a disk without
//! owners) the process stays what it is and storage decides whether it can write; nothing here is fatal unless half done.

use super::Failure;
use crate::config::{RunAs, Storage};

/// Becomes the user if we are root and may.
#[cfg(not(target_os = "linux"))]
pub(super) fn drop_to(_user: RunAs, _storage: &Storage) -> Result<(), Failure> {
    Ok(())
}

#[cfg(target_os = "linux")]
pub(super) use linux::drop_to;

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::io;
    use std::os::unix::fs::{MetadataExt, lchown};
    use std::path::Path;

    use nix::unistd::{Gid, Uid, geteuid, setegid, seteuid, setgid, setgroups, setuid};

    use super::{Failure, RunAs, Storage};
    use crate::start::Exit;

    const CAP_SETGID: u32 = 6;
    const CAP_SETUID: u32 = 7;
    /// What storage makes in the data directory starts with this; everything else there is not ours to hand over.
    const OUR_PREFIX: &[u8] = b"dynasled.";
    /// Storage's folders are shallow.
    const DEPTH: u32 = 4;

    /// Becomes the user if we are root and may.
    pub(in crate::start) fn drop_to(user: RunAs, storage: &Storage) -> Result<(), Failure> {
        if !geteuid().is_root() || user.uid == 0 {
            return Ok(());
        }
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        if !has_capabilities(&status) {
            tracing::debug!("root without the capability to become another user: staying root");
            return Ok(());
        }
        if let Storage::Directory(directory) = storage
            && !hand_over(directory, user)
        {
            let directory = directory.display();
            tracing::warn!(
                "{directory} cannot be made writable for user {}: staying root",
                user.uid
            );
            return Ok(());
        }
        become_for_good(user).map_err(|error| {
            Failure::new(
                Exit::Failed,
                format!("cannot become user {}:{}: {error}", user.uid, user.gid),
            )
        })
    }

    /// Reads the effective capabilities out of `/proc/self/status`.
    fn has_capabilities(status: &str) -> bool {
        let field = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
        let mask = field
            .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok())
            .unwrap_or(0);
        [CAP_SETGID, CAP_SETUID]
            .iter()
            .all(|capability| mask & (1 << capability) != 0)
    }

    fn become_for_good(user: RunAs) -> nix::Result<()> {
        setgroups(&[])?;
        setgid(Gid::from_raw(user.gid))?;
        setuid(Uid::from_raw(user.uid))
    }

    /// Makes the directory writable for the user; whether it is in the end.
    fn hand_over(directory: &Path, user: RunAs) -> bool {
        if let Err(error) = fs::create_dir_all(directory) {
            tracing::debug!(%error, "the data directory could not be created");
        }
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(OUR_PREFIX) {
                give_root_s_files(&entry.path(), user, DEPTH);
            }
        }
        if can_write(directory, user) {
            return true;
        }
        if let Err(error) = lchown(directory, Some(user.uid), Some(user.gid)) {
            tracing::debug!(%error, "the data directory could not be handed over");
        }
        can_write(directory, user)
    }

    /// Hands over what root owns, as an earlier run as root leaves it; files of other users are not ours to give.
    fn give_root_s_files(path: &Path, user: RunAs, depth: u32) {
        let Ok(metadata) = fs::symlink_metadata(path) else {
            return;
        };
        if metadata.is_symlink() {
            return;
        }
        if metadata.uid() == 0
            && let Err(error) = lchown(path, Some(user.uid), Some(user.gid))
        {
            tracing::debug!(%error, path = %path.display(), "could not be handed over");
        }
        if metadata.is_dir() && depth > 0 {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                give_root_s_files(&entry.path(), user, depth - 1);
            }
        }
    }

    /// Tries as the user, and becomes root again.
    fn can_write(directory: &Path, user: RunAs) -> bool {
        let attempt = || -> io::Result<()> {
            setegid(Gid::from_raw(user.gid))?;
            seteuid(Uid::from_raw(user.uid))?;
            let probe = directory.join(format!(".dynasled-probe-{}", std::process::id()));
            fs::File::create_new(&probe)?;
            fs::remove_file(&probe)
        };
        let written = attempt();
        let restored = seteuid(Uid::from_raw(0)).and_then(|()| setegid(Gid::from_raw(0)));
        if let Err(error) = restored {
            tracing::debug!(%error, "could not become root again");
        }
        written.is_ok()
    }

    #[cfg(test)]
    mod tests {
        use super::has_capabilities;

        #[test]
        fn capabilities() {
            assert!(has_capabilities("Name:\tx\nCapEff:\t00000000a80425fb\n"));
            assert!(!has_capabilities("CapEff:\t0000000000000000\n"));
            assert!(!has_capabilities("CapEff:\t0000000000000040\n"));
            assert!(!has_capabilities("CapEff:\tzz\n") && !has_capabilities(""));
        }
    }
}
