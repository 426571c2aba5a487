//! The two forms of the index page: with the sign-in form in it, and with the frame of any other page.

/// Marks in the template around what stands in one of the two only.
const SIGN_IN: (&str, &str) = ("<!-- sign-in -->", "<!-- /sign-in -->");
const OTHER: (&str, &str) = ("<!-- other -->", "<!-- /other -->");

/// One text for each form.
pub struct Variants<T> {
    /// For whoever has to sign in first.
    pub sign_in: T,
    /// For everybody else.
    pub other: T,
}

impl Variants<String> {
    /// Takes a template apart.
    pub fn of(template: &str) -> Self {
        Self {
            sign_in: without(template, OTHER),
            other: without(template, SIGN_IN),
        }
    }
}

impl<T> Variants<T> {
    /// The same of both.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Variants<U> {
        Variants {
            sign_in: change(self.sign_in),
            other: change(self.other),
        }
    }
}

/// The template without the parts between these marks.
fn without(template: &str, (open, close): (&str, &str)) -> String {
    let mut parts = template.split(open);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // A mark that is never closed takes nothing away: the page would be blank.
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
