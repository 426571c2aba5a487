//! Headings, labels and buttons of more than one word.

/// The first keyboard stop, which skips the header.
pub const SKIP_TO_CONTENT: &str = "Skip to content";
/// The page of the current user.
pub const MY_PROFILE: &str = "My profile";
/// Leads to the choice of the account.
pub const CHANGE_ACCOUNT: &str = "Change account";
/// Ends the session.
pub const SIGN_OUT: &str = "Sign out";
/// The page and the button that start a session.
pub const SIGN_IN: &str = "Sign in";
/// The button while it signs in.
pub const SIGNING_IN: &str = "Signing in…";
/// When a method was last used.
pub const LAST_USED: &str = "Last used";
/// The column with the role of the current user.
pub const YOUR_ROLE: &str = "Your role";
/// Confirms that an account requires MFA.
pub const REQUIRE_MFA: &str = "Require MFA";
/// Leads back to the list of accounts.
pub const ALL_ACCOUNTS: &str = "All accounts";
/// Saves the members as a file.
pub const DOWNLOAD_CSV: &str = "Download CSV";
/// What the search of members looks at.
pub const BY_NAME_OR_EMAIL: &str = "By name or email";
/// The heading of an account that is closed to an Owner without MFA.
pub const SET_UP_MFA_FIRST: &str = "Set up MFA first";
/// Leads to the wizard.
pub const ADD_MFA: &str = "Add MFA";
/// Deletes the method of a member.
pub const RESET_MFA: &str = "Reset MFA";
/// The field for a backup code.
pub const BACKUP_CODE: &str = "Backup code";
/// The page, the step and the setting of backup codes.
pub const BACKUP_CODES: &str = "Backup codes";
/// The field for a code of the authenticator application.
pub const SIX_DIGIT_CODE: &str = "6-digit code";
/// The heading above the other methods that verify.
pub const TRY_ANOTHER_WAY: &str = "Try another way";
/// Makes a method the one that a sign-in asks for first.
pub const MAKE_DEFAULT: &str = "Make default";
/// Shows the field for the 6-digit code.
pub const USE_AUTHENTICATOR: &str = "Use the authenticator app";
/// Shows the field for a backup code.
pub const USE_BACKUP_CODE: &str = "Use a backup code";
/// The box that confirms that the codes are saved.
pub const CODES_ARE_SAVED: &str = "I have saved these codes";
/// Discards the new codes.
pub const KEEP_CURRENT_CODES: &str = "Keep my current codes";
/// The first step of the wizard.
pub const NEW_METHOD: &str = "New method";
/// The step of the wizard with the key.
pub const SET_UP: &str = "Set up";
/// The heading of the first page of the wizard.
pub const NEW_MFA_METHOD: &str = "New MFA method";
/// The field with the kinds of methods.
pub const SELECT_METHOD: &str = "Select method";
/// The kind of method that there is.
pub const AUTHENTICATOR_APPLICATION: &str = "Authenticator application";
/// The heading of the page with the key.
pub const MFA_METHOD_SETUP: &str = "MFA method setup";
/// The link that an authenticator application on this device opens.
pub const OPEN_IN_AUTHENTICATOR: &str = "Open in authenticator app";
/// Expands the key as text.
pub const CANNOT_SCAN: &str = "Can't scan the code?";
/// Copies the key.
pub const COPY_KEY: &str = "Copy key";
/// How long a 6-digit code is shown.
pub const THIRTY_SECONDS: &str = "30 seconds";
/// The question before unsaved codes are left.
pub const LEAVE_WITHOUT_SAVING: &str = "Leave without saving the codes?";
/// The heading of the pages that ask for a code.
pub const IDENTITY_VERIFICATION: &str = "Identity verification";
/// Opens the test of the authenticator application.
pub const TEST_AUTHENTICATOR: &str = "Test my authenticator";
/// The heading of Home for a user who belongs to no account.
pub const NO_ACCOUNT_YET: &str = "No account yet";
/// The part of Home about MFA.
pub const SIGN_IN_SECURITY: &str = "Sign-in security";
/// The part of Home with the applications that the user may open.
pub const APPLICATIONS: &str = "Applications";
/// The heading while the application is loading that sent the user.
pub const OPENING_APPLICATION: &str = "Opening the application…";

/// The link to an application, for screen readers.
#[must_use]
pub fn open_application(name: &str) -> String {
    format!("Open {name}")
}

/// The user has a method.
pub const MFA_IS_ON: &str = "MFA is on";
/// The user has no method.
pub const MFA_IS_OFF: &str = "MFA is off";
/// The page and the button that set a new password.
pub const CHANGE_PASSWORD: &str = "Change password";
/// The field for the password that is valid now.
pub const CURRENT_PASSWORD: &str = "Current password";
/// The field for the new password.
pub const NEW_PASSWORD: &str = "New password";
/// Shown instead of accounts to a user who belongs to none.
pub const NONE_YET: &str = "None yet";
/// The part of My profile about the user.
pub const CURRENT_USER: &str = "Current user";
/// The name of the user.
pub const FULL_NAME: &str = "Full name";
/// When the user last signed in.
pub const LAST_SIGN_IN: &str = "Last sign-in";
/// The part of My profile about MFA.
pub const MFA_SETTINGS: &str = "MFA settings";
/// Leads to the wizard from My profile.
pub const ADD_NEW_METHOD: &str = "Add new method";
/// Draws new backup codes.
pub const GENERATE_BACKUP_CODES: &str = "Generate backup codes";
/// The menu with the actions on the method.
pub const MFA_METHOD_MENU: &str = "MFA method menu";
/// Leads to unsaved codes.
pub const SHOW_NEW_BACKUP_CODES: &str = "Show new backup codes";
/// The heading of the choice of the account.
pub const CHOOSE_AN_ACCOUNT: &str = "Choose an account";
/// An account that requires MFA.
pub const MFA_REQUIRED: &str = "MFA required";
/// The heading of the page that asks for the password again.
pub const CONFIRM_YOUR_PASSWORD: &str = "Confirm your password";
/// The heading of the first start.
pub const CREATE_FIRST_OWNER: &str = "Create the first owner";
/// The field for the name of the first account.
pub const ACCOUNT_NAME: &str = "Account name";
/// The field for the name of the first Owner.
pub const YOUR_NAME: &str = "Your name";
/// The heading of an invitation.
pub const CHOOSE_A_PASSWORD: &str = "Choose a password";
/// Sets the password of an invited user.
pub const SAVE_PASSWORD: &str = "Save password";
/// The operator's link for users who need help.
pub const CONTACT_SUPPORT: &str = "Contact support";
/// Expands who can help.
pub const LOST_YOUR_DEVICE: &str = "Lost your device?";
/// Starts a reset after a sign-in by backup code.
pub const SET_UP_NEW_DEVICE: &str = "Set up a new device";
/// Leads a signed-in user away from a link that no longer works.
pub const GO_TO_MY_PROFILE: &str = "Go to My profile";
/// The heading of a path without content.
pub const PAGE_NOT_FOUND: &str = "Page not found";
/// Leads away from a path without content.
pub const GO_TO_START_PAGE: &str = "Go to the start page";
/// The heading while the server has not answered who is signed in.
pub const PAGE_NOT_LOADED: &str = "This page can't be loaded";
