// A point's chart: values or envelope, limits as they were in force, alerts as marks, tests and gaps hatched.
import { ago } from "./desk.js";

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const zh = document.documentElement.lang.startsWith("zh");

class PointChart {
  constructor(figure) {
    this.figure = figure;
    this.plot = figure.querySelector(".plot");
    this.legend = figure.querySelector(".legend");
    this.words = JSON.parse(figure.dataset.words);
    this.whole = [Number(figure.dataset.from), Number(figure.dataset.to)];
    this.alert = Number(figure.dataset.alert || 0);
    this.show(...this.whole);
    new ResizeObserver(() => this.chart?.setSize(this.size())).observe(this.plot);
    this.plot.addEventListener("dblclick", () => this.show(...this.whole));
  }

  size() {
    return { width: Math.max(200, this.plot.clientWidth), height: window.innerWidth < 600 ? 260 : this.figure.classList.contains("high") ? 440 : 340 };
  }

  async show(from, to) {
    const url = new URL(this.figure.dataset.chart, location.href);
    url.searchParams.set("from", String(Math.round(from)));
    url.searchParams.set("to", String(Math.round(to)));
    url.searchParams.set("pixels", String(Math.max(100, Math.min(4000, this.plot.clientWidth))));
    try {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(String(answer.status));
      this.draw(await answer.json());
    } catch {
      this.legend.textContent = this.words.failed;
      setTimeout(() => this.show(from, to), 5000);
    }
  }

  draw(data) {
    this.data = data;
    this.chart?.destroy();
    this.plot.replaceChildren();
    const seconds = data.at.map((at) => at / 1000);
    const stepped = Object.keys(data.states).length > 0;
    const [low, mean, high] = withGaps(data, seconds);
    this.chart = new window.uPlot(this.options(data, stepped), [seconds.length ? mean.x : [], low, mean.y, high], this.plot);
    this.legend.textContent = data.at.length ? "" : this.words.empty;
  }

