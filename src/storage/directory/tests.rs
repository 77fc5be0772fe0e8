//! Taking a directory, and each refusal.

use super::*;

fn open(path: &Path) -> Result<DataDirectory, DirectoryError> {
    DataDirectory::open(path, Neighbours::Refused)
}

fn check_refused(path: &Path, words: &[&str]) {
    let sentence = open(path).expect_err("refused").to_string();
    for word in words
        .iter()
        .chain(&["--data-dir", &path.display().to_string()])
    {
        assert!(
            sentence.contains(*word),
            "{word:?} is missing in {sentence:?}"
        );
    }
    assert!(
        !sentence.contains(['\n']) && !sentence.contains(". "),
        "{sentence:?}"
    );
    if cfg!(unix) {
        assert!(
            sentence.contains("uid") && sentence.contains("owner"),
            "{sentence:?}"
        );
    }
}

#[test]
fn is_made_taken_and_given_back() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let path = place.path().join("new").join("deep");
    let first = open(&path).expect("made");
    assert!(first.rows().is_dir());
    let text = fs::read_to_string(path.join(FORMAT_FILE)).expect("format file");
    assert_eq!(text, "dynasled 1\n");
    check_refused(
        &path,
        &["in use by process", &std::process::id().to_string()],
    );
    drop(first);
    open(&path).expect("taken again");
}

#[test]
fn another_format_is_refused() {
    let place = tempfile::tempdir().expect("a temporary directory");
    fs::write(place.path().join(FORMAT_FILE), "dynasled 2\n").expect("written");
    check_refused(place.path(), &["format 2", "format 1", "newer"]);
    fs::write(place.path().join(FORMAT_FILE), "\u{1}").expect("written");
    check_refused(place.path(), &["damaged"]);
}

#[test]
fn what_is_not_ours_is_refused_and_left_alone() {
    let place = tempfile::tempdir().expect("a temporary directory");
    fs::write(place.path().join(".hidden"), "").expect("written");
    fs::create_dir(place.path().join("lost+found")).expect("made");
    let database = place.path().join("shared-local-instance.db");
    fs::write(&database, b"SQLite format 3\0....").expect("written");
    check_refused(place.path(), &["shared-local-instance.db"]);
    let names = |path: &Path| fs::read_dir(path).expect("read").count();
    assert_eq!(names(place.path()), 3);
    let opened = DataDirectory::open(place.path(), Neighbours::Tolerated).expect("tolerated");
    assert_eq!(opened.sqlite_file(), Some(database));
    drop(opened);
    open(place.path()).expect("ours by now");
}

#[test]
fn hidden_files_are_no_neighbours() {
    let place = tempfile::tempdir().expect("a temporary directory");
    fs::write(place.path().join(".gitkeep"), "").expect("written");
    let opened = open(place.path()).expect("taken");
    assert_eq!(opened.sqlite_file(), None);
}

#[test]
fn a_file_is_no_directory() {
    let place = tempfile::NamedTempFile::new().expect("a temporary file");
    check_refused(place.path(), &["is a file"]);
}

#[cfg(unix)]
#[test]
fn an_unwritable_directory_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().expect("a temporary directory");
    let mode = |mode| fs::set_permissions(place.path(), fs::Permissions::from_mode(mode));
    mode(0o555).expect("changed");
    if File::create(place.path().join("probe")).is_err() {
        check_refused(place.path(), &["cannot be written", "chown -R"]);
    } // root writes wherever it likes
    mode(0o755).expect("changed");
}
