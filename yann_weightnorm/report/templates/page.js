"use strict";
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  // The buttons are named one by one: Plotly's own choice has one that sends the graph away.
  const config = {responsive: true, displaylogo: false, showSendToCloud: false,
                  plotlyServerURL: "", modeBarButtons: [["toImage", "zoom2d", "pan2d"],
                                                        ["zoomIn2d", "zoomOut2d", "resetScale2d"]]};

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
                     "modebar.activecolor": colour("--ink"),
                     "paper_bgcolor": colour("--ground"), "plot_bgcolor": colour("--ground")};
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
    if (figure.layout.hovermode === "x unified") {
      Plotly.relayout(plot, {"xaxis.unifiedhovertitle.text":
                             figure.layout.xaxis.title.text + " %{x}"});
    }
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

  // On a logarithmic axis Plotly labels the steps between decades by one digit, which misleads.
  function yAxis(scale, values) {
    const positive = values.flat().filter(value => value > 0);
    const decades = Math.log10(Math.max(...positive) / Math.min(...positive));
    const step = decades > 3 ? 1 : decades > 1.2 ? "D2" : "D1";
    const log = scale === "log";
    return {"yaxis.type": scale, "yaxis.autorange": true, "yaxis.tickmode": log ? "linear" : "auto",
            "yaxis.tick0": 0, "yaxis.dtick": step,
            "yaxis.tickformat": log ? ".3~g" : ""};
  }

  function showCurves(plot, choice, hidden) {
    const visible = plot.data.map(trace => trace.meta.metric === choice.metric &&
                                           !hidden.has(trace.meta.arm));
    const values = lifted(plot, choice.scale, choice.metric);
    Plotly.update(plot, {visible: visible, y: values},
                  Object.assign(yAxis(choice.scale, values.filter((_, i) => visible[i])),
                                {"yaxis.title.text": choice.label, "xaxis.autorange": true}));
  }

  function showRates(plot, scale, hidden) {
    Plotly.update(plot, {visible: plot.data.map(trace => !hidden.has(trace.meta.arm))},
                  yAxis(scale, plot.values));
  }

  // A logarithmic scale has no place for negative values.
  function offerLog(section, name, plot, metric) {
    const input = value => section.querySelector(
      "input[name='" + section.id + "-" + name + "'][value=" + value + "]");
    const negative = plot.values.some((values, i) => plot.data[i].meta.metric === metric &&
                                                     values.some(value => value < 0));
    input("log").disabled = negative;
    if (negative) { input("linear").checked = true; }
  }

  function chosen(section, name) {
    return section.querySelector("input[name='" + section.id + "-" + name + "']:checked");
  }

  function choices(section) {
    const metric = chosen(section, "metric");
    return {metric: metric.value, label: metric.dataset.label,
            scale: chosen(section, "scale").value};
  }

  function bring(section) {
    const curves = draw(section.id + "-curves");
    const rates = draw(section.id + "-rates");
    const hidden = new Set();
    const show = () => {
      if (curves) { offerLog(section, "scale", curves, choices(section).metric); }
      if (rates) { offerLog(section, "rates-scale", rates, null); }
      if (curves) { showCurves(curves, choices(section), hidden); }
      if (rates) { showRates(rates, chosen(section, "rates-scale").value, hidden); }
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
  const repaint = () => plots.forEach(plot => Plotly.relayout(plot, paint()));
  const onPaper = paper => {
    document.documentElement.classList.toggle("light", paper);
    repaint();
  };
  dark.addEventListener("change", repaint);
  window.addEventListener("beforeprint", () => onPaper(true));
  window.addEventListener("afterprint", () => onPaper(false));
}());
