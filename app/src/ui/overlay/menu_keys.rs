//! The keys of a menu.

/// Index that a key moves to in a menu of `count` items; `None` leaves the key to the browser.
pub fn menu_target(key: &str, current: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowDown" => Some(current.map_or(0, |index| if index >= last { 0 } else { index + 1 })),
        "ArrowUp" => Some(current.map_or(last, |index| if index == 0 { last } else { index - 1 })),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn menu_keys_wrap_around() {
        assert_eq!(menu_target("ArrowDown", None, 3), Some(0));
        assert_eq!(menu_target("ArrowDown", Some(2), 3), Some(0));
        assert_eq!(menu_target("ArrowUp", Some(0), 3), Some(2));
        assert_eq!(menu_target("ArrowUp", None, 3), Some(2));
        assert_eq!(menu_target("End", Some(0), 3), Some(2));
        assert_eq!(menu_target("Home", Some(2), 3), Some(0));
        assert_eq!(menu_target("a", Some(2), 3), None);
        assert_eq!(menu_target("ArrowDown", None, 0), None);
    }
}
