//! The settings as clap reads them: plain text, judged afterwards so that each error is one line
//! that names the variable.

use clap::Args;

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// Where the database is.
    #[arg(
        help = "Database: a SQLite file, or a PostgreSQL server such as \
        postgres://twinlock@db.example.com/twinlock?sslmode=verify-full",
        long,
        env = "TWINLOCK_DATABASE_URL",
        default_value = "sqlite:twinlock.db",
        value_name = "URL",
        hide_env_values = true,
        global = true
    )]
    pub database_url: String,

    /// Where its keys are.
    #[arg(
        help = "Key file with the master keys [default: the database file's name with `.key`, made \
        together with a new database; with PostgreSQL it must be named]",
        long,
        env = "TWINLOCK_KEY_FILE",
        value_name = "FILE",
        hide_env_values = true,
        global = true
    )]
    pub key_file: Option<String>,

    /// Whether the network between is trusted.
    #[arg(
        help = "Accept a PostgreSQL server on another host without `sslmode=verify-full`; everyone \
        in that network can read the traffic",
        long,
        env = "TWINLOCK_DATABASE_TRUSTED_NETWORK",
        value_name = "true|false",
        num_args = 0..=1,
        default_value = "false",
        default_missing_value = "true",
        hide_env_values = true,
        global = true
    )]
    pub database_trusted_network: String,
}

/// Where the server is.
#[derive(Debug, Clone, Args)]
pub struct AddressArgs {
    /// IP address and port to listen on; port 0 picks a free one
    #[arg(
        long,
        env = "TWINLOCK_LISTEN",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS",
        hide_env_values = true
    )]
    pub listen: String,

    /// Where people reach the server.
    #[arg(
        help = "Address at which people reach the server, such as https://panel.example.com; no \
        path [default: http://localhost with the port of --listen]",
        long,
        env = "TWINLOCK_PUBLIC_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub public_url: Option<String>,

    /// Further hosts under which it answers.
    #[arg(
        help = "Further hosts that the server answers for, beside that of the public URL, without \
        ports, such as panel.lan,10.0.0.5 [default: none; any without a public URL]",
        long,
        env = "TWINLOCK_ALLOWED_HOSTS",
        value_name = "HOSTS",
        hide_env_values = true
    )]
    pub allowed_hosts: Option<String>,
}

/// For which domain passkeys and security keys are set up.
#[derive(Debug, Clone, Args)]
pub struct PasskeyArgs {
    /// The RP ID.
    #[arg(
        help = "Domain that passkeys and security keys belong to: a parent of the public URL's \
        host, such as example.com; after a change, keys of before do not work [default: the host \
        of the public URL]",
        long,
        env = "TWINLOCK_RP_ID",
        value_name = "DOMAIN",
        hide_env_values = true
    )]
    pub rp_id: Option<String>,
}

/// What browsers are told of the way to the server.
#[derive(Debug, Clone, Args)]
pub struct TransportArgs {
    /// Hosts that browsers reach only by TLS for two years, if the public URL is https: `host`,
    /// `subdomains` (those below it too), `off` (revokes it)
    #[arg(
        long,
        env = "TWINLOCK_HSTS",
        default_value = "host",
        value_name = "HOSTS",
        hide_env_values = true
    )]
    pub hsts: String,
}

/// What is kept of what happened.
#[derive(Debug, Clone, Args)]
pub struct EventArgs {
    /// Days for which security events are kept
    #[arg(
        long,
        env = "TWINLOCK_EVENT_RETENTION",
        default_value = "400",
        value_name = "DAYS",
        hide_env_values = true
    )]
    pub event_retention: String,
}

