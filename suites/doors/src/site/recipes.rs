//! Writes the files of each proxy from the recipes, and the command that starts it.

use std::{fs, path::Path, process::Command};

use super::recipe::{RecipePlaces, block, file, placed, with};

fn save(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

pub fn write_nginx(places: &RecipePlaces, command: &mut Command) {
    let RecipePlaces {
        plain, tls, folder, ..
    } = places;
    let shown = folder.display();
    let listening = |recipe: &str| {
        let recipe = recipe.replace("listen 80;", &format!("listen 127.0.0.1:{plain};"));
        with(
            &recipe,
            "listen 443 ssl",
            &format!("listen 127.0.0.1:{tls} ssl"),
        )
    };
    let panel = listening(&placed(&file("nginx.conf"), places));
    // On another port than 443, as the recipe says.
    let panel = with(&panel, "Host $host;", "Host $host:$server_port;");
    save(folder, "panel", &panel);
    let once = block("/etc/nginx/conf.d/twinlock-door.conf");
    save(folder, "once", &listening(&placed(&once, places)));
    for name in ["twinlock-door.conf", "twinlock-asked.conf"] {
        let snippet = block(&format!("/etc/nginx/snippets/{name}"));
        save(
            folder,
            &format!("snippets/{name}"),
            &placed(&snippet, places),
        );
    }
    let site = block("/etc/nginx/sites-enabled/app.example.com");
    save(folder, "app", &listening(&placed(&site, places)));
    let wiki = site.replace("app.example.com", "wiki.example.com");
    save(folder, "wiki", &listening(&placed(&wiki, places)));
    save(
        folder,
        "main",
        &format!(
            "daemon off; worker_processes 1; user root; pid {shown}/pid; error_log {shown}/log;
             events {{ worker_connections 256; }}
             http {{
                 access_log off;
                 client_body_temp_path {shown}/body; proxy_temp_path {shown}/proxy;
                 fastcgi_temp_path {shown}/fastcgi; uwsgi_temp_path {shown}/uwsgi;
                 scgi_temp_path {shown}/scgi;
                 include {shown}/once; include {shown}/panel;
                 include {shown}/app; include {shown}/wiki;
             }}"
        ),
    );
    command
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(folder.join("main"));
}

pub fn write_caddy(places: &RecipePlaces, command: &mut Command) {
    let RecipePlaces {
        plain, tls, folder, ..
    } = places;
    let with_certificate = |recipe: &str| with(recipe, "# tls ", "tls ");
    let panel = with_certificate(&placed(&file("Caddyfile"), places));
    let all = block("/etc/caddy/Caddyfile");
    let start = all.find("\napp.example.com {").unwrap();
    let (snippets, site) = all.split_at(start);
    let wiki = site.replace("app.example.com", "wiki.example.com");
    let sites = [site, &wiki].map(|site| with_certificate(&placed(site, places)));
    save(
        folder,
        "main",
        &format!(
            "{{\nadmin off\nhttp_port {plain}\nhttps_port {tls}\ndefault_bind 127.0.0.1\n\
             grace_period 1s\n}}\n{panel}{}{}{}",
            placed(snippets, places),
            sites[0],
            sites[1]
        ),
    );
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(folder.join("main"))
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder)
        .env("XDG_CONFIG_HOME", folder);
}

pub fn write_haproxy(places: &RecipePlaces, command: &mut Command) {
    let RecipePlaces {
        plain, tls, folder, ..
    } = places;
    let shown = folder.display();
    let script = with(
        &file("twinlock-door.lua"),
        "127.0.0.1:3000",
        &format!("127.0.0.1:{}", places.twinlock),
    );
    save(folder, "twinlock-door.lua", &script);
    let recipe = placed(&block("/etc/haproxy/haproxy.cfg"), places);
    let recipe = with(&recipe, "bind :80", &format!("bind 127.0.0.1:{plain}"));
    let recipe = with(&recipe, "bind :443", &format!("bind 127.0.0.1:{tls}"));
    let recipe = with(&recipe, "/etc/haproxy/", &format!("{shown}/"));
    let recipe = recipe.replace(&format!("{shown}/pem"), &format!("{shown}/both"));
    save(folder, "main", &recipe);
    command.args(["-db", "-f"]).arg(folder.join("main"));
}

pub fn write_traefik(places: &RecipePlaces, command: &mut Command) {
    let RecipePlaces {
        plain, tls, folder, ..
    } = places;
    let entries = block("/etc/traefik/traefik.yaml");
    let entries = with(&entries, "\":443\"", &format!("\"127.0.0.1:{tls}\""));
    let entries = with(&entries, "127.0.0.1:8082", &format!("127.0.0.1:{plain}"));
    let rules = folder.join("twinlock.yaml").display().to_string();
    save(
        folder,
        "main.yaml",
        &with(&entries, "/etc/traefik/twinlock.yaml", &rules),
    );
    let recipe = placed(&block("/etc/traefik/twinlock.yaml"), places);
    let recipe = with(&recipe, "127.0.0.1:8082", &format!("127.0.0.1:{plain}"));
    save(folder, "twinlock.yaml", &recipe);
    command.arg("--configFile").arg(folder.join("main.yaml"));
}

pub fn write_envoy(places: &RecipePlaces, command: &mut Command) {
    let RecipePlaces {
        tls,
        folder,
        twinlock,
        application,
        ..
    } = places;
    let mut recipe = placed(&block("/etc/envoy/envoy.yaml"), places);
    for (port, own) in [
        (443, tls),
        (3000, twinlock),
        (8080, application),
        (8081, application),
    ] {
        let wanted = format!("port_value: {own} }}");
        recipe = with(&recipe, &format!("port_value: {port} }}"), &wanted);
    }
    let recipe = with(&recipe, "address: 0.0.0.0", "address: 127.0.0.1");
    let recipe = with(
        &recipe,
        ".example.com:443\"",
        &format!(".example.com:{tls}\""),
    );
    save(folder, "main.yaml", &recipe);
    command
        .args(["--use-dynamic-base-id", "--concurrency", "1", "-c"])
        .arg(folder.join("main.yaml"));
}
