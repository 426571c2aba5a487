//! Members as an Owner sees them, a page at a time.

use domain::{
    email::Email,
    ids::{AccountId, UserId},
    lockout::LOCK_AFTER,
    members::MemberState,
    ports::{MemberPage, MemberQuery, MemberRecord, PortError},
};
use sqlx::{any::AnyRow, query};

use crate::{Store, connect::Sql, rows::Values};

/// A limit for those who want all.
const ALL: u32 = u32::MAX;
/// The pattern of those who look for nobody in particular.
const EVERYBODY: &str = "%%";

/// Members of the account `$1`. The state is the rule of `MemberState::of` as an expression, so that it can be asked for; `$2` refused codes
/// in a row lock. A test compares the two.
macro_rules! members {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM (SELECT u.id, u.name, u.email, u.name_folded, p.role, m.added_at, m.used_at,
                           CASE WHEN m.id IS NULL AND a.require_mfa = 1 THEN 'Setup required'
                                WHEN m.id IS NULL THEN 'Off'
                                WHEN COALESCE(t.in_a_row, 0) >= $2 THEN 'Locked'
                                ELSE 'On' END AS state
                    FROM memberships p
                    JOIN accounts a ON a.id = p.account_id
                    JOIN users u ON u.id = p.user_id
                    LEFT JOIN mfa_methods m ON m.user_id = u.id
                    LEFT JOIN attempts t ON t.user_id = u.id
                    WHERE p.account_id = $1) q ",
            $rest
        )
    };
}

/// Counts the accounts that `$3` does not own for the members on the page only.
macro_rules! as_seen {
    ($members:expr) => {
        concat!(
            "SELECT s.*, (SELECT COUNT(*) FROM memberships f WHERE f.user_id = s.id
                          AND NOT EXISTS (SELECT 1 FROM memberships v
                                          WHERE v.account_id = f.account_id AND v.user_id = $3 AND v.role = 'owner')) AS foreign_accounts
             FROM (", $members, ") s ORDER BY s.name_folded, s.id"
        )
    };
}

/// All of them: nothing is looked for, so that only those on the page are looked at.
const PAGE: &str = as_seen!(members!(
    "*",
    "ORDER BY q.name_folded, q.id LIMIT $4 OFFSET $5"
));
const COUNT: &str = "SELECT COUNT(*) AS matching FROM memberships WHERE account_id = $1";
/// Those who match.
const FOUND: &str = as_seen!(members!(
    "*",
    "WHERE (q.name_folded LIKE $4 ESCAPE '\\' OR q.email LIKE $4 ESCAPE '\\') AND ($5 = '' OR q.state = $5)
     ORDER BY q.name_folded, q.id LIMIT $6 OFFSET $7"
));
const ONE: &str = as_seen!(members!("*", "WHERE q.id = $4"));
const MATCHING: &str = members!(
    "COUNT(*) AS matching",
    "WHERE (q.name_folded LIKE $3 ESCAPE '\\' OR q.email LIKE $3 ESCAPE '\\') AND ($4 = '' OR q.state = $4)"
);

pub async fn page(store: &Store, asked: &MemberQuery) -> Result<MemberPage, PortError> {
    let Some(pattern) = pattern(&asked.search) else {
        return Ok(MemberPage {
            members: Vec::new(),
            matching: 0,
        });
    };
    let (page, matching) = match asked.state {
        None if pattern == EVERYBODY => (
            of_account(PAGE, &asked.account).bind(asked.viewer.as_str()),
            query(COUNT).bind(asked.account.as_str()),
        ),
        state => {
            let state = state.map_or("", MemberState::as_str);
            let found = of_account(FOUND, &asked.account).bind(asked.viewer.as_str());
            let matching = of_account(MATCHING, &asked.account);
            (
                found.bind(pattern.clone()).bind(state),
                matching.bind(pattern).bind(state),
            )
        }
    };
    let page = page
        .bind(i64::from(asked.limit.unwrap_or(ALL)))
        .bind(i64::from(asked.offset));
    let rows = store.rows(page).await?;
    let matching = store.row(matching).await?;
    Ok(MemberPage {
        members: rows.iter().map(record).collect::<Result<_, _>>()?,
        matching: matching.map_or(Ok(0), |row| row.count("matching"))?,
    })
}

pub async fn one(
    store: &Store,
    account: &AccountId,
    member: &UserId,
    viewer: &UserId,
) -> Result<Option<MemberRecord>, PortError> {
    let one = of_account(ONE, account)
        .bind(viewer.as_str())
        .bind(member.as_str());
    store.row(one).await?.as_ref().map(record).transpose()
}

fn of_account(sql: &'static str, account: &AccountId) -> Sql {
    query(sql)
        .bind(account.as_str())
        .bind(i64::from(LOCK_AFTER))
}

/// What `LIKE` looks for; none when no name and no address can hold it, for which engines have errors instead of answers.
fn pattern(search: &str) -> Option<String> {
    let folded = search.trim().to_lowercase();
    if folded.chars().count() > Email::MAX_BYTES || folded.contains(char::is_control) {
        return None;
    }
    let mut pattern = String::from("%");
    for c in folded.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

fn record(row: &AnyRow) -> Result<MemberRecord, PortError> {
    Ok(MemberRecord {
        user: row.value("id")?,
        name: row.value("name")?,
        email: row.value("email")?,
        role: row.value("role")?,
        state: row.value("state")?,
        added_at: row.maybe_at("added_at")?,
        used_at: row.maybe_at("used_at")?,
        foreign_accounts: row.count("foreign_accounts")?,
    })
}