/// Time limits for connections and for stopping.
#[derive(Debug, Clone, Args)]
pub struct ShutdownArgs {
    /// Seconds for which connections are still accepted after /readyz reports the stop, so that
    /// balancers notice (0 to 3600)
    #[arg(
        long,
        env = "TWINLOCK_STOP_DELAY",
        default_value = "0",
        value_name = "SECONDS",
        hide_env_values = true
    )]
    pub stop_delay: String,

    /// Seconds that requests in progress may take after the stop delay (1 to 3600)
    #[arg(
        long,
        env = "TWINLOCK_STOP_LIMIT",
        default_value = "10",
        value_name = "SECONDS",
        hide_env_values = true
    )]
    pub stop_limit: String,

    /// Seconds for which a connection without a request is kept; must be longer than the proxy
    /// keeps it (1 to 3600)
    #[arg(
        long,
        env = "TWINLOCK_IDLE_TIMEOUT",
        default_value = "120",
        value_name = "SECONDS",
        hide_env_values = true
    )]
    pub idle_timeout: String,
}

/// What the server logs.
#[derive(Debug, Clone, Args)]
pub struct LoggingArgs {
    /// Format of the log: `human` or `json`
    #[arg(
        long,
        env = "TWINLOCK_LOG_FORMAT",
        default_value = "human",
        value_name = "FORMAT",
        hide_env_values = true
    )]
    pub log_format: String,
}

/// How much one address may try, and who may say which one that is.
#[derive(Debug, Clone, Args)]
pub struct LimitArgs {
    /// Refused sign-ins that one address has in five minutes.
    #[arg(
        help = "Refused sign-ins that one address may have in five minutes [default: 300]",
        long,
        env = "TWINLOCK_ADDRESS_LIMIT",
        value_name = "NUMBER",
        hide_env_values = true
    )]
    pub address_limit: Option<String>,

    /// Proxies whose X-Forwarded-For is believed.
    #[arg(
        help = "Proxies whose X-Forwarded-For is trusted, and that may ask about applications, \
        such as 10.0.0.0/8,192.0.2.1 [default: none]",
        long,
        env = "TWINLOCK_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        hide_env_values = true
    )]
    pub trusted_proxies: Option<String>,
}

/// What the product is called. No password may be made of it.
#[derive(Debug, Clone, Args)]
pub struct BrandArgs {
    /// Name of the product in the pages and in authenticator apps: at most 60 characters, no colon
    #[arg(
        long,
        env = "TWINLOCK_BRAND",
        default_value = "Customer Control Panel",
        value_name = "NAME",
        hide_env_values = true
    )]
    pub brand: String,
}

/// What the pages say about the operator.
#[derive(Debug, Clone, Args)]
pub struct BrandingArgs {
    /// The name.
    #[command(flatten)]
    pub brand: BrandArgs,

    /// Whether a person who has given only the password is told who can help with a lost device.
    #[arg(
        help = "After the password alone, show a person who lost their device the names of the \
        Owners who can help",
        long,
        env = "TWINLOCK_SHOW_HELPERS",
        value_name = "true|false",
        num_args = 0..=1,
        default_value = "false",
        default_missing_value = "true",
        hide_env_values = true
    )]
    pub show_helpers: String,

    /// Where a person without their device finds help.
    #[arg(
        help = "Link to help for people without their device, such as https://example.com/help or \
        mailto:help@example.com",
        long,
        env = "TWINLOCK_SUPPORT_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub support_url: Option<String>,

    /// Logo in the header, instead of the shield: an SVG or PNG file of at most 64 KiB; the name
    /// stays beside it
    #[arg(
        long,
        env = "TWINLOCK_LOGO",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub logo: Option<String>,

    /// Accent colour, such as #2f5bd7; a colour on which white text is unreadable is refused
    #[arg(
        long,
        env = "TWINLOCK_ACCENT",
        value_name = "COLOUR",
        hide_env_values = true
    )]
    pub accent: Option<String>,

    /// Accent colour of the dark theme [default: a lighter one of the same hue]
    #[arg(
        long,
        env = "TWINLOCK_ACCENT_DARK",
        value_name = "COLOUR",
        hide_env_values = true
    )]
    pub accent_dark: Option<String>,
}
