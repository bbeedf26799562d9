"use strict";
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const config = {responsive: true, displaylogo: false,
                  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"]};

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  // Axes, labels and hover boxes in the page's own colours, light or dark.
  function paint() {
    const changes = {"font.color": colour("--ink"), "font.family": getComputedStyle(document.body)
                       .fontFamily, "hoverlabel.bgcolor": colour("--raised"),
                     "hoverlabel.bordercolor": colour("--line"),
                     "hoverlabel.font.color": colour("--ink"),
                     "modebar.bgcolor": "rgba(0,0,0,0)", "modebar.color": colour("--quiet"),
                     "modebar.activecolor": colour("--ink")};
    for (const axis of ["xaxis", "yaxis"]) {
      changes[axis + ".gridcolor"] = colour("--grid");
      changes[axis + ".linecolor"] = colour("--quiet");
      changes[axis + ".tickcolor"] = colour("--quiet");
    }
    return changes;
  }

  function draw(id) {
    const plot = document.getElementById(id);
    const figure = figures[id];
    if (!plot || !figure) { return null; }
    Plotly.newPlot(plot, figure.data, figure.layout, config);
    Plotly.relayout(plot, paint());
    // What is drawn, before a zero is lifted onto the logarithmic scale.
    plot.values = figure.data.map(trace => Array.from(trace.y || []));
    return plot;
  }

  function lifted(plot, scale, metric) {
    if (scale !== "log") { return plot.values; }
    const positive = plot.values.filter((_, i) => plot.data[i].meta.metric === metric)
      .flat().filter(value => value > 0);
    const floor = positive.length ? Math.min(...positive) / 2 : null;
    return plot.values.map(values => values.map(value => value === 0 ? floor : value));
  }

  function showCurves(plot, choice, hidden) {
    const visible = plot.data.map(trace => trace.meta.metric === choice.metric &&
                                           !hidden.has(trace.meta.arm));
    Plotly.update(plot, {visible: visible, y: lifted(plot, choice.scale, choice.metric)},
                  {"yaxis.title.text": choice.label, "yaxis.type": choice.scale,
                   "yaxis.autorange": true, "xaxis.autorange": true});
  }

  function showRates(plot, hidden) {
    Plotly.restyle(plot, {visible: plot.data.map(trace => !hidden.has(trace.meta.arm))});
  }

  function choices(section) {
    const metric = section.querySelector("input[name$='-metric']:checked");
    const scale = section.querySelector("input[name$='-scale']:checked");
    return {metric: metric.value, label: metric.dataset.label, scale: scale.value};
  }

  function bring(section) {
    const curves = draw(section.id + "-curves");
    const rates = draw(section.id + "-rates");
    const hidden = new Set();
    const show = () => {
      if (curves) { showCurves(curves, choices(section), hidden); }
      if (rates) { showRates(rates, hidden); }
    };
    for (const input of section.querySelectorAll(".controls input")) {
      input.addEventListener("change", show);
    }
    for (const button of section.querySelectorAll(".legend button")) {
      button.addEventListener("click", () => {
        const arm = button.dataset.arm;
        if (!hidden.delete(arm)) { hidden.add(arm); }
        button.setAttribute("aria-pressed", String(!hidden.has(arm)));
        show();
      });
    }
    // A browser that restores a page also restores its choices.
    show();
    return [curves, rates].filter(Boolean);
  }

  const plots = Array.from(document.querySelectorAll("section.comparison")).flatMap(bring);
  dark.addEventListener("change", () => plots.forEach(plot => Plotly.relayout(plot, paint())));
  window.addEventListener("beforeprint", () => plots.forEach(plot => Plotly.Plots.resize(plot)));
}());
