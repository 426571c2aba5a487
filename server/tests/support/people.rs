/// A user who can sign in.
#[derive(Debug, Clone, Copy)]
pub struct TestPerson {
    pub name: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub account: &'static str,
}

/// The owner of Example Ltd.
pub const fn ada() -> TestPerson {
    TestPerson {
        name: "Ada Owner",
        email: "ada@example.com",
        password: "correct horse battery staple",
        account: "Example Ltd",
    }
}

/// A member of Example Ltd.
pub const fn max() -> TestPerson {
    TestPerson {
        name: "Max Member",
        email: "max@example.com",
        password: "seven quiet rivers at dawn",
        account: "Example Ltd",
    }
}

/// An owner of another account.
pub const fn olga() -> TestPerson {
    TestPerson {
        name: "Olga Other",
        email: "olga@example.org",
        password: "nine green lamps by the sea",
        account: "Other Ltd",
    }
}

/// A member of Strict Ltd, which requires MFA in the tests that add it.
pub const fn eve() -> TestPerson {
    TestPerson {
        name: "Eve Exact",
        email: "eve@example.net",
        password: "four cold stones in a row",
        account: "Strict Ltd",
    }
}
