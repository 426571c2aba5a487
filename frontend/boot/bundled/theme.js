(() => {
  // frontend/boot/theme.ts
  var root = document.documentElement;
  root.setAttribute("data-scripts" /* Scripts */, "");
  try {
    let theme = localStorage.getItem("theme" /* Theme */);
    (theme === "light" /* Light */ || theme === "dark" /* Dark */) && root.setAttribute("data-theme" /* Theme */, theme);
  } catch {
  }
})();
