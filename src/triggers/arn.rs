//! ARNs as far as triggers read and write them: regions, accounts, functions.

const ACCOUNT_DIGITS: usize = 12;

/// ARN of a function, with its alias or version.
pub(super) fn of_function(
    region: &str,
    account: &str,
    name: &str,
    qualifier: Option<&str>,
) -> String {
    let arn = format!("arn:aws:lambda:{region}:{account}:function:{name}");
    match qualifier {
        Some(qualifier) => format!("{arn}:{qualifier}"),
        None => arn,
    }
}

/// Whether a text is an account: 12 digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text has the form of a region: `eu-south-1`, `us-gov-west-1`.
pub(super) fn is_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else {
        return false;
    };
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && words.contains('-')
        && words.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named() {
        let arn = "arn:aws:lambda:eu-south-1:000000000000:function:f";
        let of = |qualifier| of_function("eu-south-1", "000000000000", "f", qualifier);
        assert_eq!(
            (of(None), of(Some("live"))),
            (arn.to_owned(), format!("{arn}:live"))
        );
    }

    #[test]
    fn regions_and_accounts_are_told_from_names() {
        for region in ["eu-south-1", "us-gov-west-1", "us-iso-east-1"] {
            assert!(is_region(region), "{region}");
        }
        for text in [
            "",
            "1",
            "eu-1",
            "eu--1",
            "eu-south-12",
            "eu-south-a",
            "EU-south-1",
            "local",
        ] {
            assert!(!is_region(text), "{text}");
        }
        assert!(
            is_account("012345678901") && !is_account("01234567890") && !is_account("notanaccount")
        );
    }
}