  options(data, stepped) {
    const text = css("--text");
    const line = { stroke: text, width: 1.5, points: { show: data.at.length < 60, size: 5, fill: text }, spanGaps: false };
    if (stepped) line.paths = window.uPlot.paths.stepped({ align: 1 });
    const faint = { stroke: data.width ? css("--quiet") : "transparent", width: 1, points: { show: false } };
    const axis = { stroke: css("--quiet"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line") }, font: "13px system-ui" };
    return {
      ...this.size(),
      cursor: { drag: { x: true, y: false, setScale: false } },
      legend: { show: false },
      scales: { x: { time: true, range: [data.start / 1000, data.end / 1000] }, y: { range: (_, min, max) => this.range(data, min, max) } },
      axes: [
        { ...axis, values: (_, ticks, __, ___, step) => ticks.map((tick) => tickText(tick * 1000, step)), space: 80 },
        { ...axis, ...(stepped ? { splits: Object.keys(data.states).map(Number) } : {}), size: room, values: (_, ticks) => ticks.map((tick) => (stepped ? stateText(data, tick) : tick.toFixed(data.decimals > 3 ? 3 : data.decimals))), label: data.unit, labelSize: data.unit ? 20 : 0 },
      ],
      series: [{}, faint, line, faint],
      bands: data.width ? [{ series: [3, 1], fill: css("--line") }] : [],
      hooks: {
        drawClear: [(chart) => { this.hatch(chart); this.limits(chart); }],
        draw: [(chart) => this.marks(chart)],
        setSelect: [(chart) => this.zoom(chart)],
        setCursor: [(chart) => this.read(chart)],
      },
    };
  }

  // The limits are part of the picture, even where no value comes near them.
  range(data, min, max) {
    if (Object.keys(data.states).length) return [-0.3, Math.max(1, ...Object.keys(data.states).map(Number)) + 0.3];
    const edges = data.bands.flatMap((band) => [band.low, band.high, band.set_value]).filter((edge) => edge !== null);
    const values = [...edges, min, max].filter((value) => value !== null && Number.isFinite(value));
    if (!values.length) return [0, 1];
    const [bottom, top] = [Math.min(...values), Math.max(...values)];
    const margin = (top - bottom || Math.abs(top) || 1) * 0.12;
    return [bottom - margin, top + margin];
  }

  hatch(chart) {
    const { ctx: pen, bbox: box } = chart;
    pen.save();
    for (const span of this.data.spans) {
      const left = Math.max(box.left, chart.valToPos(span.start / 1000, "x", true));
      const right = Math.min(box.left + box.width, chart.valToPos(span.end / 1000, "x", true));
      if (right < box.left || left > box.left + box.width) continue;
      pen.fillStyle = pattern(pen, span.kind === "gap" ? css("--line") : css("--p3"), span.kind === "gap");
      pen.fillRect(left, box.top, Math.max(3, right - left), box.height);
      label(pen, this.words[span.kind] || span.kind, left + 4, box.top + 14 * devicePixelRatio, right - left);
    }
    pen.restore();
  }

  limits(chart) {
    const { ctx: pen, bbox: box } = chart;
    pen.save();
    pen.beginPath();
    pen.rect(box.left, box.top, box.width, box.height);
    pen.clip();
    for (const band of this.data.bands) {
      const left = chart.valToPos(Math.max(band.start, this.data.start) / 1000, "x", true);
      const right = chart.valToPos(Math.min(band.end, this.data.end) / 1000, "x", true);
      for (const [value, dash, colour] of [[band.low, [8, 4], "--p2"], [band.high, [8, 4], "--p2"], [band.set_value, [2, 4], "--quiet"]]) {
        if (value === null) continue;
        stroke(pen, css(colour), dash, left, chart.valToPos(value, "y", true), right);
      }
    }
    pen.restore();
  }

  marks(chart) {
    const { ctx: pen, bbox: box } = chart;
    pen.save();
    for (const mark of this.data.marks) {
      const own = !this.alert || mark.id === this.alert;
      if (own) this.upright(chart, mark.raised, css(`--p${mark.severity}`), `#${mark.id} ${this.words.raised}`);
      if (own && mark.ended) this.upright(chart, mark.ended, css("--quiet"), `#${mark.id} ${this.words.ended}`, 1);
    }
    for (const [value, word] of this.edges()) label(pen, word, box.left + 4, chart.valToPos(value, "y", true) - 4, box.width);
    pen.restore();
  }

  edges() {
    const band = this.data.bands.at(-1);
    if (!band) return [];
    const unit = this.data.unit ? ` ${this.data.unit}` : "";
    return [[band.low, this.words.limit], [band.high, this.words.limit], [band.set_value, this.words.set]]
      .filter(([value]) => value !== null).map(([value, word]) => [value, `${word} ${value.toFixed(this.data.decimals)}${unit}`]);
  }

  upright(chart, at, colour, word, row = 0) {
    const { ctx: pen, bbox: box } = chart;
    const x = chart.valToPos(at / 1000, "x", true);
    if (x < box.left || x > box.left + box.width) return;
    pen.strokeStyle = colour;
    pen.lineWidth = 2 * devicePixelRatio;
    pen.beginPath();
    pen.moveTo(x, box.top);
    pen.lineTo(x, box.top + box.height);
    pen.stroke();
    label(pen, word, x + 4, box.top + box.height - (6 + 16 * row) * devicePixelRatio, box.left + box.width - x, colour);
  }

  zoom(chart) {
    if (chart.select.width < 8) return;
    const from = chart.posToVal(chart.select.left, "x") * 1000;
    const to = chart.posToVal(chart.select.left + chart.select.width, "x") * 1000;
    if (to - from > 2000) this.show(from, to);
  }

  read(chart) {
    const index = chart.cursor.idx;
    if (index === null || index === undefined || !this.data.at.length) return;
    const at = chart.data[0][index] * 1000;
    const value = chart.data[2][index];
    if (value === null || value === undefined) return;
    const low = chart.data[1][index];
    const high = chart.data[3][index];
    const shown = Object.keys(this.data.states).length ? stateText(this.data, value) : value.toFixed(this.data.decimals);
    const spread = this.data.width ? ` (${low.toFixed(this.data.decimals)} – ${high.toFixed(this.data.decimals)})` : "";
    this.legend.replaceChildren(Object.assign(document.createElement("b"), { textContent: `${shown} ${this.data.unit}${spread}` }), ` · ${fullText(at)} · ${ago(at)}`);
  }
}

// A break in the line wherever readings are missing.
function withGaps(data, seconds) {
  const gaps = data.spans.filter((span) => span.kind === "gap").map((span) => span.start / 1000);
  const x = [], low = [], mean = [], high = [];
  let gap = 0;
  seconds.forEach((second, index) => {
    while (gap < gaps.length && gaps[gap] < second) {
      if (index && gaps[gap] >= seconds[index - 1]) {
        x.push((seconds[index - 1] + second) / 2);
        low.push(null); mean.push(null); high.push(null);
      }
      gap += 1;
    }
    x.push(second); low.push(data.low[index]); mean.push(data.mean[index]); high.push(data.high[index]);
  });
  return [low, { x, y: mean }, high];
}

// An axis is as wide as its longest word; numbers never move it from side to side.
const TICK_AND_GAP = 18, LEAST_ROOM = 64;
function room(chart, words, index) {
  const pen = chart.ctx;
  pen.save();
  [pen.font] = chart.axes[index].font;
  const widest = Math.max(0, ...(words ?? []).map((word) => pen.measureText(word ?? "").width)) / devicePixelRatio;
  pen.restore();
  return Math.max(LEAST_ROOM, Math.ceil(widest) + TICK_AND_GAP);
}

function stateText(data, tick) {
  const words = data.states[tick];
  return words ? words[zh ? "zh" : "en"] : "";
}

const zone = document.getElementById("now")?.dataset.zone;
function tickText(at, step) {
  const day = step >= 86400;
  const format = day ? { month: "numeric", day: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(step < 60 ? { second: "2-digit" } : {}) };
  return new Intl.DateTimeFormat(zh ? "zh-CN" : "en-GB", { timeZone: zone, ...format }).format(at);
}
function fullText(at) {
  return new Intl.DateTimeFormat(zh ? "zh-CN" : "en-GB", { timeZone: zone, month: zh ? "long" : "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(at);
}

function pattern(pen, colour, backwards) {
  const tile = Object.assign(document.createElement("canvas"), { width: 12, height: 12 });
  const brush = tile.getContext("2d");
  brush.strokeStyle = colour;
  brush.globalAlpha = 0.6;
  brush.lineWidth = 2;
  brush.beginPath();
  for (const shift of [-12, 0, 12]) {
    brush.moveTo(shift, backwards ? 0 : 12);
    brush.lineTo(shift + 12, backwards ? 12 : 0);
  }
  brush.stroke();
  return pen.createPattern(tile, "repeat");
}

function label(pen, text, x, y, room, colour = css("--text")) {
  pen.font = `${12 * devicePixelRatio}px system-ui`;
  pen.textAlign = "left";
  pen.textBaseline = "alphabetic";
  if (pen.measureText(text).width > room - 4) return;
  pen.fillStyle = css("--sheet");
  pen.globalAlpha = 0.8;
  pen.fillRect(x - 2, y - 11 * devicePixelRatio, pen.measureText(text).width + 4, 14 * devicePixelRatio);
  pen.globalAlpha = 1;
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

function stroke(pen, colour, dash, left, y, right) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5 * devicePixelRatio;
  pen.setLineDash(dash.map((length) => length * devicePixelRatio));
  pen.beginPath();
  pen.moveTo(left, y);
  pen.lineTo(right, y);
  pen.stroke();
  pen.setLineDash([]);
}

document.querySelectorAll("figure[data-chart]").forEach((figure) => new PointChart(figure));
