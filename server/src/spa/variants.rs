//! The two variants of the index page: with the sign-in form, and with the frame of any other page.

/// Marks in the template around the parts of a single variant.
const SIGN_IN: (&str, &str) = ("<!-- sign-in -->", "<!-- /sign-in -->");
const OTHER: (&str, &str) = ("<!-- other -->", "<!-- /other -->");

/// One value for each variant.
pub struct Variants<T> {
    /// For users who have to sign in first.
    pub sign_in: T,
    /// For all other requests.
    pub other: T,
}

impl Variants<String> {
    /// Splits a template into its variants.
    pub fn of(template: &str) -> Self {
        Self {
            sign_in: without(template, OTHER),
            other: without(template, SIGN_IN),
        }
    }
}

impl<T> Variants<T> {
    /// Applies a change to both variants.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Variants<U> {
        Variants {
            sign_in: change(self.sign_in),
            other: change(self.other),
        }
    }
}

/// Returns the template without the parts between these marks.
fn without(template: &str, (open, close): (&str, &str)) -> String {
    let mut parts = template.split(open);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // An unclosed mark removes nothing, because otherwise the page would be blank.
        kept.push_str(part.split_once(close).map_or(part, |(_, after)| after));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_holds_its_own_parts_and_the_common_ones() {
        let template = "a<!-- sign-in -->b<!-- /sign-in -->c<!-- other -->d<!-- /other -->e<!-- sign-in -->f<!-- /sign-in -->";
        let Variants { sign_in, other } = Variants::of(template);
        assert_eq!(
            sign_in,
            "a<!-- sign-in -->b<!-- /sign-in -->ce<!-- sign-in -->f<!-- /sign-in -->"
        );
        assert_eq!(other, "ac<!-- other -->d<!-- /other -->e");
    }

    #[test]
    fn a_mark_that_is_not_closed_hides_nothing() {
        assert_eq!(Variants::of("a<!-- other -->b").sign_in, "ab");
    }
}
