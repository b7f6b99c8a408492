/* A chart from a table that is already on the page: <div class="chart-box" data-chart="line" data-table="#id" data-unit="家"></div>.
   First column the days, second column the figures. Without this script the table says the same. */
(() => {
  "use strict";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const rows = (table) => [...table.tBodies[0].rows].map((row) => ({
    label: row.cells[0].textContent.trim(),
    value: Number(row.cells[1].textContent.replace(/[^\d.-]/g, "")),
  }));

  const options = (kind, data, unit) => {
    const [azure, tint, wash] = [token("--azure"), token("--azure-tint"), token("--azure-wash")];
    const text = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: token("--ink-2") };
    const last = data.length - 1;
    const points = data.map((point, i) => ({
      value: point.value,
      itemStyle: { color: kind === "line" || i === last ? azure : tint },
      label: { show: i === last || (kind === "bar" && data.length <= 12), fontWeight: i === last ? 600 : 400 },
      symbol: i === last ? "circle" : "none",
    }));
    return {
      animation: false,
      textStyle: text,
      aria: { enabled: true },
      grid: { left: 4, right: 12, top: 24, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "line", lineStyle: { color: token("--edge") } }, valueFormatter: (value) => `${value.toLocaleString("zh-CN")} ${unit}` },
      xAxis: { type: "category", data: data.map((point) => point.label), boundaryGap: kind === "bar", axisTick: { show: false }, axisLine: { lineStyle: { color: token("--edge") } }, axisLabel: text },
      yAxis: { type: "value", min: 0, minInterval: 1, splitNumber: 3, splitLine: { show: kind === "line", lineStyle: { color: token("--line") } }, axisLabel: { ...text, show: kind === "line" } },
      series: [{
        type: kind, data: points, symbolSize: 8, barMaxWidth: 28, lineStyle: { color: azure, width: 2 },
        areaStyle: kind === "line" ? { color: wash } : undefined,
        label: { show: true, position: "top", color: token("--ink"), fontSize: 12, formatter: ({ value }) => value.toLocaleString("zh-CN") },
      }],
    };
  };

  document.querySelectorAll("[data-chart]").forEach((box) => {
    const table = document.querySelector(box.dataset.table);
    if (!table || !window.echarts) return;
    const chart = window.echarts.init(box, null, { renderer: "svg", height: Number(box.dataset.height || 190) });
    chart.setOption(options(box.dataset.chart, rows(table), box.dataset.unit || ""));
    addEventListener("resize", () => chart.resize());
  });
})();
